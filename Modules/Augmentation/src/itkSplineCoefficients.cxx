// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSplineCoefficients.h"
#include "itkTorchTargetClones.h"
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/matmul.h>
#include <algorithm>
#include <vector>

namespace itk
{
namespace
{
/** The factors of Thomas' algorithm, which depend on the number of values alone. */
struct Elimination
{
  std::vector<double> Below;
  std::vector<double> InversePivot;
  std::vector<double> Upper;
  /** What a cyclic system adds: solution for its corner entries. */
  std::vector<double> Correction;
  double              CorrectionScale{ 0.0 };
};

Elimination
Eliminate(std::int64_t count, SamplingPaddingMode fill)
{
  const auto  n = static_cast<std::size_t>(count);
  const bool  isCyclic = fill == SamplingPaddingMode::Wrap;
  const bool  isReflected = fill == SamplingPaddingMode::Reflect;
  Elimination elimination;
  double      upperBefore = 0.0;
  // Sherman and Morrison: a cyclic matrix is a tridiagonal one, whose corners are changed, plus a product of vectors.
  constexpr double gamma = -4.0;
  for (std::size_t k = 0; k < n; ++k)
  {
    const bool   isFirst = k == 0;
    const bool   isLast = k + 1 == n;
    const double below = isFirst ? 0.0 : isLast && !isCyclic && !isReflected ? 2.0 : 1.0;
    const double above = isFirst && !isCyclic && !isReflected ? 2.0 : 1.0;
    double       diagonal = 4.0;
    diagonal += isReflected && (isFirst || isLast) ? 1.0 : 0.0;
    diagonal -= isCyclic && isFirst ? gamma : 0.0;
    diagonal -= isCyclic && isLast ? 1.0 / gamma : 0.0;
    const double pivot = diagonal - below * upperBefore;
    upperBefore = above / pivot;
    elimination.Below.push_back(below);
    elimination.InversePivot.push_back(1.0 / pivot);
    elimination.Upper.push_back(upperBefore);
  }
  if (isCyclic)
  {
    auto & correction = elimination.Correction;
    correction.assign(n, 0.0);
    correction.front() = gamma;
    correction.back() = 1.0;
    for (std::size_t k = 0; k < n; ++k)
    {
      correction[k] =
        (correction[k] - (k == 0 ? 0.0 : elimination.Below[k] * correction[k - 1])) * elimination.InversePivot[k];
    }
    for (std::size_t k = n - 1; k-- > 0;)
    {
      correction[k] -= elimination.Upper[k] * correction[k + 1];
    }
    elimination.CorrectionScale = 1.0 / (1.0 + correction.front() + correction.back() / gamma);
  }
  return elimination;
}

/** to[i] = (factor · to[i] − below · before[i]) · scale */
template <typename TValue>
inline void
Forward(TValue * to, const TValue * before, TValue below, TValue scale, std::int64_t inner)
{
  for (std::int64_t i = 0; i < inner; ++i)
  {
    to[i] = (TValue{ 6 } * to[i] - below * before[i]) * scale;
  }
}

template <typename TValue>
inline void
Subtract(TValue * to, const TValue * what, TValue factor, std::int64_t inner)
{
  for (std::int64_t i = 0; i < inner; ++i)
  {
    to[i] -= factor * what[i];
  }
}

ITKTorch_TARGET_CLONES void
ForwardRow(float * to, const float * before, float below, float scale, std::int64_t inner)
{
  Forward(to, before, below, scale, inner);
}
ITKTorch_TARGET_CLONES void
ForwardRow(double * to, const double * before, double below, double scale, std::int64_t inner)
{
  Forward(to, before, below, scale, inner);
}
ITKTorch_TARGET_CLONES void
SubtractRow(float * to, const float * what, float factor, std::int64_t inner)
{
  Subtract(to, what, factor, inner);
}
ITKTorch_TARGET_CLONES void
SubtractRow(double * to, const double * what, double factor, std::int64_t inner)
{
  Subtract(to, what, factor, inner);
}

template <typename TValue>
void
Solve(TValue * values, const Elimination & elimination, std::int64_t count, std::int64_t inner)
{
  const auto at = [&](const std::vector<double> & factors, std::int64_t k)
  { return static_cast<TValue>(factors[static_cast<std::size_t>(k)]); };
  for (std::int64_t k = 0; k < count; ++k)
  {
    TValue * const row = values + k * inner;
    ForwardRow(row, k == 0 ? row : row - inner, at(elimination.Below, k), at(elimination.InversePivot, k), inner);
  }
  for (std::int64_t k = count - 2; k >= 0; --k)
  {
    SubtractRow(values + k * inner, values + (k + 1) * inner, at(elimination.Upper, k), inner);
  }
  if (!elimination.Correction.empty())
  {
    std::vector<TValue> scale(static_cast<std::size_t>(inner));
    for (std::int64_t i = 0; i < inner; ++i)
    {
      const double ends = static_cast<double>(values[i]) - static_cast<double>(values[(count - 1) * inner + i]) / 4.0;
      scale[static_cast<std::size_t>(i)] = static_cast<TValue>(ends * elimination.CorrectionScale);
    }
    for (std::int64_t k = 0; k < count; ++k)
    {
      SubtractRow(values + k * inner, scale.data(), at(elimination.Correction, k), inner);
    }
  }
}

template <typename TValue>
void
FilterImage(TValue * values, const at::Tensor & image, SamplingPaddingMode fill)
{
  const auto sizes = image.sizes();
  for (std::int64_t axis = 2; axis < image.dim(); ++axis)
  {
    std::int64_t outer = 1;
    for (std::int64_t a = 0; a < axis; ++a)
    {
      outer *= sizes[static_cast<std::size_t>(a)];
    }
    const std::int64_t count = sizes[static_cast<std::size_t>(axis)];
    ToSplineCoefficients(values, outer, count, image.numel() / (outer * count), fill);
  }
}
} // namespace

template <typename TValue>
void
ToSplineCoefficients(TValue *            values,
                     std::int64_t        outer,
                     std::int64_t        count,
                     std::int64_t        inner,
                     SamplingPaddingMode fill)
{
  if (count == 1)
  {
    return;
  }
  if (count == 2 && fill == SamplingPaddingMode::Wrap)
  {
    // Both neighbors of a value are the same one: 4 a + 2 b = 6 v, which is Mirror's system too.
    fill = SamplingPaddingMode::Mirror;
  }
  const Elimination elimination = Eliminate(count, fill);
  at::parallel_for(0,
                   outer,
                   std::max(std::int64_t{ 1 }, 65536 / (count * inner)),
                   [&](std::int64_t first, std::int64_t last)
                   {
                     for (std::int64_t line = first; line < last; ++line)
                     {
                       Solve(values + line * count * inner, elimination, count, inner);
                     }
                   });
}

template void
ToSplineCoefficients(float *, std::int64_t, std::int64_t, std::int64_t, SamplingPaddingMode);
template void
ToSplineCoefficients(double *, std::int64_t, std::int64_t, std::int64_t, SamplingPaddingMode);

at::Tensor
SplineCoefficients(const at::Tensor & image, SamplingPaddingMode fill)
{
  const bool isFloat = image.element_size() < 4 || image.scalar_type() == at::kFloat;
  at::Tensor result = image.to(isFloat ? at::kFloat : at::kDouble, false, true, at::MemoryFormat::Contiguous);
  if (!image.is_cuda())
  {
    isFloat ? FilterImage(result.data_ptr<float>(), result, fill)
            : FilterImage(result.data_ptr<double>(), result, fill);
    return result;
  }
  // The solution is linear in the values, so elsewhere it is a product with the solutions for unit vectors.
  for (std::int64_t axis = 2; axis < image.dim(); ++axis)
  {
    const std::int64_t count = image.size(axis);
    at::Tensor         inverse = at::eye(count, at::kDouble);
    ToSplineCoefficients(inverse.data_ptr<double>(), 1, count, count, fill);
    inverse = inverse.to(result.options());
    result = at::matmul(inverse, result.movedim(axis, -2).contiguous()).movedim(-2, axis);
  }
  return result.contiguous();
}
} // namespace itk
