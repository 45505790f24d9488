// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkPicturePixels.h"
#include <algorithm>
#include <cstring>

namespace itk
{
namespace
{
bool
IsGrayTable(const PictureHeader & header)
{
  return std::all_of(header.Palette.begin(),
                     header.Palette.end(),
                     [](const auto & entry) { return entry[0] == entry[1] && entry[1] == entry[2]; });
}

bool
HasTransparentEntry(const PictureHeader & header)
{
  return std::any_of(header.Palette.begin(), header.Palette.end(), [](const auto & entry) { return entry[3] != 255; });
}

/** What stands for white or opaque. */
template <typename TSample>
TSample
GetLargest(const PictureHeader & header)
{
  return static_cast<TSample>(header.BitsPerSample >= 8 * sizeof(TSample)
                                ? ~std::uint64_t{ 0 }
                                : (std::uint64_t{ 1 } << header.BitsPerSample) - 1);
}

template <typename TIndex>
void
LookUpColors(const PictureHeader & header, const TIndex * indices, std::size_t pixels, std::uint8_t * colors)
{
  const auto     output = DescribePicturePixels(header, true);
  const unsigned red = output.Components >= 3 ? 3 : 1;
  for (std::size_t i = 0; i < pixels; ++i)
  {
    if (indices[i] >= header.Palette.size())
    {
      itkGenericExceptionMacro("it is damaged: a pixel has color " << +indices[i] << ", but the color table has "
                                                                   << header.Palette.size() << '.');
    }
    const auto & entry = header.Palette[indices[i]];
    colors = std::copy_n(entry.begin(), red, colors);
    if (output.HasAlpha)
    {
      *colors++ = entry[3];
    }
  }
}

/** Unsigned numbers of 8 or 16 bits. */
template <typename TSample>
void
ConvertInks(const PictureHeader & header, const TSample * inks, std::size_t pixels, TSample * colors)
{
  const std::uint32_t largest = GetLargest<TSample>(header);
  const bool          isInverted = header.Color == PictureColor::InvertedCMYK;
  for (std::size_t i = 0; i < pixels; ++i, inks += header.Samples)
  {
    const auto ink = [&](unsigned int c)
    {
      const auto stored = static_cast<std::uint32_t>(inks[c]);
      return isInverted ? largest - stored : stored;
    };
    const std::uint32_t light = largest - ink(3);
    for (unsigned int c = 0; c < 3; ++c)
    {
      const auto absorbed = static_cast<std::uint32_t>((std::uint64_t{ ink(c) } * light + largest / 2) / largest);
      *colors++ = static_cast<TSample>(light - absorbed);
    }
    if (header.HasAlpha)
    {
      *colors++ = inks[4];
    }
  }
}

template <typename TSample>
void
ConvertGray(const PictureHeader & header, const TSample * samples, std::size_t pixels, TSample * grays)
{
  const auto largest = GetLargest<TSample>(header);
  const bool isInverted = header.Color == PictureColor::InvertedGray;
  for (std::size_t i = 0; i < pixels; ++i)
  {
    const TSample gray = *samples++;
    *grays++ = static_cast<TSample>((isInverted ? largest - gray : gray) * header.GrayFactor);
    if (header.HasAlpha)
    {
      *grays++ = *samples++;
    }
  }
}

template <typename TFunction>
void
CallWithUnsigned(IOComponentEnum type, const void * from, void * to, TFunction && function)
{
  const auto call = [&](auto sample)
  {
    using SampleType = decltype(sample);
    function(static_cast<const SampleType *>(from), static_cast<SampleType *>(to));
  };
  switch (type)
  {
    case IOComponentEnum::UCHAR:
      return call(std::uint8_t{});
    case IOComponentEnum::USHORT:
      return call(std::uint16_t{});
    case IOComponentEnum::UINT:
      return call(std::uint32_t{});
    default:
      return call(std::uint64_t{});
  }
}
} // namespace

PicturePixels
DescribePicturePixels(const PictureHeader & header, bool expands)
{
  PicturePixels pixels{ header.SampleType, header.Samples, header.HasAlpha, true };
  switch (header.Color)
  {
    case PictureColor::CMYK:
    case PictureColor::InvertedCMYK:
      pixels.Components = header.HasAlpha ? 4 : 3;
      pixels.AreSamples = false;
      break;
    case PictureColor::Palette:
      if (expands)
      {
        pixels.Type = IOComponentEnum::UCHAR;
        pixels.HasAlpha = HasTransparentEntry(header);
        pixels.Components = (IsGrayTable(header) ? 1 : 3) + (pixels.HasAlpha ? 1 : 0);
        pixels.AreSamples = false;
      }
      break;
    case PictureColor::Gray:
    case PictureColor::InvertedGray:
      pixels.AreSamples = !expands || (header.Color == PictureColor::Gray && header.GrayFactor == 1);
      break;
    default:
      break;
  }
  return pixels;
}

void
ConvertPicturePixels(const PictureHeader & header,
                     bool                  expands,
                     const void *          samples,
                     std::size_t           pixels,
                     void *                converted)
{
  if (DescribePicturePixels(header, expands).AreSamples)
  {
    std::memcpy(converted, samples, pixels * header.Samples * GetSampleSize(header.SampleType));
    return;
  }
  CallWithUnsigned(header.SampleType,
                   samples,
                   converted,
                   [&](const auto * from, auto * to)
                   {
                     if (header.Color == PictureColor::Palette)
                     {
                       LookUpColors(header, from, pixels, static_cast<std::uint8_t *>(converted));
                     }
                     else if (header.Color == PictureColor::Gray || header.Color == PictureColor::InvertedGray)
                     {
                       ConvertGray(header, from, pixels, to);
                     }
                     else
                     {
                       ConvertInks(header, from, pixels, to);
                     }
                   });
}

namespace
{
/** Where an upright pixel is stored. */
std::array<std::size_t, 2>
GetStoredIndex(const PictureHeader & header, std::size_t x, std::size_t y)
{
  const std::size_t right = header.Size[0] - 1;
  const std::size_t bottom = header.Size[1] - 1;
  switch (header.Orientation)
  {
    case 2:
      return { right - x, y };
    case 3:
      return { right - x, bottom - y };
    case 4:
      return { x, bottom - y };
    case 5:
      return { y, x };
    case 6:
      return { y, bottom - x };
    case 7:
      return { right - y, bottom - x };
    case 8:
      return { right - y, x };
    default:
      return { x, y };
  }
}
} // namespace

PictureRegion
GetStoredRegion(const PictureHeader & header, const PictureRegion & upright)
{
  const auto first = GetStoredIndex(header, upright.Index[0], upright.Index[1]);
  const auto last =
    GetStoredIndex(header, upright.Index[0] + upright.Size[0] - 1, upright.Index[1] + upright.Size[1] - 1);
  PictureRegion stored = upright;
  for (std::size_t axis = 0; axis < 2; ++axis)
  {
    stored.Index[axis] = std::min(first[axis], last[axis]);
    stored.Size[axis] = std::max(first[axis], last[axis]) - stored.Index[axis] + 1;
  }
  return stored;
}

void
TurnPictureUpright(const PictureHeader & header,
                   const PictureRegion & upright,
                   std::size_t           pixelBytes,
                   const void *          stored,
                   void *                turned)
{
  const PictureRegion region = GetStoredRegion(header, upright);
  const auto *        from = static_cast<const std::uint8_t *>(stored);
  auto *              to = static_cast<std::uint8_t *>(turned);
  for (std::size_t z = 0; z < upright.Size[2]; ++z)
  {
    for (std::size_t y = 0; y < upright.Size[1]; ++y)
    {
      for (std::size_t x = 0; x < upright.Size[0]; ++x, to += pixelBytes)
      {
        const auto at = GetStoredIndex(header, upright.Index[0] + x, upright.Index[1] + y);
        std::memcpy(
          to, from + ((at[1] - region.Index[1]) * region.Size[0] + at[0] - region.Index[0]) * pixelBytes, pixelBytes);
      }
    }
    from += region.Size[0] * region.Size[1] * pixelBytes;
  }
}
} // namespace itk
