// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkRemoteImageIO_h
#define itkRemoteImageIO_h

#include "itkImageFileInformation.h"
#include "itkImageIOBase.h"
#include <memory>
#include <nlohmann/json_fwd.hpp>

namespace itk
{
class ImageReadingProcess;

/** \class RemoteImageIO
 * \brief A VerifiedImageIO of another process. */
class RemoteImageIO : public ImageIOBase
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(RemoteImageIO);

  using Self = RemoteImageIO;
  using Superclass = ImageIOBase;
  using Pointer = SmartPointer<Self>;
  itkNewMacro(Self);
  itkTypeMacro(RemoteImageIO, ImageIOBase);

  itkSetMacro(ReadsLabels, bool);
  itkSetMacro(Level, unsigned int);

  const ImageFileInformation &
  GetInformation() const
  {
    return m_Information;
  }

  bool
  CanReadFile(const char *) override
  {
    return true;
  }
  void
  ReadImageInformation() override;
  void
  Read(void * buffer) override;
  bool
  CanStreamRead() override
  {
    return m_CanStream;
  }
  ImageIORegion
  GenerateStreamableReadRegionFromRequestedRegion(const ImageIORegion & requested) const override;

  bool
  CanWriteFile(const char *) override
  {
    return false;
  }
  void
  WriteImageInformation() override;
  void
  Write(const void *) override;

protected:
  RemoteImageIO();
  ~RemoteImageIO() override;

private:
  void
  TakeInformation(const nlohmann::json & reply);

  bool                                 m_ReadsLabels{ false };
  unsigned int                         m_Level{ 0 };
  bool                                 m_CanStream{ false };
  ImageFileInformation                 m_Information;
  std::unique_ptr<ImageReadingProcess> m_Process;
};

/** Whether a program was set. */
bool
HasImageReadingProgram();
} // namespace itk

#endif
