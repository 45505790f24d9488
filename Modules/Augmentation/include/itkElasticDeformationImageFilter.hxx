// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkElasticDeformationImageFilter_hxx
#define itkElasticDeformationImageFilter_hxx

#include "itkElasticDeformationImageFilter.h"
#include "itkTorchImageGeometry.h"

namespace itk
{
template <typename TImage>
ElasticDeformationImageFilter<TImage>::ElasticDeformationImageFilter()
{
  this->ProcessObject::SetOutput("DisplacementField", Self::MakeOutput("DisplacementField"));
}

template <typename TImage>
auto
ElasticDeformationImageFilter<TImage>::MakeOutput(const DataObjectIdentifierType & name) -> DataObjectPointer
{
  return name == "DisplacementField" ? TorchImage<DisplacementFieldType>::New().GetPointer()
                                     : Superclass::MakeOutput(name);
}

template <typename TImage>
void
ElasticDeformationImageFilter<TImage>::VerifyPreconditions() const
{
  Superclass::VerifyPreconditions();
  VerifyElasticDeformation(m_Parameters, ImageDimension);
}

template <typename TImage>
const ElasticDeformation &
ElasticDeformationImageFilter<TImage>::GetDeformation() const
{
  const auto size = GetTorchSize(this->GetInput()->GetLargestPossibleRegion());
  const auto spacing = GetTorchSpacing<ImageDimension>(this->GetInput());
  if (!m_Kept || m_Kept->Time != this->GetMTime() || m_Kept->Size != size || m_Kept->Spacing != spacing)
  {
    m_Kept = Kept{ ElasticDeformation(m_Parameters, size, spacing), this->GetMTime(), size, spacing };
  }
  return m_Kept->Deformation;
}

template <typename TImage>
double
ElasticDeformationImageFilter<TImage>::GetMinimumJacobianDeterminant() const
{
  if (this->GetInput() == nullptr)
  {
    itkExceptionMacro("The input must be set before the deformation is requested.");
  }
  return this->GetDeformation().GetMinimumJacobianDeterminant();
}

template <typename TImage>
void
ElasticDeformationImageFilter<TImage>::GenerateInputRequestedRegion()
{
  Superclass::GenerateInputRequestedRegion();
  auto * const input = const_cast<TImage *>(this->GetInput());
  const auto   whole = input->GetLargestPossibleRegion();
  const auto & region = this->GetOutput()->GetRequestedRegion();
  const auto   bounds = this->GetDeformation().GetInputBounds(GetTorchStart(region, whole), GetTorchSize(region));
  auto         needed = whole;
  for (unsigned int axis = 0; axis < ImageDimension; ++axis)
  {
    needed.SetIndex(axis, whole.GetIndex(axis) + bounds[axis][0]);
    needed.SetSize(axis, static_cast<SizeValueType>(bounds[axis][1] - bounds[axis][0] + 1));
  }
  input->SetRequestedRegion(needed);
}

template <typename TImage>
void
ElasticDeformationImageFilter<TImage>::GenerateTensors()
{
  const auto * const input = this->GetInput();
  const auto         whole = input->GetLargestPossibleRegion();
  const auto &       region = this->GetOutput()->GetRequestedRegion();
  const auto         start = GetTorchStart(region, whole);
  const auto &       deformation = this->GetDeformation();
  this->SetOutputTensor(this->GetOutput(),
                        deformation.Sample(this->GetInputTensor(input),
                                           GetTorchStart(this->GetInputRequestedRegion(input), whole),
                                           start,
                                           GetTorchSize(region),
                                           [this](double fraction)
                                           { this->ReportProgress(static_cast<float>(fraction)); }));
  if (m_ProduceDisplacementField)
  {
    auto * const field = this->GetDisplacementField();
    const auto & fieldRegion = field->GetRequestedRegion();
    this->SetOutputTensor(field,
                          deformation.GetDisplacementField(GetTorchStart(fieldRegion, whole),
                                                           GetTorchSize(fieldRegion),
                                                           GetTorchDirection(input),
                                                           this->GetResolvedDevice()));
  }
}

template <typename TImage>
void
ElasticDeformationImageFilter<TImage>::PrintSelf(std::ostream & os, Indent indent) const
{
  Superclass::PrintSelf(os, indent);
  os << indent << "ProduceDisplacementField: " << (m_ProduceDisplacementField ? "true" : "false") << std::endl;
}
} // namespace itk

#endif
