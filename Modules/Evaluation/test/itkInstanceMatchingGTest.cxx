// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkInstanceMatching.h"

#include "itkTorchRandom.h"

#include "itkImage.h"
#include "itkImageRegionIteratorWithIndex.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>

namespace
{
using Labels = std::vector<std::uint32_t>;
using WideLabels = std::vector<std::uint64_t>;

template <typename TPredicted, typename TTrue>
itk::InstanceMatching
Match(const std::vector<TPredicted> & predicted, const std::vector<TTrue> & truth)
{
  EXPECT_EQ(predicted.size(), truth.size());
  return { predicted.data(), truth.data(), truth.size() };
}

void
ExpectCounts(const itk::InstanceCounts & actual, const itk::InstanceCounts & expected)
{
  EXPECT_EQ(actual.TruePositives, expected.TruePositives);
  EXPECT_EQ(actual.FalsePositives, expected.FalsePositives);
  EXPECT_EQ(actual.FalseNegatives, expected.FalseNegatives);
  EXPECT_EQ(actual.MergedObjects, expected.MergedObjects);
  EXPECT_EQ(actual.SplitObjects, expected.SplitObjects);
  EXPECT_EQ(actual.MissedObjects, expected.MissedObjects);
}

template <typename TCall>
std::string
ErrorOf(TCall call)
{
  try
  {
    call();
  }
  catch (const itk::ExceptionObject & error)
  {
    return error.GetDescription();
  }
  return "no exception";
}

/** The definitions word by word, with a pass over all pixels for each pair of labels. */
class SlowMatching
{
public:
  SlowMatching(const Labels & predicted, const Labels & truth)
    : m_Predicted(predicted)
    , m_Truth(truth)
    , m_PredictedObjects(Objects(predicted))
    , m_TrueObjects(Objects(truth))
  {}

  itk::InstanceCounts
  GetCounts(double threshold) const
  {
    itk::InstanceCounts     counts;
    std::set<std::uint32_t> matchedPredicted;
    std::set<std::uint32_t> matchedTrue;
    std::set<std::uint32_t> assigned;
    for (const auto p : m_PredictedObjects)
    {
      std::uint64_t assignedToOne = 0;
      for (const auto t : m_TrueObjects)
      {
        const double shared = Count([p, t](auto a, auto b) { return a == p && b == t; });
        if (shared / Count([p, t](auto a, auto b) { return a == p || b == t; }) > threshold)
        {
          ++counts.TruePositives;
          matchedPredicted.insert(p);
          matchedTrue.insert(t);
        }
        if (shared / Count([t](auto, auto b) { return b == t; }) > 0.5)
        {
          ++assignedToOne;
          assigned.insert(t);
        }
      }
      counts.MergedObjects += assignedToOne > 1 ? assignedToOne - 1 : 0;
    }
    for (const auto t : m_TrueObjects)
    {
      std::uint64_t assignedToOne = 0;
      for (const auto p : m_PredictedObjects)
      {
        const double shared = Count([p, t](auto a, auto b) { return a == p && b == t; });
        assignedToOne += shared / Count([p](auto a, auto) { return a == p; }) > 0.5;
      }
      counts.SplitObjects += assignedToOne > 1 ? assignedToOne - 1 : 0;
    }
    counts.FalsePositives = m_PredictedObjects.size() - matchedPredicted.size();
    counts.FalseNegatives = m_TrueObjects.size() - matchedTrue.size();
    counts.MissedObjects = m_TrueObjects.size() - assigned.size();
    return counts;
  }

private:
  static std::set<std::uint32_t>
  Objects(const Labels & labels)
  {
    std::set<std::uint32_t> objects(labels.begin(), labels.end());
    objects.erase(0);
    return objects;
  }

  template <typename TPredicate>
  double
  Count(TPredicate isCounted) const
  {
    double count = 0.0;
    for (std::size_t i = 0; i < m_Truth.size(); ++i)
    {
      count += isCounted(m_Predicted[i], m_Truth[i]);
    }
    return count;
  }

  const Labels &                m_Predicted;
  const Labels &                m_Truth;
  const std::set<std::uint32_t> m_PredictedObjects;
  const std::set<std::uint32_t> m_TrueObjects;
};

/** Runs of up to 12 pixels with one of 16 labels, 0 among them. */
Labels
RandomTruth(itk::TorchRandom & random, std::size_t size)
{
  Labels labels;
  while (labels.size() < size)
  {
    labels.insert(labels.end(), 1 + random.Bits() % 12, random.Bits() % 16);
  }
  labels.resize(size);
  return labels;
}

/** The truth under other labels, some of them fused, with pixels changed and parts cut off. */
Labels
RandomPrediction(itk::TorchRandom & random, const Labels & truth)
{
  const std::uint32_t fused = 1 + random.Bits() % 5;
  const std::uint32_t cut = random.Bits() % 16;
  const std::uint32_t percent = random.Bits() % 40;
  Labels              labels;
  for (const auto label : truth)
  {
    const std::uint32_t other = label == 0 ? 0 : 100 + label / fused;
    labels.push_back(label == cut && labels.size() % 3 == 0 ? 50 : other);
    if (random.Bits() % 100 < percent)
    {
      labels.back() = random.Bits() % 2 * (98 + random.Bits() % 16);
    }
  }
  return labels;
}
} // namespace

TEST(InstanceMatching, EqualObjectsMatchWhateverTheirLabels)
{
  const auto matching = Match(Labels{ 0, 9, 9, 0, 4, 4, 0 }, Labels{ 0, 1, 1, 0, 2, 2, 0 });
  EXPECT_EQ(matching.GetNumberOfPredictedObjects(), 2u);
  EXPECT_EQ(matching.GetNumberOfTrueObjects(), 2u);
  ExpectCounts(matching.GetCounts(0.99), { 2, 0, 0, 0, 0, 0 });
  EXPECT_EQ(matching.AveragePrecision(0.99), 1.0);
}

// Worked by hand: |P and T| = 2 of |P| = 3, |T| = 4, hence 2 / (3 + 4 - 2). Exact up to one rounding.
TEST(InstanceMatching, OverlapsAreOrderedAndCounted)
{
  const auto   matching = Match(Labels{ 8, 8, 8, 3, 3, 0 }, Labels{ 0, 5, 5, 5, 5, 0 });
  const auto & overlaps = matching.GetOverlaps();
  ASSERT_EQ(overlaps.size(), 2u);
  EXPECT_EQ(overlaps[0].PredictedLabel, 3u);
  EXPECT_EQ(overlaps[1].PredictedLabel, 8u);
  EXPECT_EQ(overlaps[1].TrueLabel, 5u);
  EXPECT_EQ(overlaps[1].PredictedPixels, 3u);
  EXPECT_EQ(overlaps[1].TruePixels, 4u);
  EXPECT_EQ(overlaps[1].SharedPixels, 2u);
  EXPECT_DOUBLE_EQ(overlaps[1].IntersectionOverUnion(), 2.0 / 5.0);
}

TEST(InstanceMatching, TwoNucleiInOneBlobAreOneMerge)
{
  const Labels blob{ 1, 1, 1, 1, 1, 1, 1 };
  const Labels nuclei{ 1, 1, 1, 0, 2, 2, 2 };
  ExpectCounts(Match(blob, nuclei).GetCounts(0.5), { 0, 1, 2, 1, 0, 0 });
}

TEST(InstanceMatching, OneNucleusInTwoPartsIsOneSplit)
{
  const Labels parts{ 1, 1, 1, 0, 2, 2, 2 };
  const Labels nucleus{ 1, 1, 1, 1, 1, 1, 1 };
  ExpectCounts(Match(parts, nucleus).GetCounts(0.5), { 0, 2, 1, 0, 1, 1 });
}

// The large nucleus still matches, 6 / 10; both of the small ones are merged with it.
TEST(InstanceMatching, MergedObjectsAreThoseBeyondTheFirst)
{
  const Labels blob{ 7, 7, 7, 7, 7, 7, 7, 7, 7, 7 };
  const Labels nuclei{ 1, 1, 1, 1, 1, 1, 2, 2, 3, 3 };
  ExpectCounts(Match(blob, nuclei).GetCounts(0.5), { 1, 0, 2, 2, 0, 0 });
}

// 4 / 5 and 3 / 4, with the border between them one pixel off.
TEST(InstanceMatching, TouchingObjectsThatAreToldApartAreNotMerged)
{
  const auto matching = Match(Labels{ 1, 1, 1, 1, 1, 2, 2, 2 }, Labels{ 1, 1, 1, 1, 2, 2, 2, 2 });
  ExpectCounts(matching.GetCounts(0.5), { 2, 0, 0, 0, 0, 0 });
  ExpectCounts(matching.GetCounts(0.75), { 1, 1, 1, 0, 0, 0 });
  EXPECT_DOUBLE_EQ(matching.AveragePrecision(0.75), 1.0 / 3.0);
}

TEST(InstanceMatching, IntersectionOverUnionEqualToTheThresholdIsNoMatch)
{
  EXPECT_EQ(Match(Labels{ 1, 1, 0, 0 }, Labels{ 1, 1, 1, 1 }).GetCounts(0.5).TruePositives, 0u);
  EXPECT_EQ(Match(Labels{ 1, 1, 0 }, Labels{ 1, 1, 1 }).GetCounts(0.5).TruePositives, 1u);
  const Labels ten(10, 1);
  const Labels seven{ 1, 1, 1, 1, 1, 1, 1, 0, 0, 0 };
  EXPECT_EQ(Match(seven, ten).GetCounts(0.7).TruePositives, 0u);
  EXPECT_EQ(Match(seven, ten).GetCounts(0.69).TruePositives, 1u);
}

TEST(InstanceMatching, ObjectThatIsHalfCoveredIsMissed)
{
  EXPECT_EQ(Match(Labels{ 1, 1, 0, 0 }, Labels{ 1, 1, 1, 1 }).GetNumberOfMissedObjects(), 1u);
  EXPECT_EQ(Match(Labels{ 1, 1, 1, 0 }, Labels{ 1, 1, 1, 1 }).GetNumberOfMissedObjects(), 0u);
}

TEST(InstanceMatching, NoObjectsWhereThereAreNoneIsPerfect)
{
  const auto matching = Match(Labels(5, 0), Labels(5, 0));
  ExpectCounts(matching.GetCounts(0.5), {});
  EXPECT_EQ(matching.AveragePrecision(0.5), 1.0);
  EXPECT_EQ(Match(Labels{}, Labels{}).AveragePrecision(0.5), 1.0);
}

TEST(InstanceMatching, ObjectsOnOneSideOnlyGiveZero)
{
  const Labels none(5, 0);
  const Labels one{ 0, 3, 3, 3, 0 };
  ExpectCounts(Match(none, one).GetCounts(0.5), { 0, 0, 1, 0, 0, 1 });
  ExpectCounts(Match(one, none).GetCounts(0.5), { 0, 1, 0, 0, 0, 0 });
  EXPECT_EQ(Match(none, one).AveragePrecision(0.5), 0.0);
  EXPECT_EQ(Match(one, none).AveragePrecision(0.5), 0.0);
}

// The wide labels are equal in their lower 32 bits.
TEST(InstanceMatching, LabelsMayBeFarApart)
{
  const std::uint32_t large = std::uint32_t{ 1 } << 31;
  const std::uint64_t wide = (std::uint64_t{ 1 } << 40) + large;
  const WideLabels    predicted{ large, large, wide, wide, 0, 0 };
  const Labels        truth{ 7, 7, large, large, 0, 1 };
  const auto          matching = Match(predicted, truth);
  EXPECT_EQ(matching.GetNumberOfPredictedObjects(), 2u);
  EXPECT_EQ(matching.GetOverlaps().back().PredictedLabel, wide);
  EXPECT_EQ(matching.GetOverlaps().back().TrueLabel, large);
  ExpectCounts(matching.GetCounts(0.5), { 2, 0, 1, 0, 0, 1 });
}

TEST(InstanceMatching, RandomLabelsAgreeWithASlowReference)
{
  itk::TorchRandom    random(3);
  itk::InstanceCounts sum;
  for (int i = 0; i < 60; ++i)
  {
    const Labels       truth = RandomTruth(random, 50 + random.Bits() % 300);
    const Labels       predicted = RandomPrediction(random, truth);
    const SlowMatching slow(predicted, truth);
    for (const double threshold : { 0.5, 0.6, 0.75, 0.9 })
    {
      SCOPED_TRACE(testing::Message() << "image " << i << ", threshold " << threshold);
      const auto counts = slow.GetCounts(threshold);
      const auto matching = Match(predicted, truth);
      ExpectCounts(matching.GetCounts(threshold), counts);
      sum += counts;
    }
  }
  for (const auto count : { sum.TruePositives, sum.MergedObjects, sum.SplitObjects, sum.MissedObjects })
  {
    EXPECT_GT(count, 50u);
  }
}

TEST(InstanceMatching, ExchangingTheSidesExchangesTheirCounts)
{
  itk::TorchRandom random(4);
  const Labels     truth = RandomTruth(random, 500);
  const Labels     predicted = RandomPrediction(random, truth);
  const auto       counts = Match(predicted, truth).GetCounts(0.5);
  const auto       exchanged = Match(truth, predicted).GetCounts(0.5);
  EXPECT_EQ(counts.TruePositives, exchanged.TruePositives);
  EXPECT_EQ(counts.FalsePositives, exchanged.FalseNegatives);
  EXPECT_EQ(counts.FalseNegatives, exchanged.FalsePositives);
  EXPECT_EQ(counts.MergedObjects, exchanged.SplitObjects);
  EXPECT_EQ(counts.SplitObjects, exchanged.MergedObjects);
}

// 9 of 10 pixels of each object are its own, the tenth is its neighbor's: 9 / 11.
TEST(InstanceMatching, HundredThousandObjectsAreMatched)
{
  const std::uint64_t count = 100'000;
  WideLabels          predicted;
  WideLabels          truth;
  for (std::uint64_t i = 0; i < 10 * count; ++i)
  {
    truth.push_back((1 + i / 10) << 30);
    predicted.push_back(1 + (i + 1) / 10 % count);
  }
  ExpectCounts(Match(predicted, truth).GetCounts(0.8), { count, 0, 0, 0, 0, 0 });
}

TEST(InstanceMatching, ThresholdOutsideItsRangeIsNamed)
{
  const auto matching = Match(Labels{ 1 }, Labels{ 1 });
  EXPECT_NE(ErrorOf([&] { matching.GetCounts(1.3); }).find("Threshold must be in (0, 1], but is 1.3."),
            std::string::npos);
  for (const double threshold : { 0.0, 1.0001, -1.0, std::numeric_limits<double>::quiet_NaN() })
  {
    EXPECT_NE(ErrorOf([&] { matching.GetCounts(threshold); }), "no exception") << threshold;
    EXPECT_NE(ErrorOf([&] { matching.AveragePrecision(threshold); }), "no exception") << threshold;
  }
}

// A box of 3 x 3 x 3 pixels, and the same one pixel along z: 18 / 36.
TEST(InstanceMatching, ImagesOfThreeDimensionsAreMatched)
{
  using PredictedImage = itk::Image<unsigned short, 3>;
  using TrueImage = itk::Image<unsigned char, 3>;
  const PredictedImage::RegionType region({ { -2, 0, 4 } }, { { 5, 6, 7 } });
  auto                             predicted = PredictedImage::New();
  auto                             truth = TrueImage::New();
  predicted->SetRegions(region);
  truth->SetRegions(region);
  predicted->Allocate(true);
  truth->Allocate(true);
  const PredictedImage::RegionType box({ { -1, 1, 5 } }, { { 3, 3, 3 } });
  for (itk::ImageRegionIteratorWithIndex<TrueImage> it(truth, box); !it.IsAtEnd(); ++it)
  {
    it.Set(200);
    predicted->SetPixel(it.GetIndex() + itk::Offset<3>{ { 0, 0, 1 } }, 4000);
  }
  const auto matching = itk::MatchInstances(predicted.GetPointer(), truth.GetPointer());
  ASSERT_EQ(matching.GetOverlaps().size(), 1u);
  EXPECT_EQ(matching.GetOverlaps()[0].SharedPixels, 18u);
  EXPECT_EQ(matching.GetOverlaps()[0].IntersectionOverUnion(), 0.5);
  ExpectCounts(matching.GetCounts(0.5), { 0, 1, 1, 0, 0, 0 });
}

TEST(InstanceMatching, ImageSizesThatDifferAreBothNamed)
{
  using ImageType = itk::Image<unsigned short, 2>;
  auto predicted = ImageType::New();
  auto truth = ImageType::New();
  predicted->SetRegions(ImageType::SizeType{ { 13, 11 } });
  truth->SetRegions(ImageType::SizeType{ { 15, 13 } });
  predicted->Allocate(true);
  truth->Allocate(true);
  const std::string message = ErrorOf([&] { itk::MatchInstances(predicted.GetPointer(), truth.GetPointer()); });
  EXPECT_NE(message.find("[13, 11]"), std::string::npos) << message;
  EXPECT_NE(message.find("[15, 13]"), std::string::npos) << message;
}

TEST(InstanceCounts, AddingImagesAddsTheirCounts)
{
  itk::InstanceCounts sum{ 1, 2, 3, 4, 5, 6 };
  sum += { 10, 20, 30, 40, 50, std::uint64_t{ 1 } << 40 };
  ExpectCounts(sum, { 11, 22, 33, 44, 55, (std::uint64_t{ 1 } << 40) + 6 });
  EXPECT_DOUBLE_EQ(sum.AveragePrecision(), 11.0 / 66.0);
}
