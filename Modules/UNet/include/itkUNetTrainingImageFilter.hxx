// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetTrainingImageFilter_hxx
#define itkUNetTrainingImageFilter_hxx

#include "itkUNetTrainingImageFilter.h"

namespace itk
{
template <typename TInputImage, typename TOutputImage>
UNetTrainingImageFilter<TInputImage, TOutputImage>::UNetTrainingImageFilter()
{
  m_Specification.Dimension = ImageDimension;
  this->AddRequiredInputName("TrainingData");
  this->ProcessObject::SetOutput("Model", UNetModel::New());
}

template <typename TInputImage, typename TOutputImage>
UNetModel *
UNetTrainingImageFilter<TInputImage, TOutputImage>::GetModel()
{
  return static_cast<UNetModel *>(this->ProcessObject::GetOutput("Model"));
}

template <typename TInputImage, typename TOutputImage>
void
UNetTrainingImageFilter<TInputImage, TOutputImage>::SetSpecification(const UNetSpecification & specification)
{
  if (m_Specification != specification)
  {
    m_Specification = specification;
    this->Modified();
  }
}

template <typename TInputImage, typename TOutputImage>
void
UNetTrainingImageFilter<TInputImage, TOutputImage>::SetIntensityRule(const UNetIntensityRule & rule)
{
  m_IntensityRule = rule;
  this->Modified();
}

template <typename TInputImage, typename TOutputImage>
void
UNetTrainingImageFilter<TInputImage, TOutputImage>::SetClassNames(const std::vector<std::string> & names)
{
  m_ClassNames = names;
  this->Modified();
}

template <typename TInputImage, typename TOutputImage>
auto
UNetTrainingImageFilter<TInputImage, TOutputImage>::MakeOutput(const DataObjectIdentifierType & name)
  -> DataObjectPointer
{
  return name == "Model" ? DataObjectPointer(UNetModel::New().GetPointer()) : Superclass::MakeOutput(name);
}

template <typename TInputImage, typename TOutputImage>
void
UNetTrainingImageFilter<TInputImage, TOutputImage>::VerifyPreconditions() ITKv5_CONST
{
  Superclass::VerifyPreconditions();
  m_IntensityRule.Verify();
  if (this->GetTrainingData()->GetNumberOfPairs() == 0)
  {
    itkExceptionMacro("TrainingData must hold at least 1 pair, but holds 0.");
  }
}

template <typename TInputImage, typename TOutputImage>
void
UNetTrainingImageFilter<TInputImage, TOutputImage>::VerifyInputInformation() ITKv5_CONST
{
  Superclass::VerifyInputInformation();
  auto model = UNetModel::New();
  if (this->GetInitialModel() != nullptr)
  {
    model->Graft(this->GetInitialModel());
  }
  else
  {
    model->SetSpecification(m_Specification);
    model->SetIntensityRule(m_IntensityRule);
  }
  VerifyUNetTraining(model->GetSpecification(), m_Parameters);
  VerifyUNetFilterInput<TOutputImage>(*model, this->GetInput());
}

template <typename TInputImage, typename TOutputImage>
void
UNetTrainingImageFilter<TInputImage, TOutputImage>::GenerateOutputInformation()
{
  Superclass::GenerateOutputInformation();
  auto * const model = this->GetModel();
  if (this->GetInitialModel() != nullptr)
  {
    model->SetSpecification(this->GetInitialModel()->GetSpecification());
    model->SetIntensityRule(this->GetInitialModel()->GetIntensityRule());
  }
  else
  {
    model->SetSpecification(m_Specification);
    model->SetIntensityRule(m_IntensityRule);
  }
  this->GetOutput()->SetNumberOfComponentsPerPixel(
    UNetOutputTraits<TOutputImage>::IsVectorImage ? model->GetSpecification().Classes : 1);
}

template <typename TInputImage, typename TOutputImage>
void
UNetTrainingImageFilter<TInputImage, TOutputImage>::EnlargeOutputRequestedRegion(DataObject *)
{
  // Also when only the model was asked for, which has no region.
  this->GetOutput()->SetRequestedRegionToLargestPossibleRegion();
}

template <typename TInputImage, typename TOutputImage>
void
UNetTrainingImageFilter<TInputImage, TOutputImage>::GenerateInputRequestedRegion()
{
  Superclass::GenerateInputRequestedRegion();
  const_cast<TInputImage *>(this->GetInput())->SetRequestedRegionToLargestPossibleRegion();
}

template <typename TInputImage, typename TOutputImage>
void
UNetTrainingImageFilter<TInputImage, TOutputImage>::GenerateTensors()
{
  const TorchDevice device = this->GetResolvedDevice();
  auto * const      model = this->GetModel();
  m_History.clear();
  if (this->GetInitialModel() != nullptr)
  {
    model->Graft(this->GetInitialModel());
  }
  else
  {
    model->SetSpecification(m_Specification);
    model->SetIntensityRule(m_IntensityRule);
    model->SetClassNames({});
    model->SetSpacing({});
    model->SetRecipe({});
    model->InitializeWeights(m_Parameters.Seed);
  }
  if (!m_ClassNames.empty())
  {
    model->SetClassNames(m_ClassNames);
  }

  UNetTraining::Observer observer;
  observer.Progress = [this](double fraction) { this->ReportProgress(static_cast<float>(fraction)); };
  observer.Epoch = [this](const UNetTrainingEpoch & epoch)
  {
    m_History.push_back(epoch);
    this->InvokeEvent(IterationEvent());
  };
  UNetTraining::Run(*model, *this->GetTrainingData(), m_Parameters, device, observer);

  using Traits = UNetOutputTraits<TOutputImage>;
  const UNetInference inference(*model, device);
  this->SetOutputTensor(this->GetOutput(),
                        inference.Compute(this->GetInputTensor(this->GetInput()),
                                          Traits::Output,
                                          UNetInferenceParameters{},
                                          GetTorchComponentType<typename Traits::ComponentType>()));
}

template <typename TInputImage, typename TOutputImage>
void
UNetTrainingImageFilter<TInputImage, TOutputImage>::PrintSelf(std::ostream & os, Indent indent) const
{
  Superclass::PrintSelf(os, indent);
  os << indent << "Specification:" << std::endl;
  UNetSpecification::Describe().Print(os, indent.GetNextIndent(), &m_Specification);
  os << indent << "IntensityRule:" << std::endl;
  UNetIntensityRule::Describe().Print(os, indent.GetNextIndent(), &m_IntensityRule);
  os << indent << "Epochs trained: " << m_History.size() << std::endl;
}
} // namespace itk

#endif
