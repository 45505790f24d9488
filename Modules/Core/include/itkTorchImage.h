// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchImage_h
#define itkTorchImage_h

#include "itkImage.h"
#include "itkNumericTraitsVariableLengthVectorPixel.h"
#include "itkTorchMacros.h"
#include "itkTorchResident.h"
#include "itkVectorImage.h"

namespace itk
{
/** \class TorchPixelContainer
 * \brief ITK pixel container over a tensor's host memory, which it keeps alive.
 * \ingroup ITKTorchCore */
template <typename TContainer>
class TorchPixelContainer : public TContainer
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(TorchPixelContainer);

  using Self = TorchPixelContainer;
  using Pointer = SmartPointer<Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(TorchPixelContainer);

  /** \param tensor interleaved host pixels without gaps; undefined for none */
  void
  SetTensor(const TorchTensor & tensor);

protected:
  TorchPixelContainer() = default;
  ~TorchPixelContainer() override = default;

private:
  TorchTensor m_Tensor;
};

/** \class TorchImage
 * \brief An itk::Image or itk::VectorImage whose pixels may be on a device.
 *
 * Torch filters make one for each image output; all other code sees a `TImage`. Native ITK filters, iterators and
 * GetPixel() read ITK's own buffer, so the pixels are copied there before any of them runs: UpdateOutputData() copies
 * to the host unless the request pass asked for the device only (see TorchResident), and Update() on the image itself
 * always ends on the host. When the outermost Update() of a pipeline returns, the images in its middle that still hold
 * pixels have them on the host, too, unless their filter keeps intermediates on the device (see
 * TorchImageToImageFilter). As a second safeguard, GetBufferPointer() also copies pixels to the host.
 *
 * On the CPU there is no second copy: the ITK buffer is the tensor's memory.
 *
 * Modified(), to be called after every edit of the pixels on the host, drops the device's copy.
 *
 * GetNameOfClass() is that of `TImage`: ITK's writers and hashes look for the name "VectorImage".
 *
 * \tparam TImage itk::Image of numbers or of fixed-length pixels (RGBPixel, Vector, …), or itk::VectorImage
 * \ingroup ITKTorchCore
 */
template <typename TImage>
class ITK_TEMPLATE_EXPORT TorchImage
  : public TImage
  , public TorchResident
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(TorchImage);

  using Self = TorchImage;
  using Superclass = TImage;
  using Pointer = SmartPointer<Self>;
  using ConstPointer = SmartPointer<const Self>;
  itkNewMacro(Self);

  using RegionType = typename TImage::RegionType;
  using PixelContainer = typename TImage::PixelContainer;
  using ElementType = typename PixelContainer::Element;

  // Virtual in itk::Image, but not in itk::VectorImage of ITK 5.
#ifdef __clang__
#  pragma clang diagnostic push
#  pragma clang diagnostic ignored "-Winconsistent-missing-override"
#endif
  ElementType *
  GetBufferPointer()
  {
    SynchronizeHost();
    return this->GetPixelContainer()->GetBufferPointer();
  }
  const ElementType *
  GetBufferPointer() const
  {
    return const_cast<Self *>(this)->GetBufferPointer();
  }
#ifdef __clang__
#  pragma clang diagnostic pop
#endif

  void
  Modified() const override;

  void
  Update() override;
  void
  UpdateOutputInformation() override;
  void
  UpdateOutputData() override;

  using Superclass::SetRequestedRegion;
  void
  SetRequestedRegion(const RegionType & region) override;
  void
  SetRequestedRegionToLargestPossibleRegion() override;

  void
  Allocate(bool initializePixels = false) override;
  void
  Initialize() override;

  using Superclass::Graft;
  /** Shares the host buffer of `image`; a source that is on a device only is brought to the host first. */
  void
  Graft(const TImage * image) override;

protected:
  TorchImage() = default;
  ~TorchImage() override = default;

  void
  SetHostTensor(const TorchTensor & tensor) override;
  void
  PrintSelf(std::ostream & os, Indent indent) const override;
};

/** Type of the components of the pixels that `TImage` shows: of an adaptor's, not of those behind it.
 * \ingroup ITKTorchCore */
template <typename TImage>
using TorchComponentOf = typename NumericTraits<typename TImage::PixelType>::ValueType;

/** Whether the buffer of a `TImage` holds the pixels that it shows. An ImageAdaptor computes them from those in the
 * buffer.
 * \ingroup ITKTorchCore */
template <typename TImage>
constexpr bool IsTorchBuffer =
  std::is_base_of<Image<typename TImage::PixelType, TImage::ImageDimension>, TImage>::value ||
  std::is_base_of<VectorImage<typename TImage::InternalPixelType, TImage::ImageDimension>, TImage>::value;

/** Components of each pixel that `image` shows; an ImageAdaptor of ITK 5 says 1 for colors, too.
 * \ingroup ITKTorchCore */
template <typename TImage>
unsigned int
GetTorchNumberOfComponents(const TImage * image);

/** The pixels of `region` of `image` as a tensor of shape (1, C, …, y, x) on `device`.
 *
 * On the host it is a view of the buffer, or a copy of what an ImageAdaptor shows. Elsewhere it is the tensor of a
 * TorchImage that is there already, or an upload, which is not kept.
 * \param region lies inside the buffered region
 * \ingroup ITKTorchCore */
template <typename TImage>
TorchTensor
GetTorchTensor(const TImage * image, const typename TImage::RegionType & region, const TorchDevice & device);
} // namespace itk

#ifndef ITK_MANUAL_INSTANTIATION
#  include "itkTorchImage.hxx"
#endif

#endif
