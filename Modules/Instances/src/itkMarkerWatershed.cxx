// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkMarkerWatershed.h"
#include "itkImageTensor.h"
#include "itkFloodLevels.h"
#include "itkLabelTensors.h"
#include "itkLargePages.h"
#include "itkPriorityFlood.h"
#include <ATen/ops/_unique2.h>
#include <ATen/ops/aminmax.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/zeros.h>
#include <limits>

namespace itk
{
namespace
{
/** Labels as numbers of 32 bits, and back. */
class MarkerNumbers
{
public:
  explicit MarkerNumbers(const at::Tensor & markers)
  {
    const at::Tensor labels = AsSigned(markers);
    if (labels.scalar_type() != c10::kLong || FitsInt(labels))
    {
      Numbers = labels.to(c10::kInt);
      return;
    }
    const auto [values, places, counts] = at::_unique2(labels.flatten(), true, true);
    Numbers = (places + 1).masked_fill_(labels.flatten() == 0, 0).to(c10::kInt).view(labels.sizes());
    m_Table = at::cat({ at::zeros({ 1 }, values.options()), values });
  }

  at::Tensor
  ToLabels(const at::Tensor & numbers, TorchComponentType type) const
  {
    return ToLabelType(m_Table.defined() ? m_Table.index_select(0, numbers.flatten()).view(numbers.sizes()) : numbers,
                       type);
  }

  at::Tensor Numbers;

private:
  /** Then nothing needs to be sorted. */
  static bool
  FitsInt(const at::Tensor & labels)
  {
    const auto [least, greatest] = at::aminmax(labels);
    return least.item<std::int64_t>() >= std::numeric_limits<std::int32_t>::min() &&
           greatest.item<std::int64_t>() <= std::numeric_limits<std::int32_t>::max();
  }

  at::Tensor m_Table; // label of each number, where they differ
};

at::Tensor
ToMask(const TorchTensor & mask)
{
  return mask.IsDefined() ? (AsSigned(GetLabelPixels(mask.To(TorchDevice::CPU()))) != 0).to(c10::kByte) : at::Tensor{};
}
} // namespace

TorchTensor
MarkerWatershed::Compute(const TorchTensor &                 landscape,
                         const TorchTensor &                 markers,
                         const TorchTensor &                 mask,
                         const MarkerWatershedParameters &   parameters,
                         const std::function<void(double)> & progress)
try
{
  VerifyImageTensor(landscape, "MarkerWatershed::Compute()", "landscape");
  VerifyImageTensor(markers, "MarkerWatershed::Compute()", "markers");
  VerifyOptionalImageTensor(mask, "MarkerWatershed::Compute()", "mask");
  TorchParameterView(parameters).Verify("MarkerWatershed");
  const at::Tensor levels =
    ToFloodLevels(landscape.To(TorchDevice::CPU()), parameters.LevelRange.at(0), parameters.LevelRange.at(1));
  const at::Tensor    inside = ToMask(mask);
  const MarkerNumbers numbers(GetLabelPixels(markers.To(TorchDevice::CPU())));
  TORCH_CHECK(levels.sizes() == numbers.Numbers.sizes() && (!inside.defined() || levels.sizes() == inside.sizes()),
              "landscape, markers and mask must have the same pixels, but the landscape's shape is ",
              levels.sizes(),
              " and the markers' ",
              numbers.Numbers.sizes());
  PriorityFloodProblem problem;
  problem.Size.assign(levels.sizes().rbegin(), levels.sizes().rend());
  problem.IsFullyConnected = parameters.FullyConnected;
  problem.HasWatershedLine = parameters.MarkWatershedLine;
  problem.Levels = levels.const_data_ptr<std::uint16_t>();
  problem.Mask = inside.defined() ? inside.const_data_ptr<std::uint8_t>() : nullptr;
  const at::Tensor flooded = EmptyOnLargePages(levels.sizes(), c10::kInt);
  FloodFromMarkers(problem,
                   static_cast<const std::uint32_t *>(numbers.Numbers.const_data_ptr()),
                   static_cast<std::uint32_t *>(flooded.data_ptr()),
                   progress);
  const at::Tensor labels = numbers.ToLabels(flooded, markers.GetComponentType()).unsqueeze(0).unsqueeze(0);
  return MakeTorchTensor(labels, TorchDevice::CPU()).To(markers.GetDevice());
}
catch (...)
{
  TorchExecution::Rethrow("MarkerWatershed::Compute()");
}
} // namespace itk
