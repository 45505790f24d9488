// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkRandomAugmentationDraw_h
#define itkRandomAugmentationDraw_h

#include "ITKTorchAugmentationExport.h"
#include "itkRandomAugmentation.h"
#include "itkTorchRandom.h"

namespace itk
{
/** What a draw needs to know of an image. */
struct AugmentationGeometry
{
  std::vector<std::int64_t> Size;
  std::vector<double>       Spacing;
  std::int64_t              Components{ 1 };
};

/** The map of the spatial changes that a record says were drawn.
 * \param units pixel sizes along x, y (, z), in which is rotated and sheared */
ITKTorchAugmentation_EXPORT AffineMap
ComposeAffineMap(const RandomAugmentationRecord & record,
                 const std::vector<double> &      units,
                 RandomAugmentationCenter         center);

/** \class RandomAugmentationDraw
 * \brief Draws a record. Each change has a stream of its own, so that one does not alter the others. */
class RandomAugmentationDraw
{
public:
  /** \throws ExceptionObject if the crop does not fit the image */
  RandomAugmentationDraw(const RandomAugmentationParameters & parameters,
                         const AugmentationGeometry &         geometry,
                         const AugmentationKey &              key);

  /** Whether the crop is to hold a pixel of the foreground. */
  bool
  WantsForeground() const
  {
    return m_WantsForeground;
  }

  /** Which of `count` pixels it is. */
  std::int64_t
  PickForeground(std::int64_t count);

  void
  SetForeground(const std::vector<std::int64_t> & index)
  {
    m_Foreground = index;
  }

  RandomAugmentationRecord
  Make() const;

  /** Whether a record changes values by their place between the extrema. */
  static bool
  NeedsIntensityRange(const RandomAugmentationRecord & record);

private:
  TorchRandom
  GetRandom(std::uint32_t stream) const;

  void
  DrawCrop(RandomAugmentationRecord & record) const;
  void
  DrawSpatial(RandomAugmentationRecord & record) const;
  void
  DrawElastic(RandomAugmentationRecord & record) const;
  void
                                       DrawIntensity(RandomAugmentationRecord & record) const;
  const RandomAugmentationParameters & m_Parameters;
  const AugmentationGeometry &         m_Geometry;
  AugmentationKey                      m_Key;
  unsigned int                         m_Dimension;
  std::vector<std::int64_t>            m_OutputSize;
  TorchRandom                          m_ForegroundRandom;
  bool                                 m_WantsForeground;
  std::vector<std::int64_t>            m_Foreground;
};
} // namespace itk

#endif
