// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkImageReadingProgram_h
#define itkImageReadingProgram_h

#include "ITKTorchIOExport.h"
#include <string>
#include <vector>

namespace itk
{
/** From now on, VerifiedImageIO reads in a process of its own, so that a reader of ITK that crashes or hangs over a
 * damaged file ends nothing but the reading of that file: this becomes an exception like others.
 *
 * Processes are started by posix_spawn when they are needed, live on for the next file, and are started again after a
 * crash. Pixels come through shared memory. A file may take two seconds of a processor's time, and one
 * more for each four megabytes of the file and of its pixels.
 * \param commandLine of a program that calls ServeImageReading(); empty to read in this process, which is the default
 * \ingroup ITKTorchIO */
ITKTorchIO_EXPORT void
SetImageReadingProgram(const std::vector<std::string> & commandLine);

/** What such a program does: reads images for the process that started it, until that ends. Formats are those that the
 * program has registered.
 * \return exit status
 * \ingroup ITKTorchIO */
ITKTorchIO_EXPORT int
ServeImageReading();
} // namespace itk

#endif
