// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchParameterTable.h"
#include "itkMacro.h"
#include <algorithm>
#include <cmath>
#include <iterator>
#include <ostream>
#include <sstream>

namespace itk
{
namespace
{
std::string
Number(double value)
{
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text.precision(15);
  text << value;
  return text.str();
}

/** What `text` gives for each, with a separator between. */
template <typename TList, typename TFunction>
std::string
Join(const TList & list, const char * separator, const TFunction & text)
{
  std::string joined;
  for (const auto & element : list)
  {
    joined += (joined.empty() ? "" : separator) + std::string(text(element));
  }
  return joined;
}

std::string
Texts(const std::vector<TorchEnumerator> & choices)
{
  return Join(choices, ", ", [](const TorchEnumerator & choice) { return choice.Text; });
}
} // namespace

std::string
TorchParameter::Format(const TorchParameterValue & value)
{
  if (const auto * const flag = std::get_if<bool>(&value))
  {
    return *flag ? "true" : "false";
  }
  if (const auto * const integer = std::get_if<std::int64_t>(&value))
  {
    return std::to_string(*integer);
  }
  if (const auto * const number = std::get_if<double>(&value))
  {
    return Number(*number);
  }
  if (const auto * const numbers = std::get_if<std::vector<double>>(&value))
  {
    return Join(*numbers, ",", Number);
  }
  return std::get<std::string>(value);
}

bool
TorchParameterRange::Contains(double value) const
{
  return (IsMinimumAllowed ? value >= Minimum : value > Minimum) &&
         (IsMaximumAllowed ? value <= Maximum : value < Maximum);
}

std::string
TorchParameterRange::Describe() const
{
  if (std::isinf(Minimum) && std::isinf(Maximum))
  {
    return {};
  }
  if (std::isinf(Maximum))
  {
    return (IsMinimumAllowed ? "at least " : "greater than ") + Number(Minimum);
  }
  if (std::isinf(Minimum))
  {
    return (IsMaximumAllowed ? "at most " : "less than ") + Number(Maximum);
  }
  return std::string("in ") + (IsMinimumAllowed ? "[" : "(") + Number(Minimum) + ", " + Number(Maximum) +
         (IsMaximumAllowed ? "]" : ")");
}

std::string
TorchParameter::Check(const void * parameters) const
{
  const TorchParameterValue value = Get(parameters);
  std::string               allowed;
  if (!Choices.empty())
  {
    const auto & text = std::get<std::string>(value);
    if (std::none_of(Choices.begin(), Choices.end(), [&text](const TorchEnumerator & x) { return x.Text == text; }))
    {
      allowed = "one of " + Texts(Choices);
    }
  }
  else if (const auto * const integer = std::get_if<std::int64_t>(&value))
  {
    allowed = Range.Contains(static_cast<double>(*integer)) ? "" : Range.Describe();
  }
  else if (const auto * const number = std::get_if<double>(&value))
  {
    const std::string described = Range.Describe();
    allowed = Range.Contains(*number) ? "" : described.empty() ? "a number" : described;
  }
  else if (const auto * const numbers = std::get_if<std::vector<double>>(&value))
  {
    const bool areAllowed =
      std::all_of(numbers->begin(), numbers->end(), [this](double x) { return Range.Contains(x); });
    const std::string range = Range.Describe();
    const bool        isInterval = numbers->size() == 2 && numbers->front() <= numbers->back();
    allowed =
      IsInterval
        ? (areAllowed && isInterval ? "" : "two numbers " + range + (range.empty() ? "" : ", ") + "the lower one first")
      : areAllowed ? ""
                   : "numbers" + (range.empty() ? "" : ", each " + range);
  }
  return allowed.empty() ? std::string{}
                         : Name + " must be " + allowed + ", but is " + TorchParameter::Format(value) + ".";
}

std::string
TorchParameter::Document() const
{
  const std::string value = TorchParameter::Format(Default);
  const std::string unit = GetEnumerationText(Unit);
  const std::string range = Range.Describe();
  const bool        isList = std::holds_alternative<std::vector<double>>(Default);
  return Description + " Default: " + (value.empty() ? "empty" : value + (unit.empty() ? "" : " " + unit)) +
         (range.empty() ? "" : (isList ? " (each " : " (") + range + ")") + ".";
}

const TorchParameter &
TorchParameterList::GetParameter(const std::string & name) const
{
  const auto found = std::find_if(m_Parameters.begin(),
                                  m_Parameters.end(),
                                  [&name](const TorchParameter & p) { return p.Name == name || p.FormerName == name; });
  if (found == m_Parameters.end())
  {
    itkGenericExceptionMacro("There is no parameter \"" << name << "\".");
  }
  return *found;
}

void
TorchParameterView::Verify(const char * owner) const
{
  std::string                     problems;
  static const TorchParameterList none;
  for (const auto & parameter : (m_List ? *m_List : none).GetParameters())
  {
    const std::string problem = this->Check(parameter);
    problems += problem.empty() ? "" : " " + problem;
  }
  if (!problems.empty())
  {
    throw ExceptionObject(__FILE__, __LINE__, std::string(owner) + ":" + problems, ITK_LOCATION);
  }
}

void
TorchParameterView::Print(std::ostream & os, Indent indent) const
{
  static const TorchParameterList none;
  for (const auto & parameter : (m_List ? *m_List : none).GetParameters())
  {
    os << indent << parameter.Name << ": " << TorchParameter::Format(this->Get(parameter)) << '\n';
  }
}

bool
TorchParameterView::operator==(const TorchParameterView & other) const
{
  return m_List == other.m_List &&
         (m_List == nullptr ||
          std::all_of(m_List->GetParameters().begin(),
                      m_List->GetParameters().end(),
                      [&](const TorchParameter & parameter) { return this->Get(parameter) == other.Get(parameter); }));
}

void
TorchParameterList::WriteMarkdown(std::ostream & os) const
{
  os << "| parameter | default | allowed | unit | meaning |\n|---|---|---|---|---|\n";
  for (const auto & parameter : m_Parameters)
  {
    os << "| `" << parameter.Name << "` | " << TorchParameter::Format(parameter.Default) << " | "
       << (parameter.Choices.empty() ? parameter.Range.Describe()
                                     : Texts(parameter.Choices) + " ([`" + parameter.Enumeration + "`](#enumerations))")
       << " | " << GetEnumerationText(parameter.Unit) << " | " << parameter.Description << " |\n";
  }
}
} // namespace itk
