// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTwoNearestObjectsCuda_h
#define itkTwoNearestObjectsCuda_h

#include <cstdint>

/** Squared distances and labels of the two nearest objects, in a device's memory. */
struct TwoNearestObjectsBuffers
{
  double *       First;
  double *       Second;
  std::int32_t * FirstLabel;
  std::int32_t * SecondLabel;
};

/** Enqueues one axis of the distance transform; nothing is waited for.
 * \param objects for axis 0, which reads them and not `from`
 * \param size,spacing along x, y, …; `dimension` of them
 * \param stream a cudaStream_t of `device`
 * \return null, or what went wrong */
extern "C" const char *
ITKTorchTwoNearestObjects(const std::int32_t *     objects,
                          const std::int64_t *     size,
                          const double *           spacing,
                          int                      dimension,
                          int                      axis,
                          double                   maximumDistance,
                          bool                     isToPixelEdge,
                          TwoNearestObjectsBuffers from,
                          TwoNearestObjectsBuffers to,
                          int                      device,
                          void *                   stream);

#endif
