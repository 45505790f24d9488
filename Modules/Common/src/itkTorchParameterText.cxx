// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchParameterText.h"
#include "itkMacro.h"
#include <nlohmann/json.hpp>
#include <algorithm>
#include <cmath>
#include <limits>

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

/** JSON has no infinite numbers: they are the texts "inf" and "-inf". */
nlohmann::ordered_json
WriteNumber(double number)
{
  return std::isinf(number) ? nlohmann::ordered_json(number > 0 ? "inf" : "-inf") : nlohmann::ordered_json(number);
}

/** With infinite numbers in place of their texts. */
nlohmann::ordered_json
ReadNumbers(const nlohmann::ordered_json & value)
{
  if (value == "inf" || value == "-inf")
  {
    return (value == "inf" ? 1 : -1) * std::numeric_limits<double>::infinity();
  }
  auto numbers = value;
  for (auto & number : numbers)
  {
    if (value.is_array())
    {
      number = ReadNumbers(number);
    }
  }
  return numbers;
}

void
SetParameter(const TorchParameter &          parameter,
             const nlohmann::ordered_json &  stored,
             const TorchParameterReference & parameters)
{
  const bool                   isText = std::holds_alternative<std::string>(parameter.Default);
  const nlohmann::ordered_json value = isText ? Renewed(parameter, stored) : ReadNumbers(Renewed(parameter, stored));
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
    const TorchParameterValue value = parameters.Get(parameter);
    std::visit([&](const auto & plain) { json[parameter.Name] = plain; }, value);
    if (const auto * const number = std::get_if<double>(&value))
    {
      json[parameter.Name] = WriteNumber(*number);
    }
    else if (const auto * const numbers = std::get_if<std::vector<double>>(&value))
    {
      std::transform(numbers->begin(), numbers->end(), json[parameter.Name].begin(), WriteNumber);
    }
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
