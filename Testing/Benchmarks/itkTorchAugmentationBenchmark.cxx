// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchBenchmark.h"

#include "itkRandomAugmentationImageFilter.h"
#include "itkTorchRandom.h"
#include "itkTorchRuntime.h"
#include "itkBSplineDecompositionImageFilter.h"
#include "itkBSplineTransform.h"
#include "itkImageRegionIteratorWithIndex.h"
#include "itkNearestNeighborInterpolateImageFunction.h"
#include "itkResampleImageFilter.h"
#include "itkTransformToDisplacementFieldFilter.h"
#include "itkVector.h"
#include "itkWarpImageFilter.h"
#include <cmath>
#include <fstream>

namespace
{
using itk::Benchmark::Row;

template <unsigned int D>
using ImageType = itk::Image<float, D>;
template <unsigned int D>
using LabelType = itk::Image<unsigned short, D>;
template <unsigned int D>
using Filter = itk::RandomAugmentationImageFilter<ImageType<D>>;
template <unsigned int D>
using FieldType = itk::Image<itk::Vector<float, D>, D>;

/** A smooth image with some noise, and labels in blocks. */
template <unsigned int D>
struct Pair
{
  typename ImageType<D>::Pointer Image{ ImageType<D>::New() };
  typename LabelType<D>::Pointer Labels{ LabelType<D>::New() };

  explicit Pair(itk::SizeValueType edge)
  {
    typename ImageType<D>::SizeType size;
    size.Fill(edge);
    Image->SetRegions(size);
    Labels->SetRegions(size);
    Image->Allocate();
    Labels->Allocate();
    itk::TorchRandom                                random(edge);
    itk::ImageRegionIteratorWithIndex<ImageType<D>> it(Image, Image->GetLargestPossibleRegion());
    for (; !it.IsAtEnd(); ++it)
    {
      double         value = 100.0;
      unsigned short label = 0;
      for (unsigned int axis = 0; axis < D; ++axis)
      {
        value += 40.0 * std::sin(0.05 * (axis + 1.0) * static_cast<double>(it.GetIndex()[axis]));
        label = static_cast<unsigned short>(label * 31 + it.GetIndex()[axis] / 24 % 31);
      }
      it.Set(static_cast<float>(value + random.Uniform(0.0, 10.0)));
      Labels->SetPixel(it.GetIndex(), label);
    }
  }
};

/** A 3 × 3 (× 3) grid of displacements of deviation 10 pixels, and nothing else. */
itk::RandomAugmentationParameters
ElasticOnly(itk::SamplingPaddingMode fill)
{
  itk::RandomAugmentationParameters parameters;
  parameters.ElasticProbability = 1.0;
  parameters.PaddingMode = fill;
  return parameters;
}

template <unsigned int D>
typename Filter<D>::Pointer
MakeFilter(const Pair<D> & pair, const itk::RandomAugmentationParameters & parameters)
{
  auto filter = Filter<D>::New();
  filter->SetInput(pair.Image);
  filter->SetLabels(pair.Labels);
  filter->SetDevice("cpu");
  filter->SetParameters(parameters);
  filter->SetSeed(1);
  return filter;
}

void
Run(itk::ProcessObject * filter)
{
  filter->Modified();
  filter->Update();
}

/** ITK's B-spline transform through the displacements of a record's nodes. */
itk::BSplineTransform<double, 2, 3>::Pointer
MakeTransform(const itk::RandomAugmentationRecord & record)
{
  using TransformType = itk::BSplineTransform<double, 2, 3>;
  using NodeImage = itk::Image<double, 2>;
  auto                                  transform = TransformType::New();
  TransformType::PhysicalDimensionsType extent;
  TransformType::MeshSizeType           mesh;
  for (unsigned int axis = 0; axis < 2; ++axis)
  {
    extent[axis] = static_cast<double>(record.InputSize[axis] - 1);
    mesh[axis] = static_cast<itk::SizeValueType>(record.ElasticGrid[axis] - 1);
  }
  transform->SetTransformDomainPhysicalDimensions(extent);
  transform->SetTransformDomainMeshSize(mesh);
  const auto nodes = record.ElasticGrid[0];
  for (unsigned int component = 0; component < 2; ++component)
  {
    auto values = NodeImage::New();
    values->SetRegions(
      NodeImage::SizeType{ { static_cast<itk::SizeValueType>(nodes), static_cast<itk::SizeValueType>(nodes) } });
    values->Allocate();
    std::copy_n(record.ElasticNodes.data() + component * nodes * nodes, nodes * nodes, values->GetBufferPointer());
    auto decomposition = itk::BSplineDecompositionImageFilter<NodeImage, NodeImage>::New();
    decomposition->SetInput(values);
    decomposition->Update();
    auto       coefficients = transform->GetCoefficientImages()[component];
    const auto mirror = [nodes](itk::IndexValueType i) { return i < 0 ? -i : i >= nodes ? 2 * nodes - 2 - i : i; };
    for (itk::ImageRegionIteratorWithIndex<NodeImage> it(coefficients, coefficients->GetLargestPossibleRegion());
         !it.IsAtEnd();
         ++it)
    {
      it.Set(decomposition->GetOutput()->GetPixel({ { mirror(it.GetIndex()[0] - 1), mirror(it.GetIndex()[1] - 1) } }));
    }
  }
  return transform;
}

/** Whether images and labels agree but for the pixels whose place lies within rounding of a border, of the image or of
 * two labels: at most one in 500. */
template <unsigned int D>
bool
AreEqual(Filter<D> * ours, const ImageType<D> * image, const LabelType<D> * labels)
{
  const auto  pixels = image->GetLargestPossibleRegion().GetNumberOfPixels();
  std::size_t differing = 0;
  for (std::size_t i = 0; i < pixels; ++i)
  {
    const bool isEqual = std::abs(ours->GetOutput()->GetBufferPointer()[i] - image->GetBufferPointer()[i]) <= 2e-2f &&
                         ours->GetAugmentedLabels()->GetBufferPointer()[i] == labels->GetBufferPointer()[i];
    differing += isEqual ? 0 : 1;
  }
  return differing * 500 <= pixels;
}

void
CompareWithResample(int pairs, const Pair<2> & pair)
{
  const auto ours = MakeFilter(pair, ElasticOnly(itk::SamplingPaddingMode::Constant));
  ours->Update();
  const auto transform = MakeTransform(itk::RandomAugmentationRecord::FromJson(ours->GetRecord()));
  auto       image = itk::ResampleImageFilter<ImageType<2>, ImageType<2>>::New();
  auto       labels = itk::ResampleImageFilter<LabelType<2>, LabelType<2>>::New();
  image->SetInput(pair.Image);
  labels->SetInput(pair.Labels);
  image->SetTransform(transform);
  labels->SetTransform(transform);
  image->SetUseReferenceImage(true);
  labels->SetUseReferenceImage(true);
  image->SetReferenceImage(pair.Image);
  labels->SetReferenceImage(pair.Image);
  labels->SetInterpolator(itk::NearestNeighborInterpolateImageFunction<LabelType<2>, double>::New());
  Row row{ "image and labels", "2048x2048", "itk::BSplineTransform and two itk::ResampleImageFilter", {}, {}, false };
  itk::Benchmark::Alternate(
    row,
    pairs,
    [&] { Run(ours); },
    [&]
    {
      Run(image);
      Run(labels);
    });
  row.IsEqual = AreEqual<2>(ours, image->GetOutput(), labels->GetOutput());
  itk::Benchmark::Write(row);
}

/** The peer makes the displacement field of the same B-splines once for both, or gets it for nothing. */
void
CompareWithWarp(int pairs, const Pair<2> & pair)
{
  const auto ours = MakeFilter(pair, ElasticOnly(itk::SamplingPaddingMode::Constant));
  ours->Update();
  auto field = itk::TransformToDisplacementFieldFilter<FieldType<2>, double>::New();
  field->SetTransform(MakeTransform(itk::RandomAugmentationRecord::FromJson(ours->GetRecord())));
  field->UseReferenceImageOn();
  field->SetReferenceImage(pair.Image);
  field->Update();
  auto image = itk::WarpImageFilter<ImageType<2>, ImageType<2>, FieldType<2>>::New();
  auto labels = itk::WarpImageFilter<LabelType<2>, LabelType<2>, FieldType<2>>::New();
  image->SetInput(pair.Image);
  labels->SetInput(pair.Labels);
  image->SetDisplacementField(field->GetOutput());
  labels->SetDisplacementField(field->GetOutput());
  image->SetOutputParametersFromImage(pair.Image);
  labels->SetOutputParametersFromImage(pair.Image);
  labels->SetInterpolator(itk::NearestNeighborInterpolateImageFunction<LabelType<2>, double>::New());
  const auto compare = [&](const char * operation, const char * peer, bool makesField)
  {
    Row row{ operation, "2048x2048", peer, {}, {}, false };
    itk::Benchmark::Alternate(
      row,
      pairs,
      [&] { Run(ours); },
      [&]
      {
        if (makesField)
        {
          Run(field);
        }
        Run(image);
        Run(labels);
      });
    row.IsEqual = AreEqual<2>(ours, image->GetOutput(), labels->GetOutput());
    itk::Benchmark::Write(row);
  };
  compare("beside Warp", "itk::TransformToDisplacementFieldFilter and two itk::WarpImageFilter", true);
  compare("beside Warp, field given", "two itk::WarpImageFilter", false);
}

void
ComparePerPixel(int pairs, const Pair<2> & pair)
{
  const auto ours = MakeFilter(pair, ElasticOnly(itk::SamplingPaddingMode::Reflect));
  Row        row{ "per pixel", "2048x2048", "12 ns for each pixel", {}, {}, true };
  itk::Benchmark::Alternate(
    row, pairs, [&] { Run(ours); }, [] {});
  std::fill(row.Peers.begin(), row.Peers.end(), 12e-9 * 2048 * 2048);
  itk::Benchmark::Write(row);
}

/** Both for each output pixel: a crop of a quarter, turned by 20 degrees, magnified and sheared, beside the whole
 * image. */
void
CompareAffine(int pairs, const Pair<2> & pair)
{
  const auto elastic = MakeFilter(pair, ElasticOnly(itk::SamplingPaddingMode::Reflect));
  auto       parameters = ElasticOnly(itk::SamplingPaddingMode::Reflect);
  parameters.CropSize = { 1024.0 };
  parameters.RotationProbability = parameters.ZoomProbability = parameters.ShearProbability =
    parameters.TranslationProbability = 1.0;
  parameters.Rotation = { 20.0, 20.0 };
  parameters.Zoom = { 0.9, 0.9 };
  const auto all = MakeFilter(pair, parameters);
  Row        row{ "affine, elastic and crop", "1024x1024 of 2048x2048", "elastic alone, for each pixel", {}, {}, true };
  itk::Benchmark::Alternate(
    row, pairs, [&] { Run(all); }, [&] { Run(elastic); });
  for (double & seconds : row.Peers)
  {
    seconds /= 4.0;
  }
  itk::Benchmark::Write(row);
}

/** A batch that is on the GPU, draws included; only where there is one. */
void
CompareBatchOnGpu(int pairs)
{
  if (!itk::TorchDevice::IsCUDAAvailable())
  {
    return;
  }
  constexpr std::uint32_t count = 16;
  const itk::TorchDevice  device("cuda");
  const Pair<2>           pair(512);
  itk::AugmentationImages images;
  images.Image =
    itk::TorchTensor::FromPixels(pair.Image->GetBufferPointer(), itk::TorchComponentType::Float32, { 512, 512 }, 1)
      .To(device);
  images.Label =
    itk::TorchTensor::FromPixels(pair.Labels->GetBufferPointer(), itk::TorchComponentType::UInt16, { 512, 512 }, 1)
      .To(device);
  const std::vector<itk::AugmentationImages> samples(count, images);
  const auto                                 parameters = ElasticOnly(itk::SamplingPaddingMode::Reflect);
  std::uint32_t                              epoch = 0;
  const auto                                 run = [&]
  {
    std::vector<itk::RandomAugmentationRecord> records;
    for (std::uint32_t sample = 0; sample < count; ++sample)
    {
      records.push_back(itk::RandomAugmentation::Draw(parameters, images, { 1.0, 1.0 }, { 1, epoch, sample }));
    }
    ++epoch;
    const auto results = itk::RandomAugmentation::Apply(records, samples, device);
    // Waits for the GPU.
    results.back().Label.Crop({ 0, 0 }, { 1, 1 }).To("cpu");
  };
  Row row{ "CUDA: batch of 16 pairs", "512x512", "1 ms", {}, {}, true };
  itk::Benchmark::Alternate(row, pairs, run, [] {});
  std::fill(row.Peers.begin(), row.Peers.end(), 1e-3);
  itk::Benchmark::Write(row);
}

template <typename TPixel>
void
WriteRaw(const std::string & file, const TPixel * pixels, std::size_t count)
{
  std::ofstream(file, std::ios::binary)
    .write(reinterpret_cast<const char *>(pixels), static_cast<std::streamsize>(count * sizeof(TPixel)));
}

/** For peers in Python: writes image, labels, nodes and the results to `folder`, then runs once for each line that it
 * reads and answers with the seconds. */
template <unsigned int D>
int
Serve(const std::string & folder, itk::SizeValueType edge)
{
  const Pair<D> pair(edge);
  const auto    filter = MakeFilter(pair, ElasticOnly(itk::SamplingPaddingMode::Mirror));
  filter->Update();
  const auto        record = itk::RandomAugmentationRecord::FromJson(filter->GetRecord());
  const std::size_t pixels = pair.Image->GetLargestPossibleRegion().GetNumberOfPixels();
  WriteRaw(folder + "/image.raw", pair.Image->GetBufferPointer(), pixels);
  WriteRaw(folder + "/labels.raw", pair.Labels->GetBufferPointer(), pixels);
  WriteRaw(folder + "/nodes.raw", record.ElasticNodes.data(), record.ElasticNodes.size());
  WriteRaw(folder + "/deformed-image.raw", filter->GetOutput()->GetBufferPointer(), pixels);
  WriteRaw(folder + "/deformed-labels.raw", filter->GetAugmentedLabels()->GetBufferPointer(), pixels);
  std::cout << "ready" << std::endl;
  for (std::string line; std::getline(std::cin, line);)
  {
    std::cout << itk::Benchmark::Seconds([&] { Run(filter); }) << std::endl;
  }
  return 0;
}
} // namespace

int
main(int argc, char * argv[])
{
  itk::TorchRuntime::KeepFreedMemory();
  itk::TorchRuntime::SetNumberOfThreads(1);
  if (argc == 5 && std::string(argv[1]) == "--serve")
  {
    const auto edge = static_cast<itk::SizeValueType>(std::stoul(argv[4]));
    return std::string(argv[2]) == "3" ? Serve<3>(argv[3], edge) : Serve<2>(argv[3], edge);
  }
  const int     pairs = itk::Benchmark::GetPairs(argc, argv);
  const Pair<2> pair(2048);
  CompareWithResample(pairs, pair);
  CompareWithWarp(pairs, pair);
  ComparePerPixel(pairs, pair);
  CompareAffine(pairs, pair);
  CompareBatchOnGpu(pairs);
}
