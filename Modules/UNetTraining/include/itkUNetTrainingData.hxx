// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetTrainingData_hxx
#define itkUNetTrainingData_hxx

#include "itkUNetTrainingData.h"
#include "itkImageAlgorithm.h"
#include <sstream>

namespace itk
{
/** Empty if both images have the same size, spacing, origin and direction, else a sentence that says what differs.
 * Lengths may differ by a millionth of a pixel. */
template <unsigned int VDimension>
std::string
DescribeGridDifference(const ImageBase<VDimension> * image,
                       const ImageBase<VDimension> * other,
                       const char *                  nameOfOther)
{
  std::ostringstream text;
  const auto         sizes = image->GetBufferedRegion().GetSize();
  const double       tolerance = 1e-6 * image->GetSpacing()[0];
  if (other->GetBufferedRegion().GetSize() != sizes)
  {
    text << "the " << nameOfOther << "'s size must be the image's, " << sizes << ", but is "
         << other->GetBufferedRegion().GetSize();
  }
  else if (!image->GetSpacing().GetVnlVector().is_equal(other->GetSpacing().GetVnlVector(), tolerance))
  {
    text << "the " << nameOfOther << "'s spacing must be the image's, " << image->GetSpacing() << ", but is "
         << other->GetSpacing();
  }
  else if (!image->GetOrigin().GetVnlVector().is_equal(other->GetOrigin().GetVnlVector(), tolerance))
  {
    text << "the " << nameOfOther << "'s origin must be the image's, " << image->GetOrigin() << ", but is "
         << other->GetOrigin();
  }
  else if (!image->GetDirection().GetVnlMatrix().is_equal(other->GetDirection().GetVnlMatrix().as_matrix(), 1e-6))
  {
    text << "the " << nameOfOther << "'s direction must be the image's";
  }
  return text.str();
}

template <typename TImage, typename TLabelImage, typename TWeightImage>
void
UNetTrainingData::AddPair(const TImage * image, const TLabelImage * label, const TWeightImage * weight)
{
  constexpr unsigned int D = TImage::ImageDimension;
  std::string            problem = DescribeGridDifference<D>(image, label, "label image");
  if (problem.empty() && weight != nullptr)
  {
    problem = DescribeGridDifference<D>(image, weight, "weight image");
  }

  UNetTrainingSample sample;
  sample.Image = GetTorchTensor(image, image->GetBufferedRegion(), TorchDevice::CPU()).Clone();
  sample.Spacing.assign(image->GetSpacing().Begin(), image->GetSpacing().End());
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
