// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTwoNearestObjectsDistance_h
#define itkTwoNearestObjectsDistance_h

#include "ITKTorchDistanceMapExport.h"
#include "itkSpacing.h"
#include "itkTwoNearestObjectsDistanceParameters.h"
#include "itkTorchTensor.h"
#include <functional>
#include <limits>
#include <vector>

namespace itk
{
/** \class TwoNearestObjectsDistance
 * \brief Euclidean distances from each pixel to the nearest object and to the nearest other one, with their labels.
 *
 * An object consists of all pixels with one label other than 0. The distances are exact: of the squared distances along
 * the first axes, the next axis needs only the two smallest over distinct labels, because taking the two smallest
 * commutes with adding a constant and with merging. Each axis is computed as a lower envelope of parabolas, so the time
 * is linear in the number of pixels and does not depend on the number of objects. On a device other than the host, each
 * pixel searches along each axis until nothing nearer is possible.
 *
 * Of equally distant objects, the one with the smaller label counts as nearer, in every region, on every device and for
 * any number of threads. Squared distances are sums, along x, y, … in this order, of squares of whole steps in units of
 * the finest spacing; they are equal if these sums are the same double. If spacings are multiples of the finest, no sum
 * is rounded.
 *
 * P. Felzenszwalb, D. Huttenlocher, "Distance transforms of sampled functions", Theory of Computing 8, 2012, describes
 * the transform for one object.
 * \ingroup ITKTorchDistanceMap
 */
class ITKTorchDistanceMap_EXPORT TwoNearestObjectsDistance
{
public:
  /** All of shape (1, 1, …, y, x). Where there is no object, or it is beyond MaximumDistance, the distance is infinite
   * and the label 0. */
  struct Result
  {
    TorchTensor First;
    TorchTensor Second;
    TorchTensor FirstLabel;
    TorchTensor SecondLabel;
  };

  /** \param labels integers of shape (1, 1, …, y, x); 0 is background
   * \param spacing distance between pixels along x, y, …; taken as relative to the finest unless UseImageSpacing is on
   * \param distanceType Float32 or Float64
   * \param progress called with the fraction done, in [0, 1]; an exception ends the computation
   * \return distances, and labels of the type of `labels`, on its device */
  static Result
  Compute(const TorchTensor &                         labels,
          const std::vector<double> &                 spacing,
          const TwoNearestObjectsDistanceParameters & parameters,
          TorchComponentType                          distanceType,
          const std::function<void(double)> &         progress);
};
} // namespace itk

#endif
