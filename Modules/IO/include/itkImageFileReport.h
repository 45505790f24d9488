// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkImageFileReport_h
#define itkImageFileReport_h

#include "ITKTorchIOExport.h"
#include <memory>
#include <string>

namespace itk
{
/** \class ImageFileReport
 * \brief What programs of this project see in an image file: how it is stored, its grid, its values, and whether it
 * holds labels.
 * \ingroup ITKTorchIO */
class ITKTorchIO_EXPORT ImageFileReport
{
public:
  /** Opens and reads the file; what is wrong with it becomes part of the report. */
  explicit ImageFileReport(const std::string & fileName);
  ~ImageFileReport();
  ImageFileReport(ImageFileReport &&) noexcept;

  /** Why it is no image that can be read; empty if it is. */
  const std::string &
  GetProblem() const;

  /** Lines "name  value" below the file's name. */
  std::string
  ToText() const;

  /** A JSON object. */
  std::string
  ToJson() const;

private:
  struct Content;
  std::unique_ptr<Content> m_Content;
};
} // namespace itk

#endif
