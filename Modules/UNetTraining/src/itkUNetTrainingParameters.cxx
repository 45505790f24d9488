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
    t.Add("UseWeightMap",
          &P::UseWeightMap,
          "Weigh pixels by a boundary weight map of the instance labels, so that gaps between objects are learned.");
    t.AddGroup("WeightMap", &P::WeightMap);
    t.AddGroup("Augmentation", &P::Augmentation, { "CropSize", "Seed" });
    t.AddChoice("AugmentedWeights",
                &P::AugmentedWeights,
                "Weight map and gaps of the images, deformed with them, or computed again from each deformed crop.",
                { "warped", "recomputed" });
    t.Add("Seed", &P::Seed, "Decides initial weights, order and places of the crops, and their augmentation.");
    t.Add("MaximumCacheSize",
          &P::MaximumCacheSize,
          "Memory for prepared images; the others are read again.",
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
