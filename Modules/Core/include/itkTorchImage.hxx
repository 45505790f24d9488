// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchImage_hxx
#define itkTorchImage_hxx

#include "itkTorchImage.h"
#include "itkNumericTraits.h"

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
  Superclass::UpdateOutputData();
  if (!isDeviceOnlyWanted || wasOnHost)
  {
    this->SynchronizeHost();
  }
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
TorchTensor
GetTorchTensor(const TImage * image, const typename TImage::RegionType & region, const TorchDevice & device)
{
  using ElementType = typename TImage::PixelContainer::Element;
  using ComponentType = typename NumericTraits<ElementType>::ValueType;
  constexpr unsigned int    Dimension = TImage::ImageDimension;
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
  ElementType * const buffer = const_cast<TImage *>(image)->GetPixelContainer()->GetBufferPointer();
  return TorchTensor::FromPixels(buffer,
                                 GetTorchComponentType<ComponentType>(),
                                 bufferedSize,
                                 static_cast<std::int64_t>(image->GetNumberOfComponentsPerPixel()))
    .Crop(start, size)
    .To(device);
}
} // namespace itk

#endif
