// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkElasticField.h"
#include "composed/itkSpatialSamplingComposed.h"
#include "itkTorchRandom.h"
#include "itkMacro.h"
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <numeric>

namespace itk
{
namespace
{
constexpr int attemptsWithoutFolds = 100;

bool
IsLocked(const ElasticDeformationParameters & parameters, unsigned int axis)
{
  return std::find(parameters.LockedAxes.begin(), parameters.LockedAxes.end(), static_cast<double>(axis)) !=
         parameters.LockedAxes.end();
}

ElasticField
Draw(const ElasticDeformationParameters & parameters,
     const AxisSizes &                    size,
     const std::vector<double> &          spacing,
     TorchRandom &                        random)
{
  const auto dimension = static_cast<unsigned int>(spacing.size());
  const auto inPixels = [&](const std::vector<double> & numbers, unsigned int axis)
  { return OfAxis(numbers, axis) / (parameters.Unit == ElasticUnit::Physical ? spacing[axis] : 1.0); };
  const auto   isFixed = [&](unsigned int axis) { return IsLocked(parameters, axis) || size[axis] == 1; };
  ElasticField field;
  if (parameters.Model == ElasticModel::SmoothedNoise)
  {
    std::array<double, 3> amplitude{};
    std::array<double, 3> sigma{};
    for (unsigned int axis = 0; axis < dimension; ++axis)
    {
      amplitude[axis] = isFixed(axis) ? 0.0 : inPixels(parameters.Amplitude, axis);
      sigma[axis] = inPixels(parameters.Sigma, axis);
      if (sigma[axis] > 1e3)
      {
        itkGenericExceptionMacro("Sigma must be at most 1000 pixels along each axis, but is " << sigma[axis] << '.');
      }
    }
    field.Noise = SmoothedNoise(dimension, TakePixelRandomKey(random), amplitude, sigma);
    return field;
  }
  const AxisSizes    nodes = GetGridNodes(parameters, dimension);
  const std::int64_t count = nodes[0] * nodes[1] * nodes[2];
  field.NodeValues.resize(static_cast<std::size_t>(count * dimension));
  for (std::int64_t node = 0; node < count; ++node)
  {
    for (unsigned int axis = 0; axis < dimension; ++axis)
    {
      // Locked axes draw too, so that they do not change the others.
      const double value = random.Normal() * inPixels(parameters.Deviation, axis);
      field.NodeValues[static_cast<std::size_t>(axis * count + node)] = isFixed(axis) ? 0.0 : value;
    }
  }
  field.Grid = DisplacementGrid(dimension, size, nodes, field.NodeValues);
  return field;
}

double
Determinant(const std::array<std::array<double, 3>, 3> & m, unsigned int dimension)
{
  if (dimension == 2)
  {
    return m[0][0] * m[1][1] - m[0][1] * m[1][0];
  }
  return m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
         m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
}

/** The smallest of `ofRows(first, last)` over all rows, by all threads. */
template <typename TFunction>
double
MinimumOverRows(std::int64_t rows, std::int64_t width, const TFunction & ofRows)
{
  double     least = std::numeric_limits<double>::infinity();
  std::mutex mutex;
  at::parallel_for(0,
                   rows,
                   std::max(std::int64_t{ 1 }, 16384 / width),
                   [&](std::int64_t first, std::int64_t last)
                   {
                     const double                      found = ofRows(first, last);
                     const std::lock_guard<std::mutex> lock(mutex);
                     least = std::min(least, found);
                   });
  return least;
}

double
MinimumOfGrid(const DisplacementGrid & grid, const AxisSizes & size)
{
  using Basis = DisplacementGrid::Basis;
  const unsigned int                   dimension = grid.GetDimension();
  const auto                           width = static_cast<std::size_t>(size[0]);
  std::vector<DisplacementGrid::Place> places(width);
  std::vector<std::array<double, 4>>   weights(width);
  std::vector<std::array<double, 4>>   slopes(width);
  for (std::size_t x = 0; x < width; ++x)
  {
    places[x] = grid.Locate(0, static_cast<double>(x));
    weights[x] = grid.GetWeights(0, places[x]);
    slopes[x] = grid.GetWeights(0, places[x], Basis::Slope);
  }
  const std::int64_t splines = grid.GetNumberOfSplines(0);
  const auto sum = [&](const std::vector<double> & row, unsigned int component, std::size_t x, const auto & factors)
  {
    const double * const line = row.data() + component * splines;
    const std::int64_t   first = places[x].First;
    return factors[0] * line[first] + factors[1] * line[first + 1] + factors[2] * line[first + 2] +
           factors[3] * line[std::min(first + 3, splines - 1)];
  };
  return MinimumOverRows(size[1] * size[2],
                         size[0],
                         [&](std::int64_t firstRow, std::int64_t lastRow)
                         {
                           double              least = std::numeric_limits<double>::infinity();
                           std::vector<double> plane;
                           std::vector<double> slopedPlane;
                           // By which derivative each row is differentiated: x by itself, y, z.
                           std::vector<double> rows[3];
                           std::int64_t        planeIndex = -1;
                           for (std::int64_t number = firstRow; number < lastRow; ++number)
                           {
                             const std::int64_t y = number % size[1];
                             const std::int64_t z = number / size[1];
                             if (z != planeIndex)
                             {
                               grid.ContractPlane(z, plane);
                               if (dimension == 3)
                               {
                                 grid.ContractPlane(z, slopedPlane, Basis::Slope);
                               }
                               planeIndex = z;
                             }
                             grid.ContractRow(plane, y, rows[0]);
                             grid.ContractRow(plane, y, rows[1], Basis::Slope);
                             if (dimension == 3)
                             {
                               grid.ContractRow(slopedPlane, y, rows[2]);
                             }
                             for (std::size_t x = 0; x < width; ++x)
                             {
                               std::array<std::array<double, 3>, 3> jacobian{};
                               for (unsigned int component = 0; component < dimension; ++component)
                               {
                                 for (unsigned int axis = 0; axis < dimension; ++axis)
                                 {
                                   jacobian[component][axis] =
                                     sum(rows[axis], component, x, axis == 0 ? slopes[x] : weights[x]);
                                 }
                                 jacobian[component][component] += 1.0;
                               }
                               least = std::min(least, Determinant(jacobian, dimension));
                             }
                           }
                           return least;
                         });
}

double
MinimumOfNoise(const ElasticField & field, unsigned int dimension, const AxisSizes & size)
{
  // A pixel more on each side, for the differences.
  AxisSizes           start{ { -1, -1, dimension == 3 ? -1 : 0 } };
  AxisSizes           wide{ { size[0] + 2, size[1] + 2, dimension == 3 ? size[2] + 2 : 1 } };
  const at::Tensor    displacement = ComputeDisplacement(field, dimension, start, wide);
  const float * const values = displacement.data_ptr<float>();
  const std::int64_t  stride[3] = { 1, wide[0], wide[0] * wide[1] };
  const std::int64_t  components = wide[0] * wide[1] * wide[2];
  return MinimumOverRows(size[1] * size[2],
                         size[0],
                         [&](std::int64_t firstRow, std::int64_t lastRow)
                         {
                           double least = std::numeric_limits<double>::infinity();
                           for (std::int64_t number = firstRow; number < lastRow; ++number)
                           {
                             const std::int64_t row = (number % size[1] + 1) * stride[1] +
                                                      (dimension == 3 ? number / size[1] + 1 : 0) * stride[2] + 1;
                             for (std::int64_t x = 0; x < size[0]; ++x)
                             {
                               std::array<std::array<double, 3>, 3> jacobian{};
                               for (unsigned int component = 0; component < dimension; ++component)
                               {
                                 const float * const at = values + component * components + row + x;
                                 for (unsigned int axis = 0; axis < dimension; ++axis)
                                 {
                                   jacobian[component][axis] =
                                     0.5 * (static_cast<double>(at[stride[axis]]) - at[-stride[axis]]);
                                 }
                                 jacobian[component][component] += 1.0;
                               }
                               least = std::min(least, Determinant(jacobian, dimension));
                             }
                           }
                           return least;
                         });
}

at::Tensor
ComputeGridDisplacement(const DisplacementGrid & grid, const AxisSizes & start, const AxisSizes & size)
{
  const unsigned int                   dimension = grid.GetDimension();
  const auto                           width = static_cast<std::size_t>(size[0]);
  const std::int64_t                   splines = grid.GetNumberOfSplines(0);
  std::vector<DisplacementGrid::Place> places(width);
  std::vector<std::array<double, 4>>   weights(width);
  for (std::size_t x = 0; x < width; ++x)
  {
    places[x] = grid.Locate(0, static_cast<double>(start[0] + static_cast<std::int64_t>(x)));
    weights[x] = grid.GetWeights(0, places[x]);
  }
  at::Tensor   field = at::empty({ dimension, size[2], size[1], size[0] }, at::kFloat);
  auto * const values = field.data_ptr<float>();
  at::parallel_for(0,
                   size[1] * size[2],
                   std::max(std::int64_t{ 1 }, 16384 / size[0]),
                   [&](std::int64_t first, std::int64_t last)
                   {
                     std::vector<double> plane;
                     std::vector<double> row;
                     std::int64_t        planeIndex = -1;
                     for (std::int64_t number = first; number < last; ++number)
                     {
                       if (number / size[1] != planeIndex)
                       {
                         planeIndex = number / size[1];
                         grid.ContractPlane(start[2] + planeIndex, plane);
                       }
                       grid.ContractRow(plane, start[1] + number % size[1], row);
                       for (unsigned int component = 0; component < dimension; ++component)
                       {
                         const double * const line = row.data() + component * splines;
                         float * const        to = values + (component * size[1] * size[2] + number) * size[0];
                         for (std::size_t x = 0; x < width; ++x)
                         {
                           const std::int64_t i = places[x].First;
                           to[x] = static_cast<float>(weights[x][0] * line[i] + weights[x][1] * line[i + 1] +
                                                      weights[x][2] * line[i + 2] +
                                                      weights[x][3] * line[std::min(i + 3, splines - 1)]);
                         }
                       }
                     }
                   });
  return field;
}
} // namespace

AxisSizes
ToAxisSizes(const std::vector<std::int64_t> & size)
{
  AxisSizes sizes{ { 1, 1, 1 } };
  std::copy(size.begin(), size.end(), sizes.begin());
  return sizes;
}

double
OfAxis(const std::vector<double> & numbers, unsigned int axis)
{
  return numbers.size() == 1 ? numbers.front() : numbers.at(axis);
}

AxisSizes
GetGridNodes(const ElasticDeformationParameters & parameters, unsigned int dimension)
{
  AxisSizes nodes{ { 1, 1, 1 } };
  for (unsigned int axis = 0; axis < dimension; ++axis)
  {
    nodes[axis] = static_cast<std::int64_t>(OfAxis(parameters.GridSize, axis));
  }
  return nodes;
}

ElasticField
DrawElasticField(const ElasticDeformationParameters & parameters,
                 const std::vector<std::int64_t> &    size,
                 const std::vector<double> &          spacing,
                 TorchRandom                          random)
{
  const AxisSizes sizes = ToAxisSizes(size);
  if (!parameters.PreventFolding)
  {
    return Draw(parameters, sizes, spacing, random);
  }
  for (int attempt = 0; attempt < attemptsWithoutFolds; ++attempt)
  {
    ElasticField field = Draw(parameters, sizes, spacing, random);
    if (GetMinimumJacobianDeterminant(field, static_cast<unsigned int>(size.size()), sizes) > 0.0)
    {
      return field;
    }
  }
  const bool                  isGrid = parameters.Model == ElasticModel::Grid;
  const std::vector<double> & value = isGrid ? parameters.Deviation : parameters.Amplitude;
  itkGenericExceptionMacro(<< (isGrid ? "Deviation" : "Amplitude")
                           << " must be small enough for PreventFolding to find a displacement without folds in "
                           << attemptsWithoutFolds << " draws, but is "
                           << TorchParameter::Format(TorchParameterValue(value)) << '.');
}

at::Tensor
ComputeDisplacement(const ElasticField & field, unsigned int dimension, const AxisSizes & start, const AxisSizes & size)
{
  if (!field.Grid.IsEmpty())
  {
    return ComputeGridDisplacement(field.Grid, start, size);
  }
  SpatialSamplingProblem problem;
  problem.Dimension = dimension;
  problem.OutputStart = start;
  problem.OutputSize = size;
  problem.Noise = field.Noise;
  return ComputeSmoothedNoise(problem);
}

double
GetMinimumJacobianDeterminant(const ElasticField & field, unsigned int dimension, const AxisSizes & size)
{
  return field.Grid.IsEmpty() ? MinimumOfNoise(field, dimension, size) : MinimumOfGrid(field.Grid, size);
}
} // namespace itk
