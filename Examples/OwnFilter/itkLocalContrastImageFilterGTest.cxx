// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkLocalContrastImageFilter.h"
#include "itkTorchTestDevices.h"

#include "itkImageRegionConstIteratorWithIndex.h"
#include "itkImageRegionIteratorWithIndex.h"
#include "itkStreamingImageFilter.h"
#include <gtest/gtest.h>

namespace
{
template <unsigned int D>
using ColorImage = itk::VectorImage<short, D>;
template <unsigned int D>
using ContrastImage = itk::VectorImage<float, D>;
template <unsigned int D>
using Filter = itk::LocalContrastImageFilter<ColorImage<D>, ContrastImage<D>>;

/** Two components with a large offset, of odd size, from a non-zero index. */
template <unsigned int D>
typename ColorImage<D>::Pointer
MakeImage()
{
  typename ColorImage<D>::IndexType index;
  typename ColorImage<D>::SizeType  size;
  index.Fill(-3);
  size.Fill(D == 2 ? 19 : 9);
  size[0] += 2;
  auto image = ColorImage<D>::New();
  image->SetRegions({ index, size });
  image->SetNumberOfComponentsPerPixel(2);
  image->Allocate();
  for (itk::ImageRegionIteratorWithIndex<ColorImage<D>> it(image, image->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    const auto                       i = it.GetIndex();
    itk::VariableLengthVector<short> pixel(2);
    pixel[0] = static_cast<short>(20000 + (i[0] * 7 + i[1] * 13 + i[D - 1] * i[0]) % 23);
    pixel[1] = static_cast<short>((i[0] * i[1]) % 17);
    it.Set(pixel);
  }
  return image;
}

template <unsigned int D>
void
ExpectTheFormula(const itk::TorchDevice & device)
{
  const auto image = MakeImage<D>();
  const auto filter = Filter<D>::New();
  filter->SetInput(image);
  filter->SetRadius(2);
  filter->SetEpsilon(0.5);
  filter->SetDevice(device);
  filter->Update();
  const auto whole = image->GetBufferedRegion();
  for (itk::ImageRegionConstIteratorWithIndex<ColorImage<D>> it(image, whole); !it.IsAtEnd(); ++it)
  {
    itk::ImageRegion<D> window(it.GetIndex(), itk::Size<D>::Filled(1));
    window.PadByRadius(2);
    window.Crop(whole);
    const auto found = filter->GetOutput()->GetPixel(it.GetIndex());
    for (unsigned int component = 0; component < 2; ++component)
    {
      double sum = 0.0;
      double squares = 0.0;
      for (itk::ImageRegionConstIterator<ColorImage<D>> in(image, window); !in.IsAtEnd(); ++in)
      {
        sum += in.Get()[component];
        squares += std::pow(in.Get()[component], 2);
      }
      const auto   count = static_cast<double>(window.GetNumberOfPixels());
      const double deviation = std::sqrt(std::max(0.0, squares / count - std::pow(sum / count, 2)));
      // Floats of about 1; sums of squares of 20000 are rounded in double.
      ASSERT_NEAR(found[component], (it.Get()[component] - sum / count) / (deviation + 0.5), 1e-5) << it.GetIndex();
    }
  }
}

class LocalContrastImageFilter : public ::testing::TestWithParam<const char *>
{};
INSTANTIATE_TEST_SUITE_P(Devices,
                         LocalContrastImageFilter,
                         itk::Test::DeviceNames(),
                         [](const auto & test) { return std::string(test.param); });

TEST_P(LocalContrastImageFilter, EachComponentOfEachPixelIsThatOfTheFormula)
{
  const itk::TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  ExpectTheFormula<2>(device);
  ExpectTheFormula<3>(device);
}

TEST(LocalContrastImageFilter, PiecesAreTheWholeBitForBit)
{
  const auto image = MakeImage<2>();
  const auto filter = Filter<2>::New();
  filter->SetInput(image);
  const auto whole = Filter<2>::New();
  whole->SetInput(image);
  whole->Update();
  const auto streaming = itk::StreamingImageFilter<ContrastImage<2>, ContrastImage<2>>::New();
  streaming->SetInput(filter->GetOutput());
  streaming->SetNumberOfStreamDivisions(5);
  streaming->Update();
  for (itk::ImageRegionConstIteratorWithIndex<ContrastImage<2>> it(whole->GetOutput(), image->GetBufferedRegion());
       !it.IsAtEnd();
       ++it)
  {
    ASSERT_EQ(it.Get(), streaming->GetOutput()->GetPixel(it.GetIndex())) << it.GetIndex();
  }
}

TEST(LocalContrastImageFilter, AParameterOutsideItsRangeIsNamed)
{
  const auto filter = Filter<2>::New();
  filter->SetInput(MakeImage<2>());
  filter->SetRadius(0);
  try
  {
    filter->Update();
    FAIL() << "a radius of 0 must be refused";
  }
  catch (const itk::ExceptionObject & error)
  {
    EXPECT_NE(std::string(error.GetDescription()).find("Radius must be in [1, 100], but is 0."), std::string::npos);
  }
}
} // namespace
