// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetTrainingStateWriter.h"
#include "itkAtomicFileWrite.h"
#include "itkTorchExecution.h"
#include "itkUNetTrainingStateFile.h"

namespace itk
{
UNetTrainingStateWriter::UNetTrainingStateWriter()
{
  this->SetNumberOfRequiredInputs(1);
}

void
UNetTrainingStateWriter::SetInput(const UNetTrainingState * state)
{
  this->SetPrimaryInput(const_cast<UNetTrainingState *>(state));
}

const UNetTrainingState *
UNetTrainingStateWriter::GetInput() const
{
  return static_cast<const UNetTrainingState *>(this->GetPrimaryInput());
}

void
UNetTrainingStateWriter::Write()
{
  this->VerifyPreconditions();
  auto * const state = const_cast<UNetTrainingState *>(this->GetInput());
  state->Update();
  this->InvokeEvent(StartEvent());
  this->GenerateData();
  this->UpdateProgress(1.0f);
  this->InvokeEvent(EndEvent());
}

void
UNetTrainingStateWriter::VerifyPreconditions() const
{
  Superclass::VerifyPreconditions();
  if (m_FileName.empty())
  {
    itkExceptionMacro("FileName must be the name of a file, but is empty.");
  }
  VerifyFileCanBeWritten(m_FileName);
}

void
UNetTrainingStateWriter::GenerateData()
{
  TorchExecution::Run(*this, TorchDevice::CPU(), [this] { WriteUNetTrainingStateFile(m_FileName, *this->GetInput()); });
}

void
UNetTrainingStateWriter::PrintSelf(std::ostream & os, Indent indent) const
{
  Superclass::PrintSelf(os, indent);
  os << indent << "FileName: " << m_FileName << std::endl;
}
} // namespace itk
