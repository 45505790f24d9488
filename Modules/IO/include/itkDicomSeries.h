// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkDicomSeries_h
#define itkDicomSeries_h

#include "ITKTorchIOExport.h"
#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace itk
{
/** A volume whose slices are DICOM files, or a DICOM file of its own.
 * \ingroup ITKTorchIO */
struct DicomSeries
{
  /** By which VerifiedImageIO opens it: the folder that holds all of its files or, where that holds other series too,
   * "FOLDER#UID" or, where several have that UID, "FOLDER#NUMBER". */
  std::string Name;
  /** SeriesInstanceUID, SeriesNumber, SeriesDescription and Modality; empty where the files do not state them. */
  std::string Uid;
  std::string Number;
  std::string Description;
  std::string Modality;
  /** Slices in the order of their positions along the normal, the cross product of the directions of rows and columns.
   */
  std::vector<std::string> Files;
  /** Pixels of a slice. */
  std::array<std::size_t, 2> Size{};
  /** Why it cannot be read as one volume, in a sentence; empty if it can. */
  std::string Problem;
  /** Sentences about what was left out. */
  std::vector<std::string> Notes;

  /** Whether slices differ in how they are stored or rescaled. */
  bool HasManyRanges{ false };
  /** Whether larger numbers are darker in a slice (MONOCHROME1). */
  bool HasInvertedGrays{ false };

  /** Of the first slice, in millimeters, if there are several. */
  std::array<double, 3> Origin{};
  /** Of columns, rows and slices, in millimeters, if there are several slices. */
  std::array<double, 3> Spacing{};
  /** Unit vectors along x, y, z of the volume, if there are several slices. */
  std::array<std::array<double, 3>, 3> Directions{};

  /** Such as "series 3, "T1 axial", MR, 256 x 256, 30 slices". */
  std::string
  Describe() const;
};

/** The series of the DICOM files of a folder and of the folders in it, sorted by number and UID, or those of them that
 * "FOLDER#UID" or "FOLDER#NUMBER" chooses; this number is a place in the list, from 1 on. Folders in the folder are
 * left out where it holds images itself that are no DICOM files, and so are names that begin with a dot and DICOM files
 * without pixels, such as reports.
 *
 * Slices belong together that have the same SeriesInstanceUID, size, orientation and pixel size. Pixels are not read.
 * \ingroup ITKTorchIO */
ITKTorchIO_EXPORT std::vector<DicomSeries>
FindDicomSeries(const std::string & name);

/** Whether a file begins as a DICOM file does.
 * \ingroup ITKTorchIO */
ITKTorchIO_EXPORT bool
IsDicomFile(const std::string & fileName);

/** Whether an image's name is that of a folder, or "FOLDER#SERIES", and not that of a file.
 * \ingroup ITKTorchIO */
ITKTorchIO_EXPORT bool
NamesDicomFolder(const std::string & name);

/** The only series that FindDicomSeries() finds.
 * \throws ExceptionObject with a sentence that lists the series, unless it chooses one that can be read
 * \ingroup ITKTorchIO */
ITKTorchIO_EXPORT DicomSeries
ChooseDicomSeries(const std::string & name);

/** The files that an image consists of, as far as they are known without reading it: those of a series, else `name`.
 * \ingroup ITKTorchIO */
ITKTorchIO_EXPORT std::vector<std::string>
ListImageFiles(const std::string & name);

/** Bytes of the file or of all files of a folder.
 * \ingroup ITKTorchIO */
ITKTorchIO_EXPORT double
GetImageFileBytes(const std::string & name);
} // namespace itk

#endif
