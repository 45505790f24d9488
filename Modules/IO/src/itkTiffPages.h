// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTiffPages_h
#define itkTiffPages_h

#include <cstdint>
#include <string>
#include <vector>

namespace itk
{
/** What programs of microscopy say about the pages of their TIFF files. */
struct TiffPageOrder
{
  /** Such as "OME"; empty if nothing is said. */
  std::string Source;

  std::size_t              Planes{ 1 };
  std::size_t              Channels{ 1 };
  std::size_t              TimePoints{ 1 };
  std::vector<std::string> ChannelNames;

  /** The page of each channel of each plane, with channels first; empty for the order of the file. */
  std::vector<std::size_t> Pages;

  /** In millimeters along x, y and z; 0 where it is not stated. */
  double Spacing[3]{ 0, 0, 0 };

  /** Whether x and y of the spacing are to be taken from the resolution of the page, in pixels per UnitInMillimeters.
   */
  double UnitInMillimeters{ 0 };
};

/** Reads what ImageJ, OME or a slide scanner by Aperio wrote into the description of the first page.
 * \param samples of a pixel of a page
 * \param numberOfPages in the file
 * \throws ExceptionObject with a sentence, if the pages are not all in this file, or cannot be in an image's order */
TiffPageOrder
ParseTiffDescription(const std::string & description, std::size_t samples, std::size_t numberOfPages);

/** Millimeters of a unit of length that microscopes use; 0 for other words.
 * \param unit such as "um", "µm", "micron" or "\\u00B5m" */
double
GetLengthInMillimeters(const std::string & unit);
} // namespace itk

#endif
