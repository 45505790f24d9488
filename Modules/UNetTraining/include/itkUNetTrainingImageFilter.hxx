// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetTrainingImageFilter_hxx
#define itkUNetTrainingImageFilter_hxx

#include "itkUNetTrainingImageFilter.h"
#include "itkTorchWarningEvent.h"

namespace itk
{
template <typename TInputImage, typename TOutputImage>
UNetTrainingImageFilter<TInputImage, TOutputImage>::UNetTrainingImageFilter()
{
  m_Specification.Dimension = ImageDimension;
  this->RemoveRequiredInputName("Primary");
  this->AddRequiredInputName("TrainingData");
  this->ProcessObject::SetOutput("Model", UNetModel::New());
  this->ProcessObject::SetOutput("BestModel", UNetModel::New());
  this->ProcessObject::SetOutput("State", UNetTrainingState::New());
  m_Prediction->AddObserver(AnyEvent(), [this](const EventObject & event) { this->ObservePrediction(event); });
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
UNetTrainingImageFilter<TInputImage, TOutputImage>::SetIntensityNormalization(const UNetIntensityNormalization & rule)
{
  if (!(TorchParameterView(m_IntensityNormalization) == TorchParameterView(rule)))
  {
    m_IntensityNormalization = rule;
    this->Modified();
  }
}

template <typename TInputImage, typename TOutputImage>
void
UNetTrainingImageFilter<TInputImage, TOutputImage>::SetClassNames(const std::vector<std::string> & names)
{
  if (m_ClassNames != names)
  {
    m_ClassNames = names;
    this->Modified();
  }
}

template <typename TInputImage, typename TOutputImage>
auto
UNetTrainingImageFilter<TInputImage, TOutputImage>::MakeOutput(const DataObjectIdentifierType & name)
  -> DataObjectPointer
{
  return name == "State"                          ? DataObjectPointer(UNetTrainingState::New().GetPointer())
         : name == "Model" || name == "BestModel" ? DataObjectPointer(UNetModel::New().GetPointer())
                                                  : Superclass::MakeOutput(name);
}

template <typename TInputImage, typename TOutputImage>
void
UNetTrainingImageFilter<TInputImage, TOutputImage>::VerifyPreconditions() const
{
  Superclass::VerifyPreconditions();
  m_IntensityNormalization.Verify();
  if (this->GetTrainingData()->GetNumberOfPairs() == 0)
  {
    itkExceptionMacro("TrainingData must hold at least 1 pair, but holds 0.");
  }
}

template <typename TInputImage, typename TOutputImage>
void
UNetTrainingImageFilter<TInputImage, TOutputImage>::VerifyInputInformation() const
{
  Superclass::VerifyInputInformation();
  const UNetModel * const initial = this->GetFirstModel();
  VerifyUNetTraining(initial != nullptr ? initial->GetSpecification() : m_Specification, m_Parameters);
}

template <typename TInputImage, typename TOutputImage>
void
UNetTrainingImageFilter<TInputImage, TOutputImage>::GenerateOutputInformation()
{
  Superclass::GenerateOutputInformation();
  const UNetModel * const initial = this->GetFirstModel();
  const auto &            specification = initial != nullptr ? initial->GetSpecification() : m_Specification;
  // A trained model has the polarity, spacing and orientation of its images, which are not asked here.
  const bool isNew = this->GetModel()->GetWeights().empty() || this->GetBeginning() != m_BeganWith;
  for (UNetModel * const model : { this->GetModel(), this->GetBestModel(), this->GetState()->GetModel() })
  {
    model->SetSpecification(specification);
    if (isNew)
    {
      model->SetIntensityNormalization(initial != nullptr ? initial->GetIntensityNormalization()
                                                          : m_IntensityNormalization);
      model->SetSpacing(initial != nullptr ? initial->GetSpacing() : std::vector<double>{});
      model->SetOrientation(initial != nullptr ? initial->GetOrientation() : std::string{});
    }
  }
  this->GetOutput()->SetNumberOfComponentsPerPixel(UNetOutputTraits<TOutputImage>::IsVectorImage ? specification.Classes
                                                                                                 : 1);
}

template <typename TInputImage, typename TOutputImage>
void
UNetTrainingImageFilter<TInputImage, TOutputImage>::Update()
{
  if (this->GetInput() != nullptr)
  {
    Superclass::Update();
    return;
  }
  this->GetModel()->Update();
}

template <typename TInputImage, typename TOutputImage>
void
UNetTrainingImageFilter<TInputImage, TOutputImage>::SetAbortGenerateData(const bool abort)
{
  // Whichever of the two is at work; each forgets it when it begins.
  Superclass::SetAbortGenerateData(abort);
  m_Prediction->SetAbortGenerateData(abort);
}

template <typename TInputImage, typename TOutputImage>
void
UNetTrainingImageFilter<TInputImage, TOutputImage>::UpdateOutputInformation()
{
  Superclass::UpdateOutputInformation();
  // The prediction asks the model for information, and so this filter once more.
  if (m_IsInformingPrediction)
  {
    return;
  }
  const FlagScope scope(m_IsInformingPrediction, true);
  if (this->GetInput() == nullptr)
  {
    return;
  }
  m_Prediction->SetInput(this->GetInput());
  m_Prediction->SetModel(this->GetModel());
  m_Prediction->SetDevice(this->GetDevice());
  m_Prediction->UpdateOutputInformation();
}

template <typename TInputImage, typename TOutputImage>
void
UNetTrainingImageFilter<TInputImage, TOutputImage>::PropagateRequestedRegion(DataObject * output)
{
  if (output != this->GetOutput())
  {
    Superclass::PropagateRequestedRegion(output);
    return;
  }
  if (this->GetInput() == nullptr)
  {
    itkExceptionMacro("An input image must be set for a prediction. To train alone, update the output of GetModel().");
  }
  auto * const prediction = m_Prediction->GetOutput();
  {
    const TorchResident::DeviceRequest request(dynamic_cast<TorchResident *>(prediction), true);
    prediction->SetRequestedRegion(this->GetOutput()->GetRequestedRegion());
  }
  m_Prediction->PropagateRequestedRegion(prediction);
  const TorchResident::DeviceRequest request(dynamic_cast<TorchResident *>(output), false);
  output->SetRequestedRegion(prediction);
}

template <typename TInputImage, typename TOutputImage>
void
UNetTrainingImageFilter<TInputImage, TOutputImage>::GenerateInputRequestedRegion()
{
  // A training does not look at the primary input: what is asked of it is up to the prediction.
}

template <typename TInputImage, typename TOutputImage>
void
UNetTrainingImageFilter<TInputImage, TOutputImage>::UpdateOutputData(DataObject * output)
{
  auto * const    image = this->GetOutput();
  const FlagScope training(m_IsTrainingForPrediction, m_IsPredicting);
  const FlagScope predicting(m_IsPredicting, output == image);
  if (output != image)
  {
    m_Prediction->ReleaseDeviceMemory();
    Superclass::UpdateOutputData(output);
    // It is another model's.
    image->ReleaseData();
    return;
  }
  auto * const prediction = m_Prediction->GetOutput();
  prediction->UpdateOutputData();
  const TorchTensor tensor = dynamic_cast<const TorchResident &>(*prediction).GetDeviceTensor();
  if (tensor.IsDefined())
  {
    image->SetBufferedRegion(prediction->GetBufferedRegion());
    dynamic_cast<TorchResident &>(*image).SetTensor(tensor);
    if (!this->GetKeepIntermediatesOnDevice())
    {
      TorchResident::LeaveOnDevice({ image });
    }
  }
  else
  {
    image->Graft(prediction);
  }
  prediction->ReleaseData();
  image->DataHasBeenGenerated();
}

template <typename TInputImage, typename TOutputImage>
void
UNetTrainingImageFilter<TInputImage, TOutputImage>::ObservePrediction(const EventObject & event)
{
  if (const auto * const warning = dynamic_cast<const TorchWarningEvent *>(&event))
  {
    this->ReportWarning(warning->GetMessage());
  }
  else if (ProgressEvent().CheckEvent(&event))
  {
    this->UpdateProgress(m_Prediction->GetProgress());
  }
  else if (StartEvent().CheckEvent(&event) || EndEvent().CheckEvent(&event) || AbortEvent().CheckEvent(&event))
  {
    this->InvokeEvent(event);
  }
}

template <typename TInputImage, typename TOutputImage>
const DataObject *
UNetTrainingImageFilter<TInputImage, TOutputImage>::GetBeginning() const
{
  return this->GetInitialState() != nullptr ? static_cast<const DataObject *>(this->GetInitialState())
                                            : this->GetInitialModel();
}

template <typename TInputImage, typename TOutputImage>
const UNetModel *
UNetTrainingImageFilter<TInputImage, TOutputImage>::GetFirstModel() const
{
  return this->GetInitialState() != nullptr ? this->GetInitialState()->GetModel() : this->GetInitialModel();
}

template <typename TInputImage, typename TOutputImage>
void
UNetTrainingImageFilter<TInputImage, TOutputImage>::InitializeState(UNetTrainingState & state) const
{
  state.Initialize();
  if (this->GetInitialState() != nullptr)
  {
    state.Graft(this->GetInitialState());
    return;
  }
  UNetModel & model = *state.GetModel();
  // Nothing of a training before.
  model.Graft(UNetModel::New());
  if (this->GetInitialModel() != nullptr)
  {
    model.Graft(this->GetInitialModel());
  }
  else
  {
    model.SetSpecification(m_Specification);
    model.SetIntensityNormalization(m_IntensityNormalization);
    model.InitializeWeights(m_Parameters.Seed);
  }
  model.SetRecipe({});
  // What was measured with other weights.
  model.SetCard({});
  if (!m_ClassNames.empty())
  {
    model.SetClassNames(m_ClassNames);
  }
}

template <typename TInputImage, typename TOutputImage>
void
UNetTrainingImageFilter<TInputImage, TOutputImage>::ShareModels()
{
  const UNetTrainingState & state = *this->GetState();
  this->GetModel()->Graft(state.GetTrainedModel());
  const auto best = state.GetBestModel();
  best ? this->GetBestModel()->Graft(best) : this->GetBestModel()->Initialize();
}

template <typename TInputImage, typename TOutputImage>
void
UNetTrainingImageFilter<TInputImage, TOutputImage>::UpdateTrainingOutputs()
{
  if (m_Trainer == nullptr)
  {
    itkExceptionMacro("UpdateTrainingOutputs() must be called by an observer of a step, but there is no training.");
  }
  m_Trainer->UpdateState();
  this->ShareModels();
}

template <typename TInputImage, typename TOutputImage>
void
UNetTrainingImageFilter<TInputImage, TOutputImage>::GenerateTensors()
{
  UNetTrainingState & state = *this->GetState();
  m_Ending = UNetTraining::Ending::Interrupted;
  m_BeganWith = this->GetBeginning();
  this->InitializeState(state);

  UNetTraining::Observer observer;
  observer.Progress = [this](double fraction) { this->ReportProgress(static_cast<float>(fraction)); };
  observer.Note = [this](const std::string & note) { this->ReportWarning(note); };
  observer.Step = [this](UNetTrainer & trainer, const UNetTrainingStep & step)
  {
    m_Trainer = &trainer;
    this->InvokeEvent(UNetTrainingStepEvent(step));
    m_Trainer = nullptr;
  };
  observer.ValidationCase = [this](UNetTrainer & trainer, const UNetValidationCase & each)
  {
    m_Trainer = &trainer;
    this->InvokeEvent(UNetValidationCaseEvent(each));
    m_Trainer = nullptr;
  };
  observer.Epoch = [this](const UNetTrainingEpoch &)
  {
    this->ShareModels();
    this->InvokeEvent(IterationEvent());
  };
  if (m_MeasureCost)
  {
    observer.Cost = [this](UNetTrainer & trainer, const UNetTrainingCost & cost)
    {
      m_Cost = cost;
      m_Trainer = &trainer;
      this->ReportProgress(0.0f);
      m_Trainer = nullptr;
    };
  }
  try
  {
    m_Ending = UNetTraining::Run(
      state, *this->GetTrainingData(), this->GetValidationData(), m_Parameters, this->GetResolvedDevice(), observer);
  }
  catch (...)
  {
    m_Trainer = nullptr;
    this->ShareModels();
    throw;
  }
  this->ShareModels();
}

template <typename TInputImage, typename TOutputImage>
void
UNetTrainingImageFilter<TInputImage, TOutputImage>::ReleaseInputs()
{
  for (const auto & input : this->GetInputs())
  {
    const bool isWanted = m_IsTrainingForPrediction && input == this->GetInput();
    if (input && !isWanted && input->ShouldIReleaseData())
    {
      input->ReleaseData();
    }
  }
}

template <typename TInputImage, typename TOutputImage>
void
UNetTrainingImageFilter<TInputImage, TOutputImage>::PrintSelf(std::ostream & os, Indent indent) const
{
  Superclass::PrintSelf(os, indent);
  os << indent << "Specification:" << std::endl;
  TorchParameterView(m_Specification).Print(os, indent.GetNextIndent());
  os << indent << "IntensityNormalization:" << std::endl;
  TorchParameterView(m_IntensityNormalization).Print(os, indent.GetNextIndent());
  os << indent << "MeasureCost: " << m_MeasureCost << std::endl;
  os << indent << "Epochs trained: " << this->GetHistory().size() << std::endl;
}
} // namespace itk

#endif
