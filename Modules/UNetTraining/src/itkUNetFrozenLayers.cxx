// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetFrozenLayers.h"
#include "itkMacro.h"
#include <algorithm>
#include <set>
#include <sstream>

namespace itk
{
namespace
{
std::vector<std::string>
SplitAtCommas(const std::string & text)
{
  std::vector<std::string> parts;
  std::istringstream       stream(text);
  for (std::string part; std::getline(stream, part, ',');)
  {
    part.erase(std::remove(part.begin(), part.end(), ' '), part.end());
    if (!part.empty())
    {
      parts.push_back(part);
    }
  }
  return parts;
}

bool
IsOfLayer(const std::string & tensor, const std::string & layer)
{
  return tensor == layer || tensor.compare(0, layer.size() + 1, layer + '.') == 0;
}

void
VerifyIsLayer(const UNetSpecification & specification, const std::string & layer)
{
  std::set<std::string> known;
  for (const auto & description : specification.GetTensors())
  {
    if (IsOfLayer(description.Name, layer))
    {
      return;
    }
    const auto first = description.Name.find('.');
    known.insert(description.Name.substr(0, description.Name.find('.', first + 1)));
  }
  std::string list;
  for (const std::string & name : known)
  {
    list += (list.empty() ? "" : ", ") + name;
  }
  itkGenericExceptionMacro("FrozenLayers must be beginnings of layers' names, such as " << list << ", but one is "
                                                                                        << layer << '.');
}
} // namespace

bool
IsOfFrozenLayer(const std::string & tensor, const std::string & frozenLayers)
{
  const auto layers = SplitAtCommas(frozenLayers);
  return std::any_of(layers.begin(), layers.end(), [&](const std::string & layer) { return IsOfLayer(tensor, layer); });
}

void
VerifyFrozenLayers(const UNetSpecification & specification, const std::string & frozenLayers)
{
  for (const std::string & layer : SplitAtCommas(frozenLayers))
  {
    VerifyIsLayer(specification, layer);
  }
}
} // namespace itk
