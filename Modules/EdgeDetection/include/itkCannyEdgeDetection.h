// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkCannyEdgeDetection_h
#define itkCannyEdgeDetection_h

#include "ITKTorchEdgeDetectionExport.h"
#include "itkCannyEdgeDetectionParameters.h"
#include "itkTorchTensor.h"
#include <functional>
#include <vector>

namespace itk
{
/** Which results are wanted besides the edges; each costs an image. */
struct CannyEdgeDetectionOutputs
{
  bool GradientMagnitude{ false };
  bool GradientDirection{ false };
  bool NonMaximumSuppression{ false };
};

/** \class CannyEdgeDetection
 * \brief Canny's edges with the semantics of itk::CannyEdgeDetectionImageFilter.
 *
 * 1. The image is smoothed by a discrete Gaussian, whose kernel ends where MaximumError allows, at the latest 32
 *    pixels from its middle.
 * 2. With central differences g = ∇I and m = √(g·g + 0.0001), the second derivative along the gradient is
 *    \f$ L = \sum_{ij} g_i g_j I_{ij} / (g \cdot g + 0.0001) \f$.
 * 3. A pixel survives with magnitude m where L changes sign towards a neighbor along an axis, L is nearer to 0 here
 *    (of two equally near pixels, the one of lower index along the axis) and \f$ \nabla L \cdot g \le 0 \f$; other
 *    pixels get 0.
 * 4. Edges are the pixels above the upper threshold, and those above the lower one that touch an edge, also at a
 *    corner.
 *
 * Outside the image the nearest pixel is repeated. Each step rounds as ITK does, so no edge pixel differs. On devices
 * the same operations are done in the same order.
 *
 * J. Canny, "A computational approach to edge detection", IEEE Trans. PAMI 8(6), 1986.
 * \ingroup ITKTorchEdgeDetection
 */
class ITKTorchEdgeDetection_EXPORT CannyEdgeDetection
{
public:
  /** Tensors on the image's device, of its type; undefined unless wanted. */
  struct Result
  {
    /** 1 on edges, else 0; shape (1, 1, …, y, x). */
    TorchTensor Edges;
    /** m, which the thresholds are compared with; at least 0.01. Shape (1, 1, …, y, x). */
    TorchTensor GradientMagnitude;
    /** g/|g|, towards brighter pixels, along the image's axes x, y (, z); 0 where there is no gradient. Shape
     * (1, D, …, y, x). */
    TorchTensor GradientDirection;
    /** m of the pixels that survive, else 0; shape (1, 1, …, y, x). */
    TorchTensor NonMaximumSuppression;
    /** What m was compared with: given, or by rule; both 0 where by rule and no pixel with a gradient survives. */
    double LowerThreshold{ 0.0 };
    double UpperThreshold{ 0.0 };
  };

  /** \param image Float32 or Float64 of shape (1, 1, …, y, x), in 2D or 3D
   * \param spacing distance between pixels along x, y (, z)
   * \param outputs what to compute besides the edges
   * \param progress called with the fraction done, in [0, 1]; an exception ends the computation
   * \throws ExceptionObject if a parameter is outside its range, parameters or spacing do not fit the image, or a
   * pixel is infinite or not a number; it says how many and where the first one is */
  static Result
  Compute(
    const TorchTensor &                  image,
    const std::vector<double> &          spacing,
    const CannyEdgeDetectionParameters & parameters,
    const CannyEdgeDetectionOutputs &    outputs = {},
    const std::function<void(double)> &  progress = [](double) {});
};

/** \throws ExceptionObject if the parameters do not fit each other or the number of axes */
ITKTorchEdgeDetection_EXPORT void
VerifyCannyEdgeDetection(const CannyEdgeDetectionParameters & parameters, unsigned int dimension);

/** For as many axes as `spacing` has.
 * \throws ExceptionObject if a spacing is not positive, or a variance is too great for pixels so small */
ITKTorchEdgeDetection_EXPORT void
VerifyCannySpacing(const CannyEdgeDetectionParameters & parameters, const std::vector<double> & spacing);
} // namespace itk

#endif
