// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkWeightMapPicture.h"
#include "itkPictureColors.h"
#include "itkWriteImageFile.h"
#include "itkConstantPadImageFilter.h"
#include "itkMinimumMaximumImageFilter.h"
#include "itkTileImageFilter.h"

namespace itk
{
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

  const auto                weightColors = Color(weights, extrema->GetMinimum(), greatest);
  const ColorImage::Pointer panels[] = { ColorLabels(labels), Color(sumOfDistances, farthest, 0.0f), weightColors };
  auto                      tiles = TileImageFilter<ColorImage, ColorImage>::New();
  TileImageFilter<ColorImage, ColorImage>::LayoutArrayType layout;
  layout[0] = 3;
  layout[1] = 1;
  tiles->SetLayout(layout);
  for (unsigned int i = 0; i < 3; ++i)
  {
    // A white line between the panels.
    auto pad = ConstantPadImageFilter<ColorImage, ColorImage>::New();
    pad->SetInput(panels[i]);
    pad->SetPadUpperBound(Size<2>{ { i < 2 ? 4u : 0u, 0 } });
    RGBPixel<unsigned char> white;
    white.Fill(255);
    pad->SetConstant(white);
    pad->Update();
    tiles->SetInput(i, pad->GetOutput());
  }
  WriteImageFile(tiles->GetOutput(), fileName);
}
} // namespace itk
