// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetInferenceParameters.h"

namespace itk
{
const TorchParameterTable<UNetInferenceParameters> &
UNetInferenceParameters::Describe()
{
  using P = UNetInferenceParameters;
  static const TorchParameterTable<UNetInferenceParameters> table = []
  {
    TorchParameterTable<UNetInferenceParameters> t;
    t.Add("Threshold",
          &P::Threshold,
          "Probability above which a pixel is labeled foreground, for one or two classes.",
          TorchParameterRange::Between(0, 1));
    t.Add("MaximumWindowSize",
          &P::MaximumWindowSize,
          "Largest edge length of the window that the network sees at once. In exact tiling it affects only rounding, "
          "and 0 means no limit; in blended tiling it changes the result, and 0 means 512 in 2D and 128 in 3D.",
          TorchParameterRange::Between(0, 1 << 20),
          TorchParameterUnit::Pixels);
    t.Add("MaximumMemory",
          &P::MaximumMemory,
          "Memory that the network may use; it decides the windows of exact tiling. 0: half of the free main memory, "
          "or nine tenths of a GPU's free memory. It affects only the rounding of results.",
          TorchParameterRange::Between(0, 1 << 30),
          TorchParameterUnit::Mebibytes);
    t.AddChoice("Tiling",
                &P::Tiling,
                "How windows are combined into the image; auto: exact, but blended for networks with instance or group "
                "normalization, for which tiles cannot be exact.");
    t.Add("BlendedOverlap",
          &P::BlendedOverlap,
          "Fraction of a window that overlaps the next one in blended tiling.",
          TorchParameterRange::Between(0, 0.9));
    t.AddChoice("Precision",
                &P::Precision,
                "Number type that the network computes in; auto: the fastest that the model's card permits, float32 "
                "without one.");
    t.AddChoice("Convolution",
                &P::Convolution,
                "How 3x3 convolutions are computed on the CPU; winograd: with fewer multiplications, in float32 about "
                "twice as fast but with twice the rounding errors; auto: as the model's card permits, else direct in "
                "float32, and winograd in bfloat16, whose own rounding errors are larger.");
    t.AddChoice("TestTimeAugmentation",
                &P::TestTimeAugmentation,
                "Transforms of the image over which results are averaged: none; all flips (4 images, in 3D 8); all "
                "flips and quarter turns (8 in 2D).");
    t.Add("ScaleStep",
          &P::ScaleStep,
          "If above 1, the image is also computed enlarged and reduced by this factor, and the three probabilities are "
          "averaged.",
          TorchParameterRange::Between(1, 4));
    t.Add("ResampleToModelSpacing",
          &P::ResampleToModelSpacing,
          "Resample an image whose pixel size differs from the model's, and the probabilities back onto the image's "
          "grid; if off, such an image is an error.");
    return t;
  }();
  return table;
}
} // namespace itk
