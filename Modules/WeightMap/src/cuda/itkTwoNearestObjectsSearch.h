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

  ITKTorch_HOST_DEVICE void
  Add(double squaredDistance, std::int32_t label)
  {
    if (label == 0 || !(squaredDistance < Second))
    {
      return;
    }
    if (label == FirstLabel)
    {
      First = squaredDistance < First ? squaredDistance : First;
    }
    else if (squaredDistance < First)
    {
      Second = First;
      SecondLabel = FirstLabel;
      First = squaredDistance;
      FirstLabel = label;
    }
    else
    {
      Second = squaredDistance;
      SecondLabel = label;
    }
  }
};

/** What pixel `position` of a line finds when it looks both ways, farther and farther, until nothing nearer than its
 * second object can come: exact, and short where objects are dense.
 * \param load calls found.Add() for what is known at a position, at an additional squared distance */
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
    const double distance = spacing * (static_cast<double>(shift) - shorterBy);
    const double squared = distance * distance;
    if (squared >= found.Second || squared > squaredMaximum)
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
