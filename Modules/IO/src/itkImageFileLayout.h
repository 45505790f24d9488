// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkImageFileLayout_h
#define itkImageFileLayout_h

#include "itkImageFileFormat.h"
#include <map>

namespace itk
{
/** Before a reader trusts a header: all pixels that it promises are in the file, and its numbers can be.
 *
 * ITK 5.2 reads truncated MetaImage, NIfTI, VTK, GIPL and MRC files with whatever was in memory in place of the missing
 * pixels, and ends the process over a transform that is not a number. Headers that are not understood pass: the reader
 * says so. The pixels are not decompressed.
 * \throws ExceptionObject with a sentence on what is wrong with the file */
void
VerifyImageFileLayout(const std::string & fileName, const ImageFileKind & kind);

/** The fields "name: value" of a NRRD header, or "name = value" of a MetaImage, without what follows it. */
struct ImageFileHeaderText
{
  std::map<std::string, std::string> Fields;
  /** Where the pixels begin in the file of the header. */
  std::uint64_t End{ 0 };

  std::string
  Get(const std::string & name) const;
  bool
  IsTrue(const std::string & name) const;
};

/** Pixels times components.
 * \throws ExceptionObject with a sentence, if a size is less than 1 */
std::uint64_t
CountMetaImageNumbers(const ImageFileHeaderText & header);

/** Whether the numbers of a MetaImage are written in figures. */
bool
HasTextPixels(const ImageFileHeaderText & header);

ImageFileHeaderText
ReadMetaImageHeader(const std::string & fileName);

ImageFileHeaderText
ReadNrrdHeader(const std::string & fileName);

/** Pixels that are compressed by gzip or zlib. */
struct CompressedPixels
{
  std::string   File;
  std::uint64_t Offset{ 0 };
  /** A header before which decompressed pixels are a file of the same format. */
  std::string Header;
  /** Of the decompressed pixels; 0 if they are not compressed so. */
  std::uint64_t Bytes{ 0 };
};

/** \return no bytes for other formats, and unless the pixels follow a header or are in one other file */
CompressedPixels
FindCompressedPixels(const std::string & fileName, const ImageFileKind & kind);
} // namespace itk

#endif
