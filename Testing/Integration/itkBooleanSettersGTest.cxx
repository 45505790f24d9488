// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkBoundaryWeightMapImageFilter.h"
#include "itkCannyComparisonImageFilter.h"
#include "itkElasticDeformationImageFilter.h"
#include "itkRandomAugmentationImageFilter.h"
#include "itkSegmentationEvaluationImageFilter.h"
#include "itkTwoNearestObjectsDistanceImageFilter.h"
#include <gtest/gtest.h>

namespace
{
using ImageType = itk::Image<float, 2>;
using LabelType = itk::Image<unsigned short, 2>;
} // namespace

#define ITKTorch_EXPECT_SWITCH(filter, name)                                                                           \
  filter->name##On();                                                                                                  \
  EXPECT_TRUE(filter->Get##name());                                                                                    \
  filter->name##Off();                                                                                                 \
  EXPECT_FALSE(filter->Get##name())

TEST(BooleanSetters, EachSwitchHasOnAndOff)
{
  const auto weights = itk::BoundaryWeightMapImageFilter<LabelType>::New();
  ITKTorch_EXPECT_SWITCH(weights, TermsPerClass);
  ITKTorch_EXPECT_SWITCH(weights, UseImageSpacing);
  const auto distances = itk::TwoNearestObjectsDistanceImageFilter<LabelType>::New();
  ITKTorch_EXPECT_SWITCH(distances, SquaredDistance);
  ITKTorch_EXPECT_SWITCH(distances, UseImageSpacing);
  const auto evaluation = itk::SegmentationEvaluationImageFilter<LabelType>::New();
  ITKTorch_EXPECT_SWITCH(evaluation, EvaluateBoundary);
  ITKTorch_EXPECT_SWITCH(evaluation, EvaluateSurface);
  const auto comparison = itk::CannyComparisonImageFilter<ImageType, LabelType>::New();
  ITKTorch_EXPECT_SWITCH(comparison, UseImageSpacing);
  const auto elastic = itk::ElasticDeformationImageFilter<ImageType>::New();
  ITKTorch_EXPECT_SWITCH(elastic, PreventFolding);
  const auto augmentation = itk::RandomAugmentationImageFilter<ImageType, LabelType>::New();
  ITKTorch_EXPECT_SWITCH(augmentation, PadSmallImages);
  ITKTorch_EXPECT_SWITCH(augmentation, UseImageSpacing);
  ITKTorch_EXPECT_SWITCH(augmentation, ZoomPerAxis);
  ITKTorch_EXPECT_SWITCH(augmentation, LogarithmicZoom);
  ITKTorch_EXPECT_SWITCH(augmentation, PreventFolding);
}
