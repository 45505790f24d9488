// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkVolumeTurn_h
#define itkVolumeTurn_h

#include "ITKTorchUNetModelExport.h"
#include "itkTorchTensor.h"
#include "itkImageBase.h"
#include <array>
#include <string>
#include <vector>

namespace itk
{
/** The anatomical directions that a volume's axes run towards, such as "LPS" for x to the left, y to posterior and z to
 * superior. Oblique axes get the directions that they are nearest to, each direction once.
 * \param direction of the volume, 3 × 3, row by row
 * \ingroup ITKTorchUNetModel */
ITKTorchUNetModel_EXPORT std::string
GetVolumeOrientation(const std::vector<double> & direction);

/** \class VolumeTurn
 * \brief The exchange and reversal of axes that gives a volume another orientation. No pixel changes.
 *
 * The turned volume lies where the volume does; its first pixel has the index 0. Images of other dimensions than 3 stay
 * as they are.
 * \ingroup ITKTorchUNetModel */
template <unsigned int VDimension>
class ITKTorchUNetModel_EXPORT VolumeTurn
{
public:
  using GridType = ImageBase<VDimension>;
  using RegionType = ImageRegion<VDimension>;

  /** Keeps the axes. */
  VolumeTurn();

  /** \param direction of the volume, row by row
   * \param orientation such as "LPS"; empty to keep the axes */
  VolumeTurn(const std::vector<double> & direction, const std::string & orientation);

  /** Whether every axis stays as it is. */
  bool
  IsNone() const;

  /** Numbers along the axes of the volume, such as its spacing, along those of the turned one. */
  std::vector<double>
  Turn(const std::vector<double> & alongAxes) const;

  /** The place of a turned volume. */
  typename GridType::Pointer
  Turn(const GridType & volume) const;

  /** \param largest the largest possible region of the volume */
  RegionType
  Turn(const RegionType & region, const RegionType & largest) const;

  /** The way back. */
  RegionType
  TurnBack(const RegionType & turned, const RegionType & largest) const;

  /** \param pixels shape (1, C, z, y, x), floats or 64-bit integers */
  TorchTensor
  Turn(const TorchTensor & pixels) const;

  /** The way back. */
  TorchTensor
  TurnBack(const TorchTensor & turned) const;

private:
  TorchTensor
  Exchange(const TorchTensor & pixels, bool isBack) const;

  /** For each axis of the turned volume, that of the volume. */
  std::array<unsigned int, VDimension> m_Axes;
  std::array<bool, VDimension>         m_IsReversed{};
};

/** Row by row.
 * \ingroup ITKTorchUNetModel */
template <unsigned int VDimension>
std::vector<double>
GetDirectionByRows(const ImageBase<VDimension> * image)
{
  std::vector<double> direction;
  for (unsigned int i = 0; i < VDimension * VDimension; ++i)
  {
    direction.push_back(image->GetDirection()[i / VDimension][i % VDimension]);
  }
  return direction;
}

extern template class VolumeTurn<2>;
extern template class VolumeTurn<3>;
} // namespace itk

#endif
