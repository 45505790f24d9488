// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetInferenceImageFilter_hxx
#define itkUNetInferenceImageFilter_hxx

#include "itkUNetInferenceImageFilter.h"

namespace itk
{
template <typename TOutputImage, typename TInputImage>
void
VerifyUNetFilterInput(const UNetModel & model, const TInputImage * image)
{
  using Traits = UNetOutputTraits<TOutputImage>;
  using ComponentType = typename Traits::ComponentType;
  static_assert(!Traits::IsVectorImage || std::is_floating_point<ComponentType>::value,
                "Probabilities need float or double components.");
  const auto & size = image->GetLargestPossibleRegion().GetSize();
  VerifyUNetModelFitsImage(model, { size.begin(), size.end() }, image->GetNumberOfComponentsPerPixel());
  VerifyUNetModelFitsOutput(model, Traits::Output, static_cast<double>(NumericTraits<ComponentType>::max()));
}

template <typename TInputImage, typename TOutputImage>
UNetInferenceImageFilter<TInputImage, TOutputImage>::UNetInferenceImageFilter()
{
  this->AddRequiredInputName("Model");
}

template <typename TInputImage, typename TOutputImage>
void
UNetInferenceImageFilter<TInputImage, TOutputImage>::VerifyInputInformation() ITKv5_CONST
{
  Superclass::VerifyInputInformation();
  VerifyUNetFilterInput<TOutputImage>(*this->GetModel(), this->GetInput());
}

template <typename TInputImage, typename TOutputImage>
void
UNetInferenceImageFilter<TInputImage, TOutputImage>::GenerateOutputInformation()
{
  Superclass::GenerateOutputInformation();
  this->GetOutput()->SetNumberOfComponentsPerPixel(
    UNetOutputTraits<TOutputImage>::IsVectorImage ? this->GetModel()->GetSpecification().Classes : 1);
}

template <typename TInputImage, typename TOutputImage>
void
UNetInferenceImageFilter<TInputImage, TOutputImage>::EnlargeOutputRequestedRegion(DataObject * output)
{
  output->SetRequestedRegionToLargestPossibleRegion();
}

template <typename TInputImage, typename TOutputImage>
void
UNetInferenceImageFilter<TInputImage, TOutputImage>::GenerateInputRequestedRegion()
{
  Superclass::GenerateInputRequestedRegion();
  const_cast<TInputImage *>(this->GetInput())->SetRequestedRegionToLargestPossibleRegion();
}

template <typename TInputImage, typename TOutputImage>
TorchTensor
UNetInferenceImageFilter<TInputImage, TOutputImage>::GenerateTensor(const TorchTensor & input)
{
  const UNetModel * const model = this->GetModel();
  if (!m_Inference || m_InferenceModel != model || m_InferenceTime < model->GetMTime() ||
      m_InferenceDevice != input.GetDevice())
  {
    m_Inference.reset();
    m_Inference = std::make_unique<UNetInference>(*model, input.GetDevice());
    m_InferenceModel = model;
    m_InferenceTime.Modified();
    m_InferenceDevice = input.GetDevice();
  }
  using Traits = UNetOutputTraits<TOutputImage>;
  return m_Inference->Compute(
    input, Traits::Output, m_Parameters, GetTorchComponentType<typename Traits::ComponentType>());
}
} // namespace itk

#endif
