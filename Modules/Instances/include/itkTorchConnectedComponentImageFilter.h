// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchConnectedComponentImageFilter_h
#define itkTorchConnectedComponentImageFilter_h

#include "itkConnectedComponents.h"
#include "itkSimpleDataObjectDecorator.h"
#include "itkTorchImageToImageFilter.h"
#include "itkTorchMacros.h"

namespace itk
{
/** \class TorchConnectedComponentImageFilter
 * \brief Numbers the connected components of a mask 1 … N, with their sizes.
 *
 * | output | name | value |
 * |---|---|---|
 * | primary | | number of each pixel's component; 0 where the input is 0 |
 * | `NumberOfObjects` | GetNumberOfObjects() | N |
 * | `SizeOfObjectsInPixels` | GetSizeOfObjectsInPixels() | pixels of the objects 1, 2, … |
 *
 * It replaces ConnectedComponentImageFilter followed by RelabelComponentImageFilter. The filter requests the whole
 * image. Update() throws if the output's pixel type cannot number the objects. See ConnectedComponents.
 * \tparam TInputImage image of integers
 * \tparam TOutputImage image of integers
 * \ingroup ITKTorchInstances
 */
template <typename TInputImage, typename TOutputImage = Image<unsigned int, TInputImage::ImageDimension>>
class ITK_TEMPLATE_EXPORT TorchConnectedComponentImageFilter : public TorchImageToImageFilter<TInputImage, TOutputImage>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(TorchConnectedComponentImageFilter);

  using Self = TorchConnectedComponentImageFilter;
  using Superclass = TorchImageToImageFilter<TInputImage, TOutputImage>;
  using Pointer = SmartPointer<Self>;
  using ConstPointer = SmartPointer<const Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(TorchConnectedComponentImageFilter);

  static constexpr unsigned int ImageDimension = TInputImage::ImageDimension;
  using ObjectSizesType = std::vector<SizeValueType>;
  using typename Superclass::DataObjectIdentifierType;
  using typename Superclass::DataObjectPointer;

  static_assert(std::is_integral<typename TInputImage::PixelType>::value, "A mask's pixels are integers.");
  static_assert(std::is_integral<typename TOutputImage::PixelType>::value, "Labels are integers.");

  itkTorchParametersMacro(ConnectedComponentsParameters);
  /** Pixels that share only an edge or a corner are also neighbors. Default: false. */
  itkTorchParameterMacro(FullyConnected);
  itkBooleanMacro(FullyConnected);
  /** Only pixels of equal value are connected. Default: false. */
  itkTorchParameterMacro(KeepLabelsApart);
  itkBooleanMacro(KeepLabelsApart);
  /** Components with fewer pixels become background. Default: 0 pixels (at least 0). */
  itkTorchParameterMacro(MinimumObjectSize);
  /** Number components from the largest to the smallest instead of in raster order. Default: false. */
  itkTorchParameterMacro(SortByObjectSize);
  itkBooleanMacro(SortByObjectSize);

  /** Results, valid after Update(). `GetXOutput()` is the decorated output, `GetX()` its value. */
  itkGetDecoratedOutputMacro(NumberOfObjects, SizeValueType);
  itkGetDecoratedOutputMacro(SizeOfObjectsInPixels, ObjectSizesType);

  using Superclass::MakeOutput;
  DataObjectPointer
  MakeOutput(const DataObjectIdentifierType & name) override;

protected:
  TorchConnectedComponentImageFilter();
  ~TorchConnectedComponentImageFilter() override = default;

  itkTorchWholeImagesMacro();
  void
  GenerateTensors() override;

private:
  itkSetDecoratedOutputMacro(NumberOfObjects, SizeValueType);
  void
  SetSizeOfObjectsInPixels(const ObjectSizesType & sizes);

  ConnectedComponentsParameters m_Parameters;
};
} // namespace itk

#ifndef ITK_MANUAL_INSTANTIATION
#  include "itkTorchConnectedComponentImageFilter.hxx"
#endif

#endif
