// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSpatialSamplingChunk.h"
#include "itkSpatialSamplingProblem.h"
#include <ATen/Parallel.h>
#include <algorithm>
#include <cmath>
#include <memory>

namespace itk
{
namespace
{
/** Points of a row in one cell of the grid. Where they begin does not depend on the region that is asked for, so
 * neither do the bits. */
struct RowPiece
{
  std::int64_t            Begin;
  std::int64_t            End;
  DisplacementGrid::Place Place;
};

std::vector<RowPiece>
MakeRowPieces(const DisplacementGrid & grid, std::int64_t begin, std::int64_t end)
{
  std::vector<RowPiece> pieces;
  std::int64_t          start = 0;
  while (start < end)
  {
    const auto   place = grid.IsEmpty() ? DisplacementGrid::Place{} : grid.Locate(0, static_cast<double>(start));
    std::int64_t stop = start + chunkLength;
    while (!grid.IsEmpty() && stop > start + 1 && grid.Locate(0, static_cast<double>(stop - 1)).First != place.First)
    {
      --stop;
    }
    if (stop > begin)
    {
      pieces.push_back({ start, stop, place });
    }
    start = stop;
  }
  return pieces;
}

/** Rows along y, through all planes. */
struct RowStrip
{
  std::int64_t Begin;
  std::int64_t Height;
};

/** What a thread needs for the rows of a strip that it computes. */
class RowSampler
{
public:
  RowSampler(const SpatialSamplingProblem &    problem,
             const DisplacementGrid &          mappedGrid,
             const std::vector<RowPiece> &     pieces,
             const std::vector<SampledImage> & images,
             const RowStrip &                  strip)
    : m_Problem(problem)
    , m_MappedGrid(mappedGrid)
    , m_Pieces(pieces)
    , m_Images(images)
    , m_Strip(strip)
    , m_Begin(problem.OutputStart[0])
    , m_End(problem.OutputStart[0] + problem.OutputSize[0])
  {
    if (!problem.Noise.IsEmpty())
    {
      m_Noise =
        std::make_unique<SmoothedNoiseRows>(problem.Noise, m_Begin, m_End, strip.Begin, strip.Begin + strip.Height);
    }
    for (const auto & image : images)
    {
      SamplingSource source;
      source.Pixels = image.Input.data_ptr();
      source.Type = image.Input.scalar_type();
      source.PaddingMode = problem.PaddingMode;
      source.PaddingValue = image.PaddingValue;
      std::int64_t first = 0;
      for (unsigned int axis = 0; axis < problem.Dimension; ++axis)
      {
        source.Stride[axis] = image.Input.stride(-1 - static_cast<std::int64_t>(axis));
        source.Size[axis] = static_cast<std::int32_t>(problem.InputSize[axis]);
        first += image.InputStart[axis] * source.Stride[axis];
      }
      // Of the whole image's first pixel, where only a part is given.
      source.Pixels =
        static_cast<const char *>(source.Pixels) - first * static_cast<std::int64_t>(image.Input.element_size());
      m_Sources.push_back(source);
    }
  }

  /** Rows [first, last) of the strip, counted through all planes. A piece is sampled in several rows before the next,
   * so that what they share is still in the cache when the map turns the image. */
  void
  Run(std::int64_t first, std::int64_t last)
  {
    for (std::int64_t row = first; row < last; row += rowsOfTile)
    {
      const std::int64_t count = std::min(rowsOfTile, last - row);
      for (std::int64_t i = 0; i < count; ++i)
      {
        Prepare(row + i, m_Rows[static_cast<std::size_t>(i)]);
      }
      for (const auto & piece : m_Pieces)
      {
        for (std::int64_t i = 0; i < count; ++i)
        {
          Locate(piece, m_Rows[static_cast<std::size_t>(i)]);
          Sample(std::max(piece.Begin, m_Begin), m_Rows[static_cast<std::size_t>(i)]);
        }
      }
    }
  }

private:
  static constexpr std::int64_t rowsOfTile = 8;

  struct Row
  {
    std::int64_t Y;
    std::int64_t Z;
    /** Splines along x, already mapped. */
    std::vector<double> Splines;
    /** Matrix · noise. */
    std::vector<float> Extra;
  };

  void
  Prepare(std::int64_t number, Row & row)
  {
    row.Y = m_Strip.Begin + number % m_Strip.Height;
    row.Z = m_Problem.OutputStart[2] + number / m_Strip.Height;
    if (!m_MappedGrid.IsEmpty())
    {
      if (m_Plane.empty() || row.Z != m_PlaneIndex)
      {
        m_MappedGrid.ContractPlane(row.Z, m_Plane);
        m_PlaneIndex = row.Z;
      }
      m_MappedGrid.ContractRow(m_Plane, row.Y, row.Splines);
    }
    if (m_Noise)
    {
      MapNoise(m_Noise->Get(row.Y, row.Z), row.Extra);
    }
  }

  void
  MapNoise(const std::vector<float> & noise, std::vector<float> & mapped) const
  {
    const auto width = static_cast<std::size_t>(m_Problem.OutputSize[0]);
    mapped.resize(noise.size());
    for (unsigned int row = 0; row < m_Problem.Dimension; ++row)
    {
      float * const to = mapped.data() + row * width;
      std::fill(to, to + width, 0.0f);
      for (unsigned int column = 0; column < m_Problem.Dimension; ++column)
      {
        const auto factor = static_cast<float>(m_Problem.Map.Matrix[row][column]);
        if (factor == 0.0f)
        {
          continue;
        }
        const float * const from = noise.data() + column * width;
        for (std::size_t i = 0; i < width; ++i)
        {
          to[i] += factor * from[i];
        }
      }
    }
  }

  /** The cubic in the number of points from `piece.Begin` on, along one axis of the input. */
  std::array<double, 4>
  GetCubic(const RowPiece & piece, unsigned int axis, const Row & row) const
  {
    const auto &          map = m_Problem.Map.Matrix[axis];
    std::array<double, 4> cubic{ { map[0] * static_cast<double>(piece.Begin) + map[1] * static_cast<double>(row.Y) +
                                     map[2] * static_cast<double>(row.Z) + m_Problem.Map.Offset[axis],
                                   map[0],
                                   0.0,
                                   0.0 } };
    if (!m_MappedGrid.IsEmpty())
    {
      const std::int64_t splines = m_MappedGrid.GetNumberOfSplines(0);
      const double *     line = row.Splines.data() + axis * splines + piece.Place.First;
      const double       r3 = piece.Place.First + 3 < splines ? line[3] : 0.0;
      const double       a0 = (line[0] + 4.0 * line[1] + line[2]) / 6.0;
      const double       a1 = (line[2] - line[0]) / 2.0;
      const double       a2 = (line[0] - 2.0 * line[1] + line[2]) / 2.0;
      const double       a3 = (r3 - line[0] + 3.0 * (line[1] - line[2])) / 6.0;
      const double       t = piece.Place.InCell;
      const double       step = splines == 3 ? 0.0 : 1.0 / m_MappedGrid.GetCellSize(0);
      cubic[0] += a0 + t * (a1 + t * (a2 + t * a3));
      cubic[1] += (a1 + t * (2.0 * a2 + t * 3.0 * a3)) * step;
      cubic[2] = (a2 + 3.0 * a3 * t) * step * step;
      cubic[3] = a3 * step * step * step;
    }
    return cubic;
  }

  void
  Locate(const RowPiece & piece, const Row & row)
  {
    const std::int64_t begin = std::max(piece.Begin, m_Begin);
    m_Chunk.Count = static_cast<int>(std::min(piece.End, m_End) - begin);
    m_Chunk.IsInner = true;
    for (unsigned int axis = 0; axis < m_Problem.Dimension; ++axis)
    {
      const auto          cubic = GetCubic(piece, axis, row);
      const double        base = std::floor(std::clamp(cubic[0], -0x1p30, 0x1p30));
      const float         coefficients[4] = { static_cast<float>(cubic[0] - base),
                                              static_cast<float>(cubic[1]),
                                              static_cast<float>(cubic[2]),
                                              static_cast<float>(cubic[3]) };
      const float * const extra =
        m_Noise ? row.Extra.data() + axis * static_cast<std::size_t>(m_Problem.OutputSize[0]) + (begin - m_Begin)
                : nullptr;
      m_Chunk.IsInner &= LocatePoints(coefficients,
                                      static_cast<std::int32_t>(base),
                                      static_cast<int>(begin - piece.Begin),
                                      extra,
                                      m_Chunk.Count,
                                      static_cast<std::int32_t>(m_Problem.InputSize[axis] - 1),
                                      m_Chunk.Pixel[axis],
                                      m_Chunk.Fraction[axis]);
    }
    if (!m_Chunk.IsInner)
    {
      m_Folded = m_Chunk;
      std::fill(m_Folded.IsInside, m_Folded.IsInside + m_Folded.Count, std::uint8_t{ 1 });
      for (unsigned int axis = 0; axis < m_Problem.Dimension; ++axis)
      {
        FoldPoints(m_Folded, axis, static_cast<std::int32_t>(m_Problem.InputSize[axis]), m_Problem.PaddingMode);
      }
    }
  }

  void
  Sample(std::int64_t x, const Row & row)
  {
    const bool isFilledByValue =
      m_Problem.PaddingMode == SamplingPaddingMode::Edge || m_Problem.PaddingMode == SamplingPaddingMode::Constant;
    for (std::size_t i = 0; i < m_Images.size(); ++i)
    {
      const auto & image = m_Images[i];
      const bool   isUnfolded =
        m_Chunk.IsInner || (image.Interpolation == SamplingInterpolation::Cubic && !isFilledByValue);
      const auto     bytes = static_cast<std::int64_t>(image.Input.element_size());
      SamplingSource source = m_Sources[i];
      std::int64_t   offset =
        (x - m_Begin) * image.Output.stride(-1) + (row.Y - m_Problem.OutputStart[1]) * image.Output.stride(-2);
      offset += m_Problem.Dimension == 3 ? (row.Z - m_Problem.OutputStart[2]) * image.Output.stride(-3) : 0;
      auto * output = static_cast<char *>(image.Output.data_ptr()) + offset * bytes;
      for (std::int64_t component = 0; component < image.Input.size(1); ++component)
      {
        SampleChunk(isUnfolded ? m_Chunk : m_Folded,
                    source,
                    m_Problem.Dimension,
                    image.Interpolation,
                    output,
                    image.Output.stride(-1));
        source.Pixels = static_cast<const char *>(source.Pixels) + image.Input.stride(1) * bytes;
        output += image.Output.stride(1) * bytes;
      }
    }
  }

  const SpatialSamplingProblem &     m_Problem;
  const DisplacementGrid &           m_MappedGrid;
  const std::vector<RowPiece> &      m_Pieces;
  const std::vector<SampledImage> &  m_Images;
  RowStrip                           m_Strip;
  std::int64_t                       m_Begin;
  std::int64_t                       m_End;
  std::vector<SamplingSource>        m_Sources;
  std::unique_ptr<SmoothedNoiseRows> m_Noise;
  std::array<Row, rowsOfTile>        m_Rows;
  std::vector<double>                m_Plane;
  std::int64_t                       m_PlaneIndex{ 0 };
  SamplingChunk                      m_Chunk;
  SamplingChunk                      m_Folded;
};

/** Threads meet after so many pixels, so that progress is told and can end the run. */
constexpr std::int64_t pixelsOfStep = std::int64_t{ 1 } << 19;

/** Smoothed noise of volumes keeps planes, so each strip is sampled through all planes by one thread: what is kept is a
 * strip wide and computed once. */
void
SampleStrips(const SpatialSamplingJob &          job,
             const DisplacementGrid &            mappedGrid,
             const std::vector<RowPiece> &       pieces,
             const std::function<void(double)> & progress)
{
  constexpr std::int64_t         rowsOfStrip = 64;
  const SpatialSamplingProblem & problem = job.Problem;
  const std::int64_t             strips = (problem.OutputSize[1] + rowsOfStrip - 1) / rowsOfStrip;
  const std::int64_t             planes = problem.OutputSize[2];
  const std::int64_t planesOfStep = std::max(std::int64_t{ 1 }, pixelsOfStep / (rowsOfStrip * problem.OutputSize[0]));
  const std::int64_t atOnce = at::get_num_threads();
  for (std::int64_t block = 0; block < strips; block += atOnce)
  {
    const std::int64_t                       end = std::min(block + atOnce, strips);
    std::vector<std::unique_ptr<RowSampler>> samplers;
    std::vector<std::int64_t>                heights;
    for (std::int64_t number = block; number < end; ++number)
    {
      const std::int64_t begin = number * rowsOfStrip;
      heights.push_back(std::min(rowsOfStrip, problem.OutputSize[1] - begin));
      const RowStrip strip{ problem.OutputStart[1] + begin, heights.back() };
      samplers.push_back(std::make_unique<RowSampler>(problem, mappedGrid, pieces, job.Images, strip));
    }
    for (std::int64_t plane = 0; plane < planes; plane += planesOfStep)
    {
      const std::int64_t endOfStep = std::min(plane + planesOfStep, planes);
      at::parallel_for(0,
                       end - block,
                       1,
                       [&](std::int64_t first, std::int64_t last)
                       {
                         for (std::int64_t i = first; i < last; ++i)
                         {
                           samplers[i]->Run(plane * heights[i], endOfStep * heights[i]);
                         }
                       });
      const double ofBlock = static_cast<double>(endOfStep) / static_cast<double>(planes);
      progress((static_cast<double>(block) + ofBlock * static_cast<double>(end - block)) / static_cast<double>(strips));
    }
  }
}
} // namespace

void
SampleImagesOnHost(const SpatialSamplingJob & job, const std::function<void(double)> & progress)
{
  const SpatialSamplingProblem & problem = job.Problem;
  const DisplacementGrid         mappedGrid =
    problem.Grid.IsEmpty() ? DisplacementGrid{} : problem.Grid.Transformed(problem.Map.Matrix);
  const auto pieces =
    MakeRowPieces(problem.Grid, problem.OutputStart[0], problem.OutputStart[0] + problem.OutputSize[0]);
  if (problem.Dimension == 3 && !problem.Noise.IsEmpty())
  {
    SampleStrips(job, mappedGrid, pieces, progress);
    return;
  }
  const RowStrip     all{ problem.OutputStart[1], problem.OutputSize[1] };
  const std::int64_t rows = problem.OutputSize[1] * problem.OutputSize[2];

  const std::int64_t rowsOfBlock = std::max(std::int64_t{ 1 }, pixelsOfStep / problem.OutputSize[0]);
  const std::int64_t grain = std::max(std::int64_t{ 1 }, 16384 / problem.OutputSize[0]);
  for (std::int64_t block = 0; block < rows; block += rowsOfBlock)
  {
    const std::int64_t end = std::min(block + rowsOfBlock, rows);
    at::parallel_for(block,
                     end,
                     grain,
                     [&](std::int64_t first, std::int64_t last)
                     { RowSampler(problem, mappedGrid, pieces, job.Images, all).Run(first, last); });
    progress(static_cast<double>(end) / static_cast<double>(rows));
  }
}
} // namespace itk
