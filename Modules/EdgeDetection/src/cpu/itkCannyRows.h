// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkCannyRows_h
#define itkCannyRows_h

#include "ITKTorchEdgeDetectionExport.h"
#include "itkCannyArithmetic.h"
#include <cstdint>

namespace itk
{
/** The rows around one row, itself in the middle: of D axes 3^(D-1), with y varying fastest. Each may be read one pixel
 * before its beginning and behind its end. */
template <typename T, int D>
struct CannyRows
{
  static constexpr int Count{ D == 2 ? 3 : 9 };
  static constexpr int Middle{ Count / 2 };
  const T *            Row[Count];
};

/** \file The loops over the pixels of a row, for T float and double, and D = 2 and 3. */

/** sums[i] = Σ weights[k] · rows[k][i], added in the order of k as double. */
template <typename T>
void
SumWeightedRows(std::int64_t count, int weightCount, const double * weights, const T * const * rows, T * sums);

/** sums[i] = Σ weights[k] · row[i + k], added in the order of k. */
template <typename T>
void
SumWeightedPixels(std::int64_t count, int weightCount, const double * weights, const double * row, T * sums);

/** L from the smoothed rows. */
template <typename T, int D>
void
ComputeCurvature(std::int64_t count, const CannyRows<T, D> & rows, const CannyFactors<T, D> & factors, T * curvature);

/** m and what survives of it, from the smoothed rows and those of L. */
template <typename T, int D>
void
SuppressNonMaxima(std::int64_t               count,
                  const CannyRows<T, D> &    rows,
                  const CannyRows<T, D> &    curvature,
                  const CannyFactors<T, D> & factors,
                  T *                        magnitude,
                  T *                        suppressed);

/** g/|g|, D components a pixel; 0 where there is no gradient. */
template <typename T, int D>
void
ComputeDirection(std::int64_t count, const CannyRows<T, D> & rows, const CannyFactors<T, D> & factors, T * direction);

/** Bits of 64 pixels a word: above the lower threshold, and above the upper one, which ITK compares with the value as
 * float. */
template <typename T>
ITKTorchEdgeDetection_EXPORT void
ClassifyPixels(std::int64_t    count,
               const T *       suppressed,
               T               lower,
               T               upper,
               std::uint64_t * weak,
               std::uint64_t * strong);

/** Whether no pixel is infinite or not a number. */
template <typename T>
bool
AreFinite(std::int64_t count, const T * pixels);

/** 1 where the bit is set, else 0. */
template <typename T>
ITKTorchEdgeDetection_EXPORT void
ExpandBits(std::int64_t count, const std::uint64_t * bits, T * pixels);
} // namespace itk

#endif
