// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetTrainingImageFilter_h
#define itkUNetTrainingImageFilter_h

#include "itkTorchMacros.h"
#include "itkUNetInferenceImageFilter.h"
#include "itkUNetTraining.h"
#include "itkUNetTrainingStepEvent.h"
#include "itkUNetValidationCaseEvent.h"

namespace itk
{
/** \class UNetTrainingImageFilter
 * \brief Trains a U-Net and applies it to its input image.
 *
 * | | name | type |
 * |---|---|---|
 * | input | primary | the image to show the trained network on; a training alone needs none |
 * | input | `TrainingData`, required | UNetTrainingData |
 * | input | `ValidationData` | UNetTrainingData, whose images are scored as a whole and not trained on |
 * | input | `InitialModel` | UNetModel to start from; it is copied, and decides specification and intensity
 * normalization |
 * | input | `InitialState` | UNetTrainingState of a training that stopped, with which this one goes on; it is copied, and
 * decides specification, intensity normalization and class names |
 * | output | primary | what a UNetInferenceImageFilter with the trained model and its own defaults makes of the primary
 * input |
 * | output | `Model` | the trained UNetModel: that of the last step, with averaged weights if WeightAveraging is on |
 * | output | `BestModel` | the UNetModel of the epoch with the best validation; without weights if there is none |
 * | output | `State` | UNetTrainingState, from which another training can go on |
 *
 * Updating either output trains; updating the other one, or a streamed consumer, does not train again; a changed
 * parameter or training pair does. The prediction is computed only when and for the region that is requested; updating
 * the model alone computes none. Without a primary input Update() updates the model.
 *
 * ProgressEvent is invoked after every layer of a batch, UNetTrainingStepEvent after every step of the optimizer,
 * UNetValidationCaseEvent after every image of a validation, IterationEvent after every epoch, when GetHistory() has
 * grown by a line and the outputs are those of the epoch. An observer of a step that wants the outputs of this moment
 * calls UpdateTrainingOutputs(). After AbortGenerateDataOn() the filter throws ProcessAborted, and the outputs are
 * those of the last whole step, or models without weights if there was none: call DisconnectPipeline() on them before
 * they are used, so that they are not brought up to date first. The prediction is an execution of its own, with its
 * start, progress and end.
 *
 * A TorchWarningEvent reports what is odd about the training data: objects in several parts, a polarity that is
 * doubtful or not the same in all images.
 *
 * If the loss or weights become infinite or NaN, training throws UNetTrainingDiverged and leaves the outputs of the
 * last epoch or, in the first one, models without weights, which no writer accepts.
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
  itkOverrideGetNameOfClassMacro(UNetTrainingImageFilter);

  static constexpr unsigned int ImageDimension = TInputImage::ImageDimension;
  using typename Superclass::DataObjectIdentifierType;
  using typename Superclass::DataObjectPointer;

  /** Pairs of image and labels. Required. */
  itkSetInputMacro(TrainingData, UNetTrainingData);
  itkGetInputMacro(TrainingData, UNetTrainingData);
  /** Pairs that the network is scored on; optional. */
  itkSetInputMacro(ValidationData, UNetTrainingData);
  itkGetInputMacro(ValidationData, UNetTrainingData);
  /** Model to continue from; optional. */
  itkSetInputMacro(InitialModel, UNetModel);
  itkGetInputMacro(InitialModel, UNetModel);
  /** Training to go on with; optional. It comes before an initial model. */
  itkSetInputMacro(InitialState, UNetTrainingState);
  itkGetInputMacro(InitialState, UNetTrainingState);

  /** The trained network. */
  itkTorchNamedOutputMacro(Model, "Model", UNetModel);
  /** The network that was best in a validation. */
  itkTorchNamedOutputMacro(BestModel, "BestModel", UNetModel);
  /** All that another training needs to go on. */
  itkTorchNamedOutputMacro(State, "State", UNetTrainingState);

  /** Architecture of a new network; not used with an initial model. */
  void
  SetSpecification(const UNetSpecification & specification);
  itkGetConstReferenceMacro(Specification, UNetSpecification);

  /** What images go through; not used with an initial model. */
  void
  SetIntensityNormalization(const UNetIntensityNormalization & rule);
  itkGetConstReferenceMacro(IntensityNormalization, UNetIntensityNormalization);

  /** Names of the classes, the background first, which the model records; empty for none. */
  void
  SetClassNames(const std::vector<std::string> & names);
  itkGetConstReferenceMacro(ClassNames, std::vector<std::string>);

  itkTorchParametersMacro(UNetTrainingParameters);
  /** Number of passes over the training images. Default: 20 (in [1, 1000000]). */
  itkTorchParameterMacro(Epochs);
  /** Number of crops in each step of the optimizer. Default: 8 (in [1, 4096]). */
  itkTorchParameterMacro(BatchSize);
  /** Edge length of a training crop; must be a multiple of 2^Levels. Default: 256 pixels (in [1, 16384]). */
  itkTorchParameterMacro(CropSize);
  /** Number of crops from each image in an epoch. Default: 1 (in [1, 4096]). */
  itkTorchParameterMacro(CropsPerImage);
  /** Number of steps of the optimizer in an epoch; 0 for as many as CropsPerImage crops of each image make. Default:
   * 0. */
  itkTorchParameterMacro(StepsPerEpoch);
  /** Number of steps after which the training ends; 0 for no limit. Default: 0. */
  itkTorchParameterMacro(MaximumSteps);
  /** Minutes after which the training ends, at the end of a step; 0 for no limit. The schedule does not know of it.
   * Default: 0 (at least 0). */
  itkTorchParameterMacro(MaximumMinutes);
  /** Train on so many crops alone, the same in every step and not augmented, whose loss must then go to about 0: a
   * check of data and settings. 0 to train on all images. Default: 0. */
  itkTorchParameterMacro(OverfitCrops);
  /** Which images crops are taken from: each equally often, each category equally often, or by the weights of the
   * images. Default: images. */
  itkTorchParameterMacro(Sampling);
  /** How weights are changed by their gradients. Default: adam. */
  itkTorchParameterMacro(Optimizer);
  /** Learning rate of the optimizer. Default: 0.001 (greater than 0). */
  itkTorchParameterMacro(LearningRate);
  /** How the rate goes from LearningRate to FinalLearningRate: not at all, along half a cosine, or as
   * (1 - done)^PolynomialExponent. Default: cosine. */
  itkTorchParameterMacro(LearningRateSchedule);
  /** Learning rate at which a schedule other than constant ends. Default: 0 (at least 0). */
  itkTorchParameterMacro(FinalLearningRate);
  /** Exponent of the polynomial schedule. Default: 0.9 (greater than 0). */
  itkTorchParameterMacro(PolynomialExponent);
  /** Number of first steps in which the learning rate rises linearly to LearningRate. Default: 0. */
  itkTorchParameterMacro(WarmupSteps);
  /** Regularization: adam and sgd add this number times a weight to its gradient, adamw subtracts it times the learning
   * rate from the weight. Default: 0 (at least 0). */
  itkTorchParameterMacro(WeightDecay);
  /** Momentum of sgd, Nesterov's. Default: 0.9 (in [0, 0.9999]). */
  itkTorchParameterMacro(Momentum);
  /** Largest Euclidean norm of all gradients together, to which larger ones are scaled down; 0 for no limit. Default:
   * 0 (at least 0). */
  itkTorchParameterMacro(MaximumGradientNorm);
  /** Number of batches whose gradients make one step of the optimizer. Default: 1 (in [1, 4096]). */
  itkTorchParameterMacro(AccumulatedBatches);
  /** Decay of the exponential moving average of the weights that the model gets, such as 0.999: after t steps it is at
   * most (1 + t) / (10 + t); 0 for the weights themselves. Default: 0 (in [0, 0.999999]). */
  itkTorchParameterMacro(WeightAveraging);
  /** Meaning of the labels. foreground and objects: every label other than 0 is the last class, and for a weight map
   * each label is an object. classes: a label is the number of its class. Default: foreground. */
  itkTorchParameterMacro(Labels);
  /** Label of pixels that are not known: they count neither in the loss nor in scores; -1 for none. Default: -1 (at
   * least -1). */
  itkTorchParameterMacro(IgnoreLabel);
  /** What the network learns: what the labels say, or background, interior and border of objects. Default: labels. */
  itkTorchParameterMacro(Target);
  /** Pixels of an object that are this near to a pixel outside it are its border, for the target interior-border.
   * Default: 2 pixels (in [1, 16]). */
  itkTorchParameterMacro(BorderWidth);
  /** Factor of the loss of border pixels that are as near to another object. Default: 1 (at least 0). */
  itkTorchParameterMacro(ContactWeight);
  /** Train although no label image has anything but background. Default: false. */
  itkTorchParameterMacro(AllowOnlyBackground);
  itkBooleanMacro(AllowOnlyBackground);
  /** Layers whose weights stay as they are, by the beginnings of their names, such as encoder.0,encoder.1; separated
   * by commas. Default: empty. */
  itkTorchParameterMacro(FrozenLayers);
  /** Numbers of the images between the network's layers, which take most of the memory; weights, gradients and
   * statistics are float32. Default: float32. */
  itkTorchParameterMacro(Precision);
  /** Number of epochs from one validation to the next, where there are validation images. Default: 1 (at least 1). */
  itkTorchParameterMacro(ValidationInterval);
  /** Number of epochs without a better validation after which the training ends; 0 for no limit. Default: 0. */
  itkTorchParameterMacro(Patience);
  /** Weight the loss of each pixel by a boundary weight map of the instance labels, so that gaps between objects are
   * learned. Default: false. */
  itkTorchParameterMacro(UseWeightMap);
  itkBooleanMacro(UseWeightMap);
  /** Whether the weight map and gaps of an image are deformed with it, or computed again from each deformed crop.
   * Default: warped. */
  itkTorchParameterMacro(AugmentedWeights);
  /** Seed of the initial weights, the order and positions of the crops, and their augmentation. Default: 0. */
  itkTorchParameterMacro(Seed);
  /** Memory for prepared images; images that do not fit are read again in each epoch. Default: 2048 MiB. */
  itkTorchParameterMacro(MaximumCacheSize);
  /** Number of threads that prepare batches beside the computation; 0 for none. Default: 1 (in [0, 256]). */
  itkTorchParameterMacro(LoaderThreads);

  /** What is minimized. */
  void
  SetLoss(const UNetLossParameters & loss)
  {
    UNetTrainingParameters parameters = m_Parameters;
    parameters.Loss = loss;
    this->SetParameters(parameters);
  }

  /** All parameters by a named setting. */
  void
  SetPreset(UNetTrainingPreset preset)
  {
    this->SetParameters(UNetTrainingParameters::FromPreset(preset));
  }

  /** Weights of the pixels by a named setting, or by none. */
  void
  SetWeightMap(UNetWeightMap preset)
  {
    UNetTrainingParameters parameters = m_Parameters;
    parameters.SetWeightMap(preset);
    this->SetParameters(parameters);
  }

  /** All parameters of the weight map, which UseWeightMap switches on. */
  void
  SetWeightMapParameters(const BoundaryWeightMapParameters & parameters)
  {
    UNetTrainingParameters all = m_Parameters;
    all.WeightMap = parameters;
    this->SetParameters(all);
  }

  /** Width in pixels of the background that is cut between touching objects, with or without weights. */
  void
  SetGapWidth(unsigned int width)
  {
    UNetTrainingParameters parameters = m_Parameters;
    parameters.WeightMap.GapWidth = width;
    this->SetParameters(parameters);
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
    UNetTrainingParameters all = m_Parameters;
    all.Augmentation = parameters;
    this->SetParameters(all);
  }

  /** One line for each finished epoch of the training, those before its initial state included. */
  const std::vector<UNetTrainingEpoch> &
  GetHistory() const
  {
    return this->GetState()->GetHistory();
  }

  /** Why the last training ended; Complete before there was one. */
  UNetTraining::Ending
  GetEnding() const
  {
    return m_Ending;
  }

  /** Where the training stands, also between updates of its outputs. */
  UNetTrainingPosition
  GetPosition() const
  {
    return m_Trainer != nullptr ? m_Trainer->GetPosition() : this->GetState()->GetPosition();
  }

  /** Number of steps of the optimizer in the training under way; 0 outside it. */
  std::uint64_t
  GetNumberOfSteps() const
  {
    return m_Trainer != nullptr ? m_Trainer->GetNumberOfSteps() : 0;
  }

  /** In an observer of a step: makes the outputs Model, BestModel and State those of this moment.
   * \throws ExceptionObject outside a training */
  void
  UpdateTrainingOutputs();

  /** Whether a step is measured before the first one, which takes two steps' time. Default: false. */
  itkSetMacro(MeasureCost, bool);
  itkGetConstMacro(MeasureCost, bool);
  itkBooleanMacro(MeasureCost);

  /** What a step takes, as measured; valid from the ProgressEvent after the measurement on. */
  const UNetTrainingCost &
  GetCost() const
  {
    return m_Cost;
  }

  using Superclass::MakeOutput;
  DataObjectPointer
  MakeOutput(const DataObjectIdentifierType & name) override;

  void
  Update() override;

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
  VerifyPreconditions() const override;
  void
  VerifyInputInformation() const override;
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

  /** The input that the training begins with; null for a new one. */
  const DataObject *
  GetBeginning() const;

  /** Its model. */
  const UNetModel *
  GetFirstModel() const;

  /** A state with the network that a training without an initial state begins with. */
  void
  InitializeState(UNetTrainingState & state) const;

  /** Gives the models what the state has. */
  void
  ShareModels();

  /** Passes on what the prediction says of itself. */
  void
  ObservePrediction(const EventObject & event);

  UNetTrainingParameters     m_Parameters;
  UNetSpecification          m_Specification;
  UNetIntensityNormalization m_IntensityNormalization;
  std::vector<std::string>   m_ClassNames;
  UNetTraining::Ending       m_Ending{ UNetTraining::Ending::Complete };
  bool                       m_MeasureCost{ false };
  UNetTrainingCost           m_Cost;

  /** While a training is under way. */
  UNetTrainer * m_Trainer{ nullptr };
  /** What the last training began with; compared, not used. */
  const DataObject * m_BeganWith{ nullptr };

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
