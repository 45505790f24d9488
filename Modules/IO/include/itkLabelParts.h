// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkLabelParts_h
#define itkLabelParts_h

#include "itkLabelImageReader.h"
#include <map>
#include <string>

namespace itk
{
/** How much of an image has a label. */
struct LabelParts
{
  std::uint64_t Pixels{ 0 };
  /** Pixels that touch, also by an edge or a corner, are one part. */
  std::uint64_t Parts{ 0 };
};

/** The parts of each label but 0.
 * \ingroup ITKTorchIO */
template <unsigned int VDimension>
ITKTorchIO_EXPORT std::map<std::int64_t, LabelParts>
FindLabelParts(const LabelImageType<VDimension> * labels);

extern template std::map<std::int64_t, LabelParts>
FindLabelParts<2>(const LabelImageType<2> * labels);
extern template std::map<std::int64_t, LabelParts>
FindLabelParts<3>(const LabelImageType<3> * labels);

/** A sentence for labels that are hardly one number for each object: a mask of 0 and 255, or of one number in many
 * parts, or objects in several parts. Empty if nothing is odd.
 * \ingroup ITKTorchIO */
ITKTorchIO_EXPORT std::string
DescribeOddObjects(const std::map<std::int64_t, LabelParts> & parts);
} // namespace itk

#endif
