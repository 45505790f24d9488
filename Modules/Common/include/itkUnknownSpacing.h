// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUnknownSpacing_h
#define itkUnknownSpacing_h

#include "ITKTorchCommonExport.h"
#include "itkMetaDataDictionary.h"

namespace itk
{
/** Marks an image, by its dictionary, as one whose spacing of 1 nobody stated: that of a picture without a physical
 * size. Such an image is taken at a model's pixel size, and for one on the grid of another image of its size.
 *
 * The mark goes from an itk::ImageFileReader to its output; filters that do not copy dictionaries drop it. It is not
 * written to files.
 * \ingroup ITKTorchCommon */
ITKTorchCommon_EXPORT void
MarkSpacingAsUnknown(MetaDataDictionary & dictionary, bool isUnknown = true);

/** \ingroup ITKTorchCommon */
ITKTorchCommon_EXPORT bool
HasUnknownSpacing(const MetaDataDictionary & dictionary);
} // namespace itk

#endif
