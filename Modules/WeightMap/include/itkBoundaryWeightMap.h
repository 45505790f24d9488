// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkBoundaryWeightMap_h
#define itkBoundaryWeightMap_h

#include "ITKTorchWeightMapExport.h"
#include "itkBoundaryWeightMapParameters.h"
#include "itkTwoNearestObjectsDistance.h"
#include <functional>
#include <limits>
#include <map>
#include <vector>

namespace itk
{
/** \class BoundaryWeightMap
 * \brief Weights of a label image's pixels that make a network learn the gaps between touching objects.
 *
 * \f[ w(x) = w_c(x) + w_0 \exp\left(-\frac{(d_1(x) + d_2(x))^2}{2\sigma^2}\right)
 *            + p \exp\left(-\frac{d_1(x)^2}{2\sigma_1^2}\right) \f]
 *
 * d₁ and d₂ are the distances to the nearest object and to the nearest other one; 0 inside an object. With fewer than
 * two objects the first term is 0; without objects, so is the second one. Terms beyond the maximum distance are
 * exactly 0.
 *
 * O. Ronneberger, P. Fischer, T. Brox, "U-Net: convolutional networks for biomedical image segmentation", MICCAI 2015;
 * T. Falk et al., "U-Net: deep learning for cell counting, detection, and morphometry", Nature Methods 16, 2019.
 * \ingroup ITKTorchWeightMap
 */
class ITKTorchWeightMap_EXPORT BoundaryWeightMap
{
public:
  struct Result
  {
    /** Float, shape (1, 1, …, y, x). */
    TorchTensor Weight;
    /** The labels, with a gap of GapWidth pixels of background between touching objects. */
    TorchTensor SeparatedLabels;
  };

  /** \param labels integers of shape (1, 1, …, y, x); 0 is background
   * \param spacing distance between pixels along x, y, …
   * \param classOfLabel class, from 1 on, of the labels that it names; others are of class 1, background is of class 0
   * \param progress called with the fraction done; an exception ends the computation */
  static Result
  Compute(const TorchTensor &                          labels,
          const std::vector<double> &                  spacing,
          const BoundaryWeightMapParameters &          parameters,
          const std::map<std::int64_t, unsigned int> & classOfLabel,
          const std::function<void(double)> &          progress);
};

/** \throws ExceptionObject if the parameters do not fit each other or the classes */
ITKTorchWeightMap_EXPORT void
VerifyBoundaryWeightMap(const BoundaryWeightMapParameters &          parameters,
                        const std::map<std::int64_t, unsigned int> & classOfLabel);
} // namespace itk

#endif
