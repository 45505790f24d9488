// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkDicomSliceStack_h
#define itkDicomSliceStack_h

#include "itkDicomLayout.h"
#include "itkDicomSeries.h"

namespace itk
{
/** A file with what its header says. */
struct DicomSlice
{
  std::string File;
  /** In the folder that is searched. */
  std::string         Name;
  DicomHeader         Header;
  std::vector<double> Position;
  std::vector<double> Orientation;
  std::vector<double> PixelSpacing;
  /** Along the normal, in millimeters. */
  double Height{ 0 };
};

/** \class DicomSliceStack
 * \brief Slices that belong together, on their way to be a volume. */
class DicomSliceStack
{
public:
  /** \param series gets origin, spacing, directions and notes */
  DicomSliceStack(std::vector<DicomSlice> & slices, DicomSeries & series);

  /** Sorts the slices and removes copies.
   * \throws ExceptionObject with a sentence, if they are no volume */
  void
  Arrange();

private:
  void
  Orient();

  /** The lower median of the distances of neighbors that are not at one position. */
  double
  GetStep() const;

  /** A file that is there twice counts once. */
  void
  RemoveCopies();

  void
  VerifySteps();

  void
  VerifyIsStraight();

  std::vector<DicomSlice> & m_Slices;
  DicomSeries &             m_Series;
};
} // namespace itk

#endif
