// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSegmentationEvaluationImageFilter_hxx
#define itkSegmentationEvaluationImageFilter_hxx

#include "itkSegmentationEvaluationImageFilter.h"
#include "itkSegmentationMetric.h"
#include "itkTorchImageGeometry.h"

namespace itk
{
template <typename TPredictionImage, typename TTruthImage>
SegmentationEvaluationImageFilter<TPredictionImage, TTruthImage>::SegmentationEvaluationImageFilter()
{
  this->AddRequiredInputName("Truth", 1);
  for (const auto & metric : SegmentationMetric::GetAll())
  {
    this->ProcessObject::SetOutput(metric.Name, MetricOutputType::New());
    this->SetMetric(metric, std::numeric_limits<double>::quiet_NaN());
  }
  this->ProcessObject::SetOutput("ClassScores", ClassScoresOutputType::New());
  this->SetClassScores({});
  // Pixels are compared on the host; a device would only be copied to and fro.
  this->SetDevice("cpu");
}

template <typename TPredictionImage, typename TTruthImage>
auto
SegmentationEvaluationImageFilter<TPredictionImage, TTruthImage>::GetMetricOutput(const std::string & name) const
  -> const MetricOutputType *
{
  return static_cast<const MetricOutputType *>(this->ProcessObject::GetOutput(SegmentationMetric::Get(name).Name));
}

template <typename TPredictionImage, typename TTruthImage>
auto
SegmentationEvaluationImageFilter<TPredictionImage, TTruthImage>::MakeOutput(const DataObjectIdentifierType & name)
  -> DataObjectPointer
{
  for (const auto & metric : SegmentationMetric::GetAll())
  {
    if (name == metric.Name)
    {
      return MetricOutputType::New().GetPointer();
    }
  }
  if (name == "ClassScores")
  {
    return ClassScoresOutputType::New().GetPointer();
  }
  return Superclass::MakeOutput(name);
}

template <typename TPredictionImage, typename TTruthImage>
auto
SegmentationEvaluationImageFilter<TPredictionImage, TTruthImage>::GetClassScoresOutput() const
  -> const ClassScoresOutputType *
{
  return static_cast<const ClassScoresOutputType *>(this->ProcessObject::GetOutput("ClassScores"));
}

template <typename TPredictionImage, typename TTruthImage>
void
SegmentationEvaluationImageFilter<TPredictionImage, TTruthImage>::VerifyInputInformation() const
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

template <typename TPredictionImage, typename TTruthImage>
void
SegmentationEvaluationImageFilter<TPredictionImage, TTruthImage>::GenerateTensors()
{
  const auto result =
    SegmentationEvaluation::Compute(this->GetInputTensor(this->GetInput()),
                                    this->GetInputTensor(this->GetTruth()),
                                    GetTorchSpacing(this->GetInput()),
                                    m_Parameters,
                                    [this](double fraction) { this->ReportProgress(static_cast<float>(fraction)); });
  this->SetOutputTensor(this->GetOutput(), result.Agreement);
  this->SetScores(result.Scores);
}

template <typename TPredictionImage, typename TTruthImage>
void
SegmentationEvaluationImageFilter<TPredictionImage, TTruthImage>::SetScores(const SegmentationScores & scores)
{
  m_Scores = scores;
  this->SetClassScores(scores.Classes);
  for (const auto & metric : SegmentationMetric::GetAll())
  {
    this->SetMetric(metric, metric.Value(scores));
  }
}

template <typename TPredictionImage, typename TTruthImage>
void
SegmentationEvaluationImageFilter<TPredictionImage, TTruthImage>::SetClassScores(const ClassScoresType & scores)
{
  static_cast<ClassScoresOutputType *>(this->ProcessObject::GetOutput("ClassScores"))
    ->Set(std::make_shared<const ClassScoresType>(scores));
}

template <typename TPredictionImage, typename TTruthImage>
void
SegmentationEvaluationImageFilter<TPredictionImage, TTruthImage>::SetMetric(const SegmentationMetric & metric,
                                                                            double                     value)
{
  static_cast<MetricOutputType *>(this->ProcessObject::GetOutput(metric.Name))->Set(value);
}

template <typename TPredictionImage, typename TTruthImage>
void
SegmentationEvaluationImageFilter<TPredictionImage, TTruthImage>::PrintSelf(std::ostream & os, Indent indent) const
{
  Superclass::PrintSelf(os, indent);
  for (const auto & metric : SegmentationMetric::GetAll())
  {
    os << indent << metric.Name << ": " << this->GetMetric(metric.Name) << std::endl;
  }
}
} // namespace itk

#endif
