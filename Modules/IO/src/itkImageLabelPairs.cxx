// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkImageLabelPairs.h"

#include "itkCsvTable.h"

#include "itkMacro.h"

#include <cmath>
#include <cstdlib>
#include <filesystem>

namespace itk
{
namespace
{
/** The field of a column that may be absent; empty if it is. */
std::string
GetOptional(const CsvTable & table, const CsvTable::Row & row, const char * column)
{
  return table.HasColumn(column) ? row.Fields[table.Column(column)] : std::string{};
}

/** \param name of a file, relative to the table's folder; empty for none */
std::string
Resolve(const CsvTable & table, const std::string & name)
{
  return name.empty() ? name : (std::filesystem::path(table.File).parent_path() / name).string();
}

std::string
GetFile(const CsvTable & table, const CsvTable::Row & row, std::size_t column)
{
  if (row.Fields[column].empty())
  {
    itkGenericExceptionMacro(<< table.File << ", line " << row.Line << ": no " << table.Header[column]
                             << " file is named.");
  }
  return Resolve(table, row.Fields[column]);
}

double
GetSamplingWeight(const CsvTable & table, const CsvTable::Row & row)
{
  const std::string text = GetOptional(table, row, "sampling_weight");
  if (text.empty())
  {
    return 1.0;
  }
  char *       end = nullptr;
  const double weight = std::strtod(text.c_str(), &end);
  if (*end != '\0' || !std::isfinite(weight) || weight < 0.0)
  {
    itkGenericExceptionMacro(<< table.File << ", line " << row.Line
                             << ": sampling_weight must be a number of at least 0, but is " << text << '.');
  }
  return weight;
}
} // namespace

std::vector<ImageLabelPair>
ReadImageLabelPairs(const std::string & csvFile)
{
  const CsvTable table = ReadCsvTable(csvFile);
  const auto     image = table.Column("image");
  const auto     label = table.Column("label");
  const bool     hasFold = table.HasColumn("fold");
  const auto     fold = hasFold ? table.Column("fold") : 0;

  std::vector<ImageLabelPair> pairs;
  pairs.reserve(table.Rows.size());
  for (const auto & row : table.Rows)
  {
    ImageLabelPair pair;
    pair.Image = GetFile(table, row, image);
    pair.Label = GetFile(table, row, label);
    pair.Fold = hasFold ? table.NonNegativeInteger(row, fold) : 0;
    pair.Line = row.Line;
    pair.Weight = Resolve(table, GetOptional(table, row, "weight"));
    pair.Ignored = Resolve(table, GetOptional(table, row, "ignored"));
    pair.Category = GetOptional(table, row, "category");
    pair.SamplingWeight = GetSamplingWeight(table, row);
    pairs.push_back(pair);
  }
  if (pairs.empty())
  {
    itkGenericExceptionMacro(<< csvFile << " lists no pair of image and label.");
  }
  return pairs;
}
} // namespace itk
