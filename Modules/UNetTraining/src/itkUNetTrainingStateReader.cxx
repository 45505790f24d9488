// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetTrainingStateReader.h"
#include "itkTorchExecution.h"
#include "itkUNetTrainingStateFile.h"

namespace itk
{
UNetTrainingStateReader::UNetTrainingStateReader()
{
  this->SetNumberOfRequiredOutputs(1);
  this->SetPrimaryOutput(UNetTrainingState::New());
}

UNetTrainingState *
UNetTrainingStateReader::GetOutput()
{
  return static_cast<UNetTrainingState *>(this->GetPrimaryOutput());
}

ProcessObject::DataObjectPointer
UNetTrainingStateReader::MakeOutput(DataObjectPointerArraySizeType)
{
  return UNetTrainingState::New().GetPointer();
}

void
UNetTrainingStateReader::VerifyPreconditions() const
{
  Superclass::VerifyPreconditions();
  if (m_FileName.empty())
  {
    itkExceptionMacro("FileName must be the name of a file, but is empty.");
  }
}

void
UNetTrainingStateReader::GenerateOutputInformation()
{
  TorchExecution::Run(
    *this, TorchDevice::CPU(), [this] { ReadUNetTrainingStateFile(m_FileName, *this->GetOutput(), false); });
}

void
UNetTrainingStateReader::GenerateData()
{
  TorchExecution::Run(
    *this, TorchDevice::CPU(), [this] { ReadUNetTrainingStateFile(m_FileName, *this->GetOutput(), true); });
}

void
UNetTrainingStateReader::PrintSelf(std::ostream & os, Indent indent) const
{
  Superclass::PrintSelf(os, indent);
  os << indent << "FileName: " << m_FileName << std::endl;
}
} // namespace itk
