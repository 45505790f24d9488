// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetModelFile.h"
#include "itkErrorSentence.h"
#include "itkSafetensors.h"
#include "itkTorchParameterText.h"
#include <nlohmann/json.hpp>

namespace itk
{
namespace
{
constexpr const char * formatName = "ITKTorch U-Net 1";
} // namespace

void
ReadUNetModelMetadata(const std::map<std::string, std::string> & metadata, UNetModel & model)
{
  const auto text = [&](const char * key, const char * otherwise)
  {
    const auto found = metadata.find(key);
    return found == metadata.end() ? otherwise : found->second;
  };
  const auto json = [&](const char * key) { return nlohmann::json::parse(text(key, "null")); };
  try
  {
    UNetSpecification specification;
    ReadParameters(text("specification", "{}"), specification);
    UNetIntensityNormalization rule;
    ReadParameters(text("intensity", "{}"), rule);
    specification.Verify();
    rule.Verify();
    model.SetSpecification(specification);
    model.SetIntensityNormalization(rule);
    model.SetClassNames(json("classes").get<std::vector<std::string>>());
    model.SetSpacing(json("spacing").get<std::vector<double>>());
    model.SetOrientation(text("orientation", ""));
    model.SetRecipe(text("recipe", ""));
    const std::string card = text("card", "");
    model.SetCard(card.empty() ? UNetModelCard() : UNetModelCard::FromJson(card));
    model.VerifyGrid();
  }
  catch (const nlohmann::json::exception & error)
  {
    itkGenericExceptionMacro("Its metadata cannot be read: " << error.what() << '.');
  }
}

void
WriteUNetModelMetadata(const UNetModel & model, std::map<std::string, std::string> & metadata)
{
  metadata["specification"] = WriteParameters(model.GetSpecification());
  metadata["intensity"] = WriteParameters(model.GetIntensityNormalization());
  metadata["classes"] = nlohmann::json(model.GetClassNames()).dump();
  metadata["spacing"] = nlohmann::json(model.GetSpacing()).dump();
  metadata["orientation"] = model.GetOrientation();
  metadata["recipe"] = model.GetRecipe();
  if (!model.GetCard().IsEmpty())
  {
    metadata["card"] = model.GetCard().ToJson();
  }
}

void
ReadUNetModelFile(const std::string & fileName, UNetModel & model, bool readsWeights)
{
  const Safetensors file = Safetensors::Read(fileName, readsWeights);
  const auto        format = file.Metadata.find("format");
  if (format == file.Metadata.end() || format->second != formatName)
  {
    itkGenericExceptionMacro(<< fileName << " is not a U-Net model of this project: the metadata \"format\" must be \""
                             << formatName << "\", but is "
                             << (format == file.Metadata.end() ? "absent" : '"' + format->second + '"') << '.');
  }
  try
  {
    ReadUNetModelMetadata(file.Metadata, model);
    if (readsWeights)
    {
      model.SetWeights(file.Tensors);
      model.Verify();
    }
  }
  catch (const ExceptionObject & error)
  {
    itkGenericExceptionMacro(<< fileName << " does not hold a valid model. " << ErrorSentence(error));
  }
}

void
WriteUNetModelFile(const std::string & fileName, const UNetModel & model, bool usesHalfPrecision)
{
  try
  {
    model.Verify();
  }
  catch (const ExceptionObject & error)
  {
    itkGenericExceptionMacro("Cannot write " << fileName << ": " << ErrorSentence(error));
  }
  Safetensors file;
  file.Tensors = model.GetWeights();
  file.Metadata["format"] = formatName;
  WriteUNetModelMetadata(model, file.Metadata);
  file.Write(fileName, usesHalfPrecision);
}
} // namespace itk
