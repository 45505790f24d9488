// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkAtomicFileWrite_h
#define itkAtomicFileWrite_h

#include "ITKTorchIOExport.h"
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace itk
{
/** For work that takes long before its result is written.
 * \throws ExceptionObject that names `fileName` if no file can be made under that name
 * \ingroup ITKTorchIO */
ITKTorchIO_EXPORT void
VerifyFileCanBeWritten(const std::string & fileName);

/** The name with its ending in small letters, of ".NII.GZ" both parts: ITK's writers know no others.
 * \ingroup ITKTorchIO */
ITKTorchIO_EXPORT std::string
WithSmallEnding(const std::string & fileName);

/** Before a file is opened that is to be read as a whole: opening a pipe may wait forever, and a device has no end.
 * \throws ExceptionObject that names a file that exists and is neither a regular file nor a folder
 * \ingroup ITKTorchIO */
ITKTorchIO_EXPORT void
VerifyIsNoDevice(const std::string & fileName);

/** The same for all names of a file, which need not exist.
 * \ingroup ITKTorchIO */
ITKTorchIO_EXPORT std::string
GetFileIdentity(const std::string & fileName);

/** Before anything is computed: no output is to replace a file that is read, or another output.
 * \param outputs may have empty names
 * \throws ExceptionObject that names the output
 * \ingroup ITKTorchIO */
ITKTorchIO_EXPORT void
VerifyOutputsAreNoInputs(const std::vector<std::string> & outputs, const std::vector<std::string> & inputs);

/** For writers that go wrong without room.
 * \param temporaryName file that is not there yet, where `bytes` are to be written for `fileName`
 * \throws ExceptionObject that names `fileName` if the disk, a quota or a limit of the process leaves less room
 * \ingroup ITKTorchIO */
ITKTorchIO_EXPORT void
VerifyRoomForFile(const std::string & fileName, const std::string & temporaryName, std::uintmax_t bytes);

/** Lets `write` make a file in a temporary folder beside it, then moves it to its own name: whoever looks, also
 * after a failure or a kill, finds the old file or the whole new one.
 * \param write gets the temporary name: the same file name, its ending in small letters, in a folder of its own, whose
 * other files are moved as well, such as the pixels of a separate header; throws if it fails
 * \throws ExceptionObject that names `fileName` if the file could not be made, and what `write` throws
 * \ingroup ITKTorchIO */
ITKTorchIO_EXPORT void
AtomicFileWrite(const std::string & fileName, const std::function<void(const std::string & temporaryName)> & write);

/** The same for a file whose content is at hand.
 * \ingroup ITKTorchIO */
ITKTorchIO_EXPORT void
AtomicFileWrite(const std::string & fileName, const std::string & content);

/** Removes the temporary folders of writes whose process was killed: those named `.partial-…` in which nothing has
 * changed for so long that nobody can be writing there.
 * \ingroup ITKTorchIO */
ITKTorchIO_EXPORT void
RemoveAbandonedWrites(const std::string & folder, std::chrono::hours age = std::chrono::hours(24));
} // namespace itk

#endif
