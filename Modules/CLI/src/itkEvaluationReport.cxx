// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkEvaluationReport.h"
#include "itkTorchParameterText.h"
#include <nlohmann/json.hpp>
#include <algorithm>
#include <cmath>
#include <set>

namespace itk
{
namespace
{
struct Column
{
  const char * Metric;
  const char * Title;
};

constexpr Column columns[] = {
  { "Dice", "Dice" },
  { "IntersectionOverUnion", "IoU" },
  { "Precision", "precision" },
  { "Recall", "recall" },
  { "KaggleMeanAveragePrecision", "mAP" },
  { "KaggleAveragePrecision50", "AP.50" },
  { "KaggleAveragePrecision75", "AP.75" },
  { "InstanceF1At50", "F1.50" },
  { "PanopticQuality", "PQ" },
  { "AggregatedJaccardIndex", "AJI" },
  { "BoundaryF", "BF" },
  { "HausdorffDistance95", "HD95" },
  { "AverageSymmetricSurfaceDistance", "ASSD" },
};

bool
IsComputed(const SegmentationScoreSet & scores, const SegmentationMetric & metric)
{
  return std::any_of(scores.GetImages().begin(),
                     scores.GetImages().end(),
                     [&metric](const auto & image) { return !std::isnan(metric.Value(image.Scores)); });
}

/** Of a fixed width, so that columns stay below their titles. */
std::string
NumberText(double value)
{
  char text[32];
  std::isnan(value)   ? std::snprintf(text, sizeof(text), " %9s", "-")
  : value >= 10'000.0 ? std::snprintf(text, sizeof(text), " %9.4g", value)
                      : std::snprintf(text, sizeof(text), " %9.4f", value);
  return text;
}

nlohmann::json
NumberOrNull(double value)
{
  return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json();
}

/** Negative labels are stored as unsigned numbers. */
std::string
LabelText(std::uint64_t label)
{
  return std::to_string(static_cast<std::int64_t>(label));
}

nlohmann::json
ToJson(const SegmentationScoreSet::Interval & interval)
{
  return { NumberOrNull(interval.Lower), NumberOrNull(interval.Upper) };
}

/** Quoted where the name would break the table. */
std::string
CsvText(const std::string & text)
{
  if (text.find_first_of(",\"\r\n") == std::string::npos)
  {
    return text;
  }
  std::string quoted = "\"";
  for (const char c : text)
  {
    quoted += c == '"' ? "\"\"" : std::string(1, c);
  }
  return quoted + '"';
}
} // namespace

EvaluationReport::EvaluationReport(const SegmentationScoreSet &             scores,
                                   const SegmentationEvaluationParameters & parameters,
                                   const Options &                          options)
  : m_Scores(scores)
  , m_Parameters(parameters)
  , m_Options(options)
{}

void
EvaluationReport::PrintTable(std::FILE * stream) const
{
  std::size_t width = sizeof("all pixels and objects");
  for (const auto & image : m_Scores.GetImages())
  {
    width = std::min<std::size_t>(40, std::max(width, image.Name.size()));
  }
  std::vector<SegmentationMetric> metrics;
  std::fprintf(stream, "%-*s", static_cast<int>(width), "image");
  for (const auto & column : columns)
  {
    if (IsComputed(m_Scores, SegmentationMetric::Get(column.Metric)))
    {
      metrics.push_back(SegmentationMetric::Get(column.Metric));
      std::fprintf(stream, " %9s", column.Title);
    }
  }
  const auto printRow = [&](const std::string & name, const auto & valueOf)
  {
    std::fprintf(stream, "\n%-*s", static_cast<int>(width), name.c_str());
    for (const auto & metric : metrics)
    {
      std::fputs(NumberText(valueOf(metric)).c_str(), stream);
    }
  };
  for (const auto & image : m_Scores.GetImages())
  {
    printRow(image.Name, [&](const auto & metric) { return metric.Value(image.Scores); });
  }
  if (m_Scores.GetImages().size() > 1)
  {
    char level[32];
    std::snprintf(level, sizeof(level), "%g %% interval, ", 100.0 * m_Options.Level);
    const auto interval = [&](const auto & metric)
    { return m_Scores.GetIntervalOfMean(metric, m_Options.Resamples, m_Options.Level, m_Options.Seed); };
    printRow("mean over images", [&](const auto & metric) { return m_Scores.GetMean(metric); });
    printRow(std::string(level) + "from", [&](const auto & metric) { return interval(metric).Lower; });
    printRow(std::string(level) + "to", [&](const auto & metric) { return interval(metric).Upper; });
    const auto images = m_Scores.GetImages().size();
    if (std::any_of(metrics.begin(),
                    metrics.end(),
                    [&](const auto & metric) { return m_Scores.GetNumberOfFiniteValues(metric) < images; }))
    {
      printRow("  of so many images (the others are infinite)",
               [&](const auto & metric) { return static_cast<double>(m_Scores.GetNumberOfFiniteValues(metric)); });
    }
    printRow("all pixels and objects", [&](const auto & metric) { return m_Scores.GetPooled(metric); });
  }
  std::fputc('\n', stream);
  this->PrintClasses(stream);
}

void
EvaluationReport::PrintClasses(std::FILE * stream) const
{
  std::set<std::uint64_t> labels;
  for (const auto & image : m_Scores.GetImages())
  {
    for (const auto & [label, scores] : image.Scores.Classes)
    {
      labels.insert(label);
    }
  }
  if (labels.empty())
  {
    return;
  }
  std::fprintf(stream,
               "\n%-24s %9s %9s %9s %9s %9s %9s\n",
               "class, mean over images",
               "images",
               "Dice",
               "IoU",
               "HD95",
               "ASSD",
               "finite");
  for (const auto label : labels)
  {
    // An image without the class on either side tells nothing about it.
    double      sums[4] = {};
    std::size_t counts[4] = {};
    for (const auto & image : m_Scores.GetImages())
    {
      const auto found = image.Scores.Classes.find(label);
      if (found != image.Scores.Classes.end())
      {
        const ClassScores & scores = found->second;
        const double        values[4] = { scores.Overlap.Dice(),
                                          scores.Overlap.IntersectionOverUnion(),
                                          scores.Surface.HausdorffDistance95,
                                          scores.Surface.AverageSymmetricSurfaceDistance };
        for (int i = 0; i < 4; ++i)
        {
          sums[i] += std::isfinite(values[i]) ? values[i] : 0.0;
          counts[i] += std::isfinite(values[i]);
        }
      }
    }
    std::fprintf(stream, "%-24s %9zu", LabelText(label).c_str(), counts[0]);
    for (int i = 0; i < 4; ++i)
    {
      const double nan = std::numeric_limits<double>::quiet_NaN();
      std::fputs(NumberText(counts[i] == 0 ? nan : sums[i] / static_cast<double>(counts[i])).c_str(), stream);
    }
    std::fprintf(stream, " %9zu\n", counts[2]);
  }
}

std::string
EvaluationReport::ToCsv() const
{
  std::vector<SegmentationMetric> metrics;
  std::string                     csv = "image";
  for (const auto & metric : SegmentationMetric::GetAll())
  {
    if (IsComputed(m_Scores, metric))
    {
      metrics.push_back(metric);
      csv += ',' + metric.Name;
    }
  }
  csv += '\n';
  for (const auto & image : m_Scores.GetImages())
  {
    csv += CsvText(image.Name);
    for (const auto & metric : metrics)
    {
      char         number[32] = "";
      const double value = metric.Value(image.Scores);
      if (std::isfinite(value))
      {
        std::snprintf(number, sizeof(number), "%.9g", value);
      }
      csv += ',' + std::string(number);
    }
    csv += '\n';
  }
  return csv;
}

std::string
EvaluationReport::ToJson() const
{
  nlohmann::ordered_json report;
  report["parameters"] =
    nlohmann::ordered_json::parse(WriteParameters(SegmentationEvaluationParameters::Describe(), &m_Parameters));
  report["bootstrap"] = { { "Resamples", m_Options.Resamples },
                          { "Level", m_Options.Level },
                          { "Seed", m_Options.Seed } };
  for (const auto & metric : SegmentationMetric::GetAll())
  {
    if (!IsComputed(m_Scores, metric))
    {
      continue;
    }
    auto & entry = report["metrics"][metric.Name];
    entry["definition"] = metric.Description;
    entry["mean"] = NumberOrNull(m_Scores.GetMean(metric));
    entry["interval"] =
      itk::ToJson(m_Scores.GetIntervalOfMean(metric, m_Options.Resamples, m_Options.Level, m_Options.Seed));
    entry["images"] = m_Scores.GetNumberOfFiniteValues(metric);
    if (metric.IsPooled())
    {
      entry["pooled"] = NumberOrNull(m_Scores.GetPooled(metric));
      entry["pooled interval"] =
        itk::ToJson(m_Scores.GetIntervalOfPooled(metric, m_Options.Resamples, m_Options.Level, m_Options.Seed));
    }
  }
  for (const auto & image : m_Scores.GetImages())
  {
    nlohmann::ordered_json row{ { "image", image.Name } };
    for (const auto & [name, entry] : report["metrics"].items())
    {
      row[name] = NumberOrNull(SegmentationMetric::Get(name).Value(image.Scores));
    }
    for (const auto & [label, scores] : image.Scores.Classes)
    {
      row["classes"][LabelText(label)] = {
        { "Dice", scores.Overlap.Dice() },
        { "IntersectionOverUnion", scores.Overlap.IntersectionOverUnion() },
        { "Precision", scores.Overlap.Precision() },
        { "Recall", scores.Overlap.Recall() },
        { "HausdorffDistance", NumberOrNull(scores.Surface.HausdorffDistance) },
        { "HausdorffDistance95", NumberOrNull(scores.Surface.HausdorffDistance95) },
        { "AverageSymmetricSurfaceDistance", NumberOrNull(scores.Surface.AverageSymmetricSurfaceDistance) },
        { "SurfaceDice",
          scores.Surface.IsComputed ? nlohmann::json(scores.Surface.WithinTolerance.SurfaceDice()) : nlohmann::json() }
      };
    }
    report["images"].push_back(row);
  }
  // Names of files need not be UTF-8.
  return report.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}
} // namespace itk
