// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchImage_hxx
#define itkTorchImage_hxx

#include "itkTorchImage.h"
#include "itkNumericTraits.h"
#include "itkTorchExecution.h"

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
TorchImage<TImage>::SetTensor(const TorchTensor & tensor)
{
  const std::lock_guard<std::recursive_mutex> lock(m_Mutex);
  if (tensor.GetDevice().IsHost())
  {
    auto container = TorchPixelContainer<PixelContainer>::New();
    container->SetTensor(tensor);
    m_DeviceTensor = TorchTensor{};
    m_Residence = TorchResidence::HostOnly;
    this->SetPixelContainer(container);
  }
  else
  {
    m_DeviceTensor = tensor;
    m_Residence = TorchResidence::DeviceOnly;
    this->SetPixelContainer(PixelContainer::New());
  }
  this->ComputeOffsetTable();
}

template <typename TImage>
void
TorchImage<TImage>::SynchronizeHost() const
{
  const std::lock_guard<std::recursive_mutex> lock(m_Mutex);
  if (m_Residence != TorchResidence::DeviceOnly)
  {
    return;
  }
  auto container = TorchPixelContainer<PixelContainer>::New();
  TorchExecution::Run(*this,
                      m_DeviceTensor.GetDevice(),
                      [this, &container]
                      { container->SetTensor(m_DeviceTensor.ToInterleaved().To(TorchDevice::CPU()).ToInterleaved()); });
  // The pixels do not change, so neither does the time of their modification.
  m_IsSynchronizing = true;
  const_cast<Self *>(this)->SetPixelContainer(container);
  m_IsSynchronizing = false;
  m_Residence = TorchResidence::Both;
}

template <typename TImage>
void
TorchImage<TImage>::Modified() const
{
  const std::lock_guard<std::recursive_mutex> lock(m_Mutex);
  if (m_IsSynchronizing)
  {
    return;
  }
  Superclass::Modified();
  if (m_Residence == TorchResidence::Both)
  {
    DropDeviceCopy();
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
  const bool wasOnHost = m_Residence != TorchResidence::DeviceOnly && this->GetPixelContainer()->Size() > 0;
  Superclass::UpdateOutputData();
  if (!isDeviceOnlyWanted || wasOnHost)
  {
    SynchronizeHost();
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
TorchImage<TImage>::DropDeviceCopy() const
{
  const std::lock_guard<std::recursive_mutex> lock(m_Mutex);
  m_DeviceTensor = TorchTensor{};
  m_Residence = TorchResidence::HostOnly;
}

template <typename TImage>
void
TorchImage<TImage>::PrintSelf(std::ostream & os, Indent indent) const
{
  Superclass::PrintSelf(os, indent);
  static constexpr const char * names[] = { "HostOnly", "DeviceOnly", "Both" };
  os << indent << "Residence: " << names[static_cast<int>(m_Residence)] << std::endl;
  if (m_DeviceTensor.IsDefined())
  {
    os << indent << "Device: " << m_DeviceTensor.GetDevice() << std::endl;
  }
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
  if (const auto * const torchImage = dynamic_cast<const TorchImage<TImage> *>(image))
  {
    torchImage->SynchronizeHost();
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
