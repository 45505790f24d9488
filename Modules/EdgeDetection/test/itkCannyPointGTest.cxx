// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "cuda/itkCannyEdgeDetectionPoint.h"
#include "cpu/itkCannyOnHost.h"
#include "itkCannyTestImages.h"
#include "itkTorchTensorAccess.h"
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/rand.h>

/** What the threads of the CUDA kernels compute, run here one after the other, beside the CPU's rows. */

namespace
{
constexpr itk::CannyEdgeDetectionOutputs allOutputs{ true, true, true };

template <typename T, int D>
itk::CannyTensors
StepsByPoints(const itk::CannyProblem & problem, const at::Tensor & image)
{
  const auto factors = itk::MakeCannyFactors<T, D>(problem.PixelSize.data());
  const auto pointAt = [&](std::int64_t pixel) { return itk::CannyPoint<T, D>(problem.Size.data(), pixel); };
  const auto pixelsOf = [](const at::Tensor & tensor) { return tensor.data_ptr<T>(); };
  at::Tensor smoothed = image;
  at::Tensor curvature = at::empty_like(image);
  for (int axis = D; axis-- > 0;)
  {
    at::Tensor   next = at::empty_like(image);
    const auto & weights = problem.Weights[axis];
    for (std::int64_t i = 0; i < image.numel(); ++i)
    {
      pixelsOf(next)[i] = pointAt(i).Smooth(pixelsOf(smoothed), axis, static_cast<int>(weights.size()), weights.data());
    }
    smoothed = next;
  }
  for (std::int64_t i = 0; i < image.numel(); ++i)
  {
    pixelsOf(curvature)[i] = pointAt(i).Curvature(pixelsOf(smoothed), factors);
  }
  itk::CannyTensors result;
  result.Suppressed = at::empty_like(image);
  result.Magnitude = at::empty_like(image);
  auto shape = image.sizes().vec();
  shape.push_back(D);
  result.Direction = at::empty(shape, image.options());
  for (std::int64_t i = 0; i < image.numel(); ++i)
  {
    pointAt(i).Suppress(pixelsOf(smoothed),
                        pixelsOf(curvature),
                        factors,
                        pixelsOf(result.Suppressed),
                        pixelsOf(result.Magnitude),
                        pixelsOf(result.Direction));
  }
  return result;
}

template <typename T, int D>
void
ExpectBitsOfRows(const std::vector<std::int64_t> & shape, itk::CannySpacingMode mode)
{
  const auto                        type = sizeof(T) == 4 ? at::kFloat : at::kDouble;
  const at::Tensor                  image = at::rand(shape, type) * 255.0;
  itk::CannyEdgeDetectionParameters parameters;
  parameters.Variance = { 2.0 };
  parameters.SpacingMode = mode;
  const std::vector<double> spacing = D == 2 ? std::vector<double>{ 1.3, 0.6 } : std::vector<double>{ 1.3, 0.6, 2.0 };
  const std::vector<std::int64_t> size(shape.rbegin(), shape.rend());
  const itk::CannyProblem         problem(size, spacing, parameters);
  const auto                      rows = itk::DetectCannyOnHost(problem, image, parameters, allOutputs, [](double) {});
  const auto                      points = StepsByPoints<T, D>(problem, image);
  EXPECT_TRUE(at::equal(points.Suppressed, rows.Suppressed));
  EXPECT_TRUE(at::equal(points.Magnitude, rows.Magnitude));
  EXPECT_TRUE(at::equal(points.Direction, rows.Direction));
}
} // namespace

TEST(CannyPoint, ComputesTheBitsOfTheRows)
{
  for (const auto mode : { itk::CannySpacingMode::ITKCompatible, itk::CannySpacingMode::SpacingAware })
  {
    ExpectBitsOfRows<float, 2>({ 33, 71 }, mode);
    ExpectBitsOfRows<double, 2>({ 40, 45 }, mode);
    ExpectBitsOfRows<float, 2>({ 1, 9 }, mode);
    ExpectBitsOfRows<float, 2>({ 9, 1 }, mode);
    ExpectBitsOfRows<float, 3>({ 9, 14, 37 }, mode);
    ExpectBitsOfRows<double, 3>({ 8, 7, 11 }, mode);
    ExpectBitsOfRows<float, 3>({ 1, 1, 1 }, mode);
  }
}
