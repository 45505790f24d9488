// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetModelReader_h
#define itkUNetModelReader_h

#include "ITKTorchUNetModelExport.h"
#include "itkProcessObject.h"
#include "itkTorchMacros.h"
#include "itkUNetModel.h"

namespace itk
{
/** \class UNetModelReader
 * \brief Reads a UNetModel from a safetensors file.
 *
 * The header is read, and checked, when the pipeline asks for information, the weights when it asks for data. A file
 * whose weights are not all finite, or whose variances are not all at least 0, is refused by an exception that names it
 * and the weight.
 * \ingroup ITKTorchUNetModel
 */
class ITKTorchUNetModel_EXPORT UNetModelReader : public ProcessObject
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(UNetModelReader);

  using Self = UNetModelReader;
  using Superclass = ProcessObject;
  using Pointer = SmartPointer<Self>;
  using ConstPointer = SmartPointer<const Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(UNetModelReader);

  /** A .safetensors file of this project. Required. */
  itkSetStringMacro(FileName);
  itkGetStringMacro(FileName);

  UNetModel *
  GetOutput();

  using Superclass::MakeOutput;
  DataObjectPointer
  MakeOutput(DataObjectPointerArraySizeType index) override;

protected:
  UNetModelReader();
  ~UNetModelReader() override = default;

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
