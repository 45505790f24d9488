// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkInstanceSegmentation_h
#define itkInstanceSegmentation_h

#include "ITKTorchInstancesExport.h"
#include "itkInstanceSegmentationParameters.h"
#include "itkTorchTensor.h"
#include <functional>
#include <vector>

namespace itk
{
/** \class InstanceSegmentation
 * \brief Computes object numbers from the probabilities of a network.
 *
 * Channels says what the components p₀, p₁, … of a pixel are:
 *
 * | Channels | foreground F | interior I | border B |
 * |---|---|---|---|
 * | Foreground | p₀ | p₀ | 0 |
 * | BackgroundForeground | p₁ | p₁ | 0 |
 * | InteriorBorder | p₀ + p₁ | p₀ | p₁ |
 * | ForegroundBorder | p₀ | p₀ (1 - p₁) | p₁ |
 * | BackgroundInteriorBorder | p₁ + p₂ | p₁ | p₂ |
 *
 * 1. Mask: F > MaskThreshold. Without Separation the objects are its connected components, and step 5 follows.
 * 2. Seeds: connected components of the mask's pixels with I > SeedThreshold and B < BorderThreshold, of at least
 *    MinimumSeedSize pixels. With DistanceMaxima: the first pixel of each maximum of the distance to the mask's border
 *    that stands at least MaximaHeight above the highest pass to a higher maximum.
 * 3. Seeds grow within the mask by a marker watershed without line (MarkerWatershed) on the Landscape, in 65535 levels.
 *    Connected pixels of the mask that no seed is in become an object of their own, or with KeepUnseeded off
 * background. 4. Of two objects that touch at faces of pixels, both become one if the lesser of the two interior
 * probabilities on the
 *    sides of such a face is greater than MergeThreshold on average (in those levels). At 1 none are merged.
 * 5. Objects of fewer than MinimumObjectSize pixels become background. With FillHoles background that does not reach
 * the
 *    image's border and touches one object only becomes a part of that. Objects are numbered 1 … N in raster order.
 *
 * So by default the objects' union is the mask with the holes filled that are inside one object; a hole between objects
 * stays. FullyConnected objects are also connected at edges and corners, and holes are not; without it, the reverse
 * holds. Thresholds are compared as float. Distances are in pixels of the finest axis or, with UseImageSpacing, in
 * physical units.
 *
 * Everything runs on the host; probabilities on a device are copied there, and the labels back. The result is
 * bit-identical for any number of threads.
 * \ingroup ITKTorchInstances
 */
class ITKTorchInstances_EXPORT InstanceSegmentation
{
public:
  struct Result
  {
    /** Shape (1, 1, …, y, x); 0 is background. */
    TorchTensor Labels;
    /** Pixels of the objects 1, 2, … */
    std::vector<std::int64_t> Sizes;
  };

  /** \param probabilities float or double, shape (1, C, …, y, x)
   * \param spacing distance between pixels along x, y, …
   * \param labelType an integer type
   * \param progress called with the fraction done, in [0, 1]; an exception ends the computation
   * \throws ExceptionObject for a parameter outside its range, another number of components than that of Channels, an
   * image without pixels, a spacing that is not one positive number for each axis, a probability that is more than 10⁻⁵
   * outside [0, 1] or not a number, and if labelType cannot number the objects */
  static Result
  Compute(const TorchTensor &                    probabilities,
          const std::vector<double> &            spacing,
          const InstanceSegmentationParameters & parameters,
          TorchComponentType                     labelType,
          const std::function<void(double)> &    progress);
};
} // namespace itk

#endif
