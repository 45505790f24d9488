// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkObjectRules_h
#define itkObjectRules_h

#include "itkTorchTensor.h"
#include <cstdint>
#include <functional>
#include <vector>

namespace itk
{
/** Objects in an image of labels 1 … count, and the rules that change them.
 *
 * Rules decide which label an object has, in a table of `count + 1` labels; 0 is background. Labels of pixels change
 * where holes are filled, and when the objects are written. */
class ObjectRules
{
public:
  /** \param size along x, y, z, …
   * \param labels of all pixels in raster order; must live as long */
  ObjectRules(std::vector<std::int64_t> size, std::uint32_t * labels, std::uint32_t count);

  /** Unites touching objects; see InstanceSegmentation.
   * \param interior of each pixel: 65534 (1 - probability) */
  void
  Merge(const std::uint16_t * interior, double threshold);

  /** Makes objects of fewer pixels background. */
  void
  DropSmall(std::uint64_t minimumSize);

  /** Gives background that one object encloses to it. */
  void
  FillHoles(bool isFullyConnected, const std::function<void(double)> & progress);

  /** Writes the objects as 1, 2, … in raster order of their first pixels, and returns their sizes.
   * \throws ExceptionObject if the type cannot number them */
  std::vector<std::int64_t>
  Write(TorchComponentType labelType, void * numbers) const;

private:
  std::vector<std::int64_t>
  CountPixels() const;

  std::vector<std::int64_t>  m_Size;
  std::int64_t               m_Pixels;
  std::uint32_t *            m_Labels;
  std::vector<std::uint32_t> m_Table;
};
} // namespace itk

#endif
