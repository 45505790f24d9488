// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSegmentationEvaluationImageFilter.h"
#include "itkSegmentationScoreSet.h"

#include "itkProgressTestHelpers.h"
#include "itkImageRegionIteratorWithIndex.h"
#include "itkTorchRuntime.h"
#include "itkTorchTestImages.h"
#include "itkShiftScaleImageFilter.h"
#include "itkStreamingImageFilter.h"

#include <gtest/gtest.h>

#include <random>

namespace
{
using Image2D = itk::Image<unsigned short, 2>;

// A grid of odd sizes that starts at negative indices, with anisotropic spacing and a rotated x-y plane.
template <typename TImage>
typename TImage::Pointer
NewImage(unsigned int firstSize = 13)
{
  constexpr unsigned int      Dimension = TImage::ImageDimension;
  typename TImage::RegionType region;
  auto                        image = TImage::New();
  auto                        spacing = image->GetSpacing();
  auto                        direction = image->GetDirection();
  for (unsigned int axis = 0; axis < Dimension; ++axis)
  {
    region.SetIndex(axis, 5 - 9 * static_cast<int>(axis));
    region.SetSize(axis, firstSize - 2 * axis);
    spacing[axis] = 0.5 + axis;
  }
  direction[0][0] = direction[1][1] = 0.6;
  direction[0][1] = -(direction[1][0] = 0.8);
  image->SetRegions(region);
  image->SetSpacing(spacing);
  image->SetDirection(direction);
  image->Allocate(true);
  return image;
}

template <typename TImage>
typename TImage::Pointer
RandomLabels(unsigned int seed, unsigned int firstSize = 13)
{
  auto         image = NewImage<TImage>(firstSize);
  std::mt19937 random(seed);
  for (itk::ImageRegionIterator<TImage> it(image, image->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    it.Set(static_cast<typename TImage::PixelType>(random() % 3));
  }
  return image;
}

template <typename TFilter>
std::string
UpdateError(TFilter * filter)
{
  try
  {
    filter->Update();
  }
  catch (const itk::ExceptionObject & error)
  {
    return error.GetDescription();
  }
  return "no exception";
}
} // namespace

template <typename TPrediction>
class SegmentationEvaluationImageFilter : public ::testing::Test
{};

using PredictionTypes = ::testing::Types<itk::Image<unsigned char, 2>, itk::Image<short, 2>, itk::Image<int, 3>>;
TYPED_TEST_SUITE(SegmentationEvaluationImageFilter, PredictionTypes);

TYPED_TEST(SegmentationEvaluationImageFilter, CountsAndImageEqualAPixelByPixelReferenceForAnyNumberOfThreads)
{
  using TruthType = itk::Image<unsigned short, TypeParam::ImageDimension>;
  constexpr unsigned int firstSize = TypeParam::ImageDimension == 2 ? 601 : 81;
  const auto             prediction = RandomLabels<TypeParam>(1, firstSize);
  const auto             truth = RandomLabels<TruthType>(2, firstSize);
  // Threads share no less than 2^17 pixels.
  ASSERT_GT(prediction->GetBufferedRegion().GetNumberOfPixels(), 2u << 17);

  itk::SegmentationOverlap expected;
  auto                     expectedAgreement = itk::Image<unsigned char, TypeParam::ImageDimension>::New();
  expectedAgreement->CopyInformation(prediction);
  expectedAgreement->SetRegions(prediction->GetBufferedRegion());
  expectedAgreement->Allocate();
  for (itk::ImageRegionConstIteratorWithIndex<TypeParam> it(prediction, prediction->GetBufferedRegion()); !it.IsAtEnd();
       ++it)
  {
    const bool predicted = it.Get() != 0;
    const bool real = truth->GetPixel(it.GetIndex()) != 0;
    expected.TruePositives += predicted && real;
    expected.FalsePositives += predicted && !real;
    expected.FalseNegatives += !predicted && real;
    expected.TrueNegatives += !predicted && !real;
    expectedAgreement->SetPixel(it.GetIndex(), predicted ? (real ? 1 : 2) : (real ? 3 : 0));
  }
  for (const unsigned int threads : { 1u, 3u })
  {
    itk::TorchRuntime::SetNumberOfThreads(threads);
    ASSERT_EQ(itk::TorchRuntime::GetNumberOfThreads(), threads);
    auto filter = itk::SegmentationEvaluationImageFilter<TypeParam, TruthType>::New();
    filter->SetInput(prediction);
    filter->SetTruth(truth);
    filter->Update();
    itk::Test::ExpectSameImage(filter->GetOutput(), expectedAgreement.GetPointer());
    EXPECT_EQ(filter->GetTruePositives(), expected.TruePositives);
    EXPECT_EQ(filter->GetFalsePositives(), expected.FalsePositives);
    EXPECT_EQ(filter->GetFalseNegatives(), expected.FalseNegatives);
    EXPECT_EQ(filter->GetTrueNegatives(), expected.TrueNegatives);
    EXPECT_DOUBLE_EQ(filter->GetDice(), expected.Dice());
    EXPECT_DOUBLE_EQ(filter->GetIntersectionOverUnion(), expected.IntersectionOverUnion());
    EXPECT_DOUBLE_EQ(filter->GetPrecision(), expected.Precision());
    EXPECT_DOUBLE_EQ(filter->GetRecall(), expected.Recall());
    EXPECT_EQ(filter->GetOverlap().TruePositives, expected.TruePositives);
  }
  itk::TorchRuntime::SetNumberOfThreads(0);
}

TYPED_TEST(SegmentationEvaluationImageFilter, EmptyMasksAgreePerfectly)
{
  auto filter = itk::SegmentationEvaluationImageFilter<TypeParam>::New();
  filter->SetInput(NewImage<TypeParam>());
  filter->SetTruth(NewImage<TypeParam>());
  filter->Update();
  EXPECT_EQ(filter->GetDice(), 1.0);
  EXPECT_EQ(filter->GetIntersectionOverUnion(), 1.0);
  EXPECT_EQ(filter->GetPrecision(), 1.0);
  EXPECT_EQ(filter->GetRecall(), 1.0);
}

class SegmentationEvaluationPipeline : public ::testing::Test
{
protected:
  using FilterType = itk::SegmentationEvaluationImageFilter<Image2D>;

  SegmentationEvaluationPipeline()
  {
    m_Filter->SetInput(RandomLabels<Image2D>(3));
    m_Filter->SetTruth(RandomLabels<Image2D>(4));
    m_Filter->AddObserver(itk::StartEvent(), [this](const itk::EventObject &) { ++m_Runs; });
  }

  FilterType::Pointer m_Filter{ FilterType::New() };
  unsigned int        m_Runs{ 0 };
};

TEST_F(SegmentationEvaluationPipeline, MissingTruthIsAnError)
{
  auto filter = FilterType::New();
  filter->SetInput(NewImage<Image2D>());
  EXPECT_NE(UpdateError(filter.GetPointer()).find("Truth is required"), std::string::npos);
}

TEST_F(SegmentationEvaluationPipeline, SizesThatDifferAreBothNamed)
{
  m_Filter->SetTruth(NewImage<Image2D>(15));
  const std::string message = UpdateError(m_Filter.GetPointer());
  EXPECT_NE(message.find("[13, 11]"), std::string::npos) << message;
  EXPECT_NE(message.find("[15, 13]"), std::string::npos) << message;
}

TEST_F(SegmentationEvaluationPipeline, SpacingsThatDifferAreBothNamed)
{
  auto         truth = NewImage<Image2D>();
  const double spacing[] = { 0.5, 2.25 };
  truth->SetSpacing(spacing);
  m_Filter->SetTruth(truth);
  const std::string message = UpdateError(m_Filter.GetPointer());
  EXPECT_NE(message.find("same physical space"), std::string::npos) << message;
  EXPECT_NE(message.find("2.25"), std::string::npos) << message;
  EXPECT_NE(message.find("1.5"), std::string::npos) << message;
}

TEST_F(SegmentationEvaluationPipeline, UpdatingOneMetricRunsTheFilterOnce)
{
  const_cast<itk::SimpleDataObjectDecorator<double> *>(m_Filter->GetDiceOutput())->Update();
  const double dice = m_Filter->GetDice();
  EXPECT_GT(dice, 0.0);
  EXPECT_EQ(m_Filter->GetOutput()->GetBufferedRegion(), m_Filter->GetInput()->GetBufferedRegion());
  m_Filter->Update();
  EXPECT_EQ(m_Runs, 1u);
  EXPECT_EQ(m_Filter->GetDice(), dice);
}

TEST_F(SegmentationEvaluationPipeline, ChangedTruthUpdatesTheMetrics)
{
  m_Filter->Update();
  EXPECT_LT(m_Filter->GetDice(), 1.0);
  m_Filter->SetTruth(m_Filter->GetInput());
  m_Filter->Update();
  EXPECT_EQ(m_Runs, 2u);
  EXPECT_EQ(m_Filter->GetDice(), 1.0);
}

TEST_F(SegmentationEvaluationPipeline, StreamingConsumerSeesOneEvaluationOfTheWholeImage)
{
  auto copy = itk::ShiftScaleImageFilter<Image2D, Image2D>::New();
  copy->SetInput(m_Filter->GetInput());
  auto streamed = FilterType::New();
  streamed->SetInput(copy->GetOutput());
  streamed->SetTruth(m_Filter->GetTruth());
  unsigned int runs = 0;
  streamed->AddObserver(itk::StartEvent(), [&runs](const itk::EventObject &) { ++runs; });

  using AgreementType = FilterType::AgreementImageType;
  auto streamer = itk::StreamingImageFilter<AgreementType, AgreementType>::New();
  streamer->SetInput(streamed->GetOutput());
  streamer->SetNumberOfStreamDivisions(4);
  streamer->Update();
  m_Filter->Update();

  EXPECT_EQ(runs, 1u);
  EXPECT_EQ(streamed->GetDice(), m_Filter->GetDice());
  EXPECT_EQ(streamed->GetTrueNegatives(), m_Filter->GetTrueNegatives());
  itk::ImageRegionConstIterator<AgreementType> whole(m_Filter->GetOutput(), m_Filter->GetOutput()->GetBufferedRegion());
  for (itk::ImageRegionConstIterator<AgreementType> it(streamer->GetOutput(), whole.GetRegion()); !it.IsAtEnd();
       ++it, ++whole)
  {
    ASSERT_EQ(it.Get(), whole.Get());
  }
}

TEST_F(SegmentationEvaluationPipeline, PrintNamesTheMetrics)
{
  std::ostringstream text;
  m_Filter->Print(text);
  EXPECT_NE(text.str().find("IntersectionOverUnion: "), std::string::npos);
}

/** Two objects in 8 x 4 pixels of 0.5 x 2 mm; the prediction of the first one is a column too narrow, the second one is
 * cut. */
class SegmentationEvaluationByHand : public ::testing::Test
{
protected:
  using FilterType = itk::SegmentationEvaluationImageFilter<Image2D>;

  static Image2D::Pointer
  MakeImage(const std::vector<unsigned short> & labels)
  {
    auto         image = Image2D::New();
    const double spacing[] = { 0.5, 2.0 };
    image->SetRegions(Image2D::SizeType{ { 8, 4 } });
    image->SetSpacing(spacing);
    image->Allocate();
    std::copy(labels.begin(), labels.end(), image->GetBufferPointer());
    return image;
  }

  SegmentationEvaluationByHand()
  {
    m_Filter->SetInput(MakeImage({ 1, 1, 0, 0, 0, 3, 4, 4, //
                                   1, 1, 0, 0, 0, 3, 4, 4, //
                                   0, 0, 0, 0, 0, 0, 0, 0, //
                                   0, 0, 0, 0, 0, 0, 0, 0 }));
    m_Filter->SetTruth(MakeImage({ 5, 5, 5, 0, 0, 9, 9, 9, //
                                   5, 5, 5, 0, 0, 9, 9, 9, //
                                   0, 0, 0, 0, 0, 0, 0, 0, //
                                   0, 0, 0, 0, 0, 0, 0, 0 }));
  }

  FilterType::Pointer m_Filter{ FilterType::New() };
};

// P ∩ T 10, P 10, T 12, background 20. Objects: 4 / 6 and 4 / 6 match at 0.5, the column 3 (2 / 6) does not.
TEST_F(SegmentationEvaluationByHand, PixelsAndObjectsAreThoseWorkedOut)
{
  m_Filter->Update();
  EXPECT_DOUBLE_EQ(m_Filter->GetDice(), 20.0 / 22.0);
  EXPECT_DOUBLE_EQ(m_Filter->GetSpecificity(), 1.0);
  EXPECT_DOUBLE_EQ(m_Filter->GetAccuracy(), 30.0 / 32.0);
  EXPECT_EQ(m_Filter->GetPredictedObjects(), 3.0);
  EXPECT_EQ(m_Filter->GetTrueObjects(), 2.0);
  EXPECT_DOUBLE_EQ(m_Filter->GetMetric("InstancePrecisionAt50"), 2.0 / 3.0);
  EXPECT_DOUBLE_EQ(m_Filter->GetMetric("InstanceRecallAt50"), 1.0);
  EXPECT_DOUBLE_EQ(m_Filter->GetPanopticQuality(), (4.0 / 3.0) / 2.5);
  EXPECT_DOUBLE_EQ(m_Filter->GetSegmentationQuality(), 2.0 / 3.0);
  EXPECT_DOUBLE_EQ(m_Filter->GetMetric("KaggleAveragePrecision65"), 2.0 / 3.0);
  EXPECT_DOUBLE_EQ(m_Filter->GetMetric("KaggleAveragePrecision70"), 0.0);
  EXPECT_DOUBLE_EQ(m_Filter->GetMetric("InstancePrecisionAt70"), 0.0);
  EXPECT_DOUBLE_EQ(m_Filter->GetMetric("InstanceF1At65"), 0.8);
  EXPECT_DOUBLE_EQ(m_Filter->GetKaggleMeanAveragePrecision(), 4.0 * (2.0 / 3.0) / 10.0);
  EXPECT_DOUBLE_EQ(m_Filter->GetAggregatedJaccardIndex(), (4.0 + 4.0) / (6.0 + 6.0 + 2.0));
  EXPECT_EQ(m_Filter->GetSplitObjects(), 1.0);
  EXPECT_EQ(m_Filter->GetMergedObjects(), 0.0);
  EXPECT_EQ(m_Filter->GetMissedObjects(), 0.0);
}

/* Surfaces are in mm: the third column of the left object is 0.5 from the prediction, all else is 0; no pixel is inner.
 * 10 and 12 surface pixels, 2 at 0.5; the larger 95th percentile is the truth's: rank 0.95 * 11 lies among its 0.5. */
TEST_F(SegmentationEvaluationByHand, SurfaceDistancesAreInMillimeters)
{
  m_Filter->SetSurfaceTolerance(0.4);
  m_Filter->Update();
  EXPECT_DOUBLE_EQ(m_Filter->GetHausdorffDistance(), 0.5);
  EXPECT_DOUBLE_EQ(m_Filter->GetHausdorffDistanceOfSets(), 0.5);
  EXPECT_DOUBLE_EQ(m_Filter->GetHausdorffDistance95(), 0.5);
  EXPECT_NEAR(m_Filter->GetPooledHausdorffDistance95(), 0.475, 1e-12); // 0.95 is rounded
  EXPECT_DOUBLE_EQ(m_Filter->GetAverageSymmetricSurfaceDistance(), 1.0 / 22.0);
  EXPECT_DOUBLE_EQ(m_Filter->GetMeanOfAverageSurfaceDistances(), 0.5 / 12.0);
  EXPECT_DOUBLE_EQ(m_Filter->GetSurfaceDice(), 20.0 / 22.0);
  m_Filter->SetSurfaceTolerance(0.5);
  m_Filter->Update();
  EXPECT_DOUBLE_EQ(m_Filter->GetSurfaceDice(), 1.0);
}

/* Outlines leave the image's border open. Prediction: the left object's column 1 and row 1 (3 pixels), column 5 (2),
 * column 6 (2) and the last pixel of row 1; truth: column 2 and row 1 (4 pixels), column 5 and row 1 (4). */
TEST_F(SegmentationEvaluationByHand, OutlinesAreComparedInPixels)
{
  m_Filter->SetBoundaryTolerance(0.0);
  m_Filter->Update();
  EXPECT_DOUBLE_EQ(m_Filter->GetBoundaryPrecision(), 6.0 / 8.0);
  EXPECT_DOUBLE_EQ(m_Filter->GetBoundaryRecall(), 6.0 / 8.0);
  EXPECT_DOUBLE_EQ(m_Filter->GetBoundaryF(), 0.75);
  m_Filter->SetBoundaryTolerance(1.0);
  m_Filter->Update();
  EXPECT_DOUBLE_EQ(m_Filter->GetBoundaryF(), 1.0);
}

TEST_F(SegmentationEvaluationByHand, ClassesAreComparedLabelByLabel)
{
  m_Filter->SetInput(MakeImage({ 1, 1, 0, 0, 0, 2, 2, 2, //
                                 1, 1, 0, 0, 0, 2, 2, 1, //
                                 0, 0, 0, 0, 0, 0, 0, 0, //
                                 0, 0, 0, 0, 0, 0, 0, 0 }));
  m_Filter->SetTruth(MakeImage({ 1, 1, 1, 0, 0, 2, 2, 2, //
                                 1, 1, 1, 0, 0, 2, 2, 2, //
                                 0, 0, 0, 0, 0, 0, 0, 0, //
                                 0, 0, 0, 0, 0, 0, 0, 7 }));
  m_Filter->SetLabels(itk::LabelMeaning::Classes);
  m_Filter->Update();
  const auto & classes = m_Filter->GetScores().Classes;
  ASSERT_EQ(classes.size(), 3u);
  EXPECT_DOUBLE_EQ(classes.at(1).Overlap.Dice(), 8.0 / 11.0);
  EXPECT_DOUBLE_EQ(classes.at(2).Overlap.Dice(), 10.0 / 11.0);
  EXPECT_DOUBLE_EQ(classes.at(7).Overlap.Dice(), 0.0);
  EXPECT_DOUBLE_EQ(classes.at(2).Surface.HausdorffDistance, 0.5);
  EXPECT_TRUE(std::isinf(classes.at(7).Surface.HausdorffDistance));
  EXPECT_EQ(m_Filter->GetClassScores().size(), 3u) << "the decorated output";
  EXPECT_DOUBLE_EQ(classes.at(2).Boundary.F(), 1.0) << "within 2 pixels";
  EXPECT_DOUBLE_EQ(classes.at(7).Boundary.F(), 0.0);
  EXPECT_TRUE(std::isnan(m_Filter->GetPanopticQuality())) << "classes are no objects";

  itk::SegmentationScoreSet set;
  set.Add("a", m_Filter->GetScores());
  m_Filter->SetTruth(m_Filter->GetInput());
  m_Filter->Update();
  set.Add("b", m_Filter->GetScores());
  EXPECT_EQ(set.GetClassLabels(), (std::vector<std::uint64_t>{ 1, 2, 7 }));
  const auto & dice = itk::SegmentationMetric::Get("Dice");
  EXPECT_DOUBLE_EQ(set.GetClass(2).GetMean(dice), (10.0 / 11.0 + 1.0) / 2.0);
  EXPECT_DOUBLE_EQ(set.GetClass(2).GetPooled(dice), 20.0 / 21.0);
  EXPECT_EQ(set.GetClass(7).GetImages().size(), 1u) << "the second image has no such class";
}

TEST_F(SegmentationEvaluationByHand, WhatIsSwitchedOffIsNaNAndTheRestStays)
{
  m_Filter->SetEvaluateBoundary(false);
  m_Filter->SetEvaluateSurface(false);
  m_Filter->Update();
  EXPECT_TRUE(std::isnan(m_Filter->GetBoundaryF()));
  EXPECT_TRUE(std::isnan(m_Filter->GetHausdorffDistance()));
  EXPECT_TRUE(std::isnan(m_Filter->GetSurfaceDice()));
  EXPECT_DOUBLE_EQ(m_Filter->GetDice(), 20.0 / 22.0);
}

TEST_F(SegmentationEvaluationByHand, EmptyPredictionScoresZeroAndIsInfinitelyFar)
{
  m_Filter->SetInput(MakeImage(std::vector<unsigned short>(32, 0)));
  m_Filter->Update();
  EXPECT_EQ(m_Filter->GetDice(), 0.0);
  EXPECT_EQ(m_Filter->GetKaggleMeanAveragePrecision(), 0.0);
  EXPECT_EQ(m_Filter->GetBoundaryF(), 0.0);
  EXPECT_EQ(m_Filter->GetSurfaceDice(), 0.0);
  EXPECT_TRUE(std::isinf(m_Filter->GetHausdorffDistance()));
  m_Filter->SetTruth(m_Filter->GetInput());
  m_Filter->Update();
  for (const auto & metric : itk::SegmentationMetric::GetAll())
  {
    using Kind = itk::SegmentationMetric::Kind;
    if (metric.Name != "TrueNegatives")
    {
      EXPECT_EQ(m_Filter->GetMetric(metric.Name), metric.What == Kind::Ratio ? 1.0 : 0.0) << metric.Name;
    }
  }
}

TEST_F(SegmentationEvaluationByHand, ImageFullOfOneObjectIsNotLikeAnEmptyOne)
{
  m_Filter->SetInput(MakeImage(std::vector<unsigned short>(32, 6)));
  m_Filter->SetTruth(MakeImage(std::vector<unsigned short>(32, 0)));
  m_Filter->Update();
  for (const auto & metric : itk::SegmentationMetric::GetAll())
  {
    if (metric.What == itk::SegmentationMetric::Kind::Ratio)
    {
      EXPECT_EQ(m_Filter->GetMetric(metric.Name), 0.0) << metric.Name;
    }
  }
}

TEST_F(SegmentationEvaluationByHand, NumbersAreNaNBeforeTheFirstUpdate)
{
  for (const auto & metric : itk::SegmentationMetric::GetAll())
  {
    EXPECT_TRUE(std::isnan(m_Filter->GetMetric(metric.Name))) << metric.Name;
  }
}

TEST(SegmentationEvaluationOfSmallImages, OnePixelAndOneRowAreScored)
{
  for (const auto & size :
       { Image2D::SizeType{ { 1, 1 } }, Image2D::SizeType{ { 7, 1 } }, Image2D::SizeType{ { 1, 6 } } })
  {
    auto one = Image2D::New();
    one->SetRegions(size);
    one->Allocate();
    one->FillBuffer(3);
    auto none = Image2D::New();
    none->SetRegions(size);
    none->Allocate(true);
    auto filter = itk::SegmentationEvaluationImageFilter<Image2D>::New();
    filter->SetInput(one);
    filter->SetTruth(one);
    filter->Update();
    EXPECT_EQ(filter->GetBoundaryF(), 1.0);
    EXPECT_EQ(filter->GetHausdorffDistance(), 0.0);
    EXPECT_EQ(filter->GetKaggleMeanAveragePrecision(), 1.0);
    filter->SetTruth(none);
    filter->Update();
    EXPECT_EQ(filter->GetBoundaryF(), 0.0);
    EXPECT_TRUE(std::isinf(filter->GetHausdorffDistance()));
  }
}

TEST_F(SegmentationEvaluationByHand, ToleranceBelowZeroIsRefused)
{
  m_Filter->SetBoundaryTolerance(-1.0);
  const std::string message = UpdateError(m_Filter.GetPointer());
  EXPECT_NE(message.find("BoundaryTolerance"), std::string::npos) << message;
  EXPECT_NE(message.find("-1"), std::string::npos) << message;
}

TEST(SegmentationEvaluationImageFilterLabels, MayExceed31Bits)
{
  using WideImage = itk::Image<std::uint64_t, 2>;
  auto image = WideImage::New();
  image->SetRegions(WideImage::SizeType{ { 3, 1 } });
  image->Allocate();
  image->GetBufferPointer()[0] = std::uint64_t{ 1 } << 31;
  image->GetBufferPointer()[1] = (std::uint64_t{ 1 } << 40) + (std::uint64_t{ 1 } << 31);
  image->GetBufferPointer()[2] = ~std::uint64_t{ 0 };
  auto filter = itk::SegmentationEvaluationImageFilter<WideImage>::New();
  filter->SetInput(image);
  filter->SetTruth(image);
  filter->Update();
  EXPECT_EQ(filter->GetTrueObjects(), 3.0);
  EXPECT_EQ(filter->GetKaggleMeanAveragePrecision(), 1.0);
}

TEST(SegmentationEvaluation, ReportsProgressAndCanBeAbortedWithinALongStep)
{
  const auto makeDisks = [](double shift)
  {
    auto image = NewImage<itk::Image<short, 2>>(1000);
    for (itk::ImageRegionIteratorWithIndex<itk::Image<short, 2>> it(image, image->GetBufferedRegion()); !it.IsAtEnd();
         ++it)
    {
      const double x = static_cast<double>(it.GetIndex()[0]) + shift;
      const double y = static_cast<double>(it.GetIndex()[1]);
      const bool   isDisk = std::hypot(std::remainder(x, 40.0), std::remainder(y, 40.0)) < 15.0;
      it.Set(isDisk ? static_cast<short>(1 + 30 * std::nearbyint(x / 40.0 + 2.0) + std::nearbyint(y / 40.0 + 2.0)) : 0);
    }
    return image;
  };
  const auto prediction = makeDisks(0.0);
  const auto truth = makeDisks(3.0);
  const auto filter = itk::SegmentationEvaluationImageFilter<itk::Image<short, 2>, itk::Image<short, 2>>::New();
  filter->SetInput(prediction);
  filter->SetTruth(truth);
  itk::Test::ExpectProgressAndAborts(filter.GetPointer(), 0.35);
}
