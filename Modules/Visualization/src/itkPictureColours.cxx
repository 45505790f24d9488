// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkPictureColours.h"
#include "itkIntensityWindowingImageFilter.h"
#include "itkLabelToRGBImageFilter.h"
#include "itkScalarToRGBColormapImageFilter.h"
#include <algorithm>

namespace itk
{
namespace
{
using GreyImage = Image<unsigned char, 2>;
}

ColourImage::Pointer
Colour(Image<float, 2> * image, float dark, float bright)
{
  auto window = IntensityWindowingImageFilter<Image<float, 2>, GreyImage>::New();
  window->SetInput(image);
  window->SetWindowMinimum(std::min(dark, bright));
  window->SetWindowMaximum(std::max(dark, bright));
  window->SetOutputMinimum(dark < bright ? 0 : 255);
  window->SetOutputMaximum(dark < bright ? 255 : 0);
  auto colours = ScalarToRGBColormapImageFilter<GreyImage, ColourImage>::New();
  colours->SetInput(window->GetOutput());
  colours->SetColormap(ScalarToRGBColormapImageFilterEnums::RGBColormapFilter::Hot);
  colours->UseInputImageExtremaForScalingOff();
  colours->Update();
  return colours->GetOutput();
}

ColourImage::Pointer
ColourLabels(Image<std::int64_t, 2> * labels)
{
  auto colours = LabelToRGBImageFilter<Image<std::int64_t, 2>, ColourImage>::New();
  colours->SetInput(labels);
  colours->SetBackgroundValue(0);
  colours->Update();
  return colours->GetOutput();
}
} // namespace itk
