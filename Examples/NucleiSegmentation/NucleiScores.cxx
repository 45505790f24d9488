// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "NucleiScores.h"
#include "itkAtomicFileWrite.h"
#include "itkSegmentationScoreSet.h"

#include <algorithm>
#include <cstdio>
#include <sstream>

namespace
{
using Metric = itk::SegmentationMetric;

/** A name may hold what parts columns. */
std::string
Quoted(const std::string & name)
{
  std::string quoted = "\"";
  for (const char c : name)
  {
    quoted += c == '"' ? "\"\"" : std::string(1, c);
  }
  return quoted + '"';
}

struct Column
{
  const char * Title;
  const char * Metric;
  /** Of all images together; otherwise the mean over images. */
  bool IsPooled{ false };
};

const std::vector<Column> columnsOfAll{ { "Dice", "Dice" },
                                        { "IoU", "IntersectionOverUnion" },
                                        { "mAP", "KaggleMeanAveragePrecision" },
                                        { "AP@.5", "KaggleAveragePrecision50", true },
                                        { "AP@.7", "KaggleAveragePrecision70", true },
                                        { "AP@.9", "KaggleAveragePrecision90", true } };
const std::vector<Column> columnsOfPixels{ { "Dice", "Dice" },
                                           { "IoU", "IntersectionOverUnion" },
                                           { "Recall", "Recall" },
                                           { "Precision", "Precision" } };

/** Columns of the file. */
const std::vector<const char *> metricsOfAll{ "Dice",
                                              "IntersectionOverUnion",
                                              "Precision",
                                              "Recall",
                                              "KaggleMeanAveragePrecision",
                                              "KaggleAveragePrecision50",
                                              "KaggleAveragePrecision70",
                                              "KaggleAveragePrecision90",
                                              "PanopticQuality",
                                              "MergedObjects",
                                              "SplitObjects",
                                              "MissedObjects" };
const std::vector<const char *> metricsOfPixels{ "Dice", "IntersectionOverUnion", "Recall", "Precision" };

int
GetWidth(const Column & column)
{
  return std::max(7, static_cast<int>(std::string(column.Title).size()));
}
} // namespace

itk::SegmentationScoreSet
NucleiScores::GetSet(std::size_t way) const
{
  itk::SegmentationScoreSet set;
  for (const auto & image : m_Images)
  {
    set.Add(image.Name, image.Scores[way].Objects);
  }
  return set;
}

double
NucleiScores::GetMean(std::size_t way, const std::string & metric) const
{
  return this->GetSet(way).GetMean(Metric::Get(metric));
}

void
NucleiScores::Print() const
{
  const bool   isAll = m_Extent == Extent::All;
  const auto & columns = isAll ? columnsOfAll : columnsOfPixels;
  std::printf("%-28s", ("mean over " + std::to_string(m_Images.size()) + " images").c_str());
  for (const Column & column : columns)
  {
    std::printf(" %*s", GetWidth(column), column.Title);
  }
  std::printf(isAll ? "   %7s %7s %7s\n" : "\n", "F 1 px", "F 2 px", "F 3 px");
  for (std::size_t way = 0; way < m_Ways.size(); ++way)
  {
    const auto set = this->GetSet(way);
    const bool hasObjects = m_Images.front().Scores[way].HasObjects;
    std::printf("%-28s", m_Ways[way].c_str());
    for (const Column & column : columns)
    {
      const auto & metric = Metric::Get(column.Metric);
      const int    width = GetWidth(column);
      hasObjects ? std::printf(" %*.3f", width, column.IsPooled ? set.GetPooled(metric) : set.GetMean(metric))
                 : std::printf(" %*s", width, "-");
    }
    std::printf(isAll ? "  " : "");
    for (std::size_t t = 0; isAll && t < NumberOfTolerances; ++t)
    {
      double sum = 0.0;
      for (const auto & image : m_Images)
      {
        sum += image.Scores[way].BoundaryF[t];
      }
      std::printf(" %7.3f", sum / static_cast<double>(m_Images.size()));
    }
    std::printf("\n");
  }
}

void
NucleiScores::Write(const std::string & fileName) const
{
  const bool         isAll = m_Extent == Extent::All;
  const auto &       metrics = isAll ? metricsOfAll : metricsOfPixels;
  std::ostringstream table;
  table << "image,way";
  for (const char * const name : metrics)
  {
    table << ',' << name;
  }
  table << (isAll ? ",BoundaryF1,BoundaryF2,BoundaryF3\n" : "\n");
  for (const auto & image : m_Images)
  {
    for (std::size_t way = 0; way < m_Ways.size(); ++way)
    {
      const Score & score = image.Scores[way];
      table << Quoted(image.Name) << ',' << m_Ways[way];
      for (const char * const name : metrics)
      {
        table << ',';
        if (score.HasObjects)
        {
          table << Metric::Get(name).Value(score.Objects);
        }
      }
      for (std::size_t t = 0; isAll && t < NumberOfTolerances; ++t)
      {
        table << ',' << score.BoundaryF[t];
      }
      table << '\n';
    }
  }
  itk::AtomicFileWrite(fileName, table.str());
}
