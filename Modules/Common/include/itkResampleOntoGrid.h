// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkResampleOntoGrid_h
#define itkResampleOntoGrid_h

#include "itkNearestNeighborExtrapolateImageFunction.h"
#include "itkResampleImageFilter.h"
#include <cmath>
#include <vector>

namespace itk
{
/** A native resampling of `image` (linear, edge pixels outside) to another pixel size over the same field.
 * \param spacing along x, y (, z); empty keeps the image's own
 * \ingroup ITKTorchCommon */
template <typename TImage>
typename ResampleImageFilter<TImage, TImage>::Pointer
ResampleToSpacing(TImage * image, const std::vector<double> & spacing)
{
  auto resample = ResampleImageFilter<TImage, TImage>::New();
  resample->SetInput(image);
  image->UpdateOutputInformation();
  const auto &                                    region = image->GetLargestPossibleRegion();
  auto                                            newSpacing = image->GetSpacing();
  auto                                            newSize = region.GetSize();
  ContinuousIndex<double, TImage::ImageDimension> firstCenter;
  for (unsigned int axis = 0; axis < TImage::ImageDimension; ++axis)
  {
    newSpacing[axis] = spacing.empty() ? newSpacing[axis] : spacing[axis];
    const double ratio = newSpacing[axis] / image->GetSpacing()[axis];
    newSize[axis] =
      std::max<SizeValueType>(1, static_cast<SizeValueType>(std::lround(static_cast<double>(newSize[axis]) / ratio)));
    // The fields' corners coincide, not the first pixels' centers.
    firstCenter[axis] = static_cast<double>(region.GetIndex(axis)) - 0.5 + 0.5 * ratio;
  }
  typename TImage::PointType origin;
  image->TransformContinuousIndexToPhysicalPoint(firstCenter, origin);
  resample->SetOutputOrigin(origin);
  resample->SetOutputSpacing(newSpacing);
  resample->SetOutputDirection(image->GetDirection());
  resample->SetSize(newSize);
  resample->SetExtrapolator(NearestNeighborExtrapolateImageFunction<TImage, double>::New());
  return resample;
}

/** A native resampling of `image` (linear, edge pixels outside) onto the grid of `reference`.
 * \ingroup ITKTorchCommon */
template <typename TImage, typename TReference, typename TOutputImage = TImage>
typename ResampleImageFilter<TImage, TOutputImage>::Pointer
ResampleOntoGrid(TImage * image, const TReference * reference)
{
  auto resample = ResampleImageFilter<TImage, TOutputImage>::New();
  resample->SetInput(image);
  resample->SetReferenceImage(reference);
  resample->UseReferenceImageOn();
  resample->SetExtrapolator(NearestNeighborExtrapolateImageFunction<TImage, double>::New());
  return resample;
}
} // namespace itk

#endif
