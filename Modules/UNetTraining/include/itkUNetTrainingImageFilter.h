// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetTrainingImageFilter_h
#define itkUNetTrainingImageFilter_h

#include "itkTorchMacros.h"
#include "itkUNetInferenceImageFilter.h"
#include "itkUNetTraining.h"

namespace itk
{
/** \class UNetTrainingImageFilter
 * \brief Trains a U-Net and applies it to its input image.
 *
 * | | name | type |
 * |---|---|---|
 * | input | primary | the image to show the trained network on; a training alone needs none |
 * | input | `TrainingData`, required | UNetTrainingData |
 * | input | `InitialModel` | UNetModel to start from; it is copied, and decides specification and intensity
 * normalization |
 * | output | primary | what a UNetInferenceImageFilter with the trained model and its own defaults makes of the primary
 * input |
 * | output | `Model` | the trained UNetModel |
 *
 * Updating either output trains; updating the other one, or a streamed consumer, does not train again; a changed
 * parameter or training pair does. The prediction is computed only when and for the region that is requested; updating
 * the model alone computes none. Without a primary input Update() updates the model.
 *
 * ProgressEvent is invoked after every layer of a batch, IterationEvent after every epoch, when GetHistory() has grown
 * by a line. After AbortGenerateDataOn() the filter throws ProcessAborted, and the model holds the weights of the last
 * whole batch, or none if there was no batch: call DisconnectPipeline() on it before it is used, so that it is not
 * brought up to date first. The prediction is an execution of its own, with its start, progress and end.
 *
 * A TorchWarningEvent reports what is odd about the training data: objects in several parts, a polarity that is
 * doubtful or not the same in all images.
 *
 * If the loss or weights become infinite or NaN, training throws and leaves a model without weights, which no writer
 * accepts.
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
  /** Model to continue from; optional. */
  itkSetInputMacro(InitialModel, UNetModel);
  itkGetInputMacro(InitialModel, UNetModel);

  /** The trained network. */
  itkTorchNamedOutputMacro(Model, "Model", UNetModel);

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
  /** Learning rate of the Adam optimizer. Default: 0.001 (greater than 0). */
  itkTorchParameterMacro(LearningRate);
  /** Keep the rate constant, or decrease it from LearningRate to 0 along half a cosine. Default: cosine. */
  itkTorchParameterMacro(LearningRateSchedule);
  /** L2 regularization: this number times a weight is added to its gradient. Default: 0 (at least 0). */
  itkTorchParameterMacro(WeightDecay);
  /** Meaning of the labels. foreground and objects: every label other than 0 is the last class, and for a weight map
   * each label is an object. classes: a label is the number of its class. Default: foreground. */
  itkTorchParameterMacro(Labels);
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
