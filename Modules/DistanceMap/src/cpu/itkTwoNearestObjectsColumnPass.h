// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTwoNearestObjectsColumnPass_h
#define itkTwoNearestObjectsColumnPass_h

#include "itkTwoNearestObjectsKernel.h"
#include "itkTwoNearestObjectsLine.h"
#include <cmath>

namespace itk
{
/** Columns that are worked on together: a cache line of floats. */
constexpr std::int64_t tileWidth = TwoNearestObjectsPiece<float>::LargestCount;

/** Pieces between asking for memory and writing to it. */
constexpr std::int64_t piecesAhead = 8;

/** Columns along one axis, tileWidth of them at a time. */
template <typename TSquaredDistance>
class ColumnPass
{
public:
  using Piece = TwoNearestObjectsPiece<TSquaredDistance>;

  /** \param unit that results are multiplied by */
  ColumnPass(std::int64_t                     length,
             double                           spacing,
             const TwoNearestObjectsProblem & problem,
             double                           unit,
             bool                             areLabelsWanted)
    : m_Length(length)
    , m_Pitch(length + tileWidth)
    , m_IsToPixelEdge(problem.IsToPixelEdge)
    , m_SquaredMaximum(problem.MaximumDistance * problem.MaximumDistance)
    , m_Unit(static_cast<TSquaredDistance>(unit))
    , m_Line(length, problem.IsToPixelEdge ? 2 : 1, spacing, problem.AreSumsExact())
    , m_Own(problem.IsToPixelEdge ? static_cast<std::size_t>(length + 2) : 0)
    , m_AreLabelsWanted(areLabelsWanted)
    , m_First(static_cast<std::size_t>(m_Pitch * tileWidth))
    , m_Second(m_First.size())
    // The nearest of edges are told apart by their labels.
    , m_FirstLabel(areLabelsWanted || problem.IsToPixelEdge ? m_First.size() : 0)
    , m_SecondLabel(m_FirstLabel.size())
  {}

  /** \param load gives for a column a function of the position along the axis: the objects that are known there
   * \param store gets pieces of `width` pixels; its argument's Offset and Later are positions along the axis */
  template <typename TLoad, typename TStore>
  void
  Run(std::int64_t firstColumn, std::int64_t width, TLoad && load, const TStore & store)
  {
    for (std::int64_t column = 0; column < width; ++column)
    {
      this->TransformColumn(column * m_Pitch, load(firstColumn + column));
      if (std::isfinite(m_SquaredMaximum))
      {
        this->ForgetFar(column * m_Pitch);
      }
    }
    TSquaredDistance first[tileWidth];
    TSquaredDistance second[tileWidth];
    std::uint32_t    firstLabel[tileWidth];
    std::uint32_t    secondLabel[tileWidth];
    for (std::int64_t y = 0; y < m_Length; ++y)
    {
      this->CopyRow(m_First, y, width, first);
      this->CopyRow(m_Second, y, width, second);
      if (m_Unit != 1)
      {
        std::transform(first, first + width, first, [this](TSquaredDistance d) { return d * m_Unit; });
        std::transform(second, second + width, second, [this](TSquaredDistance d) { return d * m_Unit; });
      }
      if (m_AreLabelsWanted)
      {
        this->CopyRow(m_FirstLabel, y, width, firstLabel);
        this->CopyRow(m_SecondLabel, y, width, secondLabel);
      }
      store(Piece{ y, std::min(y + piecesAhead, m_Length - 1), width, first, second, firstLabel, secondLabel });
    }
  }

private:
  using Objects = TwoNearestObjects<double>;

  template <typename T>
  void
  CopyRow(const std::vector<T> & columns, std::int64_t y, std::int64_t width, T * row) const
  {
    const T * from = columns.data() + y;
    for (std::int64_t column = 0; column < width; ++column, from += m_Pitch)
    {
      row[column] = *from;
    }
  }

  /** The axis itself may have made the distances too large. */
  void
  ForgetFar(std::int64_t start)
  {
    constexpr auto infinity = std::numeric_limits<TSquaredDistance>::infinity();
    for (auto at = static_cast<std::size_t>(start); at < static_cast<std::size_t>(start + m_Length); ++at)
    {
      if (!m_FirstLabel.empty())
      {
        m_FirstLabel[at] = m_First[at] <= m_SquaredMaximum ? m_FirstLabel[at] : 0;
        m_SecondLabel[at] = m_Second[at] <= m_SquaredMaximum ? m_SecondLabel[at] : 0;
      }
      m_First[at] = m_First[at] <= m_SquaredMaximum ? m_First[at] : infinity;
      m_Second[at] = m_Second[at] <= m_SquaredMaximum ? m_Second[at] : infinity;
    }
  }

  /** What is known at a pixel, without what is too far away; whether there is anything. */
  bool
  KeepNear(Objects & objects) const
  {
    if (objects.Second > m_SquaredMaximum)
    {
      objects.SecondLabel = 0;
    }
    return objects.FirstLabel != 0 && objects.First <= m_SquaredMaximum;
  }

  template <typename TLoad>
  void
  TransformColumn(std::int64_t start, const TLoad & load)
  {
    const auto length = static_cast<std::int32_t>(m_Length);
    if (m_IsToPixelEdge)
    {
      for (std::int64_t y = 0; y < m_Length; ++y)
      {
        Objects & own = m_Own[static_cast<std::size_t>(y + 1)];
        own = load(y);
        own = this->KeepNear(own) ? own : Objects{};
        own.Second = own.SecondLabel == 0 ? Objects::Infinity : own.Second;
      }
      // A pixel is seen from afar at its edges, which it shares with its neighbors.
      m_Line.SetSites(length + 1,
                      -1,
                      2,
                      [this](std::int32_t y, Objects & edge)
                      {
                        edge = Merge(m_Own[static_cast<std::size_t>(y)], m_Own[static_cast<std::size_t>(y + 1)]);
                        return edge.FirstLabel != 0;
                      });
    }
    else
    {
      m_Line.SetSites(length,
                      0,
                      1,
                      [&](std::int32_t y, Objects & objects)
                      {
                        objects = load(y);
                        return this->KeepNear(objects);
                      });
    }
    const bool hasLabels = !m_FirstLabel.empty();
    m_Line.Transform(m_First.data() + start,
                     m_Second.data() + start,
                     hasLabels ? m_FirstLabel.data() + start : nullptr,
                     hasLabels ? m_SecondLabel.data() + start : nullptr);
    if (m_IsToPixelEdge)
    {
      this->MergeOwn(start);
    }
  }

  void
  MergeOwn(std::int64_t start)
  {
    for (std::int64_t y = 0; y < m_Length; ++y)
    {
      const auto    at = static_cast<std::size_t>(start + y);
      const Objects merged = Merge(m_Own[static_cast<std::size_t>(y + 1)],
                                   { m_First[at], m_Second[at], m_FirstLabel[at], m_SecondLabel[at] });
      m_First[at] = static_cast<TSquaredDistance>(merged.First);
      m_Second[at] = static_cast<TSquaredDistance>(merged.Second);
      m_FirstLabel[at] = merged.FirstLabel;
      m_SecondLabel[at] = merged.SecondLabel;
    }
  }

  std::int64_t                  m_Length;
  std::int64_t                  m_Pitch;
  bool                          m_IsToPixelEdge;
  double                        m_SquaredMaximum;
  TSquaredDistance              m_Unit;
  TwoNearestObjectsLine         m_Line;
  std::vector<Objects>          m_Own; // of pixels -1 to m_Length; none beyond the ends
  bool                          m_AreLabelsWanted;
  std::vector<TSquaredDistance> m_First;
  std::vector<TSquaredDistance> m_Second;
  std::vector<std::uint32_t>    m_FirstLabel;
  std::vector<std::uint32_t>    m_SecondLabel;
};
} // namespace itk

#endif
