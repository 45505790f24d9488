// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchConnectedComponentImageFilter_hxx
#define itkTorchConnectedComponentImageFilter_hxx

#include "itkTorchConnectedComponentImageFilter.h"

namespace itk
{
template <typename TInputImage, typename TOutputImage>
TorchConnectedComponentImageFilter<TInputImage, TOutputImage>::TorchConnectedComponentImageFilter()
{
  this->SetNumberOfObjects(0);
  this->ProcessObject::SetOutput("SizeOfObjectsInPixels", Self::MakeOutput("SizeOfObjectsInPixels"));
}

template <typename TInputImage, typename TOutputImage>
auto
TorchConnectedComponentImageFilter<TInputImage, TOutputImage>::MakeOutput(const DataObjectIdentifierType & name)
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
TorchConnectedComponentImageFilter<TInputImage, TOutputImage>::GenerateTensors()
{
  // Its memory serves for the new pixels.
  this->GetOutput()->ReleaseData();
  const auto result =
    ConnectedComponents::Compute(this->GetInputTensor(this->GetInput()),
                                 m_Parameters,
                                 GetTorchComponentType<typename TOutputImage::PixelType>(),
                                 [this](double fraction) { this->ReportProgress(static_cast<float>(fraction)); });
  this->SetOutputTensor(this->GetOutput(), result.Labels);
  this->SetNumberOfObjects(result.Sizes.size());
  this->SetSizeOfObjectsInPixels({ result.Sizes.begin(), result.Sizes.end() });
}

template <typename TInputImage, typename TOutputImage>
void
TorchConnectedComponentImageFilter<TInputImage, TOutputImage>::SetSizeOfObjectsInPixels(const ObjectSizesType & sizes)
{
  static_cast<SimpleDataObjectDecorator<ObjectSizesType> *>(this->ProcessObject::GetOutput("SizeOfObjectsInPixels"))
    ->Set(sizes);
}
} // namespace itk

#endif
