// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTwoNearestObjectsKernel_h
#define itkTwoNearestObjectsKernel_h

#include "ITKTorchDistanceMapExport.h"
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

namespace itk
{
/** An image whose objects' distances are wanted. */
struct ITKTorchDistanceMap_EXPORT TwoNearestObjectsProblem
{
  /** Pixels along x, y, z, …; none is 0. */
  std::vector<std::int64_t> Size;
  std::vector<double>       Spacing;
  /** Objects farther away count as none. */
  double MaximumDistance{ std::numeric_limits<double>::infinity() };
  /** To the nearest edge of an object's pixel instead of to its center. */
  bool IsToPixelEdge{ false };

  std::int64_t
  GetNumberOfPixels() const;

  /** The unit of InSteps(): the finest spacing, half of it to edges. */
  double
  GetStep() const;

  /** The same problem with distances in steps. Where spacings are multiples of the finest, sums of squares are exact,
   * so that equally far objects are seen to be. */
  TwoNearestObjectsProblem
  InSteps() const;

  /** Whether all squared distances are multiples of SmallestDifference that are not rounded. */
  bool
  AreSumsExact() const;

  static constexpr double SmallestDifference = 1.0 / 256;
};

/** Finished pixels that follow each other along x. Labels are not set where they were not asked for. */
template <typename TSquaredDistance>
struct TwoNearestObjectsPiece
{
  static constexpr std::int64_t LargestCount = 16;

  std::int64_t Offset;
  /** Offset of a piece that comes soon. Pieces come down a column, which the hardware does not foresee: prefetch where
   * it will be written. */
  std::int64_t             Later;
  std::int64_t             Count;
  const TSquaredDistance * First;
  const TSquaredDistance * Second;
  const std::uint32_t *    FirstLabel;
  const std::uint32_t *    SecondLabel;
};

/** Writes the labels of `count` pixels from `offset` on; 0 is background. Called from several threads. */
using TwoNearestObjectsSource = std::function<void(std::int64_t offset, std::int64_t count, std::uint32_t * labels)>;

/** The labels of an image in memory. */
ITKTorchDistanceMap_EXPORT TwoNearestObjectsSource
MakeSource(const std::int32_t * labels);

template <typename TSquaredDistance>
using TwoNearestObjectsSink = std::function<void(const TwoNearestObjectsPiece<TSquaredDistance> & piece)>;

/** Squared distances from each pixel to the nearest object and to the nearest other one, exactly, in time linear in the
 * number of pixels, whatever the number of objects; the same bits for any number of threads and any part of an image.
 * Of equally far objects the one of the smaller label is nearer; labels are compared as signed numbers.
 *
 * Extra memory: in 2D 20 bytes for each piece of a row with the same two nearest objects, at most one per pixel; 24
 * bytes per pixel in 3D and above.
 * \tparam TSquaredDistance float or double: how the results are rounded at the end
 * \param progress called on the calling thread with the fraction done; an exception ends the computation */
template <typename TSquaredDistance>
ITKTorchDistanceMap_EXPORT void
ComputeTwoNearestObjects(const TwoNearestObjectsProblem &                problem,
                         const TwoNearestObjectsSource &                 source,
                         const TwoNearestObjectsSink<TSquaredDistance> & sink,
                         bool                                            areLabelsWanted,
                         const std::function<void(double fraction)> &    progress);
} // namespace itk

#endif
