// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkCannyComparisonImageFilter_hxx
#define itkCannyComparisonImageFilter_hxx

#include "itkCannyComparisonImageFilter.h"
#include "itkTorchImageGeometry.h"

namespace itk
{
template <typename TInputImage, typename TLabelImage>
CannyComparisonImageFilter<TInputImage, TLabelImage>::CannyComparisonImageFilter()
{
  m_CannyParameters.Variance = { 2.0 };
  m_CannyParameters.ThresholdRule = CannyThresholdRule::Otsu;
  this->AddRequiredInputName("Segmentation", 1);
  for (const char * const name : { "Overlay",
                                   "Edges",
                                   "CannyMeanDistance",
                                   "CannyHausdorffDistance95",
                                   "SegmentationMeanDistance",
                                   "SegmentationHausdorffDistance95",
                                   "CannyPrecision",
                                   "CannyRecall",
                                   "CannyF",
                                   "SegmentationPrecision",
                                   "SegmentationRecall",
                                   "SegmentationF",
                                   "AgreementF",
                                   "LowerThreshold",
                                   "UpperThreshold" })
  {
    this->ProcessObject::SetOutput(name, Self::MakeOutput(name));
  }
}

template <typename TInputImage, typename TLabelImage>
auto
CannyComparisonImageFilter<TInputImage, TLabelImage>::MakeOutput(const DataObjectIdentifierType & name)
  -> DataObjectPointer
{
  const auto endsWith = [&name](const std::string & end)
  { return name.size() >= end.size() && name.compare(name.size() - end.size(), end.size(), end) == 0; };
  if (name == "Overlay")
  {
    return TorchImage<OverlayImageType>::New().GetPointer();
  }
  if (name == "Edges")
  {
    return TorchImage<TInputImage>::New().GetPointer();
  }
  if (endsWith("Distance") || endsWith("Distance95") || endsWith("Threshold"))
  {
    return SimpleDataObjectDecorator<double>::New().GetPointer();
  }
  if (endsWith("Precision") || endsWith("Recall") || endsWith("F"))
  {
    return SimpleDataObjectDecorator<NumbersType>::New().GetPointer();
  }
  return Superclass::MakeOutput(name);
}

template <typename TInputImage, typename TLabelImage>
void
CannyComparisonImageFilter<TInputImage, TLabelImage>::VerifyPreconditions() const
{
  Superclass::VerifyPreconditions();
  TorchParameterView(m_CannyParameters).Verify(this->GetNameOfClass());
  VerifyCannyEdgeDetection(m_CannyParameters, ImageDimension);
  VerifyCannyComparison(m_Parameters);
}

template <typename TInputImage, typename TLabelImage>
void
CannyComparisonImageFilter<TInputImage, TLabelImage>::VerifyInputInformation() const
{
  Superclass::VerifyInputInformation();
  const auto & region = this->GetInput()->GetLargestPossibleRegion();
  VerifyCannySpacing(m_CannyParameters, GetTorchSpacing(this->GetInput()));
  for (const auto & [name, labels] :
       { std::make_pair("segmentation", this->GetSegmentation()), std::make_pair("truth", this->GetTruth()) })
  {
    if (labels != nullptr && labels->GetLargestPossibleRegion() != region)
    {
      itkExceptionMacro("Image and " << name << " must have the same pixels: the image has size " << region.GetSize()
                                     << " from index " << region.GetIndex() << ", the " << name << " has size "
                                     << labels->GetLargestPossibleRegion().GetSize() << " from index "
                                     << labels->GetLargestPossibleRegion().GetIndex() << '.');
    }
  }
}

template <typename TInputImage, typename TLabelImage>
void
CannyComparisonImageFilter<TInputImage, TLabelImage>::GenerateTensors()
{
  const auto * const truth = this->GetTruth();
  const auto         result =
    CannyComparison::Compute(this->GetInputTensor(this->GetInput()),
                             this->GetInputTensor(this->GetSegmentation()),
                             truth == nullptr ? TorchTensor() : this->GetInputTensor(truth),
                             GetTorchSpacing(this->GetInput()),
                             m_CannyParameters,
                             m_Parameters,
                             [this](double fraction) { this->ReportProgress(static_cast<float>(fraction)); });
  this->SetOutputTensor(this->GetOutput(), result.Agreement);
  this->SetOutputTensor(this->GetOverlay(), result.Overlay);
  this->SetOutputTensor(this->GetEdges(), result.Edges);
  this->SetResult("LowerThreshold", result.LowerThreshold);
  this->SetResult("UpperThreshold", result.UpperThreshold);
  this->SetComparison("Canny", result.CannyAgainstTruth);
  this->SetComparison("Segmentation", result.SegmentationAgainstTruth);
  NumbersType agreement;
  for (const auto & counts : result.CannyAgainstSegmentation.Counts)
  {
    agreement.push_back(counts.F());
  }
  this->SetResult("AgreementF", agreement);
}

template <typename TInputImage, typename TLabelImage>
template <typename TValue>
void
CannyComparisonImageFilter<TInputImage, TLabelImage>::SetResult(const char * name, const TValue & value)
{
  static_cast<SimpleDataObjectDecorator<TValue> *>(this->ProcessObject::GetOutput(name))->Set(value);
}

template <typename TInputImage, typename TLabelImage>
void
CannyComparisonImageFilter<TInputImage, TLabelImage>::SetComparison(const std::string &        boundary,
                                                                    const BoundaryComparison & comparison)
{
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const bool       isCompared = !comparison.Counts.empty();
  NumbersType      precision(m_Parameters.Tolerances.size(), nan);
  NumbersType      recall = precision;
  NumbersType      f = precision;
  for (std::size_t i = 0; i < comparison.Counts.size(); ++i)
  {
    precision[i] = comparison.Counts[i].Precision();
    recall[i] = comparison.Counts[i].Recall();
    f[i] = comparison.Counts[i].F();
  }
  this->SetResult((boundary + "Precision").c_str(), precision);
  this->SetResult((boundary + "Recall").c_str(), recall);
  this->SetResult((boundary + "F").c_str(), f);
  this->SetResult((boundary + "MeanDistance").c_str(), isCompared ? comparison.MeanDistance : nan);
  this->SetResult((boundary + "HausdorffDistance95").c_str(), isCompared ? comparison.HausdorffDistance95 : nan);
}

template <typename TInputImage, typename TLabelImage>
void
CannyComparisonImageFilter<TInputImage, TLabelImage>::PrintSelf(std::ostream & os, Indent indent) const
{
  Superclass::PrintSelf(os, indent);
  TorchParameterView(m_CannyParameters).Print(os, indent);
}
} // namespace itk

#endif
