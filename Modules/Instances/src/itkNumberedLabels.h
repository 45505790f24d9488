// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkNumberedLabels_h
#define itkNumberedLabels_h

#include <cstdint>
#include <functional>
#include <vector>

namespace itk
{
/** Labels of an image whose objects come in any order, and whose pixels leave in raster order: then each object that
 * was not seen before gets the next number. */
class NumberedLabels
{
public:
  using Sink = std::function<void(const std::uint32_t * labels, std::int64_t count)>;

  /** \param sink gets the numbers of the next pixels */
  explicit NumberedLabels(Sink sink)
    : m_Sink(std::move(sink))
  {}

  /** Adds pixels of background. */
  void
  Append(std::int64_t pixels);

  /** Puts objects that are labeled 1 … numberOfObjects, and 0 elsewhere, on the background. */
  void
  Put(std::int64_t firstPixel, const std::uint32_t * labels, std::int64_t pixels, std::size_t numberOfObjects);

  /** Lets all pixels before this one leave. */
  void
  LeaveBefore(std::int64_t pixel);

  /** Objects put. */
  std::size_t
  GetNumberOfObjects() const
  {
    return m_NumberOf.size() - 1;
  }

private:
  Sink                       m_Sink;
  std::int64_t               m_FirstPixel{ 0 };
  std::vector<std::uint32_t> m_Labels;        // in the order in which objects came
  std::vector<std::uint32_t> m_NumberOf{ 0 }; // by those labels; 0: not seen yet
  std::uint32_t              m_LastNumber{ 0 };
};
} // namespace itk

#endif
