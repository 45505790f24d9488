// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkParameterGrid.h"
#include "itkTorchParameterText.h"
#include "itkMacro.h"
#include <nlohmann/json.hpp>
#include <sstream>

namespace itk
{
namespace
{
/** A number or word of JSON, or a word without quotes. */
std::string
AsJson(const std::string & text)
{
  return nlohmann::json::accept(text) ? text : nlohmann::json(text).dump();
}
} // namespace

ParameterGrid::ParameterGrid(const TorchParameterList & list, const std::vector<std::string> & axes)
  : m_List(list)
{
  for (const auto & text : axes)
  {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals + 1 >= text.size())
    {
      itkGenericExceptionMacro("A grid must be given as Name=value,value,…, but is " << text << '.');
    }
    Axis               axis{ text.substr(0, equals), {} };
    std::istringstream values(text.substr(equals + 1));
    m_List.GetParameter(axis.Name);
    for (std::string value; std::getline(values, value, ',');)
    {
      axis.Values.push_back(AsJson(value));
    }
    m_Axes.push_back(std::move(axis));
  }
}

std::size_t
ParameterGrid::GetNumberOfPoints() const
{
  std::size_t points = 1;
  for (const auto & axis : m_Axes)
  {
    points *= axis.Values.size();
  }
  return points;
}

void
ParameterGrid::SetPoint(std::size_t point, const TorchParameterReference & parameters) const
{
  for (auto axis = m_Axes.rbegin(); axis != m_Axes.rend(); ++axis)
  {
    const std::string & value = axis->Values[point % axis->Values.size()];
    ReadParameters("{\"" + axis->Name + "\": " + value + '}', parameters);
    point /= axis->Values.size();
  }
  parameters.Verify("The grid");
}

std::vector<std::string>
ParameterGrid::GetNames() const
{
  std::vector<std::string> names;
  for (const auto & axis : m_Axes)
  {
    names.push_back(axis.Name);
  }
  return names;
}

std::vector<std::string>
ParameterGrid::GetValues(const TorchParameterView & parameters) const
{
  const auto               all = nlohmann::json::parse(WriteParameters(parameters));
  std::vector<std::string> values;
  for (const auto & axis : m_Axes)
  {
    const auto & value = all.at(axis.Name);
    values.push_back(value.is_string() ? value.get<std::string>() : value.dump());
  }
  return values;
}
} // namespace itk
