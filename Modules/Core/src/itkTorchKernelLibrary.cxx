// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchKernelLibrary.h"
#include "itkSharedLibrary.h"
#include <cstdint>
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
  // From LibTorch's C interface (torch/csrc/inductor/aoti_torch/c/shim.h), in libtorch_cuda, which nothing here links.
  using GetStream = std::int32_t (*)(std::int32_t, void **);
  static const auto getStream =
    reinterpret_cast<GetStream>(SharedLibrary::FindAnywhere("aoti_torch_get_current_cuda_stream"));
  void * stream = nullptr;
  if (getStream == nullptr || getStream(resolved.GetIndex(), &stream) != 0)
  {
    itkGenericExceptionMacro("LibTorch does not tell its current stream on device " << resolved << '.');
  }
  return stream;
}
} // namespace itk
