// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkLabelParts.h"
#include <algorithm>
#include <array>
#include <numeric>
#include <sstream>
#include <vector>

namespace itk
{
namespace
{
/** Sets of pixels, each of which is known by its first one. */
class DisjointSets
{
public:
  explicit DisjointSets(std::size_t count)
    : m_Parents(count)
  {
    std::iota(m_Parents.begin(), m_Parents.end(), std::size_t{ 0 });
  }

  std::size_t
  Find(std::size_t i)
  {
    while (m_Parents[i] != i)
    {
      m_Parents[i] = m_Parents[m_Parents[i]];
      i = m_Parents[i];
    }
    return i;
  }

  void
  Unite(std::size_t i, std::size_t j)
  {
    i = this->Find(i);
    j = this->Find(j);
    m_Parents[std::max(i, j)] = std::min(i, j);
  }

private:
  std::vector<std::size_t> m_Parents;
};

/** The neighbors that come before a pixel in raster order. */
std::vector<std::array<std::int64_t, 3>>
GetNeighborsBefore()
{
  std::vector<std::array<std::int64_t, 3>> neighbors;
  for (std::int64_t z = -1; z <= 0; ++z)
  {
    for (std::int64_t y = -1; y <= 1; ++y)
    {
      for (std::int64_t x = -1; x <= 1; ++x)
      {
        if (z < 0 || y < 0 || (y == 0 && x < 0))
        {
          neighbors.push_back({ x, y, z });
        }
      }
    }
  }
  return neighbors;
}
} // namespace

template <unsigned int VDimension>
std::map<std::int64_t, LabelParts>
FindLabelParts(const LabelImageType<VDimension> * labels)
{
  const auto                  size = labels->GetBufferedRegion().GetSize();
  std::array<std::int64_t, 3> extent{ 1, 1, 1 };
  std::copy(size.begin(), size.end(), extent.begin());
  const std::int64_t * const         buffer = labels->GetBufferPointer();
  const auto                         neighbors = GetNeighborsBefore();
  DisjointSets                       sets(labels->GetBufferedRegion().GetNumberOfPixels());
  std::map<std::int64_t, LabelParts> parts;
  std::size_t                        at = 0;
  for (std::int64_t z = 0; z < extent[2]; ++z)
  {
    for (std::int64_t y = 0; y < extent[1]; ++y)
    {
      for (std::int64_t x = 0; x < extent[0]; ++x, ++at)
      {
        if (buffer[at] == 0)
        {
          continue;
        }
        ++parts[buffer[at]].Pixels;
        for (const auto & [dx, dy, dz] : neighbors)
        {
          const bool isInside = x + dx >= 0 && x + dx < extent[0] && y + dy >= 0 && y + dy < extent[1] && z + dz >= 0;
          const auto neighbor =
            static_cast<std::size_t>(static_cast<std::int64_t>(at) + (dz * extent[1] + dy) * extent[0] + dx);
          if (isInside && buffer[neighbor] == buffer[at])
          {
            sets.Unite(at, neighbor);
          }
        }
      }
    }
  }
  for (std::size_t i = 0; i < at; ++i)
  {
    if (buffer[i] != 0 && sets.Find(i) == i)
    {
      ++parts[buffer[i]].Parts;
    }
  }
  return parts;
}

template std::map<std::int64_t, LabelParts>
FindLabelParts<2>(const LabelImageType<2> * labels);
template std::map<std::int64_t, LabelParts>
FindLabelParts<3>(const LabelImageType<3> * labels);

std::string
DescribeOddObjects(const std::map<std::int64_t, LabelParts> & parts)
{
  std::ostringstream text;
  const auto several = std::find_if(parts.begin(), parts.end(), [](const auto & p) { return p.second.Parts > 1; });
  if (parts.size() == 1 && several != parts.end())
  {
    text << "Its only label, " << several->first << ", is in " << several->second.Parts
         << " parts: it looks like a mask, not like objects, each with a number of its own.";
  }
  else if (several != parts.end())
  {
    const auto count = std::count_if(parts.begin(), parts.end(), [](const auto & p) { return p.second.Parts > 1; });
    text << count << " of its " << parts.size() << " labels " << (count == 1 ? "is" : "are")
         << " in several parts, such as label " << several->first << " in " << several->second.Parts << '.';
  }
  else if (parts.size() == 1 && parts.begin()->first == 255)
  {
    text << "Its only label is 255: it looks like a mask, not like objects, each with a number of its own.";
  }
  return text.str();
}
} // namespace itk
