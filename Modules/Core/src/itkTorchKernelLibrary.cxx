// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchKernelLibrary.h"
#include "itkLibTorchPrivate.h"
#include "itkSharedLibrary.h"
#include <optional>
#include <string>

namespace itk
{
namespace
{
/** The plug-in beside this library, or wherever the loader finds it. */
std::optional<SharedLibrary>
LoadPlugin()
{
  const std::string name = "libITKTorchCUDA.so";
  for (const auto & file : { SharedLibrary::FolderOf(reinterpret_cast<const void *>(&LoadPlugin)) + name, name })
  {
    try
    {
      return SharedLibrary(file);
    }
    catch (const ExceptionObject &)
    {}
  }
  return std::nullopt;
}
} // namespace

void *
TorchKernelLibrary::Find(const char * symbol)
{
  static const std::optional<SharedLibrary> plugin = LoadPlugin();
  return plugin ? plugin->Find(symbol) : nullptr;
}

void *
TorchKernelLibrary::GetCurrentStream(const TorchDevice & device)
{
  const TorchDevice resolved = device.Resolve();
  if (resolved.GetKind() != TorchDevice::Kind::CUDA)
  {
    return nullptr;
  }
  void * stream = nullptr;
  if (!LibTorchPrivate::GetCurrentStream(resolved.GetIndex(), &stream))
  {
    itkGenericExceptionMacro("LibTorch gives no current stream on device " << resolved << '.');
  }
  return stream;
}
} // namespace itk
