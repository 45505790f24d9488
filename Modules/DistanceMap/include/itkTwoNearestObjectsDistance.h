// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTwoNearestObjectsDistance_h
#define itkTwoNearestObjectsDistance_h

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
 * An object is all pixels of one label other than 0. The distances are exact: with squared distances restricted to the
 * first axes, the two smallest ones over distinct labels are all that the next axis needs, because taking the two
 * smallest commutes with adding a constant and with merging. Each axis is a lower envelope of parabolas, so that the
 * time is linear in the number of pixels and does not depend on the number of objects. On a device other than the host
 * each pixel looks along each axis until nothing nearer can come.
 *
 * Of equally far objects the one of the smaller label is nearer, in every region, on every device and for any number of
 * threads. Squared distances are sums, along x, y, … in this order, of squares of whole steps in units of the finest
 * spacing: two are equal if these are the same double. Where spacings are multiples of the finest no sum is rounded.
 *
 * P. Felzenszwalb, D. Huttenlocher, "Distance transforms of sampled functions", Theory of Computing 8, 2012, describes
 * the transform for one object.
 * \ingroup ITKTorchDistanceMap
 */
class TwoNearestObjectsDistance
{
public:
  /** All of shape (1, 1, …, y, x). Where there is no object, or it is beyond MaximumDistance, the distance is infinite and
   * the label 0. */
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
