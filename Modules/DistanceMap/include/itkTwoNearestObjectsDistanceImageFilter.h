// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTwoNearestObjectsDistanceImageFilter_h
#define itkTwoNearestObjectsDistanceImageFilter_h

#include "itkTorchImageToImageFilter.h"
#include "itkTwoNearestObjectsDistance.h"

namespace itk
{
/** \class TwoNearestObjectsDistanceImageFilter
 * \brief Exact distances from each pixel of a label image to the nearest object and to the nearest other one.
 *
 * | output | name | pixels |
 * |---|---|---|
 * | primary | | distance to the nearest object; 0 inside one |
 * | `SecondDistance` | GetSecondDistance() | distance to the nearest object of another label |
 * | `FirstLabel` | GetFirstLabel() | label of the nearest object |
 * | `SecondLabel` | GetSecondLabel() | label of the nearest other one |
 *
 * Labels are integers of any type; 0 is background. If there is no such object, the distance is infinite and the
 * label 0. The filter requests the whole image, unless MaximumDistance limits the search. See
 * TwoNearestObjectsDistance.
 * \tparam TInputImage image of integers
 * \tparam TOutputImage image of float or double
 * \ingroup ITKTorchDistanceMap
 */
template <typename TInputImage, typename TOutputImage = Image<float, TInputImage::ImageDimension>>
class ITK_TEMPLATE_EXPORT TwoNearestObjectsDistanceImageFilter
  : public TorchImageToImageFilter<TInputImage, TOutputImage>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(TwoNearestObjectsDistanceImageFilter);

  using Self = TwoNearestObjectsDistanceImageFilter;
  using Superclass = TorchImageToImageFilter<TInputImage, TOutputImage>;
  using Pointer = SmartPointer<Self>;
  using ConstPointer = SmartPointer<const Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(TwoNearestObjectsDistanceImageFilter);

  static constexpr unsigned int ImageDimension = TInputImage::ImageDimension;
  using typename Superclass::DataObjectIdentifierType;
  using typename Superclass::DataObjectPointer;

  static_assert(std::is_integral<typename TInputImage::PixelType>::value, "Labels are integers.");
  static_assert(std::is_floating_point<typename TOutputImage::PixelType>::value, "Distances are float or double.");

  itkTorchNamedOutputMacro(SecondDistance, "SecondDistance", TOutputImage);
  itkTorchNamedOutputMacro(FirstLabel, "FirstLabel", TInputImage);
  itkTorchNamedOutputMacro(SecondLabel, "SecondLabel", TInputImage);

  itkTorchParametersMacro(TwoNearestObjectsDistanceParameters);
  /** Measure distances in physical units instead of pixels of the finest axis. Default: true. */
  itkTorchParameterMacro(UseImageSpacing);
  itkBooleanMacro(UseImageSpacing);
  /** Output squared distances. Default: false. */
  itkTorchParameterMacro(SquaredDistance);
  itkBooleanMacro(SquaredDistance);
  /** Objects farther away are ignored, so that regions can be streamed; this number is never squared. Default: inf
   * (greater than 0). */
  itkTorchParameterMacro(MaximumDistance);
  /** Measure distances to the center of an object's nearest pixel, or to that pixel's edge. Default: pixel-center. */
  itkTorchParameterMacro(Border);

  using Superclass::MakeOutput;
  DataObjectPointer
  MakeOutput(const DataObjectIdentifierType & name) override;

protected:
  TwoNearestObjectsDistanceImageFilter();
  ~TwoNearestObjectsDistanceImageFilter() override = default;

  void
  VerifyInputInformation() const override;
  void
  EnlargeOutputRequestedRegion(DataObject * output) override;
  void
  GenerateInputRequestedRegion() override;
  void
  GenerateTensors() override;

private:
  TwoNearestObjectsDistanceParameters m_Parameters;
};
} // namespace itk

#ifndef ITK_MANUAL_INSTANTIATION
#  include "itkTwoNearestObjectsDistanceImageFilter.hxx"
#endif

#endif
