// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkBoundaryWeightMapImageFilter_hxx
#define itkBoundaryWeightMapImageFilter_hxx

#include "itkBoundaryWeightMapImageFilter.h"
#include "itkObjectReach.h"

namespace itk
{
template <typename TInputImage, typename TOutputImage>
BoundaryWeightMapImageFilter<TInputImage, TOutputImage>::BoundaryWeightMapImageFilter()
{
  this->ProcessObject::SetOutput("SeparatedLabels", Self::MakeOutput("SeparatedLabels"));
}

template <typename TInputImage, typename TOutputImage>
void
BoundaryWeightMapImageFilter<TInputImage, TOutputImage>::SetClassOfLabel(
  const std::map<std::int64_t, unsigned int> & classOfLabel)
{
  if (m_ClassOfLabel != classOfLabel)
  {
    m_ClassOfLabel = classOfLabel;
    this->Modified();
  }
}

template <typename TInputImage, typename TOutputImage>
auto
BoundaryWeightMapImageFilter<TInputImage, TOutputImage>::MakeOutput(const DataObjectIdentifierType & name)
  -> DataObjectPointer
{
  return name == "SeparatedLabels" ? TorchImage<TInputImage>::New().GetPointer() : Superclass::MakeOutput(name);
}

template <typename TInputImage, typename TOutputImage>
void
BoundaryWeightMapImageFilter<TInputImage, TOutputImage>::VerifyPreconditions() const
{
  Superclass::VerifyPreconditions();
  VerifyBoundaryWeightMap(m_Parameters, m_ClassOfLabel);
}

template <typename TInputImage, typename TOutputImage>
void
BoundaryWeightMapImageFilter<TInputImage, TOutputImage>::VerifyInputInformation() const
{
  Superclass::VerifyInputInformation();
  const auto & spacing = this->GetInput()->GetSpacing();
  VerifySpacing({ spacing.Begin(), spacing.End() }, spacing.Size());
}

template <typename TInputImage, typename TOutputImage>
void
BoundaryWeightMapImageFilter<TInputImage, TOutputImage>::EnlargeOutputRequestedRegion(DataObject * output)
{
  if (std::isinf(m_Parameters.GetReach()) || m_Parameters.ClassWeighting == BoundaryWeightClasses::InverseFrequency)
  {
    output->SetRequestedRegionToLargestPossibleRegion();
  }
}

template <typename TInputImage, typename TOutputImage>
void
BoundaryWeightMapImageFilter<TInputImage, TOutputImage>::GenerateInputRequestedRegion()
{
  Superclass::GenerateInputRequestedRegion();
  auto * const input = const_cast<TInputImage *>(this->GetInput());
  const auto & spacing = input->GetSpacing();
  const auto   whole = input->GetLargestPossibleRegion();
  const auto   units = GetDistanceUnits({ spacing.Begin(), spacing.End() }, m_Parameters.UseImageSpacing);
  const auto   seen = PadByReach(this->GetOutput()->GetRequestedRegion(), whole, m_Parameters.GetReach(), units);
  // Whether a pixel is cut depends on those around it.
  input->SetRequestedRegion(PadByReach(seen, whole, m_Parameters.GapWidth, std::vector<double>(ImageDimension, 1.0)));
}

template <typename TInputImage, typename TOutputImage>
void
BoundaryWeightMapImageFilter<TInputImage, TOutputImage>::GenerateTensors()
{
  const TInputImage * const input = this->GetInput();
  const auto &              spacing = input->GetSpacing();
  const auto                result =
    BoundaryWeightMap::Compute(this->GetInputTensor(input),
                               { spacing.Begin(), spacing.End() },
                               m_Parameters,
                               m_ClassOfLabel,
                               [this](double fraction) { this->ReportProgress(static_cast<float>(fraction)); });
  this->SetOutputTensor(this->GetOutput(), this->CropToOutput(result.Weight));
  this->SetOutputTensor(this->GetSeparatedLabels(), this->CropToOutput(result.SeparatedLabels));
}
} // namespace itk

#endif
