// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchPipelineTest_h
#define itkTorchPipelineTest_h

#include "itkMedianImageFilter.h"
#include "itkShiftScaleImageFilter.h"
#include "itkTorchTestFilters.h"
#include "itkTorchTestDevices.h"
#include "itkTorchTestImages.h"

/** A test of `suite` that runs in 2D and in 3D on each device, with the transfers of each counted from zero. */
#define ITKTorch_PIPELINE_TEST(suite, name)                                                                            \
  template <unsigned int D>                                                                                            \
  void name(const itk::TorchDevice & device);                                                                          \
  TEST_P(suite, name)                                                                                                  \
  {                                                                                                                    \
    const itk::TorchDevice device(GetParam());                                                                         \
    ITKTorch_SKIP_WITHOUT_DEVICE(device);                                                                              \
    itk::TorchTransferCounters::Reset();                                                                               \
    name<2>(device);                                                                                                   \
    itk::TorchTransferCounters::Reset();                                                                               \
    name<3>(device);                                                                                                   \
  }                                                                                                                    \
  template <unsigned int D>                                                                                            \
  void name(const itk::TorchDevice & device)

/** The test suite `suite`, once for each device. */
#define ITKTorch_PIPELINE_SUITE(suite)                                                                                 \
  class suite : public ::testing::TestWithParam<const char *>                                                          \
  {};                                                                                                                  \
  INSTANTIATE_TEST_SUITE_P(                                                                                            \
    Devices, suite, itk::Test::DeviceNames(), [](const auto & test) { return std::string(test.param); })

namespace itk
{
namespace Test
{
template <typename TImage>
auto
MakeScale(const TorchDevice & device, const TImage * input, double scale = 2.0, double shift = 1.0)
{
  auto filter = TorchScaleFilter<TImage>::New();
  filter->SetDevice(device);
  filter->SetInput(input);
  filter->SetScale(scale);
  filter->SetShift(shift);
  return filter;
}

/** What native ITK gives for input · scale + shift. */
template <typename TImage>
typename TImage::Pointer
NativeScale(const TImage * input, double scale = 2.0, double shift = 1.0)
{
  auto filter = ShiftScaleImageFilter<TImage, TImage>::New();
  filter->SetInput(input);
  filter->SetScale(scale);
  filter->SetShift(shift / scale);
  filter->Update();
  return filter->GetOutput();
}

template <typename TImage>
typename TImage::Pointer
NativeMedian(const TImage * input)
{
  auto filter = MedianImageFilter<TImage, TImage>::New();
  filter->SetInput(input);
  filter->Update();
  return filter->GetOutput();
}

template <typename TImage>
TorchResidence
ResidenceOf(const TImage * image)
{
  return dynamic_cast<const TorchResident &>(*image).GetResidence();
}

inline void
ExpectTransfers(const TorchDevice & device, std::uint64_t uploads, std::uint64_t downloads)
{
  const auto counts = TorchTransferCounters::Get();
  EXPECT_EQ(counts.Uploads, device.IsHost() ? 0 : uploads);
  EXPECT_EQ(counts.Downloads, device.IsHost() ? 0 : downloads);
}

// float arithmetic in two libraries: (x + b/a)·a against x·a + b, a few units in the last place of 200.
constexpr double pipelineTolerance = 1e-4;
} // namespace Test
} // namespace itk

#endif
