// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchImageToImageFilter_hxx
#define itkTorchImageToImageFilter_hxx

#include "itkTorchImageToImageFilter.h"
#include "itkTorchWarningEvent.h"

namespace itk
{
template <typename TInputImage, typename TOutputImage>
TorchImageToImageFilter<TInputImage, TOutputImage>::TorchImageToImageFilter()
{
  // ImageSource's constructor made output 0 before this class's MakeOutput() existed.
  this->SetPrimaryOutput(TorchImage<TOutputImage>::New());
}

template <typename TInputImage, typename TOutputImage>
auto
TorchImageToImageFilter<TInputImage, TOutputImage>::MakeOutput(DataObjectPointerArraySizeType) -> DataObjectPointer
{
  return TorchImage<TOutputImage>::New().GetPointer();
}

template <typename TInputImage, typename TOutputImage>
auto
TorchImageToImageFilter<TInputImage, TOutputImage>::MakeOutput(const DataObjectIdentifierType &) -> DataObjectPointer
{
  return TorchImage<TOutputImage>::New().GetPointer();
}

template <typename TInputImage, typename TOutputImage>
void
TorchImageToImageFilter<TInputImage, TOutputImage>::VerifyPreconditions() const
{
  Superclass::VerifyPreconditions();
  this->VerifyParameters(this->GetNameOfClass());
  m_Device.Resolve();
}

template <typename TInputImage, typename TOutputImage>
void
TorchImageToImageFilter<TInputImage, TOutputImage>::VerifyInputInformation() const
{
  Superclass::VerifyInputInformation();
  if (this->GetInput() == nullptr)
  {
    return;
  }
  if (GetTorchNumberOfComponents(this->GetInput()) == 0)
  {
    itkExceptionMacro("The input's pixels must have at least 1 component, but have 0.");
  }
  const auto region = this->GetInput()->GetLargestPossibleRegion();
  if (region.GetNumberOfPixels() == 0)
  {
    itkExceptionMacro("The input must have at least 1 pixel, but its size is " << region.GetSize() << '.');
  }
}

template <typename TInputImage, typename TOutputImage>
void
TorchImageToImageFilter<TInputImage, TOutputImage>::Update()
{
  Superclass::Update();
  TorchResident::SynchronizeHost(this->GetOutputs());
}

template <typename TInputImage, typename TOutputImage>
void
TorchImageToImageFilter<TInputImage, TOutputImage>::PropagateRequestedRegion(DataObject * output)
{
  if (this->m_Updating)
  {
    return;
  }
  {
    // To produce more than was asked for is no wish for the host.
    const TorchResident::DeviceRequest request(dynamic_cast<TorchResident *>(output), false);
    this->EnlargeOutputRequestedRegion(output);
  }
  this->GenerateOutputRequestedRegion(output);
  {
    const bool isHost = this->GetResolvedDevice().IsHost();
    const auto requests = TorchResident::RequestDevice(isHost ? DataObjectPointerArray{} : this->GetInputs(), true);
    this->GenerateInputRequestedRegion();
  }
  m_InputRequestedRegions.clear();
  for (const auto & input : this->GetInputs())
  {
    if (const auto * const image = dynamic_cast<const ImageBase<TInputImage::ImageDimension> *>(input.GetPointer()))
    {
      m_InputRequestedRegions[image] = image->GetRequestedRegion();
    }
  }

  // Also reset when an input throws, so that the next Update() starts afresh.
  struct UpdatingScope
  {
    explicit UpdatingScope(bool & isUpdating)
      : m_IsUpdating(isUpdating)
    {
      m_IsUpdating = true;
    }
    ~UpdatingScope() { m_IsUpdating = false; }
    bool & m_IsUpdating;
  };
  const UpdatingScope scope(this->m_Updating);
  for (const auto & input : this->GetInputs())
  {
    if (input)
    {
      input->PropagateRequestedRegion();
    }
  }
}

template <typename TInputImage, typename TOutputImage>
void
TorchImageToImageFilter<TInputImage, TOutputImage>::UpdateOutputData(DataObject * output)
{
  // A TorchImage has opened a pass, or is part of one; other outputs, such as numbers, may be updated by themselves.
  TorchResident::DataPass pass(dynamic_cast<TorchResident *>(output) == nullptr || !TorchResident::DataPass::IsOpen());
  try
  {
    Superclass::UpdateOutputData(output);
  }
  catch (...)
  {
    this->m_Updating = false;
    throw;
  }
  pass.End();
}

template <typename TInputImage, typename TOutputImage>
void
TorchImageToImageFilter<TInputImage, TOutputImage>::GenerateOutputRequestedRegion(DataObject * output)
{
  // The sibling outputs get a region so that they can be produced, not because somebody reads them on the host.
  const auto requests = TorchResident::RequestDevice(this->GetOutputs(), false, output);
  Superclass::GenerateOutputRequestedRegion(output);
}

template <typename TInputImage, typename TOutputImage>
void
TorchImageToImageFilter<TInputImage, TOutputImage>::GenerateData()
{
  struct InputTensorsScope
  {
    std::vector<TorchTensor> & m_Tensors;
    ~InputTensorsScope() { m_Tensors.clear(); }
  };
  const InputTensorsScope scope{ m_InputTensors };
  TorchExecution::Run(*this,
                      this->GetResolvedDevice(),
                      [this]
                      {
                        this->ReportProgress(0.0f);
                        this->GenerateTensors();
                      });
  if (!m_KeepIntermediatesOnDevice)
  {
    TorchResident::LeaveOnDevice(this->GetOutputs());
  }
  this->UpdateProgress(1.0f);
}

template <typename TInputImage, typename TOutputImage>
void
TorchImageToImageFilter<TInputImage, TOutputImage>::GenerateTensors()
{
  const TorchTensor result = this->GenerateTensor(this->GetInputTensor(this->GetInput()));
  this->SetOutputTensor(this->GetOutput(), result.IsHeldElsewhere() ? result.Clone() : result);
}

template <typename TInputImage, typename TOutputImage>
TorchTensor
TorchImageToImageFilter<TInputImage, TOutputImage>::GenerateTensor(const TorchTensor &)
{
  itkExceptionMacro("A Torch filter must override GenerateTensor() or GenerateTensors().");
}

template <typename TInputImage, typename TOutputImage>
TorchDevice
TorchImageToImageFilter<TInputImage, TOutputImage>::GetResolvedDevice() const
{
  return m_Device.Resolve();
}

template <typename TInputImage, typename TOutputImage>
template <typename TImage>
typename TImage::RegionType
TorchImageToImageFilter<TInputImage, TOutputImage>::GetInputRequestedRegion(const TImage * image) const
{
  const auto found = m_InputRequestedRegions.find(image);
  return found == m_InputRequestedRegions.end() ? image->GetRequestedRegion() : found->second;
}

template <typename TInputImage, typename TOutputImage>
template <typename TImage>
TorchTensor
TorchImageToImageFilter<TInputImage, TOutputImage>::GetInputTensor(const TImage * image)
{
  m_InputTensors.push_back(GetTorchTensor(image, this->GetInputRequestedRegion(image), this->GetResolvedDevice()));
  return m_InputTensors.back();
}

template <typename TInputImage, typename TOutputImage>
TorchTensor
TorchImageToImageFilter<TInputImage, TOutputImage>::CropToOutput(const TorchTensor & tensor) const
{
  const auto                whole = this->GetInputRequestedRegion(this->GetInput());
  const auto &              region = this->GetOutput()->GetRequestedRegion();
  std::vector<std::int64_t> start;
  std::vector<std::int64_t> size;
  for (unsigned int axis = 0; axis < TOutputImage::ImageDimension; ++axis)
  {
    start.push_back(region.GetIndex(axis) - whole.GetIndex(axis));
    size.push_back(static_cast<std::int64_t>(region.GetSize(axis)));
  }
  return tensor.Crop(start, size);
}

template <typename TInputImage, typename TOutputImage>
template <typename TImage>
void
TorchImageToImageFilter<TInputImage, TOutputImage>::SetOutputTensor(TImage * output, const TorchTensor & tensor)
{
  const auto &              region = output->GetRequestedRegion();
  std::vector<std::int64_t> expected{ 1, static_cast<std::int64_t>(output->GetNumberOfComponentsPerPixel()) };
  for (unsigned int axis = TImage::ImageDimension; axis-- > 0;)
  {
    expected.push_back(static_cast<std::int64_t>(region.GetSize(axis)));
  }
  const TorchTensor pixels = tensor.ToPixels(
    expected, GetTorchComponentType<TorchComponentOf<TImage>>(), m_InputTensors, this->GetNameOfClass());
  auto * const image = dynamic_cast<TorchImage<TImage> *>(output);
  if (image == nullptr)
  {
    itkExceptionMacro("The output must be a TorchImage, but is a " << output->GetNameOfClass() << ".");
  }
  image->SetBufferedRegion(region);
  image->SetTensor(pixels);
}

template <typename TInputImage, typename TOutputImage>
void
TorchImageToImageFilter<TInputImage, TOutputImage>::ReportProgress(float progress)
{
  this->UpdateProgress(std::max(this->GetProgress(), progress));
  if (this->GetAbortGenerateData())
  {
    TorchExecution::ThrowAborted(this->GetNameOfClass());
  }
}

template <typename TInputImage, typename TOutputImage>
void
TorchImageToImageFilter<TInputImage, TOutputImage>::ReportWarning(const std::string & message)
{
  const TorchWarningEvent warning(message);
  if (this->HasObserver(warning))
  {
    this->InvokeEvent(warning);
    return;
  }
  itkWarningMacro(<< message);
}

template <typename TInputImage, typename TOutputImage>
void
TorchImageToImageFilter<TInputImage, TOutputImage>::PrintSelf(std::ostream & os, Indent indent) const
{
  Superclass::PrintSelf(os, indent);
  os << indent << "Device: " << m_Device << std::endl;
  os << indent << "KeepIntermediatesOnDevice: " << (m_KeepIntermediatesOnDevice ? "On" : "Off") << std::endl;
  this->PrintParameters(os, indent);
}
} // namespace itk

#endif
