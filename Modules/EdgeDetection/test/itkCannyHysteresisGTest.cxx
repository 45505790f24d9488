// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCannyHysteresis.h"
#include "cuda/itkCannyEdgeDetectionPoint.h"
#include "composed/itkCannyComposed.h"
#include "cpu/itkCannyRows.h"
#include "itkCannyTestImages.h"
#include "itkTorchTensorAccess.h"
#include <ATen/ops/zeros.h>
#include <deque>
#include <numeric>

namespace
{
constexpr itk::CannyThresholds thresholds{ 0.3, 0.9 };

/** What grows from the pixels above the upper threshold, by a queue. */
std::vector<float>
FloodFill(const at::Tensor & image)
{
  const auto               sizes = image.sizes();
  const float * const      pixels = image.data_ptr<float>();
  std::vector<float>       edges(static_cast<std::size_t>(image.numel()));
  std::deque<std::int64_t> queue;
  for (std::int64_t i = 0; i < image.numel(); ++i)
  {
    if (pixels[i] > static_cast<float>(thresholds.Upper))
    {
      edges[i] = 1.0f;
      queue.push_back(i);
    }
  }
  const std::int64_t width = sizes[sizes.size() - 1];
  const std::int64_t height = sizes[sizes.size() - 2];
  const std::int64_t depth = sizes.size() == 3 ? sizes[0] : 1;
  for (; !queue.empty(); queue.pop_front())
  {
    const std::int64_t x = queue.front() % width;
    const std::int64_t y = queue.front() / width % height;
    const std::int64_t z = queue.front() / (width * height);
    for (std::int64_t k = std::max<std::int64_t>(0, z - 1); k <= std::min(depth - 1, z + 1); ++k)
    {
      for (std::int64_t j = std::max<std::int64_t>(0, y - 1); j <= std::min(height - 1, y + 1); ++j)
      {
        for (std::int64_t i = std::max<std::int64_t>(0, x - 1); i <= std::min(width - 1, x + 1); ++i)
        {
          const std::int64_t other = (k * height + j) * width + i;
          if (edges[other] == 0.0f && pixels[other] > static_cast<float>(thresholds.Lower))
          {
            edges[other] = 1.0f;
            queue.push_back(other);
          }
        }
      }
    }
  }
  return edges;
}

template <typename T = float>
std::vector<T>
OnHost(const at::Tensor & image, const itk::CannyThresholds & used = thresholds)
{
  const std::vector<std::int64_t> size(image.sizes().rbegin(), image.sizes().rend());
  itk::CannyHysteresis            hysteresis(size);
  std::vector<T>                  edges(static_cast<std::size_t>(image.numel()));
  const std::int64_t              rows = image.numel() / size[0];
  for (std::int64_t row = 0; row < rows; ++row)
  {
    itk::ClassifyPixels<T>(size[0],
                           image.data_ptr<T>() + row * size[0],
                           static_cast<T>(used.Lower),
                           static_cast<T>(used.Upper),
                           hysteresis.GetWeak(row),
                           hysteresis.GetStrong(row));
  }
  hysteresis.Grow();
  for (std::int64_t row = 0; row < rows; ++row)
  {
    itk::ExpandBits<T>(size[0], hysteresis.GetEdges(row), edges.data() + row * size[0]);
  }
  return edges;
}

std::vector<float>
Composed(const at::Tensor & image)
{
  const at::Tensor edges = itk::ComposeCannyHysteresis(image, thresholds);
  return { edges.data_ptr<float>(), edges.data_ptr<float>() + edges.numel() };
}

/** What the kernel's threads do, one after the other. */
template <int D>
std::vector<float>
ByPoints(const at::Tensor & image)
{
  const std::vector<std::int64_t> size(image.sizes().rbegin(), image.sizes().rend());
  const float * const             pixels = image.data_ptr<float>();
  const std::int64_t              count = image.numel();
  std::vector<std::int32_t>       parents(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i)
  {
    parents[i] = pixels[i] > static_cast<float>(thresholds.Lower) ? static_cast<std::int32_t>(i) : -1;
  }
  // Not in order, as threads are not: a prime that no size here is a multiple of.
  constexpr std::int64_t prime = 7919;
  for (std::int64_t step = 0; step < count; ++step)
  {
    const std::int64_t i = step * prime % count;
    if (parents[i] >= 0)
    {
      itk::CannyPoint<float, D>(size.data(), i).JoinNeighbors(parents.data());
    }
  }
  for (std::int64_t step = 0; step < count; ++step)
  {
    const auto i = static_cast<std::int32_t>(step * prime % count);
    if (parents[i] >= 0)
    {
      itk::CannyPoint<float, D>::Flatten(parents.data(), i);
    }
  }
  std::vector<bool> isStrong(parents.size());
  for (std::int32_t i = 0; i < count; ++i)
  {
    if (pixels[i] > static_cast<float>(thresholds.Upper))
    {
      isStrong[parents[i]] = true;
    }
  }
  std::vector<float> edges(parents.size());
  for (std::int32_t i = 0; i < count; ++i)
  {
    edges[i] = parents[i] >= 0 && isStrong[parents[i]] ? 1.0f : 0.0f;
  }
  return edges;
}

void
ExpectFloodFill(const at::Tensor & image)
{
  const auto expected = FloodFill(image);
  EXPECT_EQ(OnHost(image), expected) << image.sizes();
  EXPECT_EQ(Composed(image), expected) << image.sizes();
  EXPECT_EQ(image.dim() == 2 ? ByPoints<2>(image) : ByPoints<3>(image), expected) << image.sizes();
}

/** Weak pixels as densely as edges just begin to connect through the image, and few strong ones. */
at::Tensor
MakeRandom(const std::vector<std::int64_t> & shape, double density, unsigned int seed)
{
  at::Tensor       image = at::zeros(shape);
  itk::TorchRandom random(seed);
  for (std::int64_t i = 0; i < image.numel(); ++i)
  {
    const bool isWeak = random.Uniform(0.0, 1.0) < density;
    image.data_ptr<float>()[i] = !isWeak ? 0.0f : random.Uniform(0.0, 1.0) < 0.02 ? 1.0f : 0.5f;
  }
  return image;
}
} // namespace

TEST(CannyHysteresis, RandomImagesGrowAsAFloodFill)
{
  const itk::Test::ThreadsScope scope(1);
  for (const std::int64_t width : { 1, 2, 63, 64, 65, 130 })
  {
    for (const double density : { 0.1, 0.4, 0.6 })
    {
      ExpectFloodFill(MakeRandom({ 1, width }, density, 1));
      ExpectFloodFill(MakeRandom({ 2, width }, density, 2));
      ExpectFloodFill(MakeRandom({ 70, width }, density, 3));
      ExpectFloodFill(MakeRandom({ 1, 1, width }, 0.5 * density, 4));
      ExpectFloodFill(MakeRandom({ 12, 15, width }, 0.2 * density, 5));
    }
  }
}

TEST(CannyHysteresis, NumberOfThreadsChangesNothing)
{
  const at::Tensor image = MakeRandom({ 200, 130 }, 0.42, 6);
  const at::Tensor volume = MakeRandom({ 40, 25, 70 }, 0.1, 7);
  for (const unsigned int threads : { 1u, 2u, 3u })
  {
    const itk::Test::ThreadsScope scope(threads);
    EXPECT_EQ(OnHost(image), FloodFill(image)) << threads;
    EXPECT_EQ(OnHost(volume), FloodFill(volume)) << threads;
  }
}

TEST(CannyHysteresis, ASnakeIsFollowedFromItsHeadAcrossAllParts)
{
  // Right, down, left, down, … through the whole image, one pixel wide with a gap of one.
  const std::int64_t height = 101;
  const std::int64_t width = 131;
  at::Tensor         image = at::zeros({ height, width });
  float * const      pixels = image.data_ptr<float>();
  for (std::int64_t y = 0; y < height; ++y)
  {
    const std::int64_t turn = y % 4 == 1 ? width - 1 : 0;
    for (std::int64_t x = 0; x < width; ++x)
    {
      pixels[y * width + x] = y % 2 == 0 || x == turn ? 0.5f : 0.0f;
    }
  }
  const auto length = static_cast<float>((image > 0.0).sum().item<std::int64_t>());
  for (const unsigned int threads : { 1u, 3u })
  {
    const itk::Test::ThreadsScope scope(threads);
    EXPECT_EQ(OnHost(image), std::vector<float>(static_cast<std::size_t>(height * width), 0.0f));
    for (const std::int64_t head : { std::int64_t{ 0 }, height * width - 1, (height / 2) * width })
    {
      at::Tensor withHead = image.clone();
      withHead.data_ptr<float>()[head] = 1.0f;
      const auto edges = OnHost(withHead);
      EXPECT_EQ(std::accumulate(edges.begin(), edges.end(), 0.0f), length);
      ExpectFloodFill(withHead);
    }
  }
}

TEST(CannyHysteresis, ThresholdsThemselvesAreNotAboveThem)
{
  at::Tensor image = at::zeros({ 1, 4 });
  image.data_ptr<float>()[0] = static_cast<float>(thresholds.Upper);
  image.data_ptr<float>()[1] = 1.0f;
  image.data_ptr<float>()[2] = static_cast<float>(thresholds.Lower);
  image.data_ptr<float>()[3] = 0.5f;
  const std::vector<float> expected{ 1.0f, 1.0f, 0.0f, 0.0f };
  EXPECT_EQ(OnHost(image), expected);
  image.data_ptr<float>()[1] = 0.5f;
  EXPECT_EQ(OnHost(image), std::vector<float>(4, 0.0f));
}

TEST(CannyHysteresis, ADoubleThatOnlyItsFloatLiftsAboveBothThresholdsIsAnEdge)
{
  // As float 0.1 is 0.100000001490…, which is strong, while 0.1 is not weak: such a pixel is an edge all the same.
  const itk::CannyThresholds equal{ 0.1, 0.1 };
  const at::Tensor           image = at::zeros({ 3, 70 }, at::kDouble);
  double * const             pixels = image.data_ptr<double>();
  pixels[63] = 0.1;
  pixels[70 + 64] = 0.2;
  pixels[2 * 70 + 65] = 0.1;
  pixels[5] = 0.09;
  std::vector<double> expected(210);
  expected[63] = expected[70 + 64] = expected[2 * 70 + 65] = 1.0;
  EXPECT_EQ(OnHost<double>(image, equal), expected);
  const at::Tensor composed = itk::ComposeCannyHysteresis(image, equal);
  EXPECT_EQ(std::vector<double>(composed.data_ptr<double>(), composed.data_ptr<double>() + 210), expected);
}
