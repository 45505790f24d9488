// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkCaseRecord_h
#define itkCaseRecord_h

#include "ITKTorchWorkflowExport.h"
#include "itkIntTypes.h"
#include "itkSegmentationCase.h"
#include "itkTorchEnumeration.h"
#include "itkUNetComputation.h"
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace itk
{
/** The 64-bit FNV-1a hash of bytes that come in parts. */
class ITKTorchWorkflow_EXPORT Fnv1aHash
{
public:
  void
  Add(std::string_view bytes);

  /** 16 hexadecimal digits. */
  std::string
  ToString() const;

private:
  std::uint64_t m_Value{ 0xcbf29ce484222325 };
};

/** \throws ExceptionObject if the file cannot be read */
ITKTorchWorkflow_EXPORT std::string
HashFile(const std::string & fileName);

enum class CaseStatus : std::uint8_t
{
  Done,
  Skipped,
  Failed
};
itkTorchEnumerationMacro(CaseStatus, { "Done", "done" }, { "Skipped", "skipped" }, { "Failed", "failed" });

/** What came of a case. */
struct CaseResult
{
  CaseStatus                   Status{ CaseStatus::Failed };
  std::string                  Error;
  double                       Seconds{ 0.0 };
  std::vector<SizeValueType>   Size;
  std::optional<SizeValueType> NumberOfObjects;
  /** Sentences about how the image was read and resampled. */
  std::vector<std::string> Notes;
  /** What the network was computed by; automatic where it is not known. */
  UNetComputation Computation{};
};

/** \class CaseRecords
 * \brief One line of JSON for each case of a run. The line of a case that is done stays beside its output, in the file
 * "NAME.json" for an output NAME, so that a later run can tell that nothing is left to do.
 *
 * The line's "parameters" is the FNV-1a hash of a JSON text with sorted names that holds the settings without
 * MaximumMemory, which no result depends on, the hash of the model file's bytes and the version of this library. */
class ITKTorchWorkflow_EXPORT CaseRecords
{
public:
  /** \param model the model's file, which is read
   * \param settings a JSON object */
  CaseRecords(const std::string & model, const std::string & settings, const std::string & version);

  const std::string &
  GetHash() const
  {
    return m_Hash;
  }

  /** One line without its end. File names are absolute. */
  std::string
  MakeLine(const SegmentationCase & each, const CaseResult & result) const;

  /** \param line of a case that is done, whose output has been written */
  static void
  Write(const SegmentationCase & each, const std::string & line);

  /** To be called before an output is replaced: a record tells what its output is, whenever the process ends. */
  static void
  Remove(const SegmentationCase & each);

  /** The line of a case that an earlier run has done with this run's hash, for the same image, and whose output is
   * newer than image and model; its status is "skipped". Nothing if the case has to be computed. */
  std::optional<std::string>
  FindFinished(const SegmentationCase & each) const;

private:
  std::string m_Model;
  std::string m_ModelHash;
  std::string m_Settings;
  std::string m_Version;
  std::string m_Hash;
};
} // namespace itk

#endif
