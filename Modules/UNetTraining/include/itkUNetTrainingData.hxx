// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetTrainingData_hxx
#define itkUNetTrainingData_hxx

#include "itkUNetTrainingData.h"
#include "itkImageAlgorithm.h"
#include "itkImageGrid.h"
#include "itkVolumeTurn.h"

namespace itk
{
template <typename TImage, typename TLabelImage, typename TWeightImage, typename TIgnoredImage>
void
UNetTrainingData::AddPair(const TImage *        image,
                          const TLabelImage *   label,
                          const TWeightImage *  weight,
                          const TIgnoredImage * ignored)
{
  constexpr unsigned int D = TImage::ImageDimension;
  const auto             compare = [&](const ImageBase<D> * other, const std::string & nameOfOther)
  {
    const std::string difference = DescribeGridDifference<D>(image, other, m_GridTolerance);
    return difference.empty() ? "" : "the " + nameOfOther + " must have the grid of the image: " + difference;
  };
  std::string problem = compare(label, "label image");
  if (problem.empty() && weight != nullptr)
  {
    problem = compare(weight, "weight image");
  }
  if (problem.empty() && ignored != nullptr)
  {
    problem = compare(ignored, "image of ignored pixels");
  }

  UNetTrainingSample sample;
  sample.Image = GetTorchTensor(image, image->GetBufferedRegion(), TorchDevice::CPU()).Clone();
  sample.Spacing.assign(image->GetSpacing().Begin(), image->GetSpacing().End());
  sample.Direction = GetDirectionByRows<D>(image);
  sample.HasUnknownSpacing = HasUnknownSpacing(image->GetMetaDataDictionary());
  const auto copyAs = [](const auto * source, auto type)
  {
    using CopyType = Image<decltype(type), D>;
    auto copy = CopyType::New();
    copy->SetRegions(source->GetBufferedRegion());
    copy->Allocate();
    ImageAlgorithm::Copy(source, copy.GetPointer(), source->GetBufferedRegion(), source->GetBufferedRegion());
    return GetTorchTensor(copy.GetPointer(), copy->GetBufferedRegion(), TorchDevice::CPU()).Clone();
  };
  sample.Label = copyAs(label, std::int64_t{});
  if (weight != nullptr)
  {
    sample.Weight = copyAs(weight, float{});
  }
  if (ignored != nullptr)
  {
    sample.Ignored = copyAs(ignored, std::int64_t{});
  }
  const std::string name = "pair " + std::to_string(this->GetNumberOfPairs());
  this->AddPair(name,
                name,
                [sample, problem, name]
                {
                  if (!problem.empty())
                  {
                    itkGenericExceptionMacro(<< name << ": " << problem << '.');
                  }
                  return sample;
                });
}
} // namespace itk

#endif
