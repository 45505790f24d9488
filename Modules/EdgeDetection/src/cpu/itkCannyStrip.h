// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkCannyStrip_h
#define itkCannyStrip_h

#include "itkCannyHysteresis.h"
#include "itkCannyProblem.h"
#include "itkCannyRows.h"
#include <vector>

namespace itk
{
/** Where the results go: whole images in memory, null for those that are not wanted. */
template <typename T>
struct CannyTargets
{
  T * Magnitude{ nullptr };
  T * Direction{ nullptr };
  T * Suppressed{ nullptr };
  /** Gets the pixels above the thresholds. */
  CannyHysteresis * Hysteresis{ nullptr };
  T                 LowerThreshold{ 0 };
  T                 UpperThreshold{ 0 };
};

/** A part of the image: planes are the rows of a 2D image, or the slices of a volume; rows are those of a slice, and
 * one in 2D. Last ones excluded. */
struct CannyPart
{
  std::int64_t FirstPlane;
  std::int64_t LastPlane;
  std::int64_t FirstRow;
  std::int64_t LastRow;
};

/** All steps but the hysteresis for a part, plane by plane: only the last planes are kept, so that they stay in cache.
 */
template <typename T, int D>
class CannyStrip
{
public:
  CannyStrip(const CannyProblem & problem, const T * image, const CannyTargets<T> & targets, const CannyPart & part);

  /** Computes all planes before `plane` that are not there yet.
   * \return false if a pixel of them is not finite */
  bool
  Advance(std::int64_t plane);

  const CannyPart &
  GetPart() const
  {
    return m_Part;
  }

private:
  static constexpr std::int64_t smoothedPlanes = 4;
  static constexpr std::int64_t curvaturePlanes = 3;

  bool
  IsFinite(std::int64_t plane) const;
  void
  SmoothUntil(std::int64_t plane);
  void
  CurveUntil(std::int64_t plane);
  void
  SmoothPlane(std::int64_t plane);
  void
  SmoothAlongX(const T * row, T * smoothed);
  void
  CurvePlane(std::int64_t plane);
  void
  SuppressPlane(std::int64_t plane);

  /** Rows [First, Last) of some last planes, each padded by the neighbor of its ends. */
  struct Planes
  {
    std::int64_t   First;
    std::int64_t   Last;
    std::int64_t   Stride;
    std::int64_t   Count;
    std::vector<T> Pixels;

    T *
    GetRow(std::int64_t plane, std::int64_t row)
    {
      return Pixels.data() + ((plane % Count) * (Last - First) + row - First) * Stride + 1;
    }
  };
  Planes
  MakePlanes(std::int64_t margin, std::int64_t count) const;
  CannyRows<T, D>
  GetRowsAround(Planes & planes, std::int64_t plane, std::int64_t row);
  void
  PadRow(T * row) const;

  const CannyProblem & m_Problem;
  CannyFactors<T, D>   m_Factors;
  const T *            m_Image;
  CannyTargets<T>      m_Targets;
  CannyPart            m_Part;
  std::int64_t         m_Width;
  std::int64_t         m_RowCount;
  std::int64_t         m_PlaneCount;
  std::int64_t         m_Next;
  std::int64_t         m_NextSmoothed;
  std::int64_t         m_NextCurvature;
  Planes               m_Smoothed;
  Planes               m_Curvature;
  std::vector<double>  m_PaddedRow;
  std::vector<T>       m_Row;
  std::vector<T>       m_Magnitude;
  /** Of a volume: rows of the plane that is smoothed along z. */
  std::int64_t   m_FirstSummed{ 0 };
  std::int64_t   m_LastSummed{ 0 };
  std::vector<T> m_Summed;
};
} // namespace itk

#endif
