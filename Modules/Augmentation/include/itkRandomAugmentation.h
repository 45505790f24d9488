// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkRandomAugmentation_h
#define itkRandomAugmentation_h

#include "ITKTorchAugmentationExport.h"
#include "itkRandomAugmentationParameters.h"
#include "itkElasticDeformation.h"
#include "itkRandomAugmentationRecord.h"

namespace itk
{
/** \throws ExceptionObject if the lists do not fit the dimension */
ITKTorchAugmentation_EXPORT void
VerifyRandomAugmentation(const RandomAugmentationParameters & parameters, unsigned int dimension);

/** What is changed together; label and weight may be undefined. */
struct AugmentationImages
{
  /** (1, C, …, y, x). */
  TorchTensor Image;
  /** (1, 1, …, y, x), integers. */
  TorchTensor Label;
  /** (1, 1, …, y, x), float. */
  TorchTensor Weight;
};

/** Whose numbers are drawn: the same for the same three, whatever else is drawn, on every device. */
struct AugmentationKey
{
  std::uint64_t Seed{ 0 };
  std::uint32_t Epoch{ 0 };
  std::uint32_t Sample{ 0 };
};

/** \class RandomAugmentation
 * \brief Draws and applies random changes of an image, its labels and its weights.
 *
 * All spatial changes are composed into one transform and sampled once: output pixel o shows the input at
 *
 *   p = c_in + F · T · R · (S · Z · (o + u(o) − c_out) + t)
 *
 * with flips F, quarter turns T, rotation R, shear S, zoom Z, translation t, elastic displacement u (see
 * ElasticDeformation; on the output's grid) and the centers c_out of the output and c_in of the crop in the input.
 * Images use the chosen Interpolation, labels nearest-neighbor and weights linear interpolation.
 *
 * | change | drawn |
 * |---|---|
 * | crop | uniformly among all places inside; with ForegroundProbability among those that hold a random pixel whose label is above 0; a crop that is larger than the image is centered |
 * | flip | each axis by itself |
 * | turn | by 90, 180 or 270 degrees in the plane of x and y; only by 180 if the output is not square or the spacings differ |
 * | rotation | in the plane of x and y; Tilt about x and y as well in 3D |
 * | zoom | step in the input for a step in the output, so below 1 magnifies (Keras's meaning); one factor for all axes, or ZoomPerAxis |
 * | shear | x' = cos s · x, y' = y − sin s · x |
 * | shift | fraction of the output's size, each axis by itself |
 *
 * Then the intensities change, with v = (value − low) / (high − low) and the ends of IntensityRange, or the image's
 * extrema: blur by a Gaussian (in pixels, reflected at the border), contrast m + c (v − m) about the component's mean
 * m, gain · v + offset, max(v, 0)^gamma, 1 − v, Gaussian noise of the drawn deviation, Poisson(peak · max(v, 0)) /
 * peak, shuffled channels. Integers are rounded and stay in their type's range.
 * \ingroup ITKTorchAugmentation
 */
class ITKTorchAugmentation_EXPORT RandomAugmentation
{
public:
  /** What happens to a sample.
   * \param spacing along x, y (, z)
   * \throws ExceptionObject for parameters that do not fit the images */
  static RandomAugmentationRecord
  Draw(const RandomAugmentationParameters & parameters,
       const AugmentationImages &           images,
       const std::vector<double> &          spacing,
       const AugmentationKey &              key);

  /** Applies a record to each sample, on `device`; images that are elsewhere are moved there, as far as they are
   * needed.
   * \param progress fraction done; may throw
   * \throws ExceptionObject if a record is of an image of another size or number of components */
  static std::vector<AugmentationImages>
  Apply(
    const std::vector<RandomAugmentationRecord> & records,
    const std::vector<AugmentationImages> &       samples,
    const TorchDevice &                           device,
    const std::function<void(double fraction)> &  progress = [](double) {});

  /** Smallest and largest finite value of an image, as IntensityRange. */
  static std::vector<double>
  GetIntensityRange(const TorchTensor & image);
};
} // namespace itk

#endif
