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

double
BorderRate(const BoundaryWeightMapParameters & parameters)
{
  const double divisor = parameters.SigmaRule == BoundaryWeightSigmaRule::TwoSigmaSquared ? 2.0 : 1.0;
  return -1.0 / (divisor * parameters.Sigma * parameters.Sigma);
}

double
ProximityRate(const BoundaryWeightMapParameters & parameters)
{
  return -1.0 / (2.0 * parameters.ProximitySigma * parameters.ProximitySigma);
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
    const auto   border = MakeTerm(m_Parameters.BorderWeight, BorderRate(m_Parameters), reach);
    const auto   proximity = MakeTerm(m_Parameters.ProximityWeight, ProximityRate(m_Parameters), reach);
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

const TorchParameterTable &
BoundaryWeightMapParameters::Describe()
{
  using P = BoundaryWeightMapParameters;
  using Range = TorchParameterRange;
  static const auto table =
    TorchParameterTable()
      .Add("BorderWeight", &P::BorderWeight, "Height w0 of the border term.", Range::AtLeast(0))
      .Add("Sigma",
           &P::Sigma,
           "Width of the border term, in pixels of the finest axis or, with UseImageSpacing, in physical units.",
           Range::GreaterThan(0))
      .AddChoice("SigmaRule",
                 &P::SigmaRule,
                 "What the border term's exponent divides (d1 + d2) squared by.",
                 { "two-sigma-squared", "sigma-squared" })
      .Add("ProximityWeight", &P::ProximityWeight, "Height of the term of the nearest object.", Range::AtLeast(0))
      .Add("ProximitySigma",
           &P::ProximitySigma,
           "Width of the term of the nearest object, in the unit of Sigma.",
           Range::GreaterThan(0))
      .AddChoice("Region", &P::Region, "Pixels to which the terms are added.", { "everywhere", "background" })
      .AddChoice("Border",
                 &P::Border,
                 "Distance to the centre of an object's nearest pixel, or to that pixel's edge.",
                 { "pixel-centre", "pixel-edge" })
      .Add("UseImageSpacing", &P::UseImageSpacing, "Distances and widths in physical units.")
      .AddChoice("ClassWeighting",
                 &P::ClassWeighting,
                 "Weight of a pixel's class: 1, balanced so that the mean is 1, or ClassWeights.",
                 { "none", "inverse-frequency", "given" })
      .Add("ClassWeights",
           &P::ClassWeights,
           "Weights of background, class 1, …, for ClassWeighting given.",
           Range::AtLeast(0))
      .Add(
        "TermsPerClass", &P::TermsPerClass, "Add the terms of each class's objects, instead of those of all objects.")
      .Add("IgnoreLabel", &P::IgnoreLabel, "Label that is no object and has weight 0; 0 for none.")
      .Add("MaximumWeight", &P::MaximumWeight, "Greater weights are cut to it.", Range::GreaterThan(0))
      .Add("CutOff",
           &P::CutOff,
           "Distance from which on terms are 0, in the unit of Sigma; 0: where they fall below float resolution; inf: "
           "never.",
           Range::AtLeast(0))
      .Add("GapWidth",
           &P::GapWidth,
           "Touching objects are separated by so many pixels of background; 0: not.",
           Range::Between(0, 100),
           TorchParameterUnit::Pixels);
  return table;
}

BoundaryWeightMapParameters
BoundaryWeightMapParameters::Paper()
{
  return {};
}

BoundaryWeightMapParameters
BoundaryWeightMapParameters::Falk()
{
  BoundaryWeightMapParameters parameters;
  parameters.BorderWeight = 50.0;
  parameters.Sigma = 6.0;
  parameters.ProximityWeight = 0.9;
  parameters.ProximitySigma = 10.0;
  parameters.Region = BoundaryWeightRegion::Background;
  parameters.ClassWeighting = BoundaryWeightClasses::Given;
  parameters.ClassWeights = { 0.1, 1.0 };
  parameters.TermsPerClass = true;
  return parameters;
}

double
BoundaryWeightMapParameters::GetReach() const
{
  if (CutOff > 0.0)
  {
    return CutOff;
  }
  if (ClassWeighting == BoundaryWeightClasses::InverseFrequency)
  {
    // The weights are not known, and the whole image is needed anyway.
    return std::numeric_limits<double>::infinity();
  }
  float smallest = 1.0f;
  if (ClassWeighting == BoundaryWeightClasses::Given)
  {
    for (const double weight : ClassWeights)
    {
      smallest = weight > 0.0 ? std::min(smallest, static_cast<float>(weight)) : smallest;
    }
  }
  // Half of the step to the float below: less than that is lost in the sum.
  const double resolution = 0.5 * (static_cast<double>(smallest) - std::nextafter(smallest, 0.0f));
  const auto   reachOf = [resolution](double factor, double rate)
  { return factor > resolution ? std::sqrt(std::log(factor / resolution) / -rate) : 0.0; };
  const double reach =
    std::max(reachOf(BorderWeight, BorderRate(*this)), reachOf(ProximityWeight, ProximityRate(*this)));
  return std::max(reach, 1e-6);
}

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
