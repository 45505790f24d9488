// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkVerifiedImageReader_h
#define itkVerifiedImageReader_h

#include "ITKTorchIOExport.h"
#include "itkErrorSentence.h"
#include "itkSpacing.h"
#include "itkUnknownSpacing.h"
#include "itkVerifiedImageIO.h"
#include "itkImageFileReader.h"
#include "itkVectorImage.h"

namespace itk
{
/** \throws ExceptionObject that names the file, unless there is a regular file that can be opened without waiting, or a
 * folder; see ChooseDicomSeries()
 * \ingroup ITKTorchIO */
ITKTorchIO_EXPORT void
VerifyImageFile(const std::string & fileName);

/** An image file whose information is read.
 * \throws ExceptionObject that names the file and says what is wrong with it
 * \ingroup ITKTorchIO */
ITKTorchIO_EXPORT VerifiedImageIO::Pointer
OpenImageFile(const std::string & fileName);

/** 3 for an image of several planes, else 2.
 * \throws ExceptionObject that names the file, if it has more than three dimensions
 * \ingroup ITKTorchIO */
ITKTorchIO_EXPORT unsigned int
GetImageFileDimension(const ImageIOBase & io);

/** \throws ExceptionObject that names the file, if it has another dimension; a volume of one slice also has dimension 2
 * \ingroup ITKTorchIO */
ITKTorchIO_EXPORT void
VerifyImageFileDimension(const ImageIOBase & io, unsigned int dimension);

/** \throws ExceptionObject for a pixel size that no image has, as also files are refused for
 * \ingroup ITKTorchIO */
ITKTorchIO_EXPORT void
VerifyStatedSpacing(const std::vector<double> & spacing);

/** \class VerifiedImageReader
 * \brief An itk::ImageFileReader that reads through VerifiedImageIO, and takes a file whole or not at all: a volume is
 * no 2D image, unless it has one slice.
 *
 * Streams where the file does. Errors are itk::ExceptionObject whose description names the file in one sentence.
 * \ingroup ITKTorchIO */
template <typename TOutputImage>
class ITK_TEMPLATE_EXPORT VerifiedImageReader : public ImageFileReader<TOutputImage>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(VerifiedImageReader);

  using Self = VerifiedImageReader;
  using Superclass = ImageFileReader<TOutputImage>;
  using Pointer = SmartPointer<Self>;
  itkNewMacro(Self);
  itkTypeMacro(VerifiedImageReader, ImageFileReader);

  /** In millimeters along x, y (, z), in place of what the file states. Empty for the file's. Default: empty. */
  void
  SetSpacing(const std::vector<double> & spacing)
  {
    if (spacing != m_Spacing)
    {
      m_Spacing = spacing;
      this->Modified();
    }
  }
  itkGetConstReferenceMacro(Spacing, std::vector<double>);

  /** What the file says; valid after UpdateOutputInformation(), its notes after Update(). */
  const ImageFileInformation &
  GetInformation() const
  {
    return m_VerifiedIO->GetInformation();
  }

  VerifiedImageIO *
  GetVerifiedIO() const
  {
    return m_VerifiedIO;
  }

protected:
  VerifiedImageReader() { this->SetImageIO(m_VerifiedIO); }
  ~VerifiedImageReader() override = default;

  void
  GenerateOutputInformation() override
  {
    VerifyImageFile(this->GetFileName());
    Superclass::GenerateOutputInformation();
    VerifyImageFileDimension(*m_VerifiedIO, TOutputImage::ImageDimension);
    if (!m_Spacing.empty())
    {
      VerifySpacing(m_Spacing, TOutputImage::ImageDimension);
      VerifyStatedSpacing(m_Spacing);
      this->GetOutput()->SetSpacing(m_Spacing.data());
      MarkSpacingAsUnknown(this->GetOutput()->GetMetaDataDictionary(), false);
    }
  }

private:
  std::vector<double>      m_Spacing;
  VerifiedImageIO::Pointer m_VerifiedIO{ VerifiedImageIO::New() };
};

/** \throws ExceptionObject that names the file and says what is wrong with it
 * \ingroup ITKTorchIO */
template <typename TImage>
typename TImage::Pointer
ReadVerifiedImage(const std::string & fileName)
{
  auto reader = VerifiedImageReader<TImage>::New();
  reader->SetFileName(fileName);
  reader->Update();
  const typename TImage::Pointer image = reader->GetOutput();
  image->DisconnectPipeline();
  return image;
}
} // namespace itk

// Compiled once, in this module: a reader converts from ten types of components.
#define itkTorchReaderOfImagesMacro(prefix, ...)                                                                       \
  prefix template class ITKTorchIO_EXPORT itk::ImageFileReader<__VA_ARGS__>;                                           \
  prefix template class ITKTorchIO_EXPORT itk::VerifiedImageReader<__VA_ARGS__>
#define itkTorchReadersMacro(prefix)                                                                                   \
  itkTorchReaderOfImagesMacro(prefix, itk::Image<float, 2>);                                                           \
  itkTorchReaderOfImagesMacro(prefix, itk::Image<float, 3>);                                                           \
  itkTorchReaderOfImagesMacro(prefix, itk::VectorImage<float, 2>);                                                     \
  itkTorchReaderOfImagesMacro(prefix, itk::VectorImage<float, 3>);                                                     \
  itkTorchReaderOfImagesMacro(prefix, itk::VectorImage<unsigned char, 2>);                                             \
  itkTorchReaderOfImagesMacro(prefix, itk::VectorImage<unsigned char, 3>);                                             \
  itkTorchReaderOfImagesMacro(prefix, itk::VectorImage<unsigned short, 2>);                                            \
  itkTorchReaderOfImagesMacro(prefix, itk::VectorImage<unsigned short, 3>);                                            \
  itkTorchReaderOfImagesMacro(prefix, itk::VectorImage<short, 2>);                                                     \
  itkTorchReaderOfImagesMacro(prefix, itk::VectorImage<short, 3>)
#ifndef itkVerifiedImageReader_cxx
itkTorchReadersMacro(extern);
#endif

#endif
