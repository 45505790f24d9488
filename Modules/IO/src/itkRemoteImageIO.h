// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkRemoteImageIO_h
#define itkRemoteImageIO_h

#include "itkReadOnlyImageIO.h"
#include <memory>
#include <nlohmann/json_fwd.hpp>

namespace itk
{
class ImageReadingProcess;

/** \class RemoteImageIO
 * \brief A VerifiedImageIO of another process. */
class RemoteImageIO : public ReadOnlyImageIO
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(RemoteImageIO);

  using Self = RemoteImageIO;
  using Superclass = ReadOnlyImageIO;
  using Pointer = SmartPointer<Self>;
  itkNewMacro(Self);
  itkTypeMacro(RemoteImageIO, ReadOnlyImageIO);

  itkSetMacro(ReadsLabels, bool);
  itkSetMacro(Level, unsigned int);

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

protected:
  RemoteImageIO();
  ~RemoteImageIO() override;

private:
  nlohmann::json
  AskProcess(const nlohmann::json & question, double seconds);
  void
  NameCrashingSlice() const;
  void
  TakeInformation(const nlohmann::json & reply);

  bool                                 m_ReadsLabels{ false };
  unsigned int                         m_Level{ 0 };
  bool                                 m_CanStream{ false };
  std::unique_ptr<ImageReadingProcess> m_Process;
};

/** Whether a program was set. */
bool
HasImageReadingProgram();
} // namespace itk

#endif
