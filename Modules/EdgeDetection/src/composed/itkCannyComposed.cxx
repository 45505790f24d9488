// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCannyComposed.h"
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

namespace itk
{
namespace
{
at::Tensor
ToWide(const at::Tensor & tensor)
{
  return tensor.to(at::kDouble);
}

/** The neighbor `by` pixels along an axis (0 is x) of each pixel; outside the image its nearest pixel. */
at::Tensor
Neighbor(const at::Tensor & tensor, std::int64_t axis, std::int64_t by)
{
  const std::int64_t place = tensor.dim() - 1 - axis;
  const std::int64_t length = tensor.size(place);
  const at::Tensor   pixels = at::arange(by, by + length, tensor.options().dtype(at::kLong));
  return tensor.index_select(place, pixels.clamp(0, length - 1));
}

/** Products and sums are operators of their own, so that no device may contract them. */
at::Tensor
SmoothAlong(const at::Tensor & image, std::int64_t axis, const std::vector<double> & weights)
{
  const at::Tensor wide = ToWide(image);
  const auto       radius = static_cast<std::int64_t>(weights.size() / 2);
  at::Tensor       sum = at::zeros_like(wide);
  for (std::size_t k = 0; k < weights.size(); ++k)
  {
    sum.add_(Neighbor(wide, axis, static_cast<std::int64_t>(k) - radius).mul_(weights[k]));
  }
  return sum.to(image.scalar_type());
}

/** The arithmetic of CannyArithmetic for all pixels at once. */
class ComposedDerivatives
{
public:
  ComposedDerivatives(const CannyProblem & problem, const at::Tensor & smoothed)
    : m_Dimension(problem.GetDimension())
    , m_PixelSize(problem.PixelSize)
    , m_Smoothed(smoothed)
    , m_First(Differences(smoothed))
  {
    m_SquaredMagnitude = at::full_like(smoothed, 0.0001);
    for (const at::Tensor & first : m_First)
    {
      m_SquaredMagnitude = m_SquaredMagnitude + first * first;
    }
  }

  at::Tensor
  Curvature() const
  {
    const auto type = m_Smoothed.scalar_type();
    at::Tensor sum = at::zeros_like(m_Smoothed);
    for (std::int64_t i = 0; i < m_Dimension; ++i)
    {
      for (std::int64_t j = i + 1; j < m_Dimension; ++j)
      {
        const at::Tensor term = ToWide(m_First[i]) * 2.0 * ToWide(m_First[j]) * ToWide(Mixed(i, j));
        sum = (ToWide(sum) + term).to(type);
      }
    }
    for (std::int64_t axis = 0; axis < m_Dimension; ++axis)
    {
      sum = sum + m_First[axis] * m_First[axis] * Second(axis);
    }
    return sum / m_SquaredMagnitude;
  }

  /** By way of double, because LibTorch's square root of a float may be one unit in the last place off on the CPU. */
  at::Tensor
  Magnitude() const
  {
    return ToWide(m_SquaredMagnitude).sqrt().to(m_SquaredMagnitude.scalar_type());
  }

  /** Components last. */
  at::Tensor
  Direction() const
  {
    at::Tensor squared = at::zeros_like(ToWide(m_Smoothed));
    for (const at::Tensor & first : m_First)
    {
      squared = squared + ToWide(first) * ToWide(first);
    }
    const at::Tensor        length = squared.sqrt();
    std::vector<at::Tensor> components;
    for (const at::Tensor & first : m_First)
    {
      components.push_back((ToWide(first) / length).masked_fill_(length == 0.0, 0.0).to(first.scalar_type()));
    }
    return at::stack(components, -1);
  }

  at::Tensor
  Suppress(const at::Tensor & curvature, const at::Tensor & magnitude) const
  {
    const auto slopes = Differences(curvature);
    at::Tensor slope = at::zeros_like(curvature);
    at::Tensor isCrossing = at::zeros_like(curvature, curvature.options().dtype(at::kBool));
    for (std::int64_t axis = 0; axis < m_Dimension; ++axis)
    {
      slope = slope + slopes[axis] * (m_First[axis] / magnitude);
      isCrossing = isCrossing | IsCrossing(curvature, axis);
    }
    // Also false where L overflows, as in ITK.
    const at::Tensor isMaximum = (slope <= 0.0) & (curvature - curvature == 0.0);
    return at::where(isCrossing & isMaximum, magnitude, at::zeros_like(magnitude));
  }

private:
  std::vector<at::Tensor>
  Differences(const at::Tensor & tensor) const
  {
    std::vector<at::Tensor> differences;
    for (std::int64_t axis = 0; axis < m_Dimension; ++axis)
    {
      differences.push_back((Neighbor(tensor, axis, 1) - Neighbor(tensor, axis, -1)) * (0.5 / m_PixelSize[axis]));
    }
    return differences;
  }

  at::Tensor
  Second(std::int64_t axis) const
  {
    const at::Tensor wide = ToWide(m_Smoothed);
    const at::Tensor sum = (Neighbor(wide, axis, -1) - wide * 2.0) + Neighbor(wide, axis, 1);
    return (sum * (1.0 / (m_PixelSize[axis] * m_PixelSize[axis]))).to(m_Smoothed.scalar_type());
  }

  at::Tensor
  Mixed(std::int64_t i, std::int64_t j) const
  {
    const at::Tensor wide = ToWide(m_Smoothed);
    const auto corner = [&](std::int64_t byI, std::int64_t byJ) { return Neighbor(Neighbor(wide, i, byI), j, byJ); };
    const at::Tensor sum = ((corner(-1, -1) - corner(-1, 1)) - corner(1, -1)) + corner(1, 1);
    return (sum * (0.25 / (m_PixelSize[i] * m_PixelSize[j]))).to(m_Smoothed.scalar_type());
  }

  static at::Tensor
  IsCrossing(const at::Tensor & here, std::int64_t axis)
  {
    const at::Tensor before = Neighbor(here, axis, -1);
    const at::Tensor after = Neighbor(here, axis, 1);
    const at::Tensor opposite = -here;
    return ((here >= 0) & (before < opposite)) | ((here <= 0) & (before > opposite)) |
           ((here > 0) & (after <= opposite)) | ((here < 0) & (after >= opposite)) |
           ((here == 0) & ((after < 0) | (after > 0)));
  }

  std::int64_t            m_Dimension;
  std::vector<double>     m_PixelSize;
  at::Tensor              m_Smoothed;
  std::vector<at::Tensor> m_First;
  at::Tensor              m_SquaredMagnitude;
};

/** Numbers of the pixels that touch: each pair once. */
struct TouchingPairs
{
  at::Tensor First;
  at::Tensor Second;
};

/** \param numbers those of pixels from 0 on; others are negative */
TouchingPairs
FindTouchingPairs(const at::Tensor & numbers)
{
  std::int64_t offsets = 1;
  for (std::int64_t axis = 0; axis < numbers.dim(); ++axis)
  {
    offsets *= 3;
  }
  std::vector<at::Tensor> firsts;
  std::vector<at::Tensor> seconds;
  for (std::int64_t offset = offsets / 2 + 1; offset < offsets; ++offset)
  {
    at::Tensor   first = numbers;
    at::Tensor   second = numbers;
    std::int64_t rest = offset;
    for (std::int64_t axis = 0; axis < numbers.dim(); ++axis, rest /= 3)
    {
      const std::int64_t by = rest % 3 - 1;
      const std::int64_t length = numbers.size(axis) - std::abs(by);
      first = first.narrow(axis, by < 0 ? 1 : 0, length);
      second = second.narrow(axis, by > 0 ? 1 : 0, length);
    }
    const at::Tensor isPair = (first >= 0) & (second >= 0);
    firsts.push_back(first.masked_select(isPair));
    seconds.push_back(second.masked_select(isPair));
  }
  return { at::cat(firsts), at::cat(seconds) };
}

/** The least number that each one is connected to. */
at::Tensor
FindRoots(std::int64_t count, const TouchingPairs & pairs, const TorchProgress & progress)
{
  at::Tensor roots = at::arange(count, pairs.First.options());
  // How many rounds there will be is not known.
  for (double left = 0.7;; left *= 0.7)
  {
    progress(1.0 - left);
    const at::Tensor first = roots.index_select(0, pairs.First);
    const at::Tensor second = roots.index_select(0, pairs.Second);
    if (at::equal(first, second))
    {
      return roots;
    }
    roots.scatter_reduce_(0, at::maximum(first, second), at::minimum(first, second), "amin");
    for (at::Tensor next = roots.index_select(0, roots); !at::equal(next, roots); next = roots.index_select(0, roots))
    {
      roots = next;
    }
  }
}
} // namespace

CannyTensors
ComposeCannySteps(const CannyProblem &              problem,
                  const at::Tensor &                image,
                  const CannyEdgeDetectionOutputs & outputs,
                  const TorchProgress &             progress)
{
  const auto         dimension = static_cast<double>(problem.GetDimension());
  TorchProgressSteps steps(progress, 2.0 * dimension + 4.0);
  at::Tensor         smoothed = image;
  for (std::int64_t axis = problem.GetDimension(); axis-- > 0;)
  {
    smoothed = SmoothAlong(smoothed, axis, problem.Weights[axis]);
    steps.Next(2.0)(1.0);
  }
  const ComposedDerivatives derivatives(problem, smoothed);
  steps.Next(1.0)(1.0);
  const at::Tensor magnitude = derivatives.Magnitude();
  const at::Tensor curvature = derivatives.Curvature();
  steps.Next(1.5)(1.0);
  CannyTensors result;
  result.Suppressed = derivatives.Suppress(curvature, magnitude);
  steps.Next(1.5)(1.0);
  if (outputs.GradientMagnitude)
  {
    result.Magnitude = magnitude;
  }
  if (outputs.GradientDirection)
  {
    result.Direction = derivatives.Direction();
  }
  return result;
}

at::Tensor
ComposeCannyHysteresis(const at::Tensor &      suppressed,
                       const CannyThresholds & thresholds,
                       const TorchProgress &   progress)
{
  const at::Tensor strong = suppressed.to(at::kFloat).to(suppressed.scalar_type()) > thresholds.Upper;
  const at::Tensor weak = strong | (suppressed > thresholds.Lower);
  const at::Tensor places = weak.flatten().nonzero().squeeze(1);
  const auto       count = places.numel();
  at::Tensor       edges = at::zeros_like(suppressed);
  if (count == 0)
  {
    return edges;
  }
  at::Tensor numbers = at::full({ suppressed.numel() }, -1, places.options());
  numbers.index_copy_(0, places, at::arange(count, places.options()));
  progress(0.2);
  const TouchingPairs pairs = FindTouchingPairs(numbers.view(suppressed.sizes()));
  progress(0.4);
  const at::Tensor roots = FindRoots(count, pairs, PartOfProgress(progress, 0.4, 0.9));
  const at::Tensor strongRoots = roots.masked_select(strong.flatten().index_select(0, places));
  at::Tensor       isEdge = at::zeros({ count }, suppressed.options());
  isEdge.index_fill_(0, strongRoots, 1.0);
  edges.view(-1).index_copy_(0, places, isEdge.index_select(0, roots));
  return edges;
}
} // namespace itk
