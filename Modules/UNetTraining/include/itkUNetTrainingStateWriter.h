// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetTrainingStateWriter_h
#define itkUNetTrainingStateWriter_h

#include "ITKTorchUNetTrainingExport.h"
#include "itkProcessObject.h"
#include "itkTorchMacros.h"
#include "itkUNetTrainingState.h"

namespace itk
{
/** \class UNetTrainingStateWriter
 * \brief Writes a UNetTrainingState as a safetensors file: all tensors as float32, and the rest as JSON.
 *
 * The file appears under its name when it is complete, so that one of that name stays as it is until then. A state that
 * UNetTrainingState::Verify() does not accept is not written.
 * \ingroup ITKTorchUNetTraining
 */
class ITKTorchUNetTraining_EXPORT UNetTrainingStateWriter : public ProcessObject
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(UNetTrainingStateWriter);

  using Self = UNetTrainingStateWriter;
  using Superclass = ProcessObject;
  using Pointer = SmartPointer<Self>;
  using ConstPointer = SmartPointer<const Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(UNetTrainingStateWriter);

  /** The file gets this name when it is complete. Required. */
  itkSetStringMacro(FileName);
  itkGetStringMacro(FileName);

  using Superclass::SetInput;
  /** The training, with weights. Required. */
  void
  SetInput(const UNetTrainingState * state);
  const UNetTrainingState *
  GetInput() const;

  /** Brings the input up to date and writes it. */
  void
  Write();
  void
  Update() override
  {
    this->Write();
  }

protected:
  UNetTrainingStateWriter();
  ~UNetTrainingStateWriter() override = default;

  void
  VerifyPreconditions() const override;
  void
  GenerateData() override;
  void
  PrintSelf(std::ostream & os, Indent indent) const override;

private:
  std::string m_FileName;
};
} // namespace itk

#endif
