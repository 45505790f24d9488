// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetTrainingParameters.h"

namespace itk
{
const TorchParameterTable<UNetTrainingParameters> &
UNetTrainingParameters::Describe()
{
  using P = UNetTrainingParameters;
  using Range = TorchParameterRange;
  using Unit = TorchParameterUnit;
  static const TorchParameterTable<UNetTrainingParameters> table = []
  {
    TorchParameterTable<UNetTrainingParameters> t;
    t.Add("Epochs", &P::Epochs, "Number of passes over the training images.", Range::Between(1, 1e6));
    t.Add("BatchSize", &P::BatchSize, "Number of crops in each step of the optimizer.", Range::Between(1, 4096));
    t.Add("CropSize",
          &P::CropSize,
          "Edge length of a training crop; must be a multiple of 2^Levels.",
          Range::Between(1, 16384),
          Unit::Pixels);
    t.Add("CropsPerImage", &P::CropsPerImage, "Number of crops from each image in an epoch.", Range::Between(1, 4096));
    t.Add("LearningRate", &P::LearningRate, "Learning rate of the Adam optimizer.", Range::GreaterThan(0));
    t.AddChoice("LearningRateSchedule",
                &P::LearningRateSchedule,
                "Keep the rate constant, or decrease it from LearningRate to 0 along half a cosine.");
    t.Add("WeightDecay",
          &P::WeightDecay,
          "L2 regularization: this number times a weight is added to its gradient.",
          Range::AtLeast(0));
    t.AddChoice(
      "Labels",
      &P::Labels,
      "Meaning of the labels. foreground and objects: every label other than 0 is the last class, and for a weight "
      "map each label is an object. classes: a label is the number of its class.");
    t.Add("UseWeightMap",
          &P::UseWeightMap,
          "Weight the loss of each pixel by a boundary weight map of the instance labels, so that gaps between objects "
          "are learned.");
    t.AddGroup("WeightMap", &P::WeightMap);
    t.AddGroup("Augmentation", &P::Augmentation, { "CropSize", "Seed" });
    t.AddChoice(
      "AugmentedWeights",
      &P::AugmentedWeights,
      "Whether the weight map and gaps of an image are deformed with it, or computed again from each deformed crop.");
    t.Add(
      "Seed", &P::Seed, "Seed of the initial weights, the order and positions of the crops, and their augmentation.");
    t.Add("MaximumCacheSize",
          &P::MaximumCacheSize,
          "Memory for prepared images; images that do not fit are read again in each epoch.",
          {},
          TorchParameterUnit::Mebibytes);
    return t;
  }();
  return table;
}

void
UNetTrainingParameters::SetWeightMap(UNetWeightMap preset)
{
  const unsigned int gapWidth = WeightMap.GapWidth;
  UseWeightMap = preset != UNetWeightMap::None;
  WeightMap =
    preset == UNetWeightMap::Falk ? BoundaryWeightMapParameters::Falk() : BoundaryWeightMapParameters::Paper();
  WeightMap.GapWidth = gapWidth;
}
} // namespace itk
