// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkRandomAugmentationImageFilter_h
#define itkRandomAugmentationImageFilter_h

#include "itkRandomAugmentation.h"
#include "itkTorchImageToImageFilter.h"

namespace itk
{
/** \class RandomAugmentationImageFilter
 * \brief One random change of an image, its labels and its weights together.
 *
 * | | name | type |
 * |---|---|---|
 * | input | primary | image |
 * | input | `Labels`, optional | labels on the image's grid |
 * | input | `Weights`, optional | weights on the image's grid |
 * | output | primary | changed image |
 * | output | `Labels` | GetAugmentedLabels(), if there are labels |
 * | output | `Weights` | GetAugmentedWeights(), if there are weights |
 *
 * SetParameters() takes RandomAugmentationParameters::FromPreset(). The draw is a function of Seed, Epoch and Sample. After
 * Update() GetRecord() says what was drawn; SetRecord() makes the filter do that again instead of drawing.
 *
 * The outputs have the size of the crop, the input's spacing, direction and origin, and begin at the input's first index:
 * what they show was moved, and the record says from where. The whole input is needed for any part of them. See
 * RandomAugmentation for the changes.
 * \tparam TImage scalar, RGB or vector pixels
 * \tparam TLabelImage image of integers
 * \ingroup ITKTorchAugmentation
 */
template <typename TImage, typename TLabelImage = Image<unsigned short, TImage::ImageDimension>>
class ITK_TEMPLATE_EXPORT RandomAugmentationImageFilter : public TorchImageToImageFilter<TImage, TImage>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(RandomAugmentationImageFilter);

  using Self = RandomAugmentationImageFilter;
  using Superclass = TorchImageToImageFilter<TImage, TImage>;
  using Pointer = SmartPointer<Self>;
  using ConstPointer = SmartPointer<const Self>;
  itkNewMacro(Self);
  itkTypeMacro(RandomAugmentationImageFilter, TorchImageToImageFilter);

  static constexpr unsigned int ImageDimension = TImage::ImageDimension;
  using WeightImageType = Image<float, ImageDimension>;
  using LabelImageType = TLabelImage;
  using typename Superclass::DataObjectIdentifierType;
  using typename Superclass::DataObjectPointer;

  static_assert(ImageDimension == 2 || ImageDimension == 3, "Images have 2 or 3 dimensions.");
  static_assert(std::is_integral<typename TLabelImage::PixelType>::value, "Labels are integers.");

  itkSetInputMacro(Labels, LabelImageType);
  itkGetInputMacro(Labels, LabelImageType);
  itkSetInputMacro(Weights, WeightImageType);
  itkGetInputMacro(Weights, WeightImageType);

  LabelImageType *
  GetAugmentedLabels();
  WeightImageType *
  GetAugmentedWeights();

  itkTorchParametersMacro(RandomAugmentationParameters);
  itkTorchParameterMacro(CropSize);
  itkTorchParameterMacro(PadSmallImages);
  itkBooleanMacro(PadSmallImages);
  itkTorchParameterMacro(ForegroundProbability);
  itkTorchParameterMacro(UseImageSpacing);
  itkBooleanMacro(UseImageSpacing);
  itkTorchParameterMacro(Center);
  itkTorchParameterMacro(FlipProbability);
  itkTorchParameterMacro(TurnProbability);
  itkTorchParameterMacro(RotationProbability);
  itkTorchParameterMacro(Rotation);
  itkTorchParameterMacro(Tilt);
  itkTorchParameterMacro(ZoomProbability);
  itkTorchParameterMacro(Zoom);
  itkTorchParameterMacro(ZoomPerAxis);
  itkBooleanMacro(ZoomPerAxis);
  itkTorchParameterMacro(LogarithmicZoom);
  itkBooleanMacro(LogarithmicZoom);
  itkTorchParameterMacro(ShearProbability);
  itkTorchParameterMacro(Shear);
  itkTorchParameterMacro(TranslationProbability);
  itkTorchParameterMacro(Translation);
  itkTorchParameterMacro(ElasticProbability);
  itkTorchParameterMacro(Model);
  itkTorchParameterMacro(GridSize);
  itkTorchParameterMacro(Deviation);
  itkTorchParameterMacro(Amplitude);
  itkTorchParameterMacro(Sigma);
  itkTorchParameterMacro(Unit);
  itkTorchParameterMacro(LockedAxes);
  itkTorchParameterMacro(PreventFolding);
  itkBooleanMacro(PreventFolding);
  itkTorchParameterMacro(Interpolation);
  itkTorchParameterMacro(PaddingMode);
  itkTorchParameterMacro(PaddingValue);
  itkTorchParameterMacro(Seed);
  itkTorchParameterMacro(IntensityRange);
  itkTorchParameterMacro(BlurProbability);
  itkTorchParameterMacro(Blur);
  itkTorchParameterMacro(ContrastProbability);
  itkTorchParameterMacro(Contrast);
  itkTorchParameterMacro(GainProbability);
  itkTorchParameterMacro(Gain);
  itkTorchParameterMacro(OffsetProbability);
  itkTorchParameterMacro(Offset);
  itkTorchParameterMacro(GammaProbability);
  itkTorchParameterMacro(Gamma);
  itkTorchParameterMacro(InversionProbability);
  itkTorchParameterMacro(NoiseProbability);
  itkTorchParameterMacro(Noise);
  itkTorchParameterMacro(PoissonProbability);
  itkTorchParameterMacro(PoissonPeak);
  itkTorchParameterMacro(ChannelShuffleProbability);

  /** Which draw of the seed. Default: 0. */
  itkSetMacro(Epoch, std::uint32_t);
  itkGetConstMacro(Epoch, std::uint32_t);
  itkSetMacro(Sample, std::uint32_t);
  itkGetConstMacro(Sample, std::uint32_t);

  /** A record, as GetRecord() gives it, to do again instead of drawing; empty to draw. */
  itkSetStringMacro(Record);

  /** What was done in the last update, as JSON; see RandomAugmentationRecord. */
  const std::string &
  GetRecord() const
  {
    return m_AppliedRecord;
  }

  using Superclass::MakeOutput;
  DataObjectPointer
  MakeOutput(const DataObjectIdentifierType & name) override;

protected:
  RandomAugmentationImageFilter();
  ~RandomAugmentationImageFilter() override = default;

  void
  VerifyPreconditions() ITKv5_CONST override;
  void
  GenerateOutputInformation() override;
  void
  EnlargeOutputRequestedRegion(DataObject * output) override;
  void
  GenerateInputRequestedRegion() override;
  void
  GenerateTensors() override;
  void
  PrintSelf(std::ostream & os, Indent indent) const override;

private:
  RandomAugmentationParameters m_Parameters;
  std::uint32_t                m_Epoch{ 0 };
  std::uint32_t                m_Sample{ 0 };
  std::string                  m_Record;
  std::string                  m_AppliedRecord;
};
} // namespace itk

#ifndef ITK_MANUAL_INSTANTIATION
#  include "itkRandomAugmentationImageFilter.hxx"
#endif

#endif
