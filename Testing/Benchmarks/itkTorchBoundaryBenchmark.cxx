// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchBenchmark.h"

#include "itkNucleiPhantomImageSource.h"
#include "itkTorchImageToImageFilter.h"
#include "itkImageBufferRange.h"
#include "itkMedianImageFilter.h"
#include "itkRGBPixel.h"
#include <memory>

using GrayImageType = itk::Image<unsigned char, 2>;
using ColorImageType = itk::Image<itk::RGBPixel<unsigned char>, 2>;

namespace
{
constexpr itk::SizeValueType length = 2048;

GrayImageType::Pointer
MakeGrayImage()
{
  const auto source = itk::NucleiPhantomImageSource<GrayImageType>::New();
  source->SetSize({ { length, length } });
  source->Update();
  return source->GetOutput();
}

ColorImageType::Pointer
MakeColorImage(const GrayImageType * gray)
{
  auto color = ColorImageType::New();
  color->SetRegions(gray->GetBufferedRegion());
  color->Allocate();
  const unsigned char * level = gray->GetBufferPointer();
  for (auto && pixel : itk::ImageBufferRange<ColorImageType>(*color))
  {
    pixel.Set(*level, static_cast<unsigned char>(*level / 2), static_cast<unsigned char>(*level / 3));
    ++level;
  }
  return color;
}

/** Cost of the hand-over between ITK's buffer and a tensor on the CPU, on the scale of a small native filter. */
void
CompareWithMedian(int pairs, const GrayImageType * gray, ColorImageType * color)
{
  const auto median = itk::MedianImageFilter<GrayImageType, GrayImageType>::New();
  median->SetInput(gray);
  median->SetRadius(1);
  const auto runMedian = [&median]
  {
    median->Modified();
    median->Update();
  };
  const std::string peer = "itk::MedianImageFilter, radius 1, one of the three channels";

  itk::Benchmark::Row input{ "image as tensor", "2048x2048 RGB uint8", peer, {}, {}, false };
  itk::TorchTensor    tensor;
  itk::Benchmark::Alternate(
    input,
    pairs,
    [&] { tensor = itk::GetTorchTensor(color, color->GetBufferedRegion(), itk::TorchDevice::CPU()); },
    runMedian);
  input.IsEqual = tensor.GetPointer() == color->GetBufferPointer();
  itk::Benchmark::Write(input);

  itk::Benchmark::Row output{ "tensor as image", "2048x2048 RGB uint8", peer, {}, {}, false };
  const auto          image = itk::TorchImage<ColorImageType>::New();
  image->SetRegions(color->GetBufferedRegion());
  itk::Benchmark::Alternate(
    output, pairs, [&] { image->SetTensor(tensor); }, runMedian);
  output.IsEqual = static_cast<void *>(image->GetBufferPointer()) == tensor.GetPointer();
  itk::Benchmark::Write(output);
}

void
CompareWithMemcpy(int pairs, const ColorImageType * color)
{
  itk::Benchmark::Row row{ "upload and download, staged device",
                           "2048x2048 RGB uint8",
                           "memcpy to new memory and back to new memory",
                           {},
                           {},
                           false };
  const auto          tensor = itk::GetTorchTensor(color, color->GetBufferedRegion(), itk::TorchDevice::CPU());
  const std::size_t   bytes = tensor.GetNumberOfBytes();
  itk::TorchTensor    back;
  itk::Benchmark::Alternate(
    row,
    pairs,
    [&] { back = tensor.To("staged").To(itk::TorchDevice::CPU()); },
    [&]
    {
      const std::unique_ptr<char[]> there(new char[bytes]);
      const std::unique_ptr<char[]> here(new char[bytes]);
      std::memcpy(there.get(), tensor.GetPointer(), bytes);
      std::memcpy(here.get(), there.get(), bytes);
      volatile char kept = here[bytes / 2];
      static_cast<void>(kept);
    });
  row.IsEqual =
    back.GetPointer() != tensor.GetPointer() && std::memcmp(back.GetPointer(), tensor.GetPointer(), bytes) == 0;
  itk::Benchmark::Write(row);
}
/** Its input. */
class CopyFilter : public itk::TorchImageToImageFilter<ColorImageType, ColorImageType>
{
public:
  using Self = CopyFilter;
  using Pointer = itk::SmartPointer<Self>;
  itkNewMacro(Self);

protected:
  itk::TorchTensor
  GenerateTensor(const itk::TorchTensor & input) override
  {
    return input.Clone();
  }
};

/** What it costs that the images in the middle of a chain of three filters can be read after its Update(). */
void
CompareWithKeptIntermediates(int pairs, const ColorImageType * color, const std::string & device)
{
  const bool          isStaged = device == "staged";
  itk::Benchmark::Row row{ isStaged ? "intermediates to the host, staged device" : "CUDA: intermediates to the host",
                           "2048x2048 RGB uint8",
                           "chain of three copies with KeepIntermediatesOnDeviceOn()",
                           {},
                           {},
                           false };
  const auto makeChain = [&](bool isKept)
  {
    std::vector<CopyFilter::Pointer> chain;
    for (int i = 0; i < 3; ++i)
    {
      const auto filter = CopyFilter::New();
      filter->SetDevice(device);
      filter->SetKeepIntermediatesOnDevice(isKept);
      filter->SetInput(i == 0 ? color : chain.back()->GetOutput());
      chain.push_back(filter);
    }
    return chain;
  };
  const auto run = [](const std::vector<CopyFilter::Pointer> & chain)
  {
    chain.front()->Modified();
    chain.back()->Update();
  };
  const auto ours = makeChain(false);
  const auto kept = makeChain(true);
  itk::Benchmark::Alternate(
    row, pairs, [&] { run(ours); }, [&] { run(kept); });
  const std::size_t bytes = color->GetPixelContainer()->Size() * sizeof(ColorImageType::PixelType);
  row.IsEqual =
    std::memcmp(ours.front()->GetOutput()->GetPixelContainer()->GetBufferPointer(), color->GetBufferPointer(), bytes) ==
      0 &&
    std::memcmp(kept.back()->GetOutput()->GetBufferPointer(), color->GetBufferPointer(), bytes) == 0;
  itk::Benchmark::Write(row);
}
} // namespace

int
main(int argc, char * argv[])
{
  const int  pairs = itk::Benchmark::GetPairs(argc, argv);
  const auto gray = MakeGrayImage();
  const auto color = MakeColorImage(gray);
  CompareWithMedian(pairs, gray, color);
  CompareWithMemcpy(pairs, color);
  CompareWithKeptIntermediates(pairs, color, "staged");
  if (itk::TorchDevice::IsCUDAAvailable())
  {
    CompareWithKeptIntermediates(pairs, color, "cuda");
  }
}
