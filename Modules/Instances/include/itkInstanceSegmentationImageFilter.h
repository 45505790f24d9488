// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkInstanceSegmentationImageFilter_h
#define itkInstanceSegmentationImageFilter_h

#include "itkInstanceSegmentation.h"
#include "itkInstanceSegmentationParameterized.h"
#include "itkSimpleDataObjectDecorator.h"
#include "itkTorchImageToImageFilter.h"
#include "itkTorchMacros.h"

namespace itk
{
/** \class InstanceSegmentationImageFilter
 * \brief Turns probabilities, such as those of UNetInferenceImageFilter, into objects 1 … N.
 *
 * | output | name | value |
 * |---|---|---|
 * | primary | | number of each pixel's object; 0 is background |
 * | `NumberOfObjects` | GetNumberOfObjects() | N |
 * | `SizeOfObjectsInPixels` | GetSizeOfObjectsInPixels() | pixels of the objects 1, 2, … |
 *
 * Channels states the meaning of a pixel's components. The filter requests the whole image. See InstanceSegmentation
 * for the steps and the errors.
 * \tparam TInputImage image of floats, or VectorImage or Image of vectors of floats
 * \tparam TOutputImage image of integers
 * \ingroup ITKTorchInstances
 */
template <typename TInputImage, typename TOutputImage = Image<unsigned int, TInputImage::ImageDimension>>
class ITK_TEMPLATE_EXPORT InstanceSegmentationImageFilter
  : public InstanceSegmentationParameterized<TorchImageToImageFilter<TInputImage, TOutputImage>>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(InstanceSegmentationImageFilter);

  using Self = InstanceSegmentationImageFilter;
  using Superclass = InstanceSegmentationParameterized<TorchImageToImageFilter<TInputImage, TOutputImage>>;
  using Pointer = SmartPointer<Self>;
  using ConstPointer = SmartPointer<const Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(InstanceSegmentationImageFilter);

  static constexpr unsigned int ImageDimension = TInputImage::ImageDimension;
  using ObjectSizesType = std::vector<SizeValueType>;
  using typename Superclass::DataObjectIdentifierType;
  using typename Superclass::DataObjectPointer;

  using ComponentType = TorchComponentOf<TInputImage>;
  static_assert(std::is_floating_point<ComponentType>::value, "Probabilities are float or double.");
  static_assert(std::is_integral<typename TOutputImage::PixelType>::value, "Labels are integers.");

  /** Results, valid after Update(). `GetXOutput()` is the decorated output, `GetX()` its value. */
  itkGetDecoratedOutputMacro(NumberOfObjects, SizeValueType);
  itkGetDecoratedOutputMacro(SizeOfObjectsInPixels, ObjectSizesType);

  using Superclass::MakeOutput;
  DataObjectPointer
  MakeOutput(const DataObjectIdentifierType & name) override;

protected:
  InstanceSegmentationImageFilter();
  ~InstanceSegmentationImageFilter() override = default;

  void
  VerifyInputInformation() const override;
  itkTorchWholeImagesMacro();
  void
  GenerateTensors() override;

private:
  itkSetDecoratedOutputMacro(NumberOfObjects, SizeValueType);
  void
  SetSizeOfObjectsInPixels(const ObjectSizesType & sizes);
};
} // namespace itk

#ifndef ITK_MANUAL_INSTANTIATION
#  include "itkInstanceSegmentationImageFilter.hxx"
#endif

#endif
