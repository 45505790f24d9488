// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkInstanceTestImages_h
#define itkInstanceTestImages_h

#include "itkImage.h"
#include "itkTorchRandom.h"
#include "itkTorchTestDevices.h"
#include "itkTorchTestImages.h"
#include "itkGridNeighbors.h"
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace itk
{
namespace Test
{
using MaskImage = Image<unsigned char, 2>;
using NumberImage = Image<unsigned int, 2>;

/** One row for each string: '.' and ' ' are 0, digits themselves, other characters 1. */
template <typename TImage>
typename TImage::Pointer
DrawImage(const std::vector<std::string> & rows)
{
  auto                      image = TImage::New();
  typename TImage::SizeType size;
  size.Fill(1);
  size[0] = rows[0].size();
  size[1] = rows.size();
  image->SetRegions(size);
  image->Allocate();
  auto * pixel = image->GetBufferPointer();
  for (const std::string & row : rows)
  {
    for (const char c : row)
    {
      const int value = c == '.' || c == ' ' ? 0 : c >= '0' && c <= '9' ? c - '0' : 1;
      *pixel++ = static_cast<typename TImage::PixelType>(value);
    }
  }
  return image;
}

/** Random values from 1 to `values` at a share of the pixels; 0 elsewhere. On the awkward geometry without a size. */
template <typename TImage>
typename TImage::Pointer
MakeRandomImage(std::uint64_t seed, double share, unsigned int values, const std::vector<SizeValueType> & sizes = {})
{
  auto image = TImage::New();
  SetAwkwardGeometry(image.GetPointer());
  if (!sizes.empty())
  {
    auto region = image->GetLargestPossibleRegion();
    for (unsigned int axis = 0; axis < TImage::ImageDimension; ++axis)
    {
      region.SetSize(axis, sizes[axis]);
    }
    image->SetRegions(region);
  }
  image->Allocate();
  TorchRandom random(seed);
  for (ImageRegionIterator<TImage> it(image, image->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    const bool isObject = random.Uniform(0.0, 1.0) < share;
    const auto value = std::floor(random.Uniform(0.0, values));
    it.Set(isObject ? static_cast<typename TImage::PixelType>(1 + value) : 0);
  }
  return image;
}

/** Pixels of an image in raster order. */
template <typename TImage>
std::vector<typename TImage::PixelType>
PixelsOf(const TImage * image)
{
  const auto * const pixels = image->GetBufferPointer();
  return { pixels, pixels + image->GetBufferedRegion().GetNumberOfPixels() };
}

template <typename TImage>
std::vector<std::int64_t>
GridSizeOf(const TImage * image)
{
  const auto size = image->GetBufferedRegion().GetSize();
  return { size.begin(), size.end() };
}

/** The neighbors of each pixel, in raster order. */
inline std::vector<std::vector<std::size_t>>
NeighborsOfPixels(const std::vector<std::int64_t> & size, bool isFullyConnected)
{
  const auto                            pixels = static_cast<std::size_t>(NumberOfPixels(size));
  std::vector<std::vector<std::size_t>> neighbors(pixels);
  std::vector<std::int64_t>             place(size.size(), 0);
  for (std::size_t pixel = 0; pixel < pixels; ++pixel)
  {
    for (const GridOffset & offset : GridNeighbors(size.size(), isFullyConnected))
    {
      std::int64_t at = 0;
      std::int64_t stride = 1;
      bool         isInside = true;
      for (std::size_t axis = 0; axis < size.size(); ++axis)
      {
        const std::int64_t p = place[axis] + offset[axis];
        isInside = isInside && p >= 0 && p < size[axis];
        at += stride * p;
        stride *= size[axis];
      }
      if (isInside)
      {
        neighbors[pixel].push_back(static_cast<std::size_t>(at));
      }
    }
    for (std::size_t axis = 0; axis < size.size() && ++place[axis] == size[axis]; ++axis)
    {
      place[axis] = 0;
    }
  }
  return neighbors;
}

/** Numbers of the components in raster order, by a search from pixel to pixel. */
template <typename TPixel>
std::vector<std::int64_t>
ComponentsBySearch(const std::vector<TPixel> &       pixels,
                   const std::vector<std::int64_t> & size,
                   bool                              isFullyConnected,
                   bool                              areLabelsApart)
{
  const auto                neighbors = NeighborsOfPixels(size, isFullyConnected);
  std::vector<std::int64_t> numbers(pixels.size(), 0);
  std::int64_t              count = 0;
  for (std::size_t first = 0; first < pixels.size(); ++first)
  {
    if (pixels[first] == 0 || numbers[first] != 0)
    {
      continue;
    }
    numbers[first] = ++count;
    for (std::vector<std::size_t> open{ first }; !open.empty();)
    {
      const std::size_t pixel = open.back();
      open.pop_back();
      for (const std::size_t other : neighbors[pixel])
      {
        if (numbers[other] == 0 && pixels[other] != 0 && (!areLabelsApart || pixels[other] == pixels[pixel]))
        {
          numbers[other] = count;
          open.push_back(other);
        }
      }
    }
  }
  return numbers;
}

/** Whether two label images have the same pixels in 0 and the same partition of the others. */
template <typename TA, typename TB>
bool
IsSamePartition(const std::vector<TA> & a, const std::vector<TB> & b)
{
  std::map<TA, TB> there;
  std::map<TB, TA> back;
  bool             isSame = a.size() == b.size();
  for (std::size_t i = 0; isSame && i < a.size(); ++i)
  {
    isSame = (a[i] == 0) == (b[i] == 0) && there.emplace(a[i], b[i]).first->second == b[i] &&
             back.emplace(b[i], a[i]).first->second == a[i];
  }
  return isSame;
}
} // namespace Test
} // namespace itk

#endif
