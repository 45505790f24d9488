// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchParameterText.h"
#include "itkMacro.h"
#include <nlohmann/json.hpp>

namespace itk
{
namespace
{
/** What earlier versions wrote, as it is written now. */
nlohmann::ordered_json
Renewed(const TorchParameter & parameter, const nlohmann::ordered_json & value)
{
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  for (const auto & [former, current] : parameter.FormerChoices)
  {
    if (text == former)
    {
      return current;
    }
  }
  return value;
}

void
SetParameter(const TorchParameter &          parameter,
             const nlohmann::ordered_json &  stored,
             const TorchParameterReference & parameters)
{
  const nlohmann::ordered_json value = Renewed(parameter, stored);
  std::visit(
    [&](const auto & kind)
    {
      std::decay_t<decltype(kind)> wanted{};
      bool                         isOfType = true;
      try
      {
        value.get_to(wanted);
      }
      catch (const nlohmann::json::exception &)
      {
        isOfType = false;
      }
      if (isOfType)
      {
        parameters.Set(parameter, wanted);
      }
      // A type that cannot hold the value, or an unknown choice.
      if (!isOfType || parameters.Get(parameter) != TorchParameterValue(wanted) ||
          (value.is_number_float() && wanted != value))
      {
        itkGenericExceptionMacro(<< parameter.Name << " must be a value of its type ("
                                 << (parameter.Choices.empty() ? parameter.Range.Describe() : "a named choice")
                                 << "), but is " << value.dump() << '.');
      }
    },
    parameter.Default);
}
} // namespace

std::string
WriteParameters(const TorchParameterView & parameters)
{
  auto json = nlohmann::ordered_json::object();
  for (const auto & parameter : parameters.GetList().GetParameters())
  {
    std::visit([&](const auto & value) { json[parameter.Name] = value; }, parameters.Get(parameter));
  }
  return json.dump();
}

void
ReadParameters(const std::string & json, const TorchParameterReference & parameters)
{
  try
  {
    const auto object = nlohmann::ordered_json::parse(json);
    if (!object.is_object())
    {
      itkGenericExceptionMacro("Parameters must be a JSON object, but are " << object.dump().substr(0, 40) << '.');
    }
    for (const auto & [name, value] : object.items())
    {
      SetParameter(parameters.GetList().GetParameter(name), value, parameters);
    }
  }
  catch (const nlohmann::json::exception & error)
  {
    itkGenericExceptionMacro("Parameters cannot be read: " << error.what() << '.');
  }
}
} // namespace itk
