// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkStreamedProbabilities_h
#define itkStreamedProbabilities_h

#include "itkInstanceSegmentationStream.h"
#include "itkInstanceTestImages.h"
#include "itkTestHelpers.h"
#include <algorithm>

namespace itk
{
namespace Test
{
/** An image along x, y, z, …, with interleaved components. */
struct Probabilities
{
  std::vector<std::int64_t> Size;
  std::vector<float>        Values;
  std::int64_t              Components{ 1 };
  std::vector<double>       Spacing;

  std::size_t
  GetSlabAxis() const
  {
    std::size_t axis = Size.size() - 1;
    for (; axis > 0 && Size[axis] == 1; --axis)
    {}
    return axis;
  }

  /** `count` planes from `first` on. */
  TorchTensor
  GetPlanes(std::int64_t first, std::int64_t count)
  {
    auto size = Size;
    size[this->GetSlabAxis()] = count;
    const std::int64_t plane = NumberOfPixels(size) / std::max<std::int64_t>(1, count);
    return TorchTensor::FromPixels(
      Values.data() + first * plane * Components, TorchComponentType::Float32, size, Components);
  }
};

using Labels = std::vector<std::uint32_t>;

inline Labels
WholeLabels(Probabilities & image, const InstanceSegmentationParameters & parameters)
{
  const auto         result = InstanceSegmentation::Compute(image.GetPlanes(0, image.Size[image.GetSlabAxis()]),
                                                    image.Spacing,
                                                    parameters,
                                                    TorchComponentType::UInt32,
                                                    [](double) {});
  const auto * const labels = static_cast<const std::uint32_t *>(result.Labels.GetPointer());
  return { labels, labels + NumberOfPixels(image.Size) };
}

/** What a stream gave. */
struct Streamed
{
  Labels        Numbers;
  std::uint64_t Objects;
  std::int64_t  LargestExtent;
  std::int64_t  LargestNumberOfPlanes;
};

inline Streamed
StreamLabels(Probabilities & image, const InstanceSegmentationParameters & parameters, std::int64_t thickness)
{
  const TemporaryFolder      folder;
  Labels                     labels;
  InstanceSegmentationStream stream(image.Size,
                                    image.Spacing,
                                    parameters,
                                    folder.File("maps"),
                                    [&](const std::uint32_t * pixels, std::int64_t count)
                                    { labels.insert(labels.end(), pixels, pixels + count); });
  const std::int64_t         planes = image.Size[image.GetSlabAxis()];
  for (std::int64_t first = 0; first < planes; first += thickness)
  {
    stream.Append(image.GetPlanes(first, std::min(thickness, planes - first)), [](double) {});
  }
  EXPECT_EQ(folder.GetNumberOfFiles(), 0u);
  return { labels, stream.GetNumberOfObjects(), stream.GetLargestExtent(), stream.GetLargestNumberOfPlanes() };
}

/** Planes that the largest component of the mask extends over. */
inline std::int64_t
LargestExtentOf(Probabilities & image, InstanceSegmentationParameters parameters)
{
  parameters.Separation = InstanceSeparation::None;
  parameters.FillHoles = false;
  parameters.MinimumObjectSize = 0;
  parameters.MergeThreshold = 1.0;
  const auto labels = WholeLabels(image, parameters);
  const auto planes = image.Size[image.GetSlabAxis()];
  const auto plane = static_cast<std::int64_t>(labels.size()) / planes;
  std::map<std::uint32_t, std::pair<std::int64_t, std::int64_t>> extents;
  std::int64_t                                                   largest = 0;
  for (std::int64_t pixel = 0; pixel < static_cast<std::int64_t>(labels.size()); ++pixel)
  {
    const std::uint32_t label = labels[static_cast<std::size_t>(pixel)];
    if (label != 0)
    {
      const auto [first, last] = std::pair(extents.emplace(label, std::pair(pixel / plane, 0)).first, pixel / plane);
      largest = std::max(largest, last + 1 - first->second.first);
    }
  }
  return largest;
}

/** \return number of objects */
inline std::uint64_t
ExpectSameAsWhole(Probabilities &                        image,
                  const InstanceSegmentationParameters & parameters,
                  const std::vector<std::int64_t> &      thicknesses)
{
  const auto    expected = WholeLabels(image, parameters);
  const auto    extent = LargestExtentOf(image, parameters);
  std::uint64_t objects = expected.empty() ? 0 : *std::max_element(expected.begin(), expected.end());
  for (const std::int64_t thickness : thicknesses)
  {
    const auto streamed = StreamLabels(image, parameters, thickness);
    EXPECT_EQ(streamed.Numbers, expected) << "in slabs of " << thickness;
    EXPECT_EQ(streamed.Objects, objects);
    EXPECT_EQ(streamed.LargestExtent, extent);
    EXPECT_LE(streamed.LargestNumberOfPlanes, thickness + extent + 1);
  }
  return objects;
}

} // namespace Test
} // namespace itk

#endif
