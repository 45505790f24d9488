// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkBoundaryWeightMapImageFilter_h
#define itkBoundaryWeightMapImageFilter_h

#include "itkBoundaryWeightMap.h"
#include "itkTorchImageToImageFilter.h"

namespace itk
{
/** \class BoundaryWeightMapImageFilter
 * \brief Label image to the weights that make a network learn the gaps between touching objects.
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
  itkTypeMacro(BoundaryWeightMapImageFilter, TorchImageToImageFilter);

  static constexpr unsigned int ImageDimension = TInputImage::ImageDimension;
  using typename Superclass::DataObjectIdentifierType;
  using typename Superclass::DataObjectPointer;

  static_assert(std::is_integral<typename TInputImage::PixelType>::value, "Labels are integers.");
  static_assert(std::is_same<typename TOutputImage::PixelType, float>::value, "Weights are float.");

  TInputImage *
  GetSeparatedLabels();

  itkTorchParametersMacro(BoundaryWeightMapParameters);
  itkTorchParameterMacro(BorderWeight);
  itkTorchParameterMacro(Sigma);
  itkTorchParameterMacro(SigmaRule);
  itkTorchParameterMacro(ProximityWeight);
  itkTorchParameterMacro(ProximitySigma);
  itkTorchParameterMacro(Region);
  itkTorchParameterMacro(Border);
  itkTorchParameterMacro(UseImageSpacing);
  itkBooleanMacro(UseImageSpacing);
  itkTorchParameterMacro(ClassWeighting);
  itkTorchParameterMacro(ClassWeights);
  itkTorchParameterMacro(TermsPerClass);
  itkBooleanMacro(TermsPerClass);
  itkTorchParameterMacro(IgnoreLabel);
  itkTorchParameterMacro(MaximumWeight);
  itkTorchParameterMacro(CutOff);
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
  VerifyPreconditions() ITKv5_CONST override;
  void
  VerifyInputInformation() ITKv5_CONST override;
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
