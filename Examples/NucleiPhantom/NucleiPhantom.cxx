// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors

/** Draws the picture of Documentation/Filters/NucleiPhantomImageSource.md: phantoms and their labels' outlines. */

#include "itkComparisonSheet.h"
#include "itkErrorSentence.h"
#include "itkNucleiPhantomImageSource.h"
#include "itkCastImageFilter.h"
#include "itkComposeImageFilter.h"
#include "itkExtractImageFilter.h"
#include "itkImageFileWriter.h" // with the formats that are registered where it is included
#include <iostream>

namespace
{
template <unsigned int VDimension>
using ByteImage = itk::Image<unsigned char, VDimension>;
template <unsigned int VDimension>
using LabelImage = itk::Image<unsigned short, VDimension>;

void
AddRow(itk::ComparisonSheet & sheet, ByteImage<2> * image, LabelImage<2> * labels, const std::string & caption)
{
  auto color = itk::ComposeImageFilter<ByteImage<2>, itk::ComparisonSheet::ImageType>::New();
  for (unsigned int component = 0; component < 3; ++component)
  {
    color->SetInput(component, image);
  }
  color->Update();
  labels->Update();
  sheet.AddRow(color->GetOutput(), { nullptr, labels }, { caption, "outlines of the labels" });
}

template <unsigned int VDimension>
auto
MakePhantom(unsigned int extent, std::int64_t seed)
{
  auto                                     phantom = itk::NucleiPhantomImageSource<ByteImage<VDimension>>::New();
  typename ByteImage<VDimension>::SizeType size;
  size.Fill(extent);
  phantom->SetSize(size);
  phantom->SetSeed(seed);
  return phantom;
}

/** The middle slice along z. */
template <typename TVolume>
typename itk::Image<typename TVolume::PixelType, 2>::Pointer
MiddleSlice(TVolume * volume)
{
  using SliceType = itk::Image<typename TVolume::PixelType, 2>;
  volume->Update();
  auto region = volume->GetLargestPossibleRegion();
  region.SetIndex(2, static_cast<itk::IndexValueType>(region.GetSize(2) / 2));
  region.SetSize(2, 0);
  auto extract = itk::ExtractImageFilter<TVolume, SliceType>::New();
  extract->SetInput(volume);
  extract->SetExtractionRegion(region);
  extract->SetDirectionCollapseToSubmatrix();
  extract->Update();
  return extract->GetOutput();
}
} // namespace

int
main(int argc, char * argv[])
{
  if (argc != 2)
  {
    std::cerr << "Usage: NucleiPhantom PICTURE.png" << std::endl;
    return 2;
  }
  try
  {
    itk::ComparisonSheet sheet;
    sheet.SetColumns({ "Phantom", "Labels" });
    const auto flat = MakePhantom<2>(256, 1);
    AddRow(sheet, flat->GetOutput(), flat->GetLabelOutput(), "2D, defaults");
    const auto dense = MakePhantom<2>(256, 2);
    dense->SetCoverage(0.5);
    dense->SetMeanRadius(14);
    dense->SetTouchingFraction(0.9);
    dense->SetNoise(6);
    AddRow(sheet, dense->GetOutput(), dense->GetLabelOutput(), "2D, Coverage 0.5, Noise 6");
    const auto volume = MakePhantom<3>(128, 3);
    const auto image = MiddleSlice(volume->GetOutput());
    const auto labels = MiddleSlice(volume->GetLabelOutput());
    AddRow(sheet, image, labels, "3D, middle slice of 128");
    sheet.Write(argv[1]);
  }
  catch (const std::exception & error)
  {
    std::cerr << "NucleiPhantom: " << itk::ErrorSentence(error) << std::endl;
    return 1;
  }
  return 0;
}
