// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetTrainingStateReader_h
#define itkUNetTrainingStateReader_h

#include "ITKTorchUNetTrainingExport.h"
#include "itkProcessObject.h"
#include "itkTorchMacros.h"
#include "itkUNetTrainingState.h"

namespace itk
{
/** \class UNetTrainingStateReader
 * \brief Reads a UNetTrainingState from a safetensors file.
 *
 * Everything but the tensors is read, and checked, when the pipeline asks for information, the tensors when it asks for
 * data. A file that is damaged, or was written by a version with other contents, is refused by an exception that names
 * it.
 * \ingroup ITKTorchUNetTraining
 */
class ITKTorchUNetTraining_EXPORT UNetTrainingStateReader : public ProcessObject
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(UNetTrainingStateReader);

  using Self = UNetTrainingStateReader;
  using Superclass = ProcessObject;
  using Pointer = SmartPointer<Self>;
  using ConstPointer = SmartPointer<const Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(UNetTrainingStateReader);

  /** A file of UNetTrainingStateWriter. Required. */
  itkSetStringMacro(FileName);
  itkGetStringMacro(FileName);

  UNetTrainingState *
  GetOutput();

  using Superclass::MakeOutput;
  DataObjectPointer
  MakeOutput(DataObjectPointerArraySizeType index) override;

protected:
  UNetTrainingStateReader();
  ~UNetTrainingStateReader() override = default;

  void
  VerifyPreconditions() const override;
  void
  GenerateOutputInformation() override;
  void
  GenerateData() override;
  void
  PrintSelf(std::ostream & os, Indent indent) const override;

private:
  std::string m_FileName;
};
} // namespace itk

#endif
