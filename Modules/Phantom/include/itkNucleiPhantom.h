// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkNucleiPhantom_h
#define itkNucleiPhantom_h

#include "ITKTorchPhantomExport.h"
#include "itkNucleiPhantomParameters.h"
#include <array>
#include <cstdint>
#include <memory>

namespace itk
{
/** \class NucleiPhantom
 * \brief Cell nuclei as seen in a fluorescence microscope, and the true label of each pixel.
 *
 * A nucleus \f$i\f$ is an ellipse (in 3D an ellipsoid) with an undulating surface. With its center \f$c_i\f$, the
 * matrix \f$A_i\f$ that takes the ellipse to the unit circle, directions \f$w_{ik}\f$ and \f$y = A_i (x - c_i)\f$, its
 * normalized distance is
 * \f[ d_i(x) = \frac{|y|}{1 + \sum_{k=2}^{4} a_{ik} \cos(k \angle(y, w_{ik}))}. \f]
 * A pixel belongs to the nucleus with the least \f$d_i < 1\f$, so nuclei that touch share a line of contact. A
 * splinter that a neighbor cuts off from its own center is background. Labels are 1 … N; each is one face-connected
 * object and holds the pixel of its own center.
 *
 * The intensity is an uneven background and nuclei with chromatin texture and dark nucleoli, convolved with a Gaussian
 * point spread function, with noise of the variance \f$Noise^2 + ShotNoise^2 \cdot I\f$ at intensity \f$I\f$.
 *
 * All of it is a function of parameters, image size and place: a part is rendered with the same bits as the whole.
 * \ingroup ITKTorchPhantom
 */
class ITKTorchPhantom_EXPORT NucleiPhantom
{
public:
  static constexpr unsigned int MaximumDimension = 3;
  using IndexType = std::array<std::int64_t, MaximumDimension>;

  /** Places the nuclei.
   * \param size of the whole image in pixels, 1 along the axes beyond `dimension`. No nucleus is placed where it is
   * shorter than MeanRadius along any axis.
   * \param dimension 2 or 3 */
  NucleiPhantom(const NucleiPhantomParameters & parameters, const IndexType & size, unsigned int dimension);
  ~NucleiPhantom();

  /** N; less than what was asked for where no more fit. */
  std::size_t
  GetNumberOfNuclei() const;

  /** Pixels and labels of a box, the first axis varying fastest.
   * \param start of the box, counted from the first pixel of the image */
  void
  Render(const IndexType & start, const IndexType & size, float * pixels, std::uint32_t * labels) const;

private:
  struct Scene;
  std::unique_ptr<const Scene> m_Scene;
};
} // namespace itk

#endif
