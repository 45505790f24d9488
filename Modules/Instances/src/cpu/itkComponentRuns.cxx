// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkComponentRuns.h"
#include "itkGridNeighbors.h"
#include "itkRowRuns.h"
#include "itkMacro.h"
#include <ATen/Parallel.h>
#include <algorithm>
#include <limits>

namespace itk
{
namespace
{
/** Runs body(begin, end) over all strips, so that each thread gets one between two reports. */
template <typename TBody>
void
ForEachStrip(std::int64_t strips, const TorchProgress & progress, const TBody & body)
{
  const std::int64_t step = at::get_num_threads();
  for (std::int64_t begin = 0; begin < strips; begin += step)
  {
    const std::int64_t end = std::min(begin + step, strips);
    at::parallel_for(begin, end, 1, body);
    progress(static_cast<double>(end) / static_cast<double>(strips));
  }
}
} // namespace

ComponentRuns::ComponentRuns(std::vector<std::int64_t> size, bool isFullyConnected)
  : m_Size(std::move(size))
  , m_Width(m_Size[0])
  , m_Rows(NumberOfPixels(m_Size) / m_Width)
  , m_Reach(isFullyConnected ? 1 : 0)
{
  if (m_Width > std::numeric_limits<std::int32_t>::max() - 1)
  {
    itkGenericExceptionMacro("A row must have at most " << std::numeric_limits<std::int32_t>::max() - 1
                                                        << " pixels, but has " << m_Width << '.');
  }
  for (const GridOffset & offset : GridNeighbors(m_Size.size(), isFullyConnected))
  {
    EarlierRow   earlier{ { offset.begin() + 1, offset.end() }, 0 };
    std::int64_t stride = 1;
    for (std::size_t axis = 1; axis < m_Size.size(); ++axis)
    {
      earlier.Rows += stride * offset[axis];
      stride *= m_Size[axis];
    }
    const auto isZero = [](std::int64_t step) { return step == 0; };
    const auto last = std::find_if_not(earlier.Offset.rbegin(), earlier.Offset.rend(), isZero);
    if (offset[0] == 0 && last != earlier.Offset.rend() && *last < 0)
    {
      m_EarlierRows.push_back(earlier);
    }
  }
  // Strips of whole planes of the last axis, so that few rows have neighbors in the strip before.
  const std::int64_t planes = m_Size.size() > 1 ? m_Size.back() : 1;
  const std::int64_t strips = std::clamp<std::int64_t>(
    m_Rows * m_Width / 100000,
    1,
    std::min<std::int64_t>(
      planes,
      std::max<std::int64_t>(m_Rows * m_Width / 4000000, at::get_num_threads() == 1 ? 1 : 4 * at::get_num_threads())));
  for (std::int64_t strip = 0; strip <= strips; ++strip)
  {
    m_Strips.push_back(planes * strip / strips * (m_Rows / planes));
  }
}

template <typename TPixel>
void
ComponentRuns::FindRuns(const TPixel * pixels, bool areLabelsApart, const TorchProgress & progress)
{
  const auto                    strips = static_cast<std::int64_t>(m_Strips.size()) - 1;
  std::vector<std::vector<Run>> runs(static_cast<std::size_t>(strips));
  m_FirstRun.assign(static_cast<std::size_t>(m_Rows) + 1, 0);
  ForEachStrip(strips,
               progress,
               [&](std::int64_t begin, std::int64_t end)
               {
                 std::vector<std::uint8_t> edges(static_cast<std::size_t>(m_Width) + 7, 0);
                 for (std::int64_t strip = begin; strip < end; ++strip)
                 {
                   std::vector<Run> found;
                   for (std::int64_t row = m_Strips[strip]; row < m_Strips[strip + 1]; ++row)
                   {
                     AppendRuns(pixels + row * m_Width, m_Width, areLabelsApart, edges, found);
                     m_FirstRun[row + 1] = found.size();
                   }
                   runs[strip] = std::move(found);
                 }
               });
  std::size_t before = 0;
  m_Runs = std::move(runs[0]);
  for (std::int64_t strip = 0; strip < strips; ++strip)
  {
    if (strip > 0)
    {
      m_Runs.insert(m_Runs.end(), runs[strip].begin(), runs[strip].end());
    }
    for (std::int64_t row = m_Strips[strip]; row < m_Strips[strip + 1]; ++row)
    {
      m_FirstRun[row + 1] += before;
    }
    before = m_Runs.size();
  }
  if (m_Runs.size() > std::numeric_limits<std::uint32_t>::max())
  {
    itkGenericExceptionMacro("The rows must have at most " << std::numeric_limits<std::uint32_t>::max()
                                                           << " runs of pixels, but have " << m_Runs.size() << '.');
  }
}

/** Calls merge(before, row) for the rows [begin, end) and their neighbors before them in [from, to). */
template <typename TMerge>
void
ComponentRuns::MergeRows(std::int64_t begin, std::int64_t end, std::int64_t from, std::int64_t to, const TMerge & merge)
{
  std::vector<std::int64_t> place(m_Size.size() - 1);
  std::int64_t              rest = begin;
  for (std::size_t axis = 0; axis < place.size(); ++axis)
  {
    place[axis] = rest % m_Size[axis + 1];
    rest /= m_Size[axis + 1];
  }
  for (std::int64_t row = begin; row < end; ++row)
  {
    for (const EarlierRow & earlier : m_EarlierRows)
    {
      const std::int64_t before = row + earlier.Rows;
      bool               isInside = before >= from && before < to;
      for (std::size_t axis = 0; isInside && axis < place.size(); ++axis)
      {
        const std::int64_t at = place[axis] + earlier.Offset[axis];
        isInside = at >= 0 && at < m_Size[axis + 1];
      }
      if (isInside)
      {
        merge(before, row);
      }
    }
    for (std::size_t axis = 0; axis < place.size() && ++place[axis] == m_Size[axis + 1]; ++axis)
    {
      place[axis] = 0;
    }
  }
}

/** Unites the runs of two rows that are neighbors. */
template <typename TPixel>
void
ComponentRuns::MergeRuns(const TPixel * pixels, bool areLabelsApart, std::int64_t before, std::int64_t row)
{
  const auto beforeEnd = static_cast<std::uint32_t>(m_FirstRun[before + 1]);
  const auto end = static_cast<std::uint32_t>(m_FirstRun[row + 1]);
  auto       first = static_cast<std::uint32_t>(m_FirstRun[before]);
  for (auto run = static_cast<std::uint32_t>(m_FirstRun[row]); run < end; ++run)
  {
    const Run here = m_Runs[run];
    while (first < beforeEnd && m_Runs[first].End + m_Reach <= here.Begin)
    {
      ++first;
    }
    for (std::uint32_t other = first; other < beforeEnd && m_Runs[other].Begin < here.End + m_Reach; ++other)
    {
      if (!areLabelsApart || pixels[before * m_Width + m_Runs[other].Begin] == pixels[row * m_Width + here.Begin])
      {
        this->Unite(other, run);
      }
    }
  }
}

std::uint32_t
ComponentRuns::FindRoot(std::uint32_t run)
{
  while (m_Parents[run] != run)
  {
    m_Parents[run] = m_Parents[m_Parents[run]];
    run = m_Parents[run];
  }
  return run;
}

void
ComponentRuns::Unite(std::uint32_t a, std::uint32_t b)
{
  a = this->FindRoot(a);
  b = this->FindRoot(b);
  m_Parents[std::max(a, b)] = std::min(a, b);
}

/** Parents come before their children, so that one pass from the first run on resolves all. */
void
ComponentRuns::NumberComponents()
{
  m_Sizes.clear();
  for (std::size_t run = 0; run < m_Runs.size(); ++run)
  {
    std::uint32_t & parent = m_Parents[run];
    if (parent == run)
    {
      parent = static_cast<std::uint32_t>(m_Sizes.size());
      m_Sizes.push_back(0);
    }
    else
    {
      parent = m_Parents[parent];
    }
    m_Sizes[parent] += m_Runs[run].End - m_Runs[run].Begin;
  }
}

template <typename TPixel>
void
ComponentRuns::Connect(const TPixel * pixels, bool areLabelsApart, const std::function<void(double)> & progress)
{
  this->FindRuns(pixels, areLabelsApart, PartOfProgress(progress, 0.0, 0.5));
  m_Parents.resize(m_Runs.size());
  for (std::size_t run = 0; run < m_Runs.size(); ++run)
  {
    m_Parents[run] = static_cast<std::uint32_t>(run);
  }
  const auto strips = static_cast<std::int64_t>(m_Strips.size()) - 1;
  const auto merge = [&](std::int64_t before, std::int64_t row)
  { this->MergeRuns(pixels, areLabelsApart, before, row); };
  ForEachStrip(strips,
               PartOfProgress(progress, 0.5, 0.75),
               [&](std::int64_t begin, std::int64_t end)
               {
                 for (std::int64_t strip = begin; strip < end; ++strip)
                 {
                   this->MergeRows(m_Strips[strip], m_Strips[strip + 1], m_Strips[strip], m_Strips[strip + 1], merge);
                 }
               });
  const std::int64_t rowsOfPlane = m_Size.size() > 1 ? m_Rows / m_Size.back() : m_Rows;
  for (std::int64_t strip = 1; strip < strips; ++strip)
  {
    this->MergeRows(m_Strips[strip], m_Strips[strip] + rowsOfPlane, 0, m_Strips[strip], merge);
  }
  this->NumberComponents();
  progress(0.8);
}

template <typename TLabel>
void
ComponentRuns::Write(const std::vector<TLabel> & labelOf, TLabel * labels) const
{
  at::parallel_for(0,
                   m_Rows,
                   1 + 50000 / m_Width,
                   [&](std::int64_t begin, std::int64_t end)
                   {
                     for (std::int64_t row = begin; row < end; ++row)
                     {
                       TLabel *     to = labels + row * m_Width;
                       std::int32_t x = 0;
                       for (std::size_t run = m_FirstRun[row]; run < m_FirstRun[row + 1]; ++run)
                       {
                         std::fill(to + x, to + m_Runs[run].Begin, TLabel{ 0 });
                         std::fill(to + m_Runs[run].Begin, to + m_Runs[run].End, labelOf[m_Parents[run]]);
                         x = m_Runs[run].End;
                       }
                       std::fill(to + x, to + m_Width, TLabel{ 0 });
                     }
                   });
}

#define ITKTorch_INSTANTIATE(type)                                                                                     \
  template void ComponentRuns::Connect(const type *, bool, const std::function<void(double)> &);                       \
  template void ComponentRuns::Write(const std::vector<type> &, type *) const
ITKTorch_INSTANTIATE(std::uint8_t);
ITKTorch_INSTANTIATE(std::uint16_t);
ITKTorch_INSTANTIATE(std::uint32_t);
ITKTorch_INSTANTIATE(std::uint64_t);
#undef ITKTorch_INSTANTIATE
} // namespace itk
