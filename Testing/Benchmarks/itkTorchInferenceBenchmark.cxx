// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchBenchmark.h"

#include "itkTorchRandom.h"
#include "itkTorchRuntime.h"
#include "itkUNetInferenceImageFilter.h"
#include "itkUNetModelWriter.h"
#include "itkRGBPixel.h"
#include <cmath>
#include <fstream>

namespace
{
using ImageType = itk::Image<itk::RGBPixel<unsigned char>, 2>;
using ProbabilityType = itk::Image<float, 2>;

ImageType::Pointer
MakeNoise(itk::SizeValueType edge)
{
  auto image = ImageType::New();
  image->SetRegions(ImageType::SizeType{ { edge, edge } });
  image->Allocate();
  itk::TorchRandom random(1);
  auto * const     components = reinterpret_cast<unsigned char *>(image->GetBufferPointer());
  std::generate_n(
    components, 3 * edge * edge, [&random] { return static_cast<unsigned char>(256 * random.Uniform()); });
  return image;
}

itk::UNetModel::Pointer
MakeModel(unsigned int filters)
{
  itk::UNetSpecification specification;
  specification.Channels = 3;
  specification.BaseFilters = filters;
  itk::UNetIntensityRule rule;
  rule.Colour = itk::UNetColour::Keep;
  rule.Scaling = itk::UNetIntensityScaling::Factor;
  rule.Factor = 1.0 / 255.0;
  auto model = itk::UNetModel::New();
  model->SetSpecification(specification);
  model->SetIntensityRule(rule);
  model->InitializeWeights(1);
  return model;
}

/** For peers in Python: writes image, model and probabilities, then runs once for each line that it reads and answers with the
 * seconds from bytes to probabilities. */
int
Serve(const std::string & folder,
      const std::string & device,
      const std::string & precision,
      unsigned int        filters,
      itk::SizeValueType  edge,
      std::uint64_t       tileSize)
{
  const auto image = MakeNoise(edge);
  const auto model = MakeModel(filters);
  auto       network = itk::UNetInferenceImageFilter<ImageType, ProbabilityType>::New();
  network->SetInput(image);
  network->SetModel(model);
  network->SetDevice(device);
  network->SetTileSize(tileSize);
  network->SetPrecision(precision == "bfloat16" ? itk::UNetPrecision::BFloat16 : itk::UNetPrecision::Float32);
  network->Update();
  auto writer = itk::UNetModelWriter::New();
  writer->SetInput(model);
  writer->SetFileName(folder + "/model.safetensors");
  writer->Update();
  const auto write = [&folder](const char * name, const void * data, std::size_t bytes)
  {
    std::ofstream(folder + "/" + name, std::ios::binary)
      .write(static_cast<const char *>(data), static_cast<std::streamsize>(bytes));
  };
  const std::size_t pixels = image->GetLargestPossibleRegion().GetNumberOfPixels();
  write("image.raw", image->GetBufferPointer(), 3 * pixels);
  write("probabilities.raw", network->GetOutput()->GetBufferPointer(), sizeof(float) * pixels);
  std::cout << "ready" << std::endl;
  for (std::string line; std::getline(std::cin, line);)
  {
    const auto run = [&]
    {
      network->Modified();
      network->Update();
    };
    std::cout << itk::Benchmark::Seconds(run) << std::endl;
  }
  return 0;
}
} // namespace

int
main(int argc, char * argv[])
{
  if (argc != 8 || std::string(argv[1]) != "--serve")
  {
    std::cerr << "usage: --serve FOLDER DEVICE PRECISION FILTERS EDGE TILE" << std::endl;
    return 2;
  }
  itk::TorchRuntime::SetNumberOfThreads(2);
  itk::TorchRuntime::KeepFreedMemory();
  return Serve(argv[2],
               argv[3],
               argv[4],
               static_cast<unsigned int>(std::stoul(argv[5])),
               std::stoul(argv[6]),
               std::stoul(argv[7]));
}
