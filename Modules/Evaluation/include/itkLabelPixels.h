// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkLabelPixels_h
#define itkLabelPixels_h

#include "ITKTorchEvaluationExport.h"
#include "itkTorchTensor.h"

namespace itk
{
/** \class LabelPixels
 * \brief Pixels of a label image in host memory, whatever their integer type; a view that does not keep them alive.
 * \ingroup ITKTorchEvaluation */
class ITKTorchEvaluation_EXPORT LabelPixels
{
public:
  template <typename TLabel>
  LabelPixels(const TLabel * pixels, std::size_t numberOfPixels)
    : m_Pixels(pixels)
    , m_NumberOfPixels(numberOfPixels)
    , m_Type(GetTorchComponentType<TLabel>())
  {
    static_assert(std::is_integral<TLabel>::value, "Labels are whole numbers.");
  }

  /** \param labels integers in host memory without gaps
   * \throws ExceptionObject otherwise */
  explicit LabelPixels(const TorchTensor & labels);

  std::size_t
  size() const
  {
    return m_NumberOfPixels;
  }

  /** Calls `function` with a pointer to the first pixel. Labels are compared for equality only, so that signed types
   * are visited as the unsigned type of their size. */
  template <typename TFunction>
  void
  Visit(TFunction && function) const
  {
    switch (m_Type)
    {
      case TorchComponentType::UInt8:
      case TorchComponentType::Int8:
        return function(static_cast<const std::uint8_t *>(m_Pixels));
      case TorchComponentType::UInt16:
      case TorchComponentType::Int16:
        return function(static_cast<const std::uint16_t *>(m_Pixels));
      case TorchComponentType::UInt32:
      case TorchComponentType::Int32:
        return function(static_cast<const std::uint32_t *>(m_Pixels));
      default:
        return function(static_cast<const std::uint64_t *>(m_Pixels));
    }
  }

  /** The label whose lowest bits a visited pixel holds; negative labels as the unsigned number of the same 64 bits. */
  std::uint64_t
  ToLabel(std::uint64_t bits) const
  {
    switch (m_Type)
    {
      case TorchComponentType::Int8:
        return static_cast<std::uint64_t>(static_cast<std::int8_t>(bits));
      case TorchComponentType::Int16:
        return static_cast<std::uint64_t>(static_cast<std::int16_t>(bits));
      case TorchComponentType::Int32:
        return static_cast<std::uint64_t>(static_cast<std::int32_t>(bits));
      default:
        return bits;
    }
  }

private:
  const void *       m_Pixels;
  std::size_t        m_NumberOfPixels;
  TorchComponentType m_Type;
};
} // namespace itk

#endif
