// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTrainingRun_h
#define itkTrainingRun_h

#include "ITKTorchWorkflowExport.h"
#include "itkProcessObject.h"
#include "itkTrainingSettings.h"
#include "itkUNetTrainer.h"
#include "itkUNetTraining.h"
#include <functional>
#include <string>

namespace itk
{
/** What a training of files tells, and asks.
 * \ingroup ITKTorchWorkflow */
struct TrainingRunObserver
{
  /** One sentence for people. */
  std::function<void(const std::string &)> Say = [](const std::string &) {};
  /** Before the training: the filter, for its progress, and how many images are trained on and scored. */
  std::function<void(ProcessObject & filter, std::size_t images, std::size_t validationImages)> Begin =
    [](ProcessObject &, std::size_t, std::size_t) {};
  /** After each epoch. */
  std::function<void(const UNetTrainingEpoch &)> Epoch = [](const UNetTrainingEpoch &) {};
  /** Whether to stop, asked within each batch. */
  std::function<bool()> IsInterrupted = [] { return false; };
};

/** What came of a training of files.
 * \ingroup ITKTorchWorkflow */
struct TrainingRunResult
{
  UNetTraining::Ending Ending{ UNetTraining::Ending::Complete };
  UNetTrainingPosition Position;
  /** Of the polarity that the training decided; empty if it was stated before. */
  std::string Polarity;
  /** For a training on few crops: loss of the last epoch and of the first step. */
  double FirstLoss{ 0.0 };
  double LastLoss{ 0.0 };
};

/** Trains on files, and writes what is asked for. With a folder, the training goes on from its newest checkpoint if it
 * has one, and a new one is written every CheckpointMinutes, at the end and when it is interrupted; see
 * TrainingRunFolder. The Output gets the best model of the validation, or the last one where nothing was validated;
 * also when the training was interrupted or failed after an epoch.
 * \param folder empty for none
 * \param goesOn whether the folder must hold a run; otherwise it must hold none
 * \throws ExceptionObject for what can be told before the training, and if it fails; its message says where the model
 * so far is
 * \ingroup ITKTorchWorkflow */
ITKTorchWorkflow_EXPORT TrainingRunResult
RunTraining(const TrainingSettings &    settings,
            const std::string &         folder,
            bool                        goesOn,
            const TrainingRunObserver & observer);
} // namespace itk

#endif
