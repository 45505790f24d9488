// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkRunCommand.h"
#include "itkBoundaryWeightMapImageFilter.h"
#include "itkCommandLineParameters.h"
#include "itkConsoleProgress.h"
#include "itkImageFileContent.h"
#include "itkLabelFiles.h"
#include "itkMiddlePlane.h"
#include "itkNoteLostPlace.h"
#include "itkReadLabelFile.h"
#include "itkTorchRuntime.h"
#include "itkTwoNearestObjectsDistanceImageFilter.h"
#include "itkWeightMapPicture.h"
#include "itkWriteImageFile.h"
#include "itkAddImageFilter.h"
#include <iostream>
#include <memory>

namespace itk
{
namespace
{
struct WeightMapOptions
{
  std::string                 Labels;
  std::string                 Output;
  std::string                 Separated;
  std::string                 Picture;
  std::string                 Device{ "auto" };
  unsigned int                Threads{ 0 };
  bool                        AreColors{ false };
  BoundaryWeightMapParameters Parameters;
};

template <unsigned int VDimension>
void
WritePicture(const WeightMapOptions & options, LabelImageType<VDimension> * labels, Image<float, VDimension> * weights)
{
  auto distances = TwoNearestObjectsDistanceImageFilter<LabelImageType<VDimension>>::New();
  distances->SetInput(labels);
  distances->SetDevice(options.Device);
  distances->SetUseImageSpacing(options.Parameters.UseImageSpacing);
  distances->SetBorder(options.Parameters.Border);
  using DistanceType = Image<float, VDimension>;
  auto sum = AddImageFilter<DistanceType, DistanceType, DistanceType>::New();
  sum->SetInput1(distances->GetOutput());
  sum->SetInput2(distances->GetSecondDistance());
  sum->Update();
  WriteWeightMapPicture(MiddlePlane(labels),
                        MiddlePlane(sum->GetOutput()),
                        static_cast<float>(4.0 * options.Parameters.Sigma),
                        MiddlePlane(weights),
                        options.Picture);
}

template <unsigned int VDimension>
void
Run(const WeightMapOptions & options)
{
  VerifyFormatHolds(options.Output, { "weights", 1, true });
  if (!options.Separated.empty())
  {
    VerifyFormatHolds(options.Separated, { "labels" });
  }
  VerifyOutputsAreNoInputs({ options.Output, options.Separated, options.Picture }, { options.Labels });
  using LabelType = LabelImageType<VDimension>;
  const auto labels = ReadLabelFile<VDimension>(options.Labels, options.AreColors, true);
  if (!options.Separated.empty())
  {
    VerifyFileHoldsSlices(options.Separated, labels->GetLargestPossibleRegion().GetSize());
  }
  auto weights = BoundaryWeightMapImageFilter<LabelType>::New();
  weights->SetInput(labels);
  weights->SetParameters(options.Parameters);
  weights->SetDevice(options.Device);
  {
    const ConsoleProgress progress(weights, "Weight map");
    WriteImageFile(weights->GetOutput(), options.Output);
    NoteLostPlace<VDimension>(labels, options.Output);
  }
  if (!options.Separated.empty())
  {
    WriteLabels<VDimension>(weights->GetSeparatedLabels(), options.Separated);
    NoteLostPlace<VDimension>(labels, options.Separated);
  }
  if (!options.Picture.empty())
  {
    WritePicture<VDimension>(options, weights->GetSeparatedLabels(), weights->GetOutput());
  }
  std::cout << options.Output << std::endl;
}


void
AddWeightMapCommand(CLI::App & command)
{
  auto options = std::make_shared<WeightMapOptions>();
  command.add_option("labels", options->Labels, "Label image: a number for each object, 0 for background.")->required();
  command.add_option("output", options->Output, "Weight image to write (float: .mha, .nrrd, .nii.gz, .tif).")
    ->required();
  command.add_option("--separated", options->Separated, "Also write the labels with the gaps of --gap-width.");
  command.add_option("--picture",
                     options->Picture,
                     "Also write a PNG file of labels, d1 + d2 and weights; for a 3D image the middle plane.");
  // Before the parameters, which change what it sets.
  command
    .add_option_function<std::string>(
      "--preset",
      [options](const std::string & name) {
        options->Parameters =
          name == "falk" ? BoundaryWeightMapParameters::Falk() : BoundaryWeightMapParameters::Paper();
      },
      "paper: w0 = 10, sigma = 5, everywhere; falk: w0 = 50, sigma = 6, background with weight 0.1.")
    ->check(CLI::IsMember({ "paper", "falk" }))
    ->type_name("NAME")
    ->default_str("paper");
  AddLabelsOption(command, options->AreColors);
  AddDeviceOptions(command, options->Device, options->Threads);
  AddParameterOptions(command, options->Parameters, "Weight map");
  command.callback(
    [options]
    {
      TorchRuntime::SetNumberOfThreads(options->Threads);
      GetLabelFileDimension(options->Labels, options->AreColors) == 3 ? Run<3>(*options) : Run<2>(*options);
    });
}
} // namespace
} // namespace itk

itkTorchCommandMacro("weight-map", itk::AddWeightMapCommand);
