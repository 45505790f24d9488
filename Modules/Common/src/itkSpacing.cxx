// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSpacing.h"
#include "itkMacro.h"
#include <algorithm>
#include <cmath>

namespace itk
{
std::vector<double>
GetDistanceUnits(const std::vector<double> & spacing, bool useImageSpacing)
{
  std::vector<double> units = spacing;
  const double        finest = *std::min_element(spacing.begin(), spacing.end());
  for (double & unit : units)
  {
    unit = useImageSpacing ? unit : unit / finest;
  }
  return units;
}

void
VerifySpacing(const std::vector<double> & spacing, std::size_t numberOfAxes)
{
  if (spacing.size() != numberOfAxes)
  {
    itkGenericExceptionMacro("Spacing must be one number for each of the " << numberOfAxes << " axes, but there are "
                                                                           << spacing.size() << '.');
  }
  for (std::size_t axis = 0; axis < spacing.size(); ++axis)
  {
    if (!std::isfinite(spacing[axis]) || spacing[axis] <= 0.0)
    {
      itkGenericExceptionMacro("Spacing along axis " << axis << " must be a number greater than 0, but is "
                                                     << spacing[axis] << '.');
    }
  }
}
} // namespace itk
