// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetTargets.h"
#include "itkBoundaryWeightMap.h"
#include "itkTorchTensorAccess.h"
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>
#include <algorithm>
#include <cmath>

namespace itk
{
namespace
{
/** Steps to all pixels nearer than or at `width`, one of each pair of opposite ones. */
std::vector<std::vector<std::int64_t>>
GetHalfOfNeighbors(std::size_t dimension, double width)
{
  const auto                             reach = static_cast<std::int64_t>(width);
  std::vector<std::vector<std::int64_t>> neighbors;
  std::vector<std::int64_t>              step(dimension, -reach);
  while (true)
  {
    double squared = 0.0;
    for (const auto along : step)
    {
      squared += static_cast<double>(along * along);
    }
    const auto first = std::find_if(step.begin(), step.end(), [](std::int64_t along) { return along != 0; });
    if (first != step.end() && *first > 0 && squared <= width * width)
    {
      neighbors.push_back(step);
    }
    auto axis = step.rbegin();
    for (; axis != step.rend() && *axis == reach; ++axis)
    {
      *axis = -reach;
    }
    if (axis == step.rend())
    {
      return neighbors;
    }
    ++*axis;
  }
}

/** The part of an image whose pixels have a neighbor one step further, and that of those neighbors. */
std::pair<at::Tensor, at::Tensor>
GetNeighbors(const at::Tensor & image, const std::vector<std::int64_t> & step)
{
  at::Tensor here = image;
  at::Tensor there = image;
  for (std::size_t i = 0; i < step.size(); ++i)
  {
    const auto         axis = static_cast<std::int64_t>(i) + 2;
    const std::int64_t length = std::max<std::int64_t>(0, image.size(axis) - std::abs(step[i]));
    here = here.narrow(axis, std::min(image.size(axis), std::max<std::int64_t>(0, -step[i])), length);
    there = there.narrow(axis, std::min(image.size(axis), std::max<std::int64_t>(0, step[i])), length);
  }
  return { here, there };
}

/** The weight map, or the gap alone, of labels of objects.
 * \param labels without ignored ones */
AugmentationImages
ComputeWeightMap(const AugmentationImages &     images,
                 const TorchTensor &            labels,
                 const std::vector<double> &    spacing,
                 const UNetTrainingParameters & parameters)
{
  auto map = parameters.WeightMap;
  if (!parameters.UseWeightMap)
  {
    map = {};
    map.GapWidth = parameters.WeightMap.GapWidth;
    map.BorderWeight = 0.0;
  }
  const auto         computed = BoundaryWeightMap::Compute(labels, spacing, map, {}, [](double) {});
  AugmentationImages result = images;
  result.Label = computed.SeparatedLabels;
  if (parameters.UseWeightMap)
  {
    result.Weight = images.Weight.IsDefined() ? MakeTorchTensor(GetATensor(images.Weight) * GetATensor(computed.Weight),
                                                                images.Weight.GetDevice())
                                              : computed.Weight;
  }
  return result;
}

void
VerifyClasses(const at::Tensor & label, unsigned int classes, const std::string & name)
{
  const auto largest = label.max().item<std::int64_t>();
  const auto last = static_cast<std::int64_t>(std::max(2u, classes)) - 1;
  if (largest > last)
  {
    itkGenericExceptionMacro(<< name << ": labels must be class numbers in [0, " << last << "], but one is " << largest
                             << '.');
  }
}
} // namespace

TorchTensor
MarkIgnoredLabels(const TorchTensor & label, const TorchTensor & ignored, std::int64_t ignoreLabel)
{
  at::Tensor marked = GetATensor(label);
  const auto smallest = marked.min().item<std::int64_t>();
  if (smallest < 0)
  {
    itkGenericExceptionMacro("labels must be at least 0, but one is " << smallest << '.');
  }
  if (ignored.IsDefined())
  {
    marked = marked.masked_fill(GetATensor(ignored).ne(0), unetIgnoredLabel);
  }
  if (ignoreLabel >= 0)
  {
    marked = marked.masked_fill(marked.eq(ignoreLabel), unetIgnoredLabel);
  }
  return MakeTorchTensor(marked, label.GetDevice());
}

at::Tensor
MakeInteriorAndBorder(const at::Tensor & labels, double width, at::Tensor * contacts)
{
  const at::Tensor isObject = labels.gt(0);
  const at::Tensor isKnown = labels.ge(0);
  at::Tensor       border = at::zeros_like(isObject);
  at::Tensor       contact = at::zeros_like(isObject);
  for (const auto & step : GetHalfOfNeighbors(static_cast<std::size_t>(labels.dim() - 2), width))
  {
    const auto [here, there] = GetNeighbors(labels, step);
    const auto [isKnownHere, isKnownThere] = GetNeighbors(isKnown, step);
    const auto [borderHere, borderThere] = GetNeighbors(border, step);
    const at::Tensor differ = here.ne(there).logical_and_(isKnownHere).logical_and_(isKnownThere);
    borderHere.logical_or_(differ);
    borderThere.logical_or_(differ);
    if (contacts != nullptr)
    {
      const auto [isObjectHere, isObjectThere] = GetNeighbors(isObject, step);
      const auto [contactHere, contactThere] = GetNeighbors(contact, step);
      const at::Tensor touch = differ.logical_and(isObjectHere).logical_and_(isObjectThere);
      contactHere.logical_or_(touch);
      contactThere.logical_or_(touch);
    }
  }
  if (contacts != nullptr)
  {
    *contacts = contact;
  }
  return isObject.to(at::kShort).add_(border.logical_and_(isObject).to(at::kShort));
}

AugmentationImages
MakeUNetTargets(const AugmentationImages &     images,
                const std::vector<double> &    spacing,
                unsigned int                   classes,
                const UNetTrainingParameters & parameters,
                const std::string &            name)
{
  const TorchDevice  device = images.Label.GetDevice();
  const at::Tensor   isIgnored = GetATensor(images.Label).eq(unetIgnoredLabel);
  const TorchTensor  known = MakeTorchTensor(GetATensor(images.Label).clamp_min(0), device);
  AugmentationImages result = images;
  result.Label = known;
  if (parameters.UseWeightMap || parameters.WeightMap.GapWidth > 0)
  {
    result = ComputeWeightMap(images, known, spacing, parameters);
  }
  at::Tensor target = GetATensor(result.Label);
  if (parameters.Target == UNetTarget::InteriorBorder)
  {
    at::Tensor contacts;
    target = MakeInteriorAndBorder(target.masked_fill(isIgnored, unetIgnoredLabel),
                                   parameters.BorderWidth,
                                   parameters.ContactWeight == 1.0 ? nullptr : &contacts);
    if (contacts.defined())
    {
      const at::Tensor factor = at::where(contacts, parameters.ContactWeight, 1.0).to(at::kFloat);
      result.Weight = MakeTorchTensor(result.Weight.IsDefined() ? GetATensor(result.Weight) * factor : factor, device);
    }
  }
  else if (parameters.Labels == LabelMeaning::Classes)
  {
    VerifyClasses(target, classes, name);
    target = target.to(at::kShort);
  }
  else
  {
    target = target.ne(0).to(at::kShort).mul_(std::max(1u, classes - 1));
  }
  result.Label = MakeTorchTensor(target.masked_fill(isIgnored, unetIgnoredLabel), device);
  return result;
}
} // namespace itk
