// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchTensor_h
#define itkTorchTensor_h

#include "ITKTorchCoreExport.h"
#include "itkTorchDevice.h"
#include "itkTorchEnumeration.h"
#include <cstdint>
#include <memory>
#include <type_traits>

namespace at
{
class Tensor;
}

namespace itk
{
/** Component type of a tensor, named as LibTorch names it. */
enum class TorchComponentType : std::uint8_t
{
  UInt8,
  Int8,
  UInt16,
  Int16,
  UInt32,
  Int32,
  UInt64,
  Int64,
  Float32,
  Float64
};
itkTorchEnumerationMacro(TorchComponentType,
                         { "UInt8", "uint8" },
                         { "Int8", "int8" },
                         { "UInt16", "uint16" },
                         { "Int16", "int16" },
                         { "UInt32", "uint32" },
                         { "Int32", "int32" },
                         { "UInt64", "uint64" },
                         { "Int64", "int64" },
                         { "Float32", "float32" },
                         { "Float64", "float64" });

/** The TorchComponentType of a C++ number type. */
template <typename TComponent>
constexpr TorchComponentType
GetTorchComponentType()
{
  static_assert(std::is_arithmetic<TComponent>::value && !std::is_same<TComponent, bool>::value &&
                  sizeof(TComponent) <= 8,
                "A tensor's components are integers of 8 to 64 bits, float or double.");
  if (std::is_floating_point<TComponent>::value)
  {
    return sizeof(TComponent) == 4 ? TorchComponentType::Float32 : TorchComponentType::Float64;
  }
  constexpr int rank = sizeof(TComponent) == 1 ? 0 : sizeof(TComponent) == 2 ? 1 : sizeof(TComponent) == 4 ? 2 : 3;
  return static_cast<TorchComponentType>(2 * rank + (std::is_signed<TComponent>::value ? 1 : 0));
}

/** \class TorchTensor
 * \brief A LibTorch tensor that no header of LibTorch is needed for.
 *
 * Pixels have the shape (N, C, z, y, x): batch, component, then ITK's axes reversed. In memory the component varies
 * fastest, as in ITK's multi-component images, which is LibTorch's "channels last".
 *
 * If a function cannot use a tensor (usually because it is undefined), it throws an ExceptionObject that names the
 * function.
 *
 * Copies share the pixels. A tensor from FromPixels() is a view that does not keep the buffer alive.
 * Include itkTorchTensorAccess.h to reach the at::Tensor inside.
 * \ingroup ITKTorchCore
 */
class ITKTorchCore_EXPORT TorchTensor
{
public:
  /** An undefined tensor. */
  TorchTensor() = default;
  TorchTensor(std::shared_ptr<at::Tensor> tensor, const TorchDevice & device);

  /** View of interleaved pixels in host memory.
   * \param size number of pixels along x, y, z, …
   * \return shape (1, numberOfComponents, …, y, x) */
  static TorchTensor
  FromPixels(void *                            buffer,
             TorchComponentType                type,
             const std::vector<std::int64_t> & size,
             std::int64_t                      numberOfComponents);

  bool
  IsDefined() const;

  /** Empty for an undefined tensor. */
  std::vector<std::int64_t>
  GetShape() const;

  TorchComponentType
  GetComponentType() const;

  const TorchDevice &
  GetDevice() const
  {
    return m_Device;
  }

  std::size_t
  GetNumberOfBytes() const;

  /** First component of the first pixel, in the memory of GetDevice(). */
  void *
  GetPointer() const;

  /** View of a box of pixels; `start` and `size` along x, y, z, …
   * \throws ExceptionObject if the box is not inside */
  TorchTensor
  Crop(const std::vector<std::int64_t> & start, const std::vector<std::int64_t> & size) const;

  /** The same tensor on another device. Copying to or from a device that is not the host is counted in
   * TorchTransferCounters. */
  TorchTensor
  To(const TorchDevice & device) const;

  /** The same pixels in memory of their own size, interleaved without gaps: itself where it already is so. A tensor of
   * one or two axes, such as a list of weights, has no components to be put last. */
  TorchTensor
  ToInterleaved() const;

  /** This tensor as an output image's pixels: interleaved, and sharing no host memory with `inputs`.
   * \throws ExceptionObject that names `owner` if shape or component type are not the expected ones */
  TorchTensor
  ToPixels(const std::vector<std::int64_t> & expectedShape,
           TorchComponentType                expectedType,
           const std::vector<TorchTensor> &  inputs,
           const char *                      owner) const;

  /** A copy that shares no memory with this tensor. */
  TorchTensor
  Clone() const;

  bool
  SharesMemoryWith(const TorchTensor & other) const;

  /** Whether another handle, tensor or view holds the same pixels. */
  bool
  IsHeldElsewhere() const;

  /** The LibTorch tensor; see itkTorchTensorAccess.h. */
  const std::shared_ptr<at::Tensor> &
  GetHandle() const
  {
    return m_Tensor;
  }

private:
  void
  VerifyIsDefined(const char * function) const;

  std::shared_ptr<at::Tensor> m_Tensor;
  TorchDevice                 m_Device{ TorchDevice::CPU() };
};

/** \class TorchTransferCounters
 * \brief Copies of pixels between the host and other devices, for the whole process.
 * \ingroup ITKTorchCore */
class ITKTorchCore_EXPORT TorchTransferCounters
{
public:
  struct Counts
  {
    std::uint64_t Uploads{ 0 };
    std::uint64_t Downloads{ 0 };
    std::uint64_t UploadedBytes{ 0 };
    std::uint64_t DownloadedBytes{ 0 };
  };

  static Counts
  Get();

  static void
  Reset();
};
} // namespace itk

#endif
