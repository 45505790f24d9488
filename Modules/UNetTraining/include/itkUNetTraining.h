// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetTraining_h
#define itkUNetTraining_h

#include "ITKTorchUNetTrainingExport.h"
#include "itkUNetTrainingParameters.h"
#include "itkRandomAugmentation.h"
#include "itkTorchProgress.h"
#include "itkUNetModel.h"
#include "itkUNetTrainingData.h"
#include <optional>

namespace itk
{
/** One line of a training's history. */
struct UNetTrainingEpoch
{
  unsigned int Epoch{ 0 };
  /** Mean over the epoch's batches of the mean over pixels of weight · cross-entropy. */
  double Loss{ 0.0 };
  /** Of the last batch. */
  double LearningRate{ 0.0 };
  double Seconds{ 0.0 };
};

/** \class UNetTraining
 * \brief Minimizes the mean over pixels of w · cross-entropy by Adam, on random crops at native size.
 *
 * An epoch takes CropsPerImage crops of each image in random order. A crop lies at random inside the image and goes
 * through RandomAugmentation; an image smaller than the crop is centered, and padded by the augmentation's padding
 * mode, or mirrored without one. With one class the cross-entropy is the binary one of a sigmoid, else that of a
 * softmax. The weights w are those of the pair's weight image, times those of the WeightMap, 1 without either. With a
 * GapWidth, touching objects are separated first, so that the network learns the gap.
 *
 * Volumes are turned to the model's orientation, LPS for a new model. A polarity that is automatic is decided once
 * where all images agree in which it is not doubtful, and recorded in the model.
 *
 * Order, places and changes of the crops depend on (Seed, epoch, sample) alone: the same on every device and for any
 * number of threads. On the CPU the same seed and number of threads give the same weights.
 *
 * D. P. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015.
 * \ingroup ITKTorchUNetTraining
 */
class ITKTorchUNetTraining_EXPORT UNetTraining
{
public:
  /** What the caller hears during a run. */
  struct Observer
  {
    /** Also within a batch. An exception ends the training. */
    TorchProgress Progress;
    /** After each epoch. */
    std::function<void(const UNetTrainingEpoch & epoch)> Epoch;
    /** One sentence about the training data. */
    std::function<void(const std::string & note)> Note = [](const std::string &) {};
  };

  /** Trains `model`, whose specification, intensity normalization and weights are set, and replaces its weights at the
   * end; also when an observer ends the training by an exception, which then goes on. The model has no weights before
   * there has been a step, nor after a training that diverged.
   * \throws ExceptionObject, before anything is trained, with a line for each pair that cannot be used; and one that
   * says when the loss or a weight became infinite or NaN */
  static void
  Run(UNetModel &                    model,
      const UNetTrainingData &       data,
      const UNetTrainingParameters & parameters,
      const TorchDevice &            device,
      const Observer &               observer);
};

/** \throws ExceptionObject if the parameters do not fit the network */
ITKTorchUNetTraining_EXPORT void
VerifyUNetTraining(const UNetSpecification & specification, const UNetTrainingParameters & parameters);
} // namespace itk

#endif
