// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkElasticDeformation.h"
#include "itkImageTensor.h"
#include "itkElasticField.h"
#include "itkSpatialSamplingProblem.h"
#include "itkTorchRandom.h"
#include "itkTorchTensorAccess.h"
#include "itkMacro.h"
#include <ATen/ops/empty.h>
#include <cmath>

namespace itk
{
void
VerifyElasticDeformation(const ElasticDeformationParameters & parameters, unsigned int dimension)
{
  TorchParameterView(parameters).Verify("ElasticDeformation");
  const auto verify = [dimension](const char * name, const std::vector<double> & numbers)
  {
    if (numbers.size() != 1 && numbers.size() != dimension)
    {
      itkGenericExceptionMacro(<< name << " must be 1 number or " << dimension << ", one for each axis, but is "
                               << TorchParameter::Format(TorchParameterValue(numbers)) << '.');
    }
  };
  verify("GridSize", parameters.GridSize);
  verify("Deviation", parameters.Deviation);
  verify("Amplitude", parameters.Amplitude);
  verify("Sigma", parameters.Sigma);
  const auto verifyWhole = [](const char * name, const std::vector<double> & numbers)
  {
    for (const double number : numbers)
    {
      if (number != std::floor(number))
      {
        itkGenericExceptionMacro(<< name << " must be whole numbers, but is "
                                 << TorchParameter::Format(TorchParameterValue(numbers)) << '.');
      }
    }
  };
  verifyWhole("GridSize", parameters.GridSize);
  verifyWhole("LockedAxes", parameters.LockedAxes);
  for (const double axis : parameters.LockedAxes)
  {
    if (axis >= dimension)
    {
      itkGenericExceptionMacro("LockedAxes must be numbers in [0, "
                               << dimension - 1 << "], but is "
                               << TorchParameter::Format(TorchParameterValue(parameters.LockedAxes)) << '.');
    }
  }
}

struct ElasticDeformation::Implementation
{
  SpatialSamplingProblem Problem;
  ElasticField           Field;
  std::vector<double>    Spacing;
  SamplingInterpolation  Interpolation;
  double                 PaddingValue;

  SpatialSamplingProblem
  GetProblem(const IndexType & start, const IndexType & size) const
  {
    SpatialSamplingProblem problem = Problem;
    problem.OutputSize = ToAxisSizes(size);
    std::copy(start.begin(), start.end(), problem.OutputStart.begin());
    return problem;
  }
};

ElasticDeformation::ElasticDeformation(const ElasticDeformationParameters & parameters,
                                       const IndexType &                    size,
                                       const std::vector<double> &          spacing)
{
  VerifyElasticDeformation(parameters, static_cast<unsigned int>(size.size()));
  auto implementation = std::make_shared<Implementation>();
  implementation->Field = DrawElasticField(parameters, size, spacing, TorchRandom(parameters.Seed));
  implementation->Spacing = spacing;
  implementation->Interpolation = parameters.Interpolation;
  implementation->PaddingValue = parameters.PaddingValue;
  auto & problem = implementation->Problem;
  problem.Dimension = static_cast<unsigned int>(size.size());
  problem.InputSize = ToAxisSizes(size);
  problem.Grid = implementation->Field.Grid;
  problem.Noise = implementation->Field.Noise;
  problem.PaddingMode = parameters.PaddingMode;
  m_Implementation = implementation;
}

std::vector<std::array<std::int64_t, 2>>
ElasticDeformation::GetInputBounds(const IndexType & start, const IndexType & size) const
{
  std::vector<std::array<std::int64_t, 2>> bounds;
  const auto                               found = m_Implementation->GetProblem(start, size).GetInputBounds();
  for (std::size_t axis = 0; axis < size.size(); ++axis)
  {
    // The spline through the pixels depends on all of them.
    const bool isAll = m_Implementation->Interpolation == SamplingInterpolation::Cubic;
    bounds.push_back(isAll ? std::array<std::int64_t, 2>{ { 0, m_Implementation->Problem.InputSize[axis] - 1 } }
                           : found[axis]);
  }
  return bounds;
}

TorchTensor
ElasticDeformation::Sample(const TorchTensor &                          input,
                           const IndexType &                            inputStart,
                           const IndexType &                            start,
                           const IndexType &                            size,
                           const std::function<void(double fraction)> & progress) const
try
{
  VerifyImageTensor(input, "ElasticDeformation::Sample()", "input", 3);
  const at::Tensor                image = GetATensor(input);
  std::vector<SpatialSamplingJob> jobs(1);
  jobs[0].Problem = m_Implementation->GetProblem(start, size);
  // Interleaved, as ITK keeps pixels.
  std::vector<std::int64_t> shape{ 1 };
  shape.insert(shape.end(), size.rbegin(), size.rend());
  shape.push_back(image.size(1));
  const at::Tensor output = at::empty(shape, image.options()).movedim(-1, 1);
  jobs[0].Images.push_back({ image, m_Implementation->Interpolation, m_Implementation->PaddingValue, output });
  std::copy(inputStart.begin(), inputStart.end(), jobs[0].Images[0].InputStart.begin());
  SampleImages(jobs, input.GetDevice(), progress);
  return MakeTorchTensor(output, input.GetDevice());
}
catch (...)
{
  TorchExecution::Rethrow("ElasticDeformation::Sample()");
}

TorchTensor
ElasticDeformation::GetDisplacementField(const IndexType &           start,
                                         const IndexType &           size,
                                         const std::vector<double> & direction,
                                         const TorchDevice &         device) const
try
{
  const auto       problem = m_Implementation->GetProblem(start, size);
  const auto       dimension = static_cast<std::int64_t>(problem.Dimension);
  const at::Tensor pixels =
    ComputeDisplacement(m_Implementation->Field, problem.Dimension, problem.OutputStart, problem.OutputSize);
  std::vector<double> toPhysical;
  for (std::int64_t row = 0; row < dimension; ++row)
  {
    for (std::int64_t column = 0; column < dimension; ++column)
    {
      toPhysical.push_back(direction[static_cast<std::size_t>(row * dimension + column)] *
                           m_Implementation->Spacing[static_cast<std::size_t>(column)]);
    }
  }
  std::vector<std::int64_t> shape{ 1, dimension };
  shape.insert(shape.end(), size.rbegin(), size.rend());
  // As sums of products, whose bits do not depend on the region.
  at::Tensor field = at::empty(pixels.sizes(), pixels.options());
  for (std::int64_t row = 0; row < dimension; ++row)
  {
    at::Tensor component = field[row];
    component.zero_();
    for (std::int64_t column = 0; column < dimension; ++column)
    {
      component.add_(pixels[column], toPhysical[static_cast<std::size_t>(row * dimension + column)]);
    }
  }
  return MakeTorchTensor(field.reshape(shape).to(GetC10Device(device)), device);
}
catch (...)
{
  TorchExecution::Rethrow("ElasticDeformation::GetDisplacementField()");
}

double
ElasticDeformation::GetMinimumJacobianDeterminant() const
{
  return ::itk::GetMinimumJacobianDeterminant(
    m_Implementation->Field, m_Implementation->Problem.Dimension, m_Implementation->Problem.InputSize);
}
} // namespace itk
