// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors

/** Draws the sagittal slices of volumes that show most of the true hippocampus, with the outlines of truth and
 * prediction. */

#include "itkComparisonSheet.h"
#include "itkErrorSentence.h"
#include "itkLabelImageReader.h"
#include "itkResampleOntoGrid.h"
#include "itkVerifiedImageReader.h"

#include "itkNearestNeighborInterpolateImageFunction.h"

#include <algorithm>
#include <filesystem>
#include <iostream>

namespace
{
namespace fs = std::filesystem;

using VolumeType = itk::Image<float, 3>;
using LabelVolumeType = itk::Image<unsigned short, 3>;
using SliceType = itk::Image<float, 2>;
using LabelType = itk::ComparisonSheet::LabelType;
using ColorImageType = itk::ComparisonSheet::ImageType;

/** So many pixels of the picture along a voxel's edge, for thin outlines. */
constexpr int enlargement = 8;

itk::IndexValueType
FindFullestSlice(const LabelVolumeType * labels)
{
  const auto                      size = labels->GetBufferedRegion().GetSize();
  std::vector<itk::SizeValueType> voxels(size[0], 0);
  for (itk::SizeValueType i = 0; i < labels->GetBufferedRegion().GetNumberOfPixels(); ++i)
  {
    voxels[i % size[0]] += labels->GetBufferPointer()[i] != 0 ? 1 : 0;
  }
  return std::max_element(voxels.begin(), voxels.end()) - voxels.begin();
}

/** Along y to the right and z upwards. */
template <typename TSlice, typename TVolume>
typename TSlice::Pointer
TakeSlice(const TVolume * volume, itk::IndexValueType x)
{
  const auto size = volume->GetBufferedRegion().GetSize();
  auto       slice = TSlice::New();
  slice->SetRegions(itk::Size<2>{ { size[1], size[2] } });
  slice->Allocate();
  for (itk::SizeValueType z = 0; z < size[2]; ++z)
  {
    for (itk::SizeValueType y = 0; y < size[1]; ++y)
    {
      const auto row = static_cast<itk::IndexValueType>(size[2] - 1 - z);
      slice->SetPixel(
        { { static_cast<itk::IndexValueType>(y), row } },
        volume->GetPixel({ { x, static_cast<itk::IndexValueType>(y), static_cast<itk::IndexValueType>(z) } }));
    }
  }
  return slice;
}

ColorImageType::Pointer
DrawImage(SliceType * slice)
{
  const auto enlarged = itk::ResampleToSpacing(slice, { 1.0 / enlargement, 1.0 / enlargement });
  enlarged->Update();
  const float * const      pixels = enlarged->GetOutput()->GetBufferPointer();
  const itk::SizeValueType count = enlarged->GetOutput()->GetBufferedRegion().GetNumberOfPixels();
  const auto [low, high] = std::minmax_element(pixels, pixels + count);
  auto image = ColorImageType::New();
  image->SetRegions(enlarged->GetOutput()->GetBufferedRegion().GetSize());
  image->Allocate();
  for (itk::SizeValueType i = 0; i < count; ++i)
  {
    image->GetBufferPointer()[i].Fill(
      static_cast<unsigned char>(255.0f * (pixels[i] - *low) / std::max(*high - *low, 1e-6f)));
  }
  return image;
}

/** Of each class the pixels at its edge, two pixels wide. */
LabelType::Pointer
DrawOutlines(LabelType * slice)
{
  const auto enlarged = itk::ResampleToSpacing(slice, { 1.0 / enlargement, 1.0 / enlargement });
  enlarged->SetInterpolator(itk::NearestNeighborInterpolateImageFunction<LabelType, double>::New());
  enlarged->Update();
  const LabelType * const labels = enlarged->GetOutput();
  const auto              region = labels->GetBufferedRegion();
  auto                    outlines = LabelType::New();
  outlines->SetRegions(region.GetSize());
  outlines->Allocate(true);
  const auto width = static_cast<itk::IndexValueType>(region.GetSize(0));
  const auto height = static_cast<itk::IndexValueType>(region.GetSize(1));
  const auto at = [&](itk::IndexValueType x, itk::IndexValueType y)
  {
    return labels->GetBufferPointer()[std::clamp<itk::IndexValueType>(y, 0, height - 1) * width +
                                      std::clamp<itk::IndexValueType>(x, 0, width - 1)];
  };
  for (itk::IndexValueType y = 0; y < height; ++y)
  {
    for (itk::IndexValueType x = 0; x < width; ++x)
    {
      const auto label = at(x, y);
      bool       isEdge = false;
      for (const itk::IndexValueType distance : { 1, 2 })
      {
        isEdge = isEdge || at(x - distance, y) != label || at(x + distance, y) != label ||
                 at(x, y - distance) != label || at(x, y + distance) != label;
      }
      outlines->SetPixel({ { x, y } }, isEdge ? label : 0);
    }
  }
  return outlines;
}

void
AddRow(itk::ComparisonSheet & sheet,
       const std::string &    image,
       const std::string &    truth,
       const std::string &    prediction)
{
  const auto volume = itk::ReadVerifiedImage<VolumeType>(image);
  const auto trueLabels = itk::ReadLabelsAs<LabelVolumeType>(truth);
  const auto x = FindFullestSlice(trueLabels);
  const auto trueOutlines = DrawOutlines(TakeSlice<LabelType>(trueLabels.GetPointer(), x));
  const auto predictedLabels = itk::ReadLabelsAs<LabelVolumeType>(prediction);
  const auto predictedOutlines = DrawOutlines(TakeSlice<LabelType>(predictedLabels.GetPointer(), x));
  const auto name = fs::path(image).stem().stem().string();
  sheet.AddRow(DrawImage(TakeSlice<SliceType>(volume.GetPointer(), x)),
               { nullptr, nullptr, nullptr },
               { name + ", x = " + std::to_string(x), "", "" },
               { nullptr, trueOutlines, predictedOutlines });
}
} // namespace

int
main(int argc, char * argv[])
{
  if (argc < 5 || argc % 3 != 2)
  {
    std::cerr << "Usage: HippocampusPicture PICTURE.png IMAGE TRUTH PREDICTION [IMAGE TRUTH PREDICTION ...]\n";
    return 2;
  }
  try
  {
    itk::ComparisonSheet sheet;
    sheet.SetColumns(
      { "Image", "Truth: anterior yellow, posterior magenta", "U-Net: anterior yellow, posterior magenta" });
    for (int i = 2; i < argc; i += 3)
    {
      AddRow(sheet, argv[i], argv[i + 1], argv[i + 2]);
    }
    sheet.Write(argv[1]);
  }
  catch (const std::exception & error)
  {
    std::cerr << "HippocampusPicture: " << itk::ErrorSentence(error) << std::endl;
    return 1;
  }
  return 0;
}
