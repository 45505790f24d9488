// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkLibTorchPrivate.h"
#include "itkSharedLibrary.h"
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/native/CPUBlas.h>
#include <type_traits>

namespace itk
{
namespace LibTorchPrivate
{
namespace
{
using OptionalOperator = std::optional<c10::OperatorHandle>;

/** A convolution with an operation after it, which LibTorch's compiler of graphs uses. */
const OptionalOperator &
GetFusedConvolution()
{
  static const auto handle = c10::Dispatcher::singleton().findSchema({ "mkldnn::_convolution_pointwise", "" });
  return handle;
}

const OptionalOperator &
GetWeightPacking()
{
  static const auto handle = c10::Dispatcher::singleton().findSchema({ "mkldnn::_reorder_convolution_weight", "" });
  return handle;
}

/** The stride and the dilation of every convolution here. */
std::vector<std::int64_t>
Ones(const at::Tensor & tensor)
{
  return std::vector<std::int64_t>(static_cast<std::size_t>(tensor.dim() - 2), 1);
}
} // namespace

bool
HasFusedConvolution()
{
  return GetFusedConvolution() && GetWeightPacking();
}

at::Tensor
PackConvolutionWeight(const at::Tensor & weight, at::IntArrayRef borders)
{
  torch::jit::Stack stack{ weight, borders.vec(), Ones(weight), Ones(weight), std::int64_t{ 1 }, c10::IValue() };
  try
  {
    GetWeightPacking()->callBoxed(stack);
  }
  catch (const c10::Error &)
  {
    return {};
  }
  return stack.front().toTensor();
}

at::Tensor
ConvolveFused(const at::Tensor & image,
              const at::Tensor & weight,
              const at::Tensor & bias,
              at::IntArrayRef    borders,
              const char *       operation)
{
  torch::jit::Stack stack{ image,
                           weight,
                           bias.defined() ? c10::IValue(bias) : c10::IValue(),
                           borders.vec(),
                           Ones(image),
                           Ones(image),
                           std::int64_t{ 1 },
                           operation,
                           c10::List<std::optional<at::Scalar>>(),
                           c10::IValue() };
  GetFusedConvolution()->callBoxed(stack);
  return stack.front().toTensor();
}

template <typename TNumber>
void
MultiplySmall(std::int64_t    rows,
              std::int64_t    columns,
              std::int64_t    inner,
              std::int64_t    stepOfResult,
              bool            isAdded,
              const TNumber * a,
              const TNumber * b,
              float *         c)
{
  constexpr bool isNarrow = std::is_same<TNumber, c10::BFloat16>::value;
  at::native::cpublas::brgemm(rows, columns, inner, inner, columns, stepOfResult, isAdded, a, b, c, isNarrow);
}

template ITKTorchCore_EXPORT void
MultiplySmall(std::int64_t, std::int64_t, std::int64_t, std::int64_t, bool, const float *, const float *, float *);
template ITKTorchCore_EXPORT void
MultiplySmall(std::int64_t,
              std::int64_t,
              std::int64_t,
              std::int64_t,
              bool,
              const c10::BFloat16 *,
              const c10::BFloat16 *,
              float *);

void
ReleaseMultiplySmall(bool isNarrow)
{
  at::native::cpublas::brgemm_release(isNarrow);
}

bool
GetCurrentStream(int device, void ** stream)
{
  // From LibTorch's C interface (torch/csrc/inductor/aoti_torch/c/shim.h), in libtorch_cuda, which nothing here links.
  using GetStream = std::int32_t (*)(std::int32_t, void **);
  static const auto getStream =
    reinterpret_cast<GetStream>(SharedLibrary::FindAnywhere("aoti_torch_get_current_cuda_stream"));
  return getStream != nullptr && getStream(device, stream) == 0;
}
} // namespace LibTorchPrivate
} // namespace itk
