// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkInstanceSegmentationParameters.h"
#include "itkMacro.h"

namespace itk
{
const TorchParameterTable<InstanceSegmentationParameters> &
InstanceSegmentationParameters::Describe()
{
  using P = InstanceSegmentationParameters;
  using Range = TorchParameterRange;
  static const auto table =
    TorchParameterTable<InstanceSegmentationParameters>()
      .AddChoice(
        "Channels",
        &P::Channels,
        "What a pixel's components are the probabilities of. Border excludes interior, but not foreground.",
        { "foreground", "background-foreground", "interior-border", "foreground-border", "background-interior-border" })
      .Add("MaskThreshold",
           &P::MaskThreshold,
           "Objects are where the foreground's probability is greater.",
           Range::Between(0, 1))
      .AddChoice("Separation",
                 &P::Separation,
                 "Objects are the mask's components, or what grows from seeds within it.",
                 { "none", "watershed" })
      .AddChoice("Seeds",
                 &P::Seeds,
                 "Seeds by the thresholds, or where the distance to the mask's border is greatest.",
                 { "probability", "distance-maxima" })
      .Add("SeedThreshold",
           &P::SeedThreshold,
           "Seeds are where the interior's probability is greater.",
           Range::Between(0, 1))
      .Add("BorderThreshold",
           &P::BorderThreshold,
           "Seeds are where the border's probability is less.",
           Range::Between(0, 1))
      .Add("MinimumSeedSize",
           &P::MinimumSeedSize,
           "Seeds by thresholds of fewer pixels are none.",
           Range::AtLeast(0),
           TorchParameterUnit::Pixels)
      .Add("MaximaHeight",
           &P::MaximaHeight,
           "How far a maximum of the distance stands above the pass to a higher one, to be a seed; in the unit of "
           "distances.",
           Range::AtLeast(0))
      .AddChoice("Landscape",
                 &P::Landscape,
                 "What seeds grow on: high interior probabilities, far from the mask's border, or near seeds first.",
                 { "probability", "mask-distance", "seed-distance" })
      .Add("KeepUnseeded", &P::KeepUnseeded, "A part of the mask without a seed is an object, too.")
      .Add("MergeThreshold",
           &P::MergeThreshold,
           "Two objects become one if the interior's probability along their contact is greater on average; 1: never.",
           Range::Between(0, 1))
      .Add("MinimumObjectSize",
           &P::MinimumObjectSize,
           "Objects of fewer pixels become background.",
           Range::AtLeast(0),
           TorchParameterUnit::Pixels)
      .Add("FillHoles", &P::FillHoles, "Background that one object encloses becomes a part of it.")
      .Add("FullyConnected", &P::FullyConnected, "Pixels that share only an edge or a corner are neighbors, too.")
      .Add(
        "UseImageSpacing", &P::UseImageSpacing, "Distances in physical units; otherwise in pixels of the finest axis.");
  return table;
}

unsigned int
InstanceSegmentationParameters::GetNumberOfComponents() const
{
  switch (Channels)
  {
    case InstanceChannels::Foreground:
      return 1;
    case InstanceChannels::BackgroundInteriorBorder:
      return 3;
    default:
      return 2;
  }
}

void
VerifyInstanceChannels(const InstanceSegmentationParameters & parameters, unsigned int numberOfComponents)
{
  if (numberOfComponents != parameters.GetNumberOfComponents())
  {
    const auto channels = TorchParameterView(parameters).Get("Channels");
    itkGenericExceptionMacro("With Channels " << TorchParameter::Format(channels) << " the input's pixels must have "
                                              << parameters.GetNumberOfComponents() << " component"
                                              << (parameters.GetNumberOfComponents() > 1 ? "s" : "") << ", but have "
                                              << numberOfComponents << '.');
  }
}
} // namespace itk
