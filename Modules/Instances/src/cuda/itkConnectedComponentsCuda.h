// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkConnectedComponentsCuda_h
#define itkConnectedComponentsCuda_h

#include <cstdint>

/** Enqueues the search for each pixel's root: the first pixel, in raster order, of its component; the number of pixels
 * for background. Nothing is waited for.
 * \param values one for each pixel; 0 is background, and only pixels of equal values are connected
 * \param size along x, y, …; `dimension` of them, at most 8, of fewer than 2³¹ pixels
 * \param roots one for each pixel
 * \param stream a cudaStream_t of `device`
 * \return null, or what went wrong */
extern "C" const char *
ITKTorchConnectedComponents(const std::int64_t * values,
                            const std::int64_t * size,
                            int                  dimension,
                            bool                 isFullyConnected,
                            std::int32_t *       roots,
                            int                  device,
                            void *               stream);

#endif
