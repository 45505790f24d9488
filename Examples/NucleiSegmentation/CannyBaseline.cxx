// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "CannyBaseline.h"

#include <algorithm>

namespace
{
std::vector<itk::BoundaryCounts>
CountAtTolerances(const itk::PixelSet & boundary, const itk::PixelSet & truth)
{
  // Nothing farther than the largest tolerance matters.
  const auto                       distances = itk::BoundaryDistances::Compute(boundary, truth, { 1.0, 1.0 }, 4.0);
  std::vector<itk::BoundaryCounts> counts;
  for (const double tolerance : { 1.0, 2.0, 3.0 })
  {
    counts.push_back(distances.CountWithin(tolerance));
  }
  return counts;
}
} // namespace

const std::vector<double> &
CannyBaseline::GetVariances()
{
  static const std::vector<double> variances{ 1.0, 2.0, 4.0, 9.0 };
  return variances;
}

const std::vector<double> &
CannyBaseline::GetThresholds()
{
  static const std::vector<double> thresholds{ 0.5, 1.0,  1.5,  2.0,  3.0,  4.0,  6.0,
                                               8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 64.0 };
  return thresholds;
}

void
CannyBaseline::Add(const itk::TorchTensor & luminance, const itk::TorchTensor & otsu, const itk::TorchTensor & truth)
{
  const std::vector<double> pixels(2, 1.0);
  const auto                real = itk::PixelSet::FromOutline(truth, {}, false);
  Image                     image;
  image.Otsu = CountAtTolerances(itk::PixelSet::FromOutline(otsu, {}, false), real);
  for (const double variance : GetVariances())
  {
    image.Canny.emplace_back();
    for (const double threshold : GetThresholds())
    {
      itk::CannyEdgeDetectionParameters canny;
      canny.Variance = { variance };
      canny.UpperThreshold = threshold;
      canny.LowerThreshold = 0.4 * threshold;
      const auto edges = itk::CannyEdgeDetection::Compute(luminance, pixels, canny).Edges;
      image.Canny.back().push_back(CountAtTolerances(itk::PixelSet::FromMask(edges), real));
    }
  }
  m_Images.push_back(std::move(image));
}

CannyBaseline::Result
CannyBaseline::GetResult() const
{
  Result       result{};
  const double images = static_cast<double>(m_Images.size());
  for (std::size_t t = 0; t < NumberOfTolerances; ++t)
  {
    for (const auto & image : m_Images)
    {
      result.Otsu[t] += image.Otsu[t].F() / images;
    }
    for (std::size_t v = 0; v < GetVariances().size(); ++v)
    {
      double ois = 0.0;
      for (const auto & image : m_Images)
      {
        double best = 0.0;
        for (const auto & counts : image.Canny[v])
        {
          best = std::max(best, counts[t].F());
        }
        ois += best / images;
      }
      if (ois > result.Ois[t])
      {
        result.Ois[t] = ois;
        result.OisVariance[t] = GetVariances()[v];
      }
      for (std::size_t k = 0; k < GetThresholds().size(); ++k)
      {
        double              mean = 0.0;
        itk::BoundaryCounts sum;
        for (const auto & image : m_Images)
        {
          mean += image.Canny[v][k][t].F() / images;
          sum += image.Canny[v][k][t];
        }
        result.OdsPooled[t] = std::max(result.OdsPooled[t], sum.F());
        if (mean > result.Ods[t])
        {
          result.Ods[t] = mean;
          result.OdsVariance[t] = GetVariances()[v];
          result.OdsThreshold[t] = GetThresholds()[k];
        }
      }
    }
  }
  return result;
}
