// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkRandomAugmentation_h
#define itkRandomAugmentation_h

#include "itkElasticDeformation.h"
#include "itkRandomAugmentationRecord.h"

namespace itk
{
enum class RandomAugmentationCentre : std::uint8_t
{
  /** (n − 1) / 2: the middle of the pixels' centres. */
  Image,
  /** n / 2 + 1/2, a pixel farther on, as Keras has it. */
  Keras
};

enum class RandomAugmentationPreset : std::uint8_t
{
  None,
  KerasGenerator,
  UNetPaper,
  Nuclei,
  Volume
};

/** Each change happens with its probability, and then is uniform in its interval. */
struct RandomAugmentationParameters : public ElasticDeformationParameters
{
  std::vector<double> CropSize;
  bool                PadSmallImages{ true };
  double              ForegroundProbability{ 0.0 };

  bool                     UseImageSpacing{ true };
  RandomAugmentationCentre Centre{ RandomAugmentationCentre::Image };
  std::vector<double>      FlipProbability{ 0.0 };
  double                   TurnProbability{ 0.0 };
  double                   RotationProbability{ 0.0 };
  std::vector<double>      Rotation{ -180.0, 180.0 };
  std::vector<double>      Tilt{ 0.0, 0.0 };
  double                   ZoomProbability{ 0.0 };
  std::vector<double>      Zoom{ 0.8, 1.25 };
  bool                     ZoomPerAxis{ false };
  bool                     LogarithmicZoom{ false };
  double                   ShearProbability{ 0.0 };
  std::vector<double>      Shear{ -10.0, 10.0 };
  double                   ShiftProbability{ 0.0 };
  std::vector<double>      Shift{ -0.1, 0.1 };
  double                   ElasticProbability{ 0.0 };

  std::vector<double> IntensityRange;
  double              BlurProbability{ 0.0 };
  std::vector<double> Blur{ 0.0, 1.5 };
  double              ContrastProbability{ 0.0 };
  std::vector<double> Contrast{ 0.75, 1.25 };
  double              GainProbability{ 0.0 };
  std::vector<double> Gain{ 0.8, 1.2 };
  double              OffsetProbability{ 0.0 };
  std::vector<double> Offset{ -0.1, 0.1 };
  double              GammaProbability{ 0.0 };
  std::vector<double> Gamma{ 0.7, 1.5 };
  double              InversionProbability{ 0.0 };
  double              NoiseProbability{ 0.0 };
  std::vector<double> Noise{ 0.0, 0.05 };
  double              PoissonProbability{ 0.0 };
  std::vector<double> PoissonPeak{ 50.0, 500.0 };
  double              ChannelShuffleProbability{ 0.0 };

  static const TorchParameterTable &
  Describe();

  static RandomAugmentationParameters
  FromPreset(RandomAugmentationPreset preset);
};

/** none, keras-generator, unet-paper, nuclei, volume: in the order of the enumeration. */
const std::vector<std::string> &
GetRandomAugmentationPresetNames();

/** \throws ExceptionObject if the lists do not fit the dimension */
void
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
 * All spatial changes are one map, sampled once: output pixel o shows the input at
 *
 *   p = c_in + F · T · R · (S · Z · (o + u(o) − c_out) + t)
 *
 * with flips F, quarter turns T, rotation R, shear S, zoom Z, shift t, elastic displacement u (see ElasticDeformation; on the
 * output's grid) and the centres c_out of the output and c_in of the cropped place in the input. Images are interpolated by
 * Interpolation, labels nearest, weights linearly.
 *
 * | change | drawn |
 * |---|---|
 * | crop | uniformly among all places inside; with ForegroundProbability among those that hold a random pixel whose label is not 0; a crop that is larger than the image is centred |
 * | flip | each axis by itself |
 * | turn | by 90, 180 or 270 degrees in the plane of x and y; only by 180 if the output is not square or the spacings differ |
 * | rotation | in the plane of x and y; Tilt about x and y as well in 3D |
 * | zoom | step in the input for a step in the output, so below 1 magnifies (Keras's meaning); one factor for all axes, or ZoomPerAxis |
 * | shear | x' = cos s · x, y' = y − sin s · x |
 * | shift | fraction of the output's size, each axis by itself |
 *
 * Then the intensities change, with v = (value − low) / (high − low) and the ends of IntensityRange, or the image's extrema:
 * blur by a Gaussian (in pixels, reflected at the border), contrast m + c (v − m) about the component's mean m, gain · v +
 * offset, max(v, 0)^gamma, 1 − v, Gaussian noise of the drawn deviation, Poisson(peak · max(v, 0)) / peak, shuffled channels.
 * Integers are rounded and stay in their type's range.
 * \ingroup ITKTorchAugmentation
 */
class RandomAugmentation
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

  /** Applies a record to each sample, on `device`; images that are elsewhere are moved there, as far as they are needed.
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
