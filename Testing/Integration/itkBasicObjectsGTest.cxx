// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkBoundaryWeightMapImageFilter.h"
#include "itkCannyComparisonImageFilter.h"
#include "itkElasticDeformationImageFilter.h"
#include "itkInstanceSegmentationFileWriter.h"
#include "itkInstanceSegmentationImageFilter.h"
#include "itkNucleiPhantomImageSource.h"
#include "itkOtsuBaselineImageFilter.h"
#include "itkRandomAugmentationImageFilter.h"
#include "itkSegmentationEvaluationImageFilter.h"
#include "itkTorchCannyEdgeDetectionImageFilter.h"
#include "itkTorchConnectedComponentImageFilter.h"
#include "itkTorchMarkerWatershedImageFilter.h"
#include "itkTwoNearestObjectsDistanceImageFilter.h"
#include "itkUNetInferenceImageFilter.h"
#include "itkUNetModelReader.h"
#include "itkUNetModelWriter.h"
#include "itkUNetTrainingImageFilter.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <regex>
#include <sstream>

namespace
{
using ImageType = itk::Image<float, 2>;
using MaskType = itk::Image<unsigned char, 2>;
using LabelType = itk::Image<unsigned short, 2>;

/** What ITK's own tests of basic objects ask of each class, and that Print() names every setting that the class has.
 * \param header where the class's settings are declared */
template <typename TObject>
void
ExpectBasicObject(const char * name, const char * header)
{
  SCOPED_TRACE(name);
  const auto object = TObject::New();
  EXPECT_STREQ(object->GetNameOfClass(), name);
  EXPECT_EQ(object->GetReferenceCount(), 1);
  const auto another = object->CreateAnother();
  ASSERT_NE(dynamic_cast<TObject *>(another.GetPointer()), nullptr);

  std::ostringstream print;
  object->Print(print);
  const std::string text = print.str();
  EXPECT_NE(text.find(name), std::string::npos);

  std::filesystem::path path;
  for (const auto & module : std::filesystem::directory_iterator(ITKTorch_MODULES))
  {
    if (std::filesystem::exists(module.path() / "include" / header))
    {
      path = module.path() / "include" / header;
    }
  }
  ASSERT_FALSE(path.empty()) << header;
  std::ifstream file(path);
  std::regex    setting(R"(^  itk(Set(String)?|TorchParameter)Macro\((\w+))");
  std::smatch   match;
  for (std::string line; std::getline(file, line);)
  {
    if (std::regex_search(line, match, setting))
    {
      EXPECT_NE(text.find(' ' + match[3].str() + ": "), std::string::npos) << match[3] << " is not in\n" << text;
    }
  }
}
} // namespace

#define ITKTorch_EXPECT_BASIC_OBJECT(name, ...) ExpectBasicObject<itk::name __VA_ARGS__>(#name, "itk" #name ".h")

TEST(BasicObjects, EveryClassNamesItselfIsMadeAgainAndPrintsItsSettings)
{
  ITKTorch_EXPECT_BASIC_OBJECT(BoundaryWeightMapImageFilter, <LabelType>);
  ITKTorch_EXPECT_BASIC_OBJECT(CannyComparisonImageFilter, <ImageType, LabelType>);
  ITKTorch_EXPECT_BASIC_OBJECT(ElasticDeformationImageFilter, <ImageType>);
  ITKTorch_EXPECT_BASIC_OBJECT(InstanceSegmentationFileWriter, <ImageType>);
  ITKTorch_EXPECT_BASIC_OBJECT(InstanceSegmentationImageFilter, <ImageType, LabelType>);
  ITKTorch_EXPECT_BASIC_OBJECT(NucleiPhantomImageSource, <ImageType, LabelType>);
  ITKTorch_EXPECT_BASIC_OBJECT(OtsuBaselineImageFilter, <MaskType, MaskType>);
  ITKTorch_EXPECT_BASIC_OBJECT(RandomAugmentationImageFilter, <ImageType, LabelType>);
  ITKTorch_EXPECT_BASIC_OBJECT(SegmentationEvaluationImageFilter, <LabelType>);
  ITKTorch_EXPECT_BASIC_OBJECT(TorchCannyEdgeDetectionImageFilter, <ImageType, ImageType>);
  ITKTorch_EXPECT_BASIC_OBJECT(TorchConnectedComponentImageFilter, <MaskType, LabelType>);
  ITKTorch_EXPECT_BASIC_OBJECT(TorchMarkerWatershedImageFilter, <ImageType, LabelType>);
  ITKTorch_EXPECT_BASIC_OBJECT(TwoNearestObjectsDistanceImageFilter, <LabelType>);
  ITKTorch_EXPECT_BASIC_OBJECT(UNetInferenceImageFilter, <ImageType, LabelType>);
  ITKTorch_EXPECT_BASIC_OBJECT(UNetModel);
  ITKTorch_EXPECT_BASIC_OBJECT(UNetModelReader);
  ITKTorch_EXPECT_BASIC_OBJECT(UNetModelWriter);
  ITKTorch_EXPECT_BASIC_OBJECT(UNetTrainingData);
  ITKTorch_EXPECT_BASIC_OBJECT(UNetTrainingImageFilter, <ImageType, LabelType>);
}

TEST(BasicObjects, InheritedSettingsArePrintedToo)
{
  std::ostringstream print;
  itk::InstanceSegmentationFileWriter<ImageType>::New()->Print(print);
  itk::UNetInferenceImageFilter<ImageType, LabelType>::New()->Print(print);
  for (const char * const setting : { "MaskThreshold: 0.5", "Device: auto", "KeepIntermediatesOnDevice: " })
  {
    EXPECT_NE(print.str().find(setting), std::string::npos) << setting;
  }
}

TEST(BasicObjects, NamedOutputsCanBeReadFromAConstFilter)
{
  const itk::BoundaryWeightMapImageFilter<LabelType>::ConstPointer weights =
    itk::BoundaryWeightMapImageFilter<LabelType>::New().GetPointer();
  EXPECT_NE(weights->GetSeparatedLabels(), nullptr);
  const itk::TwoNearestObjectsDistanceImageFilter<LabelType>::ConstPointer distances =
    itk::TwoNearestObjectsDistanceImageFilter<LabelType>::New().GetPointer();
  EXPECT_NE(distances->GetSecondDistance(), nullptr);
  EXPECT_NE(distances->GetFirstLabel(), nullptr);
  EXPECT_NE(distances->GetSecondLabel(), nullptr);
  const itk::UNetTrainingImageFilter<ImageType, LabelType>::ConstPointer training =
    itk::UNetTrainingImageFilter<ImageType, LabelType>::New().GetPointer();
  EXPECT_NE(training->GetModel(), nullptr);
}
