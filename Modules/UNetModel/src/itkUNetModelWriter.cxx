// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetModelWriter.h"
#include "itkAtomicFileWrite.h"
#include "itkTorchExecution.h"
#include "itkUNetModelFile.h"

namespace itk
{
UNetModelWriter::UNetModelWriter()
{
  this->SetNumberOfRequiredInputs(1);
}

void
UNetModelWriter::SetInput(const UNetModel * model)
{
  this->SetPrimaryInput(const_cast<UNetModel *>(model));
}

const UNetModel *
UNetModelWriter::GetInput() const
{
  return static_cast<const UNetModel *>(this->GetPrimaryInput());
}

void
UNetModelWriter::Write()
{
  this->VerifyPreconditions();
  auto * const model = const_cast<UNetModel *>(this->GetInput());
  model->Update();
  this->InvokeEvent(StartEvent());
  this->GenerateData();
  this->UpdateProgress(1.0f);
  this->InvokeEvent(EndEvent());
}

void
UNetModelWriter::VerifyPreconditions() const
{
  Superclass::VerifyPreconditions();
  if (m_FileName.empty())
  {
    itkExceptionMacro("FileName must be the name of a file, but is empty.");
  }
  VerifyFileCanBeWritten(m_FileName);
}

void
UNetModelWriter::GenerateData()
{
  TorchExecution::Run(
    *this, TorchDevice::CPU(), [this] { WriteUNetModelFile(m_FileName, *this->GetInput(), m_UseHalfPrecision); });
}

void
UNetModelWriter::PrintSelf(std::ostream & os, Indent indent) const
{
  Superclass::PrintSelf(os, indent);
  os << indent << "FileName: " << m_FileName << std::endl;
  os << indent << "UseHalfPrecision: " << m_UseHalfPrecision << std::endl;
}
} // namespace itk
