// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetTiles.h"
#include "itkUNetReceptiveField.h"
#include <algorithm>
#include <functional>

namespace itk
{
namespace
{
/** The tiles of one axis. */
class AxisTiles
{
public:
  struct Tile
  {
    UNetInterval Window;
    UNetInterval Output;
  };

  AxisTiles(const UNetSpecification & specification, UNetInterval output, std::int64_t extent)
    : m_Stride(specification.GetStride())
    , m_Output(output)
  {
    const UNetReceptiveField field(specification);
    m_Margin = RoundedUp(field.GetMargin());
    m_Whole = field.GetWindow({ output.Begin / m_Stride * m_Stride, RoundedUp(output.End) }, RoundedUp(extent));
    const std::int64_t whole = m_Whole.End - m_Whole.Begin;
    m_Least = field.IsLocal() ? std::min(whole, 2 * m_Margin + m_Stride) : whole;
  }

  /** What decides the outputs. */
  UNetInterval
  GetWindow() const
  {
    return m_Whole;
  }

  /** Tiles of equal windows: as few as there can be with windows of at most `size`, and the smallest windows for that. */
  std::vector<Tile>
  Make(std::int64_t size) const
  {
    const std::int64_t whole = m_Whole.End - m_Whole.Begin;
    size = std::max(m_Least, std::min(whole, size / m_Stride * m_Stride));
    const auto fewest = MakeOfSize(size).size();
    while (size > m_Least && MakeOfSize(size - m_Stride).size() == fewest)
    {
      size -= m_Stride;
    }
    return MakeOfSize(size);
  }

private:
  std::int64_t
  RoundedUp(std::int64_t value) const
  {
    return (value + m_Stride - 1) / m_Stride * m_Stride;
  }

  std::vector<Tile>
  MakeOfSize(std::int64_t size) const
  {
    std::vector<Tile> tiles;
    for (std::int64_t begin = m_Output.Begin; begin < m_Output.End;)
    {
      const std::int64_t aligned = begin / m_Stride * m_Stride;
      const std::int64_t first = std::max(m_Whole.Begin, std::min(aligned - m_Margin, m_Whole.End - size));
      const std::int64_t last = first + size;
      const std::int64_t end = last == m_Whole.End ? m_Output.End : std::min(m_Output.End, last - m_Margin);
      tiles.push_back({ { first, last }, { begin, end } });
      begin = end;
    }
    return tiles;
  }

  std::int64_t m_Stride;
  std::int64_t m_Margin;
  std::int64_t m_Least;
  UNetInterval m_Output;
  UNetInterval m_Whole;
};

AxisTiles
MakeAxis(const UNetSpecification &         specification,
         const UNetRegion &                region,
         const std::vector<std::int64_t> & extent,
         std::size_t                       axis)
{
  return { specification, { region.Start[axis], region.Start[axis] + region.Size[axis] }, extent[axis] };
}

void
Append(UNetRegion & region, UNetInterval interval)
{
  region.Start.push_back(interval.Begin);
  region.Size.push_back(interval.End - interval.Begin);
}
} // namespace

UNetRegion
GetUNetWindow(const UNetSpecification &         specification,
              const UNetRegion &                output,
              const std::vector<std::int64_t> & extent)
{
  UNetRegion window;
  for (std::size_t axis = 0; axis < extent.size(); ++axis)
  {
    Append(window, MakeAxis(specification, output, extent, axis).GetWindow());
  }
  return window;
}

std::vector<UNetTile>
MakeUNetTiles(const UNetSpecification &         specification,
              const UNetRegion &                region,
              const std::vector<std::int64_t> & extent,
              const std::vector<std::int64_t> & tileSize)
{
  std::vector<UNetTile> tiles(1);
  // The last axis varies slowest.
  for (std::size_t axis = 0; axis < extent.size(); ++axis)
  {
    const auto            ofAxis = MakeAxis(specification, region, extent, axis).Make(tileSize[axis]);
    std::vector<UNetTile> more;
    for (const auto & added : ofAxis)
    {
      for (UNetTile tile : tiles)
      {
        Append(tile.Window, added.Window);
        Append(tile.Output, added.Output);
        more.push_back(std::move(tile));
      }
    }
    tiles = std::move(more);
  }
  return tiles;
}

std::vector<UNetTile>
MakeLargestUNetTiles(const UNetSpecification &                                      specification,
                     const UNetRegion &                                             region,
                     const std::vector<std::int64_t> &                              extent,
                     std::int64_t                                                   edge,
                     const std::function<bool(const std::vector<std::int64_t> &)> & fits)
{
  const auto         whole = GetUNetWindow(specification, region, extent).Size;
  const std::int64_t stride = specification.GetStride();
  const auto         tilesOf = [&](std::int64_t strides)
  {
    auto size = whole;
    for (auto & ofAxis : size)
    {
      ofAxis = std::min(ofAxis, strides * stride);
    }
    return MakeUNetTiles(specification, region, extent, size);
  };
  const auto fitsIn = [&](std::int64_t strides) { return fits(tilesOf(strides).front().Window.Size); };

  const std::int64_t longest = std::min(edge, *std::max_element(whole.begin(), whole.end()));
  const std::int64_t most = std::max<std::int64_t>(1, longest / stride);
  if (fitsIn(most))
  {
    return tilesOf(most);
  }
  std::int64_t good = 1;
  std::int64_t bad = most;
  while (bad - good > 1)
  {
    const std::int64_t middle = good + (bad - good) / 2;
    (fitsIn(middle) ? good : bad) = middle;
  }
  return tilesOf(good);
}
} // namespace itk
