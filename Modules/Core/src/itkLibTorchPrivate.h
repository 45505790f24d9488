// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkLibTorchPrivate_h
#define itkLibTorchPrivate_h

#include "ITKTorchCoreExport.h"
#include <ATen/core/Tensor.h>

namespace itk
{
/** What this project calls of LibTorch that is not LibTorch's public interface: what to look at when another version is
 * used. All of it may be missing in a LibTorch that was built otherwise. */
namespace LibTorchPrivate
{
/** Whether oneDNN's convolution can be called with a packed weight and an operation after it. */
ITKTorchCore_EXPORT bool
HasFusedConvolution();

/** A weight in oneDNN's layout, which no other operation understands; undefined if oneDNN has no convolution of its
 * precision for this processor.
 * \param borders pixels of 0 around the image, along each axis */
ITKTorchCore_EXPORT at::Tensor
PackConvolutionWeight(const at::Tensor & weight, at::IntArrayRef borders);

/** \param weight packed
 * \param bias may be undefined
 * \param operation "none" or "relu" */
ITKTorchCore_EXPORT at::Tensor
ConvolveFused(const at::Tensor & image,
              const at::Tensor & weight,
              const at::Tensor & bias,
              at::IntArrayRef    borders,
              const char *       operation);

/** C = A B, or C + A B, of matrices that the cache holds, on the calling thread. In bfloat16 every two rows of B are
 * interleaved. Throws what oneDNN throws where this processor has no such product.
 * \tparam TNumber float or c10::BFloat16 */
template <typename TNumber>
ITKTorchCore_EXPORT void
MultiplySmall(std::int64_t    rows,
              std::int64_t    columns,
              std::int64_t    inner,
              std::int64_t    stepOfResult,
              bool            isAdded,
              const TNumber * a,
              const TNumber * b,
              float *         c);

/** Gives back what MultiplySmall() has configured on the calling thread. */
ITKTorchCore_EXPORT void
ReleaseMultiplySmall(bool isNarrow);

/** LibTorch's current stream of a CUDA device, a cudaStream_t; false if it gives none. */
ITKTorchCore_EXPORT bool
GetCurrentStream(int device, void ** stream);
} // namespace LibTorchPrivate
} // namespace itk

#endif
