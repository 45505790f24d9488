// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetModel_h
#define itkUNetModel_h

#include "ITKTorchUNetModelExport.h"
#include "itkDataObject.h"
#include "itkObjectFactory.h"
#include "itkTorchMacros.h"
#include "itkTorchTensor.h"
#include "itkUNetIntensityNormalization.h"
#include "itkUNetModelCard.h"
#include "itkUNetSpecification.h"
#include <map>

namespace itk
{
/** \class UNetModel
 * \brief A U-Net as a data object for pipelines: architecture, weights and how its images are normalized.
 *
 * Training filters and readers produce it, inference filters and writers consume it. Weights are float tensors on the
 * host under the names of UNetSpecification::GetTensors(), all finite. Do not change a model that other filters already
 * use. Setters check nothing; reader, writer, training and inference reject a model that Verify() does not accept.
 * \ingroup ITKTorchUNetModel
 */
class ITKTorchUNetModel_EXPORT UNetModel : public DataObject
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(UNetModel);

  using Self = UNetModel;
  using Superclass = DataObject;
  using Pointer = SmartPointer<Self>;
  using ConstPointer = SmartPointer<const Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(UNetModel);

  using WeightsType = std::map<std::string, TorchTensor>;

  /** The architecture, which the weights must fit. */
  void
  SetSpecification(const UNetSpecification & specification);
  const UNetSpecification &
  GetSpecification() const
  {
    return m_Specification;
  }

  /** What images go through before the network sees them. */
  void
  SetIntensityNormalization(const UNetIntensityNormalization & rule);
  const UNetIntensityNormalization &
  GetIntensityNormalization() const
  {
    return m_IntensityNormalization;
  }

  /** A name for each class; empty, or as many as the specification has. */
  void
  SetClassNames(const std::vector<std::string> & names);
  itkGetConstReferenceMacro(ClassNames, std::vector<std::string>);

  /** Pixel size of the training images along x, y (, z) in mm; empty when the model is not tied to one. */
  void
  SetSpacing(const std::vector<double> & spacing);
  itkGetConstReferenceMacro(Spacing, std::vector<double>);

  /** \throws ExceptionObject if spacing or orientation do not fit the dimension, or a spacing is not finite and above
   * 0 */
  void
  VerifyGrid() const;

  /** Whether the model is for pixels of this size, to a thousandth. */
  bool
  IsForSpacing(const std::vector<double> & spacing) const;

  /** Anatomical directions towards which the indices of the training images' axes grow, such as "LPS" for x to the
   * left, y to posterior and z to superior; inference turns volumes to it. Empty for volumes as they are stored. */
  itkSetMacro(Orientation, std::string);
  itkGetConstReferenceMacro(Orientation, std::string);

  /** How it was trained, in words or JSON. */
  itkSetMacro(Recipe, std::string);
  itkGetConstReferenceMacro(Recipe, std::string);

  /** What was measured with it and is known of it. */
  void
  SetCard(const UNetModelCard & card);
  const UNetModelCard &
  GetCard() const
  {
    return m_Card;
  }

  /** Tensors by the names of UNetSpecification::GetTensors(). */
  void
  SetWeights(const WeightsType & weights);
  const WeightsType &
  GetWeights() const
  {
    return m_Weights;
  }

  /** Rounds weights to nearest in float16, as UNetModelWriter::UseHalfPrecision does. */
  void
  RoundWeightsToHalfPrecision();

  /** Weights before any training: N(0, √(2/N)), the same for the same seed on every machine. */
  void
  InitializeWeights(std::uint64_t seed);

  /** \throws ExceptionObject that names the first weight that is missing, unknown, of another shape, not finite, or a
   * variance below 0, or another part that does not fit the specification */
  void
  Verify() const;

  /** Shares the weights of `data`, a UNetModel. */
  void
  Graft(const DataObject * data) override;

  void
  Initialize() override;

protected:
  UNetModel() = default;
  ~UNetModel() override = default;

  void
  PrintSelf(std::ostream & os, Indent indent) const override;

private:
  UNetSpecification          m_Specification;
  UNetIntensityNormalization m_IntensityNormalization;
  std::vector<std::string>   m_ClassNames;
  std::vector<double>        m_Spacing;
  std::string                m_Orientation;
  std::string                m_Recipe;
  UNetModelCard              m_Card;
  WeightsType                m_Weights;
};
} // namespace itk

#endif
