// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTwoNearestObjectsDistanceImageFilter_hxx
#define itkTwoNearestObjectsDistanceImageFilter_hxx

#include "itkTwoNearestObjectsDistanceImageFilter.h"
#include "itkObjectReach.h"

namespace itk
{
template <typename TInputImage, typename TOutputImage>
TwoNearestObjectsDistanceImageFilter<TInputImage, TOutputImage>::TwoNearestObjectsDistanceImageFilter()
{
  for (const char * const name : { "SecondDistance", "FirstLabel", "SecondLabel" })
  {
    this->ProcessObject::SetOutput(name, Self::MakeOutput(name));
  }
}

template <typename TInputImage, typename TOutputImage>
auto
TwoNearestObjectsDistanceImageFilter<TInputImage, TOutputImage>::MakeOutput(const DataObjectIdentifierType & name)
  -> DataObjectPointer
{
  return name == "FirstLabel" || name == "SecondLabel" ? TorchImage<TInputImage>::New().GetPointer()
                                                       : Superclass::MakeOutput(name);
}

template <typename TInputImage, typename TOutputImage>
void
TwoNearestObjectsDistanceImageFilter<TInputImage, TOutputImage>::VerifyInputInformation() const
{
  Superclass::VerifyInputInformation();
  const auto & spacing = this->GetInput()->GetSpacing();
  VerifySpacing({ spacing.Begin(), spacing.End() }, spacing.Size());
}

template <typename TInputImage, typename TOutputImage>
void
TwoNearestObjectsDistanceImageFilter<TInputImage, TOutputImage>::EnlargeOutputRequestedRegion(DataObject * output)
{
  if (std::isinf(m_Parameters.MaximumDistance))
  {
    output->SetRequestedRegionToLargestPossibleRegion();
  }
}

template <typename TInputImage, typename TOutputImage>
void
TwoNearestObjectsDistanceImageFilter<TInputImage, TOutputImage>::GenerateInputRequestedRegion()
{
  Superclass::GenerateInputRequestedRegion();
  auto * const input = const_cast<TInputImage *>(this->GetInput());
  const auto & spacing = input->GetSpacing();
  input->SetRequestedRegion(
    PadByReach(this->GetOutput()->GetRequestedRegion(),
               input->GetLargestPossibleRegion(),
               m_Parameters.MaximumDistance,
               GetDistanceUnits({ spacing.Begin(), spacing.End() }, m_Parameters.UseImageSpacing)));
}

template <typename TInputImage, typename TOutputImage>
void
TwoNearestObjectsDistanceImageFilter<TInputImage, TOutputImage>::GenerateTensors()
{
  const TInputImage * const input = this->GetInput();
  const auto &              spacing = input->GetSpacing();
  const auto                result =
    TwoNearestObjectsDistance::Compute(this->GetInputTensor(input),
                                       { spacing.Begin(), spacing.End() },
                                       m_Parameters,
                                       GetTorchComponentType<typename TOutputImage::PixelType>(),
                                       [this](double fraction) { this->ReportProgress(static_cast<float>(fraction)); });
  this->SetOutputTensor(this->GetOutput(), this->CropToOutput(result.First));
  this->SetOutputTensor(this->GetSecondDistance(), this->CropToOutput(result.Second));
  this->SetOutputTensor(this->GetFirstLabel(), this->CropToOutput(result.FirstLabel));
  this->SetOutputTensor(this->GetSecondLabel(), this->CropToOutput(result.SecondLabel));
}
} // namespace itk

#endif
