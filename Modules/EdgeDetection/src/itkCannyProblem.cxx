// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCannyProblem.h"
#include "itkGaussianOperator.h"
#include <cmath>

namespace itk
{
namespace
{
/** exp(variance), by which ITK's weights are computed, is infinite a little beyond. */
constexpr double largestVariance = 700.0;

/** The limit that itk::DiscreteGaussianImageFilter has by default. */
constexpr unsigned int maximumKernelWidth = 32;

double
OfAxis(const std::vector<double> & values, std::size_t axis)
{
  return values.size() == 1 ? values.front() : values.at(axis);
}

/** ITK's own, so that they are the same in each version of ITK. */
std::vector<double>
GaussianWeights(double variance, double maximumError)
{
  GaussianOperator<double, 1> gaussian;
  gaussian.SetVariance(variance);
  gaussian.SetMaximumError(maximumError);
  gaussian.SetMaximumKernelWidth(maximumKernelWidth);
  gaussian.CreateDirectional();
  std::vector<double> weights(gaussian.Begin(), gaussian.End());
  while (weights.size() > 1 && weights.back() == 0.0)
  {
    weights.erase(weights.begin());
    weights.pop_back();
  }
  return weights;
}

void
VerifyOnePerAxis(const char * name, const std::vector<double> & values, unsigned int dimension)
{
  if (values.size() != 1 && values.size() != dimension)
  {
    itkGenericExceptionMacro(<< name << " must be 1 number or " << dimension << ", one for each axis, but is "
                             << values.size() << '.');
  }
}
} // namespace

CannyProblem::CannyProblem(const std::vector<std::int64_t> &    size,
                           const std::vector<double> &          spacing,
                           const CannyEdgeDetectionParameters & parameters)
  : Size(size)
  , PixelSize(size.size(), 1.0)
{
  for (std::size_t axis = 0; axis < size.size(); ++axis)
  {
    const double variance = OfAxis(parameters.Variance, axis) / (spacing[axis] * spacing[axis]);
    Weights.push_back(GaussianWeights(variance, OfAxis(parameters.MaximumError, axis)));
    if (parameters.SpacingMode == CannySpacingMode::SpacingAware)
    {
      PixelSize[axis] = spacing[axis];
    }
  }
}

std::int64_t
CannyProblem::GetNumberOfPixels() const
{
  std::int64_t pixels = 1;
  for (const std::int64_t length : Size)
  {
    pixels *= length;
  }
  return pixels;
}

void
VerifyCannyEdgeDetection(const CannyEdgeDetectionParameters & parameters, unsigned int dimension)
{
  VerifyOnePerAxis("Variance", parameters.Variance, dimension);
  VerifyOnePerAxis("MaximumError", parameters.MaximumError, dimension);
  if (parameters.ThresholdRule == CannyThresholdRule::Given && parameters.LowerThreshold > parameters.UpperThreshold)
  {
    itkGenericExceptionMacro("LowerThreshold must be at most UpperThreshold, which is "
                             << parameters.UpperThreshold << ", but is " << parameters.LowerThreshold << '.');
  }
}

void
VerifyCannySpacing(const CannyEdgeDetectionParameters & parameters, const std::vector<double> & spacing)
{
  for (std::size_t axis = 0; axis < spacing.size(); ++axis)
  {
    if (!std::isfinite(spacing[axis]) || spacing[axis] <= 0.0)
    {
      itkGenericExceptionMacro("Spacing along axis " << axis << " must be a number greater than 0, but is "
                                                     << spacing[axis] << '.');
    }
    const double variance = OfAxis(parameters.Variance, axis) / (spacing[axis] * spacing[axis]);
    if (!(variance <= largestVariance))
    {
      itkGenericExceptionMacro("Variance along axis " << axis << " must be at most " << largestVariance
                                                      << " in units of pixels squared, but is " << variance << '.');
    }
  }
}
} // namespace itk
