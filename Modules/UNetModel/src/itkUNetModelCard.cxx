// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetModelCard.h"
#include "itkMacro.h"
#include <nlohmann/json.hpp>
#include <algorithm>

namespace itk
{
namespace
{
using Json = nlohmann::ordered_json;

/** \throws ExceptionObject that lists the choices, for another text */
template <typename TEnumeration>
TEnumeration
ReadChoice(const char * name, const std::string & text)
{
  const auto & choices = GetEnumerationTexts<TEnumeration>();
  if (std::find(choices.begin(), choices.end(), text) == choices.end())
  {
    std::string list;
    for (const std::string & choice : choices)
    {
      list += (list.empty() ? "" : ", ") + choice;
    }
    itkGenericExceptionMacro("Its card's " << name << " must be one of " << list << ", but is " << text << '.');
  }
  return GetEnumerationValue<TEnumeration>(text);
}

UNetModelCard::PermittedComputation
ReadPermitted(const Json & json)
{
  UNetModelCard::PermittedComputation permitted;
  permitted.Computation.Precision = ReadChoice<UNetPrecision>("Precision", json.at("Precision").get<std::string>());
  permitted.Computation.Convolution =
    ReadChoice<UNetConvolution>("Convolution", json.at("Convolution").get<std::string>());
  permitted.EqualPixels = json.at("EqualPixels").get<double>();
  if (permitted.Computation.Precision == UNetPrecision::Automatic)
  {
    itkGenericExceptionMacro("Its card's Precision must be a number type, but is auto.");
  }
  if (!(permitted.EqualPixels >= UNetModelCard::LeastEqualPixels && permitted.EqualPixels <= 1.0))
  {
    itkGenericExceptionMacro("Its card's EqualPixels must be in [" << UNetModelCard::LeastEqualPixels << ", 1], but is "
                                                                   << permitted.EqualPixels << '.');
  }
  return permitted;
}
} // namespace

bool
UNetModelCard::IsEmpty() const
{
  return Name.empty() && Domain.empty() && License.empty() && ObjectParameters.empty() && Permitted.empty();
}

std::string
UNetModelCard::ToJson() const
{
  Json json{ { "Name", Name }, { "Domain", Domain }, { "License", License } };
  if (!ObjectParameters.empty())
  {
    json["ObjectParameters"] = Json::parse(ObjectParameters);
  }
  json["Permitted"] = Json::array();
  for (const PermittedComputation & permitted : Permitted)
  {
    json["Permitted"].push_back({ { "Precision", GetEnumerationText(permitted.Computation.Precision) },
                                  { "Convolution", GetEnumerationText(permitted.Computation.Convolution) },
                                  { "EqualPixels", permitted.EqualPixels } });
  }
  return json.dump();
}

UNetModelCard
UNetModelCard::FromJson(const std::string & text)
{
  UNetModelCard card;
  try
  {
    const Json json = Json::parse(text);
    json.at("Name").get_to(card.Name);
    json.at("Domain").get_to(card.Domain);
    json.at("License").get_to(card.License);
    card.ObjectParameters = json.contains("ObjectParameters") ? json["ObjectParameters"].dump() : "";
    for (const Json & permitted : json.at("Permitted"))
    {
      card.Permitted.push_back(ReadPermitted(permitted));
    }
  }
  catch (const nlohmann::json::exception & error)
  {
    itkGenericExceptionMacro("Its card cannot be read: " << error.what() << '.');
  }
  return card;
}
} // namespace itk
