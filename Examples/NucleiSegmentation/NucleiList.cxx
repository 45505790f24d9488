// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "NucleiList.h"

#include "itkCsvTable.h"

#include "itkMacro.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>

namespace itk
{
namespace
{
namespace fs = std::filesystem;

std::vector<std::string>
ListIds(const NucleiImportOptions & options)
{
  std::set<std::string> ids;
  if (options.Ids.empty())
  {
    for (const auto & entry : VisibleEntries(options.Input))
    {
      if (fs::is_directory(entry))
      {
        ids.insert(entry.filename().string());
      }
    }
  }
  else
  {
    std::ifstream stream(options.Ids);
    if (!stream)
    {
      itkGenericExceptionMacro(<< "Cannot open " << options.Ids << " for reading.");
    }
    for (std::string line; std::getline(stream, line);)
    {
      std::istringstream words(line.substr(0, line.find('#')));
      for (std::string id; words >> id;)
      {
        ids.insert(id);
      }
    }
  }
  if (ids.empty())
  {
    itkGenericExceptionMacro(<< (options.Ids.empty() ? options.Input : options.Ids) << " names no image.");
  }
  return { ids.begin(), ids.end() };
}

// The ids are sorted, so two that share a prefix are neighbors.
std::size_t
DistinctPrefixLength(const std::vector<std::string> & ids)
{
  std::size_t length = 8;
  for (std::size_t i = 1; i < ids.size(); ++i)
  {
    const auto & a = ids[i - 1];
    const auto & b = ids[i];
    const auto   common = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin();
    length = std::max(length, static_cast<std::size_t>(common) + 1);
  }
  return length;
}

// FNV-1a, so that a fold does not depend on the other images or on the standard library.
int
HashedFold(const std::string & id)
{
  std::uint64_t hash = 14695981039346656037u;
  for (const char character : id)
  {
    hash = (hash ^ static_cast<unsigned char>(character)) * 1099511628211u;
  }
  return static_cast<int>(hash % 10);
}

class Folds
{
public:
  explicit Folds(const std::string & groupsFile)
  {
    if (groupsFile.empty())
    {
      return;
    }
    const CsvTable table = ReadCsvTable(groupsFile);
    const auto     id = table.Column("image_id");
    const auto     fold = table.Column("fold10");
    m_Table.emplace();
    for (const auto & row : table.Rows)
    {
      (*m_Table)[row.Fields[id]] = table.NonNegativeInteger(row, fold);
    }
  }

  std::optional<int>
  Of(const std::string & id) const
  {
    if (!m_Table)
    {
      return HashedFold(id);
    }
    const auto found = m_Table->find(id);
    return found == m_Table->end() ? std::nullopt : std::optional<int>(found->second);
  }

private:
  std::optional<std::map<std::string, int>> m_Table;
};
} // namespace

std::vector<NucleiEntry>
ListNuclei(const NucleiImportOptions & options, std::vector<std::string> & problems)
{
  const auto  ids = ListIds(options);
  const auto  length = DistinctPrefixLength(ids);
  const Folds folds(options.Groups);

  std::vector<NucleiEntry> entries;
  for (const auto & id : ids)
  {
    const auto fold = folds.Of(id);
    entries.push_back({ id, id.substr(0, length) + ".png", fold.value_or(0) });
    if (!fold)
    {
      problems.push_back(options.Groups + " has no row for image " + id + '.');
    }
  }
  return entries;
}

std::vector<fs::path>
VisibleEntries(const fs::path & folder)
{
  std::vector<fs::path> entries;
  for (const auto & entry : fs::directory_iterator(folder))
  {
    if (entry.path().filename().string().front() != '.')
    {
      entries.push_back(entry.path());
    }
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}
} // namespace itk
