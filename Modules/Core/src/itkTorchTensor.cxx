// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchTensorAccess.h"
#include "itkTorchStagedMemory.h"
#include <ATen/ops/from_blob.h>
#include <atomic>
#include <algorithm>

namespace itk
{
namespace
{
std::atomic<std::uint64_t> uploads{ 0 };
std::atomic<std::uint64_t> downloads{ 0 };
std::atomic<std::uint64_t> uploadedBytes{ 0 };
std::atomic<std::uint64_t> downloadedBytes{ 0 };

constexpr c10::ScalarType scalarTypes[] = { c10::kByte, c10::kChar,   c10::kUInt16, c10::kShort, c10::kUInt32,
                                            c10::kInt,  c10::kUInt64, c10::kLong,   c10::kFloat, c10::kDouble };

/** (N, C, …, y, x) seen as (N, …, y, x, C). */
at::Tensor
ComponentsLast(const at::Tensor & tensor)
{
  return tensor.movedim(1, -1);
}
} // namespace

TorchTensor::TorchTensor(std::shared_ptr<at::Tensor> tensor, const TorchDevice & device)
  : m_Tensor(std::move(tensor))
  , m_Device(device)
{}

TorchTensor
TorchTensor::FromPixels(void *                            buffer,
                        TorchComponentType                type,
                        const std::vector<std::int64_t> & size,
                        std::int64_t                      numberOfComponents)
{
  std::vector<std::int64_t> shape{ 1 };
  shape.insert(shape.end(), size.rbegin(), size.rend());
  shape.push_back(numberOfComponents);
  const auto pixels = at::from_blob(buffer, shape, at::TensorOptions(scalarTypes[static_cast<int>(type)]));
  return MakeTorchTensor(pixels.movedim(-1, 1), TorchDevice::CPU());
}

bool
TorchTensor::IsDefined() const
{
  return m_Tensor && m_Tensor->defined();
}

std::vector<std::int64_t>
TorchTensor::GetShape() const
{
  return IsDefined() ? m_Tensor->sizes().vec() : std::vector<std::int64_t>{};
}

TorchComponentType
TorchTensor::GetComponentType() const
{
  TORCH_CHECK(IsDefined(), "an undefined tensor has no component type");
  const auto found = std::find(std::begin(scalarTypes), std::end(scalarTypes), m_Tensor->scalar_type());
  TORCH_CHECK(found != std::end(scalarTypes), "no pixel type stands for the tensor type ", m_Tensor->scalar_type());
  return static_cast<TorchComponentType>(found - std::begin(scalarTypes));
}

std::size_t
TorchTensor::GetNumberOfBytes() const
{
  return IsDefined() ? m_Tensor->nbytes() : 0;
}

void *
TorchTensor::GetPointer() const
{
  return IsDefined() ? m_Tensor->mutable_data_ptr() : nullptr;
}

TorchTensor
TorchTensor::Crop(const std::vector<std::int64_t> & start, const std::vector<std::int64_t> & size) const
{
  at::Tensor cropped = *m_Tensor;
  for (std::size_t axis = 0; axis < size.size(); ++axis)
  {
    cropped = cropped.narrow(-1 - static_cast<std::int64_t>(axis), start[axis], size[axis]);
  }
  return MakeTorchTensor(cropped, m_Device);
}

TorchTensor
TorchTensor::To(const TorchDevice & device) const
{
  if (device == m_Device || !IsDefined())
  {
    return *this;
  }
  if (!device.IsHost())
  {
    if (device.GetKind() == TorchDevice::Kind::Staged)
    {
      CountStagedAllocation(GetNumberOfBytes());
    }
    ++uploads;
    uploadedBytes += GetNumberOfBytes();
  }
  if (!m_Device.IsHost())
  {
    ++downloads;
    downloadedBytes += GetNumberOfBytes();
  }
  // Dense memory first: a strided copy between host and CUDA goes through a temporary on both sides.
  const at::Tensor dense = ComponentsLast(*m_Tensor).contiguous();
  const at::Tensor copy = dense.to(GetC10Device(device), false, dense.is_alias_of(*m_Tensor));
  return MakeTorchTensor(copy.movedim(-1, 1), device);
}

TorchTensor
TorchTensor::ToInterleaved() const
{
  const at::Tensor pixels = ComponentsLast(*m_Tensor);
  const bool       dense = pixels.is_contiguous() && pixels.storage().nbytes() == pixels.nbytes();
  return dense ? *this : MakeTorchTensor(pixels.clone(at::MemoryFormat::Contiguous).movedim(-1, 1), m_Device);
}

TorchTensor
TorchTensor::ToPixels(const std::vector<std::int64_t> & expectedShape,
                      TorchComponentType                expectedType,
                      const std::vector<TorchTensor> &  inputs,
                      const char *                      owner) const
{
  if (GetShape() != expectedShape || GetComponentType() != expectedType)
  {
    itkGenericExceptionMacro(<< owner
                             << " computed a tensor that does not fit its output image: shape and type must be "
                             << c10::IntArrayRef(expectedShape) << " of " << scalarTypes[static_cast<int>(expectedType)]
                             << ", but are " << c10::IntArrayRef(GetShape()) << " of "
                             << (IsDefined() ? c10::toString(m_Tensor->scalar_type()) : "nothing") << '.');
  }
  const TorchTensor pixels = ToInterleaved();
  const bool        isShared = pixels.GetDevice().IsHost() &&
                        std::any_of(inputs.begin(),
                                    inputs.end(),
                                    [&](const TorchTensor & input) { return pixels.SharesMemoryWith(input); });
  return isShared ? pixels.Clone() : pixels;
}

TorchTensor
TorchTensor::Clone() const
{
  return MakeTorchTensor(m_Tensor->clone(), m_Device);
}

bool
TorchTensor::SharesMemoryWith(const TorchTensor & other) const
{
  return IsDefined() && other.IsDefined() && m_Tensor->storage().data() == other.m_Tensor->storage().data();
}

bool
TorchTensor::IsHeldElsewhere() const
{
  return IsDefined() && (m_Tensor.use_count() > 1 || m_Tensor->use_count() > 1 || m_Tensor->storage().use_count() > 1);
}

TorchTransferCounters::Counts
TorchTransferCounters::Get()
{
  return { uploads, downloads, uploadedBytes, downloadedBytes };
}

void
TorchTransferCounters::Reset()
{
  uploads = 0;
  downloads = 0;
  uploadedBytes = 0;
  downloadedBytes = 0;
}
} // namespace itk
