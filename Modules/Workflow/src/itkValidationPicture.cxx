// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkValidationPicture.h"
#include "itkComparisonSheet.h"
#include "itkPictureColors.h"
#include <algorithm>
#include <filesystem>
#include <set>

namespace itk
{
namespace
{
/** The plane in the middle of a volume on the host, (1, C, 1, y, x); in 2D the image itself. */
TorchTensor
GetMiddlePlane(const TorchTensor & tensor)
{
  const auto shape = tensor.GetShape();
  if (shape.size() < 5)
  {
    return tensor.ToInterleaved();
  }
  return tensor.Crop({ 0, 0, shape[2] / 2 }, { shape[4], shape[3], 1 }).ToInterleaved();
}

/** Copies the pixels of a plane.
 * \param image of the pixels' component type */
template <typename TImage>
typename TImage::Pointer
MakeImage(const TorchTensor & plane)
{
  using ComponentType = typename TImage::InternalPixelType;
  const auto                shape = plane.GetShape();
  typename TImage::SizeType size{ { static_cast<SizeValueType>(shape.back()),
                                    static_cast<SizeValueType>(shape[shape.size() - 2]) } };
  auto                      image = TImage::New();
  image->SetRegions(size);
  image->SetNumberOfComponentsPerPixel(static_cast<unsigned int>(shape[1]));
  image->Allocate();
  const auto * const pixels = static_cast<const ComponentType *>(plane.GetPointer());
  std::copy_n(pixels, plane.GetNumberOfBytes() / sizeof(ComponentType), image->GetBufferPointer());
  return image;
}

std::string
CountObjects(const Image<std::int64_t, 2> * labels)
{
  const std::int64_t * const   pixels = labels->GetBufferPointer();
  const std::set<std::int64_t> values(pixels, pixels + labels->GetBufferedRegion().GetNumberOfPixels());
  const auto                   count = std::distance(values.upper_bound(0), values.end());
  return std::to_string(count) + (count == 1 ? " label" : " labels");
}
} // namespace

bool
HasValidationPicture(std::size_t number, std::size_t count)
{
  const std::size_t pictures = std::min<std::size_t>(4, count);
  for (std::size_t i = 0; i < pictures; ++i)
  {
    if (number == i * count / pictures)
    {
      return true;
    }
  }
  return false;
}

Image<RGBPixel<unsigned char>, 2>::Pointer
DrawValidationPicture(const UNetValidationCase & validationCase)
{
  const auto      image = MakeImage<VectorImage<float, 2>>(GetMiddlePlane(validationCase.Image));
  const auto      truth = MakeImage<Image<std::int64_t, 2>>(GetMiddlePlane(validationCase.Truth));
  const auto      prediction = MakeImage<Image<std::int64_t, 2>>(GetMiddlePlane(validationCase.Prediction));
  ComparisonSheet sheet;
  sheet.SetColumns({ "image", "truth", "prediction" });
  sheet.AddRow(
    ColorComponents(image),
    { nullptr, ComparisonSheet::ShortenLabels(truth), ComparisonSheet::ShortenLabels(prediction) },
    { std::filesystem::path(validationCase.Name).filename().string(), CountObjects(truth), CountObjects(prediction) });
  return sheet.Draw();
}
} // namespace itk
