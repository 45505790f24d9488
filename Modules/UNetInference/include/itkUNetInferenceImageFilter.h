// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetInferenceImageFilter_h
#define itkUNetInferenceImageFilter_h

#include "itkTorchImageToImageFilter.h"
#include "itkUNetGrid.h"
#include "itkUNetInferenceSession.h"
#include "itkUNetWholeImageScale.h"
#include <set>

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
 * The input is a scalar, color or vector image of any size from 1 pixel up, in 2D or 3D. The model's intensity
 * normalization is applied to it, it is mirrored up to a multiple of the network's stride, and the result is cropped
 * back: the output lies on the input's grid.
 *
 * A region of the output is computed from the part of the input that it depends on, whose margin follows from the
 * network: the overlap-tile strategy of the U-Net paper is this filter behind an itk::StreamingImageFilter, or in front
 * of a writer with stream divisions. The result is the whole image's, with |Δ| ≤ 10⁻⁵ · max |logit|. Within a requested
 * region the network sees windows of at most MaximumWindowSize that fit into MaximumMemory. Networks with instance or
 * group normalization, for which tiles cannot be exact, and any network with Tiling blended, see overlapping windows
 * that are blended; a TorchWarningEvent reports this if it was not chosen. Another TorchWarningEvent reports that a
 * device ran out of memory and the window size was reduced.
 *
 * An image of another pixel size than the model's is resampled to that, and the probabilities back onto the input's
 * grid, before labels are taken; both with native filters, for the requested region only. A volume of another
 * orientation than the model's is turned to it, and the result back.
 *
 * Percentiles, mean and polarity of the intensity normalization are those of the whole image: when only a part of it is
 * asked for, the input is first read through once for each pass of UNetIntensityMeasurement, in pieces, and then again
 * only when the pipeline before it has changed.
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
  itkOverrideGetNameOfClassMacro(UNetInferenceImageFilter);

  static constexpr unsigned int ImageDimension = TInputImage::ImageDimension;

  static_assert(
    UNetOutputTraits<TOutputImage>::IsVectorImage || std::is_arithmetic<typename TOutputImage::PixelType>::value,
    "The output must be an itk::VectorImage for the probabilities of all classes, or have single numbers as "
    "pixels: how many classes there are is known when the model has been read.");

  /** The trained network. Required. */
  itkSetInputMacro(Model, UNetModel);
  itkGetInputMacro(Model, UNetModel);

  itkTorchParametersMacro(UNetInferenceParameters);
  /** Probability above which a pixel is labeled foreground, for one or two classes. Default: 0.5 (in [0, 1]). */
  itkTorchParameterMacro(Threshold);
  /** Largest edge length of the window that the network sees at once. In exact tiling it affects only rounding, and 0
   * means no limit; in blended tiling it changes the result, and 0 means 512 in 2D and 128 in 3D. Default: 0 pixels (in
   * [0, 1048576]). */
  itkTorchParameterMacro(MaximumWindowSize);
  /** Memory that the network may use; it decides the windows of exact tiling. 0: half of the free main memory, or nine
   * tenths of a GPU's free memory. It affects only the rounding of results. Default: 0 MiB (in [0, 1073741824]). */
  itkTorchParameterMacro(MaximumMemory);
  /** How windows are combined into the image; auto: exact, but blended for networks with instance or group
   * normalization, for which tiles cannot be exact. Default: auto. */
  itkTorchParameterMacro(Tiling);
  /** Fraction of a window that overlaps the next one in blended tiling. Default: 0.25 (in [0, 0.9]). */
  itkTorchParameterMacro(BlendedOverlap);
  /** Number type that the network computes in; auto: the fastest that the model's card permits, float32 without one.
   * Default: auto. */
  itkTorchParameterMacro(Precision);
  /** How 3x3 convolutions are computed on the CPU; winograd: with fewer multiplications, in float32 about twice as
   * fast but with twice the rounding errors; auto: as the model's card permits, else direct in float32, and
   * winograd in bfloat16, whose own rounding errors are larger. Default: auto. */
  itkTorchParameterMacro(Convolution);
  /** Transforms of the image over which results are averaged: none; all flips (4 images, in 3D 8); all flips and
   * quarter turns (8 in 2D). Default: none. */
  itkTorchParameterMacro(TestTimeAugmentation);
  /** If above 1, the image is also computed enlarged and reduced by this factor, and the three probabilities are
   * averaged. Default: 1 (in [1, 4]). */
  itkTorchParameterMacro(ScaleStep);
  /** Resample an image whose pixel size differs from the model's, and the probabilities back onto the image's grid; if
   * off, such an image is an error. Default: true. */
  itkTorchParameterMacro(ResampleToModelSpacing);
  itkBooleanMacro(ResampleToModelSpacing);

  /** Of the last update; Automatic before the first one. */
  itkGetConstMacro(UsedPrecision, UNetPrecision);
  itkGetConstMacro(UsedConvolution, UNetConvolution);

  /** Bytes that a request for a region of the output takes: the network with its weights, the input that is asked for,
   * and the output. */
  std::uint64_t
  EstimateMemory(const typename TOutputImage::RegionType & region);

  /** Windows and multiply-adds for a region of the output; compare the Factor of Tiling exact and blended. */
  UNetInferenceCost
  EstimateCost(const typename TOutputImage::RegionType & region);

  /** For an itk::StreamingImageFilter or a writer behind this filter: the fewest pieces of the whole image that are
   * each one row of the windows that MaximumMemory and MaximumWindowSize allow, or about eight rows of blended
   * windows. */
  unsigned int
  GetNumberOfStreamDivisions();

  /** Makes the weights ready and computes a window of the size that an update of the whole output has, so that the
   * first update takes no longer than the others. */
  void
  WarmUp();

  /** Frees the network's weights and what else this filter holds on its device; the next update makes them ready
   * again. */
  void
  ReleaseDeviceMemory();

  void
  UpdateOutputData(DataObject * output) override;

protected:
  UNetInferenceImageFilter();
  ~UNetInferenceImageFilter() override = default;

  void
  VerifyInputInformation() const override;
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
  /** For an image, not for each of its pieces. */
  void
  WarnOnce(const std::string & warning);
  /** If the image's polarity was guessed and may be wrong. */
  void
  WarnOf(const UNetIntensityScale & scale);

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
  UNetConvolution         m_UsedConvolution{ UNetConvolution::Automatic };

  mutable UNetInferenceSession m_Session;
  std::set<std::string>        m_Warnings;
  const TInputImage *          m_WarnedInput{ nullptr };
  ModifiedTimeType             m_WarnedTime{ 0 };

  UNetWholeImageScale<TInputImage> m_Scale;
};
} // namespace itk

#ifndef ITK_MANUAL_INSTANTIATION
#  include "itkUNetInferenceImageFilter.hxx"
#endif

#endif
