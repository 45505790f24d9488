// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Images.h"
#include "Networks.h"
#include "TestImages.h"
#include "itkTorchTensorAccess.h"
#include "itkUNetModelReader.h"
#include "itkUNetModelWriter.h"
#include "itkUNetTrainingImageFilter.h"
#include <filesystem>
#include <fstream>
#include <limits>

/** Training and its model: the prediction, weights that are no numbers, files. */

namespace client
{
namespace
{
template <unsigned int D>
using ImageOf = itk::Image<float, D>;
template <unsigned int D>
using Probabilities = itk::VectorImage<float, D>;
template <unsigned int D>
using TrainingOf = itk::UNetTrainingImageFilter<ImageOf<D>, Probabilities<D>>;
template <unsigned int D>
using InferenceOf = itk::UNetInferenceImageFilter<ImageOf<D>, Probabilities<D>>;

template <unsigned int D>
typename TrainingOf<D>::Pointer
MakeTraining(const std::string & device, itk::UNetNormalization normalization = itk::UNetNormalization::Batch)
{
  auto data = itk::UNetTrainingData::New();
  data->SetDimension(D);
  data->AddPair(MakeIntensities<ImageOf<D>>().GetPointer(), MakeLabels<itk::Image<unsigned short, D>>().GetPointer());
  auto filter = TrainingOf<D>::New();
  filter->SetDevice(device);
  filter->SetTrainingData(data);
  auto specification = SmallSpecification(D, 1, 2);
  specification.BaseFilters = 8;
  specification.Normalization = normalization;
  filter->SetSpecification(specification);
  filter->SetEpochs(3);
  filter->SetBatchSize(1);
  filter->SetCropSize(8);
  filter->SetInput(MakeIntensities<ImageOf<D>>());
  return filter;
}

template <unsigned int D>
void
PredictsAsInferenceDoes()
{
  for (const std::string device : { "cpu", "staged" })
  {
    for (const auto normalization :
         { itk::UNetNormalization::None, itk::UNetNormalization::Batch, itk::UNetNormalization::Instance })
    {
      // A shown image of other pixels than the training's is resampled.
      for (const double factor : { 1.0, 1.7 })
      {
        const auto image = MakeIntensities<ImageOf<D>>();
        image->SetSpacing(image->GetSpacing() * factor);
        const auto training = MakeTraining<D>(device, normalization);
        training->SetInput(image);
        training->Update();
        const auto inference = InferenceOf<D>::New();
        inference->SetDevice(device);
        inference->SetInput(image);
        inference->SetModel(training->GetModel());
        inference->Update();
        VERIFY(Same(Read(training->GetOutput()), Read(inference->GetOutput())))
          << device << ", " << D << "D, normalization " << static_cast<int>(normalization) << ", " << factor;
        // A part of it.
        const auto part = MakeTraining<D>(device, normalization);
        part->SetInput(image);
        RequestMiddle(part->GetOutput());
        RequestMiddle(inference->GetOutput());
        inference->Modified();
        VERIFY(Works(
          [&]
          {
            part->GetOutput()->Update();
            inference->GetOutput()->Update();
            const auto ofTraining = Read(part->GetOutput());
            const auto ofInference = Read(inference->GetOutput());
            VERIFY(SameValues((ofTraining.Size == ofInference.Size ? ofTraining : MiddleOf(ofTraining)).Values,
                              ofInference.Values,
                              1e-5));
          }))
          << device << ", " << D << "D, normalization " << static_cast<int>(normalization) << ", " << factor
          << ", part";
      }
    }
  }
}

/** With another number in its first weight. */
itk::UNetModel::Pointer
ModelWith(float number)
{
  auto model = SmallModel(2, 1, 2);
  auto weights = model->GetWeights();
  auto tensor = itk::GetATensor(weights.begin()->second).clone();
  tensor.view({ -1 }).narrow(0, 0, 1).fill_(number);
  weights.begin()->second = itk::MakeTorchTensor(tensor, itk::TorchDevice::CPU());
  model->SetWeights(weights);
  return model;
}

std::string
TemporaryFile(const std::string & name)
{
  return (std::filesystem::temp_directory_path() / ("itktorch-client-" + name)).string();
}
} // namespace

TEST(Training, PredictsAsInferenceDoesInAnImage)
{
  PredictsAsInferenceDoes<2>();
}

TEST(Training, PredictsAsInferenceDoesInAVolume)
{
  PredictsAsInferenceDoes<3>();
}

TEST(Training, ThatDivergesSaysSo)
{
  const auto file = TemporaryFile("diverged.safetensors");
  for (const auto & [rate, epochs] :
       std::initializer_list<std::pair<double, unsigned int>>{ { 1e30, 20 }, { 1e300, 1 } })
  {
    const auto training = MakeTraining<2>("cpu", itk::UNetNormalization::None);
    const auto writer = itk::UNetModelWriter::New();
    writer->SetFileName(file);
    writer->SetInput(SmallModel(2, 1, 2));
    writer->Update();
    const auto size = std::filesystem::file_size(file);
    training->SetLearningRate(rate);
    training->SetEpochs(epochs);
    VERIFY(SaysOneSentence([&] { training->Update(); })) << "a learning rate of " << rate;
    // A good model is not replaced by none.
    writer->SetInput(training->GetModel());
    VERIFY(SaysOneSentence([&] { writer->Update(); })) << "a learning rate of " << rate;
    VERIFY(std::filesystem::exists(file) && std::filesystem::file_size(file) == size);
    training->SetLearningRate(1e-3);
    training->SetEpochs(1);
    VERIFY(Works([&] { training->Update(); })) << "after a learning rate of " << rate;
  }
  std::filesystem::remove(file);
}

TEST(Training, WeightsThatAreNotFiniteAreNotWritten)
{
  const auto file = TemporaryFile("not-finite.safetensors");
  for (const float number : { std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity() })
  {
    std::filesystem::remove(file);
    const auto writer = itk::UNetModelWriter::New();
    writer->SetFileName(file);
    writer->SetInput(ModelWith(number));
    VERIFY(SaysOneSentence([&] { writer->Update(); })) << number;
    VERIFY(!std::filesystem::exists(file)) << number;
    writer->SetInput(ModelWith(1.0f));
    VERIFY(Works([&] { writer->Update(); })) << number;
    VERIFY(std::filesystem::exists(file)) << number;
  }
  std::filesystem::remove(file);
}

TEST(Training, WeightsThatAreNotFiniteAreNotRead)
{
  const auto file = TemporaryFile("broken.safetensors");
  const auto writer = itk::UNetModelWriter::New();
  writer->SetFileName(file);
  // A weight with bytes that can be found again in the file.
  const float mark = 12345.678f;
  writer->SetInput(ModelWith(mark));
  writer->Update();
  std::string bytes;
  {
    std::ifstream stream(file, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(stream), {});
  }
  const auto place = bytes.find(std::string(reinterpret_cast<const char *>(&mark), sizeof(mark)));
  ASSERT_NE(place, std::string::npos);
  for (const float number : { std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity() })
  {
    bytes.replace(place, sizeof(number), reinterpret_cast<const char *>(&number), sizeof(number));
    std::ofstream(file, std::ios::binary) << bytes;
    const auto reader = itk::UNetModelReader::New();
    reader->SetFileName(file);
    VERIFY(SaysOneSentence([&] { reader->Update(); })) << number;
  }
  std::filesystem::remove(file);
}

TEST(Training, ItsModelGoesThroughAFileAndBackWithTheSamePredictions)
{
  const auto file = TemporaryFile("trained.safetensors");
  const auto training = MakeTraining<2>("cpu");
  const auto writer = itk::UNetModelWriter::New();
  writer->SetFileName(file);
  writer->SetInput(training->GetModel());
  writer->Update();
  const auto history = training->GetHistory().size();
  VERIFY(history == 3) << history;
  const auto reader = itk::UNetModelReader::New();
  reader->SetFileName(file);
  const auto fromFile = InferenceOf<2>::New();
  const auto fromMemory = InferenceOf<2>::New();
  for (const auto & inference : { fromFile, fromMemory })
  {
    inference->SetDevice("cpu");
    inference->SetInput(training->GetInput());
  }
  fromFile->SetModel(reader->GetOutput());
  fromMemory->SetModel(training->GetModel());
  fromFile->Update();
  fromMemory->Update();
  VERIFY(Same(Read(fromFile->GetOutput()), Read(fromMemory->GetOutput())));
  // From a model that was trained, on.
  const auto more = MakeTraining<2>("cpu");
  more->SetInitialModel(reader->GetOutput());
  VERIFY(Works([&] { more->Update(); }));
  std::filesystem::remove(file);
}

/** What is lost of a model file ends its reading, not the process. */
TEST(Training, ShortenedModelFilesAreErrors)
{
  const auto file = TemporaryFile("short.safetensors");
  const auto writer = itk::UNetModelWriter::New();
  writer->SetFileName(file);
  writer->SetInput(SmallModel(2, 1, 2));
  writer->Update();
  const auto size = std::filesystem::file_size(file);
  for (const auto left : { std::uintmax_t{ 0 }, std::uintmax_t{ 7 }, std::uintmax_t{ 100 }, size / 2, size - 1 })
  {
    writer->Update();
    std::filesystem::resize_file(file, left);
    const auto reader = itk::UNetModelReader::New();
    reader->SetFileName(file);
    VERIFY(SaysOneSentence([&] { reader->Update(); })) << left << " of " << size << " bytes";
  }
  std::filesystem::remove(file);
}
} // namespace client
