// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkImageFolder_h
#define itkImageFolder_h

#include "ITKTorchIOExport.h"
#include <string>
#include <vector>

namespace itk
{
/** What the name of an image ends in, such as ".png" or ".nii.gz". */
ITKTorchIO_EXPORT std::string
GetImageEnding(const std::string & fileName);

/** Whether it is a folder that can be looked into; no also for links that lead nowhere. */
ITKTorchIO_EXPORT bool
IsFolder(const std::string & name);

/** The images of a folder, sorted by name: files whose names' endings a format of this program has. They are not
 * opened, so that pipes and links to nothing are among them. Files of a header's pixels, folders in the folder, and
 * what begins with a dot, are left out. */
ITKTorchIO_EXPORT std::vector<std::string>
ListImages(const std::string & folder);
} // namespace itk

#endif
