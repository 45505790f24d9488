// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSharedLibrary.h"
#include "itkMacro.h"
#include <dlfcn.h>

namespace itk
{
SharedLibrary::SharedLibrary(const std::string & file, Symbols symbols)
  : m_Handle(dlopen(file.c_str(), RTLD_NOW | (symbols == Symbols::Global ? RTLD_GLOBAL : RTLD_LOCAL)))
{
  if (m_Handle == nullptr)
  {
    const char * const reason = dlerror();
    itkGenericExceptionMacro(<< (reason ? reason : file + ": it cannot be loaded"));
  }
}

void *
SharedLibrary::Find(const char * symbol) const
{
  return dlsym(m_Handle, symbol);
}

void *
SharedLibrary::FindAnywhere(const char * symbol)
{
  return dlsym(RTLD_DEFAULT, symbol);
}

std::string
SharedLibrary::FolderOf(const void * address)
{
  Dl_info info{};
  if (dladdr(address, &info) == 0 || info.dli_fname == nullptr)
  {
    return {};
  }
  const std::string file = info.dli_fname;
  return file.substr(0, file.find_last_of('/') + 1);
}
} // namespace itk
