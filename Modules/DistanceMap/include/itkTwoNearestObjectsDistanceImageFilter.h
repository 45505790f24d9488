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
 * Labels are integers of any type; 0 is background. Where there is no object the distance is infinite and the label 0.
 * The filter asks for the whole image, unless MaximumDistance bounds its reach. See TwoNearestObjectsDistance.
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
  itkTypeMacro(TwoNearestObjectsDistanceImageFilter, TorchImageToImageFilter);

  static constexpr unsigned int ImageDimension = TInputImage::ImageDimension;
  using typename Superclass::DataObjectIdentifierType;
  using typename Superclass::DataObjectPointer;

  static_assert(std::is_integral<typename TInputImage::PixelType>::value, "Labels are integers.");
  static_assert(std::is_floating_point<typename TOutputImage::PixelType>::value, "Distances are float or double.");

  TOutputImage *
  GetSecondDistance();
  TInputImage *
  GetFirstLabel();
  TInputImage *
  GetSecondLabel();

  itkTorchParametersMacro(TwoNearestObjectsDistanceParameters);
  itkTorchParameterMacro(UseImageSpacing);
  itkBooleanMacro(UseImageSpacing);
  itkTorchParameterMacro(SquaredDistance);
  itkBooleanMacro(SquaredDistance);
  itkTorchParameterMacro(MaximumDistance);
  itkTorchParameterMacro(Border);

  using Superclass::MakeOutput;
  DataObjectPointer
  MakeOutput(const DataObjectIdentifierType & name) override;

protected:
  TwoNearestObjectsDistanceImageFilter();
  ~TwoNearestObjectsDistanceImageFilter() override = default;

  void
  VerifyInputInformation() ITKv5_CONST override;
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
