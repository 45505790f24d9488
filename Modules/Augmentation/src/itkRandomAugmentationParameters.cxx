// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkRandomAugmentationParameters.h"
#include "itkMacro.h"
#include <cmath>

namespace itk
{
namespace
{
using P = RandomAugmentationParameters;
using Range = TorchParameterRange;
using Unit = TorchParameterUnit;

void
DescribeSpatial(TorchParameterTable<RandomAugmentationParameters> & t)
{
  const Range probability = Range::Between(0, 1);
  t.Add("CropSize",
        &P::CropSize,
        "Size of the output along each axis; empty for the image's own.",
        Range::Between(1, 1 << 20),
        Unit::Pixels);
  t.Add("PadSmallImages", &P::PadSmallImages, "Pad images that are smaller than the crop; if off, they are an error.");
  t.Add("ForegroundProbability",
        &P::ForegroundProbability,
        "Probability that the crop is placed to contain a random pixel whose label is not 0.",
        probability);
  t.Add("UseImageSpacing",
        &P::UseImageSpacing,
        "Rotate and shear in physical units, so that anisotropic pixels keep their shape.");
  t.AddChoice("Center",
              &P::Center,
              "Fixed point of rotation, zoom and shear: the image's center, or one pixel beyond it as in Keras.");
  t.Add("FlipProbability",
        &P::FlipProbability,
        "Probability of mirroring: one for all axes, or one for each axis.",
        probability);
  t.Add("TurnProbability",
        &P::TurnProbability,
        "Probability of a turn by 90, 180 or 270 degrees in the x-y plane.",
        probability);
  t.Add("RotationProbability", &P::RotationProbability, "Probability of Rotation and Tilt.", probability);
  t.AddInterval(
    "Rotation", &P::Rotation, "Angle of rotation in the x-y plane.", Range::Between(-360, 360), Unit::Degrees);
  t.AddInterval("Tilt",
                &P::Tilt,
                "Angles of rotation of 3D images about the x and y axes.",
                Range::Between(-360, 360),
                Unit::Degrees);
  t.Add("ZoomProbability", &P::ZoomProbability, "Probability of Zoom.", probability);
  t.AddInterval(
    "Zoom", &P::Zoom, "Step in the input for each step in the output; below 1 magnifies.", Range::Between(0.01, 100));
  t.Add("ZoomPerAxis", &P::ZoomPerAxis, "Draw a separate zoom for each axis.");
  t.Add(
    "LogarithmicZoom", &P::LogarithmicZoom, "Draw the logarithm of the zoom uniformly, so that 1/2 is as likely as 2.");
  t.Add("ShearProbability", &P::ShearProbability, "Probability of Shear.", probability);
  t.AddInterval("Shear", &P::Shear, "Shear angle of the y axis.", Range::Between(-89, 89), Unit::Degrees);
  t.Add("TranslationProbability", &P::TranslationProbability, "Probability of Translation.", probability);
  t.AddInterval("Translation",
                &P::Translation,
                "Translation as a fraction of the output's size, drawn for each axis.",
                Range::Between(-1, 1));
  t.Add("ElasticProbability", &P::ElasticProbability, "Probability of the elastic deformation.", probability);
}

void
DescribeIntensity(TorchParameterTable<RandomAugmentationParameters> & t)
{
  const Range probability = Range::Between(0, 1);
  t.Add("IntensityRange",
        &P::IntensityRange,
        "Intensities that the changes below take as 0 and 1: two numbers, or empty for the image's extrema.");
  t.Add("BlurProbability", &P::BlurProbability, "Probability of Blur.", probability);
  t.AddInterval("Blur", &P::Blur, "Standard deviation of the blurring Gaussian.", Range::Between(0, 100), Unit::Pixels);
  t.Add("ContrastProbability", &P::ContrastProbability, "Probability of Contrast.", probability);
  t.AddInterval("Contrast", &P::Contrast, "Factor of the difference from the mean.", Range::Between(0, 100));
  t.Add("GainProbability", &P::GainProbability, "Probability of Gain.", probability);
  t.AddInterval("Gain", &P::Gain, "Factor of the intensity.", Range::Between(0, 100));
  t.Add("OffsetProbability", &P::OffsetProbability, "Probability of Offset.", probability);
  t.AddInterval("Offset", &P::Offset, "Number added to the intensity.", Range::Between(-100, 100));
  t.Add("GammaProbability", &P::GammaProbability, "Probability of Gamma.", probability);
  t.AddInterval("Gamma", &P::Gamma, "Exponent of the intensity.", Range::Between(0.01, 100));
  t.Add("InversionProbability", &P::InversionProbability, "Probability of exchanging dark and bright.", probability);
  t.Add("NoiseProbability", &P::NoiseProbability, "Probability of Noise.", probability);
  t.AddInterval("Noise", &P::Noise, "Standard deviation of Gaussian noise.", Range::Between(0, 100));
  t.Add("PoissonProbability", &P::PoissonProbability, "Probability of Poisson noise.", probability);
  t.AddInterval(
    "PoissonPeak", &P::PoissonPeak, "Mean count of the Poisson noise at intensity 1.", Range::Between(1e-3, 1e6));
  t.Add("ChannelShuffleProbability",
        &P::ChannelShuffleProbability,
        "Probability of shuffling the components.",
        probability);
}

RandomAugmentationParameters
KerasGenerator()
{
  RandomAugmentationParameters p;
  p.UseImageSpacing = false;
  p.Center = RandomAugmentationCenter::Keras;
  p.RotationProbability = p.ZoomProbability = p.ShearProbability = p.TranslationProbability = 1.0;
  p.Rotation = { -50.0, 50.0 };
  p.Zoom = { 0.8, 1.2 };
  p.ZoomPerAxis = true;
  p.Shear = { -0.5, 0.5 };
  p.Translation = { -0.2, 0.2 };
  return p;
}

RandomAugmentationParameters
UNetPaper()
{
  RandomAugmentationParameters p;
  p.PaddingMode = SamplingPaddingMode::Mirror;
  p.RotationProbability = p.TranslationProbability = p.ElasticProbability = 1.0;
  p.GainProbability = p.OffsetProbability = 1.0;
  return p;
}

RandomAugmentationParameters
Nuclei()
{
  RandomAugmentationParameters p;
  p.FlipProbability = { 0.5 };
  p.TurnProbability = 0.75;
  p.RotationProbability = p.ZoomProbability = p.ElasticProbability = 0.5;
  p.Zoom = { 0.5, 2.0 };
  p.LogarithmicZoom = true;
  p.GainProbability = p.GammaProbability = p.OffsetProbability = 0.5;
  p.Gain = { 0.6, 2.0 };
  p.BlurProbability = p.NoiseProbability = p.InversionProbability = p.ChannelShuffleProbability = 0.25;
  return p;
}

RandomAugmentationParameters
Volume()
{
  RandomAugmentationParameters p;
  p.FlipProbability = { 0.5 };
  p.RotationProbability = p.ZoomProbability = p.ElasticProbability = 0.5;
  p.Rotation = { -30.0, 30.0 };
  p.GridSize = { 5.0, 5.0, 3.0 };
  p.Deviation = { 3.0 };
  p.Unit = ElasticUnit::Physical;
  p.LockedAxes = { 2.0 };
  p.GainProbability = p.GammaProbability = p.ContrastProbability = 0.5;
  p.BlurProbability = p.NoiseProbability = 0.25;
  return p;
}
} // namespace

const TorchParameterTable<RandomAugmentationParameters> &
RandomAugmentationParameters::Describe()
{
  static const TorchParameterTable<RandomAugmentationParameters> table = []
  {
    TorchParameterTable<RandomAugmentationParameters> t;
    DescribeSpatial(t);
    t.AddInherited<ElasticDeformationParameters>();
    DescribeIntensity(t);
    return t;
  }();
  return table;
}

RandomAugmentationParameters
RandomAugmentationParameters::FromPreset(RandomAugmentationPreset preset)
{
  switch (preset)
  {
    case RandomAugmentationPreset::KerasGenerator:
      return KerasGenerator();
    case RandomAugmentationPreset::UNetPaper:
      return UNetPaper();
    case RandomAugmentationPreset::Nuclei:
      return Nuclei();
    case RandomAugmentationPreset::Volume:
      return Volume();
    default:
      return {};
  }
}
} // namespace itk
