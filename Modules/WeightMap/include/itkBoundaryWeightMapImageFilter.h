// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkBoundaryWeightMapImageFilter_h
#define itkBoundaryWeightMapImageFilter_h

#include "itkBoundaryWeightMap.h"
#include "itkTorchImageToImageFilter.h"

namespace itk
{
/** \class BoundaryWeightMapImageFilter
 * \brief Computes weights from a label image that make a network learn the gaps between touching objects.
 *
 * | output | name | pixels |
 * |---|---|---|
 * | primary | | weights |
 * | `SeparatedLabels` | GetSeparatedLabels() | the labels with a gap of GapWidth pixels between touching objects, from which the weights are computed then; a copy of the input for GapWidth 0 |
 *
 * SetParameters() takes BoundaryWeightMapParameters::Paper() or Falk(). Each label other than 0 is one object.
 *
 * Regions can be streamed, with the same weights bit for bit: the terms have a finite reach, by which the input region
 * is padded. The filter asks for the whole image with an infinite CutOff, and to count pixels for
 * BoundaryWeightClasses::InverseFrequency. See BoundaryWeightMap for the formula.
 * \tparam TInputImage image of integers
 * \tparam TOutputImage image of float
 * \ingroup ITKTorchWeightMap
 */
template <typename TInputImage, typename TOutputImage = Image<float, TInputImage::ImageDimension>>
class ITK_TEMPLATE_EXPORT BoundaryWeightMapImageFilter : public TorchImageToImageFilter<TInputImage, TOutputImage>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(BoundaryWeightMapImageFilter);

  using Self = BoundaryWeightMapImageFilter;
  using Superclass = TorchImageToImageFilter<TInputImage, TOutputImage>;
  using Pointer = SmartPointer<Self>;
  using ConstPointer = SmartPointer<const Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(BoundaryWeightMapImageFilter);

  static constexpr unsigned int ImageDimension = TInputImage::ImageDimension;
  using typename Superclass::DataObjectIdentifierType;
  using typename Superclass::DataObjectPointer;

  static_assert(std::is_integral<typename TInputImage::PixelType>::value, "Labels are integers.");
  static_assert(std::is_same<typename TOutputImage::PixelType, float>::value, "Weights are float.");

  /** The labels with gaps between touching objects. */
  itkTorchNamedOutputMacro(SeparatedLabels, "SeparatedLabels", TInputImage);

  itkTorchParametersMacro(BoundaryWeightMapParameters);
  /** Height w0 of the border term. Default: 10 (at least 0). */
  itkTorchParameterMacro(BorderWeight);
  /** Width of the border term, in pixels of the finest axis or, with UseImageSpacing, in physical units. Default: 5
   * (greater than 0). */
  itkTorchParameterMacro(Sigma);
  /** Divisor of (d1 + d2) squared in the exponent of the border term. Default: two-sigma-squared. */
  itkTorchParameterMacro(SigmaRule);
  /** Height of the nearest-object term. Default: 0 (at least 0). */
  itkTorchParameterMacro(ProximityWeight);
  /** Width of the nearest-object term, in the unit of Sigma. Default: 10 (greater than 0). */
  itkTorchParameterMacro(ProximitySigma);
  /** Pixels to which the terms are added. Default: everywhere. */
  itkTorchParameterMacro(Region);
  /** Measure distances to the center of an object's nearest pixel, or to that pixel's edge. Default: pixel-center. */
  itkTorchParameterMacro(Border);
  /** Measure distances and widths in physical units. Default: false. */
  itkTorchParameterMacro(UseImageSpacing);
  itkBooleanMacro(UseImageSpacing);
  /** Weight of a pixel's class: 1, inversely proportional to its frequency with mean 1, or from ClassWeights. Default:
   * none. */
  itkTorchParameterMacro(ClassWeighting);
  /** Weights of background, class 1, …, used if ClassWeighting is given. Default: 1,1 (each at least 0). */
  itkTorchParameterMacro(ClassWeights);
  /** Compute the terms for the objects of each class and add them, instead of for all objects together. Default:
   * false. */
  itkTorchParameterMacro(TermsPerClass);
  itkBooleanMacro(TermsPerClass);
  /** Label to ignore: its pixels are no object and have weight 0; 0 for none. Default: 0. */
  itkTorchParameterMacro(IgnoreLabel);
  /** Upper limit of the weights. Default: inf (greater than 0). */
  itkTorchParameterMacro(MaximumWeight);
  /** Distance beyond which terms are 0, in the unit of Sigma; 0: where they fall below float resolution; inf: no
   * limit. Default: 0 (at least 0). */
  itkTorchParameterMacro(CutOff);
  /** Width of the gap of background that is cut between touching objects; 0 for no gap. Default: 0 pixels (in [0,
   * 100]). */
  itkTorchParameterMacro(GapWidth);

  /** Class of the labels that it names, 1 to 255; others are of class 1, background is of class 0. Default: none. */
  void
  SetClassOfLabel(const std::map<std::int64_t, unsigned int> & classOfLabel);
  const std::map<std::int64_t, unsigned int> &
  GetClassOfLabel() const
  {
    return m_ClassOfLabel;
  }

  using Superclass::MakeOutput;
  DataObjectPointer
  MakeOutput(const DataObjectIdentifierType & name) override;

protected:
  BoundaryWeightMapImageFilter();
  ~BoundaryWeightMapImageFilter() override = default;

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

private:
  BoundaryWeightMapParameters          m_Parameters;
  std::map<std::int64_t, unsigned int> m_ClassOfLabel;
};
} // namespace itk

#ifndef ITK_MANUAL_INSTANTIATION
#  include "itkBoundaryWeightMapImageFilter.hxx"
#endif

#endif
