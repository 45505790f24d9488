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
      .AddChoice("Channels",
                 &P::Channels,
                 "Meaning of the probabilities in a pixel's components. Border excludes interior, but not foreground.")
      .Add("MaskThreshold",
           &P::MaskThreshold,
           "Pixels with a greater foreground probability form the mask of objects.",
           Range::Between(0, 1))
      .AddChoice("Separation",
                 &P::Separation,
                 "Objects are the connected components of the mask, or are grown from seeds within it.")
      .AddChoice(
        "Seeds", &P::Seeds, "Find seeds by the thresholds, or at the maxima of the distance to the mask's border.")
      .Add("SeedThreshold",
           &P::SeedThreshold,
           "Seeds consist of pixels with a greater interior probability.",
           Range::Between(0, 1))
      .Add("BorderThreshold",
           &P::BorderThreshold,
           "Seeds consist of pixels with a smaller border probability.",
           Range::Between(0, 1))
      .Add("MinimumSeedSize",
           &P::MinimumSeedSize,
           "Seeds found by the thresholds are discarded if they have fewer pixels.",
           Range::AtLeast(0),
           TorchParameterUnit::Pixels)
      .Add("MaximaHeight",
           &P::MaximaHeight,
           "How far a maximum of the distance must rise above the pass to a higher one to be a seed; in the unit of "
           "distances.",
           Range::AtLeast(0))
      .AddChoice("Landscape",
                 &P::Landscape,
                 "Where seeds grow first: at high interior probabilities, far from the mask's border, or near seeds.")
      .Add("KeepUnseeded", &P::KeepUnseeded, "A part of the mask without a seed also becomes an object.")
      .Add("MergeThreshold",
           &P::MergeThreshold,
           "Two objects are merged if the average interior probability along their contact is greater; 1: never.",
           Range::Between(0, 1))
      .Add("MinimumObjectSize",
           &P::MinimumObjectSize,
           "Objects with fewer pixels become background.",
           Range::AtLeast(0),
           TorchParameterUnit::Pixels)
      .Add("FillHoles", &P::FillHoles, "Background enclosed by a single object becomes a part of it.")
      .Add("FullyConnected", &P::FullyConnected, "Pixels that share only an edge or a corner are also neighbors.")
      .Add("UseImageSpacing",
           &P::UseImageSpacing,
           "Measure distances in physical units instead of pixels of the finest axis.");
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
