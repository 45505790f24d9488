// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkNucleiPhantomParameters.h"

namespace itk
{
const TorchParameterTable<NucleiPhantomParameters> &
NucleiPhantomParameters::Describe()
{
  using P = NucleiPhantomParameters;
  using Range = TorchParameterRange;
  constexpr auto                                            pixels = TorchParameterUnit::Pixels;
  static const TorchParameterTable<NucleiPhantomParameters> table = []
  {
    TorchParameterTable<NucleiPhantomParameters> t;
    t.Add("Seed", &P::Seed, "Seed of all random numbers.", Range::AtLeast(0));
    t.Add("NumberOfNuclei",
          &P::NumberOfNuclei,
          "Number of nuclei to place; 0 for as many as Coverage requires.",
          Range::AtLeast(0));
    t.Add("Coverage", &P::Coverage, "Fraction of the image to cover with nuclei.", Range::Between(0.0, 1.0));
    t.Add("MeanRadius",
          &P::MeanRadius,
          "Mean radius of a disc or ball with the size of a nucleus.",
          Range::AtLeast(1.0),
          pixels);
    t.Add("RadiusVariation",
          &P::RadiusVariation,
          "Standard deviation of the radius, as a fraction of its mean.",
          Range::Between(0.0, 0.3));
    t.Add(
      "Eccentricity", &P::Eccentricity, "Mean eccentricity of the ellipses: 0 for circles.", Range::Between(0.0, 0.9));
    t.Add("Irregularity",
          &P::Irregularity,
          "Largest amplitude of each of the three waves on a nucleus's outline, as a fraction of its radius.",
          Range::Between(0.0, 0.15));
    t.Add("TouchingFraction",
          &P::TouchingFraction,
          "Fraction of the nuclei that touch another one.",
          Range::Between(0.0, 1.0));
    t.Add("Foreground", &P::Foreground, "Mean intensity inside nuclei.");
    t.Add("ForegroundVariation",
          &P::ForegroundVariation,
          "Standard deviation of the brightness between nuclei, as a fraction of its mean.",
          Range::AtLeast(0.0));
    t.Add("Texture",
          &P::Texture,
          "Standard deviation of the chromatin's brightness within a nucleus, as a fraction of its mean.",
          Range::Between(0.0, 1.0));
    t.Add("Background", &P::Background, "Mean intensity outside nuclei.");
    t.Add("BackgroundVariation",
          &P::BackgroundVariation,
          "Largest deviation of the background from its mean, as a fraction of the mean.",
          Range::Between(0.0, 1.0));
    t.Add(
      "Blur", &P::Blur, "Standard deviation of the Gaussian point spread function.", Range::Between(0.0, 50.0), pixels);
    t.Add("Noise", &P::Noise, "Standard deviation of the camera's noise.", Range::AtLeast(0.0));
    t.Add("ShotNoise",
          &P::ShotNoise,
          "Standard deviation of the photon noise at intensity 1; it grows with the square root of the intensity.",
          Range::AtLeast(0.0));
    return t;
  }();
  return table;
}
} // namespace itk
