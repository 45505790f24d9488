// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchBenchmark.h"

#include "itkTorchRandom.h"
#include "itkTorchRuntime.h"
#include "itkTorchTensorAccess.h"
#include "itkUNetInferenceImageFilter.h"
#include "itkUNetModelWriter.h"
#include "itkUNetPredictor.h"
#include "itkRGBPixel.h"
#include <ATen/TensorOperators.h>
#include <c10/core/GradMode.h>
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
MakeModel(unsigned int filters, unsigned int channels = 3)
{
  itk::UNetSpecification specification;
  specification.Channels = channels;
  specification.BaseFilters = filters;
  itk::UNetIntensityNormalization rule;
  rule.Color = itk::UNetColor::Keep;
  rule.Scaling = itk::UNetIntensityScaling::Factor;
  rule.Factor = 1.0 / 255.0;
  auto model = itk::UNetModel::New();
  model->SetSpecification(specification);
  model->SetIntensityNormalization(rule);
  model->InitializeWeights(1);
  return model;
}

void
WriteModel(const itk::UNetModel * model, const std::string & fileName)
{
  auto writer = itk::UNetModelWriter::New();
  writer->SetInput(model);
  writer->SetFileName(fileName);
  writer->Update();
}

/** For peers in Python: writes image, model and probabilities, then runs once for each line that it reads and answers
 * with the seconds from bytes to probabilities. */
int
Serve(const std::string & folder,
      const std::string & device,
      const std::string & precision,
      const std::string & convolution,
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
  network->SetMaximumWindowSize(tileSize);
  network->SetPrecision(precision == "bfloat16" ? itk::UNetPrecision::BFloat16 : itk::UNetPrecision::Float32);
  network->SetConvolution(convolution == "winograd" ? itk::UNetConvolution::Winograd
                          : convolution == "direct" ? itk::UNetConvolution::Direct
                                                    : itk::UNetConvolution::Automatic);
  network->Update();
  WriteModel(model, folder + "/model.safetensors");
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
/** What a filter does around its network, from bytes to labels: the network alone is the peer. */
void
MeasureOverhead(unsigned int filters, itk::UNetPrecision precision, const char * name, int pairs)
{
  constexpr itk::SizeValueType edge = 2048;
  const auto                   image = MakeNoise(edge);
  const auto                   model = MakeModel(filters);
  auto                         filter = itk::UNetInferenceImageFilter<ImageType, itk::Image<unsigned char, 2>>::New();
  filter->SetInput(image);
  filter->SetModel(model);
  filter->SetDevice("cpu");
  filter->SetPrecision(precision);

  itk::UNetWeights weights;
  for (const auto & [weight, tensor] : model->GetWeights())
  {
    weights.emplace(weight, itk::GetATensor(tensor));
  }
  const itk::UNetPredictor network(
    model->GetSpecification(), weights, { itk::UNetConvolution::Automatic, precision, true });
  const auto pixels = itk::GetTorchTensor(image.GetPointer(), image->GetBufferedRegion(), itk::TorchDevice::CPU());
  const at::Tensor window = itk::GetATensor(model->GetIntensityNormalization().Apply(pixels));
  at::Tensor       logits;

  itk::Benchmark::Row row{ std::string("filter beside its network, ") + name,
                           "2048x2048, " + std::to_string(filters) + " filters",
                           "network alone",
                           {},
                           {} };
  itk::Benchmark::Alternate(
    row,
    pairs,
    [&]
    {
      filter->Modified();
      filter->Update();
    },
    [&]
    {
      const c10::AutoGradMode noGradients(false);
      logits = network.Predict(window);
    });
  const auto    difference = logits.select(1, 1) - logits.select(1, 0);
  std::uint64_t different = 0;
  for (std::size_t i = 0; i < edge * edge; ++i)
  {
    const bool isForeground = difference.const_data_ptr<float>()[i] > 0.0f;
    different += filter->GetOutput()->GetBufferPointer()[i] == (isForeground ? 1 : 0) ? 0 : 1;
  }
  row.IsEqual = different == 0;
  itk::Benchmark::Write(row);
}
} // namespace

int
main(int argc, char * argv[])
{
  itk::TorchRuntime::SetNumberOfThreads(2);
  itk::TorchRuntime::KeepFreedMemory();
  if (argc == 3 && std::string(argv[1]) == "--pairs")
  {
    MeasureOverhead(16, itk::UNetPrecision::Float32, "float32", itk::Benchmark::GetPairs(argc, argv));
    MeasureOverhead(16, itk::UNetPrecision::BFloat16, "bfloat16", itk::Benchmark::GetPairs(argc, argv));
    return 0;
  }
  if (argc == 5 && std::string(argv[1]) == "--model")
  {
    const auto number = [argv](int i) { return static_cast<unsigned int>(std::stoul(argv[i])); };
    WriteModel(MakeModel(number(4), number(3)), argv[2]);
    return 0;
  }
  if (argc != 9 || std::string(argv[1]) != "--serve")
  {
    std::cerr << "usage: --pairs N, --model FILE CHANNELS FILTERS, or --serve FOLDER DEVICE PRECISION CONVOLUTION "
                 "FILTERS EDGE TILE"
              << std::endl;
    return 2;
  }
  return Serve(argv[2],
               argv[3],
               argv[4],
               argv[5],
               static_cast<unsigned int>(std::stoul(argv[6])),
               std::stoul(argv[7]),
               std::stoul(argv[8]));
}
