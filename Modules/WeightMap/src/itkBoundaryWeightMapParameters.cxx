// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkBoundaryWeightMapParameters.h"
#include <algorithm>
#include <cmath>

namespace itk
{
const TorchParameterTable<BoundaryWeightMapParameters> &
BoundaryWeightMapParameters::Describe()
{
  using P = BoundaryWeightMapParameters;
  using Range = TorchParameterRange;
  static const auto table =
    TorchParameterTable<BoundaryWeightMapParameters>()
      .Add("BorderWeight", &P::BorderWeight, "Height w0 of the border term.", Range::AtLeast(0))
      .Add("Sigma",
           &P::Sigma,
           "Width of the border term, in pixels of the finest axis or, with UseImageSpacing, in physical units.",
           Range::GreaterThan(0))
      .AddChoice("SigmaRule", &P::SigmaRule, "Divisor of (d1 + d2) squared in the exponent of the border term.")
      .Add("ProximityWeight", &P::ProximityWeight, "Height of the nearest-object term.", Range::AtLeast(0))
      .Add("ProximitySigma",
           &P::ProximitySigma,
           "Width of the nearest-object term, in the unit of Sigma.",
           Range::GreaterThan(0))
      .AddChoice("Region", &P::Region, "Pixels to which the terms are added.")
      .AddChoice(
        "Border", &P::Border, "Measure distances to the center of an object's nearest pixel, or to that pixel's edge.")
      .Add("UseImageSpacing", &P::UseImageSpacing, "Measure distances and widths in physical units.")
      .AddChoice(
        "ClassWeighting",
        &P::ClassWeighting,
        "Weight of a pixel's class: 1, inversely proportional to its frequency with mean 1, or from ClassWeights.")
      .Add("ClassWeights",
           &P::ClassWeights,
           "Weights of background, class 1, …, used if ClassWeighting is given.",
           Range::AtLeast(0))
      .Add("TermsPerClass",
           &P::TermsPerClass,
           "Compute the terms for the objects of each class and add them, instead of for all objects together.")
      .Add("IgnoreLabel", &P::IgnoreLabel, "Label to ignore: its pixels are no object and have weight 0; 0 for none.")
      .Add("MaximumWeight", &P::MaximumWeight, "Upper limit of the weights.", Range::GreaterThan(0))
      .Add("CutOff",
           &P::CutOff,
           "Distance beyond which terms are 0, in the unit of Sigma; 0: where they fall below float resolution; inf: "
           "no limit.",
           Range::AtLeast(0))
      .Add("GapWidth",
           &P::GapWidth,
           "Width of the gap of background that is cut between touching objects; 0 for no gap.",
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
BoundaryWeightMapParameters::GetBorderRate() const
{
  return -1.0 / ((SigmaRule == BoundaryWeightSigmaRule::TwoSigmaSquared ? 2.0 : 1.0) * Sigma * Sigma);
}

double
BoundaryWeightMapParameters::GetProximityRate() const
{
  return -1.0 / (2.0 * ProximitySigma * ProximitySigma);
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
    std::max(reachOf(BorderWeight, this->GetBorderRate()), reachOf(ProximityWeight, this->GetProximityRate()));
  return std::max(reach, 1e-6);
}
} // namespace itk
