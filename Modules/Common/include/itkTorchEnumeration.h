// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchEnumeration_h
#define itkTorchEnumeration_h

#include <cstddef>
#include <iterator>
#include <ostream>
#include <string>
#include <type_traits>
#include <vector>

namespace itk
{
/** One value of an enumeration: its name in C++, and what command line, files and messages call it. */
struct TorchEnumerator
{
  const char * Name;
  const char * Text;
};

/** \class TorchEnumeration
 * \brief The names of an enumeration's values; specialized by itkTorchEnumerationMacro().
 * \ingroup ITKTorchCommon */
template <typename TEnumeration>
struct TorchEnumeration;

/** In namespace itk, behind an enumeration whose values count from 0: {name, text} of each value, in their order. Gives
 * the enumeration `operator<<`, GetEnumerationText() and a place in parameter tables. */
#define itkTorchEnumerationMacro(type, ...)                                                                            \
  template <>                                                                                                          \
  struct TorchEnumeration<type>                                                                                        \
  {                                                                                                                    \
    static constexpr const char *    Name = #type;                                                                     \
    static constexpr TorchEnumerator Values[] = { __VA_ARGS__ };                                                       \
  };                                                                                                                   \
  static_assert(true, "needs a semicolon")

/** The texts of all values, in their order. */
template <typename TEnumeration>
std::vector<std::string>
GetEnumerationTexts()
{
  std::vector<std::string> texts;
  for (const TorchEnumerator & value : TorchEnumeration<TEnumeration>::Values)
  {
    texts.emplace_back(value.Text);
  }
  return texts;
}

/** What command line and files call a value; its number if it is none of the enumeration's. */
template <typename TEnumeration>
std::string
GetEnumerationText(TEnumeration value)
{
  const auto number = static_cast<std::size_t>(value);
  return number < std::size(TorchEnumeration<TEnumeration>::Values)
           ? TorchEnumeration<TEnumeration>::Values[number].Text
           : std::to_string(number);
}

/** The value of a text; one past the last for an unknown one. */
template <typename TEnumeration>
TEnumeration
GetEnumerationValue(const std::string & text)
{
  std::size_t number = 0;
  while (number < std::size(TorchEnumeration<TEnumeration>::Values) &&
         TorchEnumeration<TEnumeration>::Values[number].Text != text)
  {
    ++number;
  }
  return static_cast<TEnumeration>(number);
}

/** Writes a value as ITK does, such as itk::UNetTiling::Exact. */
template <typename TEnumeration, typename = std::enable_if_t<std::is_enum<TEnumeration>::value>>
auto
operator<<(std::ostream & os, TEnumeration value)
  -> std::enable_if_t<(sizeof(TorchEnumeration<TEnumeration>::Values) > 0), std::ostream &>
{
  const auto number = static_cast<std::size_t>(value);
  os << "itk::" << TorchEnumeration<TEnumeration>::Name << "::";
  return number < std::size(TorchEnumeration<TEnumeration>::Values)
           ? os << TorchEnumeration<TEnumeration>::Values[number].Name
           : os << number;
}
} // namespace itk

#endif
