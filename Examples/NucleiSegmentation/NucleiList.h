// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef NucleiList_h
#define NucleiList_h

#include "NucleiImporter.h"

#include <filesystem>
#include <string>
#include <vector>

namespace itk
{
/** An image to import: its id in the set, the name of its files in the output, and its fold. */
struct NucleiEntry
{
  std::string Id;
  std::string FileName;
  int         Fold{ 0 };
};

/** The images that the options ask for, by id. An id without a row in the table of groups is a problem.
 *
 * Throws itk::ExceptionObject when a table cannot be read or names no image. */
std::vector<NucleiEntry>
ListNuclei(const NucleiImportOptions & options, std::vector<std::string> & problems);

/** What a folder holds, sorted, without hidden files. */
std::vector<std::filesystem::path>
VisibleEntries(const std::filesystem::path & folder);
} // namespace itk

#endif
