// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "composed/itkTwoNearestObjectsComposed.h"
#include <ATen/TensorOperators.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>
#include <algorithm>
#include <limits>

namespace itk
{
namespace
{
/** See IsNearer() of the CPU's kernel. */
at::Tensor
IsNearer(const at::Tensor & a, const at::Tensor & labelOfA, const at::Tensor & b, const at::Tensor & labelOfB)
{
  return (a < b).logical_or_((a == b).logical_and_(labelOfA < labelOfB));
}

/** Merges into `to` what lies `distance`² farther away; see Merge() of the CPU's kernel. */
void
MergeFrom(const TwoNearestObjectsTensors & to, const TwoNearestObjectsTensors & from, double squaredDistance)
{
  const at::Tensor fromFirst = from.First + squaredDistance;
  const at::Tensor fromSecond = from.Second + squaredDistance;
  const at::Tensor isFromFirst = IsNearer(fromFirst, from.FirstLabel, to.First, to.FirstLabel);
  const auto       choose = [&](const at::Tensor & a, const at::Tensor & b) { return at::where(isFromFirst, b, a); };
  const at::Tensor nearLabel = choose(to.FirstLabel, from.FirstLabel);
  const at::Tensor nearSecond = choose(to.Second, fromSecond);
  const at::Tensor nearSecondLabel = choose(to.SecondLabel, from.SecondLabel);
  const at::Tensor farLabel = choose(from.FirstLabel, to.FirstLabel);
  const at::Tensor isSameObject = farLabel == nearLabel;
  const at::Tensor other = at::where(isSameObject, choose(fromSecond, to.Second), choose(fromFirst, to.First));
  const at::Tensor otherLabel = at::where(isSameObject, choose(from.SecondLabel, to.SecondLabel), farLabel);
  const at::Tensor isOther = IsNearer(other, otherLabel, nearSecond, nearSecondLabel);
  const at::Tensor nearFirst = choose(to.First, fromFirst);
  to.First.copy_(nearFirst);
  to.FirstLabel.copy_(nearLabel);
  to.Second.copy_(at::where(isOther, other, nearSecond));
  to.SecondLabel.copy_(at::where(isOther, otherLabel, nearSecondLabel));
}

TwoNearestObjectsTensors
Narrow(const TwoNearestObjectsTensors & objects, std::int64_t axis, std::int64_t start, std::int64_t length)
{
  return { objects.First.narrow(axis, start, length),
           objects.Second.narrow(axis, start, length),
           objects.FirstLabel.narrow(axis, start, length),
           objects.SecondLabel.narrow(axis, start, length) };
}

/** Objects beyond the maximum are none. */
void
ForgetFar(const TwoNearestObjectsTensors & objects, double squaredMaximum)
{
  constexpr double infinity = std::numeric_limits<double>::infinity();
  objects.FirstLabel.masked_fill_(objects.First > squaredMaximum, 0);
  objects.First.masked_fill_(objects.FirstLabel == 0, infinity);
  objects.SecondLabel.masked_fill_(objects.Second > squaredMaximum, 0);
  objects.Second.masked_fill_(objects.SecondLabel == 0, infinity);
}
} // namespace

TwoNearestObjectsTensors
ComposeTwoNearestObjects(const TwoNearestObjectsProblem &             problem,
                         const at::Tensor &                           objects,
                         const std::function<void(double fraction)> & progress)
{
  constexpr double         infinity = std::numeric_limits<double>::infinity();
  const double             squaredMaximum = problem.MaximumDistance * problem.MaximumDistance;
  const at::Tensor         none = at::full_like(objects, infinity, objects.options().dtype(c10::kDouble));
  TwoNearestObjectsTensors result{ none.masked_fill(objects != 0, 0.0), none, objects, at::zeros_like(objects) };
  const auto               dimension = static_cast<std::int64_t>(problem.Size.size());
  for (std::int64_t a = 0; a < dimension; ++a)
  {
    const auto                     index = static_cast<std::size_t>(a);
    const std::int64_t             axis = dimension - 1 - a;
    const std::int64_t             length = problem.Size[index];
    const TwoNearestObjectsTensors base = result;
    result = { base.First.clone(), base.Second.clone(), base.FirstLabel.clone(), base.SecondLabel.clone() };
    double nearestThatMatters = infinity;
    double left = 1.0;
    for (std::int64_t shift = 1; shift < length; ++shift)
    {
      const double steps = static_cast<double>(shift) - (problem.IsToPixelEdge ? 0.5 : 0.0);
      const double squared = (problem.Spacing[index] * problem.Spacing[index]) * (steps * steps);
      if (shift % 8 == 1)
      {
        nearestThatMatters = std::min(result.Second.max().item<double>(), squaredMaximum);
      }
      // How far it has to look is not known.
      left *= 0.8;
      const double done = std::max(1.0 - left, static_cast<double>(shift) / static_cast<double>(length));
      progress((static_cast<double>(a) + done) / static_cast<double>(dimension));
      if (squared > nearestThatMatters)
      {
        break;
      }
      const std::int64_t overlap = length - shift;
      MergeFrom(Narrow(result, axis, shift, overlap), Narrow(base, axis, 0, overlap), squared);
      MergeFrom(Narrow(result, axis, 0, overlap), Narrow(base, axis, shift, overlap), squared);
    }
    ForgetFar(result, squaredMaximum);
  }
  return result;
}
} // namespace itk
