// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkNumberedLabels.h"
#include "itkObjectNumbers.h"
#include <algorithm>

namespace itk
{
void
NumberedLabels::Append(std::int64_t pixels)
{
  const std::size_t size = m_Labels.size() + static_cast<std::size_t>(pixels);
  m_Labels.reserve(size);
  m_Labels.resize(size, 0);
}

void
NumberedLabels::Put(std::int64_t          firstPixel,
                    const std::uint32_t * labels,
                    std::int64_t          pixels,
                    std::size_t           numberOfObjects)
{
  const std::size_t before = this->GetNumberOfObjects();
  VerifyLabelType(before + numberOfObjects, TorchComponentType::UInt32);
  m_NumberOf.resize(m_NumberOf.size() + numberOfObjects, 0);
  std::uint32_t * const to = m_Labels.data() + (firstPixel - m_FirstPixel);
  for (std::int64_t pixel = 0; pixel < pixels; ++pixel)
  {
    to[pixel] = labels[pixel] == 0 ? to[pixel] : static_cast<std::uint32_t>(before) + labels[pixel];
  }
}

void
NumberedLabels::LeaveBefore(std::int64_t pixel)
{
  const std::int64_t count = pixel - m_FirstPixel;
  for (std::int64_t i = 0; i < count; ++i)
  {
    std::uint32_t & label = m_Labels[static_cast<std::size_t>(i)];
    if (label != 0)
    {
      std::uint32_t & number = m_NumberOf[label];
      number = number == 0 ? ++m_LastNumber : number;
      label = number;
    }
  }
  if (count > 0)
  {
    m_Sink(m_Labels.data(), count);
  }
  m_Labels.erase(m_Labels.begin(), m_Labels.begin() + count);
  m_FirstPixel = pixel;
}
} // namespace itk
