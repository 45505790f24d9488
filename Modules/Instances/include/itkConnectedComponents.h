// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkConnectedComponents_h
#define itkConnectedComponents_h

#include "ITKTorchInstancesExport.h"
#include "itkConnectedComponentsParameters.h"
#include "itkTorchTensor.h"
#include <functional>
#include <vector>

namespace itk
{
/** \class ConnectedComponents
 * \brief Numbers the connected components of an image's pixels other than 0.
 *
 * Two pixels are neighbors if they share a face (4 neighbors in 2D, 6 in 3D) or, with FullyConnected, also an edge or a
 * corner (8, 26); a component is what paths of neighbors reach. With KeepLabelsApart neighbors are connected only
 * where their values are equal, so that touching objects of a label image stay apart.
 *
 * Components of fewer than MinimumObjectSize pixels become background. The others are numbered 1 … N without gaps in
 * the raster order of their first pixels or, with SortByObjectSize, from the largest to the smallest; of equally large
 * ones the first in raster order comes first.
 *
 * On the host runs of pixels are merged row by row (union-find), on one pass over the image; on a device each pixel
 * points to an earlier one of its component until all point to the first. The same numbers everywhere.
 * \ingroup ITKTorchInstances
 */
class ITKTorchInstances_EXPORT ConnectedComponents
{
public:
  struct Result
  {
    /** Shape (1, 1, …, y, x); 0 is background. */
    TorchTensor Labels;
    /** Pixels of the objects 1, 2, … */
    std::vector<std::int64_t> Sizes;
  };

  /** \param image integers of shape (1, 1, …, y, x)
   * \param labelType an integer type
   * \param progress called with the fraction done, in [0, 1]; an exception ends the computation
   * \throws ExceptionObject if labelType cannot number the objects */
  static Result
  Compute(const TorchTensor &                   image,
          const ConnectedComponentsParameters & parameters,
          TorchComponentType                    labelType,
          const std::function<void(double)> &   progress);
};
} // namespace itk

#endif
