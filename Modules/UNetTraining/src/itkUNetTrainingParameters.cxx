// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetTrainingParameters.h"

namespace itk
{
UNetTrainingParameters::UNetTrainingParameters() = default;

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
    t.Add("StepsPerEpoch",
          &P::StepsPerEpoch,
          "Number of steps of the optimizer in an epoch; 0 for as many as CropsPerImage crops of each image make.");
    t.Add("MaximumSteps", &P::MaximumSteps, "Number of steps after which the training ends; 0 for no limit.");
    t.Add("MaximumMinutes",
          &P::MaximumMinutes,
          "Minutes after which the training ends, at the end of a step; 0 for no limit. The schedule does not know of "
          "it.",
          Range::AtLeast(0));
    t.Add(
      "OverfitCrops",
      &P::OverfitCrops,
      "Train on so many crops alone, the same in every step and not augmented, whose loss must then go to about 0: a "
      "check of data and settings. 0 to train on all images.");
    t.AddInherited<UNetOptimizationParameters>();
    t.AddChoice("Sampling",
                &P::Sampling,
                "Which images crops are taken from: each equally often, each category equally often, or by the weights "
                "of the images.");
    t.AddChoice(
      "Labels",
      &P::Labels,
      "Meaning of the labels. foreground and objects: every label other than 0 is the last class, and for a weight "
      "map each label is an object. classes: a label is the number of its class.");
    t.Add("IgnoreLabel",
          &P::IgnoreLabel,
          "Label of pixels that are not known: they count neither in the loss nor in scores; -1 for none.",
          Range::AtLeast(-1));
    t.AddChoice("Target",
                &P::Target,
                "What the network learns: what the labels say, or background, interior and border of objects.");
    t.Add("BorderWidth",
          &P::BorderWidth,
          "Pixels of an object that are this near to a pixel outside it are its border, for the target "
          "interior-border.",
          Range::Between(1, 16),
          Unit::Pixels);
    t.Add("ContactWeight",
          &P::ContactWeight,
          "Factor of the loss of border pixels that are as near to another object.",
          Range::AtLeast(0));
    t.Add("AllowOnlyBackground", &P::AllowOnlyBackground, "Train although no label image has anything but background.");
    t.AddGroup("Loss", &P::Loss);
    t.Add("FrozenLayers",
          &P::FrozenLayers,
          "Layers whose weights stay as they are, by the beginnings of their names, such as encoder.0,encoder.1; "
          "separated by commas.");
    t.AddChoice("Precision",
                &P::Precision,
                "Numbers of the images between the network's layers, which take most of the memory; weights, gradients "
                "and statistics are float32.");
    t.Add("ValidationInterval",
          &P::ValidationInterval,
          "Number of epochs from one validation to the next, where there are validation images.",
          Range::AtLeast(1));
    t.Add("Patience",
          &P::Patience,
          "Number of epochs without a better validation after which the training ends; 0 for no limit.");
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
    t.Add("LoaderThreads",
          &P::LoaderThreads,
          "Number of threads that prepare batches beside the computation; 0 for none.",
          Range::Between(0, 256));
    return t;
  }();
  return table;
}

UNetTrainingParameters
UNetTrainingParameters::FromPreset(UNetTrainingPreset preset)
{
  UNetTrainingParameters parameters;
  switch (preset)
  {
    case UNetTrainingPreset::Classic:
      parameters.Epochs = 10;
      parameters.BatchSize = 4;
      parameters.LearningRate = 1e-4;
      parameters.LearningRateSchedule = UNetLearningRateSchedule::Constant;
      break;
    case UNetTrainingPreset::Nuclei:
      parameters.Target = UNetTarget::InteriorBorder;
      parameters.Labels = LabelMeaning::Objects;
      parameters.Loss.CrossEntropy = 0.6;
      parameters.Loss.Dice = 0.4;
      parameters.Loss.ClassWeights = { 1.0, 1.0, 2.0 };
      parameters.Optimizer = UNetOptimizer::AdamW;
      parameters.LearningRate = 1e-3;
      parameters.FinalLearningRate = 1e-6;
      parameters.WarmupSteps = 500;
      parameters.WeightDecay = 1e-4;
      parameters.WeightAveraging = 0.999;
      parameters.Augmentation = RandomAugmentationParameters::FromPreset(RandomAugmentationPreset::Nuclei);
      break;
    case UNetTrainingPreset::NnUNet:
      parameters.Epochs = 1000;
      parameters.StepsPerEpoch = 250;
      parameters.BatchSize = 12;
      parameters.Loss.Dice = 1.0;
      parameters.Optimizer = UNetOptimizer::SGD;
      parameters.Momentum = 0.99;
      parameters.LearningRate = 0.01;
      parameters.LearningRateSchedule = UNetLearningRateSchedule::Polynomial;
      parameters.WeightDecay = 3e-5;
      parameters.MaximumGradientNorm = 12.0;
      parameters.Augmentation = RandomAugmentationParameters::FromPreset(RandomAugmentationPreset::Nuclei);
      parameters.Augmentation.ForegroundProbability = 0.33;
      break;
    default:
      break;
  }
  return parameters;
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
