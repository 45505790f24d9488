// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef OwnFilters_h
#define OwnFilters_h

#include "itkTorchImageToImageFilter.h"
#include "itkTorchTensorAccess.h"

/** \file
 * What a user writes: filters on LibTorch's tensors. */

namespace client
{
/** Adds a number to each component; counts its executions. */
template <typename TImage>
class AddFilter : public itk::TorchImageToImageFilter<TImage, TImage>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(AddFilter);
  using Self = AddFilter;
  using Superclass = itk::TorchImageToImageFilter<TImage, TImage>;
  using Pointer = itk::SmartPointer<Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(AddFilter);

  itkSetMacro(Summand, double);
  unsigned int NumberOfExecutions{ 0 };

protected:
  AddFilter() = default;

  itk::TorchTensor
  GenerateTensor(const itk::TorchTensor & input) override
  {
    ++NumberOfExecutions;
    const at::Tensor tensor = itk::GetATensor(input);
    return itk::MakeTorchTensor(tensor.to(at::kDouble).add(m_Summand).to(tensor.scalar_type()), input.GetDevice());
  }

private:
  double m_Summand{ 2.0 };
};
} // namespace client

#endif
