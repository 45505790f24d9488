// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkRandomAugmentationParameters_h
#define itkRandomAugmentationParameters_h

#include "ITKTorchAugmentationExport.h"
#include "itkElasticDeformationParameters.h"
#include "itkTorchEnumeration.h"
#include "itkTorchParameterTable.h"
#include <cstdint>
#include <string>
#include <vector>

namespace itk
{
enum class RandomAugmentationCenter : std::uint8_t
{
  /** (n − 1) / 2: the middle of the pixels' centers. */
  Image,
  /** n / 2 + 1/2, a pixel farther on, as Keras has it. */
  Keras
};
itkTorchEnumerationMacro(RandomAugmentationCenter, { "Image", "image" }, { "Keras", "keras" });

enum class RandomAugmentationPreset : std::uint8_t
{
  None,
  KerasGenerator,
  UNetPaper,
  Nuclei,
  Volume
};
itkTorchEnumerationMacro(RandomAugmentationPreset,
                         { "None", "none" },
                         { "KerasGenerator", "keras-generator" },
                         { "UNetPaper", "unet-paper" },
                         { "Nuclei", "nuclei" },
                         { "Volume", "volume" });

/** Each change happens with its probability, and then is uniform in its interval. */
struct ITKTorchAugmentation_EXPORT RandomAugmentationParameters : public ElasticDeformationParameters
{
  std::vector<double> CropSize;
  bool                PadSmallImages{ true };
  double              ForegroundProbability{ 0.0 };

  bool                     UseImageSpacing{ true };
  RandomAugmentationCenter Center{ RandomAugmentationCenter::Image };
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
  double                   TranslationProbability{ 0.0 };
  std::vector<double>      Translation{ -0.1, 0.1 };
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

  static const TorchParameterTable<RandomAugmentationParameters> &
  Describe();

  static RandomAugmentationParameters
  FromPreset(RandomAugmentationPreset preset);
};
} // namespace itk

#endif
