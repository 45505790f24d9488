// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkImageLabelPairs.h"

#include "itkCsvTable.h"

#include "itkMacro.h"

#include <filesystem>

namespace itk
{
namespace
{
std::string
Resolved(const CsvTable & table, const CsvTable::Row & row, std::size_t column)
{
  const std::string & name = row.Fields[column];
  if (name.empty())
  {
    itkGenericExceptionMacro(<< table.File << ", line " << row.Line << ": no " << table.Header[column]
                             << " file is named.");
  }
  return (std::filesystem::path(table.File).parent_path() / name).string();
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
    pairs.push_back({ Resolved(table, row, image),
                      Resolved(table, row, label),
                      hasFold ? table.NonNegativeInteger(row, fold) : 0,
                      row.Line });
  }
  if (pairs.empty())
  {
    itkGenericExceptionMacro(<< csvFile << " lists no pair of image and label.");
  }
  return pairs;
}
} // namespace itk
