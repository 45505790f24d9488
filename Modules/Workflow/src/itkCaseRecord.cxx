// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCaseRecord.h"
#include "itkAtomicFileWrite.h"
#include "itkDicomSeries.h"
#include "itkMacro.h"
#include <nlohmann/json.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace itk
{
namespace
{
namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::string
GetRecordName(const SegmentationCase & each)
{
  return each.Output + ".json";
}

fs::path
AbsolutePath(const std::string & fileName)
{
  return fs::absolute(fileName).lexically_normal();
}

/** The same wherever the folder that holds both lies. */
fs::path
GetPlaceOfInput(const fs::path & input, const fs::path & output)
{
  return input.lexically_relative(output.parent_path());
}

/** Names of files need not be UTF-8. */
std::string
Dump(const Json & json)
{
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool
IsNewer(const std::string & file, const std::string & other)
{
  std::error_code error;
  std::error_code otherError;
  const auto      time = fs::last_write_time(file, error);
  const auto      otherTime = fs::last_write_time(other, otherError);
  return !error && !otherError && time > otherTime;
}

/** Of a series, also slices that were added or removed count. */
bool
IsNewerThanImage(const std::string & file, const std::string & image)
{
  const auto files = ListImageFiles(image);
  return !files.empty() &&
         std::all_of(files.begin(),
                     files.end(),
                     [&](const std::string & each) {
                       return IsNewer(file, each) &&
                              (files.size() == 1 || IsNewer(file, fs::path(each).parent_path().string()));
                     });
}

std::string
HashParameters(const std::string & settings, const std::string & modelHash, const std::string & version)
{
  nlohmann::json json{ { "model", modelHash }, { "version", version } };
  json["settings"] = nlohmann::json::parse(settings);
  for (auto & group : json["settings"])
  {
    if (group.is_object())
    {
      group.erase("MaximumMemory");
    }
  }
  Fnv1aHash hash;
  hash.Add(json.dump());
  return hash.ToString();
}
} // namespace

void
Fnv1aHash::Add(std::string_view bytes)
{
  for (const char byte : bytes)
  {
    m_Value = (m_Value ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  }
}

std::string
Fnv1aHash::ToString() const
{
  char text[17];
  std::snprintf(text, sizeof(text), "%016llx", static_cast<unsigned long long>(m_Value));
  return text;
}

std::string
HashFile(const std::string & fileName)
{
  std::ifstream                            file(fileName, std::ios::binary);
  std::array<char, std::size_t{ 1 } << 16> part{};
  Fnv1aHash                                hash;
  do
  {
    file.read(part.data(), part.size());
    hash.Add({ part.data(), static_cast<std::size_t>(file.gcount()) });
  }
  while (file);
  if (!file.eof())
  {
    itkGenericExceptionMacro(<< fileName << ": it cannot be read to its end.");
  }
  return hash.ToString();
}

CaseRecords::CaseRecords(const std::string & model, const std::string & settings, const std::string & version)
  : m_Model(AbsolutePath(model).string())
  , m_ModelHash(HashFile(model))
  , m_Settings(settings)
  , m_Version(version)
  , m_Hash(HashParameters(settings, m_ModelHash, version))
{}

std::string
CaseRecords::MakeLine(const SegmentationCase & each, const CaseResult & result) const
{
  constexpr const char * statuses[] = { "done", "skipped", "failed" };
  Json                   json{ { "case", each.Name },
             { "status", statuses[static_cast<int>(result.Status)] },
             { "input", AbsolutePath(each.Input).string() },
             { "output", AbsolutePath(each.Output).string() } };
  if (!result.Error.empty())
  {
    json["error"] = result.Error;
  }
  json["seconds"] = std::round(result.Seconds * 1e6) / 1e6;
  if (!result.Size.empty())
  {
    json["size"] = result.Size;
  }
  if (result.NumberOfObjects)
  {
    json["objects"] = *result.NumberOfObjects;
  }
  if (result.Computation.Precision != UNetPrecision::Automatic)
  {
    json["computation"] = { { "Precision", GetEnumerationText(result.Computation.Precision) },
                            { "Convolution", GetEnumerationText(result.Computation.Convolution) } };
  }
  if (!result.Notes.empty())
  {
    json["notes"] = result.Notes;
  }
  json["parameters"] = m_Hash;
  json["model"] = m_Model;
  json["modelHash"] = m_ModelHash;
  json["version"] = m_Version;
  json["settings"] = Json::parse(m_Settings);
  return Dump(json);
}

void
CaseRecords::Write(const SegmentationCase & each, const std::string & line)
{
  AtomicFileWrite(GetRecordName(each), line + '\n');
}

void
CaseRecords::Remove(const SegmentationCase & each)
{
  std::error_code error;
  fs::remove(GetRecordName(each), error);
  if (error)
  {
    itkGenericExceptionMacro("Cannot replace " << GetRecordName(each) << ": " << error.message() << '.');
  }
}

std::optional<std::string>
CaseRecords::FindFinished(const SegmentationCase & each) const
{
  if (!IsNewerThanImage(each.Output, each.Input) || !IsNewer(each.Output, m_Model))
  {
    return std::nullopt;
  }
  std::ifstream file(GetRecordName(each));
  Json          record = Json::parse(file, nullptr, false);
  const auto    getText = [&record](const char * name)
  { return record.contains(name) && record[name].is_string() ? record[name].get<std::string>() : std::string(); };
  if (getText("status") != "done" || getText("parameters") != m_Hash ||
      GetPlaceOfInput(getText("input"), getText("output")) !=
        GetPlaceOfInput(AbsolutePath(each.Input), AbsolutePath(each.Output)))
  {
    return std::nullopt;
  }
  record["status"] = "skipped";
  return Dump(record);
}
} // namespace itk
