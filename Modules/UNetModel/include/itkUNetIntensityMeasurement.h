// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetIntensityMeasurement_h
#define itkUNetIntensityMeasurement_h

#include "ITKTorchUNetModelExport.h"
#include "itkUNetIntensityNormalization.h"
#include <vector>

namespace itk
{
/** \class UNetIntensityMeasurement
 * \brief Measures an image part by part for an intensity normalization.
 *
 * \code
 * UNetIntensityMeasurement measurement(rule);
 * while (measurement.NeedsPass())
 * {
 *   for (each part) measurement.Add(part);
 *   measurement.EndPass();
 * }
 * const UNetIntensityScale scale = measurement.GetScale();
 * \endcode
 * Parts are whole rows along x, in order, and together the image; then the result has the same bits however the image
 * was divided. Percentiles are exact: a first pass counts values by the upper half of their bits, a second one the
 * lower halves of those in the two percentiles' bins, and of those in wider ones where both are in one bin; polarity
 * takes a third one.
 * \ingroup ITKTorchUNetModel */
class ITKTorchUNetModel_EXPORT UNetIntensityMeasurement
{
public:
  explicit UNetIntensityMeasurement(const UNetIntensityNormalization & rule);

  bool
  NeedsPass() const
  {
    return m_Pass != Pass::None;
  }

  /** \param part shape (1, C, …, y, x), any component type, on the host */
  void
  Add(const TorchTensor & part);

  /** \throws ExceptionObject if values were not finite */
  void
  EndPass();

  const UNetIntensityScale &
  GetScale() const
  {
    return m_Scale;
  }

private:
  enum class Pass : std::uint8_t
  {
    None,
    UpperBits,
    LowerBits,
    Polarity,
    Mean,
    Variance
  };

  /** Where the value of a percentile is known to lie. */
  struct Place
  {
    std::uint64_t Rank{ 0 }; // from 0, among the values with these upper bits
    std::uint32_t UpperBits{ 0 };
  };

  void
  EndUpperBits();
  void
  EndLowerBits();
  void
  EndPolarity();

  UNetIntensityNormalization m_Rule;
  UNetIntensityScale         m_Scale;
  Pass                       m_Pass;
  std::uint64_t              m_NumberOfValues{ 0 };
  std::vector<std::uint64_t> m_Counts;
  /** Of pairs of percentiles. */
  std::vector<Place> m_Places;
  double             m_Sum{ 0.0 };
  double             m_Mean{ 0.0 };
};
} // namespace itk

#endif
