// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSegmentationCohort.h"
#include "itkCasePipeline.h"
#include "itkErrorSentence.h"
#include "itkWriteImageFile.h"
#include <chrono>
#include <filesystem>
#include <set>

namespace itk
{
namespace
{
namespace fs = std::filesystem;

/** A case on its way through the stages. */
struct CaseInWork
{
  const SegmentationCase & Case;
  ImageToSegment           Image;
  SegmentedImage           Segmented;
  CaseResult               Result;
  /** Empty until it is known. */
  std::string Line;
};

/** Adds the time of a stage to those before. */
class StageTime
{
public:
  explicit StageTime(CaseResult & result)
    : m_Result(result)
  {}
  ~StageTime() { m_Result.Seconds += std::chrono::duration<double>(Clock::now() - m_Start).count(); }
  StageTime(const StageTime &) = delete;
  StageTime &
  operator=(const StageTime &) = delete;

private:
  using Clock = std::chrono::steady_clock;

  CaseResult &            m_Result;
  const Clock::time_point m_Start{ Clock::now() };
};

void
MakeFolderOf(const std::string & fileName)
{
  const fs::path  folder = fs::path(fileName).parent_path();
  std::error_code error;
  if (!folder.empty())
  {
    fs::create_directories(folder, error);
  }
  if (error)
  {
    itkGenericExceptionMacro("Cannot write " << fileName << ": the folder " << folder.string()
                                             << " cannot be made: " << error.message() << '.');
  }
}

std::string
SentenceOf(const std::exception_ptr & failure)
{
  try
  {
    std::rethrow_exception(failure);
  }
  catch (const std::exception & error)
  {
    return ErrorSentence(error);
  }
  catch (...)
  {
    return "An unknown error.";
  }
}

/** Counts how cases end, and tells the listener. */
class CohortReport
{
public:
  CohortReport(std::size_t count, const CohortListener & listener)
    : m_Count(count)
    , m_Listener(listener)
  {}

  const CohortSummary &
  GetSummary() const
  {
    return m_Summary;
  }

  void
  Add(CaseStatus status, const std::string & line)
  {
    m_Listener.Case(line);
    ++(status == CaseStatus::Done      ? m_Summary.Done
       : status == CaseStatus::Skipped ? m_Summary.Skipped
                                       : m_Summary.Failed);
    // What is skipped takes no time and so tells nothing of the time left.
    const std::size_t skipped = m_Summary.Skipped;
    m_Listener.Progress(m_Summary,
                        skipped == m_Count ? 1.0
                                           : static_cast<double>(m_Summary.GetTotal() - skipped) /
                                               static_cast<double>(m_Count - skipped));
  }

  void
  Note(const std::string & sentence)
  {
    m_Listener.Note(sentence);
  }

private:
  const std::size_t      m_Count;
  const CohortListener & m_Listener;
  CohortSummary          m_Summary;
};

void
ReadCase(CaseInWork & work, const ImageSegmenter & segmenter)
{
  const StageTime time(work.Result);
  MakeFolderOf(work.Case.Output);
  segmenter.VerifyOutput(work.Case.Output);
  work.Image = segmenter.Read(work.Case.Input);
}

void
ComputeCase(CaseInWork & work, ImageSegmenter & segmenter, CohortReport & report)
{
  const StageTime time(work.Result);
  // Before the output changes: large images are written while they are computed.
  CaseRecords::Remove(work.Case);
  SegmentationListener listener;
  listener.Note = [&](const std::string & note)
  {
    work.Result.Notes.push_back(note);
    report.Note(work.Case.Name + ": " + note);
  };
  work.Segmented = segmenter.Compute(std::exchange(work.Image, {}), work.Case.Output, listener);
}

void
WriteCase(CaseInWork & work, const CaseRecords & records)
{
  {
    const StageTime time(work.Result);
    work.Segmented.Write(work.Case.Output);
  }
  work.Result.Status = CaseStatus::Done;
  work.Result.Size = work.Segmented.Size;
  work.Result.NumberOfObjects = work.Segmented.NumberOfObjects;
  work.Result.Computation = work.Segmented.Computation;
  work.Line = records.MakeLine(work.Case, work.Result);
  CaseRecords::Write(work.Case, work.Line);
}

void
FailCase(CaseInWork & work, const std::string & error, const CaseRecords & records, CohortReport & report)
{
  work.Result.Status = CaseStatus::Failed;
  work.Result.Error = error;
  work.Line = records.MakeLine(work.Case, work.Result);
  const bool namesCase =
    error.find(work.Case.Name) != std::string::npos || error.find(work.Case.Input) != std::string::npos;
  report.Note((namesCase ? "" : work.Case.Input + ": ") + error);
}

/** A case that is skipped has a line but no image, and so nothing to compute and to write. */
CaseStages<CaseInWork>
MakeStages(ImageSegmenter & segmenter, const CaseRecords & records, bool computesAll, CohortReport & report)
{
  CaseStages<CaseInWork> stages;
  stages.Read = [&segmenter, &records, computesAll](CaseInWork & work)
  {
    if (const auto finished = computesAll ? std::nullopt : records.FindFinished(work.Case))
    {
      work.Result.Status = CaseStatus::Skipped;
      work.Line = *finished;
      return;
    }
    ReadCase(work, segmenter);
  };
  stages.Compute = [&segmenter, &report](CaseInWork & work)
  {
    if (work.Image.Image)
    {
      ComputeCase(work, segmenter, report);
    }
  };
  stages.Write = [&records](CaseInWork & work)
  {
    if (work.Segmented.Write)
    {
      WriteCase(work, records);
    }
  };
  stages.Finish = [&records, &report](CaseInWork & work, const std::exception_ptr & failure)
  {
    if (failure)
    {
      FailCase(work, SentenceOf(failure), records, report);
    }
    report.Add(work.Result.Status, work.Line);
  };
  return stages;
}

void
RemoveAbandonedOutputs(const std::vector<SegmentationCase> & cases)
{
  std::set<std::string> folders;
  for (const auto & each : cases)
  {
    const fs::path folder = fs::path(each.Output).parent_path();
    folders.insert(folder.empty() ? "." : folder.string());
  }
  for (const auto & folder : folders)
  {
    RemoveAbandonedWrites(folder);
  }
}
} // namespace

std::string
CohortSummary::ToString() const
{
  return std::to_string(this->GetTotal()) + " cases: " + std::to_string(Done) + " done, " + std::to_string(Skipped) +
         " skipped, " + std::to_string(Failed) + " failed.";
}

CohortSummary
SegmentCohort(const std::vector<SegmentationCase> & cases,
              ImageSegmenter &                      segmenter,
              const CaseRecords &                   records,
              bool                                  computesAll,
              const CohortListener &                listener)
{
  RemoveAbandonedOutputs(cases);
  CohortReport report(cases.size(), listener);
  RunCasePipeline<CaseInWork>(
    cases.size(),
    [&cases](std::size_t i) {
      return std::make_unique<CaseInWork>(CaseInWork{ cases[i], {}, {}, {}, {} });
    },
    MakeStages(segmenter, records, computesAll, report));
  return report.GetSummary();
}
} // namespace itk
