// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Subjects.h"
#include "Networks.h"
#include "TestImages.h"
#include "itkUNetTrainingImageFilter.h"

namespace client
{
namespace
{
template <typename TInputImage, typename TOutputImage>
NamedSubject
Inference(const std::string & name, unsigned int channels, unsigned int classes)
{
  constexpr unsigned int D = TInputImage::ImageDimension;
  const auto             make = [channels, classes](const Setting & setting)
  {
    Subject subject;
    auto    filter = itk::UNetInferenceImageFilter<TInputImage, TOutputImage>::New();
    filter->SetDevice(setting.Device);
    filter->SetModel(SmallModel(D, channels, classes));
    filter->SetInput(subject.Feed(MakeIntensities<TInputImage>().GetPointer(), setting));
    subject.Filter = filter;
    return subject;
  };
  return { name + std::to_string(D) + "D", make, 1e-5, 1e-5 };
}

template <typename TOutputImage>
NamedSubject
Training(const std::string & name)
{
  constexpr unsigned int D = TOutputImage::ImageDimension;
  const auto             make = [](const Setting & setting)
  {
    using ImageType = itk::Image<float, D>;
    using LabelType = itk::Image<unsigned short, D>;
    Subject subject;
    auto    data = itk::UNetTrainingData::New();
    data->SetDimension(D);
    data->AddPair(MakeIntensities<ImageType>().GetPointer(), MakeLabels<LabelType>().GetPointer());
    auto filter = itk::UNetTrainingImageFilter<ImageType, TOutputImage>::New();
    filter->SetDevice(setting.Device);
    filter->SetTrainingData(data);
    filter->SetSpecification(SmallSpecification(D, 1, 2));
    filter->SetEpochs(2);
    filter->SetBatchSize(1);
    filter->SetCropSize(8);
    filter->SetInput(subject.Feed(MakeIntensities<ImageType>().GetPointer(), setting));
    subject.Filter = filter;
    return subject;
  };
  return { name + std::to_string(D) + "D", make, 1e-5, 1e-4 };
}

template <unsigned int D>
void
Add(std::vector<NamedSubject> & subjects)
{
  using ImageType = itk::Image<float, D>;
  using VectorType = itk::VectorImage<float, D>;
  using ColorType = itk::Image<itk::RGBPixel<unsigned char>, D>;
  using LabelType = itk::Image<unsigned char, D>;
  subjects.push_back(Inference<ImageType, VectorType>("InferenceOfProbabilities", 1, 3));
  subjects.push_back(Inference<ImageType, ImageType>("InferenceOfForeground", 1, 2));
  subjects.push_back(Inference<ColorType, LabelType>("InferenceOfLabelsOfColors", 3, 3));
  subjects.push_back(Inference<VectorType, VectorType>("InferenceOfProbabilitiesOfVectors", 3, 2));
  subjects.push_back(Training<VectorType>("TrainingToProbabilities"));
}
} // namespace

void
AddNetworkSubjects(std::vector<NamedSubject> & subjects)
{
  Add<2>(subjects);
  Add<3>(subjects);
}
} // namespace client
