// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkCsvTable_h
#define itkCsvTable_h

#include "ITKTorchIOExport.h"
#include <cstddef>
#include <string>
#include <vector>

namespace itk
{
/** A small comma-separated table with a header line.
 *
 * Fields may be quoted with `"` (two for one inside); spaces around a field, CRLF line ends, empty lines and a UTF-8
 * byte-order mark are ignored. A field does not reach over lines. */
struct ITKTorchIO_EXPORT CsvTable
{
  struct Row
  {
    std::size_t              Line{ 0 };
    std::vector<std::string> Fields;
  };

  std::string              File;
  std::vector<std::string> Header;
  std::vector<Row>         Rows;

  bool
  HasColumn(const std::string & name) const;

  /** Position of a column in `Row::Fields`. Throws itk::ExceptionObject that names the file and its columns. */
  std::size_t
  Column(const std::string & name) const;

  /** The field of a column as a number of at least 0. Throws itk::ExceptionObject that names file and line. */
  int
  NonNegativeInteger(const Row & row, std::size_t column) const;
};

/** Reads a table; every row has as many fields as the header. Throws itk::ExceptionObject that names file and line. */
ITKTorchIO_EXPORT CsvTable
ReadCsvTable(const std::string & fileName);
} // namespace itk

#endif
