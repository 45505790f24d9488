// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSmoothedNoise.h"
#include "itkTorchTargetClones.h"
#include <algorithm>
#include <cmath>
#include <limits>

namespace itk
{
namespace
{
constexpr std::int64_t none = std::numeric_limits<std::int64_t>::min();

std::vector<float>
GaussianWeights(double sigma)
{
  const auto          radius = static_cast<int>(std::ceil(3.0 * sigma));
  std::vector<double> weights;
  double              sum = 0.0;
  for (int k = 0; k <= radius; ++k)
  {
    weights.push_back(k == 0 ? 1.0 : std::exp(-0.5 * k * k / (sigma * sigma)));
    sum += (k == 0 ? 1.0 : 2.0) * weights.back();
  }
  std::vector<float> normalized;
  for (const double weight : weights)
  {
    normalized.push_back(static_cast<float>(weight / sum));
  }
  return normalized;
}

/** The first words of the pixels' four, as numbers in (−1, 1), `stride` apart. */
ITKTorch_TARGET_CLONES void
MakeNoise(float *        noise,
          std::int64_t   stride,
          unsigned int   components,
          PixelRandomKey key,
          std::int64_t   begin,
          std::int64_t   count,
          std::int64_t   y,
          std::int64_t   z)
{
  for (std::int64_t i = 0; i < count; ++i)
  {
    std::uint32_t words[4] = {
      static_cast<std::uint32_t>(begin + i), static_cast<std::uint32_t>(y), static_cast<std::uint32_t>(z), 0
    };
    MakePixelRandomWords(words, key);
    for (unsigned int component = 0; component < components; ++component)
    {
      noise[component * stride + i] = 2.0f * ToUniform(words[component]) - 1.0f;
    }
  }
}

/** to[i] = w · middle[i] */
ITKTorch_TARGET_CLONES void
Start(float * to, const float * middle, float weight, std::int64_t count)
{
  for (std::int64_t i = 0; i < count; ++i)
  {
    to[i] = weight * middle[i];
  }
}

/** to[i] += w · (before[i] + after[i]) */
ITKTorch_TARGET_CLONES void
AddPair(float * to, const float * before, const float * after, float weight, std::int64_t count)
{
  for (std::int64_t i = 0; i < count; ++i)
  {
    to[i] += weight * (before[i] + after[i]);
  }
}
} // namespace

SmoothedNoise::SmoothedNoise(unsigned int                  dimension,
                             PixelRandomKey                key,
                             const std::array<double, 3> & amplitude,
                             const std::array<double, 3> & sigma)
  : m_Dimension(dimension)
  , m_Key(key)
  , m_Amplitude(amplitude)
{
  for (unsigned int axis = 0; axis < dimension; ++axis)
  {
    m_Weights[axis] = GaussianWeights(sigma[axis]);
  }
}

SmoothedNoiseRows::SmoothedNoiseRows(const SmoothedNoise & noise,
                                     std::int64_t          begin,
                                     std::int64_t          end,
                                     std::int64_t          firstRow,
                                     std::int64_t          endRow)
  : m_Noise(noise)
  , m_Begin(begin)
  , m_Width(end - begin)
  , m_FirstRow(firstRow)
  , m_EndRow(endRow)
{
  const std::size_t dimension = noise.GetDimension();
  const auto        width = static_cast<std::size_t>(m_Width);
  m_Raw.resize(dimension * (width + 2 * (noise.GetWeights(0).size() - 1)));
  m_Rows.assign(2 * noise.GetWeights(1).size() - 1, std::vector<float>(dimension * width));
  m_RowKeys.assign(m_Rows.size(), none);
  if (dimension == 3)
  {
    m_Planes.resize(2 * noise.GetWeights(2).size() - 1);
    m_PlaneKeys.assign(m_Planes.size(), none);
  }
  m_Result.resize(dimension * width);
}

void
SmoothedNoiseRows::MakeRow(std::int64_t y, std::int64_t z, float * row)
{
  const auto &       weights = m_Noise.GetWeights(0);
  const auto         radius = static_cast<std::int64_t>(weights.size()) - 1;
  const std::int64_t stride = m_Width + 2 * radius;
  MakeNoise(m_Raw.data(), stride, m_Noise.GetDimension(), m_Noise.GetKey(), m_Begin - radius, stride, y, z);
  for (std::int64_t component = 0; component < m_Noise.GetDimension(); ++component)
  {
    const float * const middle = m_Raw.data() + component * stride + radius;
    float * const       to = row + component * m_Width;
    const auto          scale = static_cast<float>(m_Noise.GetAmplitude(static_cast<unsigned int>(component)));
    Start(to, middle, scale * weights[0], m_Width);
    for (std::int64_t k = 1; k <= radius; ++k)
    {
      AddPair(to, middle - k, middle + k, scale * weights[static_cast<std::size_t>(k)], m_Width);
    }
  }
}

void
SmoothedNoiseRows::MakePlaneRow(std::int64_t y, std::int64_t z, float * row)
{
  if (z != m_PlaneOfRows)
  {
    std::fill(m_RowKeys.begin(), m_RowKeys.end(), none);
    m_PlaneOfRows = z;
  }
  const auto & weights = m_Noise.GetWeights(1);
  const auto   radius = static_cast<std::int64_t>(weights.size()) - 1;
  const auto   slots = static_cast<std::int64_t>(m_Rows.size());
  const auto   at = [&](std::int64_t line) -> const std::vector<float> &
  {
    const auto slot = static_cast<std::size_t>((line % slots + slots) % slots);
    if (m_RowKeys[slot] != line)
    {
      MakeRow(line, z, m_Rows[slot].data());
      m_RowKeys[slot] = line;
    }
    return m_Rows[slot];
  };
  const auto count = static_cast<std::int64_t>(m_Result.size());
  Start(row, at(y).data(), weights[0], count);
  for (std::int64_t k = 1; k <= radius; ++k)
  {
    const float * const before = at(y - k).data();
    AddPair(row, before, at(y + k).data(), weights[static_cast<std::size_t>(k)], count);
  }
}

const std::vector<float> &
SmoothedNoiseRows::Get(std::int64_t y, std::int64_t z)
{
  if (m_Noise.GetDimension() == 2)
  {
    MakePlaneRow(y, z, m_Result.data());
    return m_Result;
  }
  const auto & weights = m_Noise.GetWeights(2);
  const auto   radius = static_cast<std::int64_t>(weights.size()) - 1;
  const auto   slots = static_cast<std::int64_t>(m_Planes.size());
  const auto   count = static_cast<std::int64_t>(m_Result.size());
  const auto   at = [&](std::int64_t plane) -> const float *
  {
    const auto slot = static_cast<std::size_t>((plane % slots + slots) % slots);
    if (m_PlaneKeys[slot] != plane)
    {
      m_Planes[slot].resize(static_cast<std::size_t>(count * (m_EndRow - m_FirstRow)));
      for (std::int64_t line = m_FirstRow; line < m_EndRow; ++line)
      {
        MakePlaneRow(line, plane, m_Planes[slot].data() + (line - m_FirstRow) * count);
      }
      m_PlaneKeys[slot] = plane;
    }
    return m_Planes[slot].data() + (y - m_FirstRow) * count;
  };
  Start(m_Result.data(), at(z), weights[0], count);
  for (std::int64_t k = 1; k <= radius; ++k)
  {
    const float * const before = at(z - k);
    AddPair(m_Result.data(), before, at(z + k), weights[static_cast<std::size_t>(k)], count);
  }
  return m_Result;
}
} // namespace itk
