// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef TestImages_h
#define TestImages_h

#include "itkImage.h"
#include "itkImageRegionIteratorWithIndex.h"
#include "itkNumericTraits.h"
#include "itkRGBPixel.h"
#include "itkVectorImage.h"
#include <cmath>
#include <cstdint>

/** \file
 * Small images of blobs, some of which touch, of odd sizes, with a first index that is not 0, unequal spacing, an
 * oblique direction and an origin away from 0. */

namespace client
{
template <typename TImage>
void
SetAwkwardGeometry(TImage * image)
{
  constexpr unsigned int         D = TImage::ImageDimension;
  typename TImage::RegionType    region;
  typename TImage::SpacingType   spacing;
  typename TImage::PointType     origin;
  typename TImage::DirectionType direction;
  direction.SetIdentity();
  const unsigned int sizes[] = { D == 2 ? 37u : 19u, D == 2 ? 29u : 15u, 10u };
  for (unsigned int axis = 0; axis < D; ++axis)
  {
    region.SetSize(axis, sizes[axis]);
    region.SetIndex(axis, 3 - 4 * static_cast<int>(axis));
    spacing[axis] = 0.5 + 0.7 * axis;
    origin[axis] = -11.0 + 5.0 * axis;
  }
  direction[0][0] = direction[1][1] = 0.8;
  direction[0][1] = -0.6;
  direction[1][0] = 0.6;
  image->SetRegions(region);
  image->SetSpacing(spacing);
  image->SetOrigin(origin);
  image->SetDirection(direction);
}

/** A number from 0 to 1 for a pixel and a component. */
inline double
Noise(std::uint64_t pixel, unsigned int component = 0)
{
  std::uint64_t x = 0x9E3779B97F4A7C15u * (pixel * 8 + component + 1);
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return static_cast<double>((x ^ (x >> 31)) >> 11) * 0x1p-53;
}

/** Blobs of one radius with their centers on a jittered grid. */
struct BlobPixel
{
  unsigned int  Label{ 0 };
  double        Depth{ 0.0 }; // above 0 inside
  std::uint64_t Number{ 0 };  // of the pixel
};

template <typename TImage, typename TFunction>
typename TImage::Pointer
MakeBlobImage(unsigned int components, TFunction && function)
{
  constexpr unsigned int D = TImage::ImageDimension;
  auto                   image = TImage::New();
  SetAwkwardGeometry(image.GetPointer());
  if (components > 0)
  {
    image->SetNumberOfComponentsPerPixel(components);
  }
  image->Allocate();
  const auto &  region = image->GetBufferedRegion();
  std::uint64_t number = 0;
  for (itk::ImageRegionIteratorWithIndex<TImage> pixel(image, region); !pixel.IsAtEnd(); ++pixel, ++number)
  {
    BlobPixel blob;
    blob.Number = number;
    double       squared = 0.0;
    unsigned int label = 0;
    for (unsigned int axis = 0; axis < D; ++axis)
    {
      const long place = pixel.GetIndex()[axis] - region.GetIndex(axis);
      label = label * 8 + static_cast<unsigned int>(place / 8);
      squared += std::pow(static_cast<double>(place % 8) - 3.5 - (axis == 0 ? 0.4 : 0.0), 2);
    }
    blob.Depth = 4.3 - std::sqrt(squared);
    blob.Label = blob.Depth > 0.0 ? label + 1 : 0;
    pixel.Set(function(blob));
  }
  return image;
}

/** 60 on the ground, 140 in blobs, noise of 20. */
template <typename TImage>
typename TImage::Pointer
MakeIntensities()
{
  using PixelType = typename TImage::PixelType;
  return MakeBlobImage<TImage>(
    3,
    [](const BlobPixel & blob)
    {
      const auto value = [&](unsigned int component)
      { return 60.0 + 10.0 * component + (blob.Depth > 0.0 ? 80.0 : 0.0) + 20.0 * Noise(blob.Number, component); };
      if constexpr (std::is_arithmetic<PixelType>::value)
      {
        return static_cast<PixelType>(value(0));
      }
      else
      {
        PixelType pixel;
        itk::NumericTraits<PixelType>::SetLength(pixel, 3);
        for (unsigned int component = 0; component < 3; ++component)
        {
          pixel[component] = static_cast<typename itk::NumericTraits<PixelType>::ValueType>(value(component));
        }
        return pixel;
      }
    });
}

template <typename TImage>
typename TImage::Pointer
MakeLabels()
{
  return MakeBlobImage<TImage>(
    1, [](const BlobPixel & blob) { return static_cast<typename TImage::PixelType>(blob.Label); });
}

/** Labels like those of MakeLabels(), but not in every pixel. */
template <typename TImage>
typename TImage::Pointer
MakeOtherLabels()
{
  return MakeBlobImage<TImage>(1,
                               [](const BlobPixel & blob)
                               {
                                 const bool isIn = blob.Depth > 0.5 && Noise(blob.Number) < 0.9;
                                 return static_cast<typename TImage::PixelType>(isIn ? blob.Label : 0);
                               });
}

/** Markers in the middles of blobs. */
template <typename TImage>
typename TImage::Pointer
MakeMarkers()
{
  return MakeBlobImage<TImage>(1,
                               [](const BlobPixel & blob)
                               { return static_cast<typename TImage::PixelType>(blob.Depth > 3.0 ? blob.Label : 0); });
}

template <typename TImage>
typename TImage::Pointer
MakeMask()
{
  return MakeBlobImage<TImage>(
    1, [](const BlobPixel & blob) { return static_cast<typename TImage::PixelType>(blob.Label > 0 ? 1 : 0); });
}

template <typename TImage>
typename TImage::Pointer
MakeWeights()
{
  return MakeBlobImage<TImage>(
    1, [](const BlobPixel & blob) { return static_cast<typename TImage::PixelType>(1.0 + Noise(blob.Number, 5)); });
}

/** Probabilities of the foreground; of background, interior and border in an image of vectors. */
template <typename TImage>
typename TImage::Pointer
MakeProbabilities()
{
  using PixelType = typename TImage::PixelType;
  return MakeBlobImage<TImage>(3,
                               [](const BlobPixel & blob)
                               {
                                 const float foreground = static_cast<float>(1.0 / (1.0 + std::exp(-2.0 * blob.Depth)));
                                 if constexpr (std::is_arithmetic<PixelType>::value)
                                 {
                                   return foreground;
                                 }
                                 else
                                 {
                                   const float border =
                                     foreground * static_cast<float>(std::exp(-blob.Depth * blob.Depth));
                                   PixelType pixel(3);
                                   pixel[0] = 1.0f - foreground;
                                   pixel[1] = foreground - border;
                                   pixel[2] = border;
                                   return pixel;
                                 }
                               });
}
} // namespace client

#endif
