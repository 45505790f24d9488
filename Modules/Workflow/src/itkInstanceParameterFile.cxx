// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkInstanceParameterFile.h"
#include "itkAtomicFileWrite.h"
#include "itkErrorSentence.h"
#include "itkTorchParameterText.h"
#include "itkMacro.h"
#include <nlohmann/json.hpp>
#include <fstream>

namespace itk
{
namespace
{
constexpr const char * key = "InstanceSegmentation";
}

InstanceSegmentationParameters
ReadInstanceParameters(const std::string & fileName)
{
  VerifyIsNoDevice(fileName);
  std::ifstream file(fileName);
  if (!file)
  {
    itkGenericExceptionMacro(<< fileName << ": there is no such file.");
  }
  const auto json = nlohmann::ordered_json::parse(file, nullptr, false);
  if (json.is_discarded() || !json.is_object() || !json.contains(key))
  {
    itkGenericExceptionMacro(<< fileName
                             << ": it must be a file written by itktorch tune, a JSON object with the member " << key
                             << '.');
  }
  InstanceSegmentationParameters parameters;
  try
  {
    ReadParameters(json[key].dump(), parameters);
    TorchParameterView(parameters).Verify(key);
  }
  catch (const std::exception & error)
  {
    itkGenericExceptionMacro(<< fileName << ": " << ErrorSentence(error));
  }
  return parameters;
}

InstanceSegmentationParameters
GetInstanceParameters(const UNetModel & model)
{
  InstanceSegmentationParameters parameters;
  const std::string &            ofCard = model.GetCard().ObjectParameters;
  if (!ofCard.empty())
  {
    ReadParameters(ofCard, parameters);
    TorchParameterView(parameters).Verify("The model's card");
  }
  else if (model.GetClassNames() == std::vector<std::string>{ "background", "interior", "border" })
  {
    parameters.Channels = InstanceChannels::BackgroundInteriorBorder;
  }
  return parameters;
}

void
WriteInstanceParameters(const std::string &                    fileName,
                        const InstanceSegmentationParameters & parameters,
                        const std::string &                    report)
{
  nlohmann::ordered_json json;
  json[key] = nlohmann::ordered_json::parse(WriteParameters(parameters));
  json["Tuning"] = nlohmann::ordered_json::parse(report);
  AtomicFileWrite(fileName, json.dump(2) + '\n');
}
} // namespace itk
