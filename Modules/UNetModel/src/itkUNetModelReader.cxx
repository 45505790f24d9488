// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetModelReader.h"
#include "itkTorchExecution.h"
#include "itkUNetModelFile.h"

namespace itk
{
UNetModelReader::UNetModelReader()
{
  this->SetNumberOfRequiredOutputs(1);
  this->SetPrimaryOutput(UNetModel::New());
}

UNetModel *
UNetModelReader::GetOutput()
{
  return static_cast<UNetModel *>(this->GetPrimaryOutput());
}

ProcessObject::DataObjectPointer
UNetModelReader::MakeOutput(DataObjectPointerArraySizeType)
{
  return UNetModel::New().GetPointer();
}

void
UNetModelReader::VerifyPreconditions() const
{
  Superclass::VerifyPreconditions();
  if (m_FileName.empty())
  {
    itkExceptionMacro("FileName must be the name of a model file, but is empty.");
  }
}

void
UNetModelReader::GenerateOutputInformation()
{
  TorchExecution::Run(*this, TorchDevice::CPU(), [this] { ReadUNetModelFile(m_FileName, *this->GetOutput(), false); });
}

void
UNetModelReader::GenerateData()
{
  TorchExecution::Run(*this, TorchDevice::CPU(), [this] { ReadUNetModelFile(m_FileName, *this->GetOutput(), true); });
}

void
UNetModelReader::PrintSelf(std::ostream & os, Indent indent) const
{
  Superclass::PrintSelf(os, indent);
  os << indent << "FileName: " << m_FileName << std::endl;
}
} // namespace itk
