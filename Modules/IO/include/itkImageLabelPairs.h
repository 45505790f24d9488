// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkImageLabelPairs_h
#define itkImageLabelPairs_h

#include "ITKTorchIOExport.h"
#include <cstddef>
#include <string>
#include <vector>

namespace itk
{
/** An image file, the file of its labels, the fold of a data set that the pair belongs to, and the line of the table
 * that names it, from 1 on. */
struct ImageLabelPair
{
  std::string Image;
  std::string Label;
  int         Fold{ 0 };
  std::size_t Line{ 0 };
};

/** Reads a table of training or test pairs, in the order of the file.
 *
 * The header names the columns `image`, `label` and, optionally, `fold` (a whole number, 0 where the column is absent)
 * in any order; further columns are ignored. Relative file names are taken from the folder of the table. Quotes,
 * spaces and line ends: see CsvTable. The images themselves are not opened.
 *
 * Throws itk::ExceptionObject that names file and line: unreadable or malformed table, missing column, empty name,
 * wrong fold, no pair at all. */
ITKTorchIO_EXPORT std::vector<ImageLabelPair>
ReadImageLabelPairs(const std::string & csvFile);
} // namespace itk

#endif
