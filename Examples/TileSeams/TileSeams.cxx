// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
//
// What becomes of an image whose network sees it in tiles: the probabilities of the whole image, and how far off they
// are where tiles are cut out and computed one by one, where overlapping ones are blended, and in this project's exact
// tiles. Usage: TileSeams MODEL.safetensors IMAGE OUTPUT.png [TILE SIZE]
#include "itkUNetInferenceImageFilter.h"
#include "itkUNetModelReader.h"
#include "itkVerifiedImageReader.h"
#include "itkAbsoluteValueDifferenceImageFilter.h"
#include "itkConstantPadImageFilter.h"
#include "itkImageAlgorithm.h"
#include "itkImageFileWriter.h"
#include "itkIntensityWindowingImageFilter.h"
#include "itkMinimumMaximumImageCalculator.h"
#include "itkRGBPixel.h"
#include "itkRegionOfInterestImageFilter.h"
#include "itkTileImageFilter.h"
#include <cmath>
#include <iostream>
#include <sstream>

namespace
{
using InputType = itk::Image<itk::RGBPixel<unsigned char>, 2>;
using ProbabilityType = itk::Image<float, 2>;
using PictureType = itk::Image<unsigned char, 2>;
using NetworkType = itk::UNetInferenceImageFilter<InputType, ProbabilityType>;

ProbabilityType::Pointer
Compute(const InputType * image, const itk::UNetModel * model, itk::UNetTiling tiling, std::uint64_t tileSize)
{
  auto network = NetworkType::New();
  network->SetInput(image);
  network->SetModel(model);
  network->SetTiling(tiling);
  network->SetMaximumWindowSize(tileSize);
  network->Update();
  return network->GetOutput();
}

/** As one does without knowing the network's margin; each tile is also scaled by its own intensities. */
ProbabilityType::Pointer
ComputeTileByTile(const InputType * image, const itk::UNetModel * model, itk::SizeValueType tileSize)
{
  const auto whole = image->GetLargestPossibleRegion();
  auto       result = ProbabilityType::New();
  result->CopyInformation(image);
  result->SetRegions(whole);
  result->Allocate();
  auto cut = itk::RegionOfInterestImageFilter<InputType, InputType>::New();
  cut->SetInput(image);
  auto network = NetworkType::New();
  network->SetInput(cut->GetOutput());
  network->SetModel(model);
  for (itk::SizeValueType y = 0; y < whole.GetSize(1); y += tileSize)
  {
    for (itk::SizeValueType x = 0; x < whole.GetSize(0); x += tileSize)
    {
      InputType::RegionType tile({ { static_cast<itk::IndexValueType>(x), static_cast<itk::IndexValueType>(y) } },
                                 { { tileSize, tileSize } });
      tile.Crop(whole);
      cut->SetRegionOfInterest(tile);
      network->UpdateLargestPossibleRegion();
      const auto * const found = network->GetOutput();
      itk::ImageAlgorithm::Copy(found, result.GetPointer(), found->GetBufferedRegion(), tile);
    }
  }
  return result;
}

/** Gray from black at 0 to white at `white`, with a white line to the right and below. */
PictureType::Pointer
MakePanel(const ProbabilityType * values, double white)
{
  auto gray = itk::IntensityWindowingImageFilter<ProbabilityType, PictureType>::New();
  gray->SetInput(values);
  gray->SetWindowMinimum(0.0f);
  gray->SetWindowMaximum(static_cast<float>(white));
  auto pad = itk::ConstantPadImageFilter<PictureType, PictureType>::New();
  pad->SetInput(gray->GetOutput());
  pad->SetPadUpperBound({ { 8u, 8u } });
  pad->SetConstant(255);
  pad->Update();
  return pad->GetOutput();
}

ProbabilityType::Pointer
GetDifference(const ProbabilityType * one, const ProbabilityType * other, const char * name)
{
  using DifferenceType = itk::AbsoluteValueDifferenceImageFilter<ProbabilityType, ProbabilityType, ProbabilityType>;
  auto difference = DifferenceType::New();
  difference->SetInput1(one);
  difference->SetInput2(other);
  difference->Update();
  auto calculator = itk::MinimumMaximumImageCalculator<ProbabilityType>::New();
  calculator->SetImage(difference->GetOutput());
  calculator->ComputeMaximum();
  std::cout << name << ": probabilities are off by at most " << std::abs(calculator->GetMaximum()) << std::endl;
  return difference->GetOutput();
}
} // namespace

namespace
{
void
Run(const char * modelFile, const char * imageFile, const char * output, std::uint64_t tileSize)
{
  auto reader = itk::UNetModelReader::New();
  reader->SetFileName(modelFile);
  reader->Update();
  const auto model = reader->GetOutput();
  const auto image = itk::ReadVerifiedImage<InputType>(imageFile);
  const auto whole = Compute(image, model, itk::UNetTiling::Exact, 0);
  const auto cut = GetDifference(ComputeTileByTile(image, model, tileSize), whole, "tiles cut out");
  const auto blended = GetDifference(Compute(image, model, itk::UNetTiling::Blended, tileSize), whole, "blended tiles");
  // Windows of the tiles' size would have no room for the margin.
  const auto exact = GetDifference(Compute(image, model, itk::UNetTiling::Exact, 2 * tileSize), whole, "exact tiles");

  auto                             panels = itk::TileImageFilter<PictureType, PictureType>::New();
  itk::FixedArray<unsigned int, 2> layout(1u);
  layout[0] = 2;
  layout[1] = 2;
  panels->SetLayout(layout);
  constexpr double white = 0.25;
  panels->SetInput(0, MakePanel(whole, 1.0));
  panels->SetInput(1, MakePanel(cut, white));
  panels->SetInput(2, MakePanel(blended, white));
  panels->SetInput(3, MakePanel(exact, white));
  itk::WriteImage(panels->GetOutput(), output);
}
} // namespace

int
main(int argc, char * argv[])
{
  int                tileSize = 128;
  std::istringstream number(argc == 5 ? argv[4] : "128");
  if (argc < 4 || argc > 5 || !(number >> tileSize) || !number.eof() || tileSize < 1)
  {
    std::cerr << "Usage: TileSeams MODEL.safetensors IMAGE OUTPUT.png [TILE SIZE of at least 1]" << std::endl;
    return 2;
  }
  try
  {
    Run(argv[1], argv[2], argv[3], static_cast<std::uint64_t>(tileSize));
  }
  catch (const std::exception & error)
  {
    const auto * const exception = dynamic_cast<const itk::ExceptionObject *>(&error);
    std::cerr << "TileSeams: " << (exception != nullptr ? exception->GetDescription() : error.what()) << std::endl;
    return 1;
  }
}
