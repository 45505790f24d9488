// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTwoNearestObjectsDistance.h"
#include "itkImageTensor.h"
#include "itkObjectIds.h"
#include "itkTorchTensorAccess.h"
#include "itkTwoNearestObjectsOnDevice.h"
#include "itkMacro.h"
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <algorithm>
#include <cmath>

namespace itk
{
namespace
{
template <typename TDistance>
TwoNearestObjectsTensors
ComputeOnHost(const TwoNearestObjectsProblem &    problem,
              const at::Tensor &                  objects,
              bool                                isSquared,
              const std::function<void(double)> & progress)
{
  constexpr auto           type = std::is_same<TDistance, float>::value ? c10::kFloat : c10::kDouble;
  TwoNearestObjectsTensors result{ at::empty(objects.sizes(), objects.options().dtype(type)),
                                   at::empty(objects.sizes(), objects.options().dtype(type)),
                                   at::empty_like(objects),
                                   at::empty_like(objects) };
  auto *                   first = result.First.data_ptr<TDistance>();
  auto *                   second = result.Second.data_ptr<TDistance>();
  auto *                   firstLabel = result.FirstLabel.data_ptr<std::int32_t>();
  auto *                   secondLabel = result.SecondLabel.data_ptr<std::int32_t>();
  ComputeTwoNearestObjects<double>(
    problem,
    MakeSource(objects.data_ptr<std::int32_t>()),
    [=](const TwoNearestObjectsPiece<double> & piece)
    {
      __builtin_prefetch(first + piece.Later, 1);
      __builtin_prefetch(second + piece.Later, 1);
      __builtin_prefetch(firstLabel + piece.Later, 1);
      __builtin_prefetch(secondLabel + piece.Later, 1);
      for (std::int64_t i = 0; i < piece.Count; ++i)
      {
        first[piece.Offset + i] = static_cast<TDistance>(isSquared ? piece.First[i] : std::sqrt(piece.First[i]));
        second[piece.Offset + i] = static_cast<TDistance>(isSquared ? piece.Second[i] : std::sqrt(piece.Second[i]));
        firstLabel[piece.Offset + i] = static_cast<std::int32_t>(piece.FirstLabel[i]);
        secondLabel[piece.Offset + i] = static_cast<std::int32_t>(piece.SecondLabel[i]);
      }
    },
    true,
    progress);
  return result;
}
} // namespace

TwoNearestObjectsDistance::Result
TwoNearestObjectsDistance::Compute(const TorchTensor &                         labels,
                                   const std::vector<double> &                 spacing,
                                   const TwoNearestObjectsDistanceParameters & parameters,
                                   TorchComponentType                          distanceType,
                                   const std::function<void(double)> &         progress)
try
{
  VerifyImageTensor(labels, "TwoNearestObjectsDistance::Compute()", "labels");
  VerifySpacing(spacing, labels.GetShape().size() - 2);
  const ObjectIds          objects(GetATensor(labels));
  const auto               size = objects.Ids.sizes();
  TwoNearestObjectsProblem problem;
  problem.Size.assign(size.rbegin(), size.rend());
  problem.Spacing = GetDistanceUnits(spacing, parameters.UseImageSpacing);
  problem.MaximumDistance = parameters.MaximumDistance;
  problem.IsToPixelEdge = parameters.Border == ObjectBorder::PixelEdge;

  const bool               isFloat = distanceType == TorchComponentType::Float32;
  const bool               isSquared = parameters.SquaredDistance;
  TwoNearestObjectsTensors nearest;
  if (labels.GetDevice().IsHost())
  {
    nearest = isFloat ? ComputeOnHost<float>(problem, objects.Ids, isSquared, progress)
                      : ComputeOnHost<double>(problem, objects.Ids, isSquared, progress);
  }
  else
  {
    nearest = ComputeTwoNearestObjectsOnDevice(problem, objects.Ids, labels.GetDevice(), progress);
    for (at::Tensor * const distance : { &nearest.First, &nearest.Second })
    {
      *distance = (isSquared ? *distance : distance->sqrt()).to(isFloat ? c10::kFloat : c10::kDouble);
    }
  }
  const auto asImage = [&](const at::Tensor & tensor)
  { return MakeTorchTensor(tensor.unsqueeze(0).unsqueeze(0), labels.GetDevice()); };
  return { asImage(nearest.First),
           asImage(nearest.Second),
           asImage(objects.ToLabels(nearest.FirstLabel)),
           asImage(objects.ToLabels(nearest.SecondLabel)) };
}
catch (...)
{
  TorchExecution::Rethrow("TwoNearestObjectsDistance::Compute()");
}
} // namespace itk
