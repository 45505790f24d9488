// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Subjects.h"
#include "TestImages.h"
#include "itkCannyComparisonImageFilter.h"
#include "itkNucleiPhantomImageSource.h"
#include "itkOtsuBaselineImageFilter.h"
#include "itkTorchCannyEdgeDetectionImageFilter.h"

namespace client
{
namespace
{
template <unsigned int D>
Subject
MakeCanny(const Setting & setting)
{
  using ImageType = itk::Image<float, D>;
  Subject subject;
  auto    filter = itk::TorchCannyEdgeDetectionImageFilter<ImageType>::New();
  filter->SetDevice(setting.Device);
  filter->SetVariance(1.0);
  filter->SetThresholdRule(itk::CannyThresholdRule::Otsu);
  filter->ProduceGradientMagnitudeOn();
  filter->ProduceGradientDirectionOn();
  filter->ProduceNonMaximumSuppressionOn();
  filter->SetInput(subject.Feed(MakeIntensities<ImageType>().GetPointer(), setting));
  subject.Filter = filter;
  return subject;
}

template <unsigned int D>
Subject
MakeComparison(const Setting & setting)
{
  using ImageType = itk::Image<float, D>;
  using LabelType = itk::Image<unsigned short, D>;
  Subject subject;
  auto    filter = itk::CannyComparisonImageFilter<ImageType>::New();
  filter->SetDevice(setting.Device);
  filter->SetInput(subject.Feed(MakeIntensities<ImageType>().GetPointer(), setting));
  filter->SetSegmentation(subject.Feed(MakeOtherLabels<LabelType>().GetPointer(), setting));
  filter->SetTruth(subject.Feed(MakeLabels<LabelType>().GetPointer(), setting));
  subject.Filter = filter;
  return subject;
}

template <typename TImage>
Subject
MakeBaseline(const Setting & setting)
{
  Subject subject;
  auto    filter = itk::OtsuBaselineImageFilter<TImage, itk::Image<unsigned char, TImage::ImageDimension>>::New();
  filter->SetInput(subject.Feed(MakeIntensities<TImage>().GetPointer(), setting));
  subject.Filter = filter;
  return subject;
}

template <unsigned int D>
Subject
MakePhantom(const Setting &)
{
  using ImageType = itk::Image<float, D>;
  Subject subject;
  auto    source = itk::NucleiPhantomImageSource<ImageType>::New();
  auto    reference = ImageType::New();
  SetAwkwardGeometry(reference.GetPointer());
  source->SetReferenceImage(reference);
  source->UseReferenceImageOn();
  source->SetMeanRadius(4.0);
  subject.Filter = source;
  return subject;
}

template <unsigned int D>
void
Add(std::vector<NamedSubject> & subjects)
{
  const std::string dimension = std::to_string(D) + "D";
  subjects.push_back({ "Canny" + dimension, MakeCanny<D> });
  subjects.push_back({ "CannyComparison" + dimension, MakeComparison<D> });
  subjects.push_back({ "OtsuBaseline" + dimension, MakeBaseline<itk::Image<unsigned char, D>>, 0.0, 0.0, false });
  subjects.push_back(
    { "OtsuBaselineOfColors" + dimension, MakeBaseline<itk::Image<itk::RGBPixel<unsigned char>, D>>, 0.0, 0.0, false });
  subjects.push_back({ "NucleiPhantom" + dimension, MakePhantom<D>, 0.0, 0.0, false });
}
} // namespace

void
AddEdgeSubjects(std::vector<NamedSubject> & subjects)
{
  Add<2>(subjects);
  Add<3>(subjects);
}
} // namespace client
