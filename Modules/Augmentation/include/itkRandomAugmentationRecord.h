// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkRandomAugmentationRecord_h
#define itkRandomAugmentationRecord_h

#include "ITKTorchAugmentationExport.h"
#include "itkSpatialSampling.h"
#include <string>
#include <vector>

namespace itk
{
/** \class RandomAugmentationRecord
 * \brief One draw of RandomAugmentation: all that is needed to do the same again, and to read what was done.
 *
 * Lists are along x, y (, z); places and sizes are in pixels. Neutral values stand for what was not drawn.
 * \ingroup ITKTorchAugmentation */
struct ITKTorchAugmentation_EXPORT RandomAugmentationRecord
{
  static constexpr unsigned int CurrentVersion = 1;

  std::uint64_t Seed{ 0 };
  std::uint32_t Epoch{ 0 };
  std::uint32_t Sample{ 0 };

  std::vector<std::int64_t> InputSize;
  std::vector<std::int64_t> OutputSize;
  std::int64_t              Components{ 1 };

  /** What was drawn, for people; the map is made of it. */
  std::vector<int>    Flip;
  int                 QuarterTurns{ 0 };
  double              Rotation{ 0.0 };
  std::vector<double> Tilt;
  std::vector<double> Zoom;
  double              Shear{ 0.0 };
  std::vector<double> Translation;
  std::vector<double> CropStart;

  /** What is applied. */
  AffineMap             Map;
  SamplingInterpolation Interpolation{ SamplingInterpolation::Linear };
  SamplingPaddingMode   PaddingMode{ SamplingPaddingMode::Reflect };
  double                PaddingValue{ 0.0 };

  /** Nodes of the elastic grid along each axis, and their displacements: component slowest, then z, y, x. Empty for
   * none. */
  std::vector<std::int64_t> ElasticGrid;
  std::vector<double>       ElasticNodes;
  /** Key, amplitude and sigma along each axis of elastic smoothed noise. Empty for none. */
  std::vector<std::uint32_t> ElasticNoiseKey;
  std::vector<double>        ElasticAmplitude;
  std::vector<double>        ElasticSigma;

  /** Intensities that count as 0 and 1. */
  double                     Low{ 0.0 };
  double                     High{ 1.0 };
  double                     Blur{ 0.0 };
  double                     Contrast{ 1.0 };
  double                     Gain{ 1.0 };
  double                     Offset{ 0.0 };
  double                     Gamma{ 1.0 };
  bool                       IsInverted{ false };
  double                     Noise{ 0.0 };
  double                     PoissonPeak{ 0.0 };
  std::vector<std::uint32_t> NoiseKey{ 0, 0 };
  std::vector<std::int64_t>  ChannelOrder;

  std::string
  ToJson() const;

  /** \throws ExceptionObject that says what is wrong, for text that is no such record or one of another version */
  static RandomAugmentationRecord
  FromJson(const std::string & text);
};
} // namespace itk

#endif
