// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTwoNearestObjectsKernel.h"
#include "itkScratch.h"
#include "itkTwoNearestObjectsColumnPass.h"
#include "itkTwoNearestObjectsPlane.h"
#include "itkMacro.h"
#include <ATen/Parallel.h>
#include <algorithm>
#include <cmath>

namespace itk
{
namespace
{
/** Runs body(begin, end) over parts of [0, count) on all threads, and between its steps `progress` from `from` to `to`.
 * \param pixels of each of the `count` items: too few for a thread are not shared out */
template <typename TBody>
void
ParallelInSteps(std::int64_t                                 count,
                std::int64_t                                 pixels,
                const std::function<void(double fraction)> & progress,
                double                                       from,
                double                                       to,
                const TBody &                                body)
{
  const std::int64_t grain = 1 + 20000 / pixels;
  // Between two looks at an observer a few thousandths of a second of work, and some for each thread.
  const std::int64_t steps = std::clamp<std::int64_t>(
    count * pixels / 125000, 1, std::max<std::int64_t>(1, count / (4 * at::get_num_threads())));
  for (std::int64_t step = 0; step < steps; ++step)
  {
    at::parallel_for(count * step / steps, count * (step + 1) / steps, grain, body);
    progress(from + (to - from) * static_cast<double>(step + 1) / static_cast<double>(steps));
  }
}

constexpr std::int64_t
NumberOfTiles(std::int64_t columns)
{
  return (columns + tileWidth - 1) / tileWidth;
}

template <typename TSquaredDistance>
void
ComputePlane(const TwoNearestObjectsProblem &                problem,
             const TwoNearestObjectsSource &                 source,
             const TwoNearestObjectsSink<TSquaredDistance> & sink,
             double                                          unit,
             bool                                            areLabelsWanted,
             const std::function<void(double fraction)> &    progress)
{
  const std::int64_t width = problem.Size[0];
  const std::int64_t height = problem.Size.size() > 1 ? problem.Size[1] : 1;
  const double       spacing = problem.Size.size() > 1 ? problem.Spacing[1] : 1.0;
  constexpr double   shareOfRows = 0.05; // of the time
  Plane              plane(width, height, problem.IsToPixelEdge ? 2 : 1, problem.Spacing[0]);
  ParallelInSteps(height,
                  width,
                  progress,
                  0.0,
                  shareOfRows,
                  [&](std::int64_t begin, std::int64_t end)
                  {
                    Plane::Scanner scanner(plane);
                    for (std::int64_t y = begin; y < end; ++y)
                    {
                      plane.Scan(y, y * width, source, scanner);
                    }
                  });
  ParallelInSteps(NumberOfTiles(width),
                  tileWidth * height,
                  progress,
                  shareOfRows,
                  1.0,
                  [&](std::int64_t begin, std::int64_t end)
                  {
                    ColumnPass<TSquaredDistance> pass(height, spacing, problem, unit, areLabelsWanted);
                    Plane::ColumnReader          columns(plane);
                    columns.Begin(begin * tileWidth);
                    for (std::int64_t x = begin * tileWidth; x < std::min(end * tileWidth, width); x += tileWidth)
                    {
                      pass.Run(x,
                               std::min(tileWidth, width - x),
                               columns,
                               [&](TwoNearestObjectsPiece<TSquaredDistance> piece)
                               {
                                 piece.Offset = piece.Offset * width + x;
                                 piece.Later = piece.Later * width + x;
                                 sink(piece);
                               });
                    }
                  });
}

template <typename TSquaredDistance>
void
ComputeVolume(const TwoNearestObjectsProblem &                problem,
              const TwoNearestObjectsSource &                 source,
              const TwoNearestObjectsSink<TSquaredDistance> & sink,
              double                                          unit,
              bool                                            areLabelsWanted,
              const std::function<void(double fraction)> &    progress)
{
  using Objects = TwoNearestObjects<double>;
  using Piece = TwoNearestObjectsPiece<double>;
  const std::int64_t     width = problem.Size[0];
  const std::int64_t     height = problem.Size[1];
  const std::int64_t     area = width * height;
  const std::int64_t     pixels = problem.GetNumberOfPixels();
  const std::int64_t     planes = pixels / area;
  const std::int64_t     pitch = area + 8;
  const auto             axes = static_cast<double>(problem.Size.size());
  const Scratch<Objects> volume(planes * pitch);
  // Writes a piece whose position 0 belongs at `to`.
  const auto write = [](Objects * to, std::int64_t step, const Piece & piece)
  {
    to += piece.Offset * step;
    for (std::int64_t i = 0; i < piece.Count; ++i)
    {
      to[i] = { piece.First[i], piece.Second[i], piece.FirstLabel[i], piece.SecondLabel[i] };
    }
  };

  ParallelInSteps(planes,
                  area,
                  progress,
                  0.0,
                  2.0 / axes,
                  [&](std::int64_t begin, std::int64_t end)
                  {
                    Plane               plane(width, height, problem.IsToPixelEdge ? 2 : 1, problem.Spacing[0]);
                    Plane::Scanner      scanner(plane);
                    Plane::ColumnReader columns(plane);
                    ColumnPass<double>  pass(height, problem.Spacing[1], problem, 1.0, true);
                    for (std::int64_t z = begin; z < end; ++z)
                    {
                      for (std::int64_t y = 0; y < height; ++y)
                      {
                        plane.Scan(y, z * area + y * width, source, scanner);
                      }
                      columns.Begin(0);
                      for (std::int64_t x = 0; x < width; x += tileWidth)
                      {
                        pass.Run(x,
                                 std::min(tileWidth, width - x),
                                 columns,
                                 [&](const Piece & piece) { write(volume.Get() + z * pitch + x, width, piece); });
                      }
                    }
                  });

  // Axes from the third on: columns of planes that are `stride` planes apart.
  std::int64_t stride = 1;
  for (std::size_t axis = 2; axis < problem.Size.size(); ++axis)
  {
    const std::int64_t length = problem.Size[axis];
    const bool         isLast = axis + 1 == problem.Size.size();
    const auto         runTiles = [&](std::int64_t begin, std::int64_t end, auto & pass, const auto & store)
    {
      const std::int64_t tilesOfPlane = NumberOfTiles(area);
      for (std::int64_t tile = begin; tile < end; ++tile)
      {
        const std::int64_t group = tile / tilesOfPlane;
        const std::int64_t firstPlane = group / stride * stride * length + group % stride;
        const std::int64_t column = tile % tilesOfPlane * tileWidth;
        pass.Run(
          column,
          std::min(tileWidth, area - column),
          [&](std::int64_t x)
          {
            return [at = volume.Get() + firstPlane * pitch + x,
                    step = stride * pitch](std::int64_t position) -> const Objects & { return at[position * step]; };
          },
          [&](const auto & piece) { store(piece, firstPlane, column); });
      }
    };
    ParallelInSteps(planes / length * NumberOfTiles(area),
                    tileWidth * length,
                    progress,
                    static_cast<double>(axis) / axes,
                    static_cast<double>(axis + 1) / axes,
                    [&](std::int64_t begin, std::int64_t end)
                    {
                      if (isLast)
                      {
                        ColumnPass<TSquaredDistance> pass(
                          length, problem.Spacing[axis], problem, unit, areLabelsWanted);
                        runTiles(begin,
                                 end,
                                 pass,
                                 [&](auto piece, std::int64_t firstPlane, std::int64_t column)
                                 {
                                   piece.Offset = (firstPlane + piece.Offset * stride) * area + column;
                                   piece.Later = (firstPlane + piece.Later * stride) * area + column;
                                   sink(piece);
                                 });
                      }
                      else
                      {
                        ColumnPass<double> pass(length, problem.Spacing[axis], problem, 1.0, true);
                        runTiles(begin,
                                 end,
                                 pass,
                                 [&](const auto & piece, std::int64_t firstPlane, std::int64_t column)
                                 { write(volume.Get() + firstPlane * pitch + column, stride * pitch, piece); });
                      }
                    });
    stride *= length;
  }
}
} // namespace

std::int64_t
TwoNearestObjectsProblem::GetNumberOfPixels() const
{
  std::int64_t pixels = 1;
  for (const auto extent : Size)
  {
    pixels *= extent;
  }
  return pixels;
}

double
TwoNearestObjectsProblem::GetStep() const
{
  return *std::min_element(Spacing.begin(), Spacing.end()) / (IsToPixelEdge ? 2.0 : 1.0);
}

TwoNearestObjectsProblem
TwoNearestObjectsProblem::InSteps() const
{
  TwoNearestObjectsProblem problem = *this;
  const double             step = this->GetStep();
  for (double & spacing : problem.Spacing)
  {
    spacing /= step;
  }
  problem.MaximumDistance /= step;
  return problem;
}

bool
TwoNearestObjectsProblem::AreSumsExact() const
{
  const double unit = (IsToPixelEdge ? 2.0 : 1.0) * std::sqrt(SmallestDifference);
  double       largest = 0.0;
  bool         areMultiples = true;
  for (std::size_t axis = 0; axis < Size.size(); ++axis)
  {
    const double length = Spacing[axis] * static_cast<double>(Size[axis] + 1);
    largest += length * length;
    areMultiples = areMultiples && std::remainder(Spacing[axis], unit) == 0.0;
  }
  return areMultiples && largest / SmallestDifference < 0x1p53;
}

TwoNearestObjectsSource
MakeSource(const std::int32_t * labels)
{
  return [labels](std::int64_t offset, std::int64_t count, std::uint32_t * to)
  { std::copy_n(labels + offset, count, to); };
}

template <typename TSquaredDistance>
void
ComputeTwoNearestObjects(const TwoNearestObjectsProblem &                problem,
                         const TwoNearestObjectsSource &                 source,
                         const TwoNearestObjectsSink<TSquaredDistance> & sink,
                         bool                                            areLabelsWanted,
                         const std::function<void(double fraction)> &    progress)
{
  for (const std::int64_t length : problem.Size)
  {
    // Positions are of 32 bits, and of half a pixel for edges.
    constexpr std::int64_t longest = (std::int64_t{ 1 } << 30) - 2;
    if (length > longest)
    {
      itkGenericExceptionMacro("An axis must have at most " << longest << " pixels, but has " << length << '.');
    }
  }
  const auto   compute = problem.Size.size() > 2 ? ComputeVolume<TSquaredDistance> : ComputePlane<TSquaredDistance>;
  const double step = problem.GetStep();
  compute(problem.InSteps(), source, sink, step * step, areLabelsWanted, progress);
}

template void
ComputeTwoNearestObjects(const TwoNearestObjectsProblem &,
                         const TwoNearestObjectsSource &,
                         const TwoNearestObjectsSink<float> &,
                         bool,
                         const std::function<void(double)> &);
template void
ComputeTwoNearestObjects(const TwoNearestObjectsProblem &,
                         const TwoNearestObjectsSource &,
                         const TwoNearestObjectsSink<double> &,
                         bool,
                         const std::function<void(double)> &);
} // namespace itk
