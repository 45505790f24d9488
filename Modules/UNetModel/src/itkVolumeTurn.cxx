// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkVolumeTurn.h"
#include "itkTorchExecution.h"
#include "itkTorchTensorAccess.h"
#include <algorithm>
#include <cmath>
#include <numeric>

namespace itk
{
namespace
{
// ITK's physical axes.
constexpr const char * towardsPositive = "LPS";
constexpr const char * towardsNegative = "RAI";

/** The physical axis of a letter. */
std::size_t
GetPhysicalAxis(char letter)
{
  std::size_t axis = 0;
  while (axis < 2 && letter != towardsPositive[axis] && letter != towardsNegative[axis])
  {
    ++axis;
  }
  return axis;
}
} // namespace

std::string
GetVolumeOrientation(const std::vector<double> & direction)
{
  std::array<std::size_t, 3> rows{ 0, 1, 2 };
  std::array<std::size_t, 3> nearest = rows;
  double                     largest = -1.0;
  do
  {
    double sum = 0.0;
    for (std::size_t axis = 0; axis < 3; ++axis)
    {
      sum += std::abs(direction[3 * rows[axis] + axis]);
    }
    // Of equal ones the first, whatever the rounding.
    constexpr double rounding = 1e-9;
    if (sum > largest + rounding)
    {
      largest = sum;
      nearest = rows;
    }
  }
  while (std::next_permutation(rows.begin(), rows.end()));

  std::string orientation;
  for (std::size_t axis = 0; axis < 3; ++axis)
  {
    const std::size_t row = nearest[axis];
    orientation += direction[3 * row + axis] > 0.0 ? towardsPositive[row] : towardsNegative[row];
  }
  return orientation;
}

template <unsigned int VDimension>
VolumeTurn<VDimension>::VolumeTurn()
{
  std::iota(m_Axes.begin(), m_Axes.end(), 0u);
}

template <unsigned int VDimension>
VolumeTurn<VDimension>::VolumeTurn(const std::vector<double> & direction, const std::string & orientation)
  : VolumeTurn()
{
  if (VDimension != 3 || orientation.empty())
  {
    return;
  }
  const std::string from = GetVolumeOrientation(direction);
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    const std::size_t wanted = GetPhysicalAxis(orientation[axis]);
    const auto        found =
      std::find_if(from.begin(), from.end(), [wanted](char letter) { return GetPhysicalAxis(letter) == wanted; });
    m_Axes[axis] = static_cast<unsigned int>(found - from.begin());
    m_IsReversed[axis] = *found != orientation[axis];
  }
}

template <unsigned int VDimension>
bool
VolumeTurn<VDimension>::IsNone() const
{
  return std::is_sorted(m_Axes.begin(), m_Axes.end()) &&
         std::none_of(m_IsReversed.begin(), m_IsReversed.end(), [](bool isReversed) { return isReversed; });
}

template <unsigned int VDimension>
std::vector<double>
VolumeTurn<VDimension>::Turn(const std::vector<double> & alongAxes) const
{
  std::vector<double> turned;
  for (const unsigned int axis : m_Axes)
  {
    turned.push_back(alongAxes[axis]);
  }
  return turned;
}

template <unsigned int VDimension>
auto
VolumeTurn<VDimension>::Turn(const GridType & volume) const -> typename GridType::Pointer
{
  const auto largest = volume.GetLargestPossibleRegion();
  auto       first = largest.GetIndex();
  auto       spacing = volume.GetSpacing();
  auto       direction = volume.GetDirection();
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    const unsigned int from = m_Axes[axis];
    first[from] = m_IsReversed[axis] ? largest.GetUpperIndex()[from] : largest.GetIndex(from);
    spacing[axis] = volume.GetSpacing()[from];
    for (unsigned int row = 0; row < VDimension; ++row)
    {
      direction[row][axis] = (m_IsReversed[axis] ? -1.0 : 1.0) * volume.GetDirection()[row][from];
    }
  }
  typename GridType::PointType origin;
  volume.TransformIndexToPhysicalPoint(first, origin);
  auto turned = GridType::New();
  turned->SetSpacing(spacing);
  turned->SetOrigin(origin);
  turned->SetDirection(direction);
  turned->SetRegions(this->Turn(largest, largest));
  return turned;
}

template <unsigned int VDimension>
auto
VolumeTurn<VDimension>::Turn(const RegionType & region, const RegionType & largest) const -> RegionType
{
  RegionType turned;
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    const unsigned int from = m_Axes[axis];
    const auto         size = static_cast<IndexValueType>(region.GetSize(from));
    const auto         begin = region.GetIndex(from) - largest.GetIndex(from);
    const auto         whole = static_cast<IndexValueType>(largest.GetSize(from));
    turned.SetIndex(axis, m_IsReversed[axis] ? whole - begin - size : begin);
    turned.SetSize(axis, region.GetSize(from));
  }
  return turned;
}

template <unsigned int VDimension>
auto
VolumeTurn<VDimension>::TurnBack(const RegionType & turned, const RegionType & largest) const -> RegionType
{
  RegionType region;
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    const unsigned int to = m_Axes[axis];
    const auto         size = static_cast<IndexValueType>(turned.GetSize(axis));
    const auto         whole = static_cast<IndexValueType>(largest.GetSize(to));
    const auto         begin = m_IsReversed[axis] ? whole - turned.GetIndex(axis) - size : turned.GetIndex(axis);
    region.SetIndex(to, largest.GetIndex(to) + begin);
    region.SetSize(to, turned.GetSize(axis));
  }
  return region;
}

template <unsigned int VDimension>
TorchTensor
VolumeTurn<VDimension>::Turn(const TorchTensor & pixels) const
{
  return this->Exchange(pixels, false);
}

template <unsigned int VDimension>
TorchTensor
VolumeTurn<VDimension>::TurnBack(const TorchTensor & turned) const
{
  return this->Exchange(turned, true);
}

template <unsigned int VDimension>
TorchTensor
VolumeTurn<VDimension>::Exchange(const TorchTensor & pixels, bool isBack) const
try
{
  if (!pixels.IsDefined() || this->IsNone())
  {
    return pixels;
  }
  // Axes of tensors count from the other end.
  constexpr std::int64_t    last = VDimension + 1;
  std::vector<std::int64_t> order(VDimension + 2);
  std::vector<std::int64_t> reversed;
  order[1] = 1;
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    const unsigned int to = isBack ? m_Axes[axis] : axis;
    order[last - to] = last - (isBack ? axis : m_Axes[axis]);
    if (m_IsReversed[axis])
    {
      reversed.push_back(last - to);
    }
  }
  return MakeTorchTensor(GetATensor(pixels).permute(order).flip(reversed).contiguous(), pixels.GetDevice());
}
catch (...)
{
  TorchExecution::Rethrow("VolumeTurn");
}

template class VolumeTurn<2>;
template class VolumeTurn<3>;
} // namespace itk
