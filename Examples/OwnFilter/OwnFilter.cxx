// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
//
// A filter of one's own between ITK's reader and writer, which pulls it in pieces.
// Usage: OwnFilter IN OUT [--radius PIXELS] [--device NAME]
#include "itkLocalContrastImageFilter.h"
#include "itkVerifiedImageReader.h"
#include "itkImageFileWriter.h"
#include "itkVectorImage.h"
#include <CLI/CLI.hpp>
#include <iostream>

int
main(int argc, char * argv[])
{
  std::string  in;
  std::string  out;
  std::string  device = "auto";
  unsigned int radius = 5;
  CLI::App     app("Local contrast of an image of any number of components.");
  app.add_option("in", in, "Image of two dimensions.")->required()->type_name("IN");
  app.add_option("out", out, "Image of floats to write, such as contrast.mha.")->required()->type_name("OUT");
  app.add_option("--radius", radius, "Half width of the window, in pixels.")->capture_default_str();
  app.add_option("--device", device, "auto, cpu, cuda or cuda:N.")->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  using InputImageType = itk::VectorImage<float, 2>;
  using FilterType = itk::LocalContrastImageFilter<InputImageType, InputImageType>;
  try
  {
    auto reader = itk::VerifiedImageReader<InputImageType>::New();
    reader->SetFileName(in);
    auto filter = FilterType::New();
    filter->SetInput(reader->GetOutput());
    filter->SetRadius(radius);
    filter->SetDevice(device);
    auto writer = itk::ImageFileWriter<InputImageType>::New();
    writer->SetInput(filter->GetOutput());
    writer->SetFileName(out);
    writer->SetNumberOfStreamDivisions(4);
    writer->Update();
  }
  catch (const itk::ExceptionObject & error)
  {
    std::cerr << "OwnFilter: " << error.GetDescription() << '\n';
    return 1;
  }
  return 0;
}
