// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkElasticDeformation_h
#define itkElasticDeformation_h

#include "ITKTorchAugmentationExport.h"
#include "itkSpatialSampling.h"
#include "itkElasticDeformationParameters.h"
#include "itkTorchTensor.h"
#include <functional>

namespace itk
{
/** \throws ExceptionObject if the lists do not fit the dimension */
ITKTorchAugmentation_EXPORT void
VerifyElasticDeformation(const ElasticDeformationParameters & parameters, unsigned int dimension);

/** \class ElasticDeformation
 * \brief A smooth random displacement field u of an image: output pixel x shows the input at x + u(x).
 *
 * *Grid* (Ronneberger et al.): u at the GridSize nodes is normal with mean 0 and standard deviation Deviation,
 * independently for each component and node. The outer nodes lie at the centers of the corner pixels; between nodes u
 * is the cubic B-spline through them, mirrored beyond the border.
 *
 * *Smoothed noise* (Simard et al.): u = Amplitude · (G_Sigma ∗ noise), the noise uniform in (−1, 1) for each pixel and
 * component, also beyond the border, and G a Gaussian cut off at 3 Sigma with sum 1. For a Sigma of some pixels its
 * standard deviation is Amplitude / √3 / (2 √π Sigma)^(D/2): in 2D Amplitude / (6.14 Sigma).
 *
 * u depends only on the seed, the image's size (and spacing, for physical units) and the parameters. An axis of one
 * pixel is not deformed.
 *
 * O. Ronneberger, P. Fischer, T. Brox, "U-Net: convolutional networks for biomedical image segmentation", MICCAI 2015.
 * P. Y. Simard, D. Steinkraus, J. C. Platt, "Best practices for convolutional neural networks applied to visual
 * document analysis", ICDAR 2003.
 * \ingroup ITKTorchAugmentation
 */
class ITKTorchAugmentation_EXPORT ElasticDeformation
{
public:
  using IndexType = std::vector<std::int64_t>;

  /** Of an image with `size` pixels of `spacing`, along x, y (, z).
   * \throws ExceptionObject if PreventFolding finds no displacement without folds in 100 draws */
  ElasticDeformation(const ElasticDeformationParameters & parameters,
                     const IndexType &                    size,
                     const std::vector<double> &          spacing);

  /** First and last input pixel along each axis that an output region needs. */
  std::vector<std::array<std::int64_t, 2>>
  GetInputBounds(const IndexType & start, const IndexType & size) const;

  /** An output region; starts count from the image's first pixel.
   * \param input (1, C, …, y, x), the part of the image from `inputStart` on
   * \return (1, C, …, y, x), of the input's type: integers are rounded */
  TorchTensor
  Sample(const TorchTensor &                          input,
         const IndexType &                            inputStart,
         const IndexType &                            start,
         const IndexType &                            size,
         const std::function<void(double fraction)> & progress) const;

  /** u of an output region in physical units.
   * \param direction columns are the directions of the axes, row by row
   * \return (1, D, …, y, x), float, on `device` */
  TorchTensor
  GetDisplacementField(const IndexType &           start,
                       const IndexType &           size,
                       const std::vector<double> & direction,
                       const TorchDevice &         device) const;

  /** Smallest determinant of the Jacobian of x + u(x) at the pixels: 1 for a shift, not above 0 where the image folds.
   * Of smoothed noise by central differences. */
  double
  GetMinimumJacobianDeterminant() const;

private:
  struct Implementation;
  std::shared_ptr<const Implementation> m_Implementation;
};
} // namespace itk

#endif
