// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkMemoryUse.h"
#include "itkTorchTensorAccess.h"
#include "itkTorchTestImages.h"
#include "itkUNetInferenceImageFilter.h"
#include "itkUNetTestHelpers.h"
#include "itkWatchingAllocator.h"
#include <ATen/ops/zeros.h>

using itk::UNetConvolution;
using itk::UNetPrecision;
using namespace itk::Test;

namespace
{
itk::UNetSpecification
Specification(unsigned int dimension, itk::UNetPadding padding)
{
  auto specification = SmallSpecification(dimension);
  specification.BaseFilters = dimension == 3 ? 8 : 16;
  specification.Levels = 2;
  specification.Padding = padding;
  return specification;
}

TEST(UNetInferenceMemory, NothingOfAComputationsMemoryIsLeftInLibTorch)
{
  // Its tensors outlive this test.
  static auto * const    host = new WatchingAllocator;
  c10::Allocator * const before = c10::GetCPUAllocator();
  c10::SetCPUAllocator(host);
  for (const unsigned int dimension : { 2u, 3u })
  {
    for (const auto & [precision, convolution] : { std::pair(UNetPrecision::Float32, UNetConvolution::Direct),
                                                   std::pair(UNetPrecision::Float32, UNetConvolution::Winograd),
                                                   std::pair(UNetPrecision::BFloat16, UNetConvolution::Automatic) })
    {
      const itk::UNetInference        inference(*MakeModel(Specification(dimension, itk::UNetPadding::Zero)), "cpu");
      const std::vector<std::int64_t> shape =
        dimension == 3 ? std::vector<std::int64_t>{ 1, 1, 32, 32, 32 } : std::vector<std::int64_t>{ 1, 1, 160, 192 };
      itk::UNetInferenceParameters parameters;
      parameters.Precision = precision;
      parameters.Convolution = convolution;
      host->NumberOfBlocks = 0;
      const auto labels = inference.Compute(itk::MakeTorchTensor(at::zeros(shape), itk::TorchDevice::CPU()),
                                            itk::UNetInferenceOutput::Labels,
                                            parameters,
                                            itk::TorchComponentType::UInt8);
      EXPECT_GT(host->NumberOfBlocks, 0u);
      EXPECT_EQ(WatchingAllocator::Blocks().size(), 0u) << dimension << "D, precision " << static_cast<int>(precision);
      EXPECT_EQ(c10::GetCPUAllocator(), host);
    }
  }
  c10::SetCPUAllocator(before);
}

TEST(UNetInferenceMemory, TheEstimateIsWithinAQuarterOfWhatIsMeasured)
{
  for (const unsigned int dimension : { 2u, 3u })
  {
    for (const auto padding : { itk::UNetPadding::Zero, itk::UNetPadding::Edge })
    {
      for (const auto & [precision, convolution] : { std::pair(UNetPrecision::Float32, UNetConvolution::Direct),
                                                     std::pair(UNetPrecision::Float32, UNetConvolution::Winograd),
                                                     std::pair(UNetPrecision::BFloat16, UNetConvolution::Automatic) })
      {
        const itk::UNetInference inference(*MakeModel(Specification(dimension, padding)), itk::TorchDevice::CPU());
        const std::vector<std::int64_t> size =
          dimension == 3 ? std::vector<std::int64_t>{ 128, 128, 128 } : std::vector<std::int64_t>{ 1536, 1024 };
        std::vector<std::int64_t> shape{ 1, 1 };
        shape.insert(shape.end(), size.rbegin(), size.rend());
        const auto                   image = itk::MakeTorchTensor(at::zeros(shape), itk::TorchDevice::CPU());
        itk::UNetInferenceParameters parameters;
        parameters.Precision = precision;
        parameters.Convolution = convolution;
        const auto compute = [&] {
          return inference.Compute(image, itk::UNetInferenceOutput::Labels, parameters, itk::TorchComponentType::UInt8);
        };
        compute(); // makes the weights ready
        const double before = MemoryBytes("VmRSS:");
        if (!ResetLargestMemory())
        {
          GTEST_SKIP() << "the largest memory use cannot be measured here";
        }
        const double start = std::min(before, MemoryBytes("VmRSS:"));
        compute();
        const double measured = MemoryBytes("VmHWM:") - start;
        const auto   estimate = static_cast<double>(inference.GetPlan(parameters, size).EstimateMemory(size));
        EXPECT_NEAR(estimate / measured, 1.0, 0.25)
          << dimension << "D, padding " << static_cast<int>(padding) << ", precision " << static_cast<int>(precision)
          << ", convolution " << static_cast<int>(convolution) << ": " << estimate / (1 << 20) << " MiB, measured "
          << measured / (1 << 20);
      }
    }
  }
}
using ImageType = itk::Image<float, 2>;

auto
MakeFilter(const itk::UNetSpecification & specification, itk::SizeValueType edge)
{
  auto image = ImageType::New();
  image->SetRegions(ImageType::SizeType{ { edge, edge } });
  image->Allocate();
  itk::TorchRandom random(4);
  std::generate_n(image->GetBufferPointer(), edge * edge, [&random] { return static_cast<float>(random.Uniform()); });
  auto filter = itk::UNetInferenceImageFilter<ImageType, ImageType>::New();
  filter->SetInput(image);
  filter->SetModel(MakeModel(specification));
  filter->SetDevice("cpu");
  return filter;
}

TEST(UNetInferenceMemory, FiftyRunsTakeNoMoreThanTwenty)
{
  auto specification = SmallSpecification();
  specification.BaseFilters = 16;
  const auto filter = MakeFilter(specification, 300);
  double     afterTwenty = 0.0;
  for (int run = 1; run <= 50; ++run)
  {
    filter->Modified();
    filter->Update();
    if (run == 20)
    {
      malloc_trim(0); // what the C library keeps comes and goes
      afterTwenty = MemoryBytes("VmRSS:");
    }
  }
  malloc_trim(0);
  EXPECT_LE(MemoryBytes("VmRSS:"), afterTwenty + (2 << 20));
}

TEST(UNetInferenceMemory, AMaximumMakesTilesAndDoesNotChangeTheResult)
{
  const auto whole = MakeFilter(SmallSpecification(), 500);
  const auto limited = MakeFilter(SmallSpecification(), 500);
  int        steps = 0;
  limited->AddObserver(itk::ProgressEvent(), [&steps](const itk::EventObject &) { ++steps; });
  limited->SetMaximumMemory(1000);
  limited->Update();
  const int stepsOfOneTile = steps;
  whole->Update();
  ExpectSameImage<ImageType>(limited->GetOutput(), whole->GetOutput());

  steps = 0;
  // The estimate for 500² pixels is 15 MB.
  limited->SetMaximumMemory(4);
  limited->Update();
  EXPECT_GE(steps, stepsOfOneTile + 3);
  // Sums may be in another order.
  ExpectSameImage<ImageType>(limited->GetOutput(), whole->GetOutput(), 1e-6);
}

TEST(UNetInferenceMemory, TheLeastMaximumIsNamed)
{
  auto specification = SmallSpecification();
  specification.BaseFilters = 16;
  specification.Levels = 4;
  const auto filter = MakeFilter(specification, 400);
  filter->SetMaximumMemory(3);
  const std::string message = MessageOf([&] { filter->Update(); });
  ExpectContains(message, "MaximumMemory must be at least ");
  ExpectContains(message, " MiB for this model, but is 3.");
  const auto least = std::stoul(message.substr(message.find("at least ") + 9));
  ASSERT_GT(least, 4u);
  filter->SetMaximumMemory(least - 1);
  ExpectContains(MessageOf([&] { filter->Update(); }),
                 "MaximumMemory must be at least " + std::to_string(least) + " MiB");
  const auto unlimited = MakeFilter(specification, 400);
  unlimited->Update();
  filter->SetMaximumMemory(least);
  filter->Update();
  // Sums may be in another order.
  ExpectSameImage<ImageType>(filter->GetOutput(), unlimited->GetOutput(), 1e-5);
}
} // namespace
