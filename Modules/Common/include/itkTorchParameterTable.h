// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchParameterTable_h
#define itkTorchParameterTable_h

#include "itkIndent.h"
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
  Degrees
};

/** Value of a parameter. An enumeration is its name. */
using TorchParameterValue = std::variant<bool, std::int64_t, double, std::string, std::vector<double>>;

/** Allowed values of a number, and of each number of a list. */
struct TorchParameterRange
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
struct TorchParameter
{
  std::string Name;
  /** What files of earlier versions call it; may be empty. */
  std::string              FormerName;
  std::string              Description;
  TorchParameterUnit       Unit{ TorchParameterUnit::None };
  TorchParameterRange      Range;
  std::vector<std::string> Choices;
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
};

/** \class TorchParameterTable
 * \brief The parameters of one struct, each written once.
 *
 * Defaults come from a default-constructed struct. A parameter outside its range is reported by Verify(), not by its
 * setter.
 * \ingroup ITKTorchCore
 */
class TorchParameterTable
{
public:
  template <typename TParameters, typename TValue>
  TorchParameterTable &
  Add(const char * name,
      TValue TParameters::*       member,
      const char *                description,
      const TorchParameterRange & range = {},
      TorchParameterUnit          unit = TorchParameterUnit::None);

  /** The ends of an interval, both belonging to it: two numbers, the lower one first. */
  template <typename TParameters>
  TorchParameterTable &
  AddInterval(const char *        name,
              std::vector<double> TParameters::*member,
              const char *                      description,
              const TorchParameterRange &       range = {},
              TorchParameterUnit                unit = TorchParameterUnit::None)
  {
    Add(name, member, description, range, unit);
    m_Parameters.back().IsInterval = true;
    return *this;
  }

  /** An enumeration; `choices` in the order of its values. */
  template <typename TParameters, typename TEnumeration>
  TorchParameterTable &
  AddChoice(const char * name,
            TEnumeration TParameters::*member,
            const char *               description,
            std::vector<std::string>   choices);

  /** The parameter that was added last was called so by earlier versions: files that use the name are read. */
  TorchParameterTable &
  Formerly(const char * name)
  {
    m_Parameters.back().FormerName = name;
    return *this;
  }

  const std::vector<TorchParameter> &
  GetParameters() const
  {
    return m_Parameters;
  }

  /** \param name its name, or what it was called formerly
   * \throws ExceptionObject if there is none. */
  const TorchParameter &
  GetParameter(const std::string & name) const;

  /** \param owner class that the message names
   * \throws ExceptionObject with one sentence for each parameter outside its range */
  void
  Verify(const void * parameters, const char * owner) const;

  void
  Print(std::ostream & os, Indent indent, const void * parameters) const;

  /** A Markdown table: name, default, range, unit, meaning. */
  void
  WriteMarkdown(std::ostream & os) const;

private:
  std::vector<TorchParameter> m_Parameters;
};

/** A struct of parameters and its table, as a filter shows them to its base class. */
struct TorchParameterView
{
  const TorchParameterTable * Table{ nullptr };
  const void *                Values{ nullptr };
};

/** \class TorchParameterized
 * \brief A class whose parameters stand in a table, so that whoever has a pointer to an object can find them.
 * \ingroup ITKTorchCore */
class TorchParameterized
{
public:
  /** Without a table for a class without parameters. */
  virtual TorchParameterView
  GetParameterView() const
  {
    return {};
  }

protected:
  TorchParameterized() = default;
  virtual ~TorchParameterized() = default;

  /** \throws ExceptionObject with one sentence for each parameter outside its range */
  void
  VerifyParameters(const char * owner) const
  {
    const TorchParameterView view = this->GetParameterView();
    if (view.Table != nullptr)
    {
      view.Table->Verify(view.Values, owner);
    }
  }

  void
  PrintParameters(std::ostream & os, Indent indent) const
  {
    const TorchParameterView view = this->GetParameterView();
    if (view.Table != nullptr)
    {
      view.Table->Print(os, indent, view.Values);
    }
  }
};

/** In a TorchParameterized filter: SetParameters(), GetParameters() and what the base class needs to check and print them.
 * `type` has a static function Describe(). */
#define itkTorchParametersMacro(type)                                                                                  \
  using ParametersType = type;                                                                                         \
  void SetParameters(const ParametersType & parameters)                                                                \
  {                                                                                                                    \
    m_Parameters = parameters;                                                                                         \
    this->Modified();                                                                                                  \
  }                                                                                                                    \
  const ParametersType & GetParameters() const                                                                         \
  {                                                                                                                    \
    return m_Parameters;                                                                                               \
  }                                                                                                                    \
  ::itk::TorchParameterView GetParameterView() const override                                                          \
  {                                                                                                                    \
    return { &ParametersType::Describe(), &m_Parameters };                                                             \
  }                                                                                                                    \
  static_assert(true, "needs a semicolon")

/** In a filter, after itkTorchParametersMacro: Set and Get of one parameter. */
#define itkTorchParameterMacro(name)                                                                                   \
  void Set##name(const decltype(ParametersType::name) & value)                                                         \
  {                                                                                                                    \
    if (m_Parameters.name != value)                                                                                    \
    {                                                                                                                  \
      m_Parameters.name = value;                                                                                       \
      this->Modified();                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
  const decltype(ParametersType::name) & Get##name() const                                                             \
  {                                                                                                                    \
    return m_Parameters.name;                                                                                          \
  }                                                                                                                    \
  static_assert(true, "needs a semicolon")

template <typename TParameters, typename TValue>
TorchParameterTable &
TorchParameterTable::Add(const char * name,
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

template <typename TParameters, typename TEnumeration>
TorchParameterTable &
TorchParameterTable::AddChoice(const char * name,
                               TEnumeration TParameters::*member,
                               const char *               description,
                               std::vector<std::string>   choices)
{
  static_assert(std::is_enum<TEnumeration>::value, "A choice is an enumeration.");
  TorchParameter parameter;
  parameter.Name = name;
  parameter.Description = description;
  parameter.Choices = std::move(choices);
  parameter.Get = [member, names = parameter.Choices](const void * parameters) -> TorchParameterValue
  {
    const auto index = static_cast<std::size_t>(static_cast<const TParameters *>(parameters)->*member);
    return index < names.size() ? names[index] : std::to_string(index);
  };
  parameter.Set = [member, names = parameter.Choices](void * parameters, const TorchParameterValue & value)
  {
    std::size_t index = 0;
    while (index < names.size() && names[index] != std::get<std::string>(value))
    {
      ++index;
    }
    static_cast<TParameters *>(parameters)->*member = static_cast<TEnumeration>(index);
  };
  const TParameters defaults{};
  parameter.Default = parameter.Get(&defaults);
  m_Parameters.push_back(std::move(parameter));
  return *this;
}
} // namespace itk

#endif
