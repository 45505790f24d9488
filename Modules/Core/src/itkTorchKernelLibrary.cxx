// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchKernelLibrary.h"
#include <cstdint>
#include <dlfcn.h>
#include <string>

namespace itk
{
namespace
{
void *
LoadPlugin()
{
  const std::string name = "libITKTorchCUDA.so";
  Dl_info           info{};
  if (dladdr(reinterpret_cast<const void *>(&LoadPlugin), &info) != 0 && info.dli_fname != nullptr)
  {
    const std::string file = info.dli_fname;
    const auto        end = file.find_last_of('/');
    if (end != std::string::npos)
    {
      if (void * const plugin = dlopen((file.substr(0, end + 1) + name).c_str(), RTLD_NOW | RTLD_LOCAL))
      {
        return plugin;
      }
    }
  }
  return dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
}
} // namespace

void *
TorchKernelLibrary::Find(const char * symbol)
{
  static void * const plugin = LoadPlugin();
  return plugin ? dlsym(plugin, symbol) : nullptr;
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
  static const auto getStream = reinterpret_cast<GetStream>(dlsym(RTLD_DEFAULT, "aoti_torch_get_current_cuda_stream"));
  void *            stream = nullptr;
  if (getStream == nullptr || getStream(resolved.GetIndex(), &stream) != 0)
  {
    itkGenericExceptionMacro("LibTorch does not tell its current stream on device " << resolved << '.');
  }
  return stream;
}
} // namespace itk
