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
/** A row of a table of training or test pairs. */
struct ImageLabelPair
{
  std::string Image;
  std::string Label;
  /** The fold of a data set that the pair belongs to. */
  int Fold{ 0 };
  /** Line of the table, from 1 on. */
  std::size_t Line{ 0 };
  /** File with the weight of each pixel in the loss; empty for none. */
  std::string Weight;
  /** File that is not 0 where the labels are not known; empty for none. */
  std::string Ignored;
  /** What kind of image it is; empty where the table does not tell. */
  std::string Category;
  /** How often it is drawn, relative to others. */
  double SamplingWeight{ 1.0 };
};

/** Reads a table of training or test pairs, in the order of the file.
 *
 * The header names the columns `image`, `label` and, optionally, `fold` (a whole number, 0 where the column is absent),
 * `weight` and `ignored` (files, none where the field is empty), `category` and `sampling_weight` (a number of at least
 * 0, 1 where the field is empty) in any order; further columns are ignored. Relative file names are taken from the
 * folder of the table. Quotes, spaces and line ends: see CsvTable. The images themselves are not opened.
 *
 * Throws itk::ExceptionObject that names file and line: unreadable or malformed table, missing column, empty name,
 * wrong fold or sampling weight, no pair at all. */
ITKTorchIO_EXPORT std::vector<ImageLabelPair>
ReadImageLabelPairs(const std::string & csvFile);
} // namespace itk

#endif
