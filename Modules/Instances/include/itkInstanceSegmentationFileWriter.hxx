// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkInstanceSegmentationFileWriter_hxx
#define itkInstanceSegmentationFileWriter_hxx

#include "itkInstanceSegmentationFileWriter.h"
#include "itkAtomicFileWrite.h"
#include "itkTorchExecution.h"
#include "itkTorchImage.h"
#include "itkTorchImageGeometry.h"

namespace itk
{
template <typename TInputImage>
void
InstanceSegmentationFileWriter<TInputImage>::VerifyPreconditions() const
{
  Superclass::VerifyPreconditions();
  this->VerifyParameters(this->GetNameOfClass());
  InstanceSegmentationStream::Verify(this->m_Parameters);
  if (m_FileName.empty())
  {
    itkExceptionMacro("FileName must be the name of a .mha or .mhd file, but is empty.");
  }
  MetaImageLabelFile::VerifyName(m_FileName);
  VerifyFileCanBeWritten(m_FileName);
}

template <typename TInputImage>
void
InstanceSegmentationFileWriter<TInputImage>::VerifyInputInformation() const
{
  Superclass::VerifyInputInformation();
  VerifyInstanceChannels(this->m_Parameters, GetTorchNumberOfComponents(this->GetInput()));
  const auto region = this->GetInput()->GetLargestPossibleRegion();
  if (region.GetNumberOfPixels() == 0)
  {
    itkExceptionMacro("The input must have at least 1 pixel, but its size is " << region.GetSize() << '.');
  }
}

template <typename TInputImage>
void
InstanceSegmentationFileWriter<TInputImage>::UpdateOutputData(DataObject * output)
{
  if (this->m_Updating)
  {
    return;
  }
  const auto write = [&](const std::string & temporaryName)
  {
    m_TemporaryName = temporaryName;
    TorchExecution::Run(*this, TorchDevice::CPU(), [&] { Superclass::UpdateOutputData(output); });
  };
  const auto forget = [this]
  {
    m_Stream.reset();
    m_File.reset();
  };
  try
  {
    AtomicFileWrite(m_FileName, write);
  }
  catch (...)
  {
    forget();
    this->ResetPipeline();
    throw;
  }
  forget();
}

template <typename TInputImage>
void
InstanceSegmentationFileWriter<TInputImage>::BeforeStreamedGenerateData()
{
  Superclass::BeforeStreamedGenerateData();
  const TInputImage * const input = this->GetInput();
  const auto &              whole = input->GetLargestPossibleRegion();
  const auto                origin = input->template TransformIndexToPhysicalPoint<double>(whole.GetIndex());
  const auto                size = GetTorchSize(whole);
  const auto                spacing = GetTorchSpacing(input);
  m_File = std::make_unique<MetaImageLabelFile>(
    m_TemporaryName,
    MetaImageLabelFile::Geometry{ size, spacing, { origin.Begin(), origin.End() }, GetTorchDirection(input) },
    m_FileName);
  m_Stream = std::make_unique<InstanceSegmentationStream>(size,
                                                          spacing,
                                                          this->m_Parameters,
                                                          m_TemporaryName + ".maps",
                                                          [this](const std::uint32_t * labels, std::int64_t count)
                                                          { m_File->Append(labels, count); });
}

template <typename TInputImage>
void
InstanceSegmentationFileWriter<TInputImage>::StreamedGenerateData(unsigned int slab)
{
  this->ThrowIfAborted();
  const TInputImage * const input = this->GetInput();
  const unsigned int        slabs = this->GetNumberOfInputRequestedRegions();
  // A filter before may have made its requested region larger.
  auto region = input->GetLargestPossibleRegion();
  this->GetModifiableRegionSplitter()->GetSplit(slab, slabs, region);
  m_Stream->Append(GetTorchTensor(input, region, TorchDevice::CPU()),
                   [&](double fraction)
                   {
                     this->UpdateProgress(static_cast<float>((slab + fraction) / slabs));
                     this->ThrowIfAborted();
                   });
}

template <typename TInputImage>
void
InstanceSegmentationFileWriter<TInputImage>::AfterStreamedGenerateData()
{
  Superclass::AfterStreamedGenerateData();
  this->ThrowIfAborted();
  m_File->Close();
  m_NumberOfObjects = m_Stream->GetNumberOfObjects();
  m_LargestExtent = static_cast<SizeValueType>(m_Stream->GetLargestExtent());
  m_LargestNumberOfPlanes = static_cast<SizeValueType>(m_Stream->GetLargestNumberOfPlanes());
}

template <typename TInputImage>
void
InstanceSegmentationFileWriter<TInputImage>::ThrowIfAborted() const
{
  if (this->GetAbortGenerateData())
  {
    TorchExecution::ThrowAborted(this->GetNameOfClass());
  }
}

template <typename TInputImage>
void
InstanceSegmentationFileWriter<TInputImage>::PrintSelf(std::ostream & os, Indent indent) const
{
  Superclass::PrintSelf(os, indent);
  os << indent << "FileName: " << m_FileName << std::endl;
  os << indent << "NumberOfObjects: " << m_NumberOfObjects << std::endl;
  os << indent << "LargestExtent: " << m_LargestExtent << std::endl;
  os << indent << "LargestNumberOfPlanes: " << m_LargestNumberOfPlanes << std::endl;
  this->PrintParameters(os, indent);
}
} // namespace itk

#endif
