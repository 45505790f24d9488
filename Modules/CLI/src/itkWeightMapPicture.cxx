// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkWeightMapPicture.h"
#include "itkWriteImage.h"
#include "itkConstantPadImageFilter.h"
#include "itkIntensityWindowingImageFilter.h"
#include "itkLabelToRGBImageFilter.h"
#include "itkMinimumMaximumImageFilter.h"
#include "itkRGBPixel.h"
#include "itkScalarToRGBColormapImageFilter.h"
#include "itkTileImageFilter.h"

namespace itk
{
namespace
{
using ColourImage = Image<RGBPixel<unsigned char>, 2>;
using GreyImage = Image<unsigned char, 2>;

/** `dark` becomes black and `bright`, which may be the lesser, white, over red and yellow. */
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
} // namespace

void
WriteWeightMapPicture(Image<std::int64_t, 2> * labels,
                      Image<float, 2> *        sumOfDistances,
                      float                    farthest,
                      Image<float, 2> *        weights,
                      const std::string &      fileName)
{
  auto extrema = MinimumMaximumImageFilter<Image<float, 2>>::New();
  extrema->SetInput(weights);
  extrema->Update();
  const float greatest = std::max(extrema->GetMaximum(), extrema->GetMinimum() + 1e-6f);

  const ColourImage::Pointer                                 panels[] = { ColourLabels(labels),
                                                                          Colour(sumOfDistances, farthest, 0.0f),
                                                                          Colour(weights, extrema->GetMinimum(), greatest) };
  auto                                                       tiles = TileImageFilter<ColourImage, ColourImage>::New();
  TileImageFilter<ColourImage, ColourImage>::LayoutArrayType layout;
  layout[0] = 3;
  layout[1] = 1;
  tiles->SetLayout(layout);
  for (unsigned int i = 0; i < 3; ++i)
  {
    // A white line between the panels.
    auto pad = ConstantPadImageFilter<ColourImage, ColourImage>::New();
    pad->SetInput(panels[i]);
    pad->SetPadUpperBound(Size<2>{ { i < 2 ? 4u : 0u, 0 } });
    RGBPixel<unsigned char> white;
    white.Fill(255);
    pad->SetConstant(white);
    pad->Update();
    tiles->SetInput(i, pad->GetOutput());
  }
  WriteImage(tiles->GetOutput(), fileName);
}
} // namespace itk
