// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkLabelTestImages_h
#define itkLabelTestImages_h

#include "itkImage.h"
#include "itkTorchRandom.h"
#include "itkTorchTestDevices.h"
#include "itkTorchTestImages.h"
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

namespace itk
{
namespace Test
{
template <unsigned int D>
using LabelImage = Image<unsigned short, D>;

/** Random labels 1 … `labels` at a share of the pixels, on the awkward geometry. */
template <typename TImage>
typename TImage::Pointer
MakeRandomLabels(std::uint64_t seed, unsigned int labels, double share, SizeValueType size = 0)
{
  auto image = TImage::New();
  SetAwkwardGeometry(image.GetPointer());
  if (size > 0)
  {
    auto region = image->GetLargestPossibleRegion();
    auto sizes = region.GetSize();
    sizes.Fill(size);
    region.SetSize(sizes);
    image->SetRegions(region);
  }
  image->Allocate();
  TorchRandom random(seed);
  for (ImageRegionIterator<TImage> it(image, image->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    const bool isObject = random.Uniform(0.0, 1.0) < share;
    it.Set(isObject ? static_cast<typename TImage::PixelType>(1 + std::floor(random.Uniform(0.0, labels))) : 0);
  }
  return image;
}

/** Squared distance of a pixel to each object, by looking at every pixel of the image. */
template <typename TImage>
std::map<typename TImage::PixelType, double>
SquaredDistancesByLooking(const TImage *                     image,
                          const typename TImage::IndexType & index,
                          const std::vector<double> &        units,
                          bool                               isToEdge)
{
  std::map<typename TImage::PixelType, double> nearest;
  for (ImageRegionConstIterator<TImage> it(image, image->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    if (it.Get() != 0)
    {
      double squared = 0.0;
      for (unsigned int axis = 0; axis < TImage::ImageDimension; ++axis)
      {
        const double pixels = std::abs(static_cast<double>(it.GetIndex()[axis] - index[axis]));
        const double distance = units[axis] * std::max(0.0, pixels - (isToEdge ? 0.5 : 0.0));
        squared += distance * distance;
      }
      const auto found = nearest.emplace(it.Get(), squared).first;
      found->second = std::min(found->second, squared);
    }
  }
  return nearest;
}

/** The n-th smallest of them, infinite where there are fewer. */
template <typename TMap>
double
NthDistance(const TMap & squaredDistances, std::size_t n)
{
  std::vector<double> sorted;
  for (const auto & [label, squared] : squaredDistances)
  {
    sorted.push_back(std::sqrt(squared));
  }
  std::sort(sorted.begin(), sorted.end());
  return n < sorted.size() ? sorted[n] : std::numeric_limits<double>::infinity();
}
} // namespace Test
} // namespace itk

#endif
