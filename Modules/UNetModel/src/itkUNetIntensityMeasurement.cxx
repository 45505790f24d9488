// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetIntensityMeasurement.h"
#include "itkImageTensor.h"
#include "itkGrayValues.h"
#include "itkUnitBinOtsuThreshold.h"
#include "itkMacro.h"
#include <ATen/Parallel.h>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <mutex>
#include <numeric>

namespace itk
{
namespace
{
constexpr float       infinity = std::numeric_limits<float>::infinity();
constexpr std::size_t numberOfHalves = std::size_t{ 1 } << 16;

/** Bits that are in order where the values are; -0 comes before 0. */
std::uint32_t
OrderedBits(float value)
{
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return (bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u;
}

float
ValueOfOrderedBits(std::uint32_t bits)
{
  bits = (bits & 0x80000000u) != 0 ? bits & 0x7fffffffu : ~bits;
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

/** Calls visit(counts, values, number) for every row of gray values, and adds up the counts of all threads. */
template <typename TVisit>
void
CountRows(const GrayValues & gray, std::vector<std::uint64_t> & counts, const TVisit & visit)
{
  const std::int64_t length = gray.GetNumberOfValuesInRow();
  const std::int64_t rows = gray.GetNumberOfValues() / length;
  const std::int64_t grain = std::max<std::int64_t>(1, (std::int64_t{ 1 } << 19) / length);
  std::mutex         mutex;
  at::parallel_for(0,
                   rows,
                   grain,
                   [&](std::int64_t begin, std::int64_t end)
                   {
                     std::vector<float>         values(static_cast<std::size_t>(length));
                     std::vector<std::uint64_t> own(counts.size());
                     for (std::int64_t row = begin; row < end; ++row)
                     {
                       gray.Get(row * length, (row + 1) * length, values.data());
                       visit(own, values);
                     }
                     const std::lock_guard<std::mutex> lock(mutex);
                     std::transform(own.begin(), own.end(), counts.begin(), counts.begin(), std::plus<>());
                   });
}

/** The sum of visit(value) over all values: of rows, and of these. */
template <typename TVisit>
void
AddRows(const GrayValues & gray, double & sum, const TVisit & visit)
{
  const std::int64_t  length = gray.GetNumberOfValuesInRow();
  const std::int64_t  rows = gray.GetNumberOfValues() / length;
  std::vector<double> sums(static_cast<std::size_t>(rows));
  at::parallel_for(0,
                   rows,
                   std::max<std::int64_t>(1, (std::int64_t{ 1 } << 16) / length),
                   [&](std::int64_t begin, std::int64_t end)
                   {
                     std::vector<float> values(static_cast<std::size_t>(length));
                     for (std::int64_t row = begin; row < end; ++row)
                     {
                       gray.Get(row * length, (row + 1) * length, values.data());
                       for (const float value : values)
                       {
                         sums[row] += visit(value);
                       }
                     }
                   });
  for (const double rowSum : sums)
  {
    sum += rowSum;
  }
}

/** Moves `rank` from all values to those of its bin. */
std::uint32_t
FindBin(const std::uint64_t * counts, std::uint64_t & rank)
{
  std::uint32_t bin = 0;
  while (rank >= counts[bin])
  {
    rank -= counts[bin];
    ++bin;
  }
  return bin;
}
} // namespace

UNetIntensityMeasurement::UNetIntensityMeasurement(const UNetIntensityNormalization & rule)
  : m_Rule(rule)
{
  switch (rule.Scaling)
  {
    case UNetIntensityScaling::Percentiles:
      m_Pass = Pass::UpperBits;
      m_Counts.assign(numberOfHalves, 0);
      break;
    case UNetIntensityScaling::ZScore:
      m_Pass = Pass::Mean;
      m_Counts.assign(1, 0);
      break;
    case UNetIntensityScaling::Factor:
      m_Pass = Pass::None;
      m_Scale.Factor = static_cast<float>(rule.Factor);
      break;
  }
}

void
UNetIntensityMeasurement::Add(const TorchTensor & part)
try
{
  VerifyImageTensor(part, "UNetIntensityMeasurement::Add()", "part", 3);
  const GrayValues gray(part, m_Rule.Color);
  switch (m_Pass)
  {
    case Pass::UpperBits:
    {
      m_NumberOfValues += static_cast<std::uint64_t>(gray.GetNumberOfValues());
      CountRows(gray,
                m_Counts,
                [](std::vector<std::uint64_t> & counts, const std::vector<float> & values)
                {
                  for (const float value : values)
                  {
                    ++counts[OrderedBits(value) >> 16];
                  }
                });
      break;
    }
    case Pass::LowerBits:
      CountRows(gray,
                m_Counts,
                [this](std::vector<std::uint64_t> & counts, const std::vector<float> & values)
                {
                  for (const float value : values)
                  {
                    const std::uint32_t bits = OrderedBits(value);
                    for (std::size_t i = 0; i < m_Places.size(); ++i)
                    {
                      if (bits >> 16 == m_Places[i].UpperBits)
                      {
                        ++counts[i * numberOfHalves + (bits & 0xffffu)];
                      }
                    }
                  }
                });
      break;
    case Pass::Polarity:
      CountRows(gray,
                m_Counts,
                [this](std::vector<std::uint64_t> & counts, const std::vector<float> & values)
                {
                  for (const float value : values)
                  {
                    ++counts[static_cast<std::size_t>(std::nearbyint(m_Scale.Apply(value) * 255.0f))];
                  }
                });
      break;
    case Pass::Mean:
      m_NumberOfValues += static_cast<std::uint64_t>(gray.GetNumberOfValues());
      CountRows(gray,
                m_Counts,
                [](std::vector<std::uint64_t> & counts, const std::vector<float> & values)
                {
                  for (const float value : values)
                  {
                    counts[0] += std::isfinite(value) ? 0 : 1;
                  }
                });
      AddRows(gray, m_Sum, [](float value) { return static_cast<double>(value); });
      break;
    case Pass::Variance:
      AddRows(gray,
              m_Sum,
              [this](float value)
              {
                const double difference = value - m_Mean;
                return difference * difference;
              });
      break;
    case Pass::None:
      break;
  }
}
catch (...)
{
  TorchExecution::Rethrow("UNetIntensityMeasurement::Add()");
}

void
UNetIntensityMeasurement::EndPass()
{
  switch (m_Pass)
  {
    case Pass::UpperBits:
      this->EndUpperBits();
      break;
    case Pass::LowerBits:
      this->EndLowerBits();
      break;
    case Pass::Polarity:
      this->EndPolarity();
      break;
    case Pass::Mean:
      VerifyFiniteIntensities(m_Counts[0], m_NumberOfValues);
      m_Mean = m_Sum / static_cast<double>(m_NumberOfValues);
      m_Sum = 0.0;
      m_Pass = Pass::Variance;
      break;
    case Pass::Variance:
    {
      const double variance = m_Sum / static_cast<double>(m_NumberOfValues);
      m_Scale.Offset = static_cast<float>(m_Mean);
      m_Scale.Divisor = variance > 0.0 ? static_cast<float>(std::sqrt(variance)) : infinity;
      m_Pass = Pass::None;
      break;
    }
    case Pass::None:
      break;
  }
}

void
UNetIntensityMeasurement::EndUpperBits()
{
  // What is not finite has the largest exponent, and so the first or last bits.
  const auto negative = m_Counts.begin() + 0x80;
  const auto positive = m_Counts.begin() + 0xff80;
  VerifyFiniteIntensities(std::accumulate(m_Counts.begin(), negative, std::uint64_t{ 0 }) +
                            std::accumulate(positive, m_Counts.end(), std::uint64_t{ 0 }),
                          m_NumberOfValues);
  m_Places.clear();
  for (const auto & pair : m_Rule.GetWideningPercentiles())
  {
    for (const double percentile : pair)
    {
      Place place;
      place.Rank =
        static_cast<std::uint64_t>(std::floor(percentile / 100.0 * static_cast<double>(m_NumberOfValues - 1)));
      place.UpperBits = FindBin(m_Counts.data(), place.Rank);
      m_Places.push_back(place);
    }
    // In one bin they may be equal.
    if (m_Places[m_Places.size() - 2].UpperBits != m_Places.back().UpperBits)
    {
      break;
    }
  }
  m_Counts.assign(m_Places.size() * numberOfHalves, 0);
  m_Pass = Pass::LowerBits;
}

void
UNetIntensityMeasurement::EndLowerBits()
{
  float values[2] = { 0.0f, 0.0f };
  for (std::size_t i = 0; i < m_Places.size() && !(values[0] < values[1]); i += 2)
  {
    for (std::size_t j = 0; j < 2; ++j)
    {
      Place &             place = m_Places[i + j];
      const std::uint32_t lowerBits = FindBin(m_Counts.data() + (i + j) * numberOfHalves, place.Rank);
      values[j] = ValueOfOrderedBits(place.UpperBits << 16 | lowerBits);
    }
  }
  m_Scale.Offset = values[0];
  m_Scale.Divisor = values[1] > values[0] ? values[1] - values[0] : infinity;
  m_Scale.IsCut = true;
  m_Counts.assign(256, 0);
  m_Scale.IsInverted = m_Rule.Polarity == UNetPolarity::Dark && values[1] > values[0];
  m_Pass = m_Rule.Polarity == UNetPolarity::Automatic ? Pass::Polarity : Pass::None;
}

void
UNetIntensityMeasurement::EndPolarity()
{
  std::array<std::uint64_t, 256> histogram{};
  std::copy(m_Counts.begin(), m_Counts.end(), histogram.begin());
  const unsigned int  threshold = UnitBinOtsuThreshold(histogram);
  const std::uint64_t above = std::accumulate(histogram.begin() + threshold + 1, histogram.end(), std::uint64_t{ 0 });
  m_Scale.IsInverted = 2 * above > m_NumberOfValues;
  m_Scale.BrightShare = static_cast<float>(static_cast<double>(above) / static_cast<double>(m_NumberOfValues));
  m_Pass = Pass::None;
}
} // namespace itk
