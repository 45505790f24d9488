// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Subjects.h"
#include "TestImages.h"
#include "itkElasticDeformationImageFilter.h"
#include "itkRandomAugmentationImageFilter.h"

namespace client
{
namespace
{
template <typename TImage>
void
AddElastic(std::vector<NamedSubject> & subjects, const std::string & type)
{
  const auto make = [](const Setting & setting)
  {
    Subject subject;
    auto    filter = itk::ElasticDeformationImageFilter<TImage>::New();
    filter->SetDevice(setting.Device);
    filter->SetDeviation({ 2.0 });
    filter->SetSeed(3);
    filter->ProduceDisplacementFieldOn();
    filter->SetInput(subject.Feed(MakeIntensities<TImage>().GetPointer(), setting));
    subject.Filter = filter;
    return subject;
  };
  subjects.push_back({ "ElasticDeformationOf" + type + std::to_string(TImage::ImageDimension) + "D", make, 0.0, 1e-3 });
}

template <typename TImage>
void
AddAugmentation(std::vector<NamedSubject> & subjects, const std::string & type)
{
  constexpr unsigned int D = TImage::ImageDimension;
  const auto             make = [](const Setting & setting)
  {
    using FilterType = itk::RandomAugmentationImageFilter<TImage>;
    Subject subject;
    auto    filter = FilterType::New();
    auto    parameters = itk::RandomAugmentationParameters::FromPreset(itk::RandomAugmentationPreset::UNetPaper);
    parameters.Seed = 5;
    parameters.CropSize = { 12.0 };
    filter->SetParameters(parameters);
    filter->SetDevice(setting.Device);
    filter->SetInput(subject.Feed(MakeIntensities<TImage>().GetPointer(), setting));
    filter->SetLabels(subject.Feed(MakeLabels<itk::Image<unsigned short, D>>().GetPointer(), setting));
    filter->SetWeights(subject.Feed(MakeWeights<itk::Image<float, D>>().GetPointer(), setting));
    subject.Filter = filter;
    return subject;
  };
  subjects.push_back({ "RandomAugmentationOf" + type + std::to_string(D) + "D", make, 0.0, 1e-3 });
}

template <unsigned int D>
void
Add(std::vector<NamedSubject> & subjects)
{
  AddElastic<itk::Image<float, D>>(subjects, "Numbers");
  AddElastic<itk::Image<itk::RGBPixel<unsigned char>, D>>(subjects, "Colors");
  AddElastic<itk::VectorImage<float, D>>(subjects, "Vectors");
  AddAugmentation<itk::Image<float, D>>(subjects, "Numbers");
  AddAugmentation<itk::VectorImage<float, D>>(subjects, "Vectors");
}
} // namespace

void
AddAugmentationSubjects(std::vector<NamedSubject> & subjects)
{
  Add<2>(subjects);
  Add<3>(subjects);
}
} // namespace client
