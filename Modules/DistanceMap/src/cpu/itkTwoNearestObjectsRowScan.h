// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTwoNearestObjectsRowScan_h
#define itkTwoNearestObjectsRowScan_h

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace itk
{
/** Pixels of a row, up to one at End, that have the same two nearest objects, each with the same nearest pixel. */
struct RowPiece
{
  /** For First, inside an object: the pixel itself. */
  static constexpr std::int32_t Itself = -1;

  std::int32_t  End;
  std::int32_t  First; // where the nearest object's nearest pixel is
  std::int32_t  Second;
  std::uint32_t FirstLabel; // 0: there is none
  std::uint32_t SecondLabel;
};

/** The first axis: within a run of equal labels, the nearest objects change at its middle only. */
class RowScan
{
public:
  /** The pieces of a row, from left to right. */
  const std::vector<RowPiece> &
  Scan(const std::vector<std::uint32_t> & labels)
  {
    m_Pieces.clear();
    this->FindRuns(labels);
    for (const Run & run : m_Runs)
    {
      const auto & [last, before] = run.Left;
      const auto & [next, after] = run.Right;
      const auto other = [](const Seen & seen, const Seen & instead, std::uint32_t than)
      { return seen.Label == than ? instead : seen; };
      if (run.Label != 0)
      {
        const Seen here{ run.Label, RowPiece::Itself };
        this->Append(run.Begin, run.End, here, other(last, before, run.Label), other(next, after, run.Label));
        continue;
      }
      const std::int32_t middle = std::clamp(Middle(last, next), run.Begin, run.End);
      this->Append(run.Begin, middle, last, before, other(next, after, last.Label));
      this->Append(middle, run.End, next, other(last, before, next.Label), after);
    }
    return m_Pieces;
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

  /** The first pixel that is nearer to the right one; the pixel halfway is to that of the smaller label. */
  static std::int32_t
  Middle(const Seen & left, const Seen & right)
  {
    constexpr auto end = std::numeric_limits<std::int32_t>::max();
    const bool     isLeftSmaller = static_cast<std::int32_t>(left.Label) < static_cast<std::int32_t>(right.Label);
    return right.Label == 0  ? end
           : left.Label == 0 ? 0
                             : (left.Position + right.Position + (isLeftSmaller ? 2 : 1)) / 2;
  }

  static constexpr std::int32_t chunk = 8;

  /** Whether `chunk` labels are this one. */
  static bool
  AreAll(std::uint32_t label, const std::uint32_t * labels)
  {
    std::uint32_t difference = 0;
    for (std::int32_t i = 0; i < chunk; ++i)
    {
      difference |= labels[i] ^ label;
    }
    return difference == 0;
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
      while (end + chunk <= size && AreAll(label, labels.data() + end))
      {
        end += chunk;
      }
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

  /** Pixels whose nearest object is `first` and whose second is the nearer one of two. */
  void
  Append(std::int32_t begin, std::int32_t end, const Seen & first, const Seen & left, const Seen & right)
  {
    const std::int32_t middle = std::clamp(Middle(left, right), begin, std::max(begin, end));
    if (begin < middle)
    {
      m_Pieces.push_back({ middle, first.Position, left.Position, first.Label, left.Label });
    }
    if (middle < end)
    {
      m_Pieces.push_back({ end, first.Position, right.Position, first.Label, right.Label });
    }
  }

  std::vector<Run>      m_Runs;
  std::vector<RowPiece> m_Pieces;
};
} // namespace itk

#endif
