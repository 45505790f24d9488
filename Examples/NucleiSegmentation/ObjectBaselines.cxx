// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "ObjectBaselines.h"
#include "itkInstanceSegmentationImageFilter.h"

#include <algorithm>

namespace
{
using Nuclei::EvaluateObjects;
using Nuclei::FindComponents;
using Nuclei::FloatType;
using Nuclei::LabelType;

/** An image of the same grid, each pixel made of one of `from`. */
template <typename TOutput, typename TInput, typename TFunction>
typename TOutput::Pointer
Map(const TInput * from, const TFunction & function)
{
  auto to = TOutput::New();
  to->CopyInformation(from);
  to->SetRegions(from->GetBufferedRegion());
  to->Allocate();
  const auto pixels = from->GetBufferedRegion().GetNumberOfPixels();
  std::transform(from->GetBufferPointer(), from->GetBufferPointer() + pixels, to->GetBufferPointer(), function);
  return to;
}

/** Probabilities of a network that is never wrong and, as the U-Net paper teaches it, leaves out the pixels of an
 * object that touch another one, at a face or a corner; those it holds for likely. */
FloatType::Pointer
PerfectProbabilities(const LabelType * truth)
{
  auto       probabilities = Map<FloatType>(truth, [](unsigned short label) { return label == 0 ? 0.0f : 1.0f; });
  const auto size = truth->GetBufferedRegion().GetSize();
  const auto width = static_cast<int>(size[0]);
  const auto height = static_cast<int>(size[1]);
  const auto at = [&](int x, int y) { return truth->GetBufferPointer()[y * width + x]; };
  for (int y = 0; y < height; ++y)
  {
    for (int x = 0; x < width; ++x)
    {
      bool isTouching = false;
      for (int v = std::max(0, y - 1); v <= std::min(height - 1, y + 1); ++v)
      {
        for (int u = std::max(0, x - 1); u <= std::min(width - 1, x + 1); ++u)
        {
          isTouching = isTouching || (at(u, v) != 0 && at(u, v) != at(x, y));
        }
      }
      if (at(x, y) != 0 && isTouching)
      {
        probabilities->GetBufferPointer()[y * width + x] = 0.6f;
      }
    }
  }
  return probabilities;
}

LabelType::Pointer
Regrow(const FloatType * probabilities)
{
  auto instances = itk::InstanceSegmentationImageFilter<FloatType, LabelType>::New();
  instances->SetInput(probabilities);
  instances->SetSeedThreshold(0.8);
  instances->SetMaskThreshold(0.5);
  instances->SetMinimumSeedSize(0);
  instances->SetLandscape(itk::InstanceLandscape::SeedDistance);
  instances->SetFillHoles(false);
  instances->Update();
  return instances->GetOutput();
}

} // namespace

void
ObjectBaselines::Add(const std::string & name, const Nuclei::ImageType * image, const LabelType * truth)
{
  const Nuclei::OtsuObjects otsu(image);
  auto                      otsuScores = EvaluateObjects(otsu.Objects, truth);
  // Specks are no objects, but count as pixels.
  otsuScores.Overlap = EvaluateObjects(otsu.Mask, truth).Overlap;
  m_Rows[0].Scores.Add(name, otsuScores);

  const auto probabilities = PerfectProbabilities(truth);
  const auto mask = Map<LabelType>(truth, [](unsigned short label) { return label != 0; });
  const auto apart = Map<LabelType>(probabilities.GetPointer(), [](float p) { return p > 0.8f; });
  m_Rows[1].Scores.Add(name, EvaluateObjects(FindComponents(mask), truth));
  m_Rows[2].Scores.Add(name, EvaluateObjects(FindComponents(apart), truth));
  m_Rows[3].Scores.Add(name, EvaluateObjects(Regrow(probabilities), truth));
}
