// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchParameterized_h
#define itkTorchParameterized_h

#include "itkTorchParameterTable.h"

namespace itk
{
/** \class TorchParameterized
 * \brief A class whose parameters stand in a table, so that whoever has a pointer to an object can find them.
 * \ingroup ITKTorchCommon */
class ITKTorchCommon_EXPORT TorchParameterized
{
public:
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
    this->GetParameterView().Verify(owner);
  }

  void
  PrintParameters(std::ostream & os, Indent indent) const
  {
    this->GetParameterView().Print(os, indent);
  }
};
} // namespace itk

/** In a TorchParameterized filter: SetParameters(), GetParameters() and what the base class needs to check and print
 * them. `type` has a static function Describe(). */
#define itkTorchParametersMacro(type)                                                                                  \
  using ParametersType = type;                                                                                         \
  void SetParameters(const ParametersType & parameters)                                                                \
  {                                                                                                                    \
    if (!(::itk::TorchParameterView(m_Parameters) == ::itk::TorchParameterView(parameters)))                           \
    {                                                                                                                  \
      m_Parameters = parameters;                                                                                       \
      this->Modified();                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
  const ParametersType & GetParameters() const                                                                         \
  {                                                                                                                    \
    return m_Parameters;                                                                                               \
  }                                                                                                                    \
  ::itk::TorchParameterView GetParameterView() const override                                                          \
  {                                                                                                                    \
    return m_Parameters;                                                                                               \
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

/** In a filter, beside itkTorchParameterMacro(name) of a list of one number for each axis: it is also set by one number
 * for all axes, and by what ITK keeps such numbers in (FixedArray, Vector, Size, …). */
#define itkTorchPerAxisParameterMacro(name)                                                                            \
  template <typename TNumber, std::enable_if_t<std::is_arithmetic<TNumber>::value, int> = 0>                           \
  void Set##name(TNumber value)                                                                                        \
  {                                                                                                                    \
    this->Set##name(std::vector<double>{ static_cast<double>(value) });                                                \
  }                                                                                                                    \
  template <typename TAxes, typename = decltype(TAxes::Dimension)>                                                     \
  void Set##name(const TAxes & values)                                                                                 \
  {                                                                                                                    \
    this->Set##name(std::vector<double>(values.begin(), values.end()));                                                \
  }                                                                                                                    \
  static_assert(true, "needs a semicolon")

#endif
