// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetTrainingImageFilter_h
#define itkUNetTrainingImageFilter_h

#include "itkUNetInferenceImageFilter.h"
#include "itkUNetTraining.h"

namespace itk
{
/** \class UNetTrainingImageFilter
 * \brief Trains a U-Net and shows it at work on its input image.
 *
 * | | name | type |
 * |---|---|---|
 * | input | primary | the image to show the trained network on |
 * | input | `TrainingData`, required | UNetTrainingData |
 * | input | `InitialModel` | UNetModel to start from; it is copied, and decides specification and intensity normalization |
 * | output | primary | what a UNetInferenceImageFilter with the trained model and its own defaults makes of the primary input |
 * | output | `Model` | the trained UNetModel |
 *
 * Updating either output trains; updating the other one, or a streamed consumer, does not train again; a changed
 * parameter or training pair does. The prediction is computed when it is asked for, of the region that is asked for: the
 * model alone costs none.
 *
 * ProgressEvent is invoked after every layer of a batch, IterationEvent after every epoch, when GetHistory() has grown by a line.
 * After AbortGenerateDataOn() the filter throws ProcessAborted, and the model holds the weights of the last whole batch, or
 * none if there was no batch: call DisconnectPipeline() on it before it is used, so that it is not brought up to date first.
 * The prediction is an execution of its own, with its start, progress and end.
 *
 * A training whose loss or weights become infinite or NaN throws, and leaves a model without weights, which no writer takes.
 *
 * See UNetTraining for what is minimized and how.
 * \ingroup ITKTorchUNetTraining
 */
template <typename TInputImage, typename TOutputImage>
class ITK_TEMPLATE_EXPORT UNetTrainingImageFilter : public TorchImageToImageFilter<TInputImage, TOutputImage>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(UNetTrainingImageFilter);

  using Self = UNetTrainingImageFilter;
  using Superclass = TorchImageToImageFilter<TInputImage, TOutputImage>;
  using Pointer = SmartPointer<Self>;
  using ConstPointer = SmartPointer<const Self>;
  itkNewMacro(Self);
  itkTypeMacro(UNetTrainingImageFilter, TorchImageToImageFilter);

  static constexpr unsigned int ImageDimension = TInputImage::ImageDimension;
  using typename Superclass::DataObjectIdentifierType;
  using typename Superclass::DataObjectPointer;

  itkSetInputMacro(TrainingData, UNetTrainingData);
  itkGetInputMacro(TrainingData, UNetTrainingData);
  itkSetInputMacro(InitialModel, UNetModel);
  itkGetInputMacro(InitialModel, UNetModel);

  UNetModel *
  GetModel();

  /** Architecture of a new network; not used with an initial model. */
  void
  SetSpecification(const UNetSpecification & specification);
  itkGetConstReferenceMacro(Specification, UNetSpecification);

  /** What images go through; not used with an initial model. */
  void
  SetIntensityNormalization(const UNetIntensityNormalization & rule);
  itkGetConstReferenceMacro(IntensityNormalization, UNetIntensityNormalization);

  void
  SetClassNames(const std::vector<std::string> & names);
  itkGetConstReferenceMacro(ClassNames, std::vector<std::string>);

  itkTorchParametersMacro(UNetTrainingParameters);
  itkTorchParameterMacro(Epochs);
  itkTorchParameterMacro(BatchSize);
  itkTorchParameterMacro(CropSize);
  itkTorchParameterMacro(CropsPerImage);
  itkTorchParameterMacro(LearningRate);
  itkTorchParameterMacro(LearningRateSchedule);
  itkTorchParameterMacro(WeightDecay);
  itkTorchParameterMacro(LabelRule);
  itkTorchParameterMacro(UseWeightMap);
  itkBooleanMacro(UseWeightMap);
  itkTorchParameterMacro(AugmentedWeights);
  itkTorchParameterMacro(Seed);
  itkTorchParameterMacro(MaximumCacheSize);

  /** Weights of the pixels by a named setting, or by none. */
  void
  SetWeightMap(UNetWeightMap preset)
  {
    m_Parameters.SetWeightMap(preset);
    this->Modified();
  }

  /** All parameters of the weight map, which UseWeightMap switches on. */
  void
  SetWeightMapParameters(const BoundaryWeightMapParameters & parameters)
  {
    m_Parameters.WeightMap = parameters;
    this->Modified();
  }

  /** Width in pixels of the background that is cut between touching objects, with or without weights. */
  void
  SetGapWidth(unsigned int width)
  {
    m_Parameters.WeightMap.GapWidth = width;
    this->Modified();
  }

  /** Random changes of the crops by a named setting. */
  void
  SetAugmentation(RandomAugmentationPreset preset)
  {
    this->SetAugmentationParameters(RandomAugmentationParameters::FromPreset(preset));
  }

  /** Random changes of the crops; CropSize and Seed are the training's. */
  void
  SetAugmentationParameters(const RandomAugmentationParameters & parameters)
  {
    m_Parameters.Augmentation = parameters;
    this->Modified();
  }

  /** One line for each finished epoch of the last training. */
  const std::vector<UNetTrainingEpoch> &
  GetHistory() const
  {
    return m_History;
  }

  using Superclass::MakeOutput;
  DataObjectPointer
  MakeOutput(const DataObjectIdentifierType & name) override;

  /** Also ends a prediction, which leaves the training as it is. */
  void
  SetAbortGenerateData(const bool abort) override;

  void
  UpdateOutputInformation() override;
  void
  PropagateRequestedRegion(DataObject * output) override;
  void
  UpdateOutputData(DataObject * output) override;

protected:
  UNetTrainingImageFilter();
  ~UNetTrainingImageFilter() override = default;

  void
  VerifyPreconditions() ITKv5_CONST override;
  void
  VerifyInputInformation() ITKv5_CONST override;
  void
  GenerateOutputInformation() override;
  void
  GenerateInputRequestedRegion() override;
  void
  GenerateTensors() override;
  /** As in the superclass, but leaves the primary input to a prediction that has yet to look at it. */
  void
  ReleaseInputs() override;

  void
  PrintSelf(std::ostream & os, Indent indent) const override;

private:
  using PredictionFilterType = UNetInferenceImageFilter<TInputImage, TOutputImage>;

  /** Gives a flag another value while it lives. */
  class FlagScope
  {
  public:
    FlagScope(bool & flag, bool value)
      : m_Flag(flag)
      , m_Before(flag)
    {
      flag = value;
    }
    ~FlagScope() { m_Flag = m_Before; }
    FlagScope(const FlagScope &) = delete;
    FlagScope &
    operator=(const FlagScope &) = delete;

  private:
    bool & m_Flag;
    bool   m_Before;
  };

  /** Passes on what the prediction says of itself. */
  void
  ObservePrediction(const EventObject & event);

  UNetTrainingParameters         m_Parameters;
  UNetSpecification              m_Specification;
  UNetIntensityNormalization     m_IntensityNormalization;
  std::vector<std::string>       m_ClassNames;
  std::vector<UNetTrainingEpoch> m_History;

  /** Behind the model, between the primary input and the primary output. */
  typename PredictionFilterType::Pointer m_Prediction{ PredictionFilterType::New() };
  bool                                   m_IsInformingPrediction{ false };
  bool                                   m_IsPredicting{ false };
  bool                                   m_IsTrainingForPrediction{ false };
};
} // namespace itk

#ifndef ITK_MANUAL_INSTANTIATION
#  include "itkUNetTrainingImageFilter.hxx"
#endif

#endif
