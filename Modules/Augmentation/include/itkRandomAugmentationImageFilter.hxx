// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkRandomAugmentationImageFilter_hxx
#define itkRandomAugmentationImageFilter_hxx

#include "itkRandomAugmentationImageFilter.h"
#include "itkTorchImageGeometry.h"

namespace itk
{
template <typename TImage, typename TLabelImage>
RandomAugmentationImageFilter<TImage, TLabelImage>::RandomAugmentationImageFilter()
{
  this->AddOptionalInputName("Labels");
  this->AddOptionalInputName("Weights");
  this->ProcessObject::SetOutput("Labels", Self::MakeOutput("Labels"));
  this->ProcessObject::SetOutput("Weights", Self::MakeOutput("Weights"));
}

template <typename TImage, typename TLabelImage>
auto
RandomAugmentationImageFilter<TImage, TLabelImage>::MakeOutput(const DataObjectIdentifierType & name)
  -> DataObjectPointer
{
  return name == "Labels"    ? DataObjectPointer(TorchImage<LabelImageType>::New().GetPointer())
         : name == "Weights" ? DataObjectPointer(TorchImage<WeightImageType>::New().GetPointer())
                             : Superclass::MakeOutput(name);
}

template <typename TImage, typename TLabelImage>
void
RandomAugmentationImageFilter<TImage, TLabelImage>::VerifyPreconditions() const
{
  Superclass::VerifyPreconditions();
  VerifyRandomAugmentation(m_Parameters, ImageDimension);
  if (!m_Record.empty())
  {
    RandomAugmentationRecord::FromJson(m_Record);
  }
}

template <typename TImage, typename TLabelImage>
void
RandomAugmentationImageFilter<TImage, TLabelImage>::GenerateOutputInformation()
{
  Superclass::GenerateOutputInformation();
  const auto *              input = this->GetInput();
  auto                      region = input->GetLargestPossibleRegion();
  std::vector<std::int64_t> size = GetTorchSize(region);
  if (!m_Record.empty())
  {
    size = RandomAugmentationRecord::FromJson(m_Record).OutputSize;
    if (size.size() != ImageDimension)
    {
      itkExceptionMacro("The augmentation record must be of an image of " << ImageDimension << " dimensions, but is of "
                                                                          << size.size() << '.');
    }
  }
  else if (!m_Parameters.CropSize.empty())
  {
    for (unsigned int axis = 0; axis < ImageDimension; ++axis)
    {
      size[axis] = static_cast<std::int64_t>(m_Parameters.CropSize.size() == 1 ? m_Parameters.CropSize[0]
                                                                               : m_Parameters.CropSize[axis]);
    }
  }
  for (unsigned int axis = 0; axis < ImageDimension; ++axis)
  {
    region.SetSize(axis, static_cast<SizeValueType>(size[axis]));
  }
  this->GetOutput()->SetLargestPossibleRegion(region);
  for (ImageBase<ImageDimension> * const output :
       { static_cast<ImageBase<ImageDimension> *>(this->GetAugmentedLabels()),
         static_cast<ImageBase<ImageDimension> *>(this->GetAugmentedWeights()) })
  {
    output->SetLargestPossibleRegion(region);
  }
}

template <typename TImage, typename TLabelImage>
void
RandomAugmentationImageFilter<TImage, TLabelImage>::GenerateTensors()
{
  AugmentationImages images;
  images.Image = this->GetInputTensor(this->GetInput());
  if (this->GetLabels() != nullptr)
  {
    images.Label = this->GetInputTensor(this->GetLabels());
  }
  if (this->GetWeights() != nullptr)
  {
    images.Weight = this->GetInputTensor(this->GetWeights());
  }
  const auto record =
    m_Record.empty()
      ? RandomAugmentation::Draw(
          m_Parameters, images, GetTorchSpacing(this->GetInput()), { m_Parameters.Seed, m_Epoch, m_Sample })
      : RandomAugmentationRecord::FromJson(m_Record);
  const auto result =
    RandomAugmentation::Apply({ record },
                              { images },
                              this->GetResolvedDevice(),
                              [this](double fraction) { this->ReportProgress(static_cast<float>(fraction)); })
      .front();
  this->SetOutputTensor(this->GetOutput(), result.Image);
  if (images.Label.IsDefined())
  {
    this->SetOutputTensor(this->GetAugmentedLabels(), result.Label);
  }
  if (images.Weight.IsDefined())
  {
    this->SetOutputTensor(this->GetAugmentedWeights(), result.Weight);
  }
  m_AppliedRecord = record.ToJson();
}

template <typename TImage, typename TLabelImage>
void
RandomAugmentationImageFilter<TImage, TLabelImage>::PrintSelf(std::ostream & os, Indent indent) const
{
  Superclass::PrintSelf(os, indent);
  os << indent << "Epoch: " << m_Epoch << std::endl;
  os << indent << "Sample: " << m_Sample << std::endl;
  os << indent << "Record: " << (m_Record.empty() ? "(drawn)" : m_Record) << std::endl;
}
} // namespace itk

#endif
