// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSmoothedNoise_h
#define itkSmoothedNoise_h

#include "ITKTorchAugmentationExport.h"
#include "itkDisplacementGrid.h"
#include "itkPixelRandom.h"

namespace itk
{
/** \class SmoothedNoise
 * \brief Displacements that are noise, uniform in (−1, 1) for each pixel and component, smoothed by a Gaussian and
 * scaled.
 *
 * The noise goes on beyond the image, so its border is like its inside. The Gaussian is cut off at 3 σ and sums to
 * 1. */
class ITKTorchAugmentation_EXPORT SmoothedNoise
{
public:
  SmoothedNoise() = default;

  /** \param amplitude factor of each component, in pixels: Simard's α
   * \param sigma of the Gaussian along each axis, in pixels; 0 does not smooth along it */
  SmoothedNoise(unsigned int                  dimension,
                PixelRandomKey                key,
                const std::array<double, 3> & amplitude,
                const std::array<double, 3> & sigma);

  bool
  IsEmpty() const
  {
    return m_Dimension == 0;
  }
  unsigned int
  GetDimension() const
  {
    return m_Dimension;
  }

  /** Weights of a pixel and of those at distance 1, 2, … along an axis. */
  const std::vector<float> &
  GetWeights(unsigned int axis) const
  {
    return m_Weights[axis];
  }
  double
  GetAmplitude(unsigned int component) const
  {
    return m_Amplitude[component];
  }
  PixelRandomKey
  GetKey() const
  {
    return m_Key;
  }

private:
  unsigned int                      m_Dimension{ 0 };
  PixelRandomKey                    m_Key;
  std::array<double, 3>             m_Amplitude{};
  std::array<std::vector<float>, 3> m_Weights{};
};

/** \class SmoothedNoiseRows
 * \brief The field row by row, in rising order; keeps what neighboring rows share and no more. */
class SmoothedNoiseRows
{
public:
  /** Rows are [begin, end) along x, planes [firstRow, endRow) along y. */
  SmoothedNoiseRows(const SmoothedNoise & noise,
                    std::int64_t          begin,
                    std::int64_t          end,
                    std::int64_t          firstRow,
                    std::int64_t          endRow);

  /** Row y of plane z, in pixels: `end` − `begin` values for each component. */
  const std::vector<float> &
  Get(std::int64_t y, std::int64_t z);

private:
  /** Smoothed along x. */
  void
  MakeRow(std::int64_t y, std::int64_t z, float * row);
  /** Smoothed along x and y. */
  void
  MakePlaneRow(std::int64_t y, std::int64_t z, float * row);

  const SmoothedNoise &           m_Noise;
  std::int64_t                    m_Begin;
  std::int64_t                    m_Width;
  std::int64_t                    m_FirstRow;
  std::int64_t                    m_EndRow;
  std::vector<float>              m_Raw;
  std::vector<std::vector<float>> m_Rows;
  std::vector<std::int64_t>       m_RowKeys;
  std::vector<std::vector<float>> m_Planes;
  std::vector<std::int64_t>       m_PlaneKeys;
  std::int64_t                    m_PlaneOfRows{ 0 };
  std::vector<float>              m_Result;
};
} // namespace itk

#endif
