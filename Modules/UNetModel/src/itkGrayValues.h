// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkGrayValues_h
#define itkGrayValues_h

#include "itkTorchTensor.h"
#include "itkUNetIntensityNormalization.h"
#include <functional>

namespace itk
{
/** Values of an image on the host as float, in the order of memory: one for each pixel, or one for each component.
 *
 * A luminance is (0.299 R + 0.587 G) + 0.114 B with every product and sum rounded to float. */
class GrayValues
{
public:
  /** \throws ExceptionObject for two components where a luminance is asked for */
  GrayValues(const TorchTensor & image, UNetColor color);

  std::int64_t
  GetNumberOfValues() const
  {
    return m_Pixels * m_ValuesOfPixel;
  }

  /** Values of a row of pixels along x. */
  std::int64_t
  GetNumberOfValuesInRow() const
  {
    return m_RowLength * m_ValuesOfPixel;
  }

  /** Values [begin, end), which are whole pixels. */
  void
  Get(std::int64_t begin, std::int64_t end, float * values) const;

private:
  using Conversion = void (*)(const void * pixels,
                              std::int64_t components,
                              bool         isLuminance,
                              std::int64_t begin,
                              std::int64_t end,
                              float *      values);

  TorchTensor  m_Image; // interleaved
  std::int64_t m_Components;
  std::int64_t m_ValuesOfPixel;
  std::int64_t m_Pixels;
  std::int64_t m_RowLength;
  Conversion   m_Conversion;
};

/** \throws ExceptionObject that counts them if there are values that are NaN or infinite */
void
VerifyFiniteIntensities(std::uint64_t notFinite, std::uint64_t numberOfValues);
} // namespace itk

#endif
