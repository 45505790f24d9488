// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkComponentWindow_h
#define itkComponentWindow_h

#include "cpu/itkComponentRuns.h"
#include "itkInstanceMaps.h"
#include <optional>

namespace itk
{
/** Components of the mask that are whole, and no others, in consecutive planes of an image. */
struct WholeComponents
{
  std::int64_t FirstPlane;
  InstanceMaps Maps;
};

/** The last planes of a mask that streams by: from the plane before the first of its components that may go on.
 *
 * Planes follow each other along the last axis with more than one pixel. A component is open while it reaches the last
 * plane that has come, unless that is the image's last. What a component needs of its surroundings is in the planes of
 * its own pixels, the one before and the one after:
 * - The nearest pixel that is not the component's is background, since a step back from it along an axis leads to a
 * pixel
 *   of the component; and the straight line across the planes leaves the component within those.
 * - A hole lies between the component's first and last plane. A whole component in what may become a hole of an open
 * one
 *   waits for that, since a hole with a second object is none. It may be in one if the open components cut it off from
 * their
 *   first plane, where paths are connected as background is. What cuts off a component from another whole one waits
 * with
 *   it, since both are on one side of the open ones. */
class ComponentWindow
{
public:
  /** \param size of the image, along x, y, z, … */
  ComponentWindow(std::vector<std::int64_t> size, bool isFullyConnected, bool areHolesFilled);

  /** Adds the next planes. */
  void
  Append(const InstanceMaps & planes);

  /** Takes out the components that are whole by now; drops the planes that no other one needs. */
  std::optional<WholeComponents>
  TakeWhole();

  /** The first plane of the image that a component can still have a pixel in. */
  std::int64_t
  GetFirstPlane() const
  {
    return m_FirstPlane;
  }

  std::int64_t
  GetPixelsOfPlane() const
  {
    return m_PixelsOfPlane;
  }

  /** Planes that the largest component so far extends over. */
  std::int64_t
  GetLargestExtent() const
  {
    return m_LargestExtent;
  }

  std::int64_t
  GetLargestNumberOfPlanes() const
  {
    return m_LargestNumberOfPlanes;
  }

private:
  struct Component
  {
    std::int64_t FirstPixel; // of the window, as the others
    std::int64_t FirstPlane;
    std::int64_t LastPlane;
    bool         IsTaken;
  };

  std::int64_t
  GetNumberOfPlanes() const
  {
    return static_cast<std::int64_t>(m_Marks.size()) / m_PixelsOfPlane;
  }

  std::vector<std::int64_t>
  GetSize(std::int64_t planes) const;
  std::vector<Component>
  FindComponents(const ComponentRuns & runs) const;
  void
  LeaveEnclosed(const ComponentRuns & runs, std::int64_t firstOpenPlane, std::vector<Component> & components) const;
  std::optional<WholeComponents>
  Take(const ComponentRuns & runs, const std::vector<Component> & components);
  void
  DropPlanes(std::int64_t count);

  std::vector<std::int64_t> m_Size;
  std::size_t               m_Axis;
  std::int64_t              m_PixelsOfPlane{ 1 };
  bool                      m_IsFullyConnected;
  bool                      m_AreHolesFilled;
  std::int64_t              m_FirstPlane{ 0 };
  std::int64_t              m_LargestExtent{ 0 };
  std::int64_t              m_LargestNumberOfPlanes{ 0 };
  /** 0: background, or taken; 1: mask; 3: mask that a seed is in. */
  std::vector<std::uint8_t>  m_Marks;
  std::vector<std::uint16_t> m_Interior;
};
} // namespace itk

#endif
