// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSegmentationEvaluationImageFilter_hxx
#define itkSegmentationEvaluationImageFilter_hxx

#include "itkSegmentationEvaluationImageFilter.h"

#include "itkImageScanlineIterator.h"
#include "itkTotalProgressReporter.h"

#include <array>

namespace itk
{
template <typename TPredictionImage, typename TTruthImage, typename TAgreementImage>
SegmentationEvaluationImageFilter<TPredictionImage, TTruthImage, TAgreementImage>::SegmentationEvaluationImageFilter()
{
  this->AddRequiredInputName("Truth", 1);
  this->DynamicMultiThreadingOn();
  this->ThreaderUpdateProgressOff();
  Self::AfterThreadedGenerateData();
}

template <typename TPredictionImage, typename TTruthImage, typename TAgreementImage>
SegmentationOverlap
SegmentationEvaluationImageFilter<TPredictionImage, TTruthImage, TAgreementImage>::GetOverlap() const
{
  return { this->GetTruePositives(), this->GetFalsePositives(), this->GetFalseNegatives(), this->GetTrueNegatives() };
}

template <typename TPredictionImage, typename TTruthImage, typename TAgreementImage>
DataObject::Pointer
SegmentationEvaluationImageFilter<TPredictionImage, TTruthImage, TAgreementImage>::MakeOutput(
  const DataObjectIdentifierType & name)
{
  if (name == "Dice" || name == "IntersectionOverUnion" || name == "Precision" || name == "Recall")
  {
    return SimpleDataObjectDecorator<double>::New().GetPointer();
  }
  if (name == "TruePositives" || name == "FalsePositives" || name == "FalseNegatives" || name == "TrueNegatives")
  {
    return SimpleDataObjectDecorator<SizeValueType>::New().GetPointer();
  }
  return Superclass::MakeOutput(name);
}

template <typename TPredictionImage, typename TTruthImage, typename TAgreementImage>
void
SegmentationEvaluationImageFilter<TPredictionImage, TTruthImage, TAgreementImage>::VerifyInputInformation() const
{
  Superclass::VerifyInputInformation();
  const auto & prediction = this->GetInput()->GetLargestPossibleRegion();
  const auto & truth = this->GetTruth()->GetLargestPossibleRegion();
  if (prediction != truth)
  {
    itkExceptionMacro("Prediction and truth must have the same pixels: the prediction has size "
                      << prediction.GetSize() << " from index " << prediction.GetIndex() << ", the truth has size "
                      << truth.GetSize() << " from index " << truth.GetIndex() << '.');
  }
}

template <typename TPredictionImage, typename TTruthImage, typename TAgreementImage>
void
SegmentationEvaluationImageFilter<TPredictionImage, TTruthImage, TAgreementImage>::EnlargeOutputRequestedRegion(
  DataObject * output)
{
  Superclass::EnlargeOutputRequestedRegion(output);
  // Also when a decorated output is updated, which has no region of its own.
  this->GetOutput()->SetRequestedRegionToLargestPossibleRegion();
}

template <typename TPredictionImage, typename TTruthImage, typename TAgreementImage>
void
SegmentationEvaluationImageFilter<TPredictionImage, TTruthImage, TAgreementImage>::GenerateInputRequestedRegion()
{
  Superclass::GenerateInputRequestedRegion();
  const_cast<TPredictionImage *>(this->GetInput())->SetRequestedRegionToLargestPossibleRegion();
  const_cast<TTruthImage *>(this->GetTruth())->SetRequestedRegionToLargestPossibleRegion();
}

template <typename TPredictionImage, typename TTruthImage, typename TAgreementImage>
void
SegmentationEvaluationImageFilter<TPredictionImage, TTruthImage, TAgreementImage>::BeforeThreadedGenerateData()
{
  m_Overlap = {};
}

template <typename TPredictionImage, typename TTruthImage, typename TAgreementImage>
void
SegmentationEvaluationImageFilter<TPredictionImage, TTruthImage, TAgreementImage>::DynamicThreadedGenerateData(
  const RegionType & region)
{
  using Agreement = SegmentationAgreement;
  std::array<std::uint64_t, 4> counts{};
  TotalProgressReporter        progress(this, this->GetOutput()->GetRequestedRegion().GetNumberOfPixels());

  ImageScanlineConstIterator<TPredictionImage> prediction(this->GetInput(), region);
  ImageScanlineConstIterator<TTruthImage>      truth(this->GetTruth(), region);
  ImageScanlineIterator<TAgreementImage>       agreement(this->GetOutput(), region);
  for (; !agreement.IsAtEnd(); prediction.NextLine(), truth.NextLine(), agreement.NextLine())
  {
    for (; !agreement.IsAtEndOfLine(); ++prediction, ++truth, ++agreement)
    {
      const bool predicted = prediction.Get() != NumericTraits<typename TPredictionImage::PixelType>::ZeroValue();
      const bool real = truth.Get() != NumericTraits<typename TTruthImage::PixelType>::ZeroValue();
      const auto value = predicted ? (real ? Agreement::Both : Agreement::PredictionOnly)
                                   : (real ? Agreement::TruthOnly : Agreement::Neither);
      ++counts[static_cast<std::size_t>(value)];
      agreement.Set(static_cast<typename TAgreementImage::PixelType>(value));
    }
    progress.Completed(region.GetSize(0));
  }

  const std::lock_guard<std::mutex> lock(m_Mutex);
  m_Overlap += { counts[static_cast<std::size_t>(Agreement::Both)],
                 counts[static_cast<std::size_t>(Agreement::PredictionOnly)],
                 counts[static_cast<std::size_t>(Agreement::TruthOnly)],
                 counts[static_cast<std::size_t>(Agreement::Neither)] };
}

template <typename TPredictionImage, typename TTruthImage, typename TAgreementImage>
void
SegmentationEvaluationImageFilter<TPredictionImage, TTruthImage, TAgreementImage>::AfterThreadedGenerateData()
{
  this->SetDice(m_Overlap.Dice());
  this->SetIntersectionOverUnion(m_Overlap.IntersectionOverUnion());
  this->SetPrecision(m_Overlap.Precision());
  this->SetRecall(m_Overlap.Recall());
  this->SetTruePositives(m_Overlap.TruePositives);
  this->SetFalsePositives(m_Overlap.FalsePositives);
  this->SetFalseNegatives(m_Overlap.FalseNegatives);
  this->SetTrueNegatives(m_Overlap.TrueNegatives);
}

template <typename TPredictionImage, typename TTruthImage, typename TAgreementImage>
void
SegmentationEvaluationImageFilter<TPredictionImage, TTruthImage, TAgreementImage>::PrintSelf(std::ostream & os,
                                                                                             Indent indent) const
{
  Superclass::PrintSelf(os, indent);
  os << indent << "Dice: " << this->GetDice() << std::endl;
  os << indent << "IntersectionOverUnion: " << this->GetIntersectionOverUnion() << std::endl;
  os << indent << "Precision: " << this->GetPrecision() << std::endl;
  os << indent << "Recall: " << this->GetRecall() << std::endl;
  os << indent << "TruePositives: " << this->GetTruePositives() << std::endl;
  os << indent << "FalsePositives: " << this->GetFalsePositives() << std::endl;
  os << indent << "FalseNegatives: " << this->GetFalseNegatives() << std::endl;
  os << indent << "TrueNegatives: " << this->GetTrueNegatives() << std::endl;
}
} // namespace itk

#endif
