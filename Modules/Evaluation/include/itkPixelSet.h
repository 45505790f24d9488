// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkPixelSet_h
#define itkPixelSet_h

#include "ITKTorchEvaluationExport.h"
#include "itkTorchTensor.h"

namespace itk
{
/** Which pixels of a label image are objects. */
struct ObjectSelection
{
  enum class Kind : std::uint8_t
  {
    /** Each label but 0 is an object of its own. */
    EachLabel,
    /** All labels but 0 are one object. */
    AnyLabel,
    /** One label is the object, all others are background. */
    OneLabel
  };

  Kind          What{ Kind::EachLabel };
  std::uint64_t Label{ 0 };
};

/** \class PixelSet
 * \brief Some pixels of an image, such as edges or the outlines of objects: a byte for each pixel, 1 for those in the
 * set.
 * \ingroup ITKTorchEvaluation */
class ITKTorchEvaluation_EXPORT PixelSet
{
public:
  /** An empty set.
   * \param size pixels along x, y, z, … */
  explicit PixelSet(std::vector<std::int64_t> size);

  /** The pixels that are not 0, of a tensor (1, 1, …, y, x) of any type on any device.
   * \throws ExceptionObject for a tensor of another shape */
  static PixelSet
  FromMask(const TorchTensor & mask);

  /** The pixels of an object that have a face neighbor (of 4 in 2D, of 6 in 3D) which is not in the object: the inner
   * outline, one pixel wide; touching objects have one each.
   * \param labels integers of shape (1, 1, …, y, x)
   * \param isOutsideBackground whether pixels at the image's border are outline, too; they are in any case where one
   * object fills the image, which would have none
   * \throws ExceptionObject for a tensor of another shape */
  static PixelSet
  FromOutline(const TorchTensor & labels, const ObjectSelection & objects, bool isOutsideBackground);

  /** All pixels of the objects. */
  static PixelSet
  FromObjects(const TorchTensor & labels, const ObjectSelection & objects);

  const std::vector<std::int64_t> &
  GetSize() const
  {
    return m_Size;
  }

  std::int64_t
  GetNumberOfImagePixels() const
  {
    return static_cast<std::int64_t>(m_Bytes.size());
  }

  /** Number of pixels in the set. */
  std::int64_t
  Count() const;

  const std::uint8_t *
  GetBytes() const
  {
    return m_Bytes.data();
  }

  std::uint8_t *
  GetBytes()
  {
    return m_Bytes.data();
  }

private:
  std::vector<std::int64_t> m_Size;
  std::vector<std::uint8_t> m_Bytes;
};
} // namespace itk

#endif
