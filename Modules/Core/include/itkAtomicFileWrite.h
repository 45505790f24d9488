// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkAtomicFileWrite_h
#define itkAtomicFileWrite_h

#include <functional>
#include <string>

namespace itk
{
/** Lets `write` make a file under a temporary name in the same folder, then gives it its own name: whoever looks, also
 * after a failure or a kill, finds the old file or the whole new one.
 * \param write gets the temporary name, which ends in the same extension; throws if it fails
 * \throws ExceptionObject that names `fileName` if the file could not be made, and what `write` throws
 * \ingroup ITKTorchCore */
void
AtomicFileWrite(const std::string & fileName, const std::function<void(const std::string & temporaryName)> & write);
} // namespace itk

#endif
