// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetTiles.h"
#include "itkUNetReceptiveField.h"
#include <algorithm>

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
} // namespace itk
