// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCannyHysteresis.h"
#include <ATen/Parallel.h>
#include <algorithm>

namespace itk
{
namespace
{
constexpr int wordBits = 64;

/** All bits of `within` that are connected to `bits`. */
std::uint64_t
FillWord(std::uint64_t bits, std::uint64_t within)
{
  for (std::uint64_t grown = bits;; bits = grown)
  {
    grown |= ((grown << 1) | (grown >> 1)) & within;
    if (grown == bits)
    {
      return grown;
    }
  }
}
} // namespace

CannyHysteresis::CannyHysteresis(const std::vector<std::int64_t> & size)
  : m_Words((size[0] + wordBits - 1) / wordBits)
  , m_RowsOfPlane(size.size() == 3 ? size[1] : 1)
  , m_Planes(size.back())
  , m_Weak(static_cast<std::size_t>(m_Words * m_RowsOfPlane * m_Planes))
  , m_Strong(m_Weak.size())
  , m_Edges(m_Weak.size())
{}

void
CannyHysteresis::Grow()
{
  // Each thread grows within planes of its own; what crosses from one part to the next one follows afterwards.
  const std::int64_t count =
    std::clamp<std::int64_t>(at::get_num_threads(), 1, std::max<std::int64_t>(1, m_Planes / 8));
  std::vector<Part> parts(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i)
  {
    parts[i].First = i * m_Planes / count;
    parts[i].Last = (i + 1) * m_Planes / count;
  }
  at::parallel_for(0,
                   count,
                   1,
                   [&](std::int64_t first, std::int64_t last)
                   {
                     for (std::int64_t i = first; i < last; ++i)
                     {
                       GrowStrong(parts[i]);
                     }
                   });
  Part whole{ 0, m_Planes, {} };
  for (std::int64_t i = 1; i < count; ++i)
  {
    GrowOver(whole, parts[i].First - 1);
    GrowOver(whole, parts[i].First);
  }
}

void
CannyHysteresis::GrowStrong(Part & part)
{
  const std::int64_t words = m_Words * m_RowsOfPlane;
  for (std::int64_t word = part.First * words; word < part.Last * words; ++word)
  {
    if (const std::uint64_t seeds = m_Strong[word] & ~m_Edges[word])
    {
      m_Edges[word] |= seeds;
      part.Pending.push_back(word);
      Flood(part);
    }
  }
}

void
CannyHysteresis::GrowOver(Part & part, std::int64_t plane)
{
  const std::int64_t words = m_Words * m_RowsOfPlane;
  for (std::int64_t word = plane * words; word < (plane + 1) * words; ++word)
  {
    if (m_Edges[word] != 0)
    {
      part.Pending.push_back(word);
    }
  }
  Flood(part);
}

void
CannyHysteresis::Flood(Part & part)
{
  while (!part.Pending.empty())
  {
    const std::int64_t word = part.Pending.back();
    part.Pending.pop_back();
    Spread(part, word);
  }
}

void
CannyHysteresis::Spread(Part & part, std::int64_t word)
{
  const std::int64_t  row = word / m_Words;
  const std::int64_t  column = word - row * m_Words;
  const std::int64_t  plane = row / m_RowsOfPlane;
  const std::int64_t  line = row - plane * m_RowsOfPlane;
  const std::uint64_t bits = FillWord(m_Edges[word], m_Weak[word]);
  m_Edges[word] = bits;
  const std::uint64_t touched = bits | (bits << 1) | (bits >> 1);
  for (std::int64_t p = std::max(plane - 1, part.First); p <= std::min(plane + 1, part.Last - 1); ++p)
  {
    for (std::int64_t l = std::max<std::int64_t>(line - 1, 0); l <= std::min(line + 1, m_RowsOfPlane - 1); ++l)
    {
      const std::int64_t other = (p * m_RowsOfPlane + l) * m_Words + column;
      Reach(part, other, touched);
      if ((bits & 1) != 0 && column > 0)
      {
        Reach(part, other - 1, std::uint64_t{ 1 } << (wordBits - 1));
      }
      if ((bits >> (wordBits - 1)) != 0 && column + 1 < m_Words)
      {
        Reach(part, other + 1, 1);
      }
    }
  }
}

inline void
CannyHysteresis::Reach(Part & part, std::int64_t word, std::uint64_t bits)
{
  const std::uint64_t reached = bits & m_Weak[word] & ~m_Edges[word];
  if (reached != 0)
  {
    m_Edges[word] |= reached;
    part.Pending.push_back(word);
  }
}
} // namespace itk
