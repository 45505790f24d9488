// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetModelFile.h"
#include "itkSafetensors.h"
#include <nlohmann/json.hpp>

namespace itk
{
namespace
{
constexpr const char * formatName = "ITKTorch U-Net 1";

nlohmann::json
ToJson(const TorchParameterTable & table, const void * parameters)
{
  nlohmann::json json = nlohmann::json::object();
  for (const auto & parameter : table.GetParameters())
  {
    std::visit([&](const auto & value) { json[parameter.Name] = value; }, parameter.Get(parameters));
  }
  return json;
}

/** Parameters that the text lacks keep their defaults; one that the table lacks is an error. */
void
FromJson(const nlohmann::json & json, const TorchParameterTable & table, void * parameters)
{
  for (const auto & [name, value] : json.items())
  {
    const auto & parameter = table.GetParameter(name);
    std::visit(
      [&, &text = value](const auto & kind)
      {
        const auto wanted = text.template get<std::decay_t<decltype(kind)>>();
        parameter.Set(parameters, wanted);
        // A type that cannot hold the value, or an unknown choice.
        if (parameter.Get(parameters) != TorchParameterValue(wanted) || (text.is_number_float() && wanted != text))
        {
          itkGenericExceptionMacro(<< parameter.Name << " must be a value of its type ("
                                   << (parameter.Choices.empty() ? parameter.Range.Describe() : "a named choice")
                                   << "), but is " << text.dump() << '.');
        }
      },
      parameter.Default);
  }
}
} // namespace

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
  const auto json = [&](const char * key)
  {
    const auto found = file.Metadata.find(key);
    return nlohmann::json::parse(found == file.Metadata.end() ? "null" : found->second);
  };
  try
  {
    UNetSpecification specification;
    FromJson(json("specification"), UNetSpecification::Describe(), &specification);
    UNetIntensityRule rule;
    FromJson(json("intensity"), UNetIntensityRule::Describe(), &rule);
    specification.Verify();
    rule.Verify();
    model.SetSpecification(specification);
    model.SetIntensityRule(rule);
    model.SetClassNames(json("classes").get<std::vector<std::string>>());
    model.SetSpacing(json("spacing").get<std::vector<double>>());
    const auto recipe = file.Metadata.find("recipe");
    model.SetRecipe(recipe == file.Metadata.end() ? std::string{} : recipe->second);
    if (readsWeights)
    {
      model.SetWeights(file.Tensors);
      model.Verify();
    }
  }
  catch (const nlohmann::json::exception & error)
  {
    itkGenericExceptionMacro(<< fileName << " has metadata that cannot be read: " << error.what() << '.');
  }
  catch (const ExceptionObject & error)
  {
    itkGenericExceptionMacro(<< fileName << " does not hold a valid model. " << error.GetDescription());
  }
}

void
WriteUNetModelFile(const std::string & fileName, const UNetModel & model)
{
  model.Verify();
  Safetensors file;
  file.Tensors = model.GetWeights();
  file.Metadata["format"] = formatName;
  file.Metadata["specification"] = ToJson(UNetSpecification::Describe(), &model.GetSpecification()).dump();
  file.Metadata["intensity"] = ToJson(UNetIntensityRule::Describe(), &model.GetIntensityRule()).dump();
  file.Metadata["classes"] = nlohmann::json(model.GetClassNames()).dump();
  file.Metadata["spacing"] = nlohmann::json(model.GetSpacing()).dump();
  file.Metadata["recipe"] = model.GetRecipe();
  file.Write(fileName);
}
} // namespace itk
