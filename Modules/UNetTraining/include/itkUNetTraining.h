// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetTraining_h
#define itkUNetTraining_h

#include "ITKTorchUNetTrainingExport.h"
#include "itkUNetTrainer.h"
#include <functional>

namespace itk
{
/** \class UNetTraining
 * \brief Minimizes a loss on random crops at native size, epoch by epoch.
 *
 * An epoch takes CropsPerImage crops of each image in random order, or StepsPerEpoch steps of crops that Sampling
 * draws. A crop lies at random inside the image and goes through RandomAugmentation; an image smaller than the crop is
 * centered, and padded by the augmentation's padding mode, or mirrored without one. The loss is that of
 * UNetLossParameters. The weights w of its pixels are those of the pair's weight image, times those of the WeightMap
 * and of contacts, 1 without any. With a GapWidth, touching objects are separated first, so that the network learns the
 * gap. Pixels with the IgnoreLabel, or ignored by the pair, count neither in the loss nor in scores.
 *
 * Volumes are turned to the model's orientation, LPS for a new model. A polarity that is automatic is decided once
 * where all images agree in which it is not doubtful, and recorded in the model.
 *
 * With validation pairs, whole images are scored every ValidationInterval epochs, and the best model is kept. The
 * training ends after Epochs or MaximumSteps, after a step at which MaximumMinutes have passed, or after a validation
 * when Patience epochs brought no better score.
 *
 * Order, places and changes of the crops depend on (Seed, epoch, sample) alone: the same on every device and for any
 * number of threads. On the CPU the same seed and number of threads give the same weights, also when the training
 * stopped in between and went on with its state, in another process.
 * \ingroup ITKTorchUNetTraining
 */
class ITKTorchUNetTraining_EXPORT UNetTraining
{
public:
  /** Why a training ended. */
  enum class Ending : std::uint8_t
  {
    /** After all epochs or steps. */
    Complete,
    OutOfTime,
    /** No better score for Patience epochs. */
    NoProgress,
    /** By an exception, such as that of an abort. */
    Interrupted
  };

  /** What the caller hears during a run. */
  struct Observer
  {
    /** Also within a batch. An exception ends the training. */
    TorchProgress Progress = [](double) {};
    /** Before the first step, with a measured one; not called where it is empty. */
    std::function<void(UNetTrainer & trainer, const UNetTrainingCost & cost)> Cost;
    /** After each step. The state's position is that after it, its weights are those of the last update. */
    std::function<void(UNetTrainer & trainer, const UNetTrainingStep & step)> Step = [](UNetTrainer &,
                                                                                        const UNetTrainingStep &) {};
    /** After each image of a validation. */
    std::function<void(UNetTrainer & trainer, const UNetValidationCase & validationCase)> ValidationCase =
      [](UNetTrainer &, const UNetValidationCase &) {};
    /** After each epoch, when the state has its weights and its line in the history. */
    std::function<void(const UNetTrainingEpoch & epoch)> Epoch = [](const UNetTrainingEpoch &) {};
    /** One sentence about the training data. */
    std::function<void(const std::string & note)> Note = [](const std::string &) {};
  };

  /** Goes on with a training where its state stands: a new one has a model whose specification, intensity normalization
   * and weights are set. The state is complete when the function returns and also when it throws, as far as there was a
   * step: then it is that after the last whole step or, if the training diverged, that of the last epoch before; an
   * observer's exception is thrown on. A training that diverged before its first epoch was complete leaves a model
   * without weights.
   * \param validation may be null
   * \throws ExceptionObject, before anything is trained, with a line for each pair that cannot be used; and one that
   * says when the loss, a gradient or a weight became infinite or NaN */
  static Ending
  Run(UNetTrainingState &            state,
      const UNetTrainingData &       data,
      const UNetTrainingData *       validation,
      const UNetTrainingParameters & parameters,
      const TorchDevice &            device,
      const Observer &               observer);
};
} // namespace itk

#endif
