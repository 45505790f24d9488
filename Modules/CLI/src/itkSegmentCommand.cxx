// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCommands.h"
#include "itkCommandLineParameters.h"
#include "itkConsoleProgress.h"
#include "itkInstanceParameterFile.h"
#include "itkInstanceSegmentationImageFilter.h"
#include "itkLabelFiles.h"
#include "itkPngIntegrity.h"
#include "itkTorchRuntime.h"
#include "itkUNetModelReader.h"
#include "itkUNetOnImageGrid.h"
#include "itkWriteImage.h"
#include "itkBinaryThresholdImageFilter.h"
#include "itkImageFileReader.h"
#include "itkVectorImage.h"
#include <CLI/CLI.hpp>
#include <cmath>
#include <iostream>
#include <memory>

namespace itk
{
namespace
{
struct SegmentOptions
{
  std::string                    Input;
  std::string                    Output;
  std::string                    Model;
  std::string                    Device{ "auto" };
  unsigned int                   Threads{ 0 };
  bool                           WritesProbabilities{ false };
  bool                           WritesMask{ false };
  InstanceSegmentationParameters Objects;
};

template <unsigned int VDimension>
void
WriteMask(const SegmentOptions & options, Image<float, VDimension> * probabilities)
{
  using MaskType = Image<unsigned short, VDimension>;
  auto threshold = BinaryThresholdImageFilter<Image<float, VDimension>, MaskType>::New();
  threshold->SetInput(probabilities);
  threshold->SetLowerThreshold(std::nextafter(static_cast<float>(options.Objects.MaskThreshold), 2.0f));
  threshold->SetInsideValue(1);
  WriteImage(threshold->GetOutput(), options.Output);
}

template <unsigned int VDimension>
void
Segment(const SegmentOptions & options, UNetModel * model)
{
  using ImageType = VectorImage<float, VDimension>;
  using ProbabilityType = Image<float, VDimension>;
  VerifyImageFile(options.Input);
  auto reader = ImageFileReader<ImageType>::New();
  reader->SetFileName(options.Input);
  reader->UpdateOutputInformation();
  VerifyImageFileDimension(*reader->GetImageIO(), VDimension);

  UNetOnImageGrid<ImageType> network(model, options.Device);
  const ConsoleProgress      progress(network.GetNetwork(), "Segmenting");
  const auto                 probabilities = network.Compute(reader->GetOutput());
  if (options.WritesProbabilities)
  {
    WriteImage(probabilities.GetPointer(), options.Output);
    return;
  }
  if (options.WritesMask)
  {
    WriteMask<VDimension>(options, probabilities);
    return;
  }
  auto objects = InstanceSegmentationImageFilter<ProbabilityType, LabelImageType<VDimension>>::New();
  objects->SetInput(probabilities);
  objects->SetParameters(options.Objects);
  objects->Update();
  WriteLabels<VDimension>(objects->GetOutput(), options.Output);
}

void
Run(const SegmentOptions & options)
{
  VerifyImageCanBeWritten(options.Output);
  TorchRuntime::SetNumberOfThreads(options.Threads);
  auto modelReader = UNetModelReader::New();
  modelReader->SetFileName(options.Model);
  modelReader->Update();
  auto * const model = modelReader->GetOutput();
  if (model->GetSpecification().Classes > 2)
  {
    itkGenericExceptionMacro("Model must be of 1 or 2 classes for this command, but has "
                             << model->GetSpecification().Classes << '.');
  }
  model->GetSpecification().Dimension == 3 ? Segment<3>(options, model) : Segment<2>(options, model);
  std::cout << options.Output << std::endl;
}
} // namespace

void
AddSegmentCommand(CLI::App & app)
{
  auto             options = std::make_shared<SegmentOptions>();
  CLI::App * const command =
    app.add_subcommand("segment", "Segments an image with a trained U-Net into numbered objects.");
  command->add_option("input", options->Input, "Image in any format that ITK reads.")->required();
  command
    ->add_option("output", options->Output, "Image to write: object numbers on the input's grid, of 16 or 32 bits.")
    ->required();
  command->add_option("-m,--model", options->Model, "Model file (.safetensors).")->required();
  auto * const probabilities =
    command->add_flag("--probabilities", options->WritesProbabilities, "Write the foreground's probability instead.");
  command->add_flag("--mask", options->WritesMask, "Write 0 and 1 instead of object numbers.")->excludes(probabilities);
  AddDeviceOptions(*command, options->Device, options->Threads);
  // Before the parameters, which change what it sets.
  command
    ->add_option_function<std::string>(
      "--objects",
      [options](const std::string & fileName) { options->Objects = ReadInstanceParameters(fileName); },
      "File of itktorch tune with the parameters below.")
    ->type_name("FILE");
  AddParameterOptions(*command, InstanceSegmentationParameters::Describe(), &options->Objects, "Objects");
  command->callback([options] { Run(*options); });
}
} // namespace itk
