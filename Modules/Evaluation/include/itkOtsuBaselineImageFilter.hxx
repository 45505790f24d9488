// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkOtsuBaselineImageFilter_hxx
#define itkOtsuBaselineImageFilter_hxx

#include "itkOtsuBaselineImageFilter.h"

#include "itkUnitBinOtsuThreshold.h"

#include "itkImageRegionConstIterator.h"
#include "itkImageRegionIterator.h"

#include <array>
#include <mutex>

namespace itk
{
template <typename TInputImage, typename TOutputImage>
void
OtsuBaselineImageFilter<TInputImage, TOutputImage>::VerifyInputInformation() const
{
  Superclass::VerifyInputInformation();
  const auto components = this->GetInput()->GetNumberOfComponentsPerPixel();
  if (components != 1 && components != 3 && components != 4)
  {
    itkExceptionMacro("The image must have 1 (gray), 3 (RGB) or 4 (RGBA) components, not " << components << '.');
  }
}

template <typename TInputImage, typename TOutputImage>
void
OtsuBaselineImageFilter<TInputImage, TOutputImage>::GenerateData()
{
  this->AllocateOutputs();
  const TInputImage * const input = this->GetInput();
  TOutputImage * const      output = this->GetOutput();
  const RegionType          region = output->GetRequestedRegion();
  MultiThreaderBase * const threader = this->GetMultiThreader();
  threader->SetNumberOfWorkUnits(this->GetNumberOfWorkUnits());

  std::array<std::uint64_t, 256> histogram{};
  std::mutex                     mutex;
  threader->template ParallelizeImageRegion<ImageDimension>(
    region,
    [&](const RegionType & part)
    {
      std::array<std::uint64_t, 256> counts{};
      for (ImageRegionConstIterator<TInputImage> it(input, part); !it.IsAtEnd(); ++it)
      {
        ++counts[Luminance(it.Get())];
      }
      const std::lock_guard<std::mutex> lock(mutex);
      for (std::size_t value = 0; value < counts.size(); ++value)
      {
        histogram[value] += counts[value];
      }
    },
    nullptr);

  const unsigned int threshold = UnitBinOtsuThreshold(histogram);
  SizeValueType      brighter = 0;
  for (std::size_t value = threshold + 1; value < histogram.size(); ++value)
  {
    brighter += histogram[value];
  }
  const bool objectsAreBrighter = 2 * brighter <= region.GetNumberOfPixels();

  threader->template ParallelizeImageRegion<ImageDimension>(
    region,
    [&](const RegionType & part)
    {
      ImageRegionConstIterator<TInputImage> from(input, part);
      for (ImageRegionIterator<TOutputImage> to(output, part); !to.IsAtEnd(); ++from, ++to)
      {
        to.Set(static_cast<OutputPixelType>((Luminance(from.Get()) > threshold) == objectsAreBrighter));
      }
    },
    this);
}

template <typename TInputImage, typename TOutputImage>
unsigned int
OtsuBaselineImageFilter<TInputImage, TOutputImage>::Luminance(const InputPixelType & pixel)
{
  if constexpr (std::is_arithmetic_v<InputPixelType>)
  {
    return pixel;
  }
  else
  {
    const bool isGray = NumericTraits<InputPixelType>::GetLength(pixel) == 1;
    return isGray ? pixel[0] : (299u * pixel[0] + 587u * pixel[1] + 114u * pixel[2] + 500u) / 1000u;
  }
}
} // namespace itk

#endif
