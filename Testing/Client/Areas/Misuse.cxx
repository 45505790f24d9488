// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Images.h"
#include "Networks.h"
#include "TestImages.h"
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
#include "itkUNetModelReader.h"
#include "itkUNetModelWriter.h"
#include "itkUNetTrainingImageFilter.h"
#include <filesystem>
#include <limits>

/** Inputs that are missing, of the wrong size or empty; parameters outside their range: one sentence, and the filter
 * works afterwards. */

namespace client
{
namespace
{
using Real = itk::Image<float, 2>;
using Labels = itk::Image<unsigned short, 2>;
using Mask = itk::Image<unsigned char, 2>;
using Vectors = itk::VectorImage<float, 2>;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();

template <typename TImage>
typename TImage::Pointer
Empty()
{
  auto image = TImage::New();
  image->SetRegions(itk::Size<TImage::ImageDimension>{});
  image->Allocate();
  return image;
}

/** In the place of the others, but smaller. */
template <typename TImage>
typename TImage::Pointer
Small()
{
  auto image = TImage::New();
  SetAwkwardGeometry(image.GetPointer());
  image->SetRegions(typename TImage::RegionType(image->GetLargestPossibleRegion().GetIndex(), { { 3, 4 } }));
  image->Allocate(true);
  return image;
}

/** The filter throws an exception of ITK's, which may be of several lines. */
::testing::AssertionResult
ThrowsITKs(itk::ProcessObject * filter)
{
  try
  {
    filter->Update();
  }
  catch (const itk::ExceptionObject &)
  {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure() << "no exception";
}

/** `spoil` makes the filter fail with a sentence that holds `parts`; `mend` makes it work again. */
void
Fails(itk::ProcessObject *             filter,
      const std::string &              name,
      const std::function<void()> &    spoil,
      const std::vector<std::string> & parts,
      const std::function<void()> &    mend)
{
  VERIFY(Works(spoil)) << filter->GetNameOfClass() << ": " << name << ": setters do not throw";
  VERIFY(SaysOneSentence([&] { filter->Update(); }, parts)) << filter->GetNameOfClass() << ": " << name;
  VERIFY(SaysOneSentence([&] { filter->Update(); }, parts)) << filter->GetNameOfClass() << ": " << name << ", again";
  mend();
  VERIFY(Works([&] { filter->Update(); })) << filter->GetNameOfClass() << ": after " << name;
}

#define FAILS_FOR(filter, parameter, wrong, right)                                                                     \
  Fails(                                                                                                               \
    filter, #parameter, [&] { filter->Set##parameter wrong; }, { #parameter }, [&] { filter->Set##parameter right; })
} // namespace

TEST(Misuse, OfTheBoundaryWeightMap)
{
  const auto filter = itk::BoundaryWeightMapImageFilter<Labels>::New();
  filter->SetDevice("cpu");
  Fails(
    filter, "no input", [] {}, {}, [&] { filter->SetInput(MakeLabels<Labels>()); });
  FAILS_FOR(filter, Sigma, (0.0), (5.0));
  FAILS_FOR(filter, Sigma, (nan), (5.0));
  FAILS_FOR(filter, BorderWeight, (-1.0), (10.0));
  FAILS_FOR(filter, ProximitySigma, (-3.0), (10.0));
  FAILS_FOR(filter, MaximumWeight, (-1.0), (infinite));
  FAILS_FOR(filter, CutOff, (-1.0), (0.0));
  filter->SetClassWeighting(itk::BoundaryWeightClasses::Given);
  FAILS_FOR(filter, ClassWeights, ({}), ({ 1.0, 1.0 }));
  filter->SetInput(Empty<Labels>());
  VERIFY(EndsByItself([&] { filter->Update(); })) << "an empty image";
}

TEST(Misuse, OfTheTwoNearestObjectsDistance)
{
  const auto filter = itk::TwoNearestObjectsDistanceImageFilter<Labels>::New();
  filter->SetDevice("cpu");
  Fails(
    filter, "no input", [] {}, {}, [&] { filter->SetInput(MakeLabels<Labels>()); });
  FAILS_FOR(filter, MaximumDistance, (-1.0), (infinite));
  FAILS_FOR(filter, MaximumDistance, (nan), (3.0));
  filter->SetInput(Empty<Labels>());
  VERIFY(EndsByItself([&] { filter->Update(); })) << "an empty image";
}

TEST(Misuse, OfTheElasticDeformation)
{
  const auto filter = itk::ElasticDeformationImageFilter<Real>::New();
  filter->SetDevice("cpu");
  Fails(
    filter, "no input", [] {}, {}, [&] { filter->SetInput(MakeIntensities<Real>()); });
  FAILS_FOR(filter, Deviation, ({ -1.0 }), ({ 1.0 }));
  FAILS_FOR(filter, Deviation, ({ nan }), ({ 1.0 }));
  FAILS_FOR(filter, Deviation, ({ 1.0, 1.0, 1.0 }), ({ 1.0, 2.0 }));
  FAILS_FOR(filter, GridSize, ({ 0.0 }), ({ 3.0 }));
  FAILS_FOR(filter, GridSize, ({}), ({ 3.0 }));
  FAILS_FOR(filter, Sigma, ({ -1.0 }), ({ 10.0 }));
  FAILS_FOR(filter, LockedAxes, ({ 5.0 }), ({}));
}

TEST(Misuse, OfTheRandomAugmentation)
{
  const auto filter = itk::RandomAugmentationImageFilter<Real>::New();
  filter->SetDevice("cpu");
  Fails(
    filter, "no input", [] {}, {}, [&] { filter->SetInput(MakeIntensities<Real>()); });
  FAILS_FOR(filter, CropSize, ({ 0.0 }), ({ 8.0 }));
  FAILS_FOR(filter, CropSize, ({ 4.0, 4.0, 4.0 }), ({ 8.0, 7.0 }));
  FAILS_FOR(filter, FlipProbability, ({ 1.5 }), ({ 0.5 }));
  FAILS_FOR(filter, RotationProbability, (-0.5), (0.5));
  FAILS_FOR(filter, Rotation, ({ 10.0, -10.0 }), ({ -10.0, 10.0 }));
  FAILS_FOR(filter, Zoom, ({ 0.0, 1.0 }), ({ 0.9, 1.1 }));
  FAILS_FOR(filter, Gamma, ({ 1.0 }), ({ 0.7, 1.5 }));
  Fails(
    filter,
    "labels of another size",
    [&] { filter->SetLabels(Small<Labels>()); },
    {},
    [&] { filter->SetLabels(MakeLabels<Labels>()); });
  Fails(
    filter,
    "weights of another size",
    [&] { filter->SetWeights(Small<Real>()); },
    {},
    [&] { filter->SetWeights(MakeWeights<Real>()); });
  Fails(
    filter, "a record that is none", [&] { filter->SetRecord("no record"); }, {}, [&] { filter->SetRecord(""); });
  Fails(
    filter, "a record of something else", [&] { filter->SetRecord("{\"a\": 1}"); }, {}, [&] { filter->SetRecord(""); });
}

TEST(Misuse, OfCanny)
{
  const auto filter = itk::TorchCannyEdgeDetectionImageFilter<Real>::New();
  filter->SetDevice("cpu");
  Fails(
    filter, "no input", [] {}, {}, [&] { filter->SetInput(MakeIntensities<Real>()); });
  FAILS_FOR(filter, Variance, (-1.0), (1.0));
  FAILS_FOR(filter, MaximumError, (0.0), (0.01));
  FAILS_FOR(filter, MaximumError, (1.0), (0.01));
  FAILS_FOR(filter, LowerThreshold, (5.0f), (0.0f));
}

TEST(Misuse, OfCannysOutputsThatAreNotMade)
{
  const auto filter = itk::TorchCannyEdgeDetectionImageFilter<Real>::New();
  filter->SetDevice("cpu");
  filter->SetInput(MakeIntensities<Real>());
  filter->Update();
  VERIFY(SaysOneSentence([&] { filter->GetGradientMagnitudeImage()->Update(); }, { "GradientMagnitude" }));
  filter->ProduceGradientMagnitudeOn();
  VERIFY(Works([&] { filter->GetGradientMagnitudeImage()->Update(); }));
  const auto image = MakeIntensities<Real>();
  image->SetPixel(image->GetBufferedRegion().GetIndex(), std::numeric_limits<float>::quiet_NaN());
  filter->SetInput(image);
  VERIFY(SaysOneSentence([&] { filter->Update(); }));
  filter->SetInput(MakeIntensities<Real>());
  VERIFY(Works([&] { filter->Update(); }));
}

TEST(Misuse, OfTheComparisonWithCanny)
{
  const auto filter = itk::CannyComparisonImageFilter<Real>::New();
  filter->SetDevice("cpu");
  Fails(
    filter,
    "no segmentation",
    [&] { filter->SetInput(MakeIntensities<Real>()); },
    { "Segmentation" },
    [&] { filter->SetSegmentation(MakeLabels<Labels>()); });
  Fails(
    filter,
    "a truth of another size",
    [&] { filter->SetTruth(Small<Labels>()); },
    {},
    [&] { filter->SetTruth(MakeLabels<Labels>()); });
  Fails(
    filter,
    "a segmentation of another size",
    [&] { filter->SetSegmentation(Small<Labels>()); },
    {},
    [&] { filter->SetSegmentation(MakeLabels<Labels>()); });
  FAILS_FOR(filter, Tolerances, ({}), ({ 1.0 }));
  FAILS_FOR(filter, Tolerances, ({ -1.0 }), ({ 1.0 }));
  FAILS_FOR(filter, AgreementTolerance, (-1.0), (2.0));
}

TEST(Misuse, OfTheInstanceSegmentation)
{
  const auto filter = itk::InstanceSegmentationImageFilter<Vectors>::New();
  filter->SetDevice("cpu");
  filter->SetChannels(itk::InstanceChannels::BackgroundInteriorBorder);
  Fails(
    filter, "no input", [] {}, {}, [&] { filter->SetInput(MakeProbabilities<Vectors>()); });
  Fails(
    filter,
    "other channels",
    [&] { filter->SetChannels(itk::InstanceChannels::Foreground); },
    {},
    [&] { filter->SetChannels(itk::InstanceChannels::BackgroundInteriorBorder); });
  FAILS_FOR(filter, MaskThreshold, (1.5), (0.5));
  FAILS_FOR(filter, SeedThreshold, (-0.1), (0.7));
  FAILS_FOR(filter, MergeThreshold, (nan), (1.0));
  FAILS_FOR(filter, MaximaHeight, (-1.0), (1.0));
  Fails(
    filter,
    "intensities for probabilities",
    [&] { filter->SetInput(MakeIntensities<Vectors>()); },
    {},
    [&] { filter->SetInput(MakeProbabilities<Vectors>()); });
  const auto writer = itk::InstanceSegmentationFileWriter<Vectors>::New();
  const auto file = (std::filesystem::temp_directory_path() / "itktorch-client-misuse.mha").string();
  writer->SetChannels(itk::InstanceChannels::BackgroundInteriorBorder);
  writer->SetInput(MakeProbabilities<Vectors>());
  Fails(
    writer, "no file name", [] {}, { "FileName" }, [&] { writer->SetFileName(file); });
  Fails(
    writer,
    "a folder that is not there",
    [&] { writer->SetFileName("/no/such/folder/a.mha"); },
    {},
    [&] { writer->SetFileName(file); });
  Fails(
    writer, "another format", [&] { writer->SetFileName(file + ".png"); }, {}, [&] { writer->SetFileName(file); });
  FAILS_FOR(writer, MaskThreshold, (1.5), (0.5));
  std::filesystem::remove(file);
}

TEST(Misuse, OfTheComponents)
{
  const auto filter = itk::TorchConnectedComponentImageFilter<Mask, Mask>::New();
  filter->SetDevice("cpu");
  Fails(
    filter, "no input", [] {}, {}, [&] { filter->SetInput(MakeMask<Mask>()); });
  const auto dust =
    MakeBlobImage<Mask>(1, [](const BlobPixel & blob) { return static_cast<unsigned char>(blob.Number % 2); });
  Fails(
    filter,
    "more objects than an 8-bit label can number",
    [&] { filter->SetInput(dust); },
    {},
    [&] { filter->SetInput(MakeMask<Mask>()); });
  filter->SetInput(Empty<Mask>());
  VERIFY(EndsByItself([&] { filter->Update(); })) << "an empty image";
}

TEST(Misuse, OfTheWatershed)
{
  const auto filter = itk::TorchMarkerWatershedImageFilter<Real, Labels>::New();
  filter->SetDevice("cpu");
  Fails(
    filter,
    "no markers",
    [&] { filter->SetInput(MakeIntensities<Real>()); },
    { "MarkerImage" },
    [&] { filter->SetMarkerImage(MakeMarkers<Labels>()); });
  Fails(
    filter,
    "markers of another size",
    [&] { filter->SetMarkerImage(Small<Labels>()); },
    {},
    [&] { filter->SetMarkerImage(MakeMarkers<Labels>()); });
  Fails(
    filter,
    "a mask of another size",
    [&] { filter->SetMaskImage(Small<Mask>()); },
    {},
    [&] { filter->SetMaskImage(MakeMask<Mask>()); });
  FAILS_FOR(filter, LevelRange, ({ 2.0, 1.0 }), ({ -infinite, infinite }));
  FAILS_FOR(filter, LevelRange, ({ 2.0 }), ({ 0.0, 300.0 }));
}

TEST(Misuse, OfTheEvaluation)
{
  const auto filter = itk::SegmentationEvaluationImageFilter<Labels>::New();
  filter->SetDevice("cpu");
  Fails(
    filter,
    "no truth",
    [&] { filter->SetInput(MakeLabels<Labels>()); },
    { "Truth" },
    [&] { filter->SetTruth(MakeLabels<Labels>()); });
  Fails(
    filter,
    "a truth of another size",
    [&] { filter->SetTruth(Small<Labels>()); },
    {},
    [&] { filter->SetTruth(MakeLabels<Labels>()); });
  const auto moved = MakeLabels<Labels>();
  moved->SetSpacing(itk::Vector<double, 2>(9.0));
  filter->SetTruth(moved);
  VERIFY(ThrowsITKs(filter)) << "a truth of another spacing"; // in ITK's own words
  filter->SetTruth(MakeLabels<Labels>());
  FAILS_FOR(filter, BoundaryTolerance, (-1.0), (2.0));
  FAILS_FOR(filter, SurfaceTolerance, (nan), (1.0));
  VERIFY(SaysOneSentence([&] { filter->GetMetric("NoSuchMetric"); }, { "NoSuchMetric" }));
}

TEST(Misuse, OfTheBaseline)
{
  const auto filter = itk::OtsuBaselineImageFilter<itk::VectorImage<unsigned char, 2>, Mask>::New();
  auto       image = itk::VectorImage<unsigned char, 2>::New();
  image->SetRegions(itk::Size<2>{ { 3, 4 } });
  image->SetNumberOfComponentsPerPixel(2);
  image->Allocate(true);
  const auto colors = MakeIntensities<itk::VectorImage<unsigned char, 2>>();
  Fails(
    filter, "no input", [] {}, {}, [&] { filter->SetInput(colors); });
  Fails(
    filter, "two components", [&] { filter->SetInput(image); }, {}, [&] { filter->SetInput(colors); });
}

TEST(Misuse, OfThePhantom)
{
  const auto source = itk::NucleiPhantomImageSource<Real, Mask>::New();
  source->SetSize(itk::Size<2>{ { 40, 40 } });
  source->SetMeanRadius(4.0);
  source->Update();
  FAILS_FOR(source, MeanRadius, (0.0), (4.0));
  FAILS_FOR(source, Coverage, (2.0), (0.25));
  FAILS_FOR(source, NumberOfNuclei, (-1), (3));
  FAILS_FOR(source, Noise, (nan), (2.0));
  FAILS_FOR(source, TouchingFraction, (-0.5), (0.5));
}

TEST(Misuse, OfInference)
{
  const auto filter = itk::UNetInferenceImageFilter<Real, Real>::New();
  filter->SetDevice("cpu");
  Fails(
    filter,
    "no model",
    [&] { filter->SetInput(MakeIntensities<Real>()); },
    { "Model" },
    [&] { filter->SetModel(SmallModel(2, 1, 2)); });
  Fails(
    filter,
    "a model of volumes",
    [&] { filter->SetModel(SmallModel(3, 1, 2)); },
    {},
    [&] { filter->SetModel(SmallModel(2, 1, 2)); });
  Fails(
    filter,
    "a model of colors",
    [&] { filter->SetModel(SmallModel(2, 3, 2)); },
    {},
    [&] { filter->SetModel(SmallModel(2, 1, 2)); });
  Fails(
    filter,
    "a model of three classes",
    [&] { filter->SetModel(SmallModel(2, 1, 3)); },
    {},
    [&] { filter->SetModel(SmallModel(2, 1, 2)); });
  Fails(
    filter,
    "a model without weights",
    [&] { filter->SetModel(itk::UNetModel::New()); },
    {},
    [&] { filter->SetModel(SmallModel(2, 1, 2)); });
  Fails(
    filter,
    "an empty image",
    [&] { filter->SetInput(Empty<Real>()); },
    {},
    [&] { filter->SetInput(MakeIntensities<Real>()); });
  FAILS_FOR(filter, Threshold, (1.5), (0.5));
  FAILS_FOR(filter, BlendedOverlap, (1.0), (0.25));
  FAILS_FOR(filter, ScaleStep, (0.5), (1.0));
  Fails(
    filter,
    "float16 on the CPU",
    [&] { filter->SetPrecision(itk::UNetPrecision::Float16); },
    {},
    [&] { filter->SetPrecision(itk::UNetPrecision::Float32); });
  const auto image = MakeIntensities<Real>();
  image->SetPixel(image->GetBufferedRegion().GetIndex(), std::numeric_limits<float>::infinity());
  Fails(
    filter,
    "a pixel that is not finite",
    [&] { filter->SetInput(image); },
    {},
    [&] { filter->SetInput(MakeIntensities<Real>()); });
}

TEST(Misuse, OfTraining)
{
  const auto filter = itk::UNetTrainingImageFilter<Real, Real>::New();
  const auto data = itk::UNetTrainingData::New();
  data->AddPair(MakeIntensities<Real>().GetPointer(), MakeLabels<Labels>().GetPointer());
  filter->SetDevice("cpu");
  filter->SetEpochs(1);
  filter->SetBatchSize(1);
  filter->SetCropSize(8);
  filter->SetSpecification(SmallSpecification(2, 1, 2));
  Fails(
    filter,
    "no data",
    [&] { filter->SetInput(MakeIntensities<Real>()); },
    { "TrainingData" },
    [&] { filter->SetTrainingData(data); });
  Fails(
    filter,
    "empty data",
    [&] { filter->SetTrainingData(itk::UNetTrainingData::New()); },
    {},
    [&] { filter->SetTrainingData(data); });
  FAILS_FOR(filter, Epochs, (0), (1));
  FAILS_FOR(filter, BatchSize, (0), (1));
  FAILS_FOR(filter, CropSize, (0), (8));
  FAILS_FOR(filter, LearningRate, (-1.0), (1e-3));
  FAILS_FOR(filter, LearningRate, (nan), (1e-3));
  FAILS_FOR(filter, WeightDecay, (-1.0), (0.0));
  const auto bad = itk::UNetTrainingData::New();
  bad->AddPair(MakeIntensities<Real>().GetPointer(), Small<Labels>().GetPointer());
  bad->AddPairOfFiles("/no/such/image.png", "/no/such/label.png");
  filter->SetTrainingData(bad);
  VERIFY(ThrowsITKs(filter)) << "pairs that cannot be used"; // a line for each
  filter->SetTrainingData(data);
  VERIFY(Works([&] { filter->Update(); })) << "after pairs that cannot be used";
  auto specification = SmallSpecification(2, 1, 2);
  specification.Classes = 0;
  Fails(
    filter,
    "no classes",
    [&] { filter->SetSpecification(specification); },
    { "Classes" },
    [&] { filter->SetSpecification(SmallSpecification(2, 1, 2)); });
  Fails(
    filter,
    "a specification of volumes",
    [&] { filter->SetSpecification(SmallSpecification(3, 1, 2)); },
    {},
    [&] { filter->SetSpecification(SmallSpecification(2, 1, 2)); });
}

TEST(Misuse, OfModelFiles)
{
  const auto file = (std::filesystem::temp_directory_path() / "itktorch-client-misuse.safetensors").string();
  const auto writer = itk::UNetModelWriter::New();
  Fails(
    writer, "no model", [&] { writer->SetFileName(file); }, {}, [&] { writer->SetInput(SmallModel(2, 1, 2)); });
  Fails(
    writer, "no file name", [&] { writer->SetFileName(""); }, { "FileName" }, [&] { writer->SetFileName(file); });
  Fails(
    writer,
    "a folder that is not there",
    [&] { writer->SetFileName("/no/such/folder/a.safetensors"); },
    {},
    [&] { writer->SetFileName(file); });
  const auto reader = itk::UNetModelReader::New();
  Fails(
    reader, "no file name", [] {}, { "FileName" }, [&] { reader->SetFileName(file); });
  Fails(
    reader,
    "a file that is not there",
    [&] { reader->SetFileName("/no/such/file.safetensors"); },
    {},
    [&] { reader->SetFileName(file); });
  std::filesystem::remove(file);
}
} // namespace client
