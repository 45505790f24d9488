// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkRowRuns_h
#define itkRowRuns_h

#include "itkComponentRuns.h"
#include <cstring>

namespace itk
{
/** Marks with 1 the pixels that differ from the one before them, as pixels of runs do. */
template <typename TPixel>
void
MarkEdges(const TPixel * __restrict row, std::int64_t width, bool areLabelsApart, std::uint8_t * __restrict edges)
{
  edges[0] = row[0] != 0;
  if (areLabelsApart)
  {
    for (std::int64_t x = 1; x < width; ++x)
    {
      edges[x] = row[x] != row[x - 1];
    }
    return;
  }
  for (std::int64_t x = 1; x < width; ++x)
  {
    edges[x] = (row[x] != 0) != (row[x - 1] != 0);
  }
}

/** Calls visit(x) for each byte that is 1; there are 7 bytes of 0 beyond the end. */
template <typename TVisit>
void
ForEachMark(const std::uint8_t * marks, std::int64_t width, const TVisit & visit)
{
  for (std::int64_t x = 0; x < width; x += 8)
  {
    std::uint64_t word;
    std::memcpy(&word, marks + x, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    for (; word != 0; word &= word - 1)
    {
      visit(x + __builtin_ctzll(word) / 8);
    }
  }
}

/** Appends the runs of a row's pixels other than 0.
 * \param edges memory for a row and 7 bytes more, of which those are 0 */
template <typename TPixel>
void
AppendRuns(const TPixel *                    row,
           std::int64_t                      width,
           bool                              areLabelsApart,
           std::vector<std::uint8_t> &       edges,
           std::vector<ComponentRuns::Run> & runs)
{
  MarkEdges(row, width, areLabelsApart, edges.data());
  bool isOpen = false;
  ForEachMark(edges.data(),
              width,
              [&](std::int64_t x)
              {
                const auto at = static_cast<std::int32_t>(x);
                if (isOpen)
                {
                  runs.back().End = at;
                }
                isOpen = row[x] != 0;
                if (isOpen)
                {
                  runs.push_back({ at, static_cast<std::int32_t>(width) });
                }
              });
}
} // namespace itk

#endif
