// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkEvaluationReport.h"
#include "itkSegmentationScoreSet.h"
#include "itkTorchParameterText.h"
#include <algorithm>
#include <cmath>

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
IntervalAsJson(const SegmentationScoreSet::Interval & interval)
{
  return { NumberOrNull(interval.Lower), NumberOrNull(interval.Upper) };
}

SegmentationScoreSet
ScoresOfOne(const SegmentationScoreSet::Image & image)
{
  SegmentationScoreSet scores;
  scores.Add(image.Name, image.Scores);
  return scores;
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

std::vector<std::uint64_t>
EvaluationReport::GetClassLabels() const
{
  if (m_Options.Classes.GetNumberOfClasses() == 0)
  {
    return m_Scores.GetClassLabels();
  }
  std::vector<std::uint64_t> labels;
  for (std::uint64_t label = 1; label < m_Options.Classes.GetNumberOfClasses(); ++label)
  {
    labels.push_back(label);
  }
  return labels;
}

void
EvaluationReport::PrintTable(std::FILE * stream) const
{
  std::size_t width = sizeof("all pixels and objects");
  for (const auto & image : m_Scores.GetImages())
  {
    width = std::min<std::size_t>(40, std::max(width, image.Name.size()));
  }
  const auto labels = this->GetClassLabels();
  const auto titleOf = [this](std::uint64_t label, std::size_t images)
  {
    const auto & name = m_Options.Classes.GetName(static_cast<std::int64_t>(label));
    return "class " + LabelText(label) + (name.empty() ? "" : " " + name) + ", mean over " + std::to_string(images);
  };
  for (const auto label : labels)
  {
    width = std::min<std::size_t>(40, std::max(width, titleOf(label, m_Scores.GetImages().size()).size()));
  }
  std::vector<SegmentationMetric> metrics;
  std::fprintf(stream, "%-*s", static_cast<int>(width), labels.empty() ? "image" : "image, any class");
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
  const auto printMean = [&](const std::string & name, const SegmentationScoreSet & scores)
  {
    printRow(name, [&](const auto & metric) { return scores.GetMean(metric); });
    const auto images = scores.GetImages().size();
    if (std::any_of(metrics.begin(),
                    metrics.end(),
                    [&](const auto & metric) { return scores.GetNumberOfFiniteValues(metric) < images; }))
    {
      printRow("  count of finite values",
               [&](const auto & metric) { return static_cast<double>(scores.GetNumberOfFiniteValues(metric)); });
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
    printMean("mean over images", m_Scores);
    printRow(std::string(level) + "from", [&](const auto & metric) { return interval(metric).Lower; });
    printRow(std::string(level) + "to", [&](const auto & metric) { return interval(metric).Upper; });
    printRow("all pixels and objects", [&](const auto & metric) { return m_Scores.GetPooled(metric); });
  }
  for (const auto label : labels)
  {
    // An image without the class on either side tells nothing about it.
    const auto scores = m_Scores.GetClass(label);
    printMean(titleOf(label, scores.GetImages().size()), scores);
  }
  if (!labels.empty())
  {
    const auto classes = m_Scores.GetClassLabels().size();
    printRow("mean over " + std::to_string(classes) + (classes == 1 ? " class" : " classes"),
             [&](const auto & metric) { return m_Scores.GetMeanOverClasses(metric); });
  }
  std::fputc('\n', stream);
}

std::string
EvaluationReport::ToCsv() const
{
  const bool                      hasClasses = m_Parameters.Labels == LabelMeaning::Classes;
  const bool                      hasNames = hasClasses && m_Options.Classes.HasNames();
  std::vector<SegmentationMetric> metrics;
  std::string                     csv = "image";
  csv += (hasClasses ? ",class" : "") + std::string(hasNames ? ",name" : "");
  for (const auto & metric : SegmentationMetric::GetAll())
  {
    if (IsComputed(m_Scores, metric))
    {
      metrics.push_back(metric);
      csv += ',' + metric.Name;
    }
  }
  const auto addNumbers = [&](const auto & valueOf)
  {
    for (const auto & metric : metrics)
    {
      char         number[32] = "";
      const double value = valueOf(metric);
      if (std::isfinite(value))
      {
        std::snprintf(number, sizeof(number), "%.9g", value);
      }
      csv += ',' + std::string(number);
    }
    csv += '\n';
  };
  csv += '\n';
  const auto add =
    [&](const std::string & image, const std::string & label, const std::string & name, const auto & valueOf)
  {
    csv += CsvText(image) + (hasClasses ? ',' + label : "") + (hasNames ? ',' + CsvText(name) : "");
    addNumbers(valueOf);
  };
  for (const auto & image : m_Scores.GetImages())
  {
    add(image.Name, "any", "", [&](const auto & metric) { return metric.Value(image.Scores); });
    for (const auto & [label, unused] : image.Scores.Classes)
    {
      const auto scores = image.Scores.GetClass(label);
      add(image.Name,
          LabelText(label),
          m_Options.Classes.GetName(static_cast<std::int64_t>(label)),
          [&](const auto & metric) { return metric.Value(scores); });
    }
    if (hasClasses)
    {
      const auto alone = ScoresOfOne(image);
      add(image.Name, "mean", "", [&](const auto & metric) { return alone.GetMeanOverClasses(metric); });
    }
  }
  return csv;
}

nlohmann::ordered_json
EvaluationReport::SummarizeClasses() const
{
  nlohmann::ordered_json summary;
  for (const auto & metric : SegmentationMetric::GetAll())
  {
    const auto classes = m_Scores.GetNumberOfFiniteClasses(metric);
    if (classes > 0)
    {
      summary[metric.Name] = { { "mean", m_Scores.GetMeanOverClasses(metric) },
                               { "interval",
                                 IntervalAsJson(m_Scores.GetIntervalOfMeanOverClasses(
                                   metric, m_Options.Resamples, m_Options.Level, m_Options.Seed)) },
                               { "classes", classes } };
    }
  }
  return summary;
}

nlohmann::ordered_json
EvaluationReport::Summarize(const SegmentationScoreSet & scores) const
{
  nlohmann::ordered_json summary;
  for (const auto & metric : SegmentationMetric::GetAll())
  {
    if (!IsComputed(scores, metric))
    {
      continue;
    }
    auto & entry = summary[metric.Name];
    entry["definition"] = metric.Description;
    entry["mean"] = NumberOrNull(scores.GetMean(metric));
    entry["interval"] =
      IntervalAsJson(scores.GetIntervalOfMean(metric, m_Options.Resamples, m_Options.Level, m_Options.Seed));
    entry["images"] = scores.GetNumberOfFiniteValues(metric);
    if (metric.IsPooled())
    {
      entry["pooled"] = NumberOrNull(scores.GetPooled(metric));
      entry["pooled interval"] =
        IntervalAsJson(scores.GetIntervalOfPooled(metric, m_Options.Resamples, m_Options.Level, m_Options.Seed));
    }
  }
  return summary;
}

std::string
EvaluationReport::ToJson() const
{
  nlohmann::ordered_json report;
  report["parameters"] = nlohmann::ordered_json::parse(WriteParameters(m_Parameters));
  report["bootstrap"] = { { "Resamples", m_Options.Resamples },
                          { "Level", m_Options.Level },
                          { "Seed", m_Options.Seed } };
  report["missing predictions"] = m_Options.MissingPredictions;
  report["metrics"] = this->Summarize(m_Scores);
  for (const auto label : this->GetClassLabels())
  {
    report["classes"][LabelText(label)] = this->Summarize(m_Scores.GetClass(label));
  }
  if (m_Parameters.Labels == LabelMeaning::Classes)
  {
    report["class names"] = m_Options.Classes.GetNames();
    report["mean over classes"] = this->SummarizeClasses();
  }
  const auto numbersOf = [](const SegmentationScores & scores)
  {
    nlohmann::ordered_json numbers;
    for (const auto & metric : SegmentationMetric::GetAll())
    {
      const double value = metric.Value(scores);
      if (!std::isnan(value))
      {
        numbers[metric.Name] = NumberOrNull(value);
      }
    }
    return numbers;
  };
  for (const auto & image : m_Scores.GetImages())
  {
    nlohmann::ordered_json row{ { "image", image.Name } };
    row.update(numbersOf(image.Scores));
    for (const auto & [label, scores] : image.Scores.Classes)
    {
      row["classes"][LabelText(label)] = numbersOf(image.Scores.GetClass(label));
    }
    const auto alone = ScoresOfOne(image);
    for (const auto & metric : SegmentationMetric::GetAll())
    {
      const double mean = alone.GetMeanOverClasses(metric);
      if (!std::isnan(mean))
      {
        row["mean over classes"][metric.Name] = mean;
      }
    }
    report["images"].push_back(row);
  }
  // Names of files need not be UTF-8.
  return report.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}
} // namespace itk
