// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchMarkerWatershedImageFilter_h
#define itkTorchMarkerWatershedImageFilter_h

#include "itkMarkerWatershed.h"
#include "itkTorchImageToImageFilter.h"

namespace itk
{
/** \class TorchMarkerWatershedImageFilter
 * \brief Floods an image from the labels of markers, everywhere or within a mask.
 *
 * | input | set by | pixels |
 * |---|---|---|
 * | primary | SetInput() | landscape: numbers of any type |
 * | `MarkerImage` | SetMarkerImage() | labels to flood from; 0 is no marker |
 * | `MaskImage` | SetMaskImage(), optional | where it is 0 nothing flows and the output is 0 |
 *
 * The output has the markers' labels. All inputs must have the same pixels, and the filter asks for all of them. Parameters
 * and, for pixels of 8 and 16 bits and integers that span at most 65534, results without a mask are those of
 * itk::MorphologicalWatershedFromMarkersImageFilter. See MarkerWatershed.
 * \tparam TInputImage scalar image
 * \tparam TLabelImage image of integers
 * \ingroup ITKTorchInstances
 */
template <typename TInputImage,
          typename TLabelImage,
          typename TMaskImage = Image<unsigned char, TInputImage::ImageDimension>>
class ITK_TEMPLATE_EXPORT TorchMarkerWatershedImageFilter : public TorchImageToImageFilter<TInputImage, TLabelImage>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(TorchMarkerWatershedImageFilter);

  using Self = TorchMarkerWatershedImageFilter;
  using Superclass = TorchImageToImageFilter<TInputImage, TLabelImage>;
  using Pointer = SmartPointer<Self>;
  using ConstPointer = SmartPointer<const Self>;
  itkNewMacro(Self);
  itkTypeMacro(TorchMarkerWatershedImageFilter, TorchImageToImageFilter);

  static constexpr unsigned int ImageDimension = TInputImage::ImageDimension;

  static_assert(std::is_arithmetic<typename TInputImage::PixelType>::value, "A landscape is scalar.");
  static_assert(std::is_integral<typename TLabelImage::PixelType>::value, "Labels are integers.");
  static_assert(std::is_integral<typename TMaskImage::PixelType>::value, "A mask's pixels are integers.");

  itkSetInputMacro(MarkerImage, TLabelImage);
  itkGetInputMacro(MarkerImage, TLabelImage);
  itkSetInputMacro(MaskImage, TMaskImage);
  itkGetInputMacro(MaskImage, TMaskImage);

  itkTorchParametersMacro(MarkerWatershedParameters);
  itkTorchParameterMacro(FullyConnected);
  itkBooleanMacro(FullyConnected);
  itkTorchParameterMacro(MarkWatershedLine);
  itkBooleanMacro(MarkWatershedLine);
  itkTorchParameterMacro(LevelRange);

protected:
  TorchMarkerWatershedImageFilter();
  ~TorchMarkerWatershedImageFilter() override = default;

  void
  VerifyInputInformation() ITKv5_CONST override;
  void
  EnlargeOutputRequestedRegion(DataObject * output) override;
  void
  GenerateInputRequestedRegion() override;
  void
  GenerateTensors() override;

private:
  MarkerWatershedParameters m_Parameters;
};
} // namespace itk

#ifndef ITK_MANUAL_INSTANTIATION
#  include "itkTorchMarkerWatershedImageFilter.hxx"
#endif

#endif
