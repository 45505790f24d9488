// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetIntensityNormalization_h
#define itkUNetIntensityNormalization_h

#include "ITKTorchUNetModelExport.h"
#include "itkTorchEnumeration.h"
#include "itkTorchParameterTable.h"
#include "itkTorchProgress.h"
#include "itkTorchTensor.h"
#include <algorithm>
#include <array>
#include <vector>

namespace itk
{
enum class UNetColor : std::uint8_t
{
  Luminance,
  Keep
};
itkTorchEnumerationMacro(UNetColor, { "Luminance", "luminance" }, { "Keep", "keep" });

enum class UNetIntensityScaling : std::uint8_t
{
  Percentiles,
  ZScore,
  Factor
};
itkTorchEnumerationMacro(UNetIntensityScaling,
                         { "Percentiles", "percentiles" },
                         { "ZScore", "z-score" },
                         { "Factor", "factor" });

/** Whether objects are brighter or darker than what is around them. */
enum class UNetPolarity : std::uint8_t
{
  Automatic,
  Bright,
  Dark
};
itkTorchEnumerationMacro(UNetPolarity, { "Automatic", "auto" }, { "Bright", "bright" }, { "Dark", "dark" });

/** \class UNetIntensityScale
 * \brief What a rule makes of an image's values, once the image is measured.
 * \ingroup ITKTorchUNetModel */
struct ITKTorchUNetModel_EXPORT UNetIntensityScale
{
  float Offset{ 0.0f };
  /** Infinite for a constant image. */
  float Divisor{ 1.0f };
  float Factor{ 1.0f };
  /** To [0, 1]. */
  bool IsCut{ false };
  bool IsInverted{ false };
  /** Share of the image above Otsu's threshold, in [0, 1]; -1 where it was not measured. */
  float BrightShare{ -1.0f };

  /** Whether the polarity is a guess that may be wrong: 40 % to 60 % of the image are bright. */
  bool
  IsPolarityDoubtful() const
  {
    return BrightShare >= 0.4f && BrightShare <= 0.6f;
  }

  float
  Apply(float value) const
  {
    const float scaled = (value - Offset) / Divisor * Factor;
    const float cut = IsCut ? std::min(std::max(scaled, 0.0f), 1.0f) : scaled;
    return IsInverted ? 1.0f - cut : cut;
  }
};

/** \class UNetIntensityNormalization
 * \brief How a model's images are normalized; stored with the model and applied by the filters.
 *
 * In this order, over the whole image:
 * -# color: luminance 0.299 R + 0.587 G + 0.114 B of the first three components, or all components as they are;
 * -# scaling: (x − a) / (b − a) cut to [0, 1], with a and b the LowerPercentile and UpperPercentile of all values;
 *    or (x − mean) / standard deviation; or Factor · x. A constant image becomes 0 by the first two;
 * -# polarity, with percentiles only: 1 − x for dark objects, so that objects are bright. They are taken for dark where
 *    Otsu's threshold of 256 bins on [0, 1] leaves more than half of the image above it, unless Polarity states it.
 *
 * The p-th percentile of n values is the k-th smallest, k = 1 + floor(p / 100 · (n − 1)). Where both percentiles are
 * equal, as in a dark image with one small cell, wider ones are taken: the parts outside them are divided by 10, 100
 * and 1000, then the extrema.
 * \ingroup ITKTorchUNetModel
 */
struct ITKTorchUNetModel_EXPORT UNetIntensityNormalization
{
  UNetColor            Color{ UNetColor::Luminance };
  UNetIntensityScaling Scaling{ UNetIntensityScaling::Percentiles };
  double               LowerPercentile{ 1.0 };
  double               UpperPercentile{ 99.8 };
  double               Factor{ 1.0 };
  UNetPolarity         Polarity{ UNetPolarity::Automatic };

  static const TorchParameterTable<UNetIntensityNormalization> &
  Describe();

  /** \throws ExceptionObject that names every parameter outside its range, and for dark objects without percentiles */
  void
  Verify() const;

  /** The percentiles, and those that are taken in turn where they are equal; the last are 0 and 100. */
  std::vector<std::array<double, 2>>
  GetWideningPercentiles() const;

  /** Channels that an image of so many components has after the rule; 0 where the rule cannot be applied. */
  unsigned int
  GetNumberOfChannels(unsigned int numberOfComponents) const;

  /** \param image shape (1, C, …), any component type, on any device
   * \return float of the same size
   * \throws ExceptionObject for pixels that are not finite, or two components where a luminance is asked for */
  TorchTensor
  Apply(const TorchTensor & image) const;

  /** What the rule makes of an image: percentiles, mean and polarity are those of all its pixels.
   * \param image as for Apply()
   * \throws ExceptionObject as Apply() does */
  UNetIntensityScale
  Measure(
    const TorchTensor &   image,
    const TorchProgress & progress = [](double) {}) const;

  /** Applies the rule to a part of an image that was measured as a whole. */
  TorchTensor
  Apply(const TorchTensor & part, const UNetIntensityScale & scale) const;

  /** Whether Measure() has to see the pixels. */
  bool
  NeedsMeasurement() const
  {
    return Scaling != UNetIntensityScaling::Factor;
  }
};
} // namespace itk

#endif
