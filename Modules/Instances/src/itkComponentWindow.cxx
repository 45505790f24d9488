// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkComponentWindow.h"
#include "itkGridNeighbors.h"
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <algorithm>

namespace itk
{
namespace
{
/** Grows as far as is needed and no farther. */
template <typename TValue>
TValue *
Extend(std::vector<TValue> & values, std::int64_t count)
{
  const std::size_t before = values.size();
  values.reserve(before + static_cast<std::size_t>(count));
  values.resize(before + static_cast<std::size_t>(count));
  return values.data() + before;
}
} // namespace

ComponentWindow::ComponentWindow(std::vector<std::int64_t> size, bool isFullyConnected, bool areHolesFilled)
  : m_Size(std::move(size))
  , m_Axis(m_Size.size() - 1)
  , m_IsFullyConnected(isFullyConnected)
  , m_AreHolesFilled(areHolesFilled)
{
  while (m_Axis > 0 && m_Size[m_Axis] == 1)
  {
    --m_Axis;
  }
  for (std::size_t axis = 0; axis < m_Axis; ++axis)
  {
    m_PixelsOfPlane *= m_Size[axis];
  }
}

void
ComponentWindow::Append(const InstanceMaps & planes)
{
  const std::int64_t          pixels = planes.Mask.numel();
  const auto * const          mask = planes.Mask.const_data_ptr<std::uint8_t>();
  const auto * const          seeds = planes.Seeds.const_data_ptr<std::uint8_t>();
  const std::uint16_t * const interior = planes.Interior.const_data_ptr<std::uint16_t>();
  std::uint8_t * const        marks = Extend(m_Marks, pixels);
  for (std::int64_t pixel = 0; pixel < pixels; ++pixel)
  {
    marks[pixel] = static_cast<std::uint8_t>(mask[pixel] | (seeds[pixel] << 1));
  }
  std::copy_n(interior, pixels, Extend(m_Interior, pixels));
  m_LargestNumberOfPlanes = std::max(m_LargestNumberOfPlanes, this->GetNumberOfPlanes());
}

std::optional<WholeComponents>
ComponentWindow::TakeWhole()
{
  ComponentRuns runs(this->GetSize(this->GetNumberOfPlanes()), m_IsFullyConnected);
  runs.Connect(m_Marks.data(), false, [](double) {});
  auto         components = this->FindComponents(runs);
  const bool   isAtEnd = m_FirstPlane + this->GetNumberOfPlanes() == m_Size[m_Axis];
  std::int64_t firstOpenPlane = this->GetNumberOfPlanes();
  for (Component & component : components)
  {
    component.IsTaken = isAtEnd || component.LastPlane + 1 < this->GetNumberOfPlanes();
    firstOpenPlane = component.IsTaken ? firstOpenPlane : std::min(firstOpenPlane, component.FirstPlane);
  }
  if (m_AreHolesFilled && !isAtEnd)
  {
    this->LeaveEnclosed(runs, firstOpenPlane, components);
  }
  auto whole = this->Take(runs, components);
  this->DropPlanes(isAtEnd ? firstOpenPlane : std::max<std::int64_t>(0, firstOpenPlane - 1));
  return whole;
}

std::vector<std::int64_t>
ComponentWindow::GetSize(std::int64_t planes) const
{
  auto size = m_Size;
  size[m_Axis] = planes;
  return size;
}

/** In raster order of their first pixels. */
std::vector<ComponentWindow::Component>
ComponentWindow::FindComponents(const ComponentRuns & runs) const
{
  std::vector<Component> components;
  components.reserve(runs.GetSizes().size());
  runs.ForEachRun(
    [&](std::int64_t row, const ComponentRuns::Run & run, std::uint32_t component)
    {
      const std::int64_t first = row * m_Size[0] + run.Begin;
      const std::int64_t last = first + run.End - run.Begin - 1;
      if (component == components.size())
      {
        components.push_back({ first, first / m_PixelsOfPlane, 0, false });
      }
      components[component].LastPlane = last / m_PixelsOfPlane;
    });
  return components;
}

/** Components in pockets are not taken. */
void
ComponentWindow::LeaveEnclosed(const ComponentRuns &    runs,
                               std::int64_t             firstOpenPlane,
                               std::vector<Component> & components) const
{
  const auto isLate = [firstOpenPlane](const Component & component)
  { return component.IsTaken && component.FirstPlane > firstOpenPlane; };
  if (std::none_of(components.begin(), components.end(), isLate))
  {
    return;
  }
  const std::int64_t        offset = firstOpenPlane * m_PixelsOfPlane;
  std::vector<std::uint8_t> others(m_Marks.size() - static_cast<std::size_t>(offset), 1);
  runs.ForEachRun(
    [&](std::int64_t row, const ComponentRuns::Run & run, std::uint32_t component)
    {
      if (!components[component].IsTaken)
      {
        std::fill_n(others.begin() + row * m_Size[0] + run.Begin - offset, run.End - run.Begin, std::uint8_t{ 0 });
      }
    });
  ComponentRuns pockets(this->GetSize(this->GetNumberOfPlanes() - firstOpenPlane), !m_IsFullyConnected);
  pockets.Connect(others.data(), false, [](double) {});
  std::vector<bool> isOutside(pockets.GetSizes().size(), false);
  pockets.ForEachRun([&](std::int64_t row, const ComponentRuns::Run & run, std::uint32_t pocket)
                     { isOutside[pocket] = isOutside[pocket] || row * m_Size[0] + run.Begin < m_PixelsOfPlane; });
  // Both in raster order: a component is in the pocket of its first pixel.
  auto component = std::find_if(components.begin(), components.end(), isLate);
  pockets.ForEachRun(
    [&](std::int64_t row, const ComponentRuns::Run & run, std::uint32_t pocket)
    {
      for (; component != components.end() && component->FirstPixel - offset < row * m_Size[0] + run.End; ++component)
      {
        component->IsTaken = component->IsTaken && isOutside[pocket];
      }
    });
}

std::optional<WholeComponents>
ComponentWindow::Take(const ComponentRuns & runs, const std::vector<Component> & components)
{
  std::int64_t begin = this->GetNumberOfPlanes();
  std::int64_t end = 0;
  for (const Component & component : components)
  {
    if (component.IsTaken)
    {
      begin = std::min(begin, component.FirstPlane - 1);
      end = std::max(end, component.LastPlane + 2);
      m_LargestExtent = std::max(m_LargestExtent, component.LastPlane + 1 - component.FirstPlane);
    }
  }
  if (end == 0)
  {
    return {};
  }
  begin = std::max<std::int64_t>(0, begin);
  end = std::min(end, this->GetNumberOfPlanes());
  auto size = this->GetSize(end - begin);
  std::reverse(size.begin(), size.end());
  WholeComponents whole{ m_FirstPlane + begin,
                         { at::zeros(size, c10::kByte), at::zeros(size, c10::kByte), at::empty(size, c10::kUInt16) } };
  auto * const    mask = whole.Maps.Mask.data_ptr<std::uint8_t>();
  auto * const    seeds = whole.Maps.Seeds.data_ptr<std::uint8_t>();
  const auto      offset = begin * m_PixelsOfPlane;
  std::copy_n(m_Interior.data() + offset, whole.Maps.Mask.numel(), whole.Maps.Interior.data_ptr<std::uint16_t>());
  runs.ForEachRun(
    [&](std::int64_t row, const ComponentRuns::Run & run, std::uint32_t component)
    {
      const std::int64_t first = row * m_Size[0] + run.Begin;
      for (std::int64_t pixel = first; components[component].IsTaken && pixel < first + run.End - run.Begin; ++pixel)
      {
        std::uint8_t & mark = m_Marks[static_cast<std::size_t>(pixel)];
        mask[pixel - offset] = 1;
        seeds[pixel - offset] = mark >> 1;
        mark = 0;
      }
    });
  return whole;
}

void
ComponentWindow::DropPlanes(std::int64_t count)
{
  const std::int64_t pixels = count * m_PixelsOfPlane;
  m_Marks.erase(m_Marks.begin(), m_Marks.begin() + pixels);
  m_Interior.erase(m_Interior.begin(), m_Interior.begin() + pixels);
  m_FirstPlane += count;
}
} // namespace itk
