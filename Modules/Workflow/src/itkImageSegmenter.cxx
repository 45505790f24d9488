// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkImageSegmenter.h"
#include "itkImageFileContent.h"
#include "itkTorchParameterText.h"
#include <nlohmann/json.hpp>

namespace itk
{
namespace
{
using Kind = SegmentationSettings::Kind;
} // namespace

const std::set<std::string> SegmentationSettings::UnusedNetworkParameters{ "Threshold" };

bool
SegmentationSettings::GivesObjects(const UNetSpecification & specification) const
{
  return specification.Classes <= 2 || Objects.Channels != InstanceChannels::Foreground;
}

void
SegmentationSettings::FitTo(const UNetSpecification & specification)
{
  if (this->GivesObjects(specification))
  {
    const bool usesClasses = Objects.Channels != InstanceChannels::Foreground;
    if (usesClasses && Objects.GetNumberOfComponents() != specification.Classes)
    {
      itkGenericExceptionMacro("Channels must be those of the model's classes, of which there are "
                               << specification.Classes << ", but is " << GetEnumerationText(Objects.Channels)
                               << ", which are " << Objects.GetNumberOfComponents() << '.');
    }
    return;
  }
  if (Output == Kind::Mask)
  {
    itkGenericExceptionMacro("A mask needs a model of 1 or 2 classes, but the model has " << specification.Classes
                                                                                          << '.');
  }
  Output = Output == Kind::Objects ? Kind::Classes : Output;
}

void
SegmentationSettings::VerifyOutputFormat(const std::string & fileName, const UNetSpecification & specification) const
{
  const bool areProbabilities = Output == Kind::Probabilities;
  VerifyFormatHolds(fileName,
                    { areProbabilities ? "probabilities" : "labels",
                      areProbabilities && specification.Classes > 2 ? specification.Classes : 1,
                      areProbabilities });
}

std::string
WriteSegmentationSettings(const SegmentationSettings & settings)
{
  constexpr const char * kinds[] = { "objects", "mask", "probabilities", "classes" };

  const auto parse = [](const TorchParameterView & parameters)
  { return nlohmann::ordered_json::parse(WriteParameters(parameters)); };
  nlohmann::ordered_json json{ { "Output", kinds[static_cast<int>(settings.Output)] } };
  if (!settings.Spacing.empty())
  {
    json["Spacing"] = settings.Spacing;
  }
  if (!settings.Region.empty())
  {
    json["Region"] = settings.Region;
  }
  if (settings.Level)
  {
    json["Level"] = *settings.Level;
  }
  if (settings.Polarity)
  {
    json["Polarity"] = GetEnumerationText(*settings.Polarity);
  }
  json["Network"] = parse(settings.Network);
  for (const auto & name : SegmentationSettings::UnusedNetworkParameters)
  {
    json["Network"].erase(name);
  }
  const auto objects = parse(settings.Objects);
  if (settings.Output == Kind::Objects)
  {
    json["Objects"] = objects;
  }
  else if (settings.Output == Kind::Mask)
  {
    json["Channels"] = objects["Channels"];
    json["MaskThreshold"] = objects["MaskThreshold"];
  }
  return json.dump();
}

std::unique_ptr<ImageSegmenter>
MakeImageSegmenter(UNetModel * model, const std::string & device, const SegmentationSettings & settings)
{
  TorchDevice(device).Resolve();
  const bool is3D = model->GetSpecification().Dimension == 3;
  return is3D ? MakeImageSegmenterOfDimension<3>(model, device, settings)
              : MakeImageSegmenterOfDimension<2>(model, device, settings);
}
} // namespace itk
