// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetLossTerms.h"
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/log_sigmoid.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/where.h>
#include <algorithm>
#include <numeric>

namespace itk
{
namespace
{
std::vector<std::int64_t>
SpatialAxes(const at::Tensor & tensor)
{
  std::vector<std::int64_t> axes(static_cast<std::size_t>(tensor.dim() - 2));
  std::iota(axes.begin(), axes.end(), 2);
  return axes;
}
} // namespace

UNetLossTerms::UNetLossTerms(const UNetLossInput & input)
  : m_IsSigmoid(input.Logits.size(1) == 1)
  , m_Target(input.Target)
  , m_Logits(input.Logits)
  , m_Weight(input.Weight)
{
  at::Tensor isValid = m_Target.ge(0);
  if (!isValid.all().item<bool>())
  {
    m_IsValid = std::move(isValid);
    m_Logits = at::where(m_IsValid, m_Logits.contiguous(), 0.0);
    m_Weight = m_Weight.defined() ? at::where(m_IsValid, m_Weight, 0.0) : m_IsValid.to(m_Logits.scalar_type());
  }
}

const at::Tensor &
UNetLossTerms::GetClassOfPixel()
{
  if (!m_ClassOfPixel.defined())
  {
    m_ClassOfPixel = (m_IsValid.defined() ? m_Target.clamp_min(0) : m_Target).to(at::kLong);
  }
  return m_ClassOfPixel;
}

const at::Tensor &
UNetLossTerms::GetLogProbabilities()
{
  if (!m_LogProbabilities.defined())
  {
    m_LogProbabilities = at::log_softmax(m_Logits, 1);
  }
  return m_LogProbabilities;
}

const at::Tensor &
UNetLossTerms::GetLogOfTrueClass()
{
  if (!m_LogOfTrueClass.defined())
  {
    m_LogOfTrueClass = m_IsSigmoid ? at::log_sigmoid(at::where(m_Target.eq(1), m_Logits, -m_Logits))
                                   : this->GetLogProbabilities().gather(1, this->GetClassOfPixel());
  }
  return m_LogOfTrueClass;
}

at::Tensor
UNetLossTerms::GetMeanLog()
{
  return m_IsSigmoid ? 0.5 * (at::log_sigmoid(m_Logits) + at::log_sigmoid(-m_Logits))
                     : this->GetLogProbabilities().mean(1, true);
}

const UNetRegionSums &
UNetLossTerms::GetRegionSums(bool includesBackground)
{
  UNetRegionSums & sums = m_RegionSums[includesBackground];
  if (!sums.Overlap.defined())
  {
    const std::int64_t first = m_IsSigmoid || !includesBackground ? 1 : 0;
    const std::int64_t end = std::max<std::int64_t>(m_Logits.size(1), 2);
    const at::Tensor   probability =
      m_IsSigmoid ? m_Logits.sigmoid() : this->GetLogProbabilities().narrow(1, first, end - first).exp();
    std::vector<std::int64_t> shape(static_cast<std::size_t>(m_Logits.dim()), 1);
    shape[1] = end - first;
    const auto       axes = SpatialAxes(m_Logits);
    const at::Tensor isTrue =
      m_Target.eq(at::arange(first, end, m_Target.options()).view(shape)).to(probability.scalar_type());
    sums.Overlap = (probability * isTrue).sum(axes);
    sums.Predicted =
      (m_IsValid.defined() ? probability * m_IsValid.to(probability.scalar_type()) : probability).sum(axes);
    sums.True = isTrue.sum(axes);
  }
  return sums;
}

at::Tensor
UNetLossTerms::WeightedMean(const at::Tensor & loss, const at::Tensor & classWeights)
{
  at::Tensor weight = m_Weight;
  if (classWeights.defined())
  {
    const at::Tensor ofClass =
      classWeights.to(loss.options()).index_select(0, this->GetClassOfPixel().flatten()).view_as(loss);
    weight = weight.defined() ? weight * ofClass : ofClass;
  }
  const at::Tensor sum = (weight.defined() ? loss * weight : loss).sum();
  return m_IsValid.defined() ? sum / m_IsValid.sum().clamp_min(1) : sum / static_cast<double>(loss.numel());
}
} // namespace itk
