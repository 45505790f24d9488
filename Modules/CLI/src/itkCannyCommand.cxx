// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkRunCommand.h"
#include "itkCannyComparisonImageFilter.h"
#include "itkCommandLineParameters.h"
#include "itkImageFileContent.h"
#include "itkImageGrid.h"
#include "itkNoteLostPlace.h"
#include "itkReadLabelFile.h"
#include "itkSayNotes.h"
#include "itkTorchCannyEdgeDetectionImageFilter.h"
#include "itkTorchRuntime.h"
#include "itkWriteImageFile.h"
#include "itkBinaryThresholdImageFilter.h"
#include <cstdio>
#include <iostream>
#include <memory>

namespace itk
{
namespace
{
struct CannyOptions
{
  std::string                  Input;
  std::string                  Output;
  std::string                  Segmentation;
  std::string                  Truth;
  std::string                  Overlay;
  std::string                  Device{ "auto" };
  bool                         AreColors{ false };
  unsigned int                 Threads{ 0 };
  double                       GridTolerance{ defaultGridTolerance };
  CannyEdgeDetectionParameters Canny;
  CannyComparisonParameters    Comparison;
};

template <unsigned int VDimension>
void
WriteEdges(const CannyOptions & options, Image<float, VDimension> * edges)
{
  auto mask = BinaryThresholdImageFilter<Image<float, VDimension>, Image<unsigned char, VDimension>>::New();
  mask->SetInput(edges);
  mask->SetLowerThreshold(0.5f);
  WriteImageFile(mask->GetOutput(), options.Output);
  NoteLostPlace<VDimension>(mask->GetOutput(), options.Output);
  std::cout << options.Output << std::endl;
}

template <unsigned int VDimension>
void
DetectEdges(const CannyOptions & options, Image<float, VDimension> * image)
{
  auto canny = TorchCannyEdgeDetectionImageFilter<Image<float, VDimension>>::New();
  canny->SetInput(image);
  canny->SetParameters(options.Canny);
  canny->SetDevice(options.Device);
  canny->Update();
  std::printf("thresholds %g and %g\n", canny->GetUsedLowerThreshold(), canny->GetUsedUpperThreshold());
  WriteEdges<VDimension>(options, canny->GetOutput());
}

template <unsigned int VDimension>
void
Compare(const CannyOptions & options, Image<float, VDimension> * image)
{
  using LabelType = LabelImageType<VDimension>;
  auto comparison = CannyComparisonImageFilter<Image<float, VDimension>, LabelType>::New();
  comparison->SetInput(image);
  comparison->SetCannyParameters(options.Canny);
  comparison->SetParameters(options.Comparison);
  comparison->SetDevice(options.Device);
  const auto readLabels = [&](const std::string & fileName)
  {
    const auto labels = ReadLabelFile<VDimension>(fileName, options.AreColors, false);
    MatchGrid<VDimension>(image, options.Input, labels, fileName, options.GridTolerance);
    return labels;
  };
  comparison->SetSegmentation(readLabels(options.Segmentation));
  if (!options.Truth.empty())
  {
    comparison->SetTruth(readLabels(options.Truth));
  }
  comparison->Update();
  std::printf("thresholds %g and %g\n", comparison->GetLowerThreshold(), comparison->GetUpperThreshold());
  const auto print = [&](const char * name, const std::vector<double> & numbers)
  {
    std::printf("%-32s", name);
    for (const double number : numbers)
    {
      std::printf(" %9.4f", number);
    }
    std::printf("\n");
  };
  print("tolerance", options.Comparison.Tolerances);
  print("F of Canny against segmentation", comparison->GetAgreementF());
  if (!options.Truth.empty())
  {
    print("Canny: precision", comparison->GetCannyPrecision());
    print("       recall", comparison->GetCannyRecall());
    print("       F", comparison->GetCannyF());
    print("segmentation: precision", comparison->GetSegmentationPrecision());
    print("              recall", comparison->GetSegmentationRecall());
    print("              F", comparison->GetSegmentationF());
    print("mean distance: Canny", { comparison->GetCannyMeanDistance() });
    print("               segmentation", { comparison->GetSegmentationMeanDistance() });
  }
  if (!options.Overlay.empty())
  {
    WriteImageFile(comparison->GetOverlay(), options.Overlay);
  }
  WriteEdges<VDimension>(options, comparison->GetEdges());
}

template <unsigned int VDimension>
void
Run(const CannyOptions & options)
{
  auto reader = VerifiedImageReader<Image<float, VDimension>>::New();
  reader->SetFileName(options.Input);
  reader->Update();
  SayNotes(options.Input, reader->GetInformation().Notes);
  const typename Image<float, VDimension>::Pointer image = reader->GetOutput();
  image->DisconnectPipeline();
  options.Segmentation.empty() ? DetectEdges<VDimension>(options, image) : Compare<VDimension>(options, image);
}

void
AddCannyCommand(CLI::App & command)
{
  auto options = std::make_shared<CannyOptions>();
  options->Canny.Variance = { 2.0 };
  options->Canny.ThresholdRule = CannyThresholdRule::Otsu;
  command
    .add_option(
      "input", options->Input, "Image in any format that ITK reads; edges are detected in its gray values as float.")
    ->required();
  command.add_option("output", options->Output, "Image to write: 255 on edges, else 0.")->required();
  auto * const segmentation = command.add_option(
    "--segmentation", options->Segmentation, "Label image whose outlines are compared with the edges.");
  command
    .add_option("--truth", options->Truth, "True label image; edges and segmentation are compared with its outlines.")
    ->needs(segmentation);
  command
    .add_option("--overlay",
                options->Overlay,
                "Also write the image with outlines found by both in yellow, by Canny only in magenta, by the "
                "segmentation only in cyan.")
    ->needs(segmentation);
  AddLabelsOption(command, options->AreColors);
  AddGridToleranceOption(command, options->GridTolerance);
  AddDeviceOptions(command, options->Device, options->Threads);
  AddParameterOptions(command, options->Canny, "Canny");
  const auto * const rule = command.get_option("--threshold-rule");
  const auto * const lower = command.get_option("--lower-threshold");
  const auto * const upper = command.get_option("--upper-threshold");
  AddParameterOptions(command, options->Comparison, "Comparison");
  command.callback(
    [options, rule, lower, upper]
    {
      // Thresholds on the command line are meant to be used.
      if (rule->count() == 0 && (lower->count() > 0 || upper->count() > 0))
      {
        options->Canny.ThresholdRule = CannyThresholdRule::Given;
      }
      VerifyFormatHolds(options->Output, { "edges", 1, false, true });
      VerifyOutputsAreNoInputs({ options->Output, options->Overlay },
                               { options->Input, options->Segmentation, options->Truth });
      for (const auto & fileName : { options->Output, options->Overlay })
      {
        if (!fileName.empty())
        {
          VerifyImageCanBeWritten(fileName);
        }
      }
      TorchRuntime::SetNumberOfThreads(options->Threads);
      GetImageFileDimension(*OpenImageFile(options->Input)) == 3 ? Run<3>(*options) : Run<2>(*options);
    });
}
} // namespace
} // namespace itk

itkTorchCommandMacro("canny", itk::AddCannyCommand);
