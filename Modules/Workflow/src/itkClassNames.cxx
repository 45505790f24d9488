// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkClassNames.h"
#include "itkUNetModel.h"
#include <algorithm>
#include <set>

namespace itk
{
namespace
{
std::string
Listed(const std::vector<std::string> & names)
{
  std::string text;
  for (const auto & name : names)
  {
    text += (&name == &names.front() ? "" : ",") + name;
  }
  return text;
}
} // namespace

ClassNames::ClassNames(const std::vector<std::string> & names)
  : m_Names(names)
{
  const bool hasEmptyName = std::find(names.begin(), names.end(), "") != names.end();
  if (hasEmptyName || std::set<std::string>(names.begin(), names.end()).size() < names.size())
  {
    itkGenericExceptionMacro("Names of classes must differ and must not be empty, but are " << Listed(names) << '.');
  }
}

ClassNames
ClassNames::Parse(const std::string & text)
{
  std::vector<std::string> names(1);
  for (const char letter : text)
  {
    if (letter == ',')
    {
      names.emplace_back();
    }
    else
    {
      names.back() += letter;
    }
  }
  return ClassNames(names);
}

ClassNames
ClassNames::FromModel(const UNetModel & model)
{
  ClassNames classes;
  classes.m_Names = model.GetClassNames();
  classes.m_Names.resize(model.GetSpecification().Classes);
  if (classes.m_Names.size() == 1)
  {
    // One output is the foreground's.
    classes.m_Names.insert(classes.m_Names.begin(), std::string{});
  }
  return classes;
}

const std::string &
ClassNames::GetName(std::int64_t label) const
{
  static const std::string none;
  return label >= 0 && static_cast<std::size_t>(label) < m_Names.size() ? m_Names[static_cast<std::size_t>(label)]
                                                                        : none;
}

bool
ClassNames::HasNames() const
{
  return std::any_of(m_Names.begin(), m_Names.end(), [](const std::string & name) { return !name.empty(); });
}

void
ClassNames::VerifyLabels(const std::int64_t * begin, const std::int64_t * end, const std::string & fileName) const
{
  const auto last = static_cast<std::int64_t>(m_Names.size()) - 1;
  const auto found = std::find_if(begin, end, [last](std::int64_t label) { return label < 0 || label > last; });
  if (found != end && last >= 0)
  {
    itkGenericExceptionMacro(<< fileName << ": labels must be class numbers in [0, " << last << "], but one is "
                             << *found << '.');
  }
}
} // namespace itk
