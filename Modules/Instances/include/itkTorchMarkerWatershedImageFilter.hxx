// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchMarkerWatershedImageFilter_hxx
#define itkTorchMarkerWatershedImageFilter_hxx

#include "itkTorchMarkerWatershedImageFilter.h"

namespace itk
{
template <typename TInputImage, typename TLabelImage, typename TMaskImage>
TorchMarkerWatershedImageFilter<TInputImage, TLabelImage, TMaskImage>::TorchMarkerWatershedImageFilter()
{
  this->AddRequiredInputName("MarkerImage");
  this->AddOptionalInputName("MaskImage");
}

template <typename TInputImage, typename TLabelImage, typename TMaskImage>
void
TorchMarkerWatershedImageFilter<TInputImage, TLabelImage, TMaskImage>::VerifyInputInformation() const
{
  Superclass::VerifyInputInformation();
  const auto & whole = this->GetInput()->GetLargestPossibleRegion();
  const auto   verify = [&](const char * name, const auto * image)
  {
    if (image != nullptr && image->GetLargestPossibleRegion() != whole)
    {
      const auto & region = image->GetLargestPossibleRegion();
      itkExceptionMacro("The landscape and its " << name << " must have the same pixels: the landscape has size "
                                                 << whole.GetSize() << " from index " << whole.GetIndex() << ", the "
                                                 << name << " has size " << region.GetSize() << " from index "
                                                 << region.GetIndex() << '.');
    }
  };
  verify("marker image", this->GetMarkerImage());
  verify("mask image", this->GetMaskImage());
}

template <typename TInputImage, typename TLabelImage, typename TMaskImage>
void
TorchMarkerWatershedImageFilter<TInputImage, TLabelImage, TMaskImage>::GenerateTensors()
{
  // Its memory serves for the new pixels.
  this->GetOutput()->ReleaseData();
  const TMaskImage * const mask = this->GetMaskImage();
  this->SetOutputTensor(this->GetOutput(),
                        MarkerWatershed::Compute(this->GetInputTensor(this->GetInput()),
                                                 this->GetInputTensor(this->GetMarkerImage()),
                                                 mask == nullptr ? TorchTensor{} : this->GetInputTensor(mask),
                                                 m_Parameters,
                                                 [this](double fraction)
                                                 { this->ReportProgress(static_cast<float>(fraction)); }));
}
} // namespace itk

#endif
