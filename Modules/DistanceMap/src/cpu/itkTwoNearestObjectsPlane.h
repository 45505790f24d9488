// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTwoNearestObjectsPlane_h
#define itkTwoNearestObjectsPlane_h

#include "itkTwoNearestObjectsKernel.h"
#include "itkTwoNearestObjectsLine.h"
#include "itkTwoNearestObjectsRowScan.h"
#include <algorithm>
#include <cstdlib>
#include <vector>

namespace itk
{
/** The rows of a plane as pieces, and its columns read from them. */
class Plane
{
public:
  /** \param unit steps for each pixel: with 2 the nearest edge of a pixel is one step nearer than its center */
  Plane(std::int64_t width, std::int64_t height, int unit, double spacing)
    : m_Width(width)
    , m_Unit(unit)
    , m_SquaredStep((spacing / unit) * (spacing / unit))
    , m_Rows(static_cast<std::size_t>(height))
  {}

  /** What a thread needs to scan rows. */
  struct Scanner
  {
    explicit Scanner(const Plane & plane)
      : Labels(static_cast<std::size_t>(plane.m_Width))
    {}
    std::vector<std::uint32_t> Labels;
    RowScan                    Scan;
  };

  void
  Scan(std::int64_t y, std::int64_t offset, const TwoNearestObjectsSource & source, Scanner & scanner)
  {
    source(offset, m_Width, scanner.Labels.data());
    const auto & pieces = scanner.Scan.Scan(scanner.Labels);
    m_Rows[static_cast<std::size_t>(y)].assign(pieces.begin(), pieces.end());
  }

  /** Reads columns from left to right, a few neighbors at a time. */
  class ColumnReader
  {
  public:
    explicit ColumnReader(const Plane & plane)
      : m_Plane(plane)
      , m_Pieces(plane.m_Rows.size())
      , m_Group(plane.m_Rows.size() * groupWidth)
    {}

    /** Sets the column to begin at. */
    void
    Begin(std::int64_t x)
    {
      for (std::size_t y = 0; y < m_Pieces.size(); ++y)
      {
        const auto & row = m_Plane.m_Rows[y];
        m_Pieces[y] =
          &*std::upper_bound(row.begin(), row.end(), x, [](std::int64_t at, const RowPiece & p) { return at < p.End; });
      }
      m_GroupEnd = x;
    }

    /** The objects of a column's pixels as a function of y. */
    auto
    operator()(std::int64_t x)
    {
      if (x >= m_GroupEnd)
      {
        this->ReadGroup(static_cast<std::int32_t>(x));
        m_GroupEnd = x + groupWidth;
      }
      const Objects * const column = m_Group.data() + (x + groupWidth - m_GroupEnd);
      return [column, squaredStep = m_Plane.m_SquaredStep](std::int64_t y) -> TwoNearestObjects<double>
      {
        constexpr double infinity = TwoNearestObjects<double>::Infinity;
        const Objects &  at = column[y * groupWidth];
        const auto       first = static_cast<double>(at.First);
        const auto       second = static_cast<double>(at.Second);
        return { at.FirstLabel == 0 ? infinity : squaredStep * (first * first),
                 at.SecondLabel == 0 ? infinity : squaredStep * (second * second),
                 at.FirstLabel,
                 at.SecondLabel };
      };
    }

  private:
    /** At distances in steps. */
    using Objects = TwoNearestObjects<std::int32_t>;

    /** Columns whose objects at one y fill a line of the cache. */
    static constexpr std::int32_t groupWidth = 64 / sizeof(Objects);

    void
    ReadGroup(std::int32_t x)
    {
      const std::int32_t unit = m_Plane.m_Unit;
      const auto         end = std::min<std::int32_t>(x + groupWidth, static_cast<std::int32_t>(m_Plane.m_Width));
      const auto         steps = [unit](std::int32_t at, std::int32_t object)
      { return object == RowPiece::Itself ? 0 : unit * std::abs(at - object) - (unit - 1); };
      Objects * group = m_Group.data();
      for (const RowPiece *& piece : m_Pieces)
      {
        for (std::int32_t at = x; at < end; ++at)
        {
          if (piece->End <= at)
          {
            ++piece;
          }
          group[at - x] = { steps(at, piece->First), steps(at, piece->Second), piece->FirstLabel, piece->SecondLabel };
        }
        group += groupWidth;
      }
    }

    const Plane &                 m_Plane;
    std::vector<const RowPiece *> m_Pieces; // of each row at the next column
    std::vector<Objects>          m_Group;
    std::int64_t                  m_GroupEnd{ 0 };
  };

private:
  std::int64_t                       m_Width;
  int                                m_Unit;
  double                             m_SquaredStep;
  std::vector<std::vector<RowPiece>> m_Rows;
};
} // namespace itk

#endif
