// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkDisplacementGrid_h
#define itkDisplacementGrid_h

#include "ITKTorchAugmentationExport.h"
#include <array>
#include <cstdint>
#include <vector>

namespace itk
{
/** Along x, y and z; z of a 2D image is 1. */
using AxisSizes = std::array<std::int64_t, 3>;

/** Weights of the four cubic B-splines that are not 0 in a cell, at `t` in [0, 1]. */
std::array<double, 4>
CubicBSplineWeights(double t);

/** Their derivatives by t. */
std::array<double, 4>
CubicBSplineSlopes(double t);

/** \class DisplacementGrid
 * \brief Displacements at the nodes of a coarse grid, with cubic B-splines interpolating between.
 *
 * The outer nodes lie at the centers of the corner pixels. Beyond them the grid is mirrored, so the field has slope 0
 * across the border. An axis of one pixel or of one node has a single cell of constant displacement.
 */
class ITKTorchAugmentation_EXPORT DisplacementGrid
{
public:
  DisplacementGrid() = default;

  /** \param dimension number of axes and of components, 2 or 3
   * \param size pixels of the grid on which the field is defined
   * \param nodes number along each axis, at least 1
   * \param values displacement of each node: component slowest, then z, y, x */
  DisplacementGrid(unsigned int dimension, AxisSizes size, AxisSizes nodes, const std::vector<double> & values);

  bool
  IsEmpty() const
  {
    return m_Coefficients.empty();
  }
  unsigned int
  GetDimension() const
  {
    return m_Dimension;
  }

  /** Pixels from node to node. */
  double
  GetCellSize(unsigned int axis) const
  {
    return m_CellSize[axis];
  }

  /** B-splines along an axis: one more than nodes at either end; 1 along z in 2D. */
  std::int64_t
  GetNumberOfSplines(unsigned int axis) const
  {
    return m_Splines[axis];
  }

  /** Component slowest, then z, y, x. */
  const std::vector<double> &
  GetCoefficients() const
  {
    return m_Coefficients;
  }

  /** A pixel's cell, whose splines are `First` … `First` + 3, and its place in it. */
  struct Place
  {
    std::int64_t First{ 0 };
    double       InCell{ 0.0 };
  };
  Place
  Locate(unsigned int axis, double position) const;

  /** What is summed along an axis: the splines or their derivatives by the position in pixels. */
  enum class Basis : std::uint8_t
  {
    Value,
    Slope
  };

  /** Weights of the four splines at `First` … of a place. */
  std::array<double, 4>
  GetWeights(unsigned int axis, const Place & place, Basis basis = Basis::Value) const;

  /** Σ of weights · coefficients over z, then y: coefficients of a row, component by component.
   * \param plane room for the coefficients of a plane; a copy of all in 2D */
  void
  ContractPlane(std::int64_t z, std::vector<double> & plane, Basis basis = Basis::Value) const;
  void
  ContractRow(const std::vector<double> & plane,
              std::int64_t                y,
              std::vector<double> &       row,
              Basis                       basis = Basis::Value) const;

  /** Bounds of each component in a box of pixels, by the splines' convex hull. */
  std::vector<std::array<double, 2>>
  GetBounds(const AxisSizes & start, const AxisSizes & size) const;

  /** Components mixed: row r of `matrix` makes the new component r. */
  DisplacementGrid
  Transformed(const std::array<std::array<double, 3>, 3> & matrix) const;

private:
  std::int64_t
  GetSplinesOfComponent() const
  {
    return m_Splines[0] * m_Splines[1] * m_Splines[2];
  }

  unsigned int          m_Dimension{ 0 };
  AxisSizes             m_Nodes{ { 1, 1, 1 } };
  AxisSizes             m_Splines{ { 1, 1, 1 } };
  std::array<double, 3> m_CellSize{ { 1.0, 1.0, 1.0 } };
  std::vector<double>   m_Coefficients;
};
} // namespace itk

#endif
