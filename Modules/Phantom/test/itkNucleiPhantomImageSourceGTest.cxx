// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkNucleiPhantomImageSource.h"
#include "itkTorchTestImages.h"

#include "itkConnectedComponentImageFilter.h"
#include "itkImageRegionConstIteratorWithIndex.h"
#include "itkStreamingImageFilter.h"
#include <map>
#include <set>

using namespace itk::Test;

namespace
{
template <unsigned int D, typename TPixel = float>
using SourceType = itk::NucleiPhantomImageSource<itk::Image<TPixel, D>>;

template <typename TSource>
typename TSource::Pointer
MakeSource(itk::SizeValueType length, std::int64_t seed = 5)
{
  auto source = TSource::New();
  // Odd, and unlike along the axes.
  typename TSource::SizeType size;
  for (unsigned int axis = 0; axis < TSource::ImageDimension; ++axis)
  {
    size[axis] = length + 2 * axis + 1;
  }
  source->SetSize(size);
  source->SetSeed(seed);
  source->SetMeanRadius(6.0);
  return source;
}

template <typename TLabelImage>
std::map<int, std::size_t>
PixelsOfLabels(const TLabelImage * labels)
{
  std::map<int, std::size_t> pixels;
  for (itk::ImageRegionConstIterator<TLabelImage> it(labels, labels->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    ++pixels[it.Get()];
  }
  return pixels;
}

/** Pairs of different nuclei that share a pixel face. */
template <typename TLabelImage>
std::set<std::pair<int, int>>
TouchingPairs(const TLabelImage * labels)
{
  std::set<std::pair<int, int>> pairs;
  const auto                    region = labels->GetBufferedRegion();
  for (itk::ImageRegionConstIteratorWithIndex<TLabelImage> it(labels, region); !it.IsAtEnd(); ++it)
  {
    for (unsigned int axis = 0; axis < TLabelImage::ImageDimension; ++axis)
    {
      auto next = it.GetIndex();
      ++next[axis];
      const int here = it.Get();
      const int there = region.IsInside(next) ? labels->GetPixel(next) : 0;
      if (here != 0 && there != 0 && here != there)
      {
        pairs.insert(std::minmax(here, there));
      }
    }
  }
  return pairs;
}

template <typename TParameter>
class NucleiPhantomImageSource : public ::testing::Test
{
protected:
  static constexpr unsigned int       D = TParameter::value;
  static constexpr itk::SizeValueType length = D == 2 ? 160 : 44;
};
using Dimensions = ::testing::Types<std::integral_constant<unsigned int, 2>, std::integral_constant<unsigned int, 3>>;
TYPED_TEST_SUITE(NucleiPhantomImageSource, Dimensions, );

TYPED_TEST(NucleiPhantomImageSource, OneSeedGivesTheSamePixelsAndAnotherSeedGivesOthers)
{
  const auto first = MakeSource<SourceType<TestFixture::D>>(this->length);
  const auto second = MakeSource<SourceType<TestFixture::D>>(this->length);
  first->Update();
  second->Update();
  ExpectSameImage(first->GetOutput(), second->GetOutput());
  ExpectSameImage(first->GetLabelOutput(), second->GetLabelOutput());

  // Discs of one size, so that only their places can differ.
  for (const auto & source : { first, second })
  {
    source->SetRadiusVariation(0.0);
    source->SetEccentricity(0.0);
    source->SetIrregularity(0.0);
  }
  second->SetSeed(6);
  first->Update();
  second->Update();
  const auto number = first->GetOutput()->GetBufferedRegion().GetNumberOfPixels();
  EXPECT_FALSE(std::equal(first->GetLabelOutput()->GetBufferPointer(),
                          first->GetLabelOutput()->GetBufferPointer() + number,
                          second->GetLabelOutput()->GetBufferPointer()));
  EXPECT_NE(first->GetOutput()->GetBufferPointer()[0], second->GetOutput()->GetBufferPointer()[0])
    << "the noise has the seed as well";
}

TYPED_TEST(NucleiPhantomImageSource, StreamedIsTheWholeBitForBit)
{
  using LabelImageType = typename SourceType<TestFixture::D>::LabelImageType;
  using ImageType = typename SourceType<TestFixture::D>::ImageType;
  const auto whole = MakeSource<SourceType<TestFixture::D>>(this->length);
  whole->Update();

  const auto pieces = MakeSource<SourceType<TestFixture::D>>(this->length);
  const auto streaming = itk::StreamingImageFilter<ImageType, ImageType>::New();
  streaming->SetInput(pieces->GetOutput());
  streaming->SetNumberOfStreamDivisions(5);
  streaming->Update();
  ExpectSameImage(streaming->GetOutput(), whole->GetOutput());

  const auto streamingLabels = itk::StreamingImageFilter<LabelImageType, LabelImageType>::New();
  streamingLabels->SetInput(pieces->GetLabelOutput());
  streamingLabels->SetNumberOfStreamDivisions(7);
  streamingLabels->Update();
  ExpectSameImage(streamingLabels->GetOutput(), whole->GetLabelOutput());
}

TYPED_TEST(NucleiPhantomImageSource, TheNumberOfThreadsDoesNotChangeAPixel)
{
  const auto one = MakeSource<SourceType<TestFixture::D>>(this->length);
  one->SetNumberOfWorkUnits(1);
  one->Update();
  for (const unsigned int number : { 2u, 5u })
  {
    const auto many = MakeSource<SourceType<TestFixture::D>>(this->length);
    many->SetNumberOfWorkUnits(number);
    many->Update();
    ExpectSameImage(many->GetOutput(), one->GetOutput());
    ExpectSameImage(many->GetLabelOutput(), one->GetLabelOutput());
  }
}

TYPED_TEST(NucleiPhantomImageSource, LabelsCountFromOneAndEachIsOneConnectedObject)
{
  using LabelImageType = typename SourceType<TestFixture::D>::LabelImageType;
  for (const std::int64_t seed : { 1, 2, 3 })
  {
    const auto source = MakeSource<SourceType<TestFixture::D>>(this->length, seed);
    source->SetCoverage(0.5);
    source->SetIrregularity(0.15);
    source->SetEccentricity(0.9);
    source->SetMeanRadius(3.0);
    source->Update();
    const auto pixels = PixelsOfLabels(source->GetLabelOutput());
    ASSERT_GT(pixels.size(), 20u);
    EXPECT_EQ(pixels.begin()->first, 0);
    EXPECT_EQ(pixels.rbegin()->first + 1, static_cast<int>(pixels.size())) << "no label is missing";

    // With labels that touch told apart, a component is a label.
    auto       single = LabelImageType::New();
    const auto connected = itk::ConnectedComponentImageFilter<LabelImageType, LabelImageType>::New();
    single->CopyInformation(source->GetLabelOutput());
    single->SetRegions(source->GetLabelOutput()->GetBufferedRegion());
    single->Allocate();
    connected->SetInput(single);
    for (int label = 1; label < static_cast<int>(pixels.size()); ++label)
    {
      itk::ImageRegionConstIterator<LabelImageType> it(source->GetLabelOutput(), single->GetBufferedRegion());
      for (itk::ImageRegionIterator<LabelImageType> out(single, single->GetBufferedRegion()); !it.IsAtEnd();
           ++it, ++out)
      {
        out.Set(it.Get() == label ? 1 : 0);
      }
      single->Modified();
      connected->Update();
      EXPECT_EQ(connected->GetObjectCount(), 1u) << "label " << label << " of seed " << seed;
    }
  }
}

TYPED_TEST(NucleiPhantomImageSource, TheAskedForShareOfNucleiTouches)
{
  for (const double fraction : { 0.0, 0.5, 1.0 })
  {
    const auto source = MakeSource<SourceType<TestFixture::D>>(2 * this->length);
    source->SetCoverage(0.15);
    source->SetTouchingFraction(fraction);
    source->Update();
    std::set<int> touching;
    for (const auto & pair : TouchingPairs(source->GetLabelOutput()))
    {
      touching.insert({ pair.first, pair.second });
    }
    const double number = static_cast<double>(PixelsOfLabels(source->GetLabelOutput()).size() - 1);
    ASSERT_GT(number, 30.0);
    // A contact of two nuclei that a third one covers is lost: 5 %.
    EXPECT_NEAR(static_cast<double>(touching.size()) / number, fraction, fraction == 0.0 ? 0.0 : 0.05);
  }
}

TYPED_TEST(NucleiPhantomImageSource, NucleiCoverTheAskedForShareAndHaveTheAskedForLevels)
{
  const auto source = MakeSource<SourceType<TestFixture::D>>(2 * this->length);
  source->SetCoverage(0.2);
  source->Update();
  double                                                                        sum[2]{};
  std::size_t                                                                   count[2]{};
  itk::ImageRegionConstIterator<typename SourceType<TestFixture::D>::ImageType> pixel(
    source->GetOutput(), source->GetOutput()->GetBufferedRegion());
  itk::ImageRegionConstIterator<typename SourceType<TestFixture::D>::LabelImageType> label(
    source->GetLabelOutput(), source->GetLabelOutput()->GetBufferedRegion());
  for (; !pixel.IsAtEnd(); ++pixel, ++label)
  {
    sum[label.Get() > 0] += pixel.Get();
    ++count[label.Get() > 0];
  }
  const double inside = sum[1] / static_cast<double>(count[1]);
  const double outside = sum[0] / static_cast<double>(count[0]);
  // Sampling of a few dozen nuclei; blur and nucleoli take light from the inside and bring it outside.
  EXPECT_NEAR(static_cast<double>(count[1]) / static_cast<double>(count[0] + count[1]), 0.2, 0.05);
  EXPECT_NEAR(inside, source->GetForeground(), 0.25 * source->GetForeground());
  EXPECT_NEAR(outside, source->GetBackground(), 0.6 * source->GetBackground());
}

TYPED_TEST(NucleiPhantomImageSource, ImagesShorterThanANucleusAreBackground)
{
  for (const itk::SizeValueType pixels : { 1, 2, 5 })
  {
    const auto                                    source = SourceType<TestFixture::D>::New();
    typename SourceType<TestFixture::D>::SizeType size;
    size.Fill(64);
    size[TestFixture::D - 1] = pixels;
    source->SetSize(size);
    source->SetNumberOfNuclei(3);
    source->UpdateLargestPossibleRegion();
    EXPECT_EQ(PixelsOfLabels(source->GetLabelOutput()).size(), 1u);
    size.Fill(pixels);
    source->SetSize(size);
    source->UpdateLargestPossibleRegion();
    EXPECT_EQ(PixelsOfLabels(source->GetLabelOutput()).size(), 1u);
    EXPECT_TRUE(std::isfinite(source->GetOutput()->GetPixel({})));
  }
}

TYPED_TEST(NucleiPhantomImageSource, TheNumberOfNucleiIsExactWhereTheyFit)
{
  const auto source = MakeSource<SourceType<TestFixture::D>>(this->length);
  source->SetNumberOfNuclei(7);
  source->Update();
  EXPECT_EQ(PixelsOfLabels(source->GetLabelOutput()).size(), 8u);
}

TYPED_TEST(NucleiPhantomImageSource, BothOutputsHaveTheGeometryThatWasSetAndItDoesNotChangeThePixels)
{
  const auto plain = MakeSource<SourceType<TestFixture::D>>(this->length);
  const auto placed = MakeSource<SourceType<TestFixture::D>>(this->length);
  const auto awkward = SourceType<TestFixture::D>::ImageType::New();
  SetAwkwardGeometry(awkward.GetPointer());
  placed->SetSpacing(awkward->GetSpacing());
  placed->SetOrigin(awkward->GetOrigin());
  placed->SetDirection(awkward->GetDirection());
  placed->SetStartIndex(awkward->GetLargestPossibleRegion().GetIndex());
  plain->Update();
  placed->Update();
  const itk::ImageBase<TypeParam::value> * const outputs[] = { placed->GetOutput(), placed->GetLabelOutput() };
  for (const auto * const output : outputs)
  {
    EXPECT_EQ(output->GetSpacing(), awkward->GetSpacing());
    EXPECT_EQ(output->GetOrigin(), awkward->GetOrigin());
    EXPECT_EQ(output->GetDirection(), awkward->GetDirection());
    EXPECT_EQ(output->GetLargestPossibleRegion().GetIndex(), awkward->GetLargestPossibleRegion().GetIndex());
    EXPECT_EQ(output->GetLargestPossibleRegion().GetSize(), placed->GetSize());
  }
  const auto number = plain->GetOutput()->GetBufferedRegion().GetNumberOfPixels();
  EXPECT_TRUE(std::equal(plain->GetOutput()->GetBufferPointer(),
                         plain->GetOutput()->GetBufferPointer() + number,
                         placed->GetOutput()->GetBufferPointer()));

  placed->SetReferenceImage(awkward);
  placed->UseReferenceImageOn();
  placed->UpdateLargestPossibleRegion();
  EXPECT_EQ(placed->GetLabelOutput()->GetLargestPossibleRegion(), awkward->GetLargestPossibleRegion());
}

TEST(NucleiPhantomImageSourcePixels, NoiseHasTheVarianceOfCameraAndPhotonsAndItsOwnPixelsForEachSeed)
{
  std::vector<std::vector<double>> noise;
  for (const std::int64_t seed : { 5, 6 })
  {
    const auto source = MakeSource<SourceType<2>>(400, seed);
    source->SetCoverage(0.0);
    source->SetBlur(0.0);
    source->SetBackground(100.0);
    source->SetBackgroundVariation(0.0);
    source->SetNoise(3.0);
    source->SetShotNoise(0.5);
    source->Update();
    ASSERT_EQ(PixelsOfLabels(source->GetLabelOutput()).size(), 1u);
    auto & deviations = noise.emplace_back();
    double variance = 0.0;
    for (itk::ImageRegionConstIterator<itk::Image<float, 2>> it(source->GetOutput(),
                                                                source->GetOutput()->GetBufferedRegion());
         !it.IsAtEnd();
         ++it)
    {
      deviations.push_back(it.Get() - 100.0);
      variance += deviations.back() * deviations.back();
    }
    // 3² + 0.5² · 100. The variance of n normal numbers has the standard deviation sqrt(2 / n): 0.35 % of 161,000.
    EXPECT_NEAR(variance / static_cast<double>(deviations.size()), 34.0, 5 * 0.0035 * 34.0);
  }
  double product = 0.0;
  for (std::size_t i = 0; i < noise[0].size(); ++i)
  {
    product += noise[0][i] * noise[1][i];
  }
  // Correlation of independent numbers: 0 with the standard deviation 1 / sqrt(n).
  EXPECT_NEAR(product / (34.0 * static_cast<double>(noise[0].size())), 0.0, 5.0 / 400.0);
}

TYPED_TEST(NucleiPhantomImageSource, BlurIsAGaussianOfItsWidthAlongEveryAxis)
{
  using ImageType = typename SourceType<TestFixture::D>::ImageType;
  constexpr double sigma = 2.0;
  const auto       sharp = MakeSource<SourceType<TestFixture::D>>(this->length);
  const auto       blurred = MakeSource<SourceType<TestFixture::D>>(this->length);
  for (const auto & source : { sharp, blurred })
  {
    source->SetNoise(0.0);
    source->SetShotNoise(0.0);
    source->SetForeground(200.0);
    source->SetBackground(10.0);
    source->SetBlur(source == sharp ? 0.0 : sigma);
    source->Update();
  }
  // Along one axis after the other, to five standard deviations.
  std::vector<double> pixels(sharp->GetOutput()->GetBufferPointer(),
                             sharp->GetOutput()->GetBufferPointer() +
                               sharp->GetOutput()->GetBufferedRegion().GetNumberOfPixels());
  const auto          size = sharp->GetOutput()->GetBufferedRegion().GetSize();
  constexpr long      radius = 10;
  long                stride = 1;
  for (unsigned int axis = 0; axis < TestFixture::D; ++axis)
  {
    const auto          extent = static_cast<long>(size[axis]);
    std::vector<double> result(pixels.size(), 0.0);
    for (long i = 0; i < static_cast<long>(pixels.size()); ++i)
    {
      const long position = i / stride % extent;
      double     sum = 0.0;
      for (long d = std::max(-radius, -position); d <= std::min(radius, extent - 1 - position); ++d)
      {
        const double weight = std::exp(-0.5 * static_cast<double>(d * d) / (sigma * sigma));
        sum += weight;
        result[static_cast<std::size_t>(i)] += weight * pixels[static_cast<std::size_t>(i + d * stride)];
      }
      result[static_cast<std::size_t>(i)] /= sum;
    }
    pixels = std::move(result);
    stride *= extent;
  }
  auto inner = blurred->GetOutput()->GetBufferedRegion();
  inner.ShrinkByRadius(radius);
  double largest = 0.0;
  double changed = 0.0;
  for (itk::ImageRegionConstIteratorWithIndex<ImageType> it(blurred->GetOutput(), inner); !it.IsAtEnd(); ++it)
  {
    const auto offset = static_cast<std::size_t>(blurred->GetOutput()->ComputeOffset(it.GetIndex()));
    largest = std::max(largest, std::abs(it.Get() - pixels[offset]));
    changed =
      std::max(changed, std::abs(it.Get() - static_cast<double>(sharp->GetOutput()->GetBufferPointer()[offset])));
  }
  // The source's ends at three standard deviations: 0.27 % of the weight along each axis.
  EXPECT_LT(largest, 0.0027 * 200.0 * TestFixture::D);
  EXPECT_GT(changed, 50.0);
}

TEST(NucleiPhantomImageSourcePixels, IntegersAreTheRoundedFloatsWithinTheirRange)
{
  const auto real = MakeSource<SourceType<2>>(60);
  const auto bytes = MakeSource<SourceType<2, unsigned char>>(60);
  for (const double foreground : { 100.0, 400.0 })
  {
    real->SetForeground(foreground);
    bytes->SetForeground(foreground);
    real->Update();
    bytes->Update();
    itk::ImageRegionConstIterator<itk::Image<float, 2>> r(real->GetOutput(), real->GetOutput()->GetBufferedRegion());
    itk::ImageRegionConstIterator<itk::Image<unsigned char, 2>> b(bytes->GetOutput(),
                                                                  bytes->GetOutput()->GetBufferedRegion());
    for (; !r.IsAtEnd(); ++r, ++b)
    {
      ASSERT_NEAR(b.Get(), std::clamp(r.Get(), 0.0f, 255.0f), 0.5f);
    }
  }
}

TEST(NucleiPhantomImageSourceErrors, AParameterOutsideItsRangeIsNamedByUpdateAndNotByTheSetter)
{
  const auto source = SourceType<2>::New();
  source->SetCoverage(1.5);
  source->SetMeanRadius(0.0);
  try
  {
    source->Update();
    FAIL() << "no exception";
  }
  catch (const itk::ExceptionObject & error)
  {
    EXPECT_STREQ(error.GetDescription(),
                 "NucleiPhantomImageSource: Coverage must be in [0, 1], but is 1.5. MeanRadius must be at least 1, but "
                 "is 0.");
  }
}

TEST(NucleiPhantomImageSourceErrors, ALabelTypeThatCannotCountTheNucleiIsNamed)
{
  const auto source = itk::NucleiPhantomImageSource<itk::Image<float, 2>, itk::Image<signed char, 2>>::New();
  source->SetSize({ { 300, 300 } });
  source->SetMeanRadius(3.0);
  source->SetNumberOfNuclei(200);
  try
  {
    source->Update();
    FAIL() << "no exception";
  }
  catch (const itk::ExceptionObject & error)
  {
    EXPECT_NE(
      std::string(error.GetDescription()).find("There are 200 nuclei, but the largest label of the label type is 127."),
      std::string::npos)
      << error.GetDescription();
  }
}

TEST(NucleiPhantomImageSourcePrint, ParametersArePrinted)
{
  const auto source = SourceType<2>::New();
  source->SetTouchingFraction(0.75);
  std::ostringstream text;
  source->Print(text);
  EXPECT_NE(text.str().find("TouchingFraction: 0.75\n"), std::string::npos);
}
} // namespace
