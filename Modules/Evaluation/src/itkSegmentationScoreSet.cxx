// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSegmentationScoreSet.h"
#include "itkTorchRandom.h"
#include "itkMacro.h"
#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace itk
{
namespace
{
double
MeanOfFinite(const std::vector<double> & values)
{
  double      sum = 0.0;
  std::size_t count = 0;
  for (const double value : values)
  {
    if (std::isfinite(value))
    {
      sum += value;
      ++count;
    }
  }
  return count == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / static_cast<double>(count);
}

/** Mean of the rows' means over the drawn columns. */
double
MeanOfMeans(const std::vector<std::vector<double>> & rows, const std::vector<std::size_t> & draw)
{
  std::vector<double> means;
  for (const auto & row : rows)
  {
    std::vector<double> drawn;
    for (const auto index : draw)
    {
      drawn.push_back(row[index]);
    }
    means.push_back(MeanOfFinite(drawn));
  }
  return MeanOfFinite(means);
}

/** Between the two nearest ranks of sorted values. */
double
QuantileOfSorted(const std::vector<double> & values, double quantile)
{
  const double rank = quantile * static_cast<double>(values.size() - 1);
  const auto   lower = static_cast<std::size_t>(rank);
  const auto   upper = std::min(lower + 1, values.size() - 1);
  return values[lower] + (rank - static_cast<double>(lower)) * (values[upper] - values[lower]);
}
} // namespace

std::vector<std::uint64_t>
SegmentationScoreSet::GetClassLabels() const
{
  std::set<std::uint64_t> labels;
  for (const auto & image : m_Images)
  {
    for (const auto & [label, scores] : image.Scores.Classes)
    {
      labels.insert(label);
    }
  }
  return { labels.begin(), labels.end() };
}

SegmentationScoreSet
SegmentationScoreSet::GetClass(std::uint64_t label) const
{
  SegmentationScoreSet set;
  for (const auto & image : m_Images)
  {
    if (image.Scores.Classes.count(label) != 0)
    {
      set.Add(image.Name, image.Scores.GetClass(label));
    }
  }
  return set;
}

double
SegmentationScoreSet::GetMean(const SegmentationMetric & metric) const
{
  std::vector<double> values;
  for (const auto & image : m_Images)
  {
    values.push_back(metric.Value(image.Scores));
  }
  return MeanOfFinite(values);
}

std::size_t
SegmentationScoreSet::GetNumberOfFiniteValues(const SegmentationMetric & metric) const
{
  return std::count_if(m_Images.begin(),
                       m_Images.end(),
                       [&metric](const Image & image) { return std::isfinite(metric.Value(image.Scores)); });
}

double
SegmentationScoreSet::GetPooled(const SegmentationMetric & metric) const
{
  if (!metric.IsPooled() || m_Images.empty())
  {
    return std::numeric_limits<double>::quiet_NaN();
  }
  SegmentationScores sum;
  for (const auto & image : m_Images)
  {
    sum += image.Scores;
  }
  return metric.Value(sum);
}

std::vector<std::vector<double>>
SegmentationScoreSet::GetValuesOfClasses(const SegmentationMetric & metric) const
{
  std::vector<std::vector<double>> values;
  if (metric.What == SegmentationMetric::Kind::Count)
  {
    return values;
  }
  for (const auto label : this->GetClassLabels())
  {
    values.emplace_back();
    for (const auto & image : m_Images)
    {
      values.back().push_back(image.Scores.Classes.count(label) == 0 ? std::numeric_limits<double>::quiet_NaN()
                                                                     : metric.Value(image.Scores.GetClass(label)));
    }
  }
  return values;
}

double
SegmentationScoreSet::GetMeanOverClasses(const SegmentationMetric & metric) const
{
  DrawType all(m_Images.size());
  std::iota(all.begin(), all.end(), std::size_t{ 0 });
  return MeanOfMeans(this->GetValuesOfClasses(metric), all);
}

std::size_t
SegmentationScoreSet::GetNumberOfFiniteClasses(const SegmentationMetric & metric) const
{
  const auto values = this->GetValuesOfClasses(metric);
  return std::count_if(values.begin(), values.end(), [](const auto & row) { return std::isfinite(MeanOfFinite(row)); });
}

SegmentationScoreSet::Interval
SegmentationScoreSet::GetIntervalOfMean(const SegmentationMetric & metric,
                                        unsigned int               resamples,
                                        double                     level,
                                        std::uint64_t              seed) const
{
  std::vector<double> values;
  for (const auto & image : m_Images)
  {
    values.push_back(metric.Value(image.Scores));
  }
  const auto meanOfDraw = [&values](const DrawType & draw)
  {
    std::vector<double> drawn;
    for (const auto index : draw)
    {
      drawn.push_back(values[index]);
    }
    return MeanOfFinite(drawn);
  };
  return this->Resample(meanOfDraw, resamples, level, seed);
}

SegmentationScoreSet::Interval
SegmentationScoreSet::GetIntervalOfPooled(const SegmentationMetric & metric,
                                          unsigned int               resamples,
                                          double                     level,
                                          std::uint64_t              seed) const
{
  const auto pooledOfDraw = [this, &metric](const DrawType & draw)
  {
    SegmentationScores sum;
    for (const auto index : draw)
    {
      sum += m_Images[index].Scores;
    }
    return metric.IsPooled() ? metric.Value(sum) : std::numeric_limits<double>::quiet_NaN();
  };
  return this->Resample(pooledOfDraw, resamples, level, seed);
}

SegmentationScoreSet::Interval
SegmentationScoreSet::GetIntervalOfMeanOverClasses(const SegmentationMetric & metric,
                                                   unsigned int               resamples,
                                                   double                     level,
                                                   std::uint64_t              seed) const
{
  const auto values = this->GetValuesOfClasses(metric);
  return this->Resample([&values](const DrawType & draw) { return MeanOfMeans(values, draw); }, resamples, level, seed);
}

SegmentationScoreSet::Interval
SegmentationScoreSet::Resample(const std::function<double(const DrawType &)> & valueOfDraw,
                               unsigned int                                    resamples,
                               double                                          level,
                               std::uint64_t                                   seed) const
{
  if (!(level > 0.0 && level < 1.0) || resamples == 0)
  {
    itkGenericExceptionMacro("The level must be in (0, 1) and the resamples at least 1, but they are "
                             << level << " and " << resamples << '.');
  }
  const auto          count = static_cast<std::uint32_t>(m_Images.size());
  std::vector<double> values;
  DrawType            draw(count);
  for (unsigned int resample = 0; resample < resamples && count > 1; ++resample)
  {
    TorchRandom random(seed, 0, resample, 0);
    std::generate(draw.begin(), draw.end(), [&] { return random.Integer(count); });
    const double value = valueOfDraw(draw);
    if (std::isfinite(value))
    {
      values.push_back(value);
    }
  }
  if (values.empty())
  {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    return { nan, nan };
  }
  std::sort(values.begin(), values.end());
  return { QuantileOfSorted(values, 0.5 * (1.0 - level)), QuantileOfSorted(values, 0.5 * (1.0 + level)) };
}
} // namespace itk
