// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSegmentationEvaluationImageFilter.h"

#include "itkImageRegionIteratorWithIndex.h"
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
RandomLabels(unsigned int seed)
{
  auto         image = NewImage<TImage>();
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

using PredictionTypes = ::testing::Types<itk::Image<unsigned char, 2>, itk::Image<float, 2>, itk::Image<int, 3>>;
TYPED_TEST_SUITE(SegmentationEvaluationImageFilter, PredictionTypes);

TYPED_TEST(SegmentationEvaluationImageFilter, CountsAndImageEqualAPixelByPixelReference)
{
  using TruthType = itk::Image<unsigned short, TypeParam::ImageDimension>;
  const auto prediction = RandomLabels<TypeParam>(1);
  const auto truth = RandomLabels<TruthType>(2);

  auto filter = itk::SegmentationEvaluationImageFilter<TypeParam, TruthType>::New();
  filter->SetInput(prediction);
  filter->SetTruth(truth);
  filter->SetNumberOfWorkUnits(3);
  filter->Update();

  itk::SegmentationOverlap expected;
  const auto *             agreement = filter->GetOutput();
  ASSERT_EQ(agreement->GetBufferedRegion(), prediction->GetBufferedRegion());
  EXPECT_EQ(agreement->GetSpacing(), prediction->GetSpacing());
  EXPECT_EQ(agreement->GetDirection(), prediction->GetDirection());
  for (itk::ImageRegionConstIteratorWithIndex<TypeParam> it(prediction, prediction->GetBufferedRegion()); !it.IsAtEnd();
       ++it)
  {
    const bool predicted = it.Get() != 0;
    const bool real = truth->GetPixel(it.GetIndex()) != 0;
    expected.TruePositives += predicted && real;
    expected.FalsePositives += predicted && !real;
    expected.FalseNegatives += !predicted && real;
    expected.TrueNegatives += !predicted && !real;
    EXPECT_EQ(agreement->GetPixel(it.GetIndex()), predicted ? (real ? 1 : 2) : (real ? 3 : 0)) << it.GetIndex();
  }
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
