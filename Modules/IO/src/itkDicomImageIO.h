// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkDicomImageIO_h
#define itkDicomImageIO_h

#include "itkDicomSeries.h"
#include "itkReadOnlyImageIO.h"

namespace itk
{

/** \class DicomImageIO
 * \brief A DICOM file, or the slices of a series as a volume, each read by ITK's GDCMImageIO with its own rescaling.
 *
 * Slices whose rescaling or storage differs become numbers of 64 bits, since each has its own range. Grays that are
 * stored inverted (MONOCHROME1) are mirrored in the range of what can be stored, with a note. */
class DicomImageIO : public ReadOnlyImageIO
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(DicomImageIO);

  using Self = DicomImageIO;
  using Superclass = ReadOnlyImageIO;
  using Pointer = SmartPointer<Self>;
  itkNewMacro(Self);
  itkTypeMacro(DicomImageIO, ReadOnlyImageIO);

  /** Slices in their order and where they are, in place of a file's name. */
  void
  SetSeries(const DicomSeries & series)
  {
    m_Series = series;
  }

  /** Whether numbers stay as they are stored where larger ones are darker, such as labels. Default: false. */
  itkSetMacro(KeepsStoredGrays, bool);

  bool
  CanReadFile(const char * fileName) override;
  /** \throws ExceptionObject with a sentence */
  void
  ReadImageInformation() override;
  /** \throws ExceptionObject with a sentence */
  void
  Read(void * buffer) override;
  /** Slices of a series are. */
  bool
  CanStreamRead() override
  {
    return m_Series.Files.size() > 1;
  }
  ImageIORegion
  GenerateStreamableReadRegionFromRequestedRegion(const ImageIORegion & requested) const override;

protected:
  DicomImageIO();
  ~DicomImageIO() override;
  void
  PrintSelf(std::ostream & os, Indent indent) const override;

private:
  void
  ReadFile(const std::string & fileName, char * pixels) const;
  void
  ReadSlices(char * pixels) const;

  DicomSeries          m_Series;
  ImageIOBase::Pointer m_First;
  bool                 m_KeepsStoredGrays{ false };
};
} // namespace itk

#endif
