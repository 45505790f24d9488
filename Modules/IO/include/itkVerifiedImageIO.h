// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkVerifiedImageIO_h
#define itkVerifiedImageIO_h

#include "ITKTorchIOExport.h"
#include "itkReadOnlyImageIO.h"
#include <memory>

namespace itk
{
class FileAlias;
struct ImageFileKind;
enum class ImageFileFormat : std::uint8_t;

/** \class VerifiedImageIO
 * \brief Opens an image file of any format by what it holds, and reads it right or says why not.
 *
 * It looks at the first bytes, not at the name's ending. TIFF, PNG, JPEG and BMP are read by PictureImageIO, other
 * formats by ITK's readers, as far as the program has registered them. Before one of these gets the file, its header is
 * held against the file's size: a file that is truncated, promises more pixels than it can hold, or states a place or a
 * spacing that is no number, is refused in one sentence, and nothing is allocated for it. What is no regular file, such
 * as a pipe, is refused before it is opened.
 *
 * A folder of DICOM files is a volume if it holds one series, and "FOLDER#SERIES" is one of several; see
 * ChooseDicomSeries(). Slices are placed by the positions that they state, and read when they are requested.
 *
 * An opacity (alpha) is dropped: without a change of the other components, and with a note unless it is full
 * everywhere. Of labels, what is transparent is background.
 *
 * An image whose file states no spacing is marked; see MarkSpacingAsUnknown().
 *
 * Used as the ImageIO of an itk::ImageFileReader; see VerifiedImageReader.
 * \ingroup ITKTorchIO */
class ITKTorchIO_EXPORT VerifiedImageIO : public ReadOnlyImageIO
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(VerifiedImageIO);

  using Self = VerifiedImageIO;
  using Superclass = ReadOnlyImageIO;
  using Pointer = SmartPointer<Self>;
  itkNewMacro(Self);
  itkTypeMacro(VerifiedImageIO, ReadOnlyImageIO);

  /** Whether numbers are taken as they are stored, such as entries of a color table, and not as gray values or colors.
   * Default: false. */
  itkSetMacro(ReadsLabels, bool);
  itkGetConstMacro(ReadsLabels, bool);
  itkBooleanMacro(ReadsLabels);

  /** Which version of a pyramid is read: 0 is the largest. Default: 0. */
  itkSetMacro(Level, unsigned int);
  itkGetConstMacro(Level, unsigned int);

  /** Takes a part of the file for the whole of it: its first pixel along x, y (, z), and its size. Of formats that are
   * read by regions, no more is read. Empty for all of it. Default: empty. */
  void
  SetPart(const std::vector<std::int64_t> & index, const std::vector<std::uint64_t> & size);

  bool
  SupportsDimension(unsigned long) override
  {
    return true;
  }
  /** Whether it is a regular file or a folder. What is wrong with it is said by ReadImageInformation(). */
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
  VerifiedImageIO();
  ~VerifiedImageIO() override;
  void
  PrintSelf(std::ostream & os, Indent indent) const override;

private:
  void
  Open();
  void
  OpenInOtherProcess();
  void
  OpenPicture();
  void
  OpenSeries();
  void
  OpenWithITK(const ImageFileKind & kind);
  ImageFileKind
  FindHeader(const ImageFileKind & kind);
  void
  VerifyHasNoLevels() const;
  /** ITK's reader, or one of this project that uses it; null if the program has none. */
  ImageIOBase::Pointer
  MakeFormat(ImageFileFormat format) const;
  void
  MakePlain();
  void
  Describe();
  void
  ReadPixels(void * buffer);
  void
  ReadFormat(const ImageIORegion & region, char * pixels);
  void
  TakePart();
  bool
  IsReadByRegions() const;
  void
  AddNotes(const std::vector<std::string> & notes);

  bool                       m_ReadsLabels{ false };
  std::vector<std::int64_t>  m_PartIndex;
  std::vector<std::uint64_t> m_PartSize;
  unsigned int               m_Level{ 0 };
  ImageIOBase::Pointer       m_Format;
  /** Of a file that is decompressed before anything is read of it. */
  std::unique_ptr<FileAlias> m_Plain;
  /** The file that says what the pixels are. */
  std::string                m_Header;
  std::unique_ptr<FileAlias> m_Alias;
  bool                       m_IsCompressed{ false };
  /** Numbers are written as text, which ITK misreads. */
  bool m_IsText{ false };
  /** What ITK takes for whole numbers are the bits of real numbers. */
  bool   m_HoldsRealNumbers{ false };
  bool   m_HasBits{ false };
  double m_Factor{ 1 };
};
} // namespace itk

#endif
