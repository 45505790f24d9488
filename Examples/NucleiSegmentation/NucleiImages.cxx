// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "NucleiImages.h"
#include "itkOtsuBaselineImageFilter.h"
#include "itkSegmentationEvaluationImageFilter.h"
#include "itkTorchConnectedComponentImageFilter.h"

#include <algorithm>

namespace Nuclei
{
namespace
{
using OtsuType = itk::OtsuBaselineImageFilter<ImageType, LabelType>;
}

FloatType::Pointer
MakeLuminance(const ImageType * image)
{
  auto luminance = FloatType::New();
  luminance->CopyInformation(image);
  luminance->SetRegions(image->GetBufferedRegion());
  luminance->Allocate();
  const auto pixels = image->GetBufferedRegion().GetNumberOfPixels();
  std::transform(image->GetBufferPointer(),
                 image->GetBufferPointer() + pixels,
                 luminance->GetBufferPointer(),
                 [](const auto & pixel) { return static_cast<float>(OtsuType::Luminance(pixel)); });
  return luminance;
}

OtsuObjects::OtsuObjects(const ImageType * image)
{
  auto otsu = OtsuType::New();
  otsu->SetInput(image);
  auto components = itk::TorchConnectedComponentImageFilter<LabelType, LabelType>::New();
  components->SetInput(otsu->GetOutput());
  components->SetMinimumObjectSize(10);
  components->Update();
  Mask = otsu->GetOutput();
  Objects = components->GetOutput();
}

LabelType::Pointer
FindComponents(const LabelType * mask)
{
  auto components = itk::TorchConnectedComponentImageFilter<LabelType, LabelType>::New();
  components->SetInput(mask);
  components->Update();
  return components->GetOutput();
}

itk::SegmentationScores
EvaluateObjects(const LabelType * prediction, const LabelType * truth)
{
  auto evaluation = itk::SegmentationEvaluationImageFilter<LabelType>::New();
  evaluation->SetInput(prediction);
  evaluation->SetTruth(truth);
  evaluation->SetEvaluateBoundary(false);
  evaluation->SetEvaluateSurface(false);
  evaluation->Update();
  return evaluation->GetScores();
}
} // namespace Nuclei
