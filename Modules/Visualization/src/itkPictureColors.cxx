// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkPictureColors.h"
#include "itkIntensityWindowingImageFilter.h"
#include "itkLabelToRGBImageFilter.h"
#include "itkScalarToRGBColormapImageFilter.h"
#include <algorithm>

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
} // namespace itk
