// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchMarkerWatershedImageFilter_h
#define itkTorchMarkerWatershedImageFilter_h

#include "itkMarkerWatershed.h"
#include "itkTorchImageToImageFilter.h"
#include "itkTorchMacros.h"

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
 * The output has the markers' labels. All inputs must have the same pixels, and the filter asks for all of them.
 * Parameters and, for pixels of 8 and 16 bits and integers that span at most 65534, results without a mask are those of
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
  itkOverrideGetNameOfClassMacro(TorchMarkerWatershedImageFilter);

  static constexpr unsigned int ImageDimension = TInputImage::ImageDimension;

  static_assert(std::is_arithmetic<typename TInputImage::PixelType>::value, "A landscape is scalar.");
  static_assert(std::is_integral<typename TLabelImage::PixelType>::value, "Labels are integers.");
  static_assert(std::is_integral<typename TMaskImage::PixelType>::value, "A mask's pixels are integers.");

  /** Labels from which the regions grow; required. */
  itkSetInputMacro(MarkerImage, TLabelImage);
  itkGetInputMacro(MarkerImage, TLabelImage);
  /** Pixels that regions may reach: those other than 0; optional, without it all. */
  itkSetInputMacro(MaskImage, TMaskImage);
  itkGetInputMacro(MaskImage, TMaskImage);

  itkTorchParametersMacro(MarkerWatershedParameters);
  /** Flood also across edges and corners. Default: false. */
  itkTorchParameterMacro(FullyConnected);
  itkBooleanMacro(FullyConnected);
  /** Pixels where the floods of two markers meet stay 0. Default: true. */
  itkTorchParameterMacro(MarkWatershedLine);
  itkBooleanMacro(MarkWatershedLine);
  /** Range of values that is divided into levels, for a landscape of more than 16 bits; inf: its own minimum or
   * maximum. Default: -inf,inf. */
  itkTorchParameterMacro(LevelRange);

protected:
  TorchMarkerWatershedImageFilter();
  ~TorchMarkerWatershedImageFilter() override = default;

  void
  VerifyInputInformation() const override;
  itkTorchWholeImagesMacro();
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
