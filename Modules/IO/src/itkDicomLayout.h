// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkDicomLayout_h
#define itkDicomLayout_h

#include "ITKTorchIOExport.h"
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace itk
{
/** Elements of a DICOM file that a series of slices is told by, as group and element. */
enum class DicomTag : std::uint32_t
{
  MediaStorageClass = 0x00020002,
  Instance = 0x00080018,
  Modality = 0x00080060,
  SeriesDescription = 0x0008103e,
  ImagerPixelSpacing = 0x00181164,
  NominalScannedPixelSpacing = 0x00182010,
  Series = 0x0020000e,
  SeriesNumber = 0x00200011,
  Position = 0x00200032,
  Orientation = 0x00200037,
  Photometric = 0x00280004,
  NumberOfFrames = 0x00280008,
  LossyCompression = 0x00282110,
  PixelSpacing = 0x00280030,
  RescaleIntercept = 0x00281052,
  RescaleSlope = 0x00281053,
  SharedFunctionalGroups = 0x52009229
};
constexpr DicomTag dicomTags[] = { DicomTag::MediaStorageClass,
                                   DicomTag::Instance,
                                   DicomTag::Modality,
                                   DicomTag::SeriesDescription,
                                   DicomTag::ImagerPixelSpacing,
                                   DicomTag::NominalScannedPixelSpacing,
                                   DicomTag::Series,
                                   DicomTag::SeriesNumber,
                                   DicomTag::Position,
                                   DicomTag::Orientation,
                                   DicomTag::Photometric,
                                   DicomTag::NumberOfFrames,
                                   DicomTag::LossyCompression,
                                   DicomTag::PixelSpacing,
                                   DicomTag::RescaleIntercept,
                                   DicomTag::RescaleSlope,
                                   DicomTag::SharedFunctionalGroups };

/** What stands before the pixels of a DICOM file. */
struct ITKTorchIO_EXPORT DicomHeader
{
  bool IsDicom{ false };
  /** Why its pixels cannot be read, in a sentence; empty if they can. What was read before stays. */
  std::string Problem;
  /** Whether its elements end without pixels, as those of a report do. */
  bool LacksPixels{ false };
  /** As they are stored; empty for sequences. */
  std::map<DicomTag, std::string> Texts;
  unsigned int                    Rows{ 0 };
  unsigned int                    Columns{ 0 };
  unsigned int                    Samples{ 1 };
  unsigned int                    BitsAllocated{ 0 };
  unsigned int                    BitsStored{ 0 };
  bool                            IsSigned{ false };
  /** Its unique identifier. */
  std::string TransferSyntax;
  /** Whether there is a distance between pixels anywhere, as far as the file is not compressed as a whole. */
  bool StatesSpacing{ false };
  /** First byte of the pixels' value in the file; 0 without pixels. */
  std::uint64_t PixelPosition{ 0 };

  /** Of the text of Photometric in the file. */
  std::uint64_t PhotometricPosition{ 0 };

  /** Without blanks around it; empty if it is absent. */
  std::string
  GetText(DicomTag tag) const;
  /** Empty unless all are finite numbers. */
  std::vector<double>
  GetNumbers(DicomTag tag) const;
  /** At least 1. */
  double
  GetFrames() const;
  /** Of all frames. */
  double
  GetNumberOfPixels() const;
  /** Such as "JPEG"; empty for pixels that are not compressed, or by a method without a loss. */
  std::string
  GetLossyCompression() const;
  /** Whether pixels are 0 and 1, in a bit each: GDCM makes them 0 and 255. */
  bool
  HasBits() const
  {
    return BitsAllocated == 1;
  }
};

/** Goes through a file up to its pixels, which are not read. */
ITKTorchIO_EXPORT DicomHeader
ReadDicomHeader(const std::string & fileName);

/** GDCM takes a file that ends within its pixels for a smaller one.
 * \throws ExceptionObject with a sentence, if the pixels of a DICOM file are not all in it */
ITKTorchIO_EXPORT DicomHeader
VerifyDicomLayout(const std::string & fileName);
} // namespace itk

#endif
