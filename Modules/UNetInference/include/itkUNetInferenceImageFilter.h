// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetInferenceImageFilter_h
#define itkUNetInferenceImageFilter_h

#include "itkTorchImageToImageFilter.h"
#include "itkUNetGrid.h"
#include "itkUNetInferenceSession.h"
#include "itkUNetWholeImageScale.h"

namespace itk
{
/** What a U-Net computes for an output image type: probabilities for itk::VectorImage, the foreground's probability for
 * an image of floats, labels for an image of integers. */
template <typename TOutputImage>
struct UNetOutputTraits
{
  using ComponentType = TorchComponentOf<TOutputImage>;
  static constexpr bool IsVectorImage =
    std::is_same<TOutputImage, VectorImage<ComponentType, TOutputImage::ImageDimension>>::value;
  static constexpr UNetInferenceOutput Output =
    IsVectorImage ? UNetInferenceOutput::Probabilities
                  : (std::is_floating_point<ComponentType>::value ? UNetInferenceOutput::ForegroundProbability
                                                                  : UNetInferenceOutput::Labels);
};

/** \throws ExceptionObject if a network cannot turn `image` into a TOutputImage: an empty image, another dimension or
 * number of components, more classes than the output's pixels can name */
template <typename TOutputImage, typename TInputImage>
void
VerifyUNetFilterInput(const UNetModel & model, const TInputImage * image);

/** \class UNetInferenceImageFilter
 * \brief Segments an image with a trained U-Net.
 *
 * | output image | pixels |
 * |---|---|
 * | `VectorImage<float, D>` | probability of each class (softmax; sigmoid for one class) |
 * | `Image<float, D>` | probability of the last class, of one or two |
 * | `Image<unsigned char, D>`, other integers | number of the most probable class; for one or two classes 1 where the last one's probability is above Threshold |
 *
 * The input is a scalar, color or vector image of any size from 1 pixel up, in 2D or 3D. The model's intensity normalization
 * is applied to it, it is mirrored up to a multiple of the network's stride, and the result is cropped back: the output
 * lies on the input's grid.
 *
 * A region of the output is computed from the part of the input that decides it, whose margin follows from the network: the
 * overlap-tile strategy of the U-Net paper is this filter behind an itk::StreamingImageFilter, or in front of a writer with
 * stream divisions. The result is the whole image's, with |Δ| ≤ 10⁻⁵ · max |logit|. Within a requested region the network
 * sees windows of at most MaximumWindowSize that fit into MaximumMemory. Networks with instance or group normalization, which no tiles
 * compute exactly, and any other for which Tiling asks for it, see overlapping windows that are blended; a TorchWarningEvent
 * says so where it was not asked for. Another one tells that a device ran out of memory and windows were made smaller.
 *
 * An image of another pixel size than the model's is resampled to that, and the probabilities back onto the input's grid,
 * before labels are taken; both with native filters, for the requested region only.
 *
 * Percentiles, mean and polarity of the intensity normalization are those of the whole image: when only a part of it is asked for,
 * the input is first read through once for each pass of UNetIntensityMeasurement, in pieces, and then again only when the
 * pipeline before it has changed.
 * \ingroup ITKTorchUNetInference
 */
template <typename TInputImage, typename TOutputImage>
class ITK_TEMPLATE_EXPORT UNetInferenceImageFilter : public TorchImageToImageFilter<TInputImage, TOutputImage>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(UNetInferenceImageFilter);

  using Self = UNetInferenceImageFilter;
  using Superclass = TorchImageToImageFilter<TInputImage, TOutputImage>;
  using Pointer = SmartPointer<Self>;
  using ConstPointer = SmartPointer<const Self>;
  itkNewMacro(Self);
  itkTypeMacro(UNetInferenceImageFilter, TorchImageToImageFilter);

  static constexpr unsigned int ImageDimension = TInputImage::ImageDimension;

  /** The trained network. Required. */
  itkSetInputMacro(Model, UNetModel);
  itkGetInputMacro(Model, UNetModel);

  itkTorchParametersMacro(UNetInferenceParameters);
  itkTorchParameterMacro(Threshold);
  itkTorchParameterMacro(MaximumWindowSize);
  itkTorchParameterMacro(MaximumMemory);
  itkTorchParameterMacro(Tiling);
  itkTorchParameterMacro(BlendedOverlap);
  itkTorchParameterMacro(Precision);
  itkTorchParameterMacro(Convolution);
  itkTorchParameterMacro(TestTimeAugmentation);
  itkTorchParameterMacro(ScaleStep);
  itkTorchParameterMacro(ResampleToModelSpacing);
  itkBooleanMacro(ResampleToModelSpacing);

  /** Of the last update; Automatic before the first one. */
  itkGetConstMacro(UsedPrecision, UNetPrecision);

  /** Bytes that a request for a region of the output takes: the network with its weights, the input that is asked for, and the
   * output. */
  std::uint64_t
  EstimateMemory(const typename TOutputImage::RegionType & region);

  /** Windows and multiply-adds for a region of the output; compare the Factor of Tiling exact and blended. */
  UNetInferenceCost
  EstimateCost(const typename TOutputImage::RegionType & region);

  /** For an itk::StreamingImageFilter or a writer behind this filter: the fewest pieces of the whole image that are each one
   * row of the windows that MaximumMemory and MaximumWindowSize allow, or about eight rows of blended windows. */
  unsigned int
  GetNumberOfStreamDivisions();

  /** Makes the weights ready and computes a window of the size that an update of the whole output has, so that the first update
   * takes no longer than the others. */
  void
  WarmUp();

  /** Frees the network's weights and what else this filter holds on its device; the next update makes them ready again. */
  void
  ReleaseDeviceMemory();

  void
  UpdateOutputData(DataObject * output) override;

protected:
  UNetInferenceImageFilter();
  ~UNetInferenceImageFilter() override = default;

  void
  VerifyInputInformation() ITKv5_CONST override;
  void
  GenerateOutputInformation() override;
  void
  EnlargeOutputRequestedRegion(DataObject * output) override;
  void
  GenerateInputRequestedRegion() override;
  void
  GenerateTensors() override;

private:
  using InputRegionType = typename TInputImage::RegionType;
  using GridType = UNetGrid<ImageDimension>;

  /** The grids that the network sees the image on; none: only the image's own. */
  std::vector<GridType>
  MakeGrids() const;

  /** What the network finds on a grid, on the image's own. */
  TorchTensor
  ComputeOnGrid(const GridType &              grid,
                const InputRegionType &       region,
                const UNetIntensityScale &    scale,
                UNetInferenceOutput           output,
                const UNetInferenceObserver & observer);

  /** Means over grids, in pieces, so that probabilities are not held for all of a large region. */
  TorchTensor
  ComputeOnGrids(const std::vector<GridType> & grids, const UNetIntensityScale & scale);

  /** Of a computation that is this part of all, in [0, 1]. */
  UNetInferenceObserver
  MakeObserver(double begin, double end);
  void
  WarnOf(const UNetInferencePlan & plan);

  /** Makes all known that cost and memory depend on. */
  void
  Prepare();

  /** Of an image of this largest region: the input's, or a grid's. */
  const UNetInferencePlan &
  GetPlan(const InputRegionType & largest) const;

  /** The part of the input that decides a region of the output. */
  InputRegionType
  GetInputRegion(const InputRegionType & outputRegion) const;

  UNetInferenceParameters m_Parameters;
  UNetPrecision           m_UsedPrecision{ UNetPrecision::Automatic };

  mutable UNetInferenceSession m_Session;
  std::string                  m_Warning;
  const TInputImage *          m_WarnedInput{ nullptr };

  UNetWholeImageScale<TInputImage> m_Scale;
};
} // namespace itk

#ifndef ITK_MANUAL_INSTANTIATION
#  include "itkUNetInferenceImageFilter.hxx"
#endif

#endif
