// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchDevice_h
#define itkTorchDevice_h

#include "ITKTorchCoreExport.h"
#include "itkMacro.h"
#include "itkTorchMacros.h"
#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace itk
{
/** \class TorchDevice
 * \brief Where a filter computes; a value chosen at run time.
 *
 * | name | meaning |
 * |---|---|
 * | `auto` | the first CUDA device if there is one, else the CPU; never fails |
 * | `cpu` | the host: tensors are views of ITK's own buffers |
 * | `cuda`, `cuda:N` | a CUDA device; LibTorch's CUDA library is loaded at run time, also by programs built without CUDA |
 * | `staged` | the CPU behind a buffer of its own, with counted copies: device code paths without a GPU, for tests |
 *
 * A TorchDevice holds any text; Resolve() checks it, so that setters never throw.
 *
 * This class is the only place that may ask LibTorch about CUDA: LibTorch keeps its first answer for the life of the
 * process, so its CUDA library has to be loaded before the first question.
 * \ingroup ITKTorchCore
 */
class ITKTorchCore_EXPORT TorchDevice
{
public:
  enum class Kind : unsigned char
  {
    Automatic,
    CPU,
    CUDA,
    Staged,
    Unknown
  };

  TorchDevice() = default;
  TorchDevice(const std::string & name);
  TorchDevice(const char * name);

  static TorchDevice
  CPU();

  const std::string &
  GetName() const
  {
    return m_Name;
  }
  Kind
  GetKind() const
  {
    return m_Kind;
  }
  /** Number of the CUDA device; 0 for every other kind. */
  int
  GetIndex() const
  {
    return m_Index;
  }
  /** True where ITK's own buffers are the device memory. */
  bool
  IsHost() const
  {
    return m_Kind == Kind::CPU;
  }

  /** The device that `auto` stands for; any other device itself.
   * \throws TorchDeviceError for an unknown name or a device that this machine lacks. */
  TorchDevice
  Resolve() const;

  /** "cpu", then every CUDA device. The staged device is for tests and not listed. */
  static std::vector<TorchDevice>
  GetAvailableDevices();

  /** Bytes that can be had on the device now: of main memory for a host, see TorchRuntime::GetFreeMemory(); of a CUDA
   * device what its driver has left and what LibTorch holds without using it. */
  std::uint64_t
  GetFreeMemory() const;

  /** Hands memory that LibTorch holds without using it back to the device. */
  void
  ReleaseUnusedMemory() const;

  static bool
  IsCUDAAvailable();

  /** Why there is no CUDA device, in one line; empty when there is one. */
  static std::string
  GetCUDAUnavailableReason();

  /** The staged device's next allocations: the one after `count` more fails as if memory were exhausted.
   * Negative: none fails. */
  static void
  SetStagedAllocationsUntilFailure(int count);

  bool
  operator==(const TorchDevice & other) const
  {
    return m_Kind == other.m_Kind && m_Index == other.m_Index && (m_Kind != Kind::Unknown || m_Name == other.m_Name);
  }
  bool
  operator!=(const TorchDevice & other) const
  {
    return !(*this == other);
  }

private:
  std::string m_Name{ "auto" };
  Kind        m_Kind{ Kind::Automatic };
  int         m_Index{ 0 };
};

ITKTorchCore_EXPORT std::ostream &
operator<<(std::ostream & os, const TorchDevice & device);

/** \class TorchDeviceError
 * \brief A device that was asked for is unknown or not present.
 * \ingroup ITKTorchCore */
class ITKTorchCore_EXPORT TorchDeviceError : public ExceptionObject
{
public:
  using ExceptionObject::ExceptionObject;
  itkOverrideGetNameOfClassMacro(TorchDeviceError);
};

/** \class TorchOutOfMemoryError
 * \brief A device has too little memory left for what a filter needs.
 * \ingroup ITKTorchCore */
class ITKTorchCore_EXPORT TorchOutOfMemoryError : public ExceptionObject
{
public:
  using ExceptionObject::ExceptionObject;
  itkOverrideGetNameOfClassMacro(TorchOutOfMemoryError);
};
} // namespace itk

#endif
