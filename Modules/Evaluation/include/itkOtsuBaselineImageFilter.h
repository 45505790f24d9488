// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkOtsuBaselineImageFilter_h
#define itkOtsuBaselineImageFilter_h

#include "itkDefaultConvertPixelTraits.h"
#include "itkImageToImageFilter.h"
#include "itkTorchMacros.h"

#include <type_traits>

namespace itk
{
/** \class OtsuBaselineImageFilter
 * \brief Finds objects by a global threshold: the baseline that every network is compared with.
 *
 * The input is an 8-bit image with one (gray), three (RGB) or four (RGBA, alpha is ignored) components. Its luminance
 * \f$ \lfloor 0.299 R + 0.587 G + 0.114 B + 0.5 \rfloor \f$ (ITU-R BT.601) is cut by UnitBinOtsuThreshold; what is
 * brighter is foreground, and foreground and background are exchanged when more than half of the pixels are
 * foreground. The output is 1 on objects and 0 elsewhere; an image of one gray value has no object.
 *
 * The threshold belongs to the whole image, so the filter asks for its whole input and makes its whole output.
 * `Update()` throws when the image has another number of components. */
template <typename TInputImage, typename TOutputImage>
class ITK_TEMPLATE_EXPORT OtsuBaselineImageFilter : public ImageToImageFilter<TInputImage, TOutputImage>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(OtsuBaselineImageFilter);

  using Self = OtsuBaselineImageFilter;
  using Superclass = ImageToImageFilter<TInputImage, TOutputImage>;
  using Pointer = SmartPointer<Self>;
  using ConstPointer = SmartPointer<const Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(OtsuBaselineImageFilter);

  using InputImageType = TInputImage;
  using OutputImageType = TOutputImage;
  using InputPixelType = typename TInputImage::PixelType;
  using OutputPixelType = typename TOutputImage::PixelType;
  using RegionType = typename TOutputImage::RegionType;

  static constexpr unsigned int ImageDimension = TInputImage::ImageDimension;

  static_assert(TOutputImage::ImageDimension == ImageDimension, "Input and output must have the same dimension.");
  static_assert(std::is_same_v<typename DefaultConvertPixelTraits<InputPixelType>::ComponentType, unsigned char>,
                "OtsuBaselineImageFilter works on 8-bit components.");

  /** Of a pixel, 0 to 255. */
  static unsigned int
  Luminance(const InputPixelType & pixel);

protected:
  OtsuBaselineImageFilter() = default;
  ~OtsuBaselineImageFilter() override = default;

  void
  VerifyInputInformation() const override;

  itkTorchWholeImagesMacro();

  void
  GenerateData() override;
};
} // namespace itk

#ifndef ITK_MANUAL_INSTANTIATION
#  include "itkOtsuBaselineImageFilter.hxx"
#endif

#endif
