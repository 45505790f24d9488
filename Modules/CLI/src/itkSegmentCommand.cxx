// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCommands.h"
#include "itkCommandLineParameters.h"
#include "itkConsoleProgress.h"
#include "itkPngIntegrity.h"
#include "itkResampleOntoGrid.h"
#include "itkTorchRuntime.h"
#include "itkUNetInferenceImageFilter.h"
#include "itkUNetModelReader.h"
#include "itkWriteImage.h"
#include "itkBinaryThresholdImageFilter.h"
#include "itkConnectedComponentImageFilter.h"
#include "itkImageFileReader.h"
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
  std::string             Input;
  std::string             Output;
  std::string             Model;
  std::string             Device{ "auto" };
  unsigned int            Threads{ 0 };
  bool                    WritesProbabilities{ false };
  bool                    WritesMask{ false };
  UNetInferenceParameters Inference;
};

template <unsigned int VDimension>
void
Segment(const SegmentOptions & options, UNetModel * model)
{
  using ImageType = VectorImage<float, VDimension>;
  using ProbabilityType = Image<float, VDimension>;
  using LabelType = Image<unsigned short, VDimension>;
  VerifyImageFile(options.Input);
  auto reader = ImageFileReader<ImageType>::New();
  reader->SetFileName(options.Input);
  reader->UpdateOutputInformation();
  VerifyImageFileDimension(*reader->GetImageIO(), VDimension);

  const auto toModel = ResampleToSpacing(reader->GetOutput(), model->GetSpacing());
  auto       network = UNetInferenceImageFilter<ImageType, ProbabilityType>::New();
  network->SetDevice(options.Device);
  network->SetParameters(options.Inference);
  network->SetInput(toModel->GetOutput());
  network->SetModel(model);
  const ConsoleProgress progress(network, "Segmenting");
  const auto            toInput = ResampleOntoGrid(network->GetOutput(), reader->GetOutput());
  if (options.WritesProbabilities)
  {
    WriteImage(toInput->GetOutput(), options.Output);
    return;
  }
  auto threshold = BinaryThresholdImageFilter<ProbabilityType, LabelType>::New();
  threshold->SetInput(toInput->GetOutput());
  threshold->SetLowerThreshold(std::nextafter(static_cast<float>(options.Inference.Threshold), 2.0f));
  threshold->SetInsideValue(1);
  auto components = ConnectedComponentImageFilter<LabelType, LabelType>::New();
  components->SetInput(threshold->GetOutput());
  WriteImage(options.WritesMask ? threshold->GetOutput() : components->GetOutput(), options.Output);
}

void
Run(const SegmentOptions & options)
{
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
  command->add_option("output", options->Output, "Image to write: 16-bit object numbers on the input's grid.")
    ->required();
  command->add_option("-m,--model", options->Model, "Model file (.safetensors).")->required();
  auto * const probabilities =
    command->add_flag("--probabilities", options->WritesProbabilities, "Write the foreground's probability instead.");
  command->add_flag("--mask", options->WritesMask, "Write 0 and 1 instead of object numbers.")->excludes(probabilities);
  AddDeviceOptions(*command, options->Device, options->Threads);
  AddParameterOptions(*command, UNetInferenceParameters::Describe(), &options->Inference, "Inference");
  command->callback([options] { Run(*options); });
}
} // namespace itk
