// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTwoNearestObjectsSearch_h
#define itkTwoNearestObjectsSearch_h

#include <cstdint>

#ifdef __CUDACC__
#  define ITKTorch_HOST_DEVICE __host__ __device__
#else
#  define ITKTorch_HOST_DEVICE
#endif

namespace itk
{
/** The two nearest objects of one pixel while it looks along an axis; label 0 and an infinite distance: none. */
struct TwoNearestFound
{
  double       First;
  double       Second;
  std::int32_t FirstLabel;
  std::int32_t SecondLabel;

  /** The order of objects: by distance, then by label. */
  static ITKTorch_HOST_DEVICE bool
  IsNearer(double a, std::int32_t labelOfA, double b, std::int32_t labelOfB)
  {
    return a < b || (a == b && labelOfA < labelOfB);
  }

  /** Takes the two nearest of its own and others; see Merge() of the CPU's kernel. */
  ITKTorch_HOST_DEVICE void
  Merge(const TwoNearestFound & other)
  {
    const bool            isOtherFirst = IsNearer(other.First, other.FirstLabel, First, FirstLabel);
    const TwoNearestFound far = isOtherFirst ? *this : other;
    if (isOtherFirst)
    {
      *this = other;
    }
    const bool         isSameObject = far.FirstLabel == FirstLabel;
    const double       next = isSameObject ? far.Second : far.First;
    const std::int32_t nextLabel = isSameObject ? far.SecondLabel : far.FirstLabel;
    if (IsNearer(next, nextLabel, Second, SecondLabel))
    {
      Second = next;
      SecondLabel = nextLabel;
    }
  }
};

/** What pixel `position` of a line finds when it looks both ways, farther and farther, until nothing as near as
 * its second object can come: exact, and short where objects are dense.
 * \param load calls found.Merge() for what is known at a position, at an additional squared distance */
template <typename TLoad>
ITKTorch_HOST_DEVICE void
SearchLine(TwoNearestFound & found,
           std::int64_t      position,
           std::int64_t      length,
           double            spacing,
           double            shorterBy,
           double            squaredMaximum,
           const TLoad &     load)
{
  load(found, position, 0.0);
  const std::int64_t farthest = position > length - 1 - position ? position : length - 1 - position;
  for (std::int64_t shift = 1; shift <= farthest; ++shift)
  {
    const double steps = static_cast<double>(shift) - shorterBy;
    const double squared = (spacing * spacing) * (steps * steps);
    if (squared > found.Second || squared > squaredMaximum)
    {
      break;
    }
    if (shift <= position)
    {
      load(found, position - shift, squared);
    }
    if (position + shift < length)
    {
      load(found, position + shift, squared);
    }
  }
  if (found.First > squaredMaximum)
  {
    found.FirstLabel = 0;
  }
  if (found.Second > squaredMaximum)
  {
    found.SecondLabel = 0;
  }
}
} // namespace itk

#endif
