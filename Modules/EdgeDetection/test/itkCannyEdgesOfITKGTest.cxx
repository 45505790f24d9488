// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchCannyEdgeDetectionImageFilter.h"
#include "itkCannyTestImages.h"
#include "itkImageFileReader.h"
#include <filesystem>

/** The reference of all tests here is itk::CannyEdgeDetectionImageFilter, without a tolerance. */

namespace
{
using itk::TorchDevice;
using itk::Test::CannySettings;
using itk::Test::ExpectEdgesOfITK;

class CannyEdgesOfITK : public ::testing::TestWithParam<const char *>
{
protected:
  // The images are small.
  const itk::Test::ThreadsScope m_Threads{ 1 };
};

INSTANTIATE_TEST_SUITE_P(Devices, CannyEdgesOfITK, itk::Test::DeviceNames());

const std::vector<CannySettings> &
ManySettings()
{
  static const std::vector<CannySettings> settings = {
    { { 1.0 }, { 0.01 }, 2.0, 6.0 }, { { 2.0 }, { 0.01 }, 0.0, 0.0 },       { { 2.0 }, { 0.01 }, 1.5, 12.0 },
    { { 4.0 }, { 0.01 }, 3.0, 3.0 }, { { 9.0 }, { 0.01 }, 0.5, 2.0 },       { { 0.0 }, { 0.01 }, 5.0, 30.0 },
    { { 4.0 }, { 0.2 }, 1.0, 4.0 },  { { 1.5, 6.0 }, { 0.001 }, 1.0, 5.0 }, { { 4.0 }, { 0.2, 0.001 }, 1.0, 4.0 },
  };
  return settings;
}

template <typename TImage>
void
ExpectEdgesOfITKForManySettings(TImage * image, const TorchDevice & device)
{
  std::size_t edges = 0;
  for (const auto & settings : ManySettings())
  {
    edges += ExpectEdgesOfITK(image, settings, device);
  }
  EXPECT_GT(edges, 0u);
}

template <typename T, unsigned int D>
void
ExpectEdgesOfITKForManyImages(const TorchDevice & device)
{
  using ImageType = itk::Image<T, D>;
  typename ImageType::SizeType size;
  for (unsigned int axis = 0; axis < D; ++axis)
  {
    size[axis] = D == 2 ? 131 - 30 * axis : 37 - 6 * axis;
  }
  ExpectEdgesOfITKForManySettings(itk::Test::MakeNoise<ImageType>(size).GetPointer(), device);
  ExpectEdgesOfITKForManySettings(itk::Test::MakeBlocks<ImageType>(size).GetPointer(), device);
  ExpectEdgesOfITKForManySettings(itk::Test::MakePhantom<ImageType>(size).GetPointer(), device);
}
} // namespace

TEST_P(CannyEdgesOfITK, NoiseBlocksAndPhantomsOfFloatIn2D)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  ExpectEdgesOfITKForManyImages<float, 2>(device);
}

TEST_P(CannyEdgesOfITK, NoiseBlocksAndPhantomsOfDoubleIn2D)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  ExpectEdgesOfITKForManyImages<double, 2>(device);
}

TEST_P(CannyEdgesOfITK, NoiseBlocksAndPhantomsOfFloatIn3D)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  ExpectEdgesOfITKForManyImages<float, 3>(device);
}

TEST_P(CannyEdgesOfITK, NoiseBlocksAndPhantomsOfDoubleIn3D)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  ExpectEdgesOfITKForManyImages<double, 3>(device);
}

TEST_P(CannyEdgesOfITK, RealNuclei)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  const std::string folder = ITKTorch_NUCLEI_FOLDER;
  if (!std::filesystem::exists(folder))
  {
    GTEST_SKIP() << folder << " is not there.";
  }
  for (const char * const name : { "00071198", "003cee89", "00ae65c1" })
  {
    const auto image = itk::ReadImage<itk::Image<float, 2>>(folder + "/images/" + name + ".png");
    for (const double variance : { 1.0, 2.0, 4.0, 9.0 })
    {
      EXPECT_GT(ExpectEdgesOfITK(image.GetPointer(), { { variance }, { 0.01 }, 0.5, 1.0 }, device), 0u);
      ExpectEdgesOfITK(image.GetPointer(), { { variance }, { 0.01 }, 1.0, 5.0 }, device);
      ExpectEdgesOfITK(image.GetPointer(), { { variance }, { 0.01 }, 4.0, 12.0 }, device);
    }
  }
}

TEST_P(CannyEdgesOfITK, AwkwardGeometry)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  ExpectEdgesOfITKForManySettings(itk::Test::MakeAwkwardImage<itk::Image<float, 2>>().GetPointer(), device);
  ExpectEdgesOfITKForManySettings(itk::Test::MakeAwkwardImage<itk::Image<double, 2>>().GetPointer(), device);
  ExpectEdgesOfITKForManySettings(itk::Test::MakeAwkwardImage<itk::Image<float, 3>>().GetPointer(), device);
}

TEST_P(CannyEdgesOfITK, AnisotropicSpacing)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  using ImageType = itk::Image<float, 3>;
  const auto   image = itk::Test::MakeNoise<ImageType>({ { 30, 25, 12 } });
  const double spacing[] = { 0.7, 1.3, 2.5 };
  image->SetSpacing(spacing);
  ExpectEdgesOfITKForManySettings(image.GetPointer(), device);
}

TEST_P(CannyEdgesOfITK, ImagesOfOnePixelRowOrColumn)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  using ImageType = itk::Image<float, 2>;
  using VolumeType = itk::Image<float, 3>;
  for (const auto & size : { ImageType::SizeType{ { 1, 1 } },
                             ImageType::SizeType{ { 1, 50 } },
                             ImageType::SizeType{ { 70, 1 } },
                             ImageType::SizeType{ { 2, 2 } },
                             ImageType::SizeType{ { 65, 3 } } })
  {
    for (const auto & settings : ManySettings())
    {
      ExpectEdgesOfITK(itk::Test::MakeNoise<ImageType>(size).GetPointer(), settings, device);
    }
  }
  for (const auto & size : { VolumeType::SizeType{ { 1, 1, 1 } },
                             VolumeType::SizeType{ { 40, 1, 1 } },
                             VolumeType::SizeType{ { 1, 30, 1 } },
                             VolumeType::SizeType{ { 1, 1, 30 } },
                             VolumeType::SizeType{ { 20, 20, 1 } },
                             VolumeType::SizeType{ { 2, 1, 20 } } })
  {
    for (const auto & settings : ManySettings())
    {
      ExpectEdgesOfITK(itk::Test::MakeNoise<VolumeType>(size).GetPointer(), settings, device);
    }
  }
}

TEST_P(CannyEdgesOfITK, ConstantsAndRamps)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  using ImageType = itk::Image<float, 2>;
  const ImageType::SizeType size{ { 40, 30 } };
  const auto                constant = itk::Test::MakeImageOf<ImageType>(size, [](const auto &) { return 0.1; });
  const auto ramp = itk::Test::MakeImageOf<ImageType>(size, [](const auto & i) { return 0.1 * i[0] - 0.3 * i[1]; });
  const auto step = itk::Test::MakeImageOf<ImageType>(size, [](const auto & i) { return i[0] < 20 ? 0.0 : 100.0; });
  const auto corner =
    itk::Test::MakeImageOf<ImageType>(size, [](const auto & i) { return i[0] < 20 && i[1] < 15 ? -50.0 : 50.0; });
  for (const auto & image : { constant, ramp, step, corner })
  {
    for (auto settings : ManySettings())
    {
      ExpectEdgesOfITK(image.GetPointer(), settings, device);
      settings.Lower = settings.Upper = 0.0;
      ExpectEdgesOfITK(image.GetPointer(), settings, device);
    }
  }
}

TEST_P(CannyEdgesOfITK, VariancesThatTheKernelsWidthCuts)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  using ImageType = itk::Image<float, 2>;
  const auto image = itk::Test::MakeNoise<ImageType>({ { 150, 90 } });
  const bool isDisplayed = itk::Object::GetGlobalWarningDisplay();
  itk::Object::SetGlobalWarningDisplay(false);
  for (const double variance : { 150.0, 400.0, 700.0 })
  {
    ExpectEdgesOfITK(image.GetPointer(), { { variance }, { 0.001 }, 0.02, 0.1 }, device);
  }
  itk::Object::SetGlobalWarningDisplay(isDisplayed);
}

TEST_P(CannyEdgesOfITK, NegativeThresholdsAndGreatAndSmallNumbers)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  using ImageType = itk::Image<float, 2>;
  using WideType = itk::Image<double, 2>;
  EXPECT_EQ(ExpectEdgesOfITK(
              itk::Test::MakeNoise<ImageType>({ { 30, 20 } }).GetPointer(), { { 1.0 }, { 0.01 }, -2, -1 }, device),
            600u);
  EXPECT_GT(ExpectEdgesOfITK(
              itk::Test::MakeNoise<ImageType>({ { 30, 20 } }).GetPointer(), { { 1.0 }, { 0.01 }, -2, 20 }, device),
            0u);
  for (const double highest : { 1e-30, 1e-4, 1e6, 1e12, 1e17 })
  {
    ExpectEdgesOfITK(itk::Test::MakeNoise<ImageType>({ { 60, 40 } }, highest).GetPointer(),
                     { { 1.0 }, { 0.01 }, 0.01 * highest, 0.1 * highest },
                     device);
    ExpectEdgesOfITK(itk::Test::MakeNoise<WideType>({ { 60, 40 } }, highest).GetPointer(),
                     { { 1.0 }, { 0.01 }, 0.01 * highest, 0.1 * highest },
                     device);
  }
}

TEST_P(CannyEdgesOfITK, DoublesAreStrongWhereTheyAreAsFloat)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  using ImageType = itk::Image<double, 2>;
  const auto image = itk::Test::MakeNoise<ImageType>({ { 60, 40 } });
  const auto filter = itk::Test::MakeCanny(image.GetPointer(), {}, device);
  filter->ProduceNonMaximumSuppressionOn();
  filter->Update();
  // Each magnitude as both thresholds: whether it is above itself depends on how it is rounded.
  unsigned int         count = 0;
  const double * const suppressed = filter->GetNonMaximumSuppressionImage()->GetBufferPointer();
  for (std::size_t i = 0; i < 2400 && count < 8; ++i)
  {
    if (suppressed[i] > 0.0)
    {
      ExpectEdgesOfITK(image.GetPointer(), { { 2.0 }, { 0.01 }, suppressed[i], suppressed[i] }, device);
      ++count;
    }
  }
  EXPECT_EQ(count, 8u);
}

TEST_P(CannyEdgesOfITK, VeryLargeIntensitiesLoseTheirEdgesAsInITK)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  using ImageType = itk::Image<float, 2>;
  const auto phantom = itk::Test::MakePhantom<ImageType>({ { 90, 70 } });
  const auto imageOf = [&](double scale)
  {
    return itk::Test::MakeImageOf<ImageType>({ { 90, 70 } },
                                             [&](const auto & index) { return scale * phantom->GetPixel(index); });
  };
  const auto edgesAt = [&](double scale)
  {
    const CannySettings settings{ { 2.0 }, { 0.01 }, 2.0 * scale, 6.0 * scale };
    return itk::Test::ExpectEdgesOfITK(imageOf(scale).GetPointer(), settings, device);
  };
  const auto count = edgesAt(std::pow(2.0, 10));
  EXPECT_GT(count, 200u);
  EXPECT_EQ(edgesAt(std::pow(2.0, 35)), count);
  EXPECT_LT(edgesAt(std::pow(2.0, 45)), count / 10);
  EXPECT_EQ(edgesAt(std::pow(2.0, 55)), 0u);
  // ITK's survivors are not numbers.
  const auto filter = itk::Test::MakeCanny(imageOf(1e28).GetPointer(), {}, device);
  filter->ProduceNonMaximumSuppressionOn();
  filter->Update();
  const float * const survivors = filter->GetNonMaximumSuppressionImage()->GetBufferPointer();
  EXPECT_TRUE(std::all_of(survivors, survivors + 6300, [](float m) { return m == 0.0f; }));
}
