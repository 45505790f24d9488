// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkReadOnlyImageIO_h
#define itkReadOnlyImageIO_h

#include "ITKTorchIOExport.h"
#include "itkImageFileInformation.h"
#include "itkImageIOBase.h"

namespace itk
{
/** \class ReadOnlyImageIO
 * \brief An itk::ImageIOBase that reads, and tells more of a file than ITK's interface has room for.
 * \ingroup ITKTorchIO */
class ITKTorchIO_EXPORT ReadOnlyImageIO : public ImageIOBase
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(ReadOnlyImageIO);

  using Self = ReadOnlyImageIO;
  using Superclass = ImageIOBase;
  using Pointer = SmartPointer<Self>;
  itkTypeMacro(ReadOnlyImageIO, ImageIOBase);

  /** Valid after ReadImageInformation(); its notes are complete after Read(). */
  const ImageFileInformation &
  GetInformation() const
  {
    return m_Information;
  }

  bool
  CanWriteFile(const char *) override
  {
    return false;
  }
  /** \throws ExceptionObject */
  void
  WriteImageInformation() override
  {
    itkExceptionMacro("It only reads, and cannot write " << this->GetFileName() << '.');
  }
  /** \throws ExceptionObject */
  void
  Write(const void *) override
  {
    this->WriteImageInformation();
  }

protected:
  ReadOnlyImageIO() = default;
  ~ReadOnlyImageIO() override = default;

  ImageFileInformation m_Information;
};
} // namespace itk

#endif
