// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
/** Random label images, and what StarDist, MedPy, scikit-image and scipy say about them; see
 * references/make_references.py. */
#include "itkSegmentationEvaluation.h"
#include "itkMaximumMatching.h"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include <fstream>

namespace
{
using Json = nlohmann::json;

Json
ReadCases()
{
  std::ifstream file(ITKTorch_METRIC_REFERENCES);
  return Json::parse(file);
}

class Case
{
public:
  explicit Case(const Json & json)
    : m_Json(json)
    , m_Size(json["size"].get<std::vector<std::int64_t>>())
    , m_Spacing(json["spacing"].get<std::vector<double>>())
    , m_PredictedLabels(json["prediction"].get<std::vector<std::uint16_t>>())
    , m_TrueLabels(json["truth"].get<std::vector<std::uint16_t>>())
    , m_Prediction(itk::TorchTensor::FromPixels(m_PredictedLabels.data(), itk::TorchComponentType::UInt16, m_Size, 1))
    , m_Truth(itk::TorchTensor::FromPixels(m_TrueLabels.data(), itk::TorchComponentType::UInt16, m_Size, 1))
  {}
  Case(const Case &) = delete;

  const Json &                    m_Json;
  const std::vector<std::int64_t> m_Size;
  const std::vector<double>       m_Spacing;
  std::vector<std::uint16_t>      m_PredictedLabels;
  std::vector<std::uint16_t>      m_TrueLabels;
  const itk::TorchTensor          m_Prediction;
  const itk::TorchTensor          m_Truth;
};

template <typename TBody>
void
ForEachCase(TBody && body)
{
  const Json cases = ReadCases();
  ASSERT_GE(cases.size(), 5u);
  for (const auto & json : cases)
  {
    SCOPED_TRACE("size " + json["size"].dump());
    body(Case(json));
  }
}
} // namespace

// StarDist keeps ratios as float: 1e-6.
TEST(MetricReferences, InstanceCountsEqualThoseOfStarDist)
{
  ForEachCase(
    [](const Case & image)
    {
      const itk::InstanceMatching matching(
        itk::LabelOverlaps(itk::LabelPixels(image.m_Prediction), itk::LabelPixels(image.m_Truth)));
      for (const auto & expected : image.m_Json["stardist"])
      {
        SCOPED_TRACE("threshold " + expected["threshold"].dump());
        const auto counts = matching.GetCounts(expected["threshold"], itk::InstanceMatchRule::AtLeast);
        EXPECT_EQ(counts.TruePositives, expected["tp"].get<double>());
        EXPECT_EQ(counts.FalsePositives, expected["fp"].get<double>());
        EXPECT_EQ(counts.FalseNegatives, expected["fn"].get<double>());
        EXPECT_NEAR(counts.AveragePrecision(), expected["accuracy"], 1e-6);
        EXPECT_NEAR(counts.Precision(), expected["precision"], 1e-6);
        EXPECT_NEAR(counts.Recall(), expected["recall"], 1e-6);
        EXPECT_NEAR(counts.F1(), expected["f1"], 1e-6);
        EXPECT_NEAR(counts.PanopticQuality(), expected["panoptic_quality"], 1e-6);
        EXPECT_NEAR(counts.SegmentationQuality(), expected["mean_matched_score"], 1e-6);
      }
    });
}

// The same sums in another order: 1e-9.
TEST(MetricReferences, OverlapsAndSurfaceDistancesEqualThoseOfMedPy)
{
  ForEachCase(
    [](const Case & image)
    {
      const auto result = itk::SegmentationEvaluation::Compute(image.m_Prediction, image.m_Truth, image.m_Spacing, {});
      const auto & overlap = result.Scores.Overlap;
      const auto & surface = result.Scores.Surface;
      const Json & expected = image.m_Json["medpy"];
      EXPECT_NEAR(overlap.Dice(), expected["dice"], 1e-12);
      EXPECT_NEAR(overlap.IntersectionOverUnion(), expected["jaccard"], 1e-12);
      EXPECT_NEAR(overlap.Precision(), expected["precision"], 1e-12);
      EXPECT_NEAR(overlap.Recall(), expected["recall"], 1e-12);
      EXPECT_NEAR(overlap.Specificity(), expected["specificity"], 1e-12);
      EXPECT_NEAR(surface.HausdorffDistance, expected["hausdorff"], 1e-9);
      EXPECT_NEAR(surface.PooledHausdorffDistance95, expected["hausdorff95"], 1e-9);
      EXPECT_NEAR(surface.AverageSymmetricSurfaceDistance, expected["assd"], 1e-9);
    });
}

TEST(MetricReferences, HausdorffDistanceOfSetsEqualsThatOfScikitImage)
{
  ForEachCase(
    [](const Case & image)
    {
      const std::vector<double> pixels(image.m_Size.size(), 1.0);
      const auto result = itk::SegmentationEvaluation::Compute(image.m_Prediction, image.m_Truth, pixels, {});
      EXPECT_NEAR(result.Scores.Surface.HausdorffDistanceOfSets, image.m_Json["hausdorff_of_sets_in_pixels"], 1e-9);
    });
}

TEST(MetricReferences, OutlinesAndTheirMatchesEqualThoseOfScikitImageAndScipy)
{
  ForEachCase(
    [](const Case & image)
    {
      const std::vector<double> pixels(image.m_Size.size(), 1.0);
      const auto                prediction = itk::PixelSet::FromOutline(image.m_Prediction, {}, false);
      const auto                truth = itk::PixelSet::FromOutline(image.m_Truth, {}, false);
      const Json &              expected = image.m_Json["outlines"];
      EXPECT_EQ(prediction.Count(), expected["prediction"].get<std::int64_t>());
      EXPECT_EQ(truth.Count(), expected["truth"].get<std::int64_t>());
      for (const auto & row : expected["within"])
      {
        const double tolerance = row["tolerance"];
        SCOPED_TRACE("tolerance " + std::to_string(tolerance));
        const auto counts = itk::BoundaryDistances::Compute(prediction, truth, pixels).CountWithin(tolerance);
        EXPECT_EQ(counts.MatchedPrediction, row["prediction"].get<std::uint64_t>());
        EXPECT_EQ(counts.MatchedTruth, row["truth"].get<std::uint64_t>());
        const auto pairs = itk::CountMaximumMatching(prediction, truth, pixels, tolerance);
        EXPECT_EQ(pairs.MatchedPrediction, row["one_to_one"].get<std::uint64_t>());
        EXPECT_EQ(pairs.MatchedTruth, pairs.MatchedPrediction);
      }
    });
}
