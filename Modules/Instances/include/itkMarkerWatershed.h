// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkMarkerWatershed_h
#define itkMarkerWatershed_h

#include "ITKTorchInstancesExport.h"
#include "itkMarkerWatershedParameters.h"
#include "itkTorchTensor.h"
#include <functional>
#include <limits>
#include <vector>

namespace itk
{
/** \class MarkerWatershed
 * \brief Floods a landscape from markers: each pixel gets the label of the marker whose flood reaches it first.
 *
 * Pixels of 8 and 16 bits are levels as they are. Those of other types v are rounded to one of 65535 levels
 * \f[ \lfloor 65534 \, (v - a) / (b - a) + 1/2 \rfloor \f] (computed in double) of the LevelRange [a, b], and are cut
 * to it; an infinite end is the landscape's own least or greatest value. Of 64-bit integers v - a is exact. So integers
 * that span at most 65534 keep their order; of others, and of floating-point numbers, those that are nearer than a
 * level may become one.
 *
 * Pixels wait in one queue for each level, first in, first out, from the lowest level up; markers are queued in raster
 * order and so are a pixel's neighbors. Pixels lower than the current level of the flood are processed at that level.
 * With MarkWatershedLine a pixel between two labels stays 0 (F. Meyer, 1991); without it each pixel that a marker's
 * water can reach gets a label (S. Beucher, F. Meyer, 1993). The result is, pixel for pixel, that of
 * itk::MorphologicalWatershedFromMarkersImageFilter on the levels, which has no mask.
 *
 * The flood runs on the host, on one thread; a device's pixels are copied there, and the labels back.
 * \ingroup ITKTorchInstances
 */
class ITKTorchInstances_EXPORT MarkerWatershed
{
public:
  /** All of shape (1, 1, …, y, x) and on one device.
   * \param markers integers; 0 is no marker
   * \param mask integers; where it is 0 nothing flows, and markers are ignored. May be undefined: everywhere
   * \param progress called with the fraction done, in [0, 1]; an exception ends the computation
   * \return labels of the type of `markers`
   * \throws ExceptionObject for a parameter outside its range, and if the landscape holds what is not a number */
  static TorchTensor
  Compute(const TorchTensor &                 landscape,
          const TorchTensor &                 markers,
          const TorchTensor &                 mask,
          const MarkerWatershedParameters &   parameters,
          const std::function<void(double)> & progress);
};
} // namespace itk

#endif
