// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkCannyComparisonImageFilter_h
#define itkCannyComparisonImageFilter_h

#include "itkCannyComparison.h"
#include "itkTorchImageToImageFilter.h"

#include "itkImage.h"
#include "itkRGBPixel.h"
#include "itkSimpleDataObjectDecorator.h"

namespace itk
{
/** A decorated output `GetXOutput()`, and its value `GetX()`. */
#define itkCannyComparisonResultMacro(name, type)                                                                      \
  const SimpleDataObjectDecorator<type> * Get##name##Output() const                                                    \
  {                                                                                                                    \
    return static_cast<const SimpleDataObjectDecorator<type> *>(this->ProcessObject::GetOutput(#name));                \
  }                                                                                                                    \
  const type & Get##name() const                                                                                       \
  {                                                                                                                    \
    return this->Get##name##Output()->Get();                                                                           \
  }                                                                                                                    \
  static_assert(true, "needs a semicolon")

/** \class CannyComparisonImageFilter
 * \brief What a segmentation finds beside Canny's edges, pixel by pixel and in numbers.
 *
 * | output | name | pixels |
 * |---|---|---|
 * | primary | | CannyAgreement: 0 neither, 1 both, 2 Canny only, 3 segmentation only |
 * | `Overlay` | GetOverlay() | the image in gray with these pixels in yellow, magenta and cyan |
 * | `Edges` | GetEdges() | Canny's edges, 1 or 0, in the image's pixel type |
 *
 * Decorated outputs are valid after `Update()`; lists have one number for each of Tolerances. Those against the truth are NaN
 * without it. CannyPrecision, CannyRecall, CannyF: the edges against the outlines of the truth; SegmentationPrecision,
 * SegmentationRecall, SegmentationF: the outlines of the segmentation against them; AgreementF: the edges against the
 * outlines of the segmentation. CannyMeanDistance, CannyHausdorffDistance95, SegmentationMeanDistance and
 * SegmentationHausdorffDistance95 are distances from and to the outlines of the truth. See CannyComparison.
 *
 * All inputs must lie on one grid. The filter asks for its whole inputs and makes its whole outputs, since edges are linked
 * across the image.
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
  itkTypeMacro(CannyComparisonImageFilter, TorchImageToImageFilter);

  using InputImageType = TInputImage;
  using LabelImageType = TLabelImage;
  using OverlayImageType = Image<RGBPixel<unsigned char>, ImageDimension>;
  using NumbersType = std::vector<double>;
  using typename Superclass::DataObjectIdentifierType;
  using typename Superclass::DataObjectPointer;

  static_assert(ImageDimension == 2 || ImageDimension == 3, "Edges are found in 2D and in 3D.");
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
  itkTorchParameterMacro(Tolerances);
  itkTorchParameterMacro(AgreementTolerance);
  itkTorchParameterMacro(Matching);
  itkTorchParameterMacro(UseImageSpacing);
  itkBooleanMacro(UseImageSpacing);

  OverlayImageType *
  GetOverlay();
  TInputImage *
  GetEdges();

  itkCannyComparisonResultMacro(CannyPrecision, NumbersType);
  itkCannyComparisonResultMacro(CannyRecall, NumbersType);
  itkCannyComparisonResultMacro(CannyF, NumbersType);
  itkCannyComparisonResultMacro(CannyMeanDistance, double);
  itkCannyComparisonResultMacro(CannyHausdorffDistance95, double);
  itkCannyComparisonResultMacro(SegmentationPrecision, NumbersType);
  itkCannyComparisonResultMacro(SegmentationRecall, NumbersType);
  itkCannyComparisonResultMacro(SegmentationF, NumbersType);
  itkCannyComparisonResultMacro(SegmentationMeanDistance, double);
  itkCannyComparisonResultMacro(SegmentationHausdorffDistance95, double);
  itkCannyComparisonResultMacro(AgreementF, NumbersType);

  /** Thresholds that Canny used: given, or by its rule. */
  itkCannyComparisonResultMacro(LowerThreshold, double);
  itkCannyComparisonResultMacro(UpperThreshold, double);

  using Superclass::MakeOutput;
  DataObjectPointer
  MakeOutput(const DataObjectIdentifierType & name) override;

protected:
  CannyComparisonImageFilter();
  ~CannyComparisonImageFilter() override = default;

  void
  VerifyPreconditions() ITKv5_CONST override;
  void
  VerifyInputInformation() ITKv5_CONST override;
  void
  EnlargeOutputRequestedRegion(DataObject * output) override;
  void
  GenerateInputRequestedRegion() override;
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
