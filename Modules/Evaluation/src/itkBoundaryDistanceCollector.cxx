// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkBoundaryDistanceCollector.h"
#include "itkMacro.h"
#include "itkTwoNearestObjectsDistance.h"
#include <ATen/Parallel.h>
#include <algorithm>
#include <cmath>
#include <limits>

namespace itk
{
namespace
{
void
VerifySameSize(const std::vector<std::int64_t> & a, const std::vector<std::int64_t> & b)
{
  if (a != b)
  {
    const auto text = [](const std::vector<std::int64_t> & size)
    {
      std::string result;
      for (const auto pixels : size)
      {
        result += (result.empty() ? "" : " x ") + std::to_string(pixels);
      }
      return result;
    };
    itkGenericExceptionMacro("Both sets must be of images of one size, but one is of "
                             << text(a) << " pixels, the other of " << text(b) << '.');
  }
}

/** Squared distance to the nearest pixel that carries `mark`; a label is the marks of a pixel. */
double
DistanceTo(std::uint8_t mark, const TwoNearestObjectsPiece<double> & piece, std::int64_t i)
{
  return (piece.FirstLabel[i] & mark) != 0    ? piece.First[i]
         : (piece.SecondLabel[i] & mark) != 0 ? piece.Second[i]
                                              : std::numeric_limits<double>::infinity();
}
} // namespace

BoundaryDistanceCollector::BoundaryDistanceCollector(const PixelSet & prediction, const PixelSet & truth)
  : m_Size(prediction.GetSize())
  , m_Marks(prediction.GetNumberOfImagePixels())
{
  VerifySameSize(m_Size, truth.GetSize());
  const std::uint8_t * const predicted = prediction.GetBytes();
  const std::uint8_t * const real = truth.GetBytes();
  for (std::size_t i = 0; i < m_Marks.size(); ++i)
  {
    m_Marks[i] = static_cast<std::uint8_t>(predicted[i] * InPrediction + real[i] * InTruth);
  }
}

void
BoundaryDistanceCollector::AddSets(const PixelSet & prediction, const PixelSet & truth)
{
  VerifySameSize(m_Size, prediction.GetSize());
  VerifySameSize(m_Size, truth.GetSize());
  const std::uint8_t * const predicted = prediction.GetBytes();
  const std::uint8_t * const real = truth.GetBytes();
  for (std::size_t i = 0; i < m_Marks.size(); ++i)
  {
    m_Marks[i] |= static_cast<std::uint8_t>((predicted[i] & ~real[i]) * OnlyInPredictedSet +
                                            (real[i] & ~predicted[i]) * OnlyInTrueSet);
  }
}

void
BoundaryDistanceCollector::Crop()
{
  std::vector<std::int64_t> first(m_Size.size(), std::numeric_limits<std::int64_t>::max());
  std::vector<std::int64_t> last(m_Size.size(), -1);
  const std::int64_t        width = m_Size[0];
  const std::int64_t        rows = width == 0 ? 0 : static_cast<std::int64_t>(m_Marks.size()) / width;
  const auto                isMarked = [](std::uint8_t marks) { return marks != 0; };
  for (std::int64_t row = 0; row < rows; ++row)
  {
    const auto begin = m_Marks.begin() + row * width;
    const auto end = begin + width;
    const auto left = std::find_if(begin, end, isMarked);
    if (left == end)
    {
      continue;
    }
    const auto right = std::find_if(std::make_reverse_iterator(end), std::make_reverse_iterator(left), isMarked);
    first[0] = std::min<std::int64_t>(first[0], left - begin);
    last[0] = std::max<std::int64_t>(last[0], right.base() - begin - 1);
    std::int64_t rest = row;
    for (std::size_t axis = 1; axis < m_Size.size(); ++axis)
    {
      first[axis] = std::min(first[axis], rest % m_Size[axis]);
      last[axis] = std::max(last[axis], rest % m_Size[axis]);
      rest /= m_Size[axis];
    }
  }
  std::vector<std::uint8_t> cropped;
  for (std::int64_t row = 0; row < rows && last[0] >= 0; ++row)
  {
    bool         isInside = true;
    std::int64_t rest = row;
    for (std::size_t axis = 1; axis < m_Size.size(); ++axis)
    {
      isInside = isInside && rest % m_Size[axis] >= first[axis] && rest % m_Size[axis] <= last[axis];
      rest /= m_Size[axis];
    }
    if (isInside)
    {
      const auto begin = m_Marks.begin() + row * width;
      cropped.insert(cropped.end(), begin + first[0], begin + last[0] + 1);
    }
  }
  for (std::size_t axis = 0; axis < m_Size.size(); ++axis)
  {
    m_Size[axis] = last[0] < 0 ? 0 : last[axis] - first[axis] + 1;
  }
  m_Marks = std::move(cropped);
}

std::vector<std::int64_t>
BoundaryDistanceCollector::CountBefore(Mark mark) const
{
  std::vector<std::int64_t> before{ 0 };
  const auto                pixels = static_cast<std::int64_t>(m_Marks.size());
  for (std::int64_t begin = 0; begin < pixels; begin += PixelsOfABlock)
  {
    std::int64_t count = 0;
    for (std::int64_t i = begin; i < this->EndOfBlock(begin / PixelsOfABlock); ++i)
    {
      count += (m_Marks[i] & mark) != 0;
    }
    before.push_back(before.back() + count);
  }
  return before;
}

BoundaryDistances
BoundaryDistanceCollector::Compute(const std::vector<double> &             spacing,
                                   double                                  maximumDistance,
                                   const BoundaryDistances::ProgressType & progress)
{
  VerifySpacing(spacing, m_Size.size());
  this->Crop();
  m_PredictionBefore = this->CountBefore(InPrediction);
  m_TruthBefore = this->CountBefore(InTruth);
  m_Result.m_FromPrediction.resize(m_PredictionBefore.back());
  m_Result.m_FromTruth.resize(m_TruthBefore.back());
  if (m_Result.m_FromPrediction.empty() || m_Result.m_FromTruth.empty())
  {
    const double infinity = std::numeric_limits<double>::infinity();
    std::fill(m_Result.m_FromPrediction.begin(), m_Result.m_FromPrediction.end(), infinity);
    std::fill(m_Result.m_FromTruth.begin(), m_Result.m_FromTruth.end(), infinity);
    m_LargestSquaredSetDistance = m_Marks.empty() ? 0.0 : infinity;
  }
  else if (!this->FindNearby(spacing, maximumDistance, progress))
  {
    m_LargestSquaredSetDistance = 0.0;
    this->Transform(spacing, maximumDistance, progress);
  }
  m_Result.m_HausdorffDistanceOfSets = std::sqrt(m_LargestSquaredSetDistance.load());
  return std::move(m_Result);
}

bool
BoundaryDistanceCollector::FindNearby(const std::vector<double> &             spacing,
                                      double                                  maximumDistance,
                                      const BoundaryDistances::ProgressType & progress)
{
  if (m_Size.size() > 3)
  {
    return false;
  }
  NearBoundarySearch search(m_Marks, m_Size, spacing, maximumDistance);
  const bool         mayBeInfinite = search.GetReach() == maximumDistance;
  search.SetMark(InTruth);
  if (!this->FindFrom(InPrediction, search, mayBeInfinite))
  {
    return false;
  }
  if (progress)
  {
    progress(0.5);
  }
  search.SetMark(InPrediction);
  return this->FindFrom(InTruth, search, mayBeInfinite);
}

bool
BoundaryDistanceCollector::FindFrom(Mark from, const NearBoundarySearch & search, bool mayBeInfinite)
{
  const auto   inSetOnly = from == InPrediction ? OnlyInPredictedSet : OnlyInTrueSet;
  auto &       distances = this->DistancesFrom(from);
  double       enough = 0.0;
  std::int64_t looks = 0;
  const bool   isBoundaryFound =
    this->ForEachPixel(from,
                       from,
                       looks,
                       [&](std::int64_t offset, std::int64_t place, std::int64_t & looksOfBlock)
                       {
                         const double squared = search.GetSquaredDistance(offset, enough, looksOfBlock);
                         distances[place] = std::sqrt(squared);
                         if ((m_Marks[offset] & inSetOnly) != 0)
                         {
                           this->RaiseSetDistance(squared);
                         }
                         return mayBeInfinite || !std::isinf(squared);
                       });
  // Fixed before inner pixels raise it, so that the effort does not depend on their order.
  enough = m_LargestSquaredSetDistance;
  return isBoundaryFound && this->ForEachPixel(inSetOnly,
                                               from,
                                               looks,
                                               [&](std::int64_t offset, std::int64_t, std::int64_t & looksOfBlock)
                                               {
                                                 const double squared =
                                                   search.GetSquaredDistance(offset, enough, looksOfBlock);
                                                 this->RaiseSetDistance(squared);
                                                 return !std::isinf(squared);
                                               });
}

template <typename TFind>
bool
BoundaryDistanceCollector::ForEachPixel(Mark wanted, Mark counted, std::int64_t & looks, const TFind & find)
{
  // A look takes about 2 ns, the transform about 50 ns for each pixel.
  const std::int64_t        mostLooks = 16 * static_cast<std::int64_t>(m_Marks.size());
  const auto &              before = counted == InPrediction ? m_PredictionBefore : m_TruthBefore;
  std::atomic<std::int64_t> sum{ looks };
  std::atomic<bool>         isFailed{ false };
  at::parallel_for(0,
                   static_cast<std::int64_t>(before.size()) - 1,
                   1 << 8,
                   [&](std::int64_t begin, std::int64_t end)
                   {
                     for (std::int64_t block = begin; block < end && !isFailed; ++block)
                     {
                       std::int64_t looksOfBlock = 0;
                       std::int64_t place = before[block];
                       for (std::int64_t i = block * PixelsOfABlock; i < this->EndOfBlock(block); ++i)
                       {
                         if ((m_Marks[i] & wanted) != 0 && !find(i, place, looksOfBlock))
                         {
                           isFailed = true;
                         }
                         place += (m_Marks[i] & counted) != 0;
                       }
                       if ((sum += looksOfBlock) > mostLooks)
                       {
                         isFailed = true;
                       }
                     }
                   });
  looks = sum;
  return !isFailed;
}

void
BoundaryDistanceCollector::Transform(const std::vector<double> &             spacing,
                                     double                                  maximumDistance,
                                     const BoundaryDistances::ProgressType & progress)
{
  TwoNearestObjectsProblem problem;
  problem.Size = m_Size;
  problem.Spacing = spacing;
  problem.MaximumDistance = maximumDistance;
  ComputeTwoNearestObjects<double>(
    problem,
    [this](std::int64_t offset, std::int64_t count, std::uint32_t * labels)
    {
      for (std::int64_t i = 0; i < count; ++i)
      {
        labels[i] = m_Marks[offset + i] & (InPrediction | InTruth);
      }
    },
    [this](const PieceType & piece) { this->Collect(piece); },
    true,
    progress ? progress : [](double) {});
}

void
BoundaryDistanceCollector::Collect(const PieceType & piece)
{
  std::uint8_t any = 0;
  for (std::int64_t i = 0; i < piece.Count; ++i)
  {
    any |= m_Marks[piece.Offset + i];
  }
  if ((any & InPrediction) != 0)
  {
    this->Store(piece, InPrediction, m_PredictionBefore, this->DistancesFrom(InPrediction));
  }
  if ((any & InTruth) != 0)
  {
    this->Store(piece, InTruth, m_TruthBefore, this->DistancesFrom(InTruth));
  }
  if ((any & (OnlyInPredictedSet | OnlyInTrueSet)) != 0)
  {
    this->RaiseSetDistance(piece);
  }
}

void
BoundaryDistanceCollector::Store(const PieceType &                 piece,
                                 Mark                              mark,
                                 const std::vector<std::int64_t> & before,
                                 std::vector<double> &             distances)
{
  const std::int64_t block = piece.Offset / PixelsOfABlock;
  std::int64_t       place = before[block];
  for (std::int64_t i = block * PixelsOfABlock; i < piece.Offset; ++i)
  {
    place += (m_Marks[i] & mark) != 0;
  }
  const auto other = static_cast<std::uint8_t>(mark == InPrediction ? InTruth : InPrediction);
  for (std::int64_t i = 0; i < piece.Count; ++i)
  {
    if ((m_Marks[piece.Offset + i] & mark) != 0)
    {
      distances[place++] = std::sqrt(DistanceTo(other, piece, i));
    }
  }
}

void
BoundaryDistanceCollector::RaiseSetDistance(const PieceType & piece)
{
  double largest = 0.0;
  for (std::int64_t i = 0; i < piece.Count; ++i)
  {
    const std::uint8_t marks = m_Marks[piece.Offset + i];
    if ((marks & OnlyInPredictedSet) != 0)
    {
      largest = std::max(largest, DistanceTo(InTruth, piece, i));
    }
    else if ((marks & OnlyInTrueSet) != 0)
    {
      largest = std::max(largest, DistanceTo(InPrediction, piece, i));
    }
  }
  this->RaiseSetDistance(largest);
}

void
BoundaryDistanceCollector::RaiseSetDistance(double squaredDistance)
{
  double known = m_LargestSquaredSetDistance.load();
  while (squaredDistance > known && !m_LargestSquaredSetDistance.compare_exchange_weak(known, squaredDistance))
  {}
}
} // namespace itk
