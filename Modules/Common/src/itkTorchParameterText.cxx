// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchParameterText.h"
#include <nlohmann/json.hpp>

namespace itk
{
namespace
{
void
SetParameter(const TorchParameter & parameter, const nlohmann::ordered_json & value, void * parameters)
{
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
        parameter.Set(parameters, wanted);
      }
      // A type that cannot hold the value, or an unknown choice.
      if (!isOfType || parameter.Get(parameters) != TorchParameterValue(wanted) ||
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
WriteParameters(const TorchParameterTable & table, const void * parameters)
{
  auto json = nlohmann::ordered_json::object();
  for (const auto & parameter : table.GetParameters())
  {
    std::visit([&](const auto & value) { json[parameter.Name] = value; }, parameter.Get(parameters));
  }
  return json.dump();
}

void
ReadParameters(const std::string & json, const TorchParameterTable & table, void * parameters)
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
      SetParameter(table.GetParameter(name), value, parameters);
    }
  }
  catch (const nlohmann::json::exception & error)
  {
    itkGenericExceptionMacro("Parameters cannot be read: " << error.what() << '.');
  }
}
} // namespace itk
