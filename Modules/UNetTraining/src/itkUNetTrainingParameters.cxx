// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetTrainingParameters.h"

namespace itk
{
const TorchParameterTable &
UNetTrainingParameters::Describe()
{
  using P = UNetTrainingParameters;
  using Range = TorchParameterRange;
  using Unit = TorchParameterUnit;
  static const TorchParameterTable table = []
  {
    TorchParameterTable t;
    t.Add("Epochs", &P::Epochs, "Passes over the training images.", Range::Between(1, 1e6));
    t.Add("BatchSize", &P::BatchSize, "Crops in a step of the optimizer.", Range::Between(1, 4096));
    t.Add("CropSize",
          &P::CropSize,
          "Edge of a training crop; a multiple of 2^Levels.",
          Range::Between(1, 16384),
          Unit::Pixels);
    t.Add("CropsPerImage", &P::CropsPerImage, "Crops of each image in an epoch.", Range::Between(1, 4096));
    t.Add("LearningRate", &P::LearningRate, "Adam's step size.", Range::GreaterThan(0));
    t.AddChoice("LearningRateSchedule",
                &P::LearningRateSchedule,
                "Constant, or from LearningRate to 0 along half a cosine.",
                { "constant", "cosine" });
    t.Add("WeightDecay", &P::WeightDecay, "Factor of the weights in their gradient.", Range::AtLeast(0));
    t.AddChoice("LabelRule",
                &P::LabelRule,
                "Whether every label but 0 is the last class, or labels are class numbers.",
                { "foreground", "class-index" });
    t.AddChoice(
      "WeightMap",
      &P::WeightMap,
      "Weigh pixels by a boundary weight map of the instance labels, so that gaps between objects are learned.",
      { "none", "paper", "falk" });
    t.Add("GapWidth",
          &P::GapWidth,
          "Width of the background that is cut between touching objects; 0 leaves them as they are.",
          Range::Between(0, 100),
          Unit::Pixels);
    t.AddChoice("Augmentation",
                &P::Augmentation,
                "Random changes of the crops; see RandomAugmentationImageFilter.",
                GetRandomAugmentationPresetNames());
    t.AddChoice("AugmentedWeights",
                &P::AugmentedWeights,
                "Weight map and gaps of the images, deformed with them, or computed again from each deformed crop.",
                { "warped", "recomputed" });
    t.Add("Seed", &P::Seed, "Decides initial weights, order and places of the crops, and their augmentation.");
    t.Add("MaximumCacheSize", &P::MaximumCacheSize, "MiB of prepared images to keep; the others are read again.");
    return t;
  }();
  return table;
}
} // namespace itk
