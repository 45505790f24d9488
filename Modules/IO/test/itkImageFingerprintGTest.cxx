// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkImageFingerprint.h"
#include "itkRandomField.h"
#include <gtest/gtest.h>
#include <algorithm>
#include <numeric>

namespace
{
using namespace itk::Test;
using Kind = itk::SharedPixels::Kind;

std::vector<itk::SharedPixels>
FindIn(const std::vector<itk::ImageFingerprint> & fingerprints)
{
  std::vector<const itk::ImageFingerprint *> pointers;
  for (const auto & fingerprint : fingerprints)
  {
    pointers.push_back(&fingerprint);
  }
  return itk::FindSharedPixels(pointers);
}

std::vector<itk::SharedPixels>
FindIn(const std::vector<FieldType::Pointer> & images)
{
  std::vector<itk::ImageFingerprint> fingerprints;
  for (const auto & image : images)
  {
    fingerprints.push_back(itk::GetImageFingerprint<2>(image));
  }
  return FindIn(fingerprints);
}

/** \param way 0 to 7: bits for mirroring x, mirroring y, swapping axes */
FieldType::Pointer
Turn(const FieldType * image, unsigned int way)
{
  const auto size = image->GetBufferedRegion().GetSize();
  const bool isSwapped = (way & 4) != 0;
  const auto get = [&](std::size_t x, std::size_t y)
  {
    const std::size_t u = isSwapped ? y : x;
    const std::size_t v = isSwapped ? x : y;
    return image
      ->GetBufferPointer()[((way & 2) != 0 ? size[1] - 1 - v : v) * size[0] + ((way & 1) != 0 ? size[0] - 1 - u : u)];
  };
  return MakeFieldOf(isSwapped ? size[1] : size[0], isSwapped ? size[0] : size[1], get);
}
} // namespace

TEST(ImageFingerprint, ThreeEqualComponentsAreOne)
{
  const auto gray = MakeRandomField(1, 40, 30);
  auto       color = MakeField(40, 30, 3);
  for (std::size_t i = 0; i < 3600; ++i)
  {
    color->GetBufferPointer()[i] = gray->GetBufferPointer()[i / 3];
  }
  EXPECT_EQ(itk::GetImageFingerprint<2>(gray).Digest, itk::GetImageFingerprint<2>(color).Digest);
  color->GetBufferPointer()[1234] += 1;
  EXPECT_NE(itk::GetImageFingerprint<2>(gray).Digest, itk::GetImageFingerprint<2>(color).Digest);
}

TEST(ImageFingerprint, PixelsInAnotherOrderOrShapeAreOthers)
{
  const auto digest = [](std::size_t width, std::size_t height, float first, float second)
  {
    return itk::GetImageFingerprint<2>(MakeFieldOf(width,
                                                   height,
                                                   [&](std::size_t x, std::size_t y) {
                                                     return x + y == 0 ? first : x + y == 1 ? second : 5.0f;
                                                   }))
      .Digest;
  };
  EXPECT_EQ(digest(4, 1, 1, 2), digest(4, 1, 1, 2));
  EXPECT_EQ(digest(4, 1, 0.0f, 2), digest(4, 1, -0.0f, 2));
  EXPECT_NE(digest(4, 1, 1, 2), digest(4, 1, 2, 1));
  EXPECT_NE(digest(4, 1, 5, 5), digest(2, 2, 5, 5));
}

TEST(ImageFingerprint, TurnedAndMirroredImagesAreRecognizedInAllEightWays)
{
  const auto image = MakeRandomField(1, 40, 30);
  const auto plain = itk::GetImageFingerprint<2>(image);
  for (unsigned int way = 1; way < 8; ++way)
  {
    const auto turned = itk::GetImageFingerprint<2>(Turn(image, way));
    EXPECT_EQ(turned.TurnedDigest, plain.TurnedDigest) << way;
    EXPECT_NE(turned.Digest, plain.Digest) << way;
  }
  const auto shared = FindIn(std::vector<FieldType::Pointer>{ image, Turn(image, 5) });
  ASSERT_EQ(shared.size(), 1u);
  EXPECT_EQ(shared[0].Sharing, Kind::Turned);
}

TEST(ImageFingerprint, OfSeveralCopiesEachIsNamedWithTheFirst)
{
  const auto image = MakeRandomField(1, 64, 64);
  const auto shared = FindIn(
    std::vector<FieldType::Pointer>{ MakeRandomField(2, 64, 64), image, MakeRandomField(3, 64, 64), image, image });
  ASSERT_EQ(shared.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i)
  {
    EXPECT_EQ(shared[i].Sharing, Kind::Same);
    EXPECT_EQ(shared[i].First, 1u);
    EXPECT_EQ(shared[i].Second, 3 + i);
  }
}

TEST(ImageFingerprint, APartInCommonIsFoundWithItsPlace)
{
  const auto field = MakeRandomField(7, 300, 200);
  const auto shared = FindIn(std::vector<FieldType::Pointer>{
    MakeRandomField(8, 200, 150), CutTile(field, 0, 10, 200, 150), CutTile(field, 90, 40, 200, 150) });
  ASSERT_EQ(shared.size(), 1u);
  EXPECT_EQ(shared[0].Sharing, Kind::Part);
  EXPECT_EQ(shared[0].First, 1u);
  EXPECT_EQ(shared[0].Second, 2u);
  EXPECT_EQ(shared[0].Offset, (std::array<std::int64_t, 3>{ 90, 30, 0 }));
  EXPECT_EQ(shared[0].Extent, (std::array<std::size_t, 3>{ 110, 120, 1 }));
}

TEST(ImageFingerprint, AFrameThatImagesShareIsNoPartInCommon)
{
  // 24 rows of the same pattern below each image, as a scale bar with a text: less than half of what overlaps.
  const auto                      bar = MakeRandomField(50, 128, 24);
  std::vector<FieldType::Pointer> images;
  for (unsigned int seed = 0; seed < 3; ++seed)
  {
    const auto image = MakeRandomField(60 + seed, 128, 128);
    std::copy(
      bar->GetBufferPointer(), bar->GetBufferPointer() + 128 * 24, image->GetBufferPointer() + 128 * (128 - 24));
    images.push_back(image);
  }
  EXPECT_TRUE(FindIn(images).empty());
}

TEST(ImageFingerprint, FlatImagesHaveNothingInCommon)
{
  const auto flat = MakeFieldOf(64, 64, [](std::size_t, std::size_t) { return 3; });
  EXPECT_TRUE(itk::GetImageFingerprint<2>(flat).IsFlat);
  EXPECT_TRUE(FindIn(std::vector<FieldType::Pointer>{ flat, flat }).empty());
}

TEST(ImageFingerprint, ImagesThatShowTheSameAreAlike)
{
  const auto image = MakeRandomField(1, 128, 96, 0);
  const auto half = MakeFieldOf(
    64, 48, [&](std::size_t x, std::size_t y) { return 1000 - 3 * image->GetBufferPointer()[2 * y * 128 + 2 * x]; });
  const auto brighter = MakeFieldOf(
    64, 48, [&](std::size_t x, std::size_t y) { return 1000 + 3 * image->GetBufferPointer()[2 * y * 128 + 2 * x]; });
  const auto wider =
    MakeFieldOf(128, 48, [&](std::size_t x, std::size_t y) { return image->GetBufferPointer()[2 * y * 128 + x]; });
  EXPECT_TRUE(FindIn(std::vector<FieldType::Pointer>{ image, half, MakeRandomField(2, 128, 96) }).empty());
  EXPECT_TRUE(FindIn(std::vector<FieldType::Pointer>{ image, wider }).empty());
  const auto shared = FindIn(std::vector<FieldType::Pointer>{ image, half, brighter });
  ASSERT_EQ(shared.size(), 1u);
  EXPECT_EQ(shared[0].Sharing, Kind::Alike);
  EXPECT_EQ(shared[0].First, 0u);
  EXPECT_EQ(shared[0].Second, 2u);
  // A pixel in place of the mean of four.
  EXPECT_GT(shared[0].Correlation, 0.99);
}

TEST(ImageFingerprint, ShadingThatAllImagesShareDoesNotMakeThemAlike)
{
  std::vector<FieldType::Pointer> images;
  for (unsigned int seed = 0; seed < 8; ++seed)
  {
    // The last two show what the sixth shows, with more noise.
    const auto field = MakeRandomField(std::min(seed, 5u), 96, 96, seed < 6 ? 2.0f : static_cast<float>(seed) - 3.0f);
    images.push_back(MakeFieldOf(96,
                                 96,
                                 [&](std::size_t x, std::size_t y)
                                 {
                                   const double dx = (static_cast<double>(x) - 47.5) / 48;
                                   const double dy = (static_cast<double>(y) - 47.5) / 48;
                                   return 2000 * (dx * dx + dy * dy) + field->GetBufferPointer()[y * 96 + x];
                                 }));
  }
  const auto plain = [&](std::size_t i, std::size_t j)
  {
    const auto a = itk::GetImageFingerprint<2>(images[i]).Fine;
    const auto b = itk::GetImageFingerprint<2>(images[j]).Fine;
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
  };
  EXPECT_GT(plain(0, 1), 0.99);
  const auto shared = FindIn(images);
  ASSERT_EQ(shared.size(), 2u);
  EXPECT_EQ(shared[0].First, 5u);
  EXPECT_EQ(shared[0].Second, 6u);
  EXPECT_EQ(shared[1].Second, 7u);
}

TEST(ImageFingerprint, VolumesWithSlicesInCommonAreFound)
{
  using VolumeType = itk::VectorImage<float, 3>;
  const auto field = MakeRandomField(7, 64, 640);
  const auto cut = [&](std::size_t slice)
  {
    auto volume = VolumeType::New();
    volume->SetNumberOfComponentsPerPixel(1);
    volume->SetRegions(itk::Size<3>{ { 64, 64, 6 } });
    volume->Allocate();
    std::copy_n(field->GetBufferPointer() + slice * 64 * 64, 6 * 64 * 64, volume->GetBufferPointer());
    return itk::GetImageFingerprint<3>(volume);
  };
  const auto shared = FindIn(std::vector<itk::ImageFingerprint>{ cut(0), cut(2), cut(0) });
  ASSERT_EQ(shared.size(), 2u);
  EXPECT_EQ(shared[0].Sharing, Kind::Same);
  EXPECT_EQ(shared[1].Sharing, Kind::Part);
  EXPECT_EQ(shared[1].Offset, (std::array<std::int64_t, 3>{ 0, 0, 2 }));
  EXPECT_EQ(shared[1].Extent, (std::array<std::size_t, 3>{ 64, 64, 4 }));
}
