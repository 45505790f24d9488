// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkRandomAugmentationImageFilter_h
#define itkRandomAugmentationImageFilter_h

#include "itkRandomAugmentation.h"
#include "itkTorchImageToImageFilter.h"
#include "itkTorchMacros.h"

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
 * SetParameters() takes RandomAugmentationParameters::FromPreset(). The draw depends only on Seed, Epoch and Sample.
 * After Update(), GetRecord() returns a record of the draw; SetRecord() makes the filter repeat it instead of drawing.
 *
 * The outputs have the size of the crop, the input's spacing, direction and origin, and begin at the input's first
 * index, although their content has moved; the record says from where. Any part of them needs the whole input. See
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
  itkOverrideGetNameOfClassMacro(RandomAugmentationImageFilter);

  static constexpr unsigned int ImageDimension = TImage::ImageDimension;
  using WeightImageType = Image<float, ImageDimension>;
  using LabelImageType = TLabelImage;
  using typename Superclass::DataObjectIdentifierType;
  using typename Superclass::DataObjectPointer;

  static_assert(ImageDimension == 2 || ImageDimension == 3, "Images have 2 or 3 dimensions.");
  static_assert(std::is_integral<typename TLabelImage::PixelType>::value, "Labels are integers.");

  /** On the image's grid; optional. They are sampled by the nearest pixel. */
  itkSetInputMacro(Labels, LabelImageType);
  itkGetInputMacro(Labels, LabelImageType);
  /** On the image's grid; optional. */
  itkSetInputMacro(Weights, WeightImageType);
  itkGetInputMacro(Weights, WeightImageType);

  itkTorchNamedOutputMacro(AugmentedLabels, "Labels", LabelImageType);
  itkTorchNamedOutputMacro(AugmentedWeights, "Weights", WeightImageType);

  itkTorchParametersMacro(RandomAugmentationParameters);
  /** Size of the output along each axis; empty for the image's own. Default: empty (each in [1, 1048576]). */
  itkTorchParameterMacro(CropSize);
  itkTorchPerAxisParameterMacro(CropSize);
  /** Pad images that are smaller than the crop; if off, they are an error. Default: true. */
  itkTorchParameterMacro(PadSmallImages);
  itkBooleanMacro(PadSmallImages);
  /** Probability that the crop is placed to contain a random pixel whose label is not 0. Default: 0 (in [0, 1]). */
  itkTorchParameterMacro(ForegroundProbability);
  /** Rotate and shear in physical units, so that anisotropic pixels keep their shape. Default: true. */
  itkTorchParameterMacro(UseImageSpacing);
  itkBooleanMacro(UseImageSpacing);
  /** Fixed point of rotation, zoom and shear: the image's center, or one pixel beyond it as in Keras. Default:
   * image. */
  itkTorchParameterMacro(Center);
  /** Probability of mirroring: one for all axes, or one for each axis. Default: 0 (each in [0, 1]). */
  itkTorchParameterMacro(FlipProbability);
  itkTorchPerAxisParameterMacro(FlipProbability);
  /** Probability of a turn by 90, 180 or 270 degrees in the x-y plane. Default: 0 (in [0, 1]). */
  itkTorchParameterMacro(TurnProbability);
  /** Probability of Rotation and Tilt. Default: 0 (in [0, 1]). */
  itkTorchParameterMacro(RotationProbability);
  /** Angle of rotation in the x-y plane. Default: -180,180 degrees (each in [-360, 360]). */
  itkTorchParameterMacro(Rotation);
  /** Angles of rotation of 3D images about the x and y axes. Default: 0,0 degrees (each in [-360, 360]). */
  itkTorchParameterMacro(Tilt);
  /** Probability of Zoom. Default: 0 (in [0, 1]). */
  itkTorchParameterMacro(ZoomProbability);
  /** Step in the input for each step in the output; below 1 magnifies. Default: 0.8,1.25 (each in [0.01, 100]). */
  itkTorchParameterMacro(Zoom);
  /** Draw a separate zoom for each axis. Default: false. */
  itkTorchParameterMacro(ZoomPerAxis);
  itkBooleanMacro(ZoomPerAxis);
  /** Draw the logarithm of the zoom uniformly, so that 1/2 is as likely as 2. Default: false. */
  itkTorchParameterMacro(LogarithmicZoom);
  itkBooleanMacro(LogarithmicZoom);
  /** Probability of Shear. Default: 0 (in [0, 1]). */
  itkTorchParameterMacro(ShearProbability);
  /** Shear angle of the y axis. Default: -10,10 degrees (each in [-89, 89]). */
  itkTorchParameterMacro(Shear);
  /** Probability of Translation. Default: 0 (in [0, 1]). */
  itkTorchParameterMacro(TranslationProbability);
  /** Translation as a fraction of the output's size, drawn for each axis. Default: -0.1,0.1 (each in [-1, 1]). */
  itkTorchParameterMacro(Translation);
  /** Probability of the elastic deformation. Default: 0 (in [0, 1]). */
  itkTorchParameterMacro(ElasticProbability);
  /** Random displacements on a coarse grid interpolated by B-splines, or smoothed noise at every pixel. Default:
   * grid. */
  itkTorchParameterMacro(Model);
  /** Number of grid nodes along each axis; the outer nodes lie on the corner pixels. Default: 3 (each in [1, 64]). */
  itkTorchParameterMacro(GridSize);
  itkTorchPerAxisParameterMacro(GridSize);
  /** Standard deviation of the displacement at the grid nodes, in Unit. Default: 10 (each in [0, 1000000]). */
  itkTorchParameterMacro(Deviation);
  itkTorchPerAxisParameterMacro(Deviation);
  /** Factor of the smoothed noise (Simard's alpha), in Unit. Default: 300 (each in [0, 1000000]). */
  itkTorchParameterMacro(Amplitude);
  itkTorchPerAxisParameterMacro(Amplitude);
  /** Standard deviation of the Gaussian that smooths the noise, in Unit. Default: 10 (each in [0, 1000]). */
  itkTorchParameterMacro(Sigma);
  itkTorchPerAxisParameterMacro(Sigma);
  /** Unit of Deviation, Amplitude and Sigma: pixels, or the image's physical unit. Default: pixels. */
  itkTorchParameterMacro(Unit);
  /** Axes without displacement, such as 2 for z. Default: empty (each in [0, 2]). */
  itkTorchParameterMacro(LockedAxes);
  /** Draw again until the Jacobian determinant is positive at all pixels. Default: false. */
  itkTorchParameterMacro(PreventFolding);
  itkBooleanMacro(PreventFolding);
  /** Interpolation of images; labels always use nearest. Default: linear. */
  itkTorchParameterMacro(Interpolation);
  /** Values beyond the border: mirrored with the border pixel repeated (reflect) or not (mirror), the border pixel
   * (edge), PaddingValue (constant), or the other side (wrap). Default: reflect. */
  itkTorchParameterMacro(PaddingMode);
  /** Image value beyond the border if PaddingMode is constant; labels and weights get 0. Default: 0. */
  itkTorchParameterMacro(PaddingValue);
  /** Seed of the displacement. Default: 0. */
  itkTorchParameterMacro(Seed);
  /** Intensities that the changes below take as 0 and 1: two numbers, or empty for the image's extrema. Default:
   * empty. */
  itkTorchParameterMacro(IntensityRange);
  /** Probability of Blur. Default: 0 (in [0, 1]). */
  itkTorchParameterMacro(BlurProbability);
  /** Standard deviation of the blurring Gaussian. Default: 0,1.5 pixels (each in [0, 100]). */
  itkTorchParameterMacro(Blur);
  /** Probability of Contrast. Default: 0 (in [0, 1]). */
  itkTorchParameterMacro(ContrastProbability);
  /** Factor of the difference from the mean. Default: 0.75,1.25 (each in [0, 100]). */
  itkTorchParameterMacro(Contrast);
  /** Probability of Gain. Default: 0 (in [0, 1]). */
  itkTorchParameterMacro(GainProbability);
  /** Factor of the intensity. Default: 0.8,1.2 (each in [0, 100]). */
  itkTorchParameterMacro(Gain);
  /** Probability of Offset. Default: 0 (in [0, 1]). */
  itkTorchParameterMacro(OffsetProbability);
  /** Number added to the intensity. Default: -0.1,0.1 (each in [-100, 100]). */
  itkTorchParameterMacro(Offset);
  /** Probability of Gamma. Default: 0 (in [0, 1]). */
  itkTorchParameterMacro(GammaProbability);
  /** Exponent of the intensity. Default: 0.7,1.5 (each in [0.01, 100]). */
  itkTorchParameterMacro(Gamma);
  /** Probability of exchanging dark and bright. Default: 0 (in [0, 1]). */
  itkTorchParameterMacro(InversionProbability);
  /** Probability of Noise. Default: 0 (in [0, 1]). */
  itkTorchParameterMacro(NoiseProbability);
  /** Standard deviation of Gaussian noise. Default: 0,0.05 (each in [0, 100]). */
  itkTorchParameterMacro(Noise);
  /** Probability of Poisson noise. Default: 0 (in [0, 1]). */
  itkTorchParameterMacro(PoissonProbability);
  /** Mean count of the Poisson noise at intensity 1. Default: 50,500 (each in [0.001, 1000000]). */
  itkTorchParameterMacro(PoissonPeak);
  /** Probability of shuffling the components. Default: 0 (in [0, 1]). */
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
  VerifyPreconditions() const override;
  void
  GenerateOutputInformation() override;
  itkTorchWholeImagesMacro();
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
