// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
//
// The two models of elastic deformation side by side on a grid of lines: native source, deformation, native tiles,
// writer. Usage: DeformedGrid OUTPUT.png [SEED]
#include "itkElasticDeformationImageFilter.h"
#include "itkConstantPadImageFilter.h"
#include "itkGridImageSource.h"
#include "itkImageFileWriter.h"
#include "itkTileImageFilter.h"
#include <cstdlib>
#include <iostream>

int
main(int argc, char * argv[])
{
  using ImageType = itk::Image<unsigned char, 2>;
  if (argc < 2)
  {
    std::cerr << "Usage: DeformedGrid OUTPUT.png [SEED]" << std::endl;
    return 2;
  }
  try
  {
    auto grid = itk::GridImageSource<ImageType>::New();
    grid->SetSize({ { 256, 256 } });
    grid->SetGridSpacing(itk::FixedArray<double, 2>(16.0));
    grid->SetGridOffset(itk::FixedArray<double, 2>(8.0));
    grid->SetSigma(itk::FixedArray<double, 2>(0.8));

    auto                             tiles = itk::TileImageFilter<ImageType, ImageType>::New();
    itk::FixedArray<unsigned int, 2> layout(1u);
    layout[0] = 3;
    tiles->SetLayout(layout);
    // White lines between the panels.
    const auto addPanel = [&tiles](unsigned int number, ImageType * image)
    {
      auto pad = itk::ConstantPadImageFilter<ImageType, ImageType>::New();
      pad->SetInput(image);
      pad->SetPadUpperBound({ { number < 2 ? 8u : 0u, 0 } });
      pad->SetConstant(255);
      pad->Update();
      tiles->SetInput(number, pad->GetOutput());
    };
    addPanel(0, grid->GetOutput());
    for (const auto model : { itk::ElasticModel::Grid, itk::ElasticModel::SmoothedNoise })
    {
      auto deformation = itk::ElasticDeformationImageFilter<ImageType>::New();
      deformation->SetInput(grid->GetOutput());
      deformation->SetModel(model);
      deformation->SetDeviation({ 10.0 });
      deformation->SetAmplitude({ 120.0 });
      deformation->SetSigma({ 8.0 });
      deformation->SetSeed(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 0);
      deformation->Update();
      std::cout << (model == itk::ElasticModel::Grid ? "grid" : "smoothed noise") << ": smallest determinant "
                << deformation->GetMinimumJacobianDeterminant() << std::endl;
      addPanel(model == itk::ElasticModel::Grid ? 1 : 2, deformation->GetOutput());
    }
    itk::WriteImage(tiles->GetOutput(), argv[1]);
  }
  catch (const itk::ExceptionObject & error)
  {
    std::cerr << error.GetDescription() << std::endl;
    return 1;
  }
}
