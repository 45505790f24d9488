// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetTiles.h"
#include "itkUNetReceptiveField.h"
#include <algorithm>
#include <cmath>
#include <functional>

namespace itk
{
namespace
{
struct AxisTile
{
  UNetInterval       Window;
  UNetInterval       Output;
  std::vector<float> Weights;
};

std::int64_t
RoundedUp(std::int64_t value, std::int64_t stride)
{
  return (value + stride - 1) / stride * stride;
}

/** The exact tiles of one axis. */
class AxisTiles
{
public:
  AxisTiles(const UNetSpecification & specification, UNetInterval output, std::int64_t extent)
    : m_Stride(specification.GetStride())
    , m_Output(output)
  {
    const UNetReceptiveField field(specification);
    m_Margin = RoundedUp(field.GetMargin(), m_Stride);
    m_Whole = field.GetWindow({ output.Begin / m_Stride * m_Stride, RoundedUp(output.End, m_Stride) },
                              RoundedUp(extent, m_Stride));
    const std::int64_t whole = m_Whole.End - m_Whole.Begin;
    m_Least = field.IsLocal() ? std::min(whole, 2 * m_Margin + m_Stride) : whole;
  }

  /** What decides the outputs. */
  UNetInterval
  GetWindow() const
  {
    return m_Whole;
  }

  /** Tiles of equal windows: as few as there can be with windows of at most `size`, and the smallest windows for
   * that. */
  std::vector<AxisTile>
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
  std::vector<AxisTile>
  MakeOfSize(std::int64_t size) const
  {
    std::vector<AxisTile> tiles;
    for (std::int64_t begin = m_Output.Begin; begin < m_Output.End;)
    {
      const std::int64_t aligned = begin / m_Stride * m_Stride;
      const std::int64_t first = std::max(m_Whole.Begin, std::min(aligned - m_Margin, m_Whole.End - size));
      const std::int64_t last = first + size;
      const std::int64_t end = last == m_Whole.End ? m_Output.End : std::min(m_Output.End, last - m_Margin);
      tiles.push_back({ { first, last }, { begin, end }, {} });
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
/** The windows of one axis that reach into `output`. */
std::vector<AxisTile>
MakeBlendedAxis(std::int64_t stride, UNetInterval output, std::int64_t extent, std::int64_t edge, double overlap)
{
  const std::int64_t whole = RoundedUp(extent, stride);
  const std::int64_t size = std::min(whole, std::max(stride, edge / stride * stride));
  const auto         wanted = static_cast<std::int64_t>(static_cast<double>(size) * (1.0 - overlap));
  const std::int64_t step = std::max(stride, wanted / stride * stride);

  std::vector<std::int64_t> starts;
  for (std::int64_t start = 0; start + size < whole; start += step)
  {
    starts.push_back(start);
  }
  starts.push_back(whole - size);

  const auto gaussian = [size](std::int64_t pixel)
  {
    const double distance =
      (static_cast<double>(pixel) - 0.5 * static_cast<double>(size - 1)) / (static_cast<double>(size) / 8.0);
    return std::exp(-0.5 * distance * distance);
  };
  std::vector<double>   sums(static_cast<std::size_t>(output.End - output.Begin), 0.0);
  std::vector<AxisTile> tiles;
  for (const std::int64_t start : starts)
  {
    AxisTile tile;
    tile.Window = { start, start + size };
    tile.Output = { std::max(start, output.Begin), std::min(start + size, output.End) };
    for (std::int64_t pixel = tile.Output.Begin; pixel < tile.Output.End; ++pixel)
    {
      sums[static_cast<std::size_t>(pixel - output.Begin)] += gaussian(pixel - start);
    }
    if (tile.Output.Begin < tile.Output.End)
    {
      tiles.push_back(std::move(tile));
    }
  }
  for (AxisTile & tile : tiles)
  {
    for (std::int64_t pixel = tile.Output.Begin; pixel < tile.Output.End; ++pixel)
    {
      tile.Weights.push_back(
        static_cast<float>(gaussian(pixel - tile.Window.Begin) / sums[static_cast<std::size_t>(pixel - output.Begin)]));
    }
  }
  return tiles;
}

/** Every choice of one tile for each axis; the last axis varies slowest. */
std::vector<UNetTile>
Combine(const std::vector<std::vector<AxisTile>> & axes)
{
  std::vector<UNetTile> tiles(1);
  for (const auto & ofAxis : axes)
  {
    std::vector<UNetTile> more;
    for (const AxisTile & added : ofAxis)
    {
      for (UNetTile tile : tiles)
      {
        Append(tile.Window, added.Window);
        Append(tile.Output, added.Output);
        if (!added.Weights.empty())
        {
          tile.Weights.push_back(added.Weights);
        }
        more.push_back(std::move(tile));
      }
    }
    tiles = std::move(more);
  }
  return tiles;
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
  std::vector<std::vector<AxisTile>> axes;
  for (std::size_t axis = 0; axis < extent.size(); ++axis)
  {
    axes.push_back(MakeAxis(specification, region, extent, axis).Make(tileSize[axis]));
  }
  return Combine(axes);
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

std::vector<UNetTile>
MakeBlendedUNetTiles(const UNetSpecification &         specification,
                     const UNetRegion &                region,
                     const std::vector<std::int64_t> & extent,
                     std::int64_t                      edge,
                     double                            overlap)
{
  std::vector<std::vector<AxisTile>> axes;
  for (std::size_t axis = 0; axis < extent.size(); ++axis)
  {
    const UNetInterval output{ region.Start[axis], region.Start[axis] + region.Size[axis] };
    axes.push_back(MakeBlendedAxis(specification.GetStride(), output, extent[axis], edge, overlap));
  }
  return Combine(axes);
}
} // namespace itk
