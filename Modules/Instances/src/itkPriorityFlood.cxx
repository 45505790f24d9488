// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkPriorityFlood.h"
#include "itkBucketQueue.h"
#include "itkLargePages.h"
#include "itkPaddedGrid.h"
#include <algorithm>
#include <array>
#include <limits>

namespace itk
{
namespace
{
/** One flood. A pixel whose level is `closed` is outside, or has its place in a queue or a label.
 * \tparam VNeighbors number of neighbors; 0 where it is known at run time only */
template <typename TLevel, std::size_t VNeighbors>
class Flood
{
public:
  Flood(const PaddedGrid & grid, const std::vector<std::int64_t> & shifts)
    : m_Grid(grid)
    , m_Pixels(grid.GetNumberOfPixels())
    , m_LevelMemory(EmptyOnLargePages({ m_Pixels }, sizeof(TLevel) == 2 ? c10::kShort : c10::kInt))
    , m_LabelMemory(EmptyOnLargePages({ m_Pixels }, c10::kInt))
    , m_Levels(static_cast<TLevel *>(m_LevelMemory.data_ptr()))
    , m_Labels(static_cast<std::uint32_t *>(m_LabelMemory.data_ptr()))
    , m_Queue(std::size_t{ 1 } << 16)
  {
    if constexpr (VNeighbors > 0)
    {
      std::copy(shifts.begin(), shifts.end(), m_Shifts.begin());
    }
    else
    {
      m_Shifts = shifts;
    }
  }

  void
  Run(const PriorityFloodProblem &        problem,
      const std::uint32_t *               markers,
      std::uint32_t *                     labels,
      const std::function<void(double)> & progress)
  {
    this->Load(problem, markers);
    if (problem.HasWatershedLine)
    {
      this->QueueNeighborsOfMarkers();
      this->Serve(progress, [this](const Reached & at, std::size_t level) { this->LabelByNeighbors(at.Pixel, level); });
    }
    else
    {
      this->QueueMarkers();
      this->Serve(progress,
                  [this](const Reached & at, std::size_t level)
                  {
                    m_Labels[at.Pixel] = at.Label;
                    this->QueueNeighbors(at.Pixel, at.Label, level);
                  });
    }
    const std::int64_t width = problem.Size[0];
    m_Grid.ForEachRow([&](std::int64_t inner, std::int64_t padded)
                      { std::copy_n(m_Labels + padded, width, labels + inner); });
  }

private:
  struct Reached
  {
    std::uint32_t Pixel;
    std::uint32_t Label;
  };

  static constexpr TLevel closed = std::numeric_limits<TLevel>::max();

  /** The margin and what is outside are closed. */
  void
  Load(const PriorityFloodProblem & problem, const std::uint32_t * markers)
  {
    std::fill_n(m_Levels, m_Pixels, closed);
    if (problem.HasWatershedLine)
    {
      std::fill_n(m_Labels, m_Pixels, 0);
    }
    const std::int64_t width = problem.Size[0];
    m_Grid.ForEachRow(
      [&](std::int64_t inner, std::int64_t padded)
      {
        if (problem.Mask == nullptr)
        {
          std::copy_n(problem.Levels + inner, width, m_Levels + padded);
          std::copy_n(markers + inner, width, m_Labels + padded);
          return;
        }
        for (std::int64_t x = 0; x < width; ++x)
        {
          const bool isInside = problem.Mask[inner + x] != 0;
          m_Levels[padded + x] = isInside ? TLevel{ problem.Levels[inner + x] } : closed;
          m_Labels[padded + x] = isInside ? markers[inner + x] : 0;
        }
      });
  }

  /** Closes the markers, and queues those that can flow; a pixel of the margin has no place to look from. */
  void
  QueueMarkers()
  {
    for (std::int64_t pixel = 0; pixel < m_Pixels; ++pixel)
    {
      if (m_Levels[pixel] != closed && m_Labels[pixel] != 0)
      {
        if (this->HasOpenNeighbor(pixel))
        {
          m_Queue.Push(m_Levels[pixel], { static_cast<std::uint32_t>(pixel), m_Labels[pixel] });
        }
        m_Levels[pixel] = closed;
      }
    }
  }

  bool
  HasOpenNeighbor(std::int64_t pixel) const
  {
    for (const std::int64_t shift : m_Shifts)
    {
      if (m_Levels[pixel + shift] != closed && m_Labels[pixel + shift] == 0)
      {
        return true;
      }
    }
    return false;
  }

  void
  CloseMarkers()
  {
    for (std::int64_t pixel = 0; pixel < m_Pixels; ++pixel)
    {
      m_Levels[pixel] = m_Labels[pixel] != 0 ? closed : m_Levels[pixel];
    }
  }

  void
  QueueNeighborsOfMarkers()
  {
    this->CloseMarkers();
    for (std::int64_t pixel = 0; pixel < m_Pixels; ++pixel)
    {
      if (m_Labels[pixel] != 0)
      {
        this->QueueNeighbors(static_cast<std::uint32_t>(pixel), 0, 0);
      }
    }
  }

  void
  QueueNeighbors(std::uint32_t pixel, std::uint32_t label, std::size_t level)
  {
    for (const std::int64_t shift : m_Shifts)
    {
      const auto next = static_cast<std::uint32_t>(pixel + shift);
      if (m_Levels[next] != closed)
      {
        m_Queue.Push(std::max<std::size_t>(level, m_Levels[next]), { next, label });
        m_Levels[next] = closed;
      }
    }
  }

  void
  LabelByNeighbors(std::uint32_t pixel, std::size_t level)
  {
    std::uint32_t label = 0;
    for (const std::int64_t shift : m_Shifts)
    {
      const std::uint32_t other = m_Labels[pixel + shift];
      if (other != 0 && label != 0 && other != label)
      {
        return;
      }
      label = other != 0 ? other : label;
    }
    m_Labels[pixel] = label;
    this->QueueNeighbors(pixel, 0, level);
  }

  template <typename TServe>
  void
  Serve(const std::function<void(double)> & progress, const TServe & serve)
  {
    constexpr std::size_t pixelsPerReport = 1 << 18;
    std::size_t           served = 0;
    for (std::size_t level = 0; level < m_Queue.GetNumberOfLevels(); ++level)
    {
      while (!m_Queue.IsEmpty(level))
      {
        serve(m_Queue.Pop(level), level);
        if (++served % pixelsPerReport == 0)
        {
          progress(static_cast<double>(served) / static_cast<double>(m_Pixels));
        }
      }
    }
  }

  using Shifts = std::conditional_t<(VNeighbors > 0), std::array<std::int64_t, VNeighbors>, std::vector<std::int64_t>>;

  const PaddedGrid &   m_Grid;
  Shifts               m_Shifts;
  std::int64_t         m_Pixels;
  at::Tensor           m_LevelMemory;
  at::Tensor           m_LabelMemory;
  TLevel *             m_Levels;
  std::uint32_t *      m_Labels;
  BucketQueue<Reached> m_Queue;
};

template <typename TLevel>
void
FloodWithLevels(const PriorityFloodProblem &        problem,
                const std::uint32_t *               markers,
                std::uint32_t *                     labels,
                const std::function<void(double)> & progress)
{
  const PaddedGrid grid(problem.Size);
  const auto       shifts = grid.GetShifts(problem.IsFullyConnected);
  switch (shifts.size())
  {
    case 4:
      return Flood<TLevel, 4>(grid, shifts).Run(problem, markers, labels, progress);
    case 6:
      return Flood<TLevel, 6>(grid, shifts).Run(problem, markers, labels, progress);
    case 8:
      return Flood<TLevel, 8>(grid, shifts).Run(problem, markers, labels, progress);
    default:
      return Flood<TLevel, 0>(grid, shifts).Run(problem, markers, labels, progress);
  }
}
} // namespace

void
FloodFromMarkers(const PriorityFloodProblem &        problem,
                 const std::uint32_t *               markers,
                 std::uint32_t *                     labels,
                 const std::function<void(double)> & progress)
{
  // The highest level of 16 bits means closed, unless it is needed.
  const std::uint16_t * const end = problem.Levels + NumberOfPixels(problem.Size);
  const bool hasHighest = std::find(problem.Levels, end, std::numeric_limits<std::uint16_t>::max()) != end;
  (hasHighest ? FloodWithLevels<std::uint32_t> : FloodWithLevels<std::uint16_t>)(problem, markers, labels, progress);
}
} // namespace itk
