// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchParameterTable_h
#define itkTorchParameterTable_h

#include "ITKTorchCommonExport.h"
#include "itkIndent.h"
#include "itkTorchEnumeration.h"
#include <algorithm>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace itk
{
enum class TorchParameterUnit : std::uint8_t
{
  None,
  Pixels,
  Millimeters,
  Percent,
  Degrees,
  /** 2^20 bytes, MiB. */
  Mebibytes
};
itkTorchEnumerationMacro(TorchParameterUnit,
                         { "None", "" },
                         { "Pixels", "pixels" },
                         { "Millimeters", "mm" },
                         { "Percent", "%" },
                         { "Degrees", "degrees" },
                         { "Mebibytes", "MiB" });

/** Value of a parameter. An enumeration is its text. */
using TorchParameterValue = std::variant<bool, std::int64_t, double, std::string, std::vector<double>>;

/** Allowed values of a number, and of each number of a list. */
struct ITKTorchCommon_EXPORT TorchParameterRange
{
  double Minimum{ -std::numeric_limits<double>::infinity() };
  double Maximum{ std::numeric_limits<double>::infinity() };
  bool   IsMinimumAllowed{ true };
  bool   IsMaximumAllowed{ true };

  static TorchParameterRange
  AtLeast(double minimum)
  {
    return { minimum };
  }
  static TorchParameterRange
  GreaterThan(double minimum)
  {
    return { minimum, std::numeric_limits<double>::infinity(), false };
  }
  /** Both ends allowed. */
  static TorchParameterRange
  Between(double minimum, double maximum)
  {
    return { minimum, maximum };
  }
  /** The minimum allowed, the maximum not. */
  static TorchParameterRange
  FromBelow(double minimum, double maximum)
  {
    return { minimum, maximum, true, false };
  }

  bool
  Contains(double value) const;

  /** Such as "at least 1" or "in [0, 1)"; empty for all numbers. */
  std::string
  Describe() const;
};

/** One parameter: what setters, checks, PrintSelf, command line and documentation read. */
struct ITKTorchCommon_EXPORT TorchParameter
{
  std::string Name;
  /** The outermost group that it belongs to; empty for none. */
  std::string Group;
  /** What files of earlier versions call it; may be empty. */
  std::string FormerName;
  /** What files of earlier versions call its choices, and what they are called now. */
  std::vector<std::pair<std::string, std::string>> FormerChoices;
  std::string                                      Description;
  TorchParameterUnit                               Unit{ TorchParameterUnit::None };
  TorchParameterRange                              Range;
  /** The allowed values of an enumeration, and its name in C++. */
  std::vector<TorchEnumerator> Choices;
  std::string                  Enumeration;
  /** Two numbers, the lower one first. */
  bool                IsInterval{ false };
  TorchParameterValue Default;

  std::function<TorchParameterValue(const void * parameters)>               Get;
  std::function<void(void * parameters, const TorchParameterValue & value)> Set;

  /** A value as people write it: true, 3, 0.5, name, or 1,2.5. */
  static std::string
  Format(const TorchParameterValue & value);

  /** Empty for an allowed value, else "Name must be …, but is …". */
  std::string
  Check(const void * parameters) const;

  /** What the comment of its setter says: description, default, unit and range. */
  std::string
  Document() const;
};

/** \class TorchParameterList
 * \brief The parameters of a struct whose type is not known; see TorchParameterTable and TorchParameterView.
 * \ingroup ITKTorchCommon
 */
class ITKTorchCommon_EXPORT TorchParameterList
{
public:
  const std::vector<TorchParameter> &
  GetParameters() const
  {
    return m_Parameters;
  }

  /** \param name its name, or what it was called formerly
   * \throws ExceptionObject if there is none. */
  const TorchParameter &
  GetParameter(const std::string & name) const;

  /** A Markdown table: name, default, range, unit, meaning. */
  void
  WriteMarkdown(std::ostream & os) const;

protected:
  std::vector<TorchParameter> m_Parameters;
};

/** \class TorchParameterView
 * \brief A struct of parameters and its list, for readers that do not know its type. It outlives neither.
 * \ingroup ITKTorchCommon */
class ITKTorchCommon_EXPORT TorchParameterView
{
public:
  /** Of a class without parameters. */
  TorchParameterView() = default;

  /** \param parameters a struct with a static function Describe() */
  template <typename TParameters, typename = std::enable_if_t<!std::is_base_of<TorchParameterView, TParameters>::value>>
  TorchParameterView(const TParameters & parameters)
    : m_List(&TParameters::Describe())
    , m_Values(&parameters)
  {}

  const TorchParameterList &
  GetList() const
  {
    return *m_List;
  }

  TorchParameterValue
  Get(const TorchParameter & parameter) const
  {
    return parameter.Get(m_Values);
  }

  /** \throws ExceptionObject if there is no parameter of this name */
  TorchParameterValue
  Get(const std::string & name) const
  {
    return this->Get(m_List->GetParameter(name));
  }

  /** Empty for an allowed value, else "Name must be …, but is …". */
  std::string
  Check(const TorchParameter & parameter) const
  {
    return parameter.Check(m_Values);
  }

  /** \param owner class that the message names
   * \throws ExceptionObject with one sentence for each parameter outside its range */
  void
  Verify(const char * owner) const;

  void
  Print(std::ostream & os, Indent indent) const;

  /** Of structs of one type: whether all parameters have the same values. */
  bool
  operator==(const TorchParameterView & other) const;

protected:
  const TorchParameterList * m_List{ nullptr };
  const void *               m_Values{ nullptr };
};

/** \class TorchParameterReference
 * \brief A TorchParameterView that may change the values.
 * \ingroup ITKTorchCommon */
class ITKTorchCommon_EXPORT TorchParameterReference : public TorchParameterView
{
public:
  template <typename TParameters, typename = std::enable_if_t<!std::is_base_of<TorchParameterView, TParameters>::value>>
  TorchParameterReference(TParameters & parameters)
    : TorchParameterView(parameters)
    , m_Changed(&parameters)
  {}

  void
  Set(const TorchParameter & parameter, const TorchParameterValue & value) const
  {
    parameter.Set(m_Changed, value);
  }

private:
  void * m_Changed;
};

/** \class TorchParameterTable
 * \brief The parameters of one struct, each written once.
 *
 * Defaults come from a default-constructed struct. A parameter outside its range is reported by Verify(), not by its
 * setter. The struct has a static function Describe(), which returns its table.
 * \ingroup ITKTorchCommon
 */
template <typename TParameters>
class TorchParameterTable : public TorchParameterList
{
public:
  /** \param member a number, a switch, text, or a list of numbers */
  template <typename TValue>
  TorchParameterTable &
  Add(const char * name,
      TValue TParameters::*       member,
      const char *                description,
      const TorchParameterRange & range = {},
      TorchParameterUnit          unit = TorchParameterUnit::None);

  /** The ends of an interval, both belonging to it: two numbers, the lower one first. */
  TorchParameterTable &
  AddInterval(const char *        name,
              std::vector<double> TParameters::*member,
              const char *                      description,
              const TorchParameterRange &       range = {},
              TorchParameterUnit                unit = TorchParameterUnit::None)
  {
    this->Add(name, member, description, range, unit);
    m_Parameters.back().IsInterval = true;
    return *this;
  }

  /** An enumeration with an itkTorchEnumerationMacro().
   * \param allowed the values that it may have; empty for all */
  template <typename TEnumeration>
  TorchParameterTable &
  AddChoice(const char * name,
            TEnumeration TParameters::*       member,
            const char *                      description,
            const std::vector<TEnumeration> & allowed = {});

  /** All parameters of a struct inside this one, their names behind the group's: Sigma of the group WeightMap becomes
   * WeightMapSigma. Groups nest.
   * \param leftOut parameters that the outer struct decides itself */
  template <typename TGroup>
  TorchParameterTable &
  AddGroup(const std::string & name, TGroup TParameters::*member, const std::vector<std::string> & leftOut = {})
  {
    return this->AddMembers(
      TGroup::Describe(),
      name,
      leftOut,
      [member](const TParameters & parameters) -> const TGroup & { return parameters.*member; },
      [member](TParameters & parameters) -> TGroup & { return parameters.*member; });
  }

  /** All parameters of a struct that this one is derived from. */
  template <typename TBase>
  TorchParameterTable &
  AddInherited()
  {
    return this->AddMembers(
      TBase::Describe(),
      "",
      {},
      [](const TParameters & parameters) -> const TBase & { return parameters; },
      [](TParameters & parameters) -> TBase & { return parameters; });
  }

  /** The parameter that was added last was called so by earlier versions: files that use the name are read.
   * \param choices what they called choices, and what these are called now */
  TorchParameterTable &
  Formerly(const char * name, const std::vector<std::pair<std::string, std::string>> & choices = {})
  {
    m_Parameters.back().FormerName = name;
    m_Parameters.back().FormerChoices = choices;
    return *this;
  }

private:
  template <typename TPart, typename TRead, typename TWrite>
  TorchParameterTable &
  AddMembers(const TorchParameterTable<TPart> & table,
             const std::string &                prefix,
             const std::vector<std::string> &   leftOut,
             const TRead &                      read,
             const TWrite &                     write);
};

template <typename TParameters>
template <typename TValue>
TorchParameterTable<TParameters> &
TorchParameterTable<TParameters>::Add(const char * name,
                                      TValue TParameters::*       member,
                                      const char *                description,
                                      const TorchParameterRange & range,
                                      TorchParameterUnit          unit)
{
  using Stored = std::conditional_t<
    std::is_same<TValue, bool>::value,
    bool,
    std::conditional_t<
      std::is_integral<TValue>::value,
      std::int64_t,
      std::conditional_t<
        std::is_floating_point<TValue>::value,
        double,
        std::conditional_t<std::is_same<TValue, std::vector<double>>::value, std::vector<double>, std::string>>>>;
  TorchParameter parameter;
  parameter.Name = name;
  parameter.Description = description;
  parameter.Unit = unit;
  parameter.Range = range;
  parameter.Get = [member](const void * parameters) -> TorchParameterValue
  { return static_cast<Stored>(static_cast<const TParameters *>(parameters)->*member); };
  parameter.Set = [member](void * parameters, const TorchParameterValue & value)
  { static_cast<TParameters *>(parameters)->*member = static_cast<TValue>(std::get<Stored>(value)); };
  const TParameters defaults{};
  parameter.Default = parameter.Get(&defaults);
  m_Parameters.push_back(std::move(parameter));
  return *this;
}

template <typename TParameters>
template <typename TEnumeration>
TorchParameterTable<TParameters> &
TorchParameterTable<TParameters>::AddChoice(const char * name,
                                            TEnumeration TParameters::*       member,
                                            const char *                      description,
                                            const std::vector<TEnumeration> & allowed)
{
  static_assert(std::is_enum<TEnumeration>::value, "A choice is an enumeration.");
  TorchParameter parameter;
  parameter.Name = name;
  parameter.Description = description;
  parameter.Enumeration = TorchEnumeration<TEnumeration>::Name;
  const auto & values = TorchEnumeration<TEnumeration>::Values;
  parameter.Choices.assign(std::begin(values), std::end(values));
  if (!allowed.empty())
  {
    parameter.Choices.resize(allowed.size());
    std::transform(allowed.begin(),
                   allowed.end(),
                   parameter.Choices.begin(),
                   [](TEnumeration value)
                   { return TorchEnumeration<TEnumeration>::Values[static_cast<std::size_t>(value)]; });
  }
  parameter.Get = [member](const void * parameters) -> TorchParameterValue
  { return GetEnumerationText(static_cast<const TParameters *>(parameters)->*member); };
  parameter.Set = [member](void * parameters, const TorchParameterValue & value) {
    static_cast<TParameters *>(parameters)->*member = GetEnumerationValue<TEnumeration>(std::get<std::string>(value));
  };
  const TParameters defaults{};
  parameter.Default = parameter.Get(&defaults);
  m_Parameters.push_back(std::move(parameter));
  return *this;
}

template <typename TParameters>
template <typename TPart, typename TRead, typename TWrite>
TorchParameterTable<TParameters> &
TorchParameterTable<TParameters>::AddMembers(const TorchParameterTable<TPart> & table,
                                             const std::string &                prefix,
                                             const std::vector<std::string> &   leftOut,
                                             const TRead &                      read,
                                             const TWrite &                     write)
{
  const TParameters defaults{};
  for (const TorchParameter & part : table.GetParameters())
  {
    if (std::find(leftOut.begin(), leftOut.end(), part.Name) != leftOut.end())
    {
      continue;
    }
    TorchParameter parameter = part;
    parameter.Name = prefix + part.Name;
    parameter.Group = prefix.empty() ? part.Group : prefix;
    parameter.FormerName = part.FormerName.empty() ? "" : prefix + part.FormerName;
    parameter.Get = [get = part.Get, read](const void * parameters)
    { return get(&read(*static_cast<const TParameters *>(parameters))); };
    parameter.Set = [set = part.Set, write](void * parameters, const TorchParameterValue & value)
    { set(&write(*static_cast<TParameters *>(parameters)), value); };
    parameter.Default = parameter.Get(&defaults);
    m_Parameters.push_back(std::move(parameter));
  }
  return *this;
}
} // namespace itk

#endif
