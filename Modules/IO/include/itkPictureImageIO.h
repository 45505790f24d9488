// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkPictureImageIO_h
#define itkPictureImageIO_h

#include "ITKTorchIOExport.h"
#include "itkReadOnlyImageIO.h"
#include <memory>

namespace itk
{
class PictureDecoder;

/** \class PictureImageIO
 * \brief Reads TIFF, PNG, JPEG and BMP as their makers meant them, or says why not.
 *
 * Files are told by how they begin, not by their names. Every pixel type of TIFF is read that an itk::ImageFileReader
 * takes: 1 to 16, 32 and 64 bits, whole and real numbers (also of 16 bits), gray, color, color tables, CMYK, channels;
 * tiles, strips, planes of samples, pyramids, stacks of pages, of ImageJ and of OME. Orientation is applied, CMYK is
 * converted to RGB, and an opacity is kept as the last component.
 *
 * The spacing is in millimeters where the file states it in a unit of microscopy (OME, ImageJ, Aperio), else 1: a
 * density for printing, such as 300 dpi, is no physical size.
 *
 * With `ExpandRGBPalette` off, numbers are read as they are stored: entries of a color table, and gray values of few
 * bits or with white as 0. Labels are read so.
 *
 * TIFF is read by regions: with streaming, only the tiles and strips that a region touches are decoded. Damaged and
 * truncated files, and those that promise more pixels than they can hold, are refused before pixels are allocated.
 * \ingroup ITKTorchIO */
class ITKTorchIO_EXPORT PictureImageIO : public ReadOnlyImageIO
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(PictureImageIO);

  using Self = PictureImageIO;
  using Superclass = ReadOnlyImageIO;
  using Pointer = SmartPointer<Self>;
  itkNewMacro(Self);
  itkTypeMacro(PictureImageIO, ReadOnlyImageIO);

  /** Which version of a pyramid is read: 0 is the largest. Its spacing is larger accordingly. Default: 0. */
  itkSetMacro(Level, unsigned int);
  itkGetConstMacro(Level, unsigned int);

  /** Tiles, strips or rows that were decoded since the file was opened. */
  std::uint64_t
  GetNumberOfDecodedBlocks() const;

  bool
  SupportsDimension(unsigned long dimension) override
  {
    return dimension == 2 || dimension == 3;
  }
  bool
  CanReadFile(const char * fileName) override;
  /** \throws ExceptionObject that names the file and says what is wrong with it */
  void
  ReadImageInformation() override;
  /** \throws ExceptionObject that names the file and says what is wrong with it */
  void
  Read(void * buffer) override;
  bool
  CanStreamRead() override;
  ImageIORegion
  GenerateStreamableReadRegionFromRequestedRegion(const ImageIORegion & requested) const override;

protected:
  PictureImageIO();
  ~PictureImageIO() override;
  void
  PrintSelf(std::ostream & os, Indent indent) const override;

private:
  void
  Describe();

  unsigned int                    m_Level{ 0 };
  std::unique_ptr<PictureDecoder> m_Decoder;
  bool                            m_CanReadRegions{ false };
};
} // namespace itk

#endif
