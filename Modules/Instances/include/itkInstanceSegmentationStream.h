// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkInstanceSegmentationStream_h
#define itkInstanceSegmentationStream_h

#include "itkInstanceSegmentation.h"
#include <memory>
#include <string>

namespace itk
{
/** \class InstanceSegmentationStream
 * \brief InstanceSegmentation of an image whose planes come one after the other and whose labels leave in the same way.
 *
 * Planes follow each other along the last axis with more than one pixel. The labels are, number by number, those that
 * InstanceSegmentation gives for the whole image: every rule but one looks no farther than at a connected component of the
 * mask, what touches it, and what lies in its holes. So a component is segmented once it is whole; one inside another waits
 * for that. Objects are numbered as their first pixels leave.
 *
 * In memory are the planes added last and those from the plane before the first component that is not whole: at most the
 * added ones, those that the largest component extends over, and one more. They take 7 bytes a pixel, the planes of the components
 * that are segmented as much besides as InstanceSegmentation of them, and each object of the image 4 bytes.
 *
 * Of the Landscapes MaskDistance has levels that depend on the largest distance in the image. So maps of 4 bytes a pixel
 * are kept in a temporary file, and labels come when the last planes have come. SeedDistance is refused: which seed is the
 * nearest may depend on any plane.
 *
 * Distances are exact for the components that they are computed for, but for rounding: with squares of spacings that are no
 * whole multiples of each other the last bit of a distance may differ from the whole image's, whose sums of squares are
 * rounded farther from its first plane.
 * \ingroup ITKTorchInstances
 */
class InstanceSegmentationStream
{
public:
  using LabelSink = std::function<void(const std::uint32_t * labels, std::int64_t count)>;

  /** \param size of the image, along x, y, …
   * \param spacing distance between pixels along x, y, …
   * \param temporaryFile name that a file can be made under for a moment
   * \param sink gets the labels of the next pixels in raster order
   * \throws ExceptionObject as InstanceSegmentation, and see Verify() */
  InstanceSegmentationStream(const std::vector<std::int64_t> &      size,
                             const std::vector<double> &            spacing,
                             const InstanceSegmentationParameters & parameters,
                             const std::string &                    temporaryFile,
                             LabelSink                              sink);
  ~InstanceSegmentationStream();

  /** Adds the next planes; the last ones end the image.
   * \param probabilities float or double, shape (1, C, …, y, x) of the planes
   * \param progress called with the fraction of this call that is done; an exception ends the computation
   * \throws ExceptionObject as InstanceSegmentation, and if there are more than 4294967295 objects */
  void
  Append(const TorchTensor & probabilities, const std::function<void(double)> & progress);

  /** Objects so far. */
  std::uint64_t
  GetNumberOfObjects() const;

  /** Planes that the largest component of the mask so far extends over. */
  std::int64_t
  GetLargestExtent() const;

  /** Planes that were in memory at the same time. */
  std::int64_t
  GetLargestNumberOfPlanes() const;

  /** \throws ExceptionObject for parameters that need the whole image */
  static void
  Verify(const InstanceSegmentationParameters & parameters);

private:
  class Implementation;
  std::unique_ptr<Implementation> m_Implementation;
};
} // namespace itk

#endif
