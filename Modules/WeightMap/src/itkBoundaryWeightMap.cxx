// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkBoundaryWeightMap.h"
#include "itkImageTensor.h"
#include "itkBoundaryWeightTerms.h"
#include "itkObjectGaps.h"
#include "itkObjectIds.h"
#include "itkTorchTensorAccess.h"
#include "itkTwoNearestObjectsOnDevice.h"
#include "itkMacro.h"
#include <ATen/ops/bincount.h>
#include <ATen/ops/full.h>
#include <ATen/ops/searchsorted.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>
#include <algorithm>
#include <cmath>

namespace itk
{
namespace
{
using Progress = std::function<void(double)>;
using ClassOfLabel = std::map<std::int64_t, unsigned int>;

unsigned int
NumberOfClasses(const ClassOfLabel & classOfLabel)
{
  unsigned int last = 1;
  for (const auto & [label, number] : classOfLabel)
  {
    last = std::max(last, number);
  }
  return last + 1;
}

/** A term counts up to the reach; an infinite distance never does. */
ExponentialTerm
MakeTerm(double factor, double rate, double reach)
{
  const double limit = std::min(reach * reach, static_cast<double>(std::numeric_limits<float>::max()));
  return { static_cast<float>(factor), static_cast<float>(rate), static_cast<float>(limit) };
}

/** One computation: the image on its device, and what is known of it. */
class WeightMap
{
public:
  WeightMap(const TorchTensor &                 labels,
            const std::vector<double> &         spacing,
            const BoundaryWeightMapParameters & parameters,
            const ClassOfLabel &                classOfLabel,
            const Progress &                    progress)
    : m_Device(labels.GetDevice())
    , m_Parameters(parameters)
    , m_Labels(GetATensor(labels))
    , m_Numbers(m_Labels)
    , m_Objects(m_Numbers.Ids)
    , m_Progress(progress)
  {
    m_Problem.Size.assign(m_Objects.sizes().rbegin(), m_Objects.sizes().rend());
    // In units of the finest axis, so that squares stay far from a float's limits.
    m_Problem.Spacing = GetDistanceUnits(spacing, false);
    const double unit = parameters.UseImageSpacing ? *std::min_element(spacing.begin(), spacing.end()) : 1.0;
    m_Problem.MaximumDistance = parameters.GetReach() / unit;
    m_Parameters.Sigma /= unit;
    m_Parameters.ProximitySigma /= unit;
    m_Problem.IsToPixelEdge = parameters.Border == ObjectBorder::PixelEdge;
    if (parameters.IgnoreLabel != 0)
    {
      m_IsIgnored = m_Numbers.GetWideLabels() == parameters.IgnoreLabel;
      m_Objects = m_Objects.masked_fill(m_IsIgnored, 0);
    }
    m_NumberOfClasses = NumberOfClasses(classOfLabel);
    if (!classOfLabel.empty())
    {
      FindClasses(classOfLabel);
    }
  }

  /** Background between objects that touch. */
  void
  Separate()
  {
    if (m_Parameters.GapWidth == 0)
    {
      return;
    }
    const at::Tensor isCut = FindGaps(m_Objects, m_Parameters.GapWidth);
    m_SeparatedIds = m_Numbers.Ids.masked_fill(isCut, 0);
    m_Objects = m_Objects.masked_fill(isCut, 0);
    if (m_Classes.defined())
    {
      m_Classes = m_Classes.masked_fill(isCut, 0);
    }
  }

  at::Tensor
  ComputeWeights()
  {
    m_Weights = ClassWeightImage();
    const bool         isPerClass = m_Parameters.TermsPerClass && m_Classes.defined();
    const unsigned int groups = isPerClass ? m_NumberOfClasses - 1 : 1;
    for (unsigned int group = 0; group < groups; ++group)
    {
      AddTerms(isPerClass ? m_Objects.masked_fill(m_Classes != static_cast<std::int64_t>(group + 1), 0) : m_Objects,
               [&](double fraction) { m_Progress((group + fraction) / groups); });
    }
    if (std::isfinite(m_Parameters.MaximumWeight))
    {
      m_Weights.clamp_max_(m_Parameters.MaximumWeight);
    }
    if (m_IsIgnored.defined())
    {
      m_Weights.masked_fill_(m_IsIgnored, 0.0);
    }
    return m_Weights.unsqueeze(0).unsqueeze(0);
  }

  at::Tensor
  GetSeparatedLabels() const
  {
    return m_SeparatedIds.defined() ? m_Numbers.ToLabels(m_SeparatedIds).unsqueeze(0).unsqueeze(0) : m_Labels.clone();
  }

private:
  void
  FindClasses(const ClassOfLabel & classOfLabel)
  {
    std::vector<std::int64_t> labels;
    std::vector<std::int64_t> classes;
    for (const auto & [label, number] : classOfLabel)
    {
      labels.push_back(label);
      classes.push_back(number);
    }
    const at::Tensor known = at::tensor(labels, at::kLong).to(m_Objects.device());
    const at::Tensor classOfKnown = at::tensor(classes, at::kLong).to(m_Objects.device());
    const at::Tensor wanted = m_Numbers.GetWideLabels();
    const at::Tensor place = at::searchsorted(known, wanted).clamp_max_(static_cast<std::int64_t>(labels.size()) - 1);
    m_Classes =
      at::where(known.take(place) == wanted, classOfKnown.take(place), (wanted != 0).to(c10::kLong)).to(c10::kByte);
  }

  /** The class of each pixel as an index. */
  at::Tensor
  GetClasses() const
  {
    return m_Classes.defined() ? m_Classes : (m_Objects != 0).to(c10::kByte);
  }

  at::Tensor
  ClassWeightImage() const
  {
    const auto options = m_Objects.options().dtype(c10::kFloat);
    if (m_Parameters.ClassWeighting == BoundaryWeightClasses::None)
    {
      return at::full(m_Objects.sizes(), 1.0, options);
    }
    const at::Tensor classes = GetClasses().to(c10::kInt);
    at::Tensor       weights;
    if (m_Parameters.ClassWeighting == BoundaryWeightClasses::Given)
    {
      std::vector<float> given(m_Parameters.ClassWeights.begin(), m_Parameters.ClassWeights.end());
      weights = at::tensor(given, at::kFloat).to(options.device());
    }
    else
    {
      const at::Tensor counted = m_IsIgnored.defined() ? classes.masked_select(~m_IsIgnored) : classes.flatten();
      const at::Tensor counts = at::bincount(counted, {}, m_NumberOfClasses).to(c10::kDouble);
      const at::Tensor present = (counts > 0).sum();
      weights = (counts.sum() / (present * counts.clamp_min(1.0))).to(c10::kFloat);
    }
    return weights.index_select(0, classes.flatten()).view(m_Objects.sizes());
  }

  void
  AddTerms(const at::Tensor & objects, const Progress & progress)
  {
    const double reach = m_Problem.MaximumDistance;
    const auto   border = MakeTerm(m_Parameters.BorderWeight, m_Parameters.GetBorderRate(), reach);
    const auto   proximity = MakeTerm(m_Parameters.ProximityWeight, m_Parameters.GetProximityRate(), reach);
    const bool   isBackgroundOnly = m_Parameters.Region == BoundaryWeightRegion::Background;
    if (border.Factor == 0.0f && proximity.Factor == 0.0f)
    {
      return;
    }
    if (!m_Device.IsHost())
    {
      const auto nearest = ComputeTwoNearestObjectsOnDevice(m_Problem, objects, m_Device, progress);
      const auto termAt = [](const at::Tensor & squared, const ExponentialTerm & term)
      { return (squared * term.Rate).exp_().mul_(term.Factor).masked_fill_(squared > term.Limit, 0.0); };
      const at::Tensor first = nearest.First.to(c10::kFloat);
      const at::Tensor sum = (nearest.First.sqrt() + nearest.Second.sqrt()).square_().to(c10::kFloat);
      at::Tensor       terms = termAt(sum, border) + termAt(first, proximity);
      m_Weights += isBackgroundOnly ? terms.masked_fill_(m_Objects != 0, 0.0) : terms;
      return;
    }
    auto * const               weights = m_Weights.data_ptr<float>();
    const std::int32_t * const all = m_Objects.data_ptr<std::int32_t>();
    ComputeTwoNearestObjects<float>(
      m_Problem,
      MakeSource(objects.data_ptr<std::int32_t>()),
      [&](const TwoNearestObjectsPiece<float> & piece)
      {
        float * const sums = weights + piece.Offset;
        __builtin_prefetch(weights + piece.Later, 1);
        if (!isBackgroundOnly)
        {
          AddBoundaryWeightTerms(piece.Count, piece.First, piece.Second, border, proximity, sums);
          return;
        }
        float terms[TwoNearestObjectsPiece<float>::LargestCount]{};
        AddBoundaryWeightTerms(piece.Count, piece.First, piece.Second, border, proximity, terms);
        for (std::int64_t i = 0; i < piece.Count; ++i)
        {
          sums[i] += all[piece.Offset + i] == 0 ? terms[i] : 0.0f;
        }
      },
      false,
      progress);
  }

  TorchDevice                 m_Device;
  BoundaryWeightMapParameters m_Parameters;
  at::Tensor                  m_Labels;
  ObjectIds                   m_Numbers;
  at::Tensor                  m_Objects;
  Progress                    m_Progress;
  TwoNearestObjectsProblem    m_Problem;
  unsigned int                m_NumberOfClasses;
  at::Tensor                  m_IsIgnored;
  at::Tensor                  m_Classes; // undefined where they follow from the objects
  at::Tensor                  m_SeparatedIds;
  at::Tensor                  m_Weights;
};
} // namespace

BoundaryWeightMap::Result
BoundaryWeightMap::Compute(const TorchTensor &                 labels,
                           const std::vector<double> &         spacing,
                           const BoundaryWeightMapParameters & parameters,
                           const ClassOfLabel &                classOfLabel,
                           const Progress &                    progress)
try
{
  VerifyImageTensor(labels, "BoundaryWeightMap::Compute()", "labels");
  VerifySpacing(spacing, labels.GetShape().size() - 2);
  WeightMap map(labels, spacing, parameters, classOfLabel, progress);
  map.Separate();
  const at::Tensor weights = map.ComputeWeights();
  return { MakeTorchTensor(weights, labels.GetDevice()),
           MakeTorchTensor(map.GetSeparatedLabels(), labels.GetDevice()) };
}
catch (...)
{
  TorchExecution::Rethrow("BoundaryWeightMap::Compute()");
}

void
VerifyBoundaryWeightMap(const BoundaryWeightMapParameters & parameters, const ClassOfLabel & classOfLabel)
{
  const std::size_t classes = NumberOfClasses(classOfLabel);
  if (parameters.ClassWeighting == BoundaryWeightClasses::Given && parameters.ClassWeights.size() != classes)
  {
    itkGenericExceptionMacro("ClassWeights must be one number for each of the "
                             << classes << " classes, but are " << parameters.ClassWeights.size() << '.');
  }
  for (const auto & [label, number] : classOfLabel)
  {
    if (label == 0 || number < 1 || number > 255)
    {
      itkGenericExceptionMacro("ClassOfLabel must give labels other than 0 a class in [1, 255], but gives label "
                               << label << " class " << number << '.');
    }
  }
}
} // namespace itk
