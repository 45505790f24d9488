// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCannyComparisonImageFilter.h"
#include "itkNucleiPhantomImageSource.h"
#include "itkTestHelpers.h"
#include "itkTorchCannyEdgeDetectionImageFilter.h"
#include "itkTorchTestDevices.h"
#include "itkTorchTestImages.h"

#include "itkCastImageFilter.h"
#include "itkImageRegionConstIteratorWithIndex.h"
#include "itkImageRegionIterator.h"
#include "itkStreamingImageFilter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

namespace
{
template <unsigned int D>
struct Images
{
  using ImageType = itk::Image<unsigned char, D>;
  using LabelType = itk::Image<unsigned short, D>;
  using FilterType = itk::CannyComparisonImageFilter<ImageType, LabelType>;

  typename ImageType::Pointer Image;
  typename LabelType::Pointer Truth;
  typename LabelType::Pointer Segmentation{ LabelType::New() };

  /** Nuclei, and as their segmentation the truth one pixel to the right without every third nucleus. */
  Images()
  {
    auto                         phantom = itk::NucleiPhantomImageSource<ImageType, LabelType>::New();
    typename ImageType::SizeType size;
    for (unsigned int axis = 0; axis < D; ++axis)
    {
      size[axis] = D == 2 ? 61 - 8 * axis : 33 - 4 * axis;
    }
    typename ImageType::IndexType     start;
    typename ImageType::SpacingType   spacing;
    typename ImageType::DirectionType direction;
    direction.SetIdentity();
    direction[0][0] = direction[1][1] = 0.8;
    direction[0][1] = -(direction[1][0] = 0.6);
    for (unsigned int axis = 0; axis < D; ++axis)
    {
      start[axis] = 3 - 4 * static_cast<int>(axis);
      spacing[axis] = 0.8 + 0.3 * axis;
    }
    phantom->SetSize(size);
    phantom->SetStartIndex(start);
    phantom->SetSpacing(spacing);
    phantom->SetDirection(direction);
    phantom->SetMeanRadius(D == 2 ? 7.0 : 5.0);
    phantom->Update();
    Image = phantom->GetOutput();
    Truth = phantom->GetLabelOutput();
    Segmentation->CopyInformation(Truth);
    Segmentation->SetRegions(Truth->GetBufferedRegion());
    Segmentation->Allocate(true);
    const auto * const from = Truth->GetBufferPointer();
    const auto         count = Truth->GetBufferedRegion().GetNumberOfPixels();
    for (itk::SizeValueType i = 1; i < count; ++i)
    {
      Segmentation->GetBufferPointer()[i] = from[i - 1] % 3 == 0 ? 0 : from[i - 1];
    }
  }

  typename FilterType::Pointer
  MakeFilter() const
  {
    auto filter = FilterType::New();
    filter->SetInput(Image);
    filter->SetSegmentation(Segmentation);
    filter->SetTruth(Truth);
    filter->SetDevice("cpu");
    return filter;
  }
};

template <typename TImage>
bool
IsOutline(const TImage * labels, const typename TImage::IndexType & index)
{
  const auto label = labels->GetPixel(index);
  for (unsigned int axis = 0; axis < TImage::ImageDimension && label != 0; ++axis)
  {
    for (const int step : { -1, 1 })
    {
      auto neighbor = index;
      neighbor[axis] += step;
      if (labels->GetBufferedRegion().IsInside(neighbor) && labels->GetPixel(neighbor) != label)
      {
        return true;
      }
    }
  }
  return false;
}

template <typename TImage>
std::vector<typename TImage::IndexType>
OutlineOf(const TImage * labels)
{
  std::vector<typename TImage::IndexType> outline;
  for (itk::ImageRegionConstIteratorWithIndex<TImage> it(labels, labels->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    if (IsOutline(labels, it.GetIndex()))
    {
      outline.push_back(it.GetIndex());
    }
  }
  return outline;
}

template <typename TIndex>
bool
IsNear(const TIndex & index, const std::vector<TIndex> & others, double tolerance)
{
  return std::any_of(others.begin(),
                     others.end(),
                     [&](const TIndex & other)
                     {
                       double squared = 0.0;
                       for (unsigned int axis = 0; axis < TIndex::Dimension; ++axis)
                       {
                         squared += std::pow(static_cast<double>(index[axis] - other[axis]), 2);
                       }
                       return squared <= tolerance * tolerance + 1e-9;
                     });
}

/** The part of some pixels that are near others. */
template <typename TIndex>
double
PartNear(const std::vector<TIndex> & some, const std::vector<TIndex> & others, double tolerance)
{
  const auto near =
    std::count_if(some.begin(), some.end(), [&](const TIndex & index) { return IsNear(index, others, tolerance); });
  return static_cast<double>(near) / static_cast<double>(some.size());
}
} // namespace

template <typename TDimension>
class CannyComparisonImageFilter : public ::testing::Test
{};
using Dimensions = ::testing::Types<std::integral_constant<unsigned int, 2>, std::integral_constant<unsigned int, 3>>;
TYPED_TEST_SUITE(CannyComparisonImageFilter, Dimensions);

TYPED_TEST(CannyComparisonImageFilter, PixelsAreThoseOfLookingAtAllPairs)
{
  constexpr unsigned int D = TypeParam::value;
  const Images<D>        images;
  using IndexType = typename Images<D>::ImageType::IndexType;
  for (const double tolerance : { 0.0, 1.0, 1.5, 2.0 })
  {
    const auto filter = images.MakeFilter();
    filter->SetAgreementTolerance(tolerance);
    filter->Update();
    std::vector<IndexType>                                                edges;
    std::vector<IndexType>                                                outline;
    itk::ImageRegionConstIteratorWithIndex<typename Images<D>::ImageType> it(filter->GetEdges(),
                                                                             images.Image->GetBufferedRegion());
    for (; !it.IsAtEnd(); ++it)
    {
      if (it.Get() != 0)
      {
        edges.push_back(it.GetIndex());
      }
      if (IsOutline(images.Segmentation.GetPointer(), it.GetIndex()))
      {
        outline.push_back(it.GetIndex());
      }
    }
    ASSERT_GT(edges.size(), 50u);
    ASSERT_GT(outline.size(), 50u);
    std::map<int, int> counts;
    for (it.GoToBegin(); !it.IsAtEnd(); ++it)
    {
      const bool isEdge = it.Get() != 0;
      const bool isOutline = IsOutline(images.Segmentation.GetPointer(), it.GetIndex());
      const bool isBoth =
        (isEdge && IsNear(it.GetIndex(), outline, tolerance)) || (isOutline && IsNear(it.GetIndex(), edges, tolerance));
      const int expected = isBoth ? 1 : isEdge ? 2 : isOutline ? 3 : 0;
      ASSERT_EQ(filter->GetOutput()->GetPixel(it.GetIndex()), expected) << it.GetIndex();
      ++counts[expected];
    }
    EXPECT_EQ(counts.size(), 4u) << "every value occurs";
  }
}

TYPED_TEST(CannyComparisonImageFilter, EdgesAreThoseOfTheCannyFilter)
{
  constexpr unsigned int D = TypeParam::value;
  const Images<D>        images;
  const auto             filter = images.MakeFilter();
  filter->Update();
  using FloatType = itk::Image<float, D>;
  auto cast = itk::CastImageFilter<typename Images<D>::ImageType, FloatType>::New();
  cast->SetInput(images.Image);
  auto canny = itk::TorchCannyEdgeDetectionImageFilter<FloatType, FloatType>::New();
  canny->SetInput(cast->GetOutput());
  canny->SetParameters(filter->GetCannyParameters());
  canny->Update();
  itk::ImageRegionConstIterator<FloatType> expected(canny->GetOutput(), images.Image->GetBufferedRegion());
  for (itk::ImageRegionConstIterator<typename Images<D>::ImageType> it(filter->GetEdges(), expected.GetRegion());
       !it.IsAtEnd();
       ++it, ++expected)
  {
    ASSERT_EQ(it.Get(), expected.Get());
  }
  EXPECT_GT(filter->GetUpperThreshold(), filter->GetLowerThreshold());
  EXPECT_GT(filter->GetLowerThreshold(), 0.0);
}

TYPED_TEST(CannyComparisonImageFilter, NumbersAreThoseOfTheOutlines)
{
  const Images<TypeParam::value> images;
  const auto                     filter = images.MakeFilter();
  filter->SetTruth(images.Segmentation);
  filter->Update();
  EXPECT_EQ(filter->GetSegmentationF(), (std::vector<double>{ 1, 1, 1 }));
  EXPECT_EQ(filter->GetSegmentationMeanDistance(), 0.0);
  EXPECT_EQ(filter->GetSegmentationHausdorffDistance95(), 0.0);
  EXPECT_EQ(filter->GetCannyF(), filter->GetAgreementF()) << "the truth is the segmentation";
  EXPECT_LT(filter->GetCannyF()[0], filter->GetCannyF()[2]);
  filter->SetTruth(images.Truth);
  filter->Update();
  const auto outline = OutlineOf(images.Segmentation.GetPointer());
  const auto real = OutlineOf(images.Truth.GetPointer());
  using ImageType = typename Images<TypeParam::value>::ImageType;
  std::vector<typename ImageType::IndexType>        edges;
  itk::ImageRegionConstIteratorWithIndex<ImageType> it(filter->GetEdges(), images.Image->GetBufferedRegion());
  for (; !it.IsAtEnd(); ++it)
  {
    if (it.Get() != 0)
    {
      edges.push_back(it.GetIndex());
    }
  }
  for (int i = 0; i < 3; ++i)
  {
    EXPECT_DOUBLE_EQ(filter->GetCannyPrecision()[i], PartNear(edges, real, i + 1.0));
    EXPECT_DOUBLE_EQ(filter->GetCannyRecall()[i], PartNear(real, edges, i + 1.0));
    EXPECT_DOUBLE_EQ(filter->GetSegmentationPrecision()[i], PartNear(outline, real, i + 1.0));
    EXPECT_DOUBLE_EQ(filter->GetSegmentationRecall()[i], PartNear(real, outline, i + 1.0));
    EXPECT_NEAR(
      filter->GetCannyF()[i], 2 / (1 / filter->GetCannyPrecision()[i] + 1 / filter->GetCannyRecall()[i]), 1e-12);
  }
  EXPECT_GT(filter->GetSegmentationMeanDistance(), 0.5);
}

class CannyComparisonOnDevice : public ::testing::TestWithParam<const char *>
{
protected:
  template <unsigned int D>
  void
  ExpectThatOfTheHost()
  {
    using AgreementType = typename Images<D>::FilterType::AgreementImageType;
    const Images<D> images;
    const auto      reference = images.MakeFilter();
    const auto      filter = images.MakeFilter();
    filter->SetDevice(GetParam());
    reference->Update();
    filter->Update();
    EXPECT_EQ(filter->GetCannyF(), reference->GetCannyF());
    EXPECT_EQ(filter->GetSegmentationMeanDistance(), reference->GetSegmentationMeanDistance());
    itk::ImageRegionConstIterator<AgreementType> expected(reference->GetOutput(), images.Image->GetBufferedRegion());
    for (itk::ImageRegionConstIterator<AgreementType> it(filter->GetOutput(), expected.GetRegion()); !it.IsAtEnd();
         ++it, ++expected)
    {
      ASSERT_EQ(it.Get(), expected.Get());
    }
  }
};

TEST_P(CannyComparisonOnDevice, EqualsThatOfTheHost)
{
  ITKTorch_SKIP_WITHOUT_DEVICE(itk::TorchDevice(GetParam()));
  this->ExpectThatOfTheHost<2>();
  this->ExpectThatOfTheHost<3>();
}

INSTANTIATE_TEST_SUITE_P(Devices, CannyComparisonOnDevice, itk::Test::DeviceNames());

class CannyComparisonOnPlane : public ::testing::Test
{
protected:
  using ImagesType = Images<2>;
  ImagesType                      m_Images;
  ImagesType::FilterType::Pointer m_Filter{ m_Images.MakeFilter() };
};

TEST_F(CannyComparisonOnPlane, OverlayShowsTheImageAndTheAgreement)
{
  m_Filter->Update();
  const auto * const overlay = m_Filter->GetOverlay();
  EXPECT_EQ(overlay->GetOrigin(), m_Images.Image->GetOrigin());
  unsigned int brightest = 0;
  unsigned int darkest = 255;
  for (itk::ImageRegionConstIteratorWithIndex<ImagesType::FilterType::AgreementImageType> it(
         m_Filter->GetOutput(), m_Images.Image->GetBufferedRegion());
       !it.IsAtEnd();
       ++it)
  {
    const auto color = overlay->GetPixel(it.GetIndex());
    if (it.Get() == 0)
    {
      ASSERT_TRUE(color[0] == color[1] && color[1] == color[2]);
      brightest = std::max<unsigned int>(brightest, color[0]);
      darkest = std::min<unsigned int>(darkest, color[0]);
    }
    else
    {
      const auto expected = itk::CannyComparison::GetColor(static_cast<itk::CannyAgreement>(it.Get()));
      ASSERT_TRUE(color[0] == expected[0] && color[1] == expected[1] && color[2] == expected[2]);
    }
  }
  EXPECT_EQ(brightest, 255u) << "the 99th percentile is white";
  EXPECT_EQ(darkest, 0u);
}

TEST_F(CannyComparisonOnPlane, NumbersAgainstNoTruthAreNaN)
{
  m_Filter->SetTruth(nullptr);
  m_Filter->Update();
  ASSERT_EQ(m_Filter->GetCannyF().size(), 3u);
  for (const double value : { m_Filter->GetCannyF()[1],
                              m_Filter->GetCannyPrecision()[0],
                              m_Filter->GetSegmentationRecall()[2],
                              m_Filter->GetCannyMeanDistance(),
                              m_Filter->GetSegmentationHausdorffDistance95() })
  {
    EXPECT_TRUE(std::isnan(value));
  }
  EXPECT_GT(m_Filter->GetAgreementF()[1], 0.0);
}

TEST_F(CannyComparisonOnPlane, OneToOneMatchesAreFewer)
{
  m_Filter->Update();
  const auto within = m_Filter->GetCannyPrecision();
  m_Filter->SetMatching(itk::BoundaryMatching::Maximum);
  m_Filter->Update();
  for (int i = 0; i < 3; ++i)
  {
    EXPECT_LT(m_Filter->GetCannyPrecision()[i], within[i]);
    EXPECT_GT(m_Filter->GetCannyPrecision()[i], 0.5 * within[i]);
  }
}

TEST_F(CannyComparisonOnPlane, TolerancesMayBeInPhysicalUnits)
{
  m_Filter->SetTolerances({ 1.5 });
  m_Filter->Update();
  const double inPixels = m_Filter->GetCannyF()[0];
  const double spacing = m_Images.Image->GetSpacing()[0];
  const double other = m_Images.Image->GetSpacing()[1];
  ASSERT_NE(spacing, other);
  m_Filter->SetUseImageSpacing(true);
  m_Filter->SetTolerances({ 1.5 * std::max(spacing, other), 1.5 * std::min(spacing, other) });
  m_Filter->Update();
  EXPECT_GE(m_Filter->GetCannyF()[0], inPixels);
  EXPECT_LE(m_Filter->GetCannyF()[1], inPixels);
  EXPECT_LT(m_Filter->GetCannyF()[1], m_Filter->GetCannyF()[0]);
}

TEST_F(CannyComparisonOnPlane, StreamingConsumerSeesTheWholeImagesComparison)
{
  using AgreementType = ImagesType::FilterType::AgreementImageType;
  auto       streamer = itk::StreamingImageFilter<AgreementType, AgreementType>::New();
  const auto streamed = m_Images.MakeFilter();
  streamer->SetInput(streamed->GetOutput());
  streamer->SetNumberOfStreamDivisions(4);
  streamer->Update();
  m_Filter->Update();
  itk::ImageRegionConstIterator<AgreementType> expected(m_Filter->GetOutput(), m_Images.Image->GetBufferedRegion());
  for (itk::ImageRegionConstIterator<AgreementType> it(streamer->GetOutput(), expected.GetRegion()); !it.IsAtEnd();
       ++it, ++expected)
  {
    ASSERT_EQ(it.Get(), expected.Get());
  }
}

TEST_F(CannyComparisonOnPlane, UpdatingOneNumberRunsTheFilter)
{
  const_cast<itk::SimpleDataObjectDecorator<std::vector<double>> *>(m_Filter->GetCannyFOutput())->Update();
  EXPECT_EQ(m_Filter->GetCannyF().size(), 3u);
  EXPECT_EQ(m_Filter->GetOutput()->GetBufferedRegion(), m_Images.Image->GetBufferedRegion());
}

TEST(CannyComparisonOfFloats, PixelsThatAreNoNumbersAreRefusedAndSmallImagesCompared)
{
  using FloatType = itk::Image<float, 2>;
  using LabelType = itk::Image<unsigned short, 2>;
  for (const auto & size :
       { FloatType::SizeType{ { 1, 1 } }, FloatType::SizeType{ { 9, 1 } }, FloatType::SizeType{ { 1, 9 } } })
  {
    auto image = FloatType::New();
    image->SetRegions(size);
    image->Allocate(true);
    auto labels = LabelType::New();
    labels->SetRegions(size);
    labels->Allocate(true);
    auto filter = itk::CannyComparisonImageFilter<FloatType, LabelType>::New();
    filter->SetInput(image);
    filter->SetSegmentation(labels);
    filter->SetTruth(labels);
    filter->Update();
    EXPECT_EQ(filter->GetCannyF(), (std::vector<double>{ 1, 1, 1 })) << "neither edges nor outlines";
    EXPECT_EQ(filter->GetSegmentationF(), (std::vector<double>{ 1, 1, 1 }));
    auto other = LabelType::New();
    other->SetRegions(size);
    other->Allocate();
    other->FillBuffer(2);
    filter->SetTruth(other);
    filter->Update();
    EXPECT_EQ(filter->GetSegmentationF(), (std::vector<double>{ 0, 0, 0 })) << "outlines in the truth alone";
    image->GetBufferPointer()[0] = std::numeric_limits<float>::quiet_NaN();
    image->Modified();
    itk::Test::ExpectContains(itk::Test::MessageOf([&] { filter->Update(); }), "finite");
    image->GetBufferPointer()[0] = 0.0f;
    image->SetSpacing(3.0);
    image->Modified();
    itk::Test::ExpectContains(itk::Test::MessageOf([&] { filter->Update(); }), "same physical space");
  }
}

TEST_F(CannyComparisonOnPlane, WrongInputIsNamed)
{
  const auto message = [this] { return itk::Test::MessageOf([this] { m_Filter->Update(); }); };
  m_Filter->SetTolerances({});
  itk::Test::ExpectContains(message(), "Tolerances must be at least 1 number");
  m_Filter->SetTolerances({ 1.0, -2.0 });
  itk::Test::ExpectContains(message(), "-2");
  m_Filter->SetTolerances({ 1.0 });
  auto canny = m_Filter->GetCannyParameters();
  canny.ThresholdRule = itk::CannyThresholdRule::Given;
  canny.LowerThreshold = 5.0;
  canny.UpperThreshold = 2.0;
  m_Filter->SetCannyParameters(canny);
  itk::Test::ExpectContains(message(), "LowerThreshold");
  canny.UpperThreshold = 8.0;
  m_Filter->SetCannyParameters(canny);
  const auto small = ImagesType::LabelType::New();
  small->CopyInformation(m_Images.Image);
  small->SetRegions(ImagesType::LabelType::SizeType{ { 3, 3 } });
  small->Allocate(true);
  m_Filter->SetTruth(small);
  itk::Test::ExpectContains(message(), "[3, 3]");
}
