// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkPictureColors.h"
#include "itkIntensityWindowingImageFilter.h"
#include "itkLabelToRGBImageFilter.h"
#include "itkScalarToRGBColormapImageFilter.h"
#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <vector>

namespace itk
{
namespace
{
using GrayImage = Image<unsigned char, 2>;
}

ColorImage::Pointer
Color(Image<float, 2> * image, float dark, float bright)
{
  auto window = IntensityWindowingImageFilter<Image<float, 2>, GrayImage>::New();
  window->SetInput(image);
  window->SetWindowMinimum(std::min(dark, bright));
  window->SetWindowMaximum(std::max(dark, bright));
  window->SetOutputMinimum(dark < bright ? 0 : 255);
  window->SetOutputMaximum(dark < bright ? 255 : 0);
  auto colors = ScalarToRGBColormapImageFilter<GrayImage, ColorImage>::New();
  colors->SetInput(window->GetOutput());
  colors->SetColormap(ScalarToRGBColormapImageFilterEnums::RGBColormapFilter::Hot);
  colors->UseInputImageExtremaForScalingOff();
  colors->Update();
  return colors->GetOutput();
}

ColorImage::Pointer
ColorLabels(Image<std::int64_t, 2> * labels)
{
  auto colors = LabelToRGBImageFilter<Image<std::int64_t, 2>, ColorImage>::New();
  colors->SetInput(labels);
  colors->SetBackgroundValue(0);
  colors->Update();
  return colors->GetOutput();
}

ColorImage::Pointer
ColorComponents(const VectorImage<float, 2> * image)
{
  const std::size_t   pixels = image->GetBufferedRegion().GetNumberOfPixels();
  const std::size_t   components = image->GetNumberOfComponentsPerPixel();
  const float * const values = image->GetBufferPointer();
  std::vector<float>  sorted;
  std::copy_if(
    values, values + pixels * components, std::back_inserter(sorted), [](float value) { return std::isfinite(value); });
  std::sort(sorted.begin(), sorted.end());
  const auto quantile = [&](double fraction) {
    return sorted.empty() ? 0.0f : sorted[static_cast<std::size_t>(fraction * static_cast<double>(sorted.size() - 1))];
  };
  const float low = quantile(0.002);
  const float range = std::max(quantile(0.999) - low, std::numeric_limits<float>::min());
  auto        picture = ColorImage::New();
  picture->SetRegions(image->GetBufferedRegion().GetSize());
  picture->Allocate();
  for (std::size_t i = 0; i < pixels; ++i)
  {
    for (unsigned int channel = 0; channel < 3; ++channel)
    {
      // Two components are shown in red and green.
      const bool  isShown = components == 1 || channel < components;
      const float value = isShown ? values[i * components + (components == 1 ? 0 : channel)] : low;
      const float share = std::isfinite(value) ? std::clamp((value - low) / range, 0.0f, 1.0f) : 0.0f;
      picture->GetBufferPointer()[i][channel] = static_cast<unsigned char>(std::lround(255.0f * share));
    }
  }
  return picture;
}
} // namespace itk
