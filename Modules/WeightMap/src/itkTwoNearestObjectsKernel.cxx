// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTwoNearestObjectsKernel.h"
#include "itkTwoNearestObjectsLine.h"
#include "itkMacro.h"
#include <ATen/Parallel.h>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <utility>
#ifdef __linux__
#  include <sys/mman.h>
#endif

namespace itk
{
namespace
{
/** The two nearest objects of a row of pixels, at distances in steps along x. Label 0: none. */
struct RowObjects
{
  std::int32_t  First;
  std::int32_t  Second;
  std::uint32_t FirstLabel;
  std::uint32_t SecondLabel;
};

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

/** Columns that are worked on together: a cache line of floats. */
constexpr std::int64_t tileWidth = TwoNearestObjectsPiece<float>::LargestCount;

/** The first axis: within a run of equal labels, the nearest objects change at its middle only. */
class RowScan
{
public:
  /** \param unit steps for each pixel: with 2 the nearest edge of a pixel is one step nearer than its centre */
  explicit RowScan(int unit)
    : m_Unit(unit)
  {}

  void
  Scan(const std::vector<std::uint32_t> & labels, RowObjects * row)
  {
    this->FindRuns(labels);
    for (const Run & run : m_Runs)
    {
      const auto & [last, before] = run.Left;
      const auto & [next, after] = run.Right;
      const auto other = [](const Seen & seen, const Seen & instead, std::uint32_t than)
      { return seen.Label == than ? instead : seen; };
      if (run.Label != 0)
      {
        const Seen here{ run.Label, itself };
        this->Fill(run.Begin, run.End, here, other(last, before, run.Label), other(next, after, run.Label), row);
        continue;
      }
      const std::int32_t middle = std::clamp(Middle(last, next), run.Begin, run.End);
      this->Fill(run.Begin, middle, last, before, other(next, after, last.Label), row);
      this->Fill(middle, run.End, next, other(last, before, next.Label), after, row);
    }
  }

private:
  /** An object and its nearest pixel on one side; label 0 for none. */
  struct Seen
  {
    std::uint32_t Label{ 0 };
    std::int32_t  Position{ 0 };
  };

  struct Run
  {
    std::int32_t          Begin;
    std::int32_t          End;
    std::uint32_t         Label;
    std::pair<Seen, Seen> Left;
    std::pair<Seen, Seen> Right;
  };

  static constexpr std::int32_t itself = -1;

  /** The first pixel that is nearer to the right one. */
  static std::int32_t
  Middle(const Seen & left, const Seen & right)
  {
    constexpr auto end = std::numeric_limits<std::int32_t>::max();
    return right.Label == 0 ? end : left.Label == 0 ? 0 : (left.Position + right.Position) / 2 + 1;
  }

  void
  FindRuns(const std::vector<std::uint32_t> & labels)
  {
    const auto size = static_cast<std::int32_t>(labels.size());
    m_Runs.clear();
    for (std::int32_t begin = 0; begin < size;)
    {
      const std::uint32_t label = labels[static_cast<std::size_t>(begin)];
      std::int32_t        end = begin + 1;
      while (end < size && labels[static_cast<std::size_t>(end)] == label)
      {
        ++end;
      }
      m_Runs.push_back({ begin, end, label, {}, {} });
      begin = end;
    }
    std::pair<Seen, Seen> seen;
    const auto            see = [&seen](std::uint32_t label, std::int32_t position)
    {
      if (label != 0)
      {
        seen = { { label, position }, label == seen.first.Label ? seen.second : seen.first };
      }
    };
    for (Run & run : m_Runs)
    {
      run.Left = seen;
      see(run.Label, run.End - 1);
    }
    seen = {};
    for (auto run = m_Runs.rbegin(); run != m_Runs.rend(); ++run)
    {
      run->Right = seen;
      see(run->Label, run->Begin);
    }
  }

  std::int32_t
  Steps(std::int32_t pixels) const
  {
    return m_Unit * pixels - (m_Unit - 1);
  }

  /** Pixels whose nearest object is `first` and whose second is the nearer one of two. */
  void
  Fill(std::int32_t begin,
       std::int32_t end,
       const Seen & first,
       const Seen & left,
       const Seen & right,
       RowObjects * row) const
  {
    const auto firstSteps = [&](std::int32_t x)
    { return first.Position == itself ? 0 : this->Steps(std::abs(x - first.Position)); };
    const std::int32_t middle = std::clamp(Middle(left, right), begin, std::max(begin, end));
    for (std::int32_t x = begin; x < middle; ++x)
    {
      row[x] = { firstSteps(x), this->Steps(x - left.Position), first.Label, left.Label };
    }
    for (std::int32_t x = middle; x < end; ++x)
    {
      row[x] = { firstSteps(x), this->Steps(right.Position - x), first.Label, right.Label };
    }
  }

  int              m_Unit;
  std::vector<Run> m_Runs;
};

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
  // Between two looks at an observer about a hundredth of a second of work, and some for each thread.
  const std::int64_t steps = std::clamp<std::int64_t>(
    count * pixels / 500000, 1, std::max<std::int64_t>(1, count / (4 * at::get_num_threads())));
  for (std::int64_t step = 0; step < steps; ++step)
  {
    at::parallel_for(count * step / steps, count * (step + 1) / steps, grain, body);
    progress(from + (to - from) * static_cast<double>(step + 1) / static_cast<double>(steps));
  }
}

/** Columns along one axis, tileWidth of them at a time. */
template <typename TSquaredDistance>
class ColumnPass
{
public:
  using Piece = TwoNearestObjectsPiece<TSquaredDistance>;

  ColumnPass(std::int64_t length, double spacing, const TwoNearestObjectsProblem & problem, bool areLabelsWanted)
    : m_Length(length)
    , m_Pitch(length + tileWidth)
    , m_IsToPixelEdge(problem.IsToPixelEdge)
    , m_SquaredMaximum(problem.MaximumDistance * problem.MaximumDistance)
    , m_Line(length, problem.IsToPixelEdge ? 2 : 1, spacing)
    , m_Own(problem.IsToPixelEdge ? static_cast<std::size_t>(length + 2) : 0)
    , m_AreLabelsWanted(areLabelsWanted)
    , m_First(static_cast<std::size_t>(m_Pitch * tileWidth))
    , m_Second(m_First.size())
    // The nearest of edges are told apart by their labels.
    , m_FirstLabel(areLabelsWanted || problem.IsToPixelEdge ? m_First.size() : 0)
    , m_SecondLabel(m_FirstLabel.size())
  {}

  /** \param load gives for a column a function of the position along the axis: the objects that are known there
   * \param store gets pieces of `width` pixels; its argument's Offset is the position along the axis */
  template <typename TLoad, typename TStore>
  void
  Run(std::int64_t firstColumn, std::int64_t width, const TLoad & load, const TStore & store)
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
      if (m_AreLabelsWanted)
      {
        this->CopyRow(m_FirstLabel, y, width, firstLabel);
        this->CopyRow(m_SecondLabel, y, width, secondLabel);
      }
      store(Piece{ y, width, first, second, firstLabel, secondLabel });
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
      // A pixel is seen from afar at its edges, which it shares with its neighbours.
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
  TwoNearestObjectsLine         m_Line;
  std::vector<Objects>          m_Own; // of pixels -1 to m_Length; none beyond the ends
  bool                          m_AreLabelsWanted;
  std::vector<TSquaredDistance> m_First;
  std::vector<TSquaredDistance> m_Second;
  std::vector<std::uint32_t>    m_FirstLabel;
  std::vector<std::uint32_t>    m_SecondLabel;
};

/** The rows of a plane, laid out for a pass over its columns: four neighbours, a line of the cache, follow their upper
 * ones. */
class Plane
{
public:
  Plane(std::int64_t width, std::int64_t height, int unit, double spacing)
    : m_Width(width)
    , m_Height(height)
    , m_Unit(unit)
    , m_SquaredStep((spacing / unit) * (spacing / unit))
    , m_Objects(NumberOfGroups() * height * groupWidth)
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
      std::memcpy(m_Objects.Get() + (group * m_Height + y) * groupWidth,
                  scanner.Row.data() + group * groupWidth,
                  groupWidth * sizeof(RowObjects));
    }
  }

  /** The objects of a column's pixels as a function of y. */
  auto
  operator()(std::int64_t x) const
  {
    const RowObjects * const column = m_Objects.Get() + x / groupWidth * m_Height * groupWidth + x % groupWidth;
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
  std::int64_t        m_Height;
  int                 m_Unit;
  double              m_SquaredStep;
  Scratch<RowObjects> m_Objects;
};

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
             bool                                            areLabelsWanted,
             const std::function<void(double fraction)> &    progress)
{
  const std::int64_t width = problem.Size[0];
  const std::int64_t height = problem.Size.size() > 1 ? problem.Size[1] : 1;
  const double       spacing = problem.Size.size() > 1 ? problem.Spacing[1] : 1.0;
  Plane              plane(width, height, problem.IsToPixelEdge ? 2 : 1, problem.Spacing[0]);
  ParallelInSteps(height,
                  width,
                  progress,
                  0.0,
                  0.25,
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
                  0.25,
                  1.0,
                  [&](std::int64_t begin, std::int64_t end)
                  {
                    ColumnPass<TSquaredDistance> pass(height, spacing, problem, areLabelsWanted);
                    for (std::int64_t x = begin * tileWidth; x < std::min(end * tileWidth, width); x += tileWidth)
                    {
                      pass.Run(x,
                               std::min(tileWidth, width - x),
                               plane,
                               [&](TwoNearestObjectsPiece<TSquaredDistance> piece)
                               {
                                 piece.Offset = piece.Offset * width + x;
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
  const auto             write = [](Objects * to, const Piece & piece)
  {
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
                    Plane              plane(width, height, problem.IsToPixelEdge ? 2 : 1, problem.Spacing[0]);
                    Plane::Scanner     scanner(plane);
                    ColumnPass<double> pass(height, problem.Spacing[1], problem, true);
                    for (std::int64_t z = begin; z < end; ++z)
                    {
                      for (std::int64_t y = 0; y < height; ++y)
                      {
                        plane.Scan(y, z * area + y * width, source, scanner);
                      }
                      for (std::int64_t x = 0; x < width; x += tileWidth)
                      {
                        pass.Run(x,
                                 std::min(tileWidth, width - x),
                                 plane,
                                 [&](const Piece & piece)
                                 { write(volume.Get() + z * pitch + piece.Offset * width + x, piece); });
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
          [&](auto piece) { store(piece, firstPlane + piece.Offset * stride, column); });
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
                        ColumnPass<TSquaredDistance> pass(length, problem.Spacing[axis], problem, areLabelsWanted);
                        runTiles(begin,
                                 end,
                                 pass,
                                 [&](auto & piece, std::int64_t plane, std::int64_t column)
                                 {
                                   piece.Offset = plane * area + column;
                                   sink(piece);
                                 });
                      }
                      else
                      {
                        ColumnPass<double> pass(length, problem.Spacing[axis], problem, true);
                        runTiles(begin,
                                 end,
                                 pass,
                                 [&](auto & piece, std::int64_t plane, std::int64_t column)
                                 { write(volume.Get() + plane * pitch + column, piece); });
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
  const auto compute = problem.Size.size() > 2 ? ComputeVolume<TSquaredDistance> : ComputePlane<TSquaredDistance>;
  compute(problem, source, sink, areLabelsWanted, progress);
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
