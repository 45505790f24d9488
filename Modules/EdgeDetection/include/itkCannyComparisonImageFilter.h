// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkCannyComparisonImageFilter_h
#define itkCannyComparisonImageFilter_h

#include "itkCannyComparison.h"
#include "itkTorchImageToImageFilter.h"
#include "itkTorchMacros.h"

#include "itkImage.h"
#include "itkRGBPixel.h"
#include "itkSimpleDataObjectDecorator.h"

namespace itk
{
/** \class CannyComparisonImageFilter
 * \brief Compares a segmentation with Canny edges, pixel by pixel and in numbers.
 *
 * | output | name | pixels |
 * |---|---|---|
 * | primary | | CannyAgreement: 0 neither, 1 both, 2 Canny only, 3 segmentation only |
 * | `Overlay` | GetOverlay() | the image in gray with these pixels in yellow, magenta and cyan |
 * | `Edges` | GetEdges() | Canny's edges, 1 or 0, in the image's pixel type |
 *
 * Decorated outputs are valid after `Update()`; lists have one number for each of Tolerances. Outputs that compare with
 * the truth are NaN without it. CannyPrecision, CannyRecall, CannyF: the edges against the outlines of the truth;
 * SegmentationPrecision, SegmentationRecall, SegmentationF: the outlines of the segmentation against them; AgreementF:
 * the edges against the outlines of the segmentation. CannyMeanDistance, CannyHausdorffDistance95,
 * SegmentationMeanDistance and SegmentationHausdorffDistance95 are distances from and to the outlines of the truth. See
 * CannyComparison.
 *
 * All inputs must lie on one grid. The filter asks for its whole inputs and makes its whole outputs, since edges are
 * linked across the image.
 * \tparam TInputImage scalar image of 2 or 3 dimensions
 * \tparam TLabelImage image of integers
 * \ingroup ITKTorchEdgeDetection */
template <typename TInputImage, typename TLabelImage = Image<unsigned short, TInputImage::ImageDimension>>
class ITK_TEMPLATE_EXPORT CannyComparisonImageFilter
  : public TorchImageToImageFilter<TInputImage, Image<unsigned char, TInputImage::ImageDimension>>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(CannyComparisonImageFilter);

  static constexpr unsigned int ImageDimension = TInputImage::ImageDimension;

  using AgreementImageType = Image<unsigned char, ImageDimension>;
  using Self = CannyComparisonImageFilter;
  using Superclass = TorchImageToImageFilter<TInputImage, AgreementImageType>;
  using Pointer = SmartPointer<Self>;
  using ConstPointer = SmartPointer<const Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(CannyComparisonImageFilter);

  using InputImageType = TInputImage;
  using LabelImageType = TLabelImage;
  using OverlayImageType = Image<RGBPixel<unsigned char>, ImageDimension>;
  using NumbersType = std::vector<double>;
  using typename Superclass::DataObjectIdentifierType;
  using typename Superclass::DataObjectPointer;

  static_assert(ImageDimension == 2 || ImageDimension == 3, "Images have 2 or 3 dimensions.");
  static_assert(TLabelImage::ImageDimension == ImageDimension, "Image and labels must have the same dimension.");
  static_assert(std::is_arithmetic<typename TInputImage::PixelType>::value, "The image must be scalar.");
  static_assert(std::is_integral<typename TLabelImage::PixelType>::value, "Labels are integers.");

  /** The labels whose outlines are compared; required. The image is the primary input. */
  itkSetInputMacro(Segmentation, LabelImageType);
  itkGetInputMacro(Segmentation, LabelImageType);

  /** The true labels; optional. */
  itkSetInputMacro(Truth, LabelImageType);
  itkGetInputMacro(Truth, LabelImageType);

  /** Of Canny; default: variance 2, thresholds by Otsu's method. */
  void
  SetCannyParameters(const CannyEdgeDetectionParameters & parameters)
  {
    m_CannyParameters = parameters;
    this->Modified();
  }
  const CannyEdgeDetectionParameters &
  GetCannyParameters() const
  {
    return m_CannyParameters;
  }

  itkTorchParametersMacro(CannyComparisonParameters);
  /** Largest distances at which boundaries match, for precision, recall and F. Default: 1,2,3 pixels (each at least
   * 0). */
  itkTorchParameterMacro(Tolerances);
  /** Largest distance at which boundaries match in the comparison image. Default: 2 pixels (at least 0). */
  itkTorchParameterMacro(AgreementTolerance);
  /** Whether a pixel may match several pixels (BF score) or only one (BSDS). Default: within-tolerance. */
  itkTorchParameterMacro(Matching);
  /** Measure distances and tolerances in physical units instead of pixels. Default: false. */
  itkTorchParameterMacro(UseImageSpacing);
  itkBooleanMacro(UseImageSpacing);

  itkTorchNamedOutputMacro(Overlay, "Overlay", OverlayImageType);
  itkTorchNamedOutputMacro(Edges, "Edges", TInputImage);

  itkTorchDecoratedOutputMacro(CannyPrecision, NumbersType);
  itkTorchDecoratedOutputMacro(CannyRecall, NumbersType);
  itkTorchDecoratedOutputMacro(CannyF, NumbersType);
  itkTorchDecoratedOutputMacro(CannyMeanDistance, double);
  itkTorchDecoratedOutputMacro(CannyHausdorffDistance95, double);
  itkTorchDecoratedOutputMacro(SegmentationPrecision, NumbersType);
  itkTorchDecoratedOutputMacro(SegmentationRecall, NumbersType);
  itkTorchDecoratedOutputMacro(SegmentationF, NumbersType);
  itkTorchDecoratedOutputMacro(SegmentationMeanDistance, double);
  itkTorchDecoratedOutputMacro(SegmentationHausdorffDistance95, double);
  itkTorchDecoratedOutputMacro(AgreementF, NumbersType);

  /** Thresholds that Canny used: given, or by its rule. */
  itkTorchDecoratedOutputMacro(LowerThreshold, double);
  itkTorchDecoratedOutputMacro(UpperThreshold, double);

  using Superclass::MakeOutput;
  DataObjectPointer
  MakeOutput(const DataObjectIdentifierType & name) override;

protected:
  CannyComparisonImageFilter();
  ~CannyComparisonImageFilter() override = default;

  void
  VerifyPreconditions() const override;
  void
  VerifyInputInformation() const override;
  itkTorchWholeImagesMacro();
  void
  GenerateTensors() override;
  void
  PrintSelf(std::ostream & os, Indent indent) const override;

private:
  template <typename TValue>
  void
  SetResult(const char * name, const TValue & value);

  /** Outputs `XPrecision`, … for the boundary X. */
  void
  SetComparison(const std::string & boundary, const BoundaryComparison & comparison);

  CannyEdgeDetectionParameters m_CannyParameters;
  CannyComparisonParameters    m_Parameters;
};
} // namespace itk

#ifndef ITK_MANUAL_INSTANTIATION
#  include "itkCannyComparisonImageFilter.hxx"
#endif

#endif
