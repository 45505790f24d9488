// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchTensorAccess.h"
#include "itkTorchExecution.h"
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

/** (N, C, …, y, x) seen as (N, …, y, x, C); a number or a list, which has no components, as it is. */
at::Tensor
ComponentsLast(const at::Tensor & tensor)
{
  return tensor.dim() < 3 ? tensor : tensor.movedim(1, -1);
}

/** The other way. */
at::Tensor
ComponentsSecond(const at::Tensor & tensor)
{
  return tensor.dim() < 3 ? tensor : tensor.movedim(-1, 1);
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
try
{
  std::vector<std::int64_t> shape{ 1 };
  shape.insert(shape.end(), size.rbegin(), size.rend());
  shape.push_back(numberOfComponents);
  const auto options = at::TensorOptions(scalarTypes[static_cast<int>(type)]);
  return MakeTorchTensor(at::from_blob(buffer, shape, options).movedim(-1, 1), TorchDevice::CPU());
}
catch (...)
{
  TorchExecution::Rethrow("TorchTensor::FromPixels()");
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
  this->VerifyIsDefined("GetComponentType()");
  const auto found = std::find(std::begin(scalarTypes), std::end(scalarTypes), m_Tensor->scalar_type());
  if (found == std::end(scalarTypes))
  {
    itkGenericExceptionMacro(
      << "TorchTensor::GetComponentType(): the components must be integers of 8 to 64 bits, float or double, but are "
      << c10::toString(m_Tensor->scalar_type()) << '.');
  }
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
try
{
  this->VerifyIsDefined("Crop()");
  const auto shape = this->GetShape();
  const auto axes = std::min(start.size(), size.size());
  bool       isInside = start.size() == size.size() && axes <= shape.size();
  for (std::size_t axis = 0; isInside && axis < axes; ++axis)
  {
    isInside = start[axis] >= 0 && size[axis] >= 0 && start[axis] <= shape[shape.size() - 1 - axis] - size[axis];
  }
  if (!isInside)
  {
    itkGenericExceptionMacro(<< "TorchTensor::Crop(): the box must lie inside a tensor of shape "
                             << c10::IntArrayRef(shape) << ", but begins at " << c10::IntArrayRef(start)
                             << " with size " << c10::IntArrayRef(size) << " (x first).");
  }
  at::Tensor cropped = *m_Tensor;
  for (std::size_t axis = 0; axis < axes; ++axis)
  {
    cropped = cropped.narrow(-1 - static_cast<std::int64_t>(axis), start[axis], size[axis]);
  }
  return MakeTorchTensor(cropped, m_Device);
}
catch (...)
{
  TorchExecution::Rethrow("TorchTensor::Crop()");
}

TorchTensor
TorchTensor::To(const TorchDevice & device) const
try
{
  const TorchDevice target = device.Resolve();
  if (target == m_Device || !IsDefined())
  {
    return *this;
  }
  if (!target.IsHost())
  {
    if (target.GetKind() == TorchDevice::Kind::Staged)
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
  const at::Tensor copy = dense.to(GetC10Device(target), false, dense.is_alias_of(*m_Tensor));
  return MakeTorchTensor(ComponentsSecond(copy), target);
}
catch (...)
{
  TorchExecution::Rethrow("TorchTensor::To()");
}

TorchTensor
TorchTensor::ToInterleaved() const
try
{
  this->VerifyIsDefined("ToInterleaved()");
  const at::Tensor pixels = ComponentsLast(*m_Tensor);
  const bool       isDense = pixels.is_contiguous() && pixels.storage().nbytes() == pixels.nbytes();
  return isDense ? *this : MakeTorchTensor(ComponentsSecond(pixels.clone(at::MemoryFormat::Contiguous)), m_Device);
}
catch (...)
{
  TorchExecution::Rethrow("TorchTensor::ToInterleaved()");
}

TorchTensor
TorchTensor::ToPixels(const std::vector<std::int64_t> & expectedShape,
                      TorchComponentType                expectedType,
                      const std::vector<TorchTensor> &  inputs,
                      const char *                      owner) const
{
  if (!IsDefined() || GetShape() != expectedShape ||
      m_Tensor->scalar_type() != scalarTypes[static_cast<int>(expectedType)])
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
try
{
  this->VerifyIsDefined("Clone()");
  return MakeTorchTensor(m_Tensor->clone(), m_Device);
}
catch (...)
{
  TorchExecution::Rethrow("TorchTensor::Clone()");
}

bool
TorchTensor::SharesMemoryWith(const TorchTensor & other) const
{
  return IsDefined() && other.IsDefined() && m_Tensor->storage().data() == other.m_Tensor->storage().data();
}

void
TorchTensor::VerifyIsDefined(const char * function) const
{
  if (!IsDefined())
  {
    itkGenericExceptionMacro(<< "TorchTensor::" << function << ": the tensor must be defined, but is not.");
  }
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
