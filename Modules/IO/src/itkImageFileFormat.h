// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkImageFileFormat_h
#define itkImageFileFormat_h

#include "itkImageIOBase.h"
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace itk
{
/** Formats that are told by how a file begins. */
enum class ImageFileFormat : std::uint8_t
{
  /** None of the others; ITK may know it. */
  Other,
  Tiff,
  Png,
  Jpeg,
  Bitmap,
  MetaImage,
  Nrrd,
  Nifti,
  /** Header and pixels of Analyze or NIfTI in two files. */
  NiftiPair,
  Dicom,
  Gipl,
  Vtk,
  Mrc,
  /** As ITK reads it, left and right, front and back are exchanged. */
  Minc,
  /** ITK's reader crashes over colors. */
  Jpeg2000,
  Hdf5
};

/** \param isCompressed whether the whole file is compressed by gzip: `bytes` are what it holds */
struct ImageFileKind
{
  ImageFileFormat Format{ ImageFileFormat::Other };
  bool            IsGzip{ false };
};

/** Looks at the first bytes, decompressed where they are compressed. */
ImageFileKind
GetImageFileKind(const std::string & fileName);

/** Such as "NIfTI"; empty for Other. */
std::string
GetImageFormatName(ImageFileFormat format);

/** Endings of names by which ITK knows the format, the usual one first, in small letters. */
std::vector<std::string>
GetImageFormatEndings(const ImageFileKind & kind);

/** Of formats in small letters, as far as they are of images only, also of files that are compressed by gzip. */
std::set<std::string>
GetAllImageFormatEndings();

/** Of those that PictureImageIO reads. */
bool
IsPictureFormat(ImageFileFormat format);

/** A sentence for a file whose name belongs to another format than it has; else empty. */
std::string
DescribeWrongName(const std::string & fileName, const ImageFileKind & kind);

/** ITK's reader of a format, whatever the file is called; null if the program has none. */
ImageIOBase::Pointer
MakeImageIO(ImageFileFormat format);

/** The reader of ITK that takes a file of none of these formats; null if none does. */
ImageIOBase::Pointer
MakeOtherImageIO(const std::string & fileName);
} // namespace itk

#endif
