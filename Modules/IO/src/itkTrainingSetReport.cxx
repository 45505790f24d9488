// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTrainingSetReport.h"
#include "itkTrainingPairContent.h"
#include "itkTrainingSetRelatives.h"
#include "itkTrainingSetSummary.h"
#include <nlohmann/json.hpp>
#include <algorithm>
#include <atomic>
#include <thread>

namespace itk
{
struct TrainingSetReport::Content
{
  std::string                      File;
  std::vector<ImageLabelPair>      Pairs;
  std::vector<TrainingPairContent> Contents;
  std::vector<TrainingSetProblem>  Problems;
  TrainingSetRelatives             Relatives;
  TrainingSetSummary               Summary;
};

namespace
{
using Json = nlohmann::ordered_json;
using Severity = TrainingSetSeverity;
using Problem = TrainingSetProblem;

/** Calls a function for 0 … count - 1 on several threads; progress is told on this one. */
template <typename TFunction>
void
ForEach(std::size_t count, unsigned int numberOfThreads, const TorchProgress & progress, TFunction && function)
{
  std::atomic<std::size_t> next{ 0 };
  std::atomic<std::size_t> done{ 0 };
  const auto               work = [&](bool isFirst)
  {
    for (std::size_t i = next++; i < count; i = next++)
    {
      function(i);
      ++done;
      if (isFirst && progress)
      {
        progress(static_cast<double>(done) / static_cast<double>(count));
      }
    }
  };
  std::vector<std::thread> threads;
  for (unsigned int i = 1; i < std::min<std::size_t>(numberOfThreads, count); ++i)
  {
    threads.emplace_back(work, false);
  }
  const auto join = [&]
  {
    for (auto & thread : threads)
    {
      thread.join();
    }
  };
  try
  {
    work(true);
  }
  catch (...)
  {
    next = count;
    join();
    throw;
  }
  join();
  if (progress)
  {
    progress(1.0);
  }
}

std::string
PrintCount(std::size_t count, const std::string & noun)
{
  return std::to_string(count) + ' ' + noun + (count == 1 ? "" : "s");
}

/** What is wrong with a pair by itself. */
void
FindProblemsOfPair(const ImageLabelPair &      pair,
                   const TrainingPairContent & content,
                   LabelMeaning                meaning,
                   std::size_t                 number,
                   std::vector<Problem> &      problems)
{
  const auto add = [&](Severity severity, const char * kind, const std::string & sentence) {
    problems.push_back({ severity, kind, { number }, sentence });
  };
  if (!content.ImageProblem.empty())
  {
    add(Severity::Error, "image", pair.Image + ": " + content.ImageProblem);
  }
  if (!content.LabelProblem.empty())
  {
    add(Severity::Error, "label", pair.Label + ": " + content.LabelProblem);
  }
  if (!content.GridProblem.empty())
  {
    add(Severity::Error, "grid", pair.Label + ": " + content.GridProblem);
  }
  if (pair.Image == pair.Label)
  {
    add(Severity::Warning, "same-file", pair.Image + ": it is image and label.");
  }
  if (content.NotFinite > 0)
  {
    add(Severity::Warning,
        "not-finite",
        pair.Image + ": " + std::to_string(content.NotFinite) + " of its values are infinite or no numbers.");
  }
  if (content.ImageProblem.empty() && content.Fingerprint.IsFlat)
  {
    std::ostringstream sentence;
    sentence << pair.Image << ": all its pixels are " << content.Minimum << '.';
    add(Severity::Warning, "flat-image", sentence.str());
  }
  if (content.LabelProblem.empty() && content.Parts.empty())
  {
    add(Severity::Warning, "empty-label", pair.Label + ": no pixel has a label.");
  }
  const bool isWhole = content.Pixels > 0 && content.Foreground == content.Pixels;
  if (content.LabelProblem.empty() && content.GridProblem.empty() && isWhole && meaning != LabelMeaning::Classes)
  {
    add(Severity::Warning, "full-label", pair.Label + ": every pixel has a label; 0 is background.");
  }
  const std::string odd = meaning == LabelMeaning::Objects ? DescribeOddObjects(content.Parts) : std::string{};
  if (!odd.empty())
  {
    const bool isMask = content.Parts.size() == 1;
    add(isMask ? Severity::Warning : Severity::Note, isMask ? "mask" : "parts", pair.Label + ": " + odd);
  }
  for (const std::string & note : content.Notes)
  {
    add(Severity::Note, "file", pair.Image + ": " + note);
  }
}
} // namespace

TrainingSetReport::TrainingSetReport(const std::string &        csvFile,
                                     const TrainingSetOptions & options,
                                     const TorchProgress &      progress)
  : m_Content(std::make_unique<Content>())
{
  auto & content = *m_Content;
  content.File = csvFile;
  content.Pairs = ReadImageLabelPairs(csvFile);
  content.Contents.resize(content.Pairs.size());
  ForEach(content.Pairs.size(),
          options.NumberOfThreads,
          progress,
          [&](std::size_t i) { content.Contents[i] = ExamineTrainingPair(content.Pairs[i], options); });

  auto & problems = content.Problems;
  content.Summary = SummarizeTrainingSet(content.Pairs, content.Contents, options.Labels, problems);
  for (std::size_t i = 0; i < content.Pairs.size(); ++i)
  {
    FindProblemsOfPair(content.Pairs[i], content.Contents[i], content.Summary.Meaning, i, problems);
  }
  content.Relatives = FindTrainingSetRelatives(content.Pairs, content.Contents, problems);
  std::stable_sort(problems.begin(),
                   problems.end(),
                   [](const Problem & a, const Problem & b)
                   { return std::tie(a.Severity, a.Pairs.front()) < std::tie(b.Severity, b.Pairs.front()); });
}

TrainingSetReport::~TrainingSetReport() = default;
TrainingSetReport::TrainingSetReport(TrainingSetReport &&) noexcept = default;

const std::vector<ImageLabelPair> &
TrainingSetReport::GetPairs() const
{
  return m_Content->Pairs;
}

const std::vector<TrainingSetProblem> &
TrainingSetReport::GetProblems() const
{
  return m_Content->Problems;
}

std::size_t
TrainingSetReport::CountProblems(TrainingSetSeverity severity) const
{
  return static_cast<std::size_t>(std::count_if(m_Content->Problems.begin(),
                                                m_Content->Problems.end(),
                                                [severity](const Problem & problem)
                                                { return problem.Severity == severity; }));
}

const std::vector<std::vector<std::size_t>> &
TrainingSetReport::GetFields() const
{
  return m_Content->Relatives.Fields;
}

std::string
TrainingSetReport::ToText() const
{
  constexpr std::size_t mostLines = 12;
  std::string           text;
  for (const Problem & problem : m_Content->Problems)
  {
    const auto line = [&](std::size_t pair) { return std::to_string(m_Content->Pairs[pair].Line); };
    text += m_Content->File + ':' + line(problem.Pairs.front()) + ": " + GetEnumerationText(problem.Severity) + ": " +
            problem.Sentence;
    if (!problem.AreRelatives && problem.Pairs.size() > 1)
    {
      text += " Lines " + line(problem.Pairs[0]);
      for (std::size_t i = 1; i < std::min(mostLines, problem.Pairs.size()); ++i)
      {
        text += ", " + line(problem.Pairs[i]);
      }
      text +=
        problem.Pairs.size() > mostLines ? " and " + std::to_string(problem.Pairs.size() - mostLines) + " more." : ".";
    }
    text += " [" + problem.Kind + "]\n";
  }
  text += text.empty() ? "" : "\n";
  text += PrintTrainingSetSummary(m_Content->Summary, m_Content->File, m_Content->Pairs.size());
  const auto & relatives = m_Content->Relatives;
  if (!relatives.Fields.empty())
  {
    std::size_t images = 0;
    for (const auto & field : relatives.Fields)
    {
      images += field.size();
    }
    text += PrintSummaryLine("Relatives",
                             std::to_string(images) + " images are copies or parts of " +
                               std::to_string(relatives.Fields.size()) + " larger ones");
  }
  text += '\n' + PrintCount(this->CountProblems(Severity::Error), "error") + ", " +
          PrintCount(this->CountProblems(Severity::Warning), "warning") + ", " +
          PrintCount(this->CountProblems(Severity::Note), "note") + ".\n";
  return text;
}

std::string
TrainingSetReport::ToJson() const
{
  const auto & pairs = m_Content->Pairs;
  const auto   toLines = [&pairs](const std::vector<std::size_t> & numbers)
  {
    Json lines = Json::array();
    for (const std::size_t number : numbers)
    {
      lines.push_back(pairs[number].Line);
    }
    return lines;
  };
  Json json{ { "File", m_Content->File },
             { "Errors", this->CountProblems(Severity::Error) },
             { "Warnings", this->CountProblems(Severity::Warning) },
             { "Notes", this->CountProblems(Severity::Note) },
             { "Problems", Json::array() } };
  for (const Problem & problem : m_Content->Problems)
  {
    json["Problems"].push_back({ { "Severity", GetEnumerationText(problem.Severity) },
                                 { "Kind", problem.Kind },
                                 { "Lines", toLines(problem.Pairs) },
                                 { "Sentence", problem.Sentence } });
  }
  json["Relatives"] = Json::array();
  for (const TrainingSetRelative & relative : m_Content->Relatives.All)
  {
    const Json object{ { "Kind", relative.Kind },
                       { "Lines", toLines({ relative.First, relative.Second }) },
                       { "Folds", { pairs[relative.First].Fold, pairs[relative.Second].Fold } },
                       { "IsCertain", relative.IsCertain },
                       { "Score", relative.Score } };
    json["Relatives"].push_back(object);
  }
  json["ChanceScores"] = m_Content->Relatives.ChanceScores;
  json["Fields"] = Json::array();
  for (const auto & field : m_Content->Relatives.Fields)
  {
    json["Fields"].push_back(toLines(field));
  }
  json["Meaning"] = GetEnumerationText(m_Content->Summary.Meaning);
  json["Folds"] = Json::array();
  for (const auto & [fold, shares] : m_Content->Summary.Folds)
  {
    Json object{ { "Fold", fold },
                 { "Pairs", shares.Pairs },
                 { "Pixels", shares.Pixels },
                 { "Foreground", shares.Foreground },
                 { "Labels", shares.Labels } };
    for (const auto & [label, pixels] : shares.PixelsOfClass)
    {
      object["PixelsOfClass"][std::to_string(label)] = pixels;
    }
    json["Folds"].push_back(object);
  }
  json["Pairs"] = Json::array();
  for (std::size_t i = 0; i < pairs.size(); ++i)
  {
    const auto & content = m_Content->Contents[i];
    Json         object{
      { "Line", pairs[i].Line }, { "Image", pairs[i].Image }, { "Label", pairs[i].Label }, { "Fold", pairs[i].Fold }
    };
    if (content.ImageProblem.empty())
    {
      object["Size"] = content.Size;
      object["Components"] = content.Components;
      object["ComponentType"] = content.ComponentType;
      object["Spacing"] = content.Spacing;
      object["Orientation"] = content.Orientation;
      object["Minimum"] = content.Minimum;
      object["Maximum"] = content.Maximum;
    }
    if (content.LabelProblem.empty())
    {
      object["Labels"] = content.Parts.size();
      object["Foreground"] = content.Foreground;
    }
    if (content.BrightShare >= 0)
    {
      object["BrightShare"] = content.BrightShare;
    }
    json["Pairs"].push_back(object);
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}
} // namespace itk
