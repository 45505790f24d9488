// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "NucleiScores.h"
#include "itkAtomicFileWrite.h"
#include "itkSegmentationScoreSet.h"

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

constexpr const char * meanMetrics[] = { "Dice", "IntersectionOverUnion", "KaggleMeanAveragePrecision" };
constexpr const char * pooledMetrics[] = { "KaggleAveragePrecision50",
                                           "KaggleAveragePrecision70",
                                           "KaggleAveragePrecision90" };
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
  std::printf("%-28s %7s %7s %7s %7s %7s %7s   %7s %7s %7s\n",
              ("mean over " + std::to_string(m_Images.size()) + " images").c_str(),
              "Dice",
              "IoU",
              "mAP",
              "AP@.5",
              "AP@.7",
              "AP@.9",
              "F 1 px",
              "F 2 px",
              "F 3 px");
  for (std::size_t way = 0; way < m_Ways.size(); ++way)
  {
    const auto set = this->GetSet(way);
    const bool hasObjects = m_Images.front().Scores[way].HasObjects;
    std::printf("%-28s", m_Ways[way].c_str());
    const auto print = [hasObjects](double value)
    { hasObjects ? std::printf(" %7.3f", value) : std::printf(" %7s", "-"); };
    for (const char * const name : meanMetrics)
    {
      print(set.GetMean(Metric::Get(name)));
    }
    for (const char * const name : pooledMetrics)
    {
      print(set.GetPooled(Metric::Get(name)));
    }
    std::printf("  ");
    for (std::size_t t = 0; t < NumberOfTolerances; ++t)
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
  constexpr const char * columns[] = { "Dice",
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
  std::ostringstream     table;
  table << "image,way";
  for (const char * const name : columns)
  {
    table << ',' << name;
  }
  table << ",BoundaryF1,BoundaryF2,BoundaryF3\n";
  for (const auto & image : m_Images)
  {
    for (std::size_t way = 0; way < m_Ways.size(); ++way)
    {
      const Score & score = image.Scores[way];
      table << Quoted(image.Name) << ',' << m_Ways[way];
      for (const char * const name : columns)
      {
        table << ',';
        if (score.HasObjects)
        {
          table << Metric::Get(name).Value(score.Objects);
        }
      }
      for (const double f : score.BoundaryF)
      {
        table << ',' << f;
      }
      table << '\n';
    }
  }
  itk::AtomicFileWrite(fileName, table.str());
}
