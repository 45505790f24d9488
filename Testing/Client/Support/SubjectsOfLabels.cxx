// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Subjects.h"
#include "TestImages.h"
#include "itkBoundaryWeightMapImageFilter.h"
#include "itkInstanceSegmentationImageFilter.h"
#include "itkSegmentationEvaluationImageFilter.h"
#include "itkTorchConnectedComponentImageFilter.h"
#include "itkTorchMarkerWatershedImageFilter.h"
#include "itkTwoNearestObjectsDistanceImageFilter.h"

namespace client
{
namespace
{
template <unsigned int D>
Subject
MakeDistance(const Setting & setting)
{
  using LabelType = itk::Image<unsigned short, D>;
  Subject subject;
  auto    filter = itk::TwoNearestObjectsDistanceImageFilter<LabelType>::New();
  filter->SetDevice(setting.Device);
  filter->SetMaximumDistance(6.0);
  filter->SetInput(subject.Feed(MakeLabels<LabelType>().GetPointer(), setting));
  subject.Filter = filter;
  return subject;
}

template <unsigned int D>
Subject
MakeWeightMap(const Setting & setting)
{
  using LabelType = itk::Image<unsigned short, D>;
  Subject subject;
  auto    filter = itk::BoundaryWeightMapImageFilter<LabelType>::New();
  filter->SetDevice(setting.Device);
  filter->SetCutOff(8.0);
  filter->SetGapWidth(1);
  filter->SetInput(subject.Feed(MakeLabels<LabelType>().GetPointer(), setting));
  subject.Filter = filter;
  return subject;
}

template <unsigned int D>
Subject
MakeComponents(const Setting & setting)
{
  using MaskType = itk::Image<unsigned char, D>;
  Subject subject;
  auto    filter = itk::TorchConnectedComponentImageFilter<MaskType>::New();
  filter->SetDevice(setting.Device);
  filter->SetInput(subject.Feed(MakeOtherLabels<MaskType>().GetPointer(), setting));
  subject.Filter = filter;
  return subject;
}

template <unsigned int D>
Subject
MakeWatershed(const Setting & setting)
{
  using ImageType = itk::Image<float, D>;
  using LabelType = itk::Image<unsigned short, D>;
  using MaskType = itk::Image<unsigned char, D>;
  Subject subject;
  auto    filter = itk::TorchMarkerWatershedImageFilter<ImageType, LabelType>::New();
  filter->SetDevice(setting.Device);
  filter->SetInput(subject.Feed(MakeIntensities<ImageType>().GetPointer(), setting));
  filter->SetMarkerImage(subject.Feed(MakeMarkers<LabelType>().GetPointer(), setting));
  filter->SetMaskImage(subject.Feed(MakeMask<MaskType>().GetPointer(), setting));
  subject.Filter = filter;
  return subject;
}

template <typename TImage>
Subject
MakeInstances(const Setting & setting)
{
  Subject subject;
  auto    filter = itk::InstanceSegmentationImageFilter<TImage>::New();
  filter->SetDevice(setting.Device);
  filter->SetMinimumSeedSize(1);
  if (!std::is_arithmetic<typename TImage::PixelType>::value)
  {
    filter->SetChannels(itk::InstanceChannels::BackgroundInteriorBorder);
  }
  filter->SetInput(subject.Feed(MakeProbabilities<TImage>().GetPointer(), setting));
  subject.Filter = filter;
  return subject;
}

template <unsigned int D>
Subject
MakeEvaluation(const Setting & setting)
{
  using LabelType = itk::Image<unsigned short, D>;
  Subject subject;
  auto    filter = itk::SegmentationEvaluationImageFilter<LabelType>::New();
  filter->SetDevice(setting.Device);
  filter->SetInput(subject.Feed(MakeOtherLabels<LabelType>().GetPointer(), setting));
  filter->SetTruth(subject.Feed(MakeLabels<LabelType>().GetPointer(), setting));
  subject.Filter = filter;
  return subject;
}

template <unsigned int D>
void
Add(std::vector<NamedSubject> & subjects)
{
  const std::string dimension = std::to_string(D) + "D";
  subjects.push_back({ "TwoNearestObjectsDistance" + dimension, MakeDistance<D> });
  subjects.push_back({ "BoundaryWeightMap" + dimension, MakeWeightMap<D>, 0.0, 1e-5 });
  subjects.push_back({ "ConnectedComponent" + dimension, MakeComponents<D> });
  subjects.push_back({ "MarkerWatershed" + dimension, MakeWatershed<D> });
  subjects.push_back({ "InstanceSegmentation" + dimension, MakeInstances<itk::Image<float, D>> });
  subjects.push_back({ "InstanceSegmentationOfVectors" + dimension, MakeInstances<itk::VectorImage<float, D>> });
  subjects.push_back({ "SegmentationEvaluation" + dimension, MakeEvaluation<D> });
}
} // namespace

void
AddLabelSubjects(std::vector<NamedSubject> & subjects)
{
  Add<2>(subjects);
  Add<3>(subjects);
}
} // namespace client
