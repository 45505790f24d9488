// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSharedLibrary_h
#define itkSharedLibrary_h

#include "ITKTorchCommonExport.h"
#include <string>

namespace itk
{
/** \class SharedLibrary
 * \brief A library that is loaded when it is needed, and stays loaded until the process ends.
 *
 * What is costly to load, or may be absent, is loaded by this class alone: LibTorch's CUDA library, the CUDA kernels,
 * and the libraries of the program's commands.
 * \ingroup ITKTorchCommon */
class ITKTorchCommon_EXPORT SharedLibrary
{
public:
  /** Whether libraries that are loaded later find this one's symbols. */
  enum class Symbols
  {
    Local,
    Global
  };

  /** \param file a path, or a name that the loader looks for where it looks for all libraries
   * \throws ExceptionObject with the loader's reason */
  explicit SharedLibrary(const std::string & file, Symbols symbols = Symbols::Local);

  /** Address of a symbol; null if the library has none of this name. */
  void *
  Find(const char * symbol) const;

  /** The same in the program and its global libraries. */
  static void *
  FindAnywhere(const char * symbol);

  /** The folder, with a slash at its end, of the library or program that holds an address; empty if it is not known. */
  static std::string
  FolderOf(const void * address);

private:
  void * m_Handle;
};
} // namespace itk

#endif
