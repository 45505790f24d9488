// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetModelWriter_h
#define itkUNetModelWriter_h

#include "ITKTorchUNetModelExport.h"
#include "itkProcessObject.h"
#include "itkTorchMacros.h"
#include "itkUNetModel.h"

namespace itk
{
/** \class UNetModelWriter
 * \brief Writes a UNetModel as a safetensors file: float32 or float16 weights, and specification, intensity
 * normalization, class names, spacing, recipe and card as JSON in its metadata.
 *
 * The file appears under its name when it is complete. A model that UNetModel::Verify() does not accept, such as one
 * with weights that are not finite, is refused, and a file of that name stays as it is.
 * \ingroup ITKTorchUNetModel
 */
class ITKTorchUNetModel_EXPORT UNetModelWriter : public ProcessObject
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(UNetModelWriter);

  using Self = UNetModelWriter;
  using Superclass = ProcessObject;
  using Pointer = SmartPointer<Self>;
  using ConstPointer = SmartPointer<const Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(UNetModelWriter);

  /** The file gets this name when it is complete. Required. */
  itkSetStringMacro(FileName);
  itkGetStringMacro(FileName);

  /** Writes weights as float16, rounded to nearest, in a file of half the size; false by default. */
  itkSetMacro(UseHalfPrecision, bool);
  itkGetConstMacro(UseHalfPrecision, bool);
  itkBooleanMacro(UseHalfPrecision);

  using Superclass::SetInput;
  /** A model with weights. Required. */
  void
  SetInput(const UNetModel * model);
  const UNetModel *
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
  UNetModelWriter();
  ~UNetModelWriter() override = default;

  void
  VerifyPreconditions() const override;
  void
  GenerateData() override;
  void
  PrintSelf(std::ostream & os, Indent indent) const override;

private:
  std::string m_FileName;
  bool        m_UseHalfPrecision{ false };
};
} // namespace itk

#endif
