// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkGrayValues.h"
#include "itkTorchTensorAccess.h"
#include "itkMacro.h"

namespace itk
{
namespace
{
template <typename TComponent>
void
ConvertPixels(const void * pixels,
              std::int64_t components,
              bool         isLuminance,
              std::int64_t begin,
              std::int64_t end,
              float *      values)
{
  const auto * const first = static_cast<const TComponent *>(pixels);
  if (!isLuminance)
  {
    for (std::int64_t i = begin * components; i < end * components; ++i)
    {
      *values++ = static_cast<float>(first[i]);
    }
    return;
  }
  for (std::int64_t i = begin; i < end; ++i)
  {
    const TComponent * const pixel = first + i * components;
    *values++ = 0.299f * static_cast<float>(pixel[0]) + 0.587f * static_cast<float>(pixel[1]) +
                0.114f * static_cast<float>(pixel[2]);
  }
}

using ConversionType = decltype(&ConvertPixels<float>);

ConversionType
GetConversion(TorchComponentType type)
{
  switch (type)
  {
    case TorchComponentType::UInt8:
      return ConvertPixels<std::uint8_t>;
    case TorchComponentType::Int8:
      return ConvertPixels<std::int8_t>;
    case TorchComponentType::UInt16:
      return ConvertPixels<std::uint16_t>;
    case TorchComponentType::Int16:
      return ConvertPixels<std::int16_t>;
    case TorchComponentType::UInt32:
      return ConvertPixels<std::uint32_t>;
    case TorchComponentType::Int32:
      return ConvertPixels<std::int32_t>;
    case TorchComponentType::UInt64:
      return ConvertPixels<std::uint64_t>;
    case TorchComponentType::Int64:
      return ConvertPixels<std::int64_t>;
    case TorchComponentType::Float32:
      return ConvertPixels<float>;
    default:
      return ConvertPixels<double>;
  }
}
} // namespace

GrayValues::GrayValues(const TorchTensor & image, UNetColor color)
  : m_Image(image.ToInterleaved())
  , m_Components(GetATensor(m_Image).size(1))
  , m_Conversion(GetConversion(image.GetComponentType()))
{
  const at::Tensor pixels = GetATensor(m_Image);
  TORCH_CHECK(image.GetDevice().IsHost() && pixels.size(0) == 1, "gray values are of one image on the host");
  UNetIntensityNormalization rule;
  rule.Color = color;
  const unsigned int channels = rule.GetNumberOfChannels(static_cast<unsigned int>(m_Components));
  if (channels == 0)
  {
    itkGenericExceptionMacro("An image must have 1, 3 or more components for a luminance, but has " << m_Components
                                                                                                    << '.');
  }
  m_ValuesOfPixel = channels;
  m_Pixels = pixels.numel() / m_Components;
  m_RowLength = pixels.size(-1);
}

void
GrayValues::Get(std::int64_t begin, std::int64_t end, float * values) const
{
  const bool isLuminance = m_ValuesOfPixel < m_Components;
  m_Conversion(m_Image.GetPointer(), m_Components, isLuminance, begin / m_ValuesOfPixel, end / m_ValuesOfPixel, values);
}

void
VerifyFiniteIntensities(std::uint64_t notFinite, std::uint64_t numberOfValues)
{
  if (notFinite > 0)
  {
    itkGenericExceptionMacro("The image's intensities must be finite, but " << notFinite << " of " << numberOfValues
                                                                            << " are NaN or infinite.");
  }
}
} // namespace itk
