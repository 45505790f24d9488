// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkLargePages.h"
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <c10/util/accumulate.h>
#include <cstdlib>
#ifdef __linux__
#  include <sys/mman.h>
#endif

namespace itk
{
at::Tensor
EmptyOnLargePages(at::IntArrayRef sizes, c10::ScalarType type)
{
  constexpr std::size_t largePage = std::size_t{ 1 } << 21;
  const std::size_t     bytes = static_cast<std::size_t>(c10::multiply_integers(sizes)) * c10::elementSize(type);
  if (bytes < 2 * largePage)
  {
    return at::empty(sizes, type);
  }
  void * const memory = std::aligned_alloc(largePage, (bytes + largePage - 1) / largePage * largePage);
  if (memory == nullptr)
  {
    throw std::bad_alloc();
  }
#ifdef __linux__
  madvise(memory, bytes, MADV_HUGEPAGE);
#endif
  return at::from_blob(
    memory, sizes, [](void * pointer) { std::free(pointer); }, at::TensorOptions(type));
}
} // namespace itk
