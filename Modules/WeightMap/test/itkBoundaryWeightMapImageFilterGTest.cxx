// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkBoundaryWeightMapImageFilter.h"
#include "itkLabelTestImages.h"
#include "itkProgressTestHelpers.h"
#include "itkMemoryUse.h"
#include "itkTestHelpers.h"

#include "itkPipelineMonitorImageFilter.h"
#include "itkShiftScaleImageFilter.h"
#include "itkStreamingImageFilter.h"
#include "itkTorchRuntime.h"
#include <fstream>

using itk::BoundaryWeightClasses;
using itk::BoundaryWeightMapParameters;
using itk::BoundaryWeightRegion;
using itk::BoundaryWeightSigmaRule;
using itk::TorchDevice;
using namespace itk::Test;

namespace
{
class BoundaryWeightMapImageFilter : public ::testing::TestWithParam<const char *>
{};
INSTANTIATE_TEST_SUITE_P(Devices,
                         BoundaryWeightMapImageFilter,
                         DeviceNames(),
                         [](const auto & test) { return std::string(test.param); });

using ClassOfLabel = std::map<std::int64_t, unsigned int>;

template <typename TImage>
auto
MakeFilter(const TImage *                      labels,
           const BoundaryWeightMapParameters & parameters = {},
           const TorchDevice &                 device = TorchDevice::CPU(),
           const ClassOfLabel &                classOfLabel = {})
{
  auto filter = itk::BoundaryWeightMapImageFilter<TImage>::New();
  filter->SetInput(labels);
  filter->SetParameters(parameters);
  filter->SetClassOfLabel(classOfLabel);
  filter->SetDevice(device);
  return filter;
}

/** The formula, pixel by pixel, in double, from the labels of the separated image. */
template <typename TFilter>
void
ExpectWeightsByFormula(TFilter * filter)
{
  filter->Update();
  const auto * const image = filter->GetSeparatedLabels();
  using ImageType = std::decay_t<decltype(*image)>;
  const BoundaryWeightMapParameters & p = filter->GetParameters();
  const auto                          classOf = [&](std::int64_t label) -> unsigned int
  {
    const auto found = filter->GetClassOfLabel().find(label);
    return found == filter->GetClassOfLabel().end() ? (label == 0 || label == p.IgnoreLabel ? 0 : 1) : found->second;
  };
  std::map<unsigned int, double> pixelsOfClass;
  double                         pixels = 0.0;
  for (itk::ImageRegionConstIterator<ImageType> it(image, image->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    if (p.IgnoreLabel == 0 || it.Get() != p.IgnoreLabel)
    {
      pixelsOfClass[classOf(it.Get())] += 1.0;
      pixels += 1.0;
    }
  }
  const double divisor = p.SigmaRule == BoundaryWeightSigmaRule::TwoSigmaSquared ? 2.0 : 1.0;
  const auto   units =
    itk::GetDistanceUnits({ image->GetSpacing().Begin(), image->GetSpacing().End() }, p.UseImageSpacing);
  for (itk::ImageRegionConstIterator<ImageType> it(image, image->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    auto objects = SquaredDistancesByLooking(image, it.GetIndex(), units, p.Border == itk::ObjectBorder::PixelEdge);
    if (p.IgnoreLabel != 0)
    {
      objects.erase(static_cast<typename ImageType::PixelType>(p.IgnoreLabel));
    }
    std::map<unsigned int, decltype(objects)> groups;
    for (const auto & [label, squared] : objects)
    {
      groups[p.TermsPerClass ? classOf(label) : 0][label] = squared;
    }
    const unsigned int own = classOf(it.Get());
    double             expected = p.ClassWeighting == BoundaryWeightClasses::None ? 1.0
                                  : p.ClassWeighting == BoundaryWeightClasses::Given
                                    ? p.ClassWeights[own]
                                    : pixels / (static_cast<double>(pixelsOfClass.size()) * pixelsOfClass[own]);
    const bool         isObject = it.Get() != 0 && (p.IgnoreLabel == 0 || it.Get() != p.IgnoreLabel);
    if (p.Region == BoundaryWeightRegion::Everywhere || !isObject)
    {
      for (const auto & [group, members] : groups)
      {
        const double first = NthDistance(members, 0);
        const double sum = first + NthDistance(members, 1);
        if (sum <= p.GetReach() && std::isfinite(sum))
        {
          expected += p.BorderWeight * std::exp(-sum * sum / (divisor * p.Sigma * p.Sigma));
        }
        if (first <= p.GetReach())
        {
          expected += p.ProximityWeight * std::exp(-first * first / (2.0 * p.ProximitySigma * p.ProximitySigma));
        }
      }
    }
    expected = std::min(expected, p.MaximumWeight);
    if (p.IgnoreLabel != 0 && it.Get() == p.IgnoreLabel)
    {
      expected = 0.0;
    }
    // Squares, root, exponential and sum in float: a few units in the last place.
    ASSERT_NEAR(filter->GetOutput()->GetPixel(it.GetIndex()), expected, 3e-6 * expected) << it.GetIndex();
  }
}

template <unsigned int D>
void
ExpectWeightsOfEveryVariant(const TorchDevice & device)
{
  std::vector<BoundaryWeightMapParameters> variants(14);
  variants[1] = BoundaryWeightMapParameters::Falk();
  variants[2].Region = BoundaryWeightRegion::Background;
  variants[3].SigmaRule = BoundaryWeightSigmaRule::SigmaSquared;
  variants[4].Border = itk::ObjectBorder::PixelEdge;
  variants[5].UseImageSpacing = true;
  variants[6].ClassWeighting = BoundaryWeightClasses::InverseFrequency;
  variants[7].IgnoreLabel = 2;
  variants[7].ClassWeighting = BoundaryWeightClasses::InverseFrequency;
  variants[8].MaximumWeight = 4.0;
  variants[9].CutOff = 3.0;
  variants[10].GapWidth = 1;
  variants[10].ClassWeighting = BoundaryWeightClasses::InverseFrequency;
  variants[11] = BoundaryWeightMapParameters::Falk();
  variants[11].ClassWeights = { 0.1, 1.0, 2.0, 0.5 };
  variants[12].UseImageSpacing = true;
  variants[12].ProximityWeight = 3.0;
  variants[12].ProximitySigma = 2.0;
  variants[12].CutOff = 2.23;
  variants[13].ClassWeighting = BoundaryWeightClasses::Given;
  variants[13].ClassWeights = variants[11].ClassWeights;
  variants[13].GapWidth = 1;
  variants[13].IgnoreLabel = 5;
  for (std::size_t v = 0; v < variants.size(); ++v)
  {
    SCOPED_TRACE("variant " + std::to_string(v));
    const ClassOfLabel classes =
      v == 11 || v == 13 ? ClassOfLabel{ { 1, 1 }, { 2, 2 }, { 3, 2 }, { 4, 3 } } : ClassOfLabel{};
    for (const double share : { 0.0, 0.08, 0.7 })
    {
      const auto image = MakeRandomLabels<LabelImage<D>>(v + 1, 5, share);
      ExpectWeightsByFormula(MakeFilter(image.GetPointer(), variants[v], device, classes).GetPointer());
    }
  }
}

/** Weights and separated labels of an image in pieces are those of the whole. */
void
ExpectPiecesAreTheWhole(const LabelImage<2> *               image,
                        const BoundaryWeightMapParameters & parameters,
                        const TorchDevice &                 device,
                        unsigned int                        numberOfPieces)
{
  auto whole = MakeFilter(image, parameters, device);
  whole->Update();
  const auto stream = [numberOfPieces](auto * output)
  {
    using ImageType = std::decay_t<decltype(*output)>;
    auto streamer = itk::StreamingImageFilter<ImageType, ImageType>::New();
    streamer->SetInput(output);
    streamer->SetNumberOfStreamDivisions(numberOfPieces);
    streamer->Update();
    return typename ImageType::Pointer(streamer->GetOutput());
  };
  auto pieces = MakeFilter(image, parameters, device);
  ExpectSameImage<itk::Image<float, 2>>(stream(pieces->GetOutput()), whole->GetOutput());
  pieces = MakeFilter(image, parameters, device);
  ExpectSameImage<LabelImage<2>>(stream(pieces->GetSeparatedLabels()), whole->GetSeparatedLabels());
}

/** Labels of a type that are ignored and of a class are found by their numbers. */
template <typename TLabel>
void
ExpectNumbersAreFound(TLabel ignored, TLabel ofClassTwo, const TorchDevice & device)
{
  using ImageType = itk::Image<TLabel, 2>;
  auto image = ImageType::New();
  image->SetRegions(typename ImageType::SizeType{ { 5, 1 } });
  image->Allocate(true);
  image->SetPixel({ { 0, 0 } }, ignored);
  image->SetPixel({ { 2, 0 } }, ofClassTwo);
  image->SetPixel({ { 4, 0 } }, 1);
  BoundaryWeightMapParameters parameters;
  parameters.BorderWeight = 0.0;
  parameters.ClassWeighting = BoundaryWeightClasses::Given;
  parameters.ClassWeights = { 1.0, 2.0, 3.0 };
  parameters.IgnoreLabel = static_cast<std::int64_t>(ignored);
  const auto filter = MakeFilter(image.GetPointer(),
                                 parameters,
                                 device,
                                 { { static_cast<std::int64_t>(ofClassTwo), 2u }, { std::int64_t{ 1 }, 1u } });
  filter->Update();
  const float expected[] = { 0.0f, 1.0f, 3.0f, 1.0f, 2.0f };
  for (long x = 0; x < 5; ++x)
  {
    EXPECT_EQ(filter->GetOutput()->GetPixel({ { x, 0 } }), expected[x]) << "ignored " << ignored << ", x " << x;
  }
}

/** Two rectangles that touch: label 1 left of x = 10, label 2 from there on. */
LabelImage<2>::Pointer
MakeTouchingPair()
{
  auto image = LabelImage<2>::New();
  image->SetRegions(LabelImage<2>::SizeType{ { 20, 7 } });
  image->Allocate(true);
  for (itk::ImageRegionIterator<LabelImage<2>> it(image, image->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    it.Set(it.GetIndex()[0] < 10 ? 1 : 2);
  }
  return image;
}

std::string
RowOf(const LabelImage<2> * image)
{
  std::string row;
  for (long x = 0; x < 20; ++x)
  {
    row += static_cast<char>('0' + image->GetPixel({ { x, 3 } }));
  }
  return row;
}
/** A pixel is cut that lies less than its share of the gap from a pixel of its own object that touches another one. */
template <unsigned int D>
void
ExpectGapsByLooking(const TorchDevice & device)
{
  using ImageType = LabelImage<D>;
  const auto image = MakeRandomLabels<ImageType>(2 + D, 4, D == 2 ? 0.5 : 0.3);
  // Blobs: each pixel takes its left neighbor's label, mostly.
  itk::TorchRandom random(D);
  for (itk::ImageRegionIterator<ImageType> it(image, image->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    auto left = it.GetIndex();
    --left[0];
    if (image->GetBufferedRegion().IsInside(left) && random.Uniform(0.0, 1.0) < 0.6)
    {
      it.Set(image->GetPixel(left));
    }
  }
  for (unsigned int width = 1; width <= 5; ++width)
  {
    BoundaryWeightMapParameters parameters;
    parameters.GapWidth = width;
    const auto filter = MakeFilter(image.GetPointer(), parameters, device);
    filter->Update();
    using Iterator = itk::ImageRegionConstIterator<ImageType>;
    for (Iterator p(image, image->GetBufferedRegion()); !p.IsAtEnd(); ++p)
    {
      bool isCut = false;
      for (Iterator q(image, image->GetBufferedRegion()); !q.IsAtEnd(); ++q)
      {
        double squared = 0.0;
        for (unsigned int axis = 0; axis < D; ++axis)
        {
          squared += std::pow(static_cast<double>(p.GetIndex()[axis] - q.GetIndex()[axis]), 2.0);
        }
        if (q.Get() == 0 || q.Get() != p.Get() || squared >= 9.0)
        {
          continue;
        }
        for (Iterator other(image, image->GetBufferedRegion()); !other.IsAtEnd(); ++other)
        {
          bool isNeighbor = true;
          for (unsigned int axis = 0; axis < D; ++axis)
          {
            isNeighbor &= std::abs(other.GetIndex()[axis] - q.GetIndex()[axis]) <= 1;
          }
          if (isNeighbor && other.Get() != 0 && other.Get() != q.Get())
          {
            const double layers = q.Get() > other.Get() ? (width + 1) / 2 : width / 2;
            isCut |= squared < layers * layers;
          }
        }
      }
      ASSERT_EQ(filter->GetSeparatedLabels()->GetPixel(p.GetIndex()), isCut ? 0 : p.Get())
        << p.GetIndex() << ' ' << width;
    }
  }
}
} // namespace

TEST_P(BoundaryWeightMapImageFilter, EveryVariantGivesItsFormulaIn2DAnd3D)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  ExpectWeightsOfEveryVariant<2>(device);
  ExpectWeightsOfEveryVariant<3>(device);
}

TEST_P(BoundaryWeightMapImageFilter, GapIsTakenFromBothObjects)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  const auto                  image = MakeTouchingPair();
  BoundaryWeightMapParameters parameters;
  const char * const          rows[] = { "11111111112222222222",
                                         "11111111110222222222",
                                         "11111111100222222222",
                                         "11111111100022222222",
                                         "11111111000022222222" };
  for (unsigned int width = 0; width < 5; ++width)
  {
    parameters.GapWidth = width;
    const auto filter = MakeFilter(image.GetPointer(), parameters, device);
    filter->Update();
    EXPECT_EQ(RowOf(filter->GetSeparatedLabels()), rows[width]);
  }
}

TEST_P(BoundaryWeightMapImageFilter, GapsBetweenManyObjectsAreThoseByLooking)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  ExpectGapsByLooking<2>(device);
  ExpectGapsByLooking<3>(device);
}

TEST_P(BoundaryWeightMapImageFilter, ObjectsThatDoNotTouchStayHoweverWideTheGap)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  const auto image = MakeTouchingPair();
  for (itk::ImageRegionIterator<LabelImage<2>> it(image, image->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    it.Set(it.GetIndex()[0] == 10 ? 0 : it.Get());
  }
  BoundaryWeightMapParameters parameters;
  parameters.GapWidth = 6;
  const auto filter = MakeFilter(image.GetPointer(), parameters, device);
  filter->Update();
  ExpectSameImage<LabelImage<2>>(filter->GetSeparatedLabels(), image);
}

TEST_P(BoundaryWeightMapImageFilter, ObjectsThatTouchAtACornerAreSeparatedAndDistantOnesStay)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  auto image = LabelImage<2>::New();
  image->SetRegions(LabelImage<2>::SizeType{ { 6, 6 } });
  image->Allocate(true);
  image->SetPixel({ { 1, 1 } }, 1);
  image->SetPixel({ { 2, 2 } }, 2);
  image->SetPixel({ { 4, 2 } }, 3);
  BoundaryWeightMapParameters parameters;
  parameters.GapWidth = 2;
  const auto filter = MakeFilter(image.GetPointer(), parameters, device);
  filter->Update();
  EXPECT_EQ(filter->GetSeparatedLabels()->GetPixel({ { 1, 1 } }), 0);
  EXPECT_EQ(filter->GetSeparatedLabels()->GetPixel({ { 2, 2 } }), 0);
  EXPECT_EQ(filter->GetSeparatedLabels()->GetPixel({ { 4, 2 } }), 3);
}

TEST_P(BoundaryWeightMapImageFilter, StreamedIsWholeBitForBit)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  using WeightImage = itk::Image<float, 2>;
  const auto image = MakeRandomLabels<LabelImage<2>>(3, 9, 0.01, 110);
  for (unsigned int variant = 0; variant < 7; ++variant)
  {
    BoundaryWeightMapParameters parameters;
    parameters.Sigma = 2.0;
    if (variant == 1)
    {
      parameters = BoundaryWeightMapParameters::Falk();
      parameters.ProximitySigma = 4.0;
      parameters.Sigma = 3.0;
    }
    parameters.GapWidth = variant == 2 ? 3 : 0;
    parameters.UseImageSpacing = variant == 3;
    parameters.Border = variant == 4 ? itk::ObjectBorder::PixelEdge : itk::ObjectBorder::PixelCenter;
    parameters.IgnoreLabel = variant == 5 ? 3 : 0;
    parameters.CutOff = variant == 6 ? 5.5 : 0.0;
    auto whole = MakeFilter(image.GetPointer(), parameters, device);
    whole->Update();
    auto copy = itk::ShiftScaleImageFilter<LabelImage<2>, LabelImage<2>>::New();
    copy->SetInput(image);
    auto monitor = itk::PipelineMonitorImageFilter<LabelImage<2>>::New();
    monitor->SetInput(copy->GetOutput());
    auto pieces = MakeFilter(monitor->GetOutput(), parameters, device);
    auto streamer = itk::StreamingImageFilter<WeightImage, WeightImage>::New();
    streamer->SetInput(pieces->GetOutput());
    streamer->SetNumberOfStreamDivisions(5);
    streamer->Update();
    ExpectSameImage<WeightImage>(streamer->GetOutput(), whole->GetOutput());
    EXPECT_TRUE(monitor->VerifyAllInputCanStream(5)) << variant;
    for (const auto & region : monitor->GetUpdatedRequestedRegions())
    {
      EXPECT_LT(region.GetSize(1), 110u) << variant;
    }
  }
}

TEST_P(BoundaryWeightMapImageFilter, BalancedClassesAndWideGapsStreamedAreThoseOfTheWhole)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  BoundaryWeightMapParameters balanced;
  balanced.ClassWeighting = BoundaryWeightClasses::InverseFrequency;
  balanced.CutOff = 2.3;
  ExpectPiecesAreTheWhole(MakeRandomLabels<LabelImage<2>>(3, 9, 0.3, 40), balanced, device, 4);

  // The gaps between bands of 26 rows reach over the ends of pieces of 22.
  auto bands = LabelImage<2>::New();
  bands->SetRegions(LabelImage<2>::SizeType{ { 8, 110 } });
  bands->Allocate();
  for (itk::ImageRegionIterator<LabelImage<2>> it(bands, bands->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    it.Set(static_cast<unsigned short>(1 + it.GetIndex()[1] / 26));
  }
  BoundaryWeightMapParameters wide;
  wide.GapWidth = 10;
  wide.CutOff = 1.0;
  ExpectPiecesAreTheWhole(bands, wide, device, 5);
}

TEST_P(BoundaryWeightMapImageFilter, IgnoredAndClassedLabelsOfEveryTypeAreFound)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  ExpectNumbersAreFound<std::int16_t>(-1, 7, device);
  ExpectNumbersAreFound<std::int16_t>(7, -2, device);
  ExpectNumbersAreFound<std::uint32_t>(3000000000u, 1u << 31, device);
  ExpectNumbersAreFound<std::uint32_t>(5, ~0u, device);
  ExpectNumbersAreFound<std::int64_t>(std::int64_t{ 1 } << 40, -5, device);
  ExpectNumbersAreFound<std::int64_t>(-5, std::int64_t{ 1 } << 40, device);
}

TEST_P(BoundaryWeightMapImageFilter, TheAutomaticCutOffChangesNoBit)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  const auto image = MakeRandomLabels<LabelImage<2>>(8, 4, 0.003, 90);
  // 5 · sqrt(2 ln(10 / 2^-25)), half of the step from 1 to the float below.
  EXPECT_NEAR(BoundaryWeightMapParameters::Paper().GetReach(), 31.330, 0.001);
  // 10 · sqrt(2 ln(0.9 / 2^-28)), half of the step from 0.1 to the float below; a class of weight 0 takes no part.
  auto falk = BoundaryWeightMapParameters::Falk();
  EXPECT_NEAR(falk.GetReach(), 62.133, 0.001);
  falk.ClassWeights = { 0.0, 0.1 };
  EXPECT_NEAR(falk.GetReach(), 62.133, 0.001);
  for (auto parameters : { BoundaryWeightMapParameters::Paper(), BoundaryWeightMapParameters::Falk() })
  {
    const auto automatic = MakeFilter(image.GetPointer(), parameters, device);
    automatic->Update();
    parameters.CutOff = std::numeric_limits<double>::infinity();
    const auto unlimited = MakeFilter(image.GetPointer(), parameters, device);
    unlimited->Update();
    ExpectSameImage<itk::Image<float, 2>>(automatic->GetOutput(), unlimited->GetOutput());
  }
}

TEST_P(BoundaryWeightMapImageFilter, AnObserverCanAbortAndTheNextRunIsGood)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  const auto image = MakeRandomLabels<LabelImage<2>>(4, 5, 0.02, 60);
  auto       filter = MakeFilter(image.GetPointer(), {}, device);
  const auto tag =
    filter->AddObserver(itk::ProgressEvent(),
                        [&](const itk::EventObject &) { filter->SetAbortGenerateData(filter->GetProgress() > 0.1f); });
  EXPECT_THROW(filter->Update(), itk::ProcessAborted);
  filter->RemoveObserver(tag);
  ExpectWeightsByFormula(filter.GetPointer());
}

TEST_P(BoundaryWeightMapImageFilter, ReportsProgressAndCanBeAbortedWithinALongStep)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  const auto image = MakeRandomLabels<LabelImage<2>>(4, 5, 0.02, device.IsHost() ? 1200 : 200);
  const auto filter = MakeFilter(image.GetPointer(), {}, device);
  filter->SetGapWidth(2);
  ExpectProgressAndAborts(filter.GetPointer(), 0.15);
  const auto volume = MakeRandomLabels<LabelImage<3>>(4, 5, 0.02, device.IsHost() ? 130 : 40);
  ExpectProgressAndAborts(MakeFilter(volume.GetPointer(), {}, device).GetPointer(), 0.15);
}

TEST(BoundaryWeightMap, ContactLinesWeighMostAndFewerThanTwoObjectsNothing)
{
  const auto pair = MakeTouchingPair();
  auto       filter = MakeFilter(pair.GetPointer());
  filter->Update();
  // d1 = 0 and d2 = 1 in the pixels on either side of the contact line.
  const float atContact = 1.0f + 10.0f * std::exp(-1.0f / 50.0f);
  EXPECT_NEAR(filter->GetOutput()->GetPixel({ { 9, 3 } }), atContact, 1e-5);
  EXPECT_NEAR(filter->GetOutput()->GetPixel({ { 10, 3 } }), atContact, 1e-5);
  EXPECT_LT(filter->GetOutput()->GetPixel({ { 11, 3 } }), atContact);

  pair->FillBuffer(4);
  pair->Modified();
  filter->Update();
  EXPECT_EQ(filter->GetOutput()->GetPixel({ { 9, 3 } }), 1.0f);
  auto falk = MakeFilter(pair.GetPointer(), BoundaryWeightMapParameters::Falk());
  falk->Update();
  EXPECT_EQ(falk->GetOutput()->GetPixel({ { 9, 3 } }), 1.0f);
  pair->FillBuffer(0);
  pair->Modified();
  filter->Update();
  falk->Update();
  EXPECT_EQ(filter->GetOutput()->GetPixel({ { 9, 3 } }), 1.0f);
  EXPECT_EQ(falk->GetOutput()->GetPixel({ { 9, 3 } }), 0.1f);
}

TEST(BoundaryWeightMap, BalancedClassWeightsHaveTheMeanOne)
{
  auto                        image = MakeRandomLabels<LabelImage<2>>(6, 3, 0.3, 60);
  BoundaryWeightMapParameters parameters;
  parameters.BorderWeight = 0.0;
  parameters.ClassWeighting = BoundaryWeightClasses::InverseFrequency;
  auto filter = MakeFilter(image.GetPointer(), parameters);
  filter->Update();
  const auto * const pixels = filter->GetOutput()->GetBufferPointer();
  double             sum = 0.0;
  for (std::size_t i = 0; i < 3600; ++i)
  {
    sum += pixels[i];
  }
  EXPECT_NEAR(sum / 3600.0, 1.0, 1e-6);
}

TEST(BoundaryWeightMap, ImagesOfOnePixelAndOneRowWork)
{
  for (const auto & size : { LabelImage<2>::SizeType{ { 1, 1 } }, { { 1, 9 } }, { { 9, 1 } } })
  {
    auto image = LabelImage<2>::New();
    image->SetRegions(size);
    image->Allocate(true);
    image->SetPixel({ { 0, 0 } }, 1);
    image->SetPixel({ { static_cast<long>(size[0]) - 1, static_cast<long>(size[1]) - 1 } }, 2);
    ExpectWeightsByFormula(MakeFilter(image.GetPointer()).GetPointer());
  }
}

TEST(BoundaryWeightMap, EveryNumberOfThreadsGivesTheSameBits)
{
  const auto image = MakeRandomLabels<LabelImage<2>>(5, 60, 0.01, 300);
  auto       filter = MakeFilter(image.GetPointer(), BoundaryWeightMapParameters::Falk());
  const auto threads = itk::TorchRuntime::GetNumberOfThreads();
  const auto compute = [&](unsigned int number)
  {
    itk::TorchRuntime::SetNumberOfThreads(number);
    filter->Modified();
    filter->Update();
    const float * const pixels = filter->GetOutput()->GetBufferPointer();
    return std::vector<float>(pixels, pixels + filter->GetOutput()->GetPixelContainer()->Size());
  };
  const auto one = compute(1);
  EXPECT_EQ(compute(2), one);
  EXPECT_EQ(compute(7), one);
  itk::TorchRuntime::SetNumberOfThreads(threads);
}

TEST(BoundaryWeightMap, ExtraMemoryIsAtMost24BytesAPixelIn2D)
{
  constexpr double edge = 2500.0;
  // Few points, and noise, whose rows change at each pixel: the least and the most.
  for (const double share : { 0.001, 1.0 })
  {
    const auto image = MakeRandomLabels<LabelImage<2>>(5, 900, share, static_cast<itk::SizeValueType>(edge));
    auto       filter = MakeFilter(image.GetPointer());
    if (!ResetLargestMemory())
    {
      GTEST_SKIP() << "the largest memory use cannot be measured here";
    }
    const double before = MemoryBytes("VmRSS:");
    filter->Update();
    // The outputs are no extra: weights of 4 bytes and labels of 2.
    const double extra = (MemoryBytes("VmHWM:") - before) / (edge * edge) - 6.0;
    RecordProperty(share < 1.0 ? "points" : "noise", std::to_string(extra));
    EXPECT_LE(extra, 24.0) << share;
    EXPECT_GT(extra, 3.0) << share;
  }
}

TEST(BoundaryWeightMap, BadParametersAreNamed)
{
  const auto image = MakeTouchingPair();
  const auto messageOf = [&image](const BoundaryWeightMapParameters & parameters, const ClassOfLabel & classes = {})
  { return MessageOf([&] { MakeFilter(image.GetPointer(), parameters, TorchDevice::CPU(), classes)->Update(); }); };
  BoundaryWeightMapParameters parameters;
  parameters.Sigma = -1.0;
  parameters.BorderWeight = -2.0;
  parameters.GapWidth = 200;
  const std::string message = messageOf(parameters);
  ExpectContains(message, "Sigma must be greater than 0, but is -1.");
  ExpectContains(message, "BorderWeight must be at least 0, but is -2.");
  ExpectContains(message, "GapWidth must be in [0, 100], but is 200.");
  parameters = {};
  parameters.ClassWeights = { 1.0, -1.0 };
  ExpectContains(messageOf(parameters), "ClassWeights must be numbers, each at least 0, but is 1,-1.");
  parameters = {};
  parameters.ClassWeighting = BoundaryWeightClasses::Given;
  ExpectContains(messageOf(parameters, { { 1, 1 }, { 2, 2 } }),
                 "ClassWeights must be one number for each of the 3 classes, but are 2.");
  ExpectContains(messageOf({}, { { 7, 256 } }), "a class in [1, 255], but gives label 7 class 256.");
  ExpectContains(messageOf({}, { { 7, 0 } }), "a class in [1, 255], but gives label 7 class 0.");
  ExpectContains(messageOf({}, { { 0, 1 } }), "labels other than 0 a class in [1, 255], but gives label 0 class 1.");
}
