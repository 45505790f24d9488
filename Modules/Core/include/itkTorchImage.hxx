// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchImage_hxx
#define itkTorchImage_hxx

#include "itkTorchImage.h"
#include "itkImageRegionConstIterator.h"
#include "itkImageRegionIterator.h"

namespace itk
{
template <typename TContainer>
void
TorchPixelContainer<TContainer>::SetTensor(const TorchTensor & tensor)
{
  using ElementType = typename TContainer::Element;
  m_Tensor = tensor;
  this->SetImportPointer(
    static_cast<ElementType *>(tensor.GetPointer()),
    static_cast<typename TContainer::ElementIdentifier>(tensor.GetNumberOfBytes() / sizeof(ElementType)),
    false);
}

template <typename TImage>
void
TorchImage<TImage>::SetHostTensor(const TorchTensor & tensor)
{
  auto container = TorchPixelContainer<PixelContainer>::New();
  container->SetTensor(tensor);
  this->SetPixelContainer(container);
  this->ComputeOffsetTable();
}

template <typename TImage>
void
TorchImage<TImage>::Modified() const
{
  if (!this->IsSynchronizing())
  {
    Superclass::Modified();
    this->DropStaleDeviceCopy();
  }
}

template <typename TImage>
void
TorchImage<TImage>::Update()
{
  ClearRequest();
  Superclass::Update();
  SynchronizeHost();
}

template <typename TImage>
void
TorchImage<TImage>::UpdateOutputInformation()
{
  Superclass::UpdateOutputInformation();
  // Every request pass begins here: an aborted one may have left its wishes, and the superclass sets a first region,
  // which nobody asked for.
  ClearRequest();
}

template <typename TImage>
void
TorchImage<TImage>::UpdateOutputData()
{
  const bool isDeviceOnlyWanted = TakeDeviceOnlyRequest();
  // A native consumer that was served earlier in this pass must find its pixels again after a second execution.
  const bool wasOnHost = this->GetResidence() != TorchResidence::DeviceOnly && this->GetPixelContainer()->Size() > 0;
  TorchResident::DataPass pass(!isDeviceOnlyWanted);
  Superclass::UpdateOutputData();
  if (!isDeviceOnlyWanted || wasOnHost)
  {
    this->SynchronizeHost();
  }
  pass.End();
}

template <typename TImage>
void
TorchImage<TImage>::SetRequestedRegion(const RegionType & region)
{
  RequestHost();
  Superclass::SetRequestedRegion(region);
}

template <typename TImage>
void
TorchImage<TImage>::SetRequestedRegionToLargestPossibleRegion()
{
  RequestHost();
  Superclass::SetRequestedRegionToLargestPossibleRegion();
}

template <typename TImage>
void
TorchImage<TImage>::Allocate(bool initializePixels)
{
  DropDeviceCopy();
  Superclass::Allocate(initializePixels);
}

template <typename TImage>
void
TorchImage<TImage>::Initialize()
{
  DropDeviceCopy();
  Superclass::Initialize();
}

template <typename TImage>
void
TorchImage<TImage>::Graft(const TImage * image)
{
  if (const auto * const resident = dynamic_cast<const Self *>(image))
  {
    resident->SynchronizeHost();
  }
  DropDeviceCopy();
  Superclass::Graft(image);
}

template <typename TImage>
void
TorchImage<TImage>::PrintSelf(std::ostream & os, Indent indent) const
{
  Superclass::PrintSelf(os, indent);
  this->PrintResidence(os, indent);
}

template <typename TImage>
unsigned int
GetTorchNumberOfComponents(const TImage * image)
{
  if constexpr (IsTorchBuffer<TImage>)
  {
    return image->GetNumberOfComponentsPerPixel();
  }
  else
  {
    return NumericTraits<typename TImage::PixelType>::GetLength(typename TImage::PixelType{});
  }
}

template <typename TImage>
TorchTensor
GetTorchTensor(const TImage * image, const typename TImage::RegionType & region, const TorchDevice & device)
{
  using PixelType = typename TImage::PixelType;
  constexpr unsigned int Dimension = TImage::ImageDimension;
  if constexpr (!IsTorchBuffer<TImage>)
  {
    static_assert(!std::is_same<PixelType, VariableLengthVector<TorchComponentOf<TImage>>>::value,
                  "An adaptor's pixels must be numbers or of a fixed length: cast it to a VectorImage first.");
    using CopyType = Image<PixelType, Dimension>;
    const auto copy = CopyType::New();
    copy->SetRegions(region);
    copy->Allocate();
    ImageRegionConstIterator<TImage> shown(image, region);
    for (ImageRegionIterator<CopyType> pixel(copy, region); !pixel.IsAtEnd(); ++pixel, ++shown)
    {
      pixel.Set(shown.Get());
    }
    const TorchTensor pixels = GetTorchTensor(copy.GetPointer(), region, device);
    return device.IsHost() ? pixels.Clone() : pixels;
  }
  else
  {
    const auto &              buffered = image->GetBufferedRegion();
    std::vector<std::int64_t> start(Dimension);
    std::vector<std::int64_t> size(Dimension);
    std::vector<std::int64_t> bufferedSize(Dimension);
    for (unsigned int axis = 0; axis < Dimension; ++axis)
    {
      start[axis] = region.GetIndex(axis) - buffered.GetIndex(axis);
      size[axis] = static_cast<std::int64_t>(region.GetSize(axis));
      bufferedSize[axis] = static_cast<std::int64_t>(buffered.GetSize(axis));
    }

    const auto * const resident = dynamic_cast<const TorchResident *>(image);
    if (resident != nullptr && !device.IsHost() && resident->GetDeviceTensor().IsDefined())
    {
      return resident->GetDeviceTensor().Crop(start, size).To(device);
    }
    if (resident != nullptr)
    {
      resident->SynchronizeHost();
    }
    return TorchTensor::FromPixels(const_cast<TImage *>(image)->GetPixelContainer()->GetBufferPointer(),
                                   GetTorchComponentType<TorchComponentOf<TImage>>(),
                                   bufferedSize,
                                   static_cast<std::int64_t>(image->GetNumberOfComponentsPerPixel()))
      .Crop(start, size)
      .To(device);
  }
}
} // namespace itk

#endif
