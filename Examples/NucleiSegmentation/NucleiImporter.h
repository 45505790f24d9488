// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef NucleiImporter_h
#define NucleiImporter_h

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace itk
{
struct NucleiImportOptions
{
  /** Folder of the unpacked set: `<id>/images/<id>.png` and one mask per nucleus in `<id>/masks/`. */
  std::string Input;
  /** Folder for `images/`, `labels/` and `pairs.csv`; made if needed. */
  std::string Output;
  /** Table with the columns `image_id` and `fold10`. Without one, the fold is a hash of the id, in 0…9. */
  std::string Groups;
  /** File with one id a line (`#` starts a comment); empty for all images. */
  std::string Ids;
  /** Of the PNG files, from 1 (fast) to 9 (small, three times slower than 6). */
  int CompressionLevel{ 6 };
};

struct NucleiImportSummary
{
  std::size_t              Images{ 0 };
  std::size_t              Nuclei{ 0 };
  std::uint64_t            OverlappingPixels{ 0 };
  std::vector<std::string> Problems;
};

/** Turns the nuclei of the 2018 Data Science Bowl (BBBC038), as they are downloaded, into pairs of image and labels.
 *
 * Each image becomes an 8-bit RGB file and a 16-bit label file, 0 on background and 1…N on the nuclei in the order of
 * their masks' names. A pixel in several masks stays with the first and is counted. Files are named by the first 8
 * characters of the id, or as many as tell the images apart. Hidden files are ignored.
 *
 * Every image is checked, and every problem is one sentence that names the file: missing image or masks, unreadable
 * file, image that is not 8-bit, mask of another size, mask without a pixel of its own, id without folder or fold.
 * `pairs.csv` is written last and only if there is no problem; one from before is removed. No file is ever half
 * written under its own name.
 *
 * Throws itk::ExceptionObject when the import cannot start (no such folder, unreadable table), and
 * std::filesystem::filesystem_error or itk::ExceptionObject when the output folder cannot be written. */
NucleiImportSummary
ImportNuclei(const NucleiImportOptions & options, std::ostream & progress);
} // namespace itk

#endif
