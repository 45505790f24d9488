// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkImageFileHeaderText_h
#define itkImageFileHeaderText_h

#include "itkImageFileFormat.h"
#include <map>

namespace itk
{
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

/** Without blanks around it. */
std::string
Trimmed(const std::string & text);

/** In small letters. */
std::string
Lowered(std::string text);

/** Bytes of pixels of these sizes, in real numbers, which do not overflow.
 * \throws ExceptionObject with a sentence, if a size is less than 1 */
double
CountBytes(const std::string & sizes, double bytesOfPixel);

/** Whether the names of pixel files follow the header in lines of their own. */
bool
IsList(const std::string & place);

/** Whether a header names several files of pixels. */
bool
IsInSeveralFiles(const std::string & place);

/** Of all pixels, as far as they are not compressed or written in figures; 0 for an unknown type. */
double
CountMetaImageBytes(const ImageFileHeaderText & header);

/** \throws ExceptionObject with a sentence for a type that is not read here */
std::uint64_t
GetNrrdTypeSize(const std::string & type);

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
