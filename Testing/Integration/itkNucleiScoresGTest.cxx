// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "NucleiScores.h"

#include "itkTestHelpers.h"
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

namespace
{
/** A segmentation of 100 true pixels: Dice is 2 both / (100 + predicted). `objects` of `trueObjects` are found
 * at every threshold, without false ones. */
NucleiScores::Score
MakeScore(std::uint64_t         both,
          std::uint64_t         predicted,
          std::uint64_t         objects,
          std::uint64_t         trueObjects,
          NucleiScores::Numbers f)
{
  NucleiScores::Score score;
  score.Objects.Overlap.TruePositives = both;
  score.Objects.Overlap.FalsePositives = predicted - both;
  score.Objects.Overlap.FalseNegatives = 100 - both;
  for (auto & counts : score.Objects.Kaggle)
  {
    counts.TruePositives = objects;
    counts.FalseNegatives = trueObjects - objects;
    counts.IntersectionOverUnion = static_cast<double>(objects);
  }
  score.Objects.StarDist = score.Objects.Kaggle;
  score.Objects.AreInstancesComputed = true;
  score.BoundaryF = f;
  return score;
}

NucleiScores
MakeScores()
{
  NucleiScores scores({ "network", "edges" });
  auto         edges = MakeScore(0, 0, 0, 4, { 0.5, 0.625, 0.75 });
  edges.HasObjects = false;
  scores.Add("a", { MakeScore(100, 100, 4, 4, { 0.25, 0.5, 1.0 }), edges });
  scores.Add("b, \"c\"", { MakeScore(50, 100, 3, 12, { 0.75, 1.0, 1.0 }), edges });
  return scores;
}
} // namespace

TEST(NucleiScores, ATableHasMeansOverImagesAndPrecisionOfAllObjectsTogether)
{
  const auto scores = MakeScores();
  EXPECT_EQ(scores.GetNumberOfImages(), 2u);
  EXPECT_DOUBLE_EQ(scores.GetMean(0, "Dice"), (1.0 + 0.5) / 2);
  ::testing::internal::CaptureStdout();
  scores.Print();
  const std::string table = ::testing::internal::GetCapturedStdout();
  // IoU 1 and 1/3; mAP 1 and 1/4; together 7 of 16 objects.
  EXPECT_EQ(table,
            "mean over 2 images              Dice     IoU     mAP   AP@.5   AP@.7   AP@.9    F 1 px  F 2 px  F 3 px\n"
            "network                        0.750   0.667   0.625   0.438   0.438   0.438     0.500   0.750   1.000\n"
            "edges                              -       -       -       -       -       -     0.500   0.625   0.750\n");
}

TEST(NucleiScores, OfPixelsAloneNeitherObjectsNorOutlinesAreShown)
{
  NucleiScores scores({ "threshold", "network" }, NucleiScores::Extent::Pixels);
  scores.Add("a", { MakeScore(50, 100, 0, 0, {}), MakeScore(100, 100, 0, 0, {}) });
  scores.Add("b", { MakeScore(25, 50, 0, 0, {}), MakeScore(100, 100, 0, 0, {}) });
  ::testing::internal::CaptureStdout();
  scores.Print();
  // Dice 1/2 and 1/3, IoU 1/3 and 1/5, recall 1/2 and 1/4, precision 1/2 of both.
  EXPECT_EQ(::testing::internal::GetCapturedStdout(),
            "mean over 2 images              Dice     IoU  Recall Precision\n"
            "threshold                      0.417   0.267   0.375     0.500\n"
            "network                        1.000   1.000   1.000     1.000\n");
  const itk::Test::TemporaryFolder folder;
  const auto                       file = folder.File("scores.csv");
  scores.Write(file);
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  EXPECT_EQ(text.str(),
            "image,way,Dice,IntersectionOverUnion,Recall,Precision\n"
            "\"a\",threshold,0.5,0.333333,0.5,0.5\n"
            "\"a\",network,1,1,1,1\n"
            "\"b\",threshold,0.333333,0.2,0.25,0.5\n"
            "\"b\",network,1,1,1,1\n");
}

TEST(NucleiScores, AFileHasALineForEachImageAndWay)
{
  const itk::Test::TemporaryFolder folder;
  const auto                       file = folder.File("scores.csv");
  MakeScores().Write(file);
  std::ifstream      stream(file);
  std::ostringstream text;
  text << stream.rdbuf();
  // Panoptic quality 4 / 4 and 3 / (3 + 9 / 2).
  EXPECT_EQ(
    text.str(),
    "image,way,Dice,IntersectionOverUnion,Precision,Recall,KaggleMeanAveragePrecision,KaggleAveragePrecision50,"
    "KaggleAveragePrecision70,KaggleAveragePrecision90,PanopticQuality,MergedObjects,SplitObjects,MissedObjects,"
    "BoundaryF1,BoundaryF2,BoundaryF3\n"
    "\"a\",network,1,1,1,1,1,1,1,1,1,0,0,0,0.25,0.5,1\n"
    "\"a\",edges,,,,,,,,,,,,,0.5,0.625,0.75\n"
    "\"b, \"\"c\"\"\",network,0.5,0.333333,0.5,0.5,0.25,0.25,0.25,0.25,0.4,0,0,0,0.75,1,1\n"
    "\"b, \"\"c\"\"\",edges,,,,,,,,,,,,,0.5,0.625,0.75\n");
}
