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
    t.Add(
      "MaximumWindowSize",
      &P::MaximumWindowSize,
      "Edge of the window that the network sees at once, at most. Exact results depend on it by their rounding only, "
      "and 0 means no limit; blended ones do, and 0 means 512 in 2D and 128 in 3D.",
      TorchParameterRange::Between(0, 1 << 20),
      TorchParameterUnit::Pixels);
    t.Add(
      "MaximumMemory",
      &P::MaximumMemory,
      "Memory that the network may take; decides the windows of exact tiling. 0: half of the main memory that is free, "
      "nine tenths of a GPU's. Results depend on it by their rounding only.",
      TorchParameterRange::Between(0, 1 << 30),
      TorchParameterUnit::Mebibytes);
    t.AddChoice("Tiling",
                &P::Tiling,
                "How windows make up the image; auto: exact, but blended for networks with instance or group "
                "normalization, which no tiles can compute exactly.",
                { "auto", "exact", "blended" });
    t.Add("BlendedOverlap",
          &P::BlendedOverlap,
          "Part of a window that overlaps the next one, in blended tiling.",
          TorchParameterRange::Between(0, 0.9));
    t.AddChoice("Precision",
                &P::Precision,
                "Numbers that the network is computed in; auto: bfloat16 where it is faster and agrees.",
                { "auto", "float32", "bfloat16", "float16" });
    t.AddChoice(
      "Convolution",
      &P::Convolution,
      "How 3x3 convolutions are computed on the CPU; winograd: with fewer multiplications, in float32 about "
      "twice as fast with twice the rounding errors; auto: direct in float32, winograd in bfloat16, whose own "
      "rounding is larger.",
      { "auto", "direct", "winograd" });
    t.AddChoice("TestTimeAugmentation",
                &P::TestTimeAugmentation,
                "What the image is also computed as, to average the results: nothing else; all flips (4 images, in 3D "
                "8); all flips and turns (8 in 2D).",
                { "none", "flips", "flips-and-turns" });
    t.Add("ScaleStep",
          &P::ScaleStep,
          "Above 1: the image is also computed enlarged and reduced by this factor, and the three probabilities are "
          "averaged.",
          TorchParameterRange::Between(1, 4));
    t.Add(
      "ResampleToModelSpacing",
      &P::ResampleToModelSpacing,
      "Whether an image of another pixel size than the model's is resampled to it, and the probabilities back onto the "
      "image's grid; if not, it is refused.");
    return t;
  }();
  return table;
}
} // namespace itk
