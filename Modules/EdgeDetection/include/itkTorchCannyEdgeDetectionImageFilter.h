// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchCannyEdgeDetectionImageFilter_h
#define itkTorchCannyEdgeDetectionImageFilter_h

#include "itkCannyEdgeDetection.h"
#include "itkTorchImageToImageFilter.h"
#include "itkCovariantVector.h"
#include "itkFixedArray.h"

namespace itk
{
/** Whether TorchCannyEdgeDetectionImageFilter takes images of such pixels: float or double, as ITK's filter. */
template <typename TPixel>
constexpr bool IsCannyPixel{ std::is_same<TPixel, float>::value || std::is_same<TPixel, double>::value };

/** \class TorchCannyEdgeDetectionImageFilter
 * \brief Canny edge detection with the parameters and, by default, exactly the edges of
 * itk::CannyEdgeDetectionImageFilter.
 *
 * | output | name | pixels |
 * |---|---|---|
 * | primary | | 1 on edges, else 0 |
 * | `GradientMagnitude` | GetGradientMagnitudeImage() | m, with ProduceGradientMagnitudeOn() |
 * | `GradientDirection` | GetGradientDirectionImage() | unit vector along the image's axes towards brighter pixels, with ProduceGradientDirectionOn() |
 * | `NonMaximumSuppression` | GetNonMaximumSuppressionImage() | m of the pixels that survive, else 0, with ProduceNonMaximumSuppressionOn() |
 *
 * An output that is not switched on is empty; updating it, as a downstream filter does, throws an ExceptionObject. See
 * CannyEdgeDetection for the method and the definition of m.
 *
 * Hysteresis follows edges through the whole image, so the filter asks for its whole input and makes its whole output
 * at once; behind a streaming filter it runs once and gives the same edges.
 *
 * Update() throws an ExceptionObject where LowerThreshold is above UpperThreshold, which ITK's filter takes, and where
 * a pixel is not finite.
 * \tparam TInputImage image of float or double, in 2D or 3D; integers are cast first, as for ITK's filter
 * \tparam TOutputImage image of the same pixel type
 * \ingroup ITKTorchEdgeDetection
 */
template <typename TInputImage, typename TOutputImage = TInputImage>
class ITK_TEMPLATE_EXPORT TorchCannyEdgeDetectionImageFilter : public TorchImageToImageFilter<TInputImage, TOutputImage>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(TorchCannyEdgeDetectionImageFilter);

  using Self = TorchCannyEdgeDetectionImageFilter;
  using Superclass = TorchImageToImageFilter<TInputImage, TOutputImage>;
  using Pointer = SmartPointer<Self>;
  using ConstPointer = SmartPointer<const Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(TorchCannyEdgeDetectionImageFilter);

  static constexpr unsigned int ImageDimension = TInputImage::ImageDimension;
  using InputImagePixelType = typename TInputImage::PixelType;
  using OutputImagePixelType = typename TOutputImage::PixelType;
  using OutputImageType = TOutputImage;
  using ArrayType = FixedArray<double, ImageDimension>;
  using DirectionImageType = Image<CovariantVector<OutputImagePixelType, ImageDimension>, ImageDimension>;
  using typename Superclass::DataObjectIdentifierType;
  using typename Superclass::DataObjectPointer;

  static_assert(IsCannyPixel<InputImagePixelType>, "The input's pixels are float or double: cast integers first.");
  static_assert(std::is_same<InputImagePixelType, OutputImagePixelType>::value,
                "Input and output have the same pixel type.");

  static_assert(ImageDimension == 2 || ImageDimension == 3, "Images have 2 or 3 dimensions.");

  itkTorchNamedOutputMacro(GradientMagnitudeImage, "GradientMagnitude", OutputImageType);
  itkTorchNamedOutputMacro(GradientDirectionImage, "GradientDirection", DirectionImageType);
  itkTorchNamedOutputMacro(NonMaximumSuppressionImage, "NonMaximumSuppression", OutputImageType);

  /** Which outputs to make besides the edges. Default: none. */
  itkSetMacro(ProduceGradientMagnitude, bool);
  itkGetConstMacro(ProduceGradientMagnitude, bool);
  itkBooleanMacro(ProduceGradientMagnitude);
  itkSetMacro(ProduceGradientDirection, bool);
  itkGetConstMacro(ProduceGradientDirection, bool);
  itkBooleanMacro(ProduceGradientDirection);
  itkSetMacro(ProduceNonMaximumSuppression, bool);
  itkGetConstMacro(ProduceNonMaximumSuppression, bool);
  itkBooleanMacro(ProduceNonMaximumSuppression);

  itkTorchParametersMacro(CannyEdgeDetectionParameters);
  /** Compute derivatives per pixel as in ITK, or per physical unit. Default: itk-compatible. */
  itkTorchParameterMacro(SpacingMode);
  /** Use the given thresholds, or find them from the gradient's maxima (not in ITK). Default: given. */
  itkTorchParameterMacro(ThresholdRule);

  /** Variance of the Gaussian along each axis, in physical units squared. Default: 0. */
  void
  SetVariance(const ArrayType & variance);
  void
  SetVariance(double variance);
  ArrayType
  GetVariance() const;

  /** Part of the Gaussian's area that its kernel may leave out, along each axis. Default: 0.01. */
  void
  SetMaximumError(const ArrayType & error);
  void
  SetMaximumError(double error);
  ArrayType
  GetMaximumError() const;

  /** Pixels above it are edges. Default: 0. */
  void
  SetUpperThreshold(OutputImagePixelType threshold);
  OutputImagePixelType
  GetUpperThreshold() const;

  /** Pixels above it are edges where they touch an edge. Default: 0. */
  void
  SetLowerThreshold(OutputImagePixelType threshold);
  OutputImagePixelType
  GetLowerThreshold() const;

  /** After Update(): the thresholds of the last execution, given or found by ThresholdRule. */
  itkGetConstMacro(UsedUpperThreshold, OutputImagePixelType);
  itkGetConstMacro(UsedLowerThreshold, OutputImagePixelType);

  using Superclass::MakeOutput;
  DataObjectPointer
  MakeOutput(const DataObjectIdentifierType & name) override;

protected:
  TorchCannyEdgeDetectionImageFilter();
  ~TorchCannyEdgeDetectionImageFilter() override = default;

  void
  VerifyPreconditions() const override;
  void
  VerifyInputInformation() const override;
  void
  EnlargeOutputRequestedRegion(DataObject * output) override;
  void
  GenerateInputRequestedRegion() override;
  void
  GenerateTensors() override;
  void
  PrintSelf(std::ostream & os, Indent indent) const override;

private:
  void
  SetNumbers(std::vector<double> CannyEdgeDetectionParameters::*member, const std::vector<double> & values);
  static ArrayType
  ToArray(const std::vector<double> & values);

  CannyEdgeDetectionParameters m_Parameters;
  bool                         m_ProduceGradientMagnitude{ false };
  bool                         m_ProduceGradientDirection{ false };
  bool                         m_ProduceNonMaximumSuppression{ false };
  OutputImagePixelType         m_UsedUpperThreshold{ 0 };
  OutputImagePixelType         m_UsedLowerThreshold{ 0 };
};
} // namespace itk

#ifndef ITK_MANUAL_INSTANTIATION
#  include "itkTorchCannyEdgeDetectionImageFilter.hxx"
#endif

#endif
