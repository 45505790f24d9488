// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkImageSegmenter.h"
#include "itkTorchParameterText.h"
#include <nlohmann/json.hpp>

namespace itk
{
namespace
{
using Kind = SegmentationSettings::Kind;
} // namespace

const std::set<std::string> SegmentationSettings::UnusedNetworkParameters{ "Threshold" };

std::string
WriteSegmentationSettings(const SegmentationSettings & settings)
{
  constexpr const char * kinds[] = { "objects", "mask", "probabilities" };

  const auto parse = [](const TorchParameterTable & table, const void * values)
  { return nlohmann::ordered_json::parse(WriteParameters(table, values)); };
  nlohmann::ordered_json json{ { "Output", kinds[static_cast<int>(settings.Output)] } };
  json["Network"] = parse(UNetInferenceParameters::Describe(), &settings.Network);
  for (const auto & name : SegmentationSettings::UnusedNetworkParameters)
  {
    json["Network"].erase(name);
  }
  const auto objects = parse(InstanceSegmentationParameters::Describe(), &settings.Objects);
  if (settings.Output == Kind::Objects)
  {
    json["Objects"] = objects;
  }
  else if (settings.Output == Kind::Mask)
  {
    json["MaskThreshold"] = objects["MaskThreshold"];
  }
  return json.dump();
}

std::unique_ptr<ImageSegmenter>
MakeImageSegmenter(UNetModel * model, const std::string & device, const SegmentationSettings & settings)
{
  if (model->GetSpecification().Classes > 2)
  {
    itkGenericExceptionMacro("Model must be of 1 or 2 classes for this command, but has "
                             << model->GetSpecification().Classes << '.');
  }
  TorchDevice(device).Resolve();
  const bool is3D = model->GetSpecification().Dimension == 3;
  return is3D ? MakeImageSegmenterOfDimension<3>(model, device, settings)
              : MakeImageSegmenterOfDimension<2>(model, device, settings);
}
} // namespace itk
