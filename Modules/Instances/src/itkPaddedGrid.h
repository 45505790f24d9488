// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkPaddedGrid_h
#define itkPaddedGrid_h

#include "itkGridNeighbors.h"
#include "itkMacro.h"
#include <ATen/Parallel.h>
#include <limits>

namespace itk
{
/** A grid with one more pixel on each side of each axis, so that every pixel has all neighbors. */
class PaddedGrid
{
public:
  explicit PaddedGrid(const std::vector<std::int64_t> & size)
    : m_Size(size)
  {
    for (const std::int64_t extent : size)
    {
      m_Strides.push_back(m_Pixels);
      m_Pixels *= extent + 2;
    }
    if (m_Pixels > std::numeric_limits<std::uint32_t>::max())
    {
      itkGenericExceptionMacro("An image to be flooded must have, with one more pixel on each side, at most "
                               << std::numeric_limits<std::uint32_t>::max() << " pixels, but has " << m_Pixels << '.');
    }
  }

  std::int64_t
  GetNumberOfPixels() const
  {
    return m_Pixels;
  }

  std::vector<std::int64_t>
  GetShifts(bool isFullyConnected) const
  {
    std::vector<std::int64_t> shifts;
    for (const GridOffset & offset : GridNeighbors(m_Size.size(), isFullyConnected))
    {
      std::int64_t shift = 0;
      for (std::size_t axis = 0; axis < offset.size(); ++axis)
      {
        shift += offset[axis] * m_Strides[axis];
      }
      shifts.push_back(shift);
    }
    return shifts;
  }

  /** Calls copy(inner, padded) for the first pixel of each row, in parallel. */
  template <typename TCopy>
  void
  ForEachRow(const TCopy & copy) const
  {
    const std::int64_t rows = NumberOfPixels(m_Size) / m_Size[0];
    at::parallel_for(0,
                     rows,
                     1 + 50000 / m_Size[0],
                     [&](std::int64_t begin, std::int64_t end)
                     {
                       for (std::int64_t row = begin; row < end; ++row)
                       {
                         std::int64_t padded = 1;
                         std::int64_t rest = row;
                         for (std::size_t axis = 1; axis < m_Size.size(); ++axis)
                         {
                           padded += (rest % m_Size[axis] + 1) * m_Strides[axis];
                           rest /= m_Size[axis];
                         }
                         copy(row * m_Size[0], padded);
                       }
                     });
  }

private:
  std::vector<std::int64_t> m_Size;
  std::vector<std::int64_t> m_Strides;
  std::int64_t              m_Pixels{ 1 };
};
} // namespace itk

#endif
