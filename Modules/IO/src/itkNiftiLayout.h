// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkNiftiLayout_h
#define itkNiftiLayout_h

#include "itkImageFileFormat.h"

namespace itk
{
/** \throws ExceptionObject with a sentence, unless all pixels that a NIfTI or Analyze header promises are in the file,
 * and its numbers can be */
void
VerifyNiftiLayout(const std::string & fileName, const ImageFileKind & kind);

/** A NIfTI file as header and pixels in two files of NIfTI-1, as ITK reads them right. */
struct NiftiPair
{
  /** Empty where ITK reads the file right as it is.
   *
   * NIfTI-2 becomes NIfTI-1, lengths have no unit, and real numbers that are not scaled are called whole numbers
   * of their size, since niftilib makes 0 of those that are not finite. */
  std::string Header;
  /** The file of the pixels, which begin where the header says. */
  std::string Pixels;
  bool        IsGzip{ false };
  /** Whole numbers that are in truth the bits of real numbers. */
  bool HoldsRealNumbers{ false };
  /** Of the header's lengths. */
  double Millimeters{ 1 };
};

/** \throws ExceptionObject with a sentence, if the header says what NIfTI-1 cannot */
NiftiPair
DescribeAsNiftiPair(const std::string & fileName, const ImageFileKind & kind);
} // namespace itk

#endif
