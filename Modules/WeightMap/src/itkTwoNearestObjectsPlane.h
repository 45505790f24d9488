// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTwoNearestObjectsPlane_h
#define itkTwoNearestObjectsPlane_h

#include "itkTwoNearestObjectsKernel.h"
#include "itkTwoNearestObjectsLine.h"
#include "itkTwoNearestObjectsRowScan.h"
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#ifdef __linux__
#  include <sys/mman.h>
#endif

namespace itk
{
/** Memory whose content is undefined at first. Large pages, where the system has them, spare their faults. */
template <typename T>
class Scratch
{
public:
  explicit Scratch(std::int64_t size)
  {
    constexpr std::size_t largePage = std::size_t{ 1 } << 21;
    const std::size_t     bytes = static_cast<std::size_t>(size) * sizeof(T);
    const bool            isLarge = bytes >= 2 * largePage;
    const std::size_t     alignment = isLarge ? largePage : 64;
    m_Memory.reset(static_cast<T *>(std::aligned_alloc(alignment, (bytes / alignment + 1) * alignment)));
    if (!m_Memory)
    {
      throw std::bad_alloc();
    }
#ifdef __linux__
    if (isLarge)
    {
      madvise(m_Memory.get(), bytes, MADV_HUGEPAGE);
    }
#endif
  }

  T *
  Get() const
  {
    return m_Memory.get();
  }

private:
  struct Free
  {
    void
    operator()(void * memory) const
    {
      std::free(memory);
    }
  };
  std::unique_ptr<T, Free> m_Memory;
};

/** The rows of a plane, laid out for a pass over its columns: four neighbours, a line of the cache, follow their upper
 * ones. */
class Plane
{
public:
  Plane(std::int64_t width, std::int64_t height, int unit, double spacing)
    : m_Width(width)
    // Of an odd length, so that the groups of a row do not compete for the same lines of the cache.
    , m_GroupLength((height + 4) | 1)
    , m_Unit(unit)
    , m_SquaredStep((spacing / unit) * (spacing / unit))
    , m_Objects(NumberOfGroups() * m_GroupLength * groupWidth)
  {}

  /** What a thread needs to scan rows. */
  struct Scanner
  {
    explicit Scanner(const Plane & plane)
      : Labels(static_cast<std::size_t>(plane.m_Width))
      , Row(static_cast<std::size_t>(plane.NumberOfGroups() * groupWidth))
      , Scan(plane.m_Unit)
    {}
    std::vector<std::uint32_t> Labels;
    std::vector<RowObjects>    Row;
    RowScan                    Scan;
  };

  void
  Scan(std::int64_t y, std::int64_t offset, const TwoNearestObjectsSource & source, Scanner & scanner)
  {
    source(offset, m_Width, scanner.Labels.data());
    scanner.Scan.Scan(scanner.Labels, scanner.Row.data());
    for (std::int64_t group = 0; group < NumberOfGroups(); ++group)
    {
      std::memcpy(m_Objects.Get() + (group * m_GroupLength + y) * groupWidth,
                  scanner.Row.data() + group * groupWidth,
                  groupWidth * sizeof(RowObjects));
    }
  }

  /** The objects of a column's pixels as a function of y. */
  auto
  operator()(std::int64_t x) const
  {
    const RowObjects * const column = m_Objects.Get() + x / groupWidth * m_GroupLength * groupWidth + x % groupWidth;
    return [column, squaredStep = m_SquaredStep](std::int64_t y) -> TwoNearestObjects<double>
    {
      constexpr double   infinity = TwoNearestObjects<double>::Infinity;
      const RowObjects & row = column[y * groupWidth];
      const auto         first = static_cast<double>(row.First);
      const auto         second = static_cast<double>(row.Second);
      return { row.FirstLabel == 0 ? infinity : squaredStep * (first * first),
               row.SecondLabel == 0 ? infinity : squaredStep * (second * second),
               row.FirstLabel,
               row.SecondLabel };
    };
  }

private:
  static constexpr std::int64_t groupWidth = 4;

  std::int64_t
  NumberOfGroups() const
  {
    return (m_Width + groupWidth - 1) / groupWidth;
  }

  std::int64_t        m_Width;
  std::int64_t        m_GroupLength;
  int                 m_Unit;
  double              m_SquaredStep;
  Scratch<RowObjects> m_Objects;
};
} // namespace itk

#endif
