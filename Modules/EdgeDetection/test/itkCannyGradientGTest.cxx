// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchCannyEdgeDetectionImageFilter.h"
#include "itkCannyTestImages.h"
#include "itkDiscreteGaussianImageFilter.h"

/** Gradients and survivors by their definitions, and what spacing does to them. */

namespace
{
using itk::CannySpacingMode;
using itk::TorchDevice;

class CannyGradient : public ::testing::TestWithParam<const char *>
{
protected:
  // The images are small.
  const itk::Test::ThreadsScope m_Threads{ 1 };
};

INSTANTIATE_TEST_SUITE_P(Devices, CannyGradient, itk::Test::DeviceNames());

/** Magnitude and direction by their definition, from the image that ITK smooths. */
template <typename TImage>
void
ExpectGradientOfSmoothed(const TorchDevice & device, CannySpacingMode mode)
{
  constexpr unsigned int D = TImage::ImageDimension;
  const auto             image = itk::Test::MakeAwkwardImage<TImage>();
  auto                   gaussian = itk::DiscreteGaussianImageFilter<TImage, TImage>::New();
  gaussian->SetInput(image);
  gaussian->SetVariance(1.5);
  gaussian->Update();
  const auto filter = itk::Test::MakeCanny(image.GetPointer(), { { 1.5 } }, device);
  filter->SetSpacingMode(mode);
  filter->ProduceGradientMagnitudeOn();
  filter->ProduceGradientDirectionOn();
  filter->Update();
  const auto region = image->GetLargestPossibleRegion();
  using Iterator = itk::ImageRegionConstIteratorWithIndex<TImage>;
  for (Iterator it(gaussian->GetOutput(), region); !it.IsAtEnd(); ++it)
  {
    double gradient[D];
    double squared = 0.0;
    for (unsigned int axis = 0; axis < D; ++axis)
    {
      auto before = it.GetIndex();
      auto after = it.GetIndex();
      before[axis] = std::max(before[axis] - 1, region.GetIndex(axis));
      after[axis] = std::min(after[axis] + 1, region.GetUpperIndex()[axis]);
      const double unit = mode == CannySpacingMode::SpacingAware ? image->GetSpacing()[axis] : 1.0;
      gradient[axis] =
        (gaussian->GetOutput()->GetPixel(after) - gaussian->GetOutput()->GetPixel(before)) / (2.0 * unit);
      squared += gradient[axis] * gradient[axis];
    }
    // Float: 24 bits.
    ASSERT_NEAR(filter->GetGradientMagnitudeImage()->GetPixel(it.GetIndex()),
                std::sqrt(squared + 0.0001),
                1e-6 * std::sqrt(squared) + 1e-7);
    for (unsigned int axis = 0; axis < D; ++axis)
    {
      ASSERT_NEAR(filter->GetGradientDirectionImage()->GetPixel(it.GetIndex())[axis],
                  squared > 0.0 ? gradient[axis] / std::sqrt(squared) : 0.0,
                  1e-6);
    }
  }
}

/** Pixels by index, continued outside the image. */
template <unsigned int D>
class Sampled
{
public:
  using IndexType = itk::Index<D>;
  Sampled(const itk::Image<double, D> * image, const std::vector<double> & pixelSize)
    : m_Image(image)
    , m_PixelSize(pixelSize)
  {}

  double
  At(IndexType index, unsigned int axis = 0, int by = 0, unsigned int otherAxis = 0, int otherBy = 0) const
  {
    const auto region = m_Image->GetLargestPossibleRegion();
    index[axis] += by;
    index[otherAxis] += otherBy;
    for (unsigned int a = 0; a < D; ++a)
    {
      index[a] = std::clamp(index[a], region.GetIndex(a), region.GetUpperIndex()[a]);
    }
    return m_Image->GetPixel(index);
  }
  double
  First(const IndexType & index, unsigned int axis) const
  {
    return (At(index, axis, 1) - At(index, axis, -1)) / (2.0 * m_PixelSize[axis]);
  }
  double
  Second(const IndexType & index, unsigned int i, unsigned int j) const
  {
    if (i == j)
    {
      return (At(index, i, 1) - 2.0 * At(index) + At(index, i, -1)) / (m_PixelSize[i] * m_PixelSize[i]);
    }
    return (At(index, i, 1, j, 1) - At(index, i, 1, j, -1) - At(index, i, -1, j, 1) + At(index, i, -1, j, -1)) /
           (4.0 * m_PixelSize[i] * m_PixelSize[j]);
  }

private:
  const itk::Image<double, D> * m_Image;
  std::vector<double>           m_PixelSize;
};

/** What survives, by the definition, of an image that is not smoothed. */
template <unsigned int D>
void
ExpectSurvivorsByDefinition(const TorchDevice & device, const std::vector<double> & spacing, CannySpacingMode mode)
{
  using ImageType = itk::Image<double, D>;
  typename ImageType::SizeType size;
  size.Fill(D == 2 ? 40 : 14);
  const auto image = itk::Test::MakeNoise<ImageType>(size);
  image->SetSpacing(spacing.data());
  const auto filter = itk::Test::MakeCanny(image.GetPointer(), { { 0.0 } }, device);
  filter->SetSpacingMode(mode);
  filter->ProduceNonMaximumSuppressionOn();
  filter->Update();
  const auto       pixelSize = mode == CannySpacingMode::SpacingAware ? spacing : std::vector<double>(D, 1.0);
  const Sampled<D> pixels(image, pixelSize);
  const auto       region = image->GetLargestPossibleRegion();
  const auto       magnitude = [&](const auto & index)
  {
    double squared = 0.0001;
    for (unsigned int axis = 0; axis < D; ++axis)
    {
      squared += std::pow(pixels.First(index, axis), 2.0);
    }
    return std::sqrt(squared);
  };
  const auto curvature = itk::Test::MakeImageOf<ImageType>(
    size,
    [&](const auto & index)
    {
      double sum = 0.0;
      for (unsigned int k = 0; k < D * D; ++k)
      {
        sum += pixels.First(index, k / D) * pixels.First(index, k % D) * pixels.Second(index, k / D, k % D);
      }
      return sum / std::pow(magnitude(index), 2.0);
    });
  const Sampled<D> curved(curvature, pixelSize);
  unsigned int     survivors = 0;
  for (itk::ImageRegionConstIteratorWithIndex<ImageType> it(curvature, region); !it.IsAtEnd(); ++it)
  {
    bool   isCrossing = false;
    double slope = 0.0;
    for (unsigned int axis = 0; axis < D; ++axis)
    {
      for (const int by : { -1, 1 })
      {
        const double other = curved.At(it.GetIndex(), axis, by);
        isCrossing |= it.Get() * other < 0.0 && std::abs(it.Get()) < std::abs(other);
      }
      slope += curved.First(it.GetIndex(), axis) * pixels.First(it.GetIndex(), axis);
    }
    const double expected = isCrossing && slope <= 0.0 ? magnitude(it.GetIndex()) : 0.0;
    ASSERT_NEAR(filter->GetNonMaximumSuppressionImage()->GetPixel(it.GetIndex()), expected, 1e-12 * expected)
      << it.GetIndex();
    survivors += expected > 0.0 ? 1 : 0;
  }
  EXPECT_GT(survivors, region.GetNumberOfPixels() / 10);
}

/** A ball of radius 12 in physical units with a soft border, sampled at unequal distances. */
itk::Image<float, 3>::Pointer
MakeSoftBall(double height)
{
  using ImageType = itk::Image<float, 3>;
  const double spacing[] = { 0.8, 1.0, 2.0 };
  const auto   image = itk::Test::MakeImageOf<ImageType>(
    { { 51, 41, 21 } },
    [&](const auto & index)
    {
      double squared = 0.0;
      for (unsigned int axis = 0; axis < 3; ++axis)
      {
        const double center[] = { 25.0, 20.0, 10.0 };
        squared += std::pow(spacing[axis] * (static_cast<double>(index[axis]) - center[axis]), 2.0);
      }
      return height / (1.0 + std::exp((std::sqrt(squared) - 12.0) / 2.5));
    });
  image->SetSpacing(spacing);
  return image;
}

/** Least and greatest magnitude of the edges of the soft ball. */
std::pair<double, double>
EdgeMagnitudesOfBall(const TorchDevice & device, CannySpacingMode mode)
{
  const auto image = MakeSoftBall(1000.0);
  const auto filter = itk::Test::MakeCanny(image.GetPointer(), { { 0.0 }, { 0.01 }, 40.0, 60.0 }, device);
  filter->SetSpacingMode(mode);
  filter->ProduceGradientMagnitudeOn();
  filter->Update();
  std::pair<double, double> range{ 1e9, 0.0 };
  using ImageType = itk::Image<float, 3>;
  for (itk::ImageRegionConstIteratorWithIndex<ImageType> it(filter->GetOutput(), image->GetLargestPossibleRegion());
       !it.IsAtEnd();
       ++it)
  {
    if (it.Get() == 1.0f)
    {
      const double magnitude = filter->GetGradientMagnitudeImage()->GetPixel(it.GetIndex());
      range = { std::min(range.first, magnitude), std::max(range.second, magnitude) };
      const double distance =
        std::sqrt(std::pow(0.8 * (it.GetIndex()[0] - 25.0), 2.0) + std::pow(it.GetIndex()[1] - 20.0, 2.0) +
                  std::pow(2.0 * (it.GetIndex()[2] - 10.0), 2.0));
      // Half a pixel's diagonal is 1.2, and L is that of differences over two pixels.
      EXPECT_NEAR(distance, 12.0, 1.5) << it.GetIndex();
    }
  }
  return range;
}
} // namespace

TEST_P(CannyGradient, MagnitudeAndDirectionAreThoseOfTheSmoothedImage)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  for (const auto mode : { CannySpacingMode::ITKCompatible, CannySpacingMode::SpacingAware })
  {
    ExpectGradientOfSmoothed<itk::Image<float, 2>>(device, mode);
    ExpectGradientOfSmoothed<itk::Image<double, 2>>(device, mode);
    ExpectGradientOfSmoothed<itk::Image<float, 3>>(device, mode);
  }
}

TEST_P(CannyGradient, SurvivorsAreThoseOfTheDefinition)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  for (const auto mode : { CannySpacingMode::ITKCompatible, CannySpacingMode::SpacingAware })
  {
    ExpectSurvivorsByDefinition<2>(device, { 0.6, 1.7 }, mode);
    ExpectSurvivorsByDefinition<3>(device, { 0.6, 1.7, 2.9 }, mode);
  }
}

TEST_P(CannyGradient, SpacingAwareEdgesOfABallAreEquallySteepAllAround)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  // The border's slope is height / (4 · 2.5) = 100 for each unit; differences over two pixels flatten it a little.
  const auto aware = EdgeMagnitudesOfBall(device, CannySpacingMode::SpacingAware);
  EXPECT_GT(aware.first, 85.0);
  EXPECT_LT(aware.second, 101.0);
  // For each pixel it is between 0.8 and 2 times that.
  const auto compatible = EdgeMagnitudesOfBall(device, CannySpacingMode::ITKCompatible);
  EXPECT_GT(compatible.second, 2.0 * compatible.first);
}

TEST_P(CannyGradient, SpacingAwareGradientOfAPlaneIsItsSlope)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  const double slope[] = { 3.0, -4.0, 12.0 };
  const double spacing[] = { 0.5, 1.5, 3.0 };
  using ImageType = itk::Image<double, 3>;
  const auto image = itk::Test::MakeImageOf<ImageType>(
    { { 20, 15, 12 } },
    [&](const auto & i)
    { return slope[0] * spacing[0] * i[0] + slope[1] * spacing[1] * i[1] + slope[2] * spacing[2] * i[2]; });
  image->SetSpacing(spacing);
  const auto filter = itk::Test::MakeCanny(image.GetPointer(), { { 0.25 } }, device);
  filter->SetSpacingMode(CannySpacingMode::SpacingAware);
  filter->ProduceGradientMagnitudeOn();
  filter->ProduceGradientDirectionOn();
  filter->Update();
  const ImageType::IndexType middle{ { 10, 7, 6 } };
  EXPECT_NEAR(filter->GetGradientMagnitudeImage()->GetPixel(middle), std::sqrt(169.0001), 1e-9);
  for (unsigned int axis = 0; axis < 3; ++axis)
  {
    EXPECT_NEAR(filter->GetGradientDirectionImage()->GetPixel(middle)[axis], slope[axis] / 13.0, 1e-9);
  }
}
