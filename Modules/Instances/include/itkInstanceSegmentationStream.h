// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkInstanceSegmentationStream_h
#define itkInstanceSegmentationStream_h

#include "ITKTorchInstancesExport.h"
#include "itkInstanceSegmentation.h"
#include <memory>
#include <string>

namespace itk
{
/** \class InstanceSegmentationStream
 * \brief InstanceSegmentation of an image whose planes are added one after the other, and whose labels are returned
 * likewise.
 *
 * Planes follow each other along the last axis with more than one pixel. The labels are identical to those of
 * InstanceSegmentation for the whole image: every rule but one depends only on a connected component of the mask, its
 * neighbors, and the contents of its holes. So a component is segmented once it is complete; a component inside another
 * one waits for that one. Objects are numbered when their first pixels are returned.
 *
 * In memory are the planes added last and all planes from the one before the first incomplete component: at most the
 * added ones, those that the largest component spans, and one more. They take 7 bytes per pixel; the planes of the
 * components being segmented also take the memory of InstanceSegmentation, and each object of the image takes 4 bytes.
 *
 * The levels of the landscape MaskDistance depend on the largest distance in the image. So maps of 4 bytes per pixel
 * are kept in a temporary file, and labels are returned after the last planes. SeedDistance is rejected, since the
 * nearest seed may be in any plane.
 *
 * Distances equal those in the whole image except for rounding: if squared spacings are not whole multiples of each
 * other, the last bit of a distance may differ, because in the whole image sums of squares are rounded more, farther
 * from its first plane.
 * \ingroup ITKTorchInstances
 */
class ITKTorchInstances_EXPORT InstanceSegmentationStream
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
