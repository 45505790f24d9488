// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkInstanceSegmentationImageFilter_hxx
#define itkInstanceSegmentationImageFilter_hxx

#include "itkInstanceSegmentationImageFilter.h"
#include "itkTorchImageGeometry.h"

namespace itk
{
template <typename TInputImage, typename TOutputImage>
InstanceSegmentationImageFilter<TInputImage, TOutputImage>::InstanceSegmentationImageFilter()
{
  this->SetNumberOfObjects(0);
  this->ProcessObject::SetOutput("SizeOfObjectsInPixels", Self::MakeOutput("SizeOfObjectsInPixels"));
}

template <typename TInputImage, typename TOutputImage>
auto
InstanceSegmentationImageFilter<TInputImage, TOutputImage>::MakeOutput(const DataObjectIdentifierType & name)
  -> DataObjectPointer
{
  if (name == "NumberOfObjects")
  {
    return SimpleDataObjectDecorator<SizeValueType>::New().GetPointer();
  }
  if (name == "SizeOfObjectsInPixels")
  {
    return SimpleDataObjectDecorator<ObjectSizesType>::New().GetPointer();
  }
  return Superclass::MakeOutput(name);
}

template <typename TInputImage, typename TOutputImage>
void
InstanceSegmentationImageFilter<TInputImage, TOutputImage>::VerifyInputInformation() const
{
  Superclass::VerifyInputInformation();
  VerifyInstanceChannels(this->m_Parameters, GetTorchNumberOfComponents(this->GetInput()));
}

template <typename TInputImage, typename TOutputImage>
void
InstanceSegmentationImageFilter<TInputImage, TOutputImage>::GenerateTensors()
{
  // Its memory serves for the new pixels.
  this->GetOutput()->ReleaseData();
  const TInputImage * const input = this->GetInput();
  const auto                result =
    InstanceSegmentation::Compute(this->GetInputTensor(input),
                                  GetTorchSpacing(input),
                                  this->m_Parameters,
                                  GetTorchComponentType<typename TOutputImage::PixelType>(),
                                  [this](double fraction) { this->ReportProgress(static_cast<float>(fraction)); });
  this->SetOutputTensor(this->GetOutput(), result.Labels);
  this->SetNumberOfObjects(result.Sizes.size());
  this->SetSizeOfObjectsInPixels({ result.Sizes.begin(), result.Sizes.end() });
}

template <typename TInputImage, typename TOutputImage>
void
InstanceSegmentationImageFilter<TInputImage, TOutputImage>::SetSizeOfObjectsInPixels(const ObjectSizesType & sizes)
{
  static_cast<SimpleDataObjectDecorator<ObjectSizesType> *>(this->ProcessObject::GetOutput("SizeOfObjectsInPixels"))
    ->Set(sizes);
}
} // namespace itk

#endif
