// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSpatialSamplingProblem.h"

#include "cuda/itkSpatialSamplingPoint.h"
#include "itkScipySamples.h"
#include "composed/itkSpatialSamplingComposed.h"
#include "itkSpatialSamplingOnDevice.h"
#include "itkSplineCoefficients.h"
#include "itkTorchRandom.h"
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <cmath>
#include <gtest/gtest.h>

namespace
{
using itk::AxisSizes;
using itk::SampledImage;
using itk::SamplingInterpolation;
using itk::SamplingPaddingMode;
using itk::SpatialSamplingJob;
using itk::SpatialSamplingProblem;

const SamplingPaddingMode allFills[] = { SamplingPaddingMode::Reflect,
                                         SamplingPaddingMode::Mirror,
                                         SamplingPaddingMode::Edge,
                                         SamplingPaddingMode::Constant,
                                         SamplingPaddingMode::Wrap };

constexpr double fillValue = 77.0;

at::Tensor
RandomImage(const SpatialSamplingProblem & problem, std::int64_t components, at::ScalarType type, std::uint64_t seed)
{
  std::vector<std::int64_t> shape{ 1 };
  for (unsigned int axis = problem.Dimension; axis-- > 0;)
  {
    shape.push_back(problem.InputSize[axis]);
  }
  shape.push_back(components);
  at::Tensor       image = at::empty(shape, at::kDouble);
  itk::TorchRandom random(seed);
  for (std::int64_t i = 0; i < image.numel(); ++i)
  {
    image.data_ptr<double>()[i] = std::floor(random.Uniform(0.0, 120.0));
  }
  // Interleaved, as ITK's pixels are.
  return image.to(type).movedim(-1, 1);
}

at::Tensor
EmptyOutput(const SpatialSamplingProblem & problem, const at::Tensor & input)
{
  std::vector<std::int64_t> shape{ 1, input.size(1) };
  for (unsigned int axis = problem.Dimension; axis-- > 0;)
  {
    shape.push_back(problem.OutputSize[axis]);
  }
  return at::empty(shape, input.options());
}

/** A turned, sheared and shifted map of an image of odd sizes, displaced by a model. */
SpatialSamplingProblem
MakeProblem(unsigned int dimension, SamplingPaddingMode fill, bool isNoise, double deviation = 4.0)
{
  SpatialSamplingProblem problem;
  problem.Dimension = dimension;
  problem.InputSize = dimension == 3 ? AxisSizes{ { 13, 11, 7 } } : AxisSizes{ { 83, 37, 1 } };
  problem.OutputSize = dimension == 3 ? AxisSizes{ { 71, 9, 5 } } : AxisSizes{ { 151, 29, 1 } };
  problem.Map.Matrix = { { { { 0.7, -0.4, 0.1 } }, { { 0.3, 0.9, -0.2 } }, { { 0.05, 0.1, 0.8 } } } };
  problem.Map.Offset = { { -3.3, -8.1, 1.7 } };
  problem.PaddingMode = fill;
  itk::TorchRandom random(dimension);
  if (isNoise)
  {
    problem.Noise =
      itk::SmoothedNoise(dimension, itk::TakePixelRandomKey(random), { { 40.0, 30.0, 20.0 } }, { { 2.0, 1.5, 1.0 } });
    return problem;
  }
  const AxisSizes     nodes = dimension == 3 ? AxisSizes{ { 4, 3, 2 } } : AxisSizes{ { 5, 4, 1 } };
  std::vector<double> values(static_cast<std::size_t>(nodes[0] * nodes[1] * nodes[2] * dimension));
  for (double & value : values)
  {
    value = deviation * random.Normal();
  }
  problem.Grid = itk::DisplacementGrid(dimension, problem.OutputSize, nodes, values);
  return problem;
}

SpatialSamplingJob
MakeJob(const SpatialSamplingProblem & problem,
        const at::Tensor &             input,
        SamplingInterpolation          interpolation,
        const AxisSizes &              inputStart = { { 0, 0, 0 } })
{
  return { problem, { SampledImage{ input, interpolation, fillValue, EmptyOutput(problem, input), inputStart } } };
}

at::Tensor
SampleOnHost(const SpatialSamplingProblem & problem,
             const at::Tensor &             input,
             SamplingInterpolation          interpolation,
             const AxisSizes &              inputStart = { { 0, 0, 0 } })
{
  std::vector<SpatialSamplingJob> jobs{ MakeJob(problem, input, interpolation, inputStart) };
  itk::SampleImages(jobs, itk::TorchDevice::CPU(), [](double) {});
  return jobs[0].Images[0].Output;
}

at::Tensor
SampleComposed(const SpatialSamplingProblem & problem,
               const at::Tensor &             input,
               SamplingInterpolation          interpolation,
               const AxisSizes &              inputStart = { { 0, 0, 0 } })
{
  std::vector<SpatialSamplingJob> jobs{ MakeJob(problem, input, interpolation, inputStart) };
  itk::SampleImages(jobs, "staged", [](double) {});
  return jobs[0].Images[0].Output;
}

/** By the code that the CUDA kernel runs for each pixel. */
at::Tensor
SampleByPoints(const SpatialSamplingProblem & problem,
               const at::Tensor &             input,
               SamplingInterpolation          interpolation,
               const AxisSizes &              inputStart = { { 0, 0, 0 } })
{
  const bool isCubic = interpolation == SamplingInterpolation::Cubic;
  const auto job =
    MakeJob(problem, isCubic ? itk::SplineCoefficients(input, problem.PaddingMode) : input, interpolation, inputStart);
  std::vector<at::Tensor> kept;
  const auto              description = itk::DescribeSpatialSamplingJobs({ job }, at::kCPU, kept).front();
  for (std::int64_t pixel = 0; pixel < job.Images[0].Output.numel() / input.size(1); ++pixel)
  {
    itk::SpatialSamplingPoint(description, pixel).Sample(description.Images[0]);
  }
  return job.Images[0].Output.to(input.scalar_type());
}

double
LargestDifference(const at::Tensor & a, const at::Tensor & b)
{
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}
} // namespace

TEST(SpatialSampling, TheKernelAndTheCudaCodeAgreeWithTheCompositionForEveryFillAndInterpolation)
{
  for (const unsigned int dimension : { 2u, 3u })
  {
    for (const auto fill : allFills)
    {
      for (const bool isNoise : { false, true })
      {
        const auto problem = MakeProblem(dimension, fill, isNoise);
        const auto image = RandomImage(problem, 2, at::kFloat, 1);
        for (const auto interpolation : { SamplingInterpolation::Linear, SamplingInterpolation::Cubic })
        {
          const auto expected = SampleComposed(problem, image, interpolation);
          // Places are right to about 2e-5 pixels, and the image changes by up to 120 from pixel to pixel.
          EXPECT_LT(LargestDifference(SampleOnHost(problem, image, interpolation), expected), 0.01)
            << dimension << "D, fill " << static_cast<int>(fill) << ", noise " << isNoise << ", interpolation "
            << static_cast<int>(interpolation);
          EXPECT_LT(LargestDifference(SampleByPoints(problem, image, interpolation), expected), 0.01)
            << dimension << "D, fill " << static_cast<int>(fill) << ", noise " << isNoise << ", interpolation "
            << static_cast<int>(interpolation);
        }
      }
    }
  }
}

TEST(SpatialSampling, LabelsAgreeExceptWhereTwoAreEquallyNear)
{
  for (const unsigned int dimension : { 2u, 3u })
  {
    for (const auto fill : allFills)
    {
      const auto problem = MakeProblem(dimension, fill, false);
      const auto labels = RandomImage(problem, 1, at::kInt, 2);
      const auto byKernel = SampleOnHost(problem, labels, SamplingInterpolation::Nearest);
      const auto byPoints = SampleByPoints(problem, labels, SamplingInterpolation::Nearest);
      // The labels at places that are 1e-4 pixels away in every diagonal direction.
      at::Tensor isKernelRight = at::zeros(byKernel.sizes(), at::kBool);
      at::Tensor isPointRight = isKernelRight.clone();
      for (int corner = 0; corner < 8; ++corner)
      {
        auto moved = problem;
        for (unsigned int axis = 0; axis < 3; ++axis)
        {
          moved.Map.Offset[axis] += (corner >> axis & 1) != 0 ? 1e-4 : -1e-4;
        }
        const auto expected = SampleComposed(moved, labels, SamplingInterpolation::Nearest);
        isKernelRight.logical_or_(expected == byKernel);
        isPointRight.logical_or_(expected == byPoints);
      }
      EXPECT_TRUE(isKernelRight.all().item<bool>()) << dimension << "D, fill " << static_cast<int>(fill);
      EXPECT_TRUE(isPointRight.all().item<bool>()) << dimension << "D, fill " << static_cast<int>(fill);
    }
  }
}

TEST(SpatialSampling, EveryPixelTypeIsSampledAndIntegersAreRounded)
{
  const auto problem = MakeProblem(2, SamplingPaddingMode::Constant, false);
  const auto numbers = RandomImage(problem, 1, at::kDouble, 3);
  const auto exact = SampleOnHost(problem, numbers, SamplingInterpolation::Linear);
  const auto cubic = SampleOnHost(problem, numbers, SamplingInterpolation::Cubic);
  for (const auto type : { at::ScalarType::Byte,
                           at::ScalarType::Char,
                           at::ScalarType::UInt16,
                           at::ScalarType::Short,
                           at::ScalarType::UInt32,
                           at::ScalarType::Int,
                           at::ScalarType::UInt64,
                           at::ScalarType::Long,
                           at::ScalarType::Float,
                           at::ScalarType::Double })
  {
    const auto   image = numbers.to(type);
    const bool   isFloating = at::isFloatingType(type);
    const auto   sampled = SampleOnHost(problem, image, SamplingInterpolation::Linear);
    const double tolerance = isFloating ? 1e-4 : 0.501;
    EXPECT_EQ(sampled.scalar_type(), type);
    EXPECT_LT(LargestDifference(sampled, exact), tolerance) << c10::toString(type);
    EXPECT_LT(LargestDifference(SampleByPoints(problem, image, SamplingInterpolation::Linear), exact), tolerance + 0.01)
      << c10::toString(type);
    EXPECT_LT(LargestDifference(SampleComposed(problem, image, SamplingInterpolation::Linear), exact), tolerance + 0.01)
      << c10::toString(type);
    const bool isUnsigned = type == at::ScalarType::Byte || type == at::ScalarType::UInt16 ||
                            type == at::ScalarType::UInt32 || type == at::ScalarType::UInt64;
    // A spline overshoots, below 0 too.
    const auto expected = isUnsigned                     ? cubic.clamp_min(0.0)
                          : type == at::ScalarType::Char ? cubic.clamp_max(127.0)
                                                         : cubic;
    EXPECT_LT(LargestDifference(SampleOnHost(problem, image, SamplingInterpolation::Cubic), expected), tolerance)
      << c10::toString(type);
  }
}

TEST(SpatialSampling, SamplesOfARowAreThoseOfScipy)
{
  const auto count = static_cast<std::int64_t>(itk::Test::scipyPixels.size());
  for (const auto & samples : itk::Test::scipySamples)
  {
    for (std::size_t i = 0; i < itk::Test::scipyPlaces.size(); ++i)
    {
      SpatialSamplingProblem problem;
      problem.InputSize = { { count, 1, 1 } };
      problem.Map.Offset[0] = itk::Test::scipyPlaces[i];
      problem.PaddingMode = samples.PaddingMode;
      const auto row = at::tensor(itk::Test::scipyPixels, at::kDouble).reshape({ 1, 1, 1, count });
      // Fractions are float.
      EXPECT_NEAR(SampleOnHost(problem, row, samples.Interpolation).item<double>(), samples.Values[i], 1e-5)
        << "fill " << static_cast<int>(samples.PaddingMode) << ", interpolation "
        << static_cast<int>(samples.Interpolation) << ", at " << itk::Test::scipyPlaces[i];
      EXPECT_NEAR(SampleComposed(problem, row, samples.Interpolation).item<double>(), samples.Values[i], 1e-9);
    }
  }
}

TEST(SpatialSampling, PixelsBeyondTheBorderAreThoseOfTheFill)
{
  // a b c d by hand, from 5 pixels before the border to 4 behind it.
  const std::pair<SamplingPaddingMode, std::vector<int>> expectations[] = {
    { SamplingPaddingMode::Reflect, { 4, 4, 3, 2, 1, 1, 2, 3, 4, 4, 3, 2, 1 } },
    { SamplingPaddingMode::Mirror, { 2, 3, 4, 3, 2, 1, 2, 3, 4, 3, 2, 1, 2 } },
    { SamplingPaddingMode::Edge, { 1, 1, 1, 1, 1, 1, 2, 3, 4, 4, 4, 4, 4 } },
    { SamplingPaddingMode::Constant, { 77, 77, 77, 77, 77, 1, 2, 3, 4, 77, 77, 77, 77 } },
    { SamplingPaddingMode::Wrap, { 4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4 } },
  };
  for (const auto & [fill, expected] : expectations)
  {
    SpatialSamplingProblem problem;
    problem.InputSize = { { 4, 1, 1 } };
    problem.OutputSize = { { 13, 1, 1 } };
    problem.Map.Offset[0] = -5.0;
    problem.PaddingMode = fill;
    const auto row = at::tensor({ 1, 2, 3, 4 }, at::kShort).reshape({ 1, 1, 1, 4 });
    for (const auto interpolation : { SamplingInterpolation::Nearest, SamplingInterpolation::Linear })
    {
      EXPECT_TRUE(at::equal(SampleOnHost(problem, row, interpolation).flatten(), at::tensor(expected, at::kShort)))
        << "fill " << static_cast<int>(fill);
      EXPECT_TRUE(at::equal(SampleByPoints(problem, row, interpolation).flatten(), at::tensor(expected, at::kShort)))
        << "fill " << static_cast<int>(fill);
    }
  }
}

TEST(SpatialSampling, TheFillValueIsRoundedIntoTheRangeOfIntegers)
{
  SpatialSamplingProblem problem;
  problem.InputSize = { { 3, 1, 1 } };
  problem.Map.Offset[0] = -9.0;
  problem.PaddingMode = SamplingPaddingMode::Constant;
  const auto row = at::tensor({ 1, 2, 3 }, at::kByte).reshape({ 1, 1, 1, 3 });
  for (const auto & [value, expected] : { std::pair{ -1.0, 0 }, std::pair{ 300.0, 255 }, std::pair{ 0.6, 1 } })
  {
    for (const char * const device : { "cpu", "staged" })
    {
      std::vector<SpatialSamplingJob> jobs{ MakeJob(problem, row, SamplingInterpolation::Linear) };
      jobs[0].Images[0].PaddingValue = value;
      itk::SampleImages(jobs, device, [](double) {});
      EXPECT_EQ(jobs[0].Images[0].Output.item<int>(), expected) << device;
    }
  }
}

TEST(SpatialSampling, APartOfTheInputWithinTheBoundsGivesTheSameBits)
{
  // As made, shifted beyond either border, and a fraction of a pixel: the tightest bounds.
  struct Case
  {
    bool   IsNoise;
    double Shift;
    bool   IsPlain;
  };
  for (const Case & each : { Case{ false, 0.0, false },
                             Case{ true, 0.0, false },
                             Case{ false, -300.0, false },
                             Case{ false, 300.0, false },
                             Case{ false, 0.25, true },
                             Case{ false, -0.75, true } })
  {
    for (const unsigned int dimension : { 2u, 3u })
    {
      for (const auto fill : allFills)
      {
        auto problem = MakeProblem(dimension, fill, each.IsNoise, 1.0);
        if (each.IsPlain)
        {
          problem.Map = itk::AffineMap{};
          problem.Grid = itk::DisplacementGrid{};
          problem.OutputSize = problem.InputSize;
        }
        for (unsigned int axis = 0; axis < dimension; ++axis)
        {
          problem.Map.Offset[axis] += each.Shift;
        }
        const auto image = RandomImage(problem, 1, at::kFloat, 5);
        const auto whole = SampleOnHost(problem, image, SamplingInterpolation::Linear);
        for (unsigned int axis = 0; axis < dimension; ++axis)
        {
          problem.OutputStart[axis] = problem.OutputSize[axis] / 3;
          problem.OutputSize[axis] = std::max<std::int64_t>(1, problem.OutputSize[axis] / 3);
        }
        const auto                bounds = problem.GetInputBounds();
        AxisSizes                 inputStart{ { 0, 0, 0 } };
        std::vector<std::int64_t> guarded = image.sizes().vec();
        at::Tensor                part = image;
        at::Tensor                expected = whole;
        for (unsigned int axis = 0; axis < dimension; ++axis)
        {
          const auto dim = -1 - static_cast<std::int64_t>(axis);
          const auto length = bounds[axis][1] - bounds[axis][0] + 1;
          inputStart[axis] = bounds[axis][0];
          guarded[guarded.size() - 1 - axis] = length + 4;
          part = part.narrow(dim, bounds[axis][0], length);
          expected = expected.narrow(dim, problem.OutputStart[axis], problem.OutputSize[axis]);
        }
        // Surrounded by what is no number, so that reading beyond the part is found.
        at::Tensor memory = at::full(guarded, NAN);
        for (unsigned int axis = 0; axis < dimension; ++axis)
        {
          const auto dim = -1 - static_cast<std::int64_t>(axis);
          memory = memory.narrow(dim, 2, bounds[axis][1] - bounds[axis][0] + 1);
        }
        memory.copy_(part);
        const auto description = std::to_string(dimension) + "D, fill " + std::to_string(static_cast<int>(fill)) +
                                 ", noise " + std::to_string(each.IsNoise) + ", shift " + std::to_string(each.Shift);
        EXPECT_TRUE(at::equal(SampleOnHost(problem, memory, SamplingInterpolation::Linear, inputStart), expected))
          << description;
        EXPECT_LT(
          LargestDifference(SampleComposed(problem, memory, SamplingInterpolation::Linear, inputStart), expected), 0.01)
          << description;
        EXPECT_LT(
          LargestDifference(SampleByPoints(problem, memory, SamplingInterpolation::Linear, inputStart), expected), 0.01)
          << description;
      }
    }
  }
}

TEST(SpatialSampling, AnyNumberOfThreadsGivesTheSameBits)
{
  const int before = at::get_num_threads();
  for (const bool isNoise : { false, true })
  {
    auto problem = MakeProblem(2, SamplingPaddingMode::Reflect, isNoise);
    problem.OutputSize = { { 700, 300, 1 } };
    problem.Grid = isNoise ? itk::DisplacementGrid{}
                           : itk::DisplacementGrid(2, problem.OutputSize, { { 2, 2, 1 } }, { 9, 1, -4, 2, 7, 3, 2, 1 });
    const auto image = RandomImage(problem, 1, at::kFloat, 6);
    at::set_num_threads(1);
    const auto expected = SampleOnHost(problem, image, SamplingInterpolation::Linear);
    for (const int threads : { 2, 3, 7 })
    {
      at::set_num_threads(threads);
      EXPECT_TRUE(at::equal(SampleOnHost(problem, image, SamplingInterpolation::Linear), expected)) << threads;
    }
  }
  at::set_num_threads(before);
}

TEST(SpatialSampling, NoiseOfAVolumeIsTheSameInStripsByAnyNumberOfThreads)
{
  auto problem = MakeProblem(3, SamplingPaddingMode::Reflect, true);
  problem.OutputSize = { { 20, 150, 6 } };
  const auto image = RandomImage(problem, 1, at::kFloat, 6);
  const auto expected = SampleComposed(problem, image, SamplingInterpolation::Linear);
  const int  before = at::get_num_threads();
  at::set_num_threads(1);
  const auto byOne = SampleOnHost(problem, image, SamplingInterpolation::Linear);
  EXPECT_LT(LargestDifference(byOne, expected), 0.01);
  for (const int threads : { 2, 3 })
  {
    at::set_num_threads(threads);
    EXPECT_TRUE(at::equal(SampleOnHost(problem, image, SamplingInterpolation::Linear), byOne)) << threads;
  }
  at::set_num_threads(before);
}

TEST(SpatialSampling, WholeShiftsTurnsAndFlipsArePermutationsOfTheBitsAlsoOfNotANumber)
{
  SpatialSamplingProblem problem;
  problem.InputSize = { { 67, 31, 1 } };
  problem.OutputSize = { { 31, 67, 1 } };
  // Output (x, y) is input (66 − y, x).
  problem.Map.Matrix = { { { { 0, -1, 0 } }, { { 1, 0, 0 } }, { { 0, 0, 1 } } } };
  problem.Map.Offset = { { 66, 0, 0 } };
  auto image = RandomImage(problem, 1, at::kFloat, 8);
  image[0][0][3][5] = NAN;
  const auto turned = SampleOnHost(problem, image, SamplingInterpolation::Linear);
  const auto expected = image.transpose(2, 3).flip(2);
  EXPECT_TRUE(turned[0][0][66 - 5][3].isnan().item<bool>());
  EXPECT_TRUE(at::equal(turned.nan_to_num(-1.0), expected.nan_to_num(-1.0)));
  EXPECT_TRUE(problem.IsPermutation());
  problem.Map.Offset[0] = 66.5;
  EXPECT_FALSE(problem.IsPermutation());
}

TEST(PixelRandom, WordsAreThoseOfTorchRandom)
{
  std::uint32_t words[4] = { 5, 0xffffffffu, 12, 3 };
  itk::MakePixelRandomWords(words, { 0x12345678u, 0x9abcdef0u });
  const auto expected = itk::TorchRandom::Philox({ { 5, 0xffffffffu, 12, 3 } }, { { 0x12345678u, 0x9abcdef0u } });
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), words));
  EXPECT_GT(itk::ToUniform(0), 0.0f);
  EXPECT_LT(itk::ToUniform(0xffffffffu), 1.0f);
}
