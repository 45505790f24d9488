// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchBenchmark.h"

#include "itkNucleiPhantomImageSource.h"
#include "itkTorchCannyEdgeDetectionImageFilter.h"
#include "itkTorchRuntime.h"
#include "itkCannyEdgeDetectionImageFilter.h"
#include <algorithm>
#include <fstream>

namespace
{
using itk::Benchmark::Row;

template <unsigned int D>
using ImageType = itk::Image<float, D>;

constexpr double variance = 2.0;
constexpr float  lowerThreshold = 2.0f;
constexpr float  upperThreshold = 5.0f;

template <unsigned int D>
typename ImageType<D>::Pointer
MakePhantom(itk::SizeValueType edge)
{
  auto                            source = itk::NucleiPhantomImageSource<ImageType<D>>::New();
  typename ImageType<D>::SizeType size;
  size.Fill(edge);
  source->SetSize(size);
  source->Update();
  return source->GetOutput();
}

template <typename TFilter, typename TImage>
typename TFilter::Pointer
MakeFilter(const TImage * image)
{
  auto filter = TFilter::New();
  filter->SetInput(image);
  filter->SetVariance(variance);
  filter->SetLowerThreshold(lowerThreshold);
  filter->SetUpperThreshold(upperThreshold);
  return filter;
}

void
Run(itk::ProcessObject * filter)
{
  filter->Modified();
  filter->Update();
}

template <unsigned int D>
void
CompareWithITK(int pairs, const std::string & operation, itk::SizeValueType edge, unsigned int threads)
{
  itk::TorchRuntime::SetNumberOfThreads(threads);
  const auto image = MakePhantom<D>(edge);
  const auto ours = MakeFilter<itk::TorchCannyEdgeDetectionImageFilter<ImageType<D>>>(image.GetPointer());
  const auto peer = MakeFilter<itk::CannyEdgeDetectionImageFilter<ImageType<D>, ImageType<D>>>(image.GetPointer());
  ours->SetDevice("cpu");
  std::string size = std::to_string(edge);
  for (unsigned int axis = 1; axis < D; ++axis)
  {
    size += "x" + std::to_string(edge);
  }
  Row row{ operation, size, "itk::CannyEdgeDetection", {}, {}, false };
  itk::Benchmark::Alternate(
    row, pairs, [&] { Run(ours); }, [&] { Run(peer); });
  const float * const edges = ours->GetOutput()->GetBufferPointer();
  const std::size_t   pixels = image->GetLargestPossibleRegion().GetNumberOfPixels();
  const auto          found = std::count(edges, edges + pixels, 1.0f);
  row.IsEqual = found > 0 && std::equal(edges, edges + pixels, peer->GetOutput()->GetBufferPointer());
  itk::Benchmark::Write(row);
}

void
WritePixels(const std::string & file, const float * pixels, std::size_t count)
{
  std::ofstream(file, std::ios::binary)
    .write(reinterpret_cast<const char *>(pixels), static_cast<std::streamsize>(count * sizeof(float)));
}

/** For peers in Python: writes image and edges, then runs once for each line that it reads and answers with the
 * seconds. On a device other than the host the image is there before. */
int
Serve(const std::string & device, const std::string & folder, itk::SizeValueType edge)
{
  itk::TorchRuntime::SetNumberOfThreads(1);
  const auto image = MakePhantom<2>(edge);
  const auto filter = MakeFilter<itk::TorchCannyEdgeDetectionImageFilter<ImageType<2>>>(image.GetPointer());
  filter->SetDevice(device);
  filter->Update();
  const std::size_t count = image->GetLargestPossibleRegion().GetNumberOfPixels();
  WritePixels(folder + "/image.raw", image->GetBufferPointer(), count);
  WritePixels(folder + "/edges.raw", filter->GetOutput()->GetBufferPointer(), count);
  const auto resolved = itk::TorchDevice(device).Resolve();
  const auto resident = itk::GetTorchTensor(image.GetPointer(), image->GetLargestPossibleRegion(), resolved);
  const auto runResident = [&]
  {
    const auto found = itk::CannyEdgeDetection::Compute(resident, { 1.0, 1.0 }, filter->GetParameters());
    // Waits for the device.
    found.Edges.Crop({ 0, 0 }, { 1, 1 }).To(itk::TorchDevice::CPU());
  };
  const auto runFilter = [&] { Run(filter); };
  std::cout << "ready" << std::endl;
  for (std::string line; std::getline(std::cin, line);)
  {
    const double seconds =
      resolved.IsHost() ? itk::Benchmark::Seconds(runFilter) : itk::Benchmark::Seconds(runResident);
    std::cout << seconds << std::endl;
  }
  return 0;
}
} // namespace

int
main(int argc, char * argv[])
{
  itk::TorchRuntime::KeepFreedMemory();
  if (argc == 5 && std::string(argv[1]) == "--serve")
  {
    return Serve(argv[2], argv[3], std::stoul(argv[4]));
  }
  const int pairs = itk::Benchmark::GetPairs(argc, argv);
  CompareWithITK<2>(pairs, "beside ITK", 2048, 1);
  CompareWithITK<2>(pairs, "beside ITK, 2 threads", 2048, 2);
  CompareWithITK<3>(pairs, "volume beside ITK", 192, 1);
}
