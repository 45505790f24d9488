// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchTestFilters_h
#define itkTorchTestFilters_h

#include "itkTorchImageToImageFilter.h"
#include "itkTorchTensorAccess.h"

namespace itk
{
namespace Test
{
/** Output = input · Scale + Shift; counts its executions and can fail or add a neighbor. */
template <typename TImage>
class TorchScaleFilter : public TorchImageToImageFilter<TImage, TImage>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(TorchScaleFilter);
  using Self = TorchScaleFilter;
  using Superclass = TorchImageToImageFilter<TImage, TImage>;
  using Pointer = SmartPointer<Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(TorchScaleFilter);

  itkSetMacro(Scale, double);
  itkSetMacro(Shift, double);
  itkSetMacro(Fails, bool);
  int NumberOfExecutions{ 0 };

protected:
  TorchScaleFilter() = default;

  TorchTensor
  GenerateTensor(const TorchTensor & input) override
  {
    ++NumberOfExecutions;
    const at::Tensor tensor = GetATensor(input);
    if (m_Fails)
    {
      tensor.view({ 3, 3, 3 });
    }
    return MakeTorchTensor((tensor * m_Scale + m_Shift).to(tensor.scalar_type()), input.GetDevice());
  }

private:
  double m_Scale{ 2.0 };
  double m_Shift{ 1.0 };
  bool   m_Fails{ false };
};

/** Each pixel plus its left neighbor along x (0 outside the image): a filter with a margin. */
template <typename TImage>
class TorchLeftSumFilter : public TorchImageToImageFilter<TImage, TImage>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(TorchLeftSumFilter);
  using Self = TorchLeftSumFilter;
  using Superclass = TorchImageToImageFilter<TImage, TImage>;
  using Pointer = SmartPointer<Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(TorchLeftSumFilter);

protected:
  TorchLeftSumFilter() = default;

  void
  GenerateInputRequestedRegion() override
  {
    Superclass::GenerateInputRequestedRegion();
    auto * const input = const_cast<TImage *>(this->GetInput());
    auto         region = input->GetRequestedRegion();
    region.PadByRadius(1);
    region.Crop(input->GetLargestPossibleRegion());
    input->SetRequestedRegion(region);
  }

  TorchTensor
  GenerateTensor(const TorchTensor & input) override
  {
    const at::Tensor   tensor = GetATensor(input);
    at::Tensor         sum = tensor.clone();
    constexpr int      x = -1;
    const std::int64_t width = tensor.size(x);
    sum.narrow(x, 1, width - 1).add_(tensor.narrow(x, 0, width - 1));
    return this->CropToOutput(MakeTorchTensor(sum, input.GetDevice()));
  }
};
} // namespace Test
} // namespace itk

#endif
