// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetBatchLoader.h"
#include "itkImageFileWriter.h"
#include "itkUNetTrainingTestHelpers.h"
#include <filesystem>
#include <limits>

using itk::UNetBatchLoader;
using itk::UNetSampler;
using itk::UNetSamples;
using itk::UNetTrainingData;
using itk::UNetTrainingParameters;
using namespace itk::Test;

namespace
{
const auto noProgress = [](double) {};

/** Nothing is kept, so that each batch reads its images. */
UNetTrainingParameters
MakeParameters(unsigned int epochs = 3)
{
  UNetTrainingParameters parameters;
  parameters.Epochs = epochs;
  parameters.BatchSize = 2;
  parameters.CropSize = 16;
  parameters.LearningRate = 0.01;
  parameters.MaximumCacheSize = 0;
  parameters.Augmentation = itk::RandomAugmentationParameters::FromPreset(itk::RandomAugmentationPreset::Nuclei);
  return parameters;
}

template <typename TImage>
void
WriteImage(const TImage * image, const std::string & fileName)
{
  auto writer = itk::ImageFileWriter<TImage>::New();
  writer->SetInput(image);
  writer->SetFileName(fileName);
  writer->Update();
}

/** The pairs of MakeData() in files. */
UNetTrainingData::Pointer
WriteData(const TemporaryFolder & folder, unsigned int count)
{
  auto data = UNetTrainingData::New();
  for (unsigned int number = 0; number < count; ++number)
  {
    const auto [image, label] = MakePair<2>(24, number);
    const std::string name = folder.File(std::to_string(number));
    WriteImage(image.GetPointer(), name + ".mha");
    WriteImage(label.GetPointer(), name + "-label.mha");
    data->AddPairOfFiles(name + ".mha", name + "-label.mha");
  }
  return data;
}

void
ExpectSameBatch(const itk::UNetBatch & a, const itk::UNetBatch & b)
{
  EXPECT_TRUE(a.Image.equal(b.Image));
  EXPECT_TRUE(a.Target.equal(b.Target));
}
} // namespace

TEST(UNetBatchLoader, AnErrorOfChoosingCropsIsThrownWhereTheBatchIsAskedFor)
{
  auto parameters = MakeParameters();
  // An epoch whose order does not fit into any memory.
  parameters.StepsPerEpoch = std::numeric_limits<unsigned int>::max();
  parameters.BatchSize = 4096;
  parameters.AccumulatedBatches = 4096;
  const auto        data = MakeData<2>(24, 2);
  const auto        model = MakeModel(SmallSpecification());
  UNetSamples       samples(*model, *data, parameters, "cpu");
  const UNetSampler sampler(*data, parameters);
  samples.Verify(noProgress);
  for (const unsigned int threads : { 0, 1, 3 })
  {
    UNetBatchLoader loader(samples, sampler, threads);
    loader.Start(0, 0, 1);
    EXPECT_ANY_THROW(loader.GetNext()) << threads;
    EXPECT_ANY_THROW(loader.GetNext()) << threads;
  }
}

TEST(UNetBatchLoader, BatchesComeInTheirOrderFromAnyPlaceAndForAnyNumberOfThreads)
{
  auto parameters = MakeParameters();
  parameters.AccumulatedBatches = 2;
  const auto        data = MakeData<2>(24, 7);
  const auto        model = MakeModel(SmallSpecification());
  UNetSamples       samples(*model, *data, parameters, "cpu");
  const UNetSampler sampler(*data, parameters);
  samples.Verify(noProgress);
  ASSERT_EQ(sampler.GetStepsPerEpoch(), 2u);
  for (const unsigned int threads : { 0, 1, 3 })
  {
    UNetBatchLoader loader(samples, sampler, threads);
    // The second start leaves batches that nobody asked for.
    for (const auto & [firstEpoch, firstStep] : { std::pair(0u, 0u), std::pair(1u, 1u) })
    {
      loader.Start(firstEpoch, firstStep, parameters.Epochs);
      for (unsigned int epoch = firstEpoch; epoch < 2; ++epoch)
      {
        for (std::uint64_t step = epoch == firstEpoch ? firstStep : 0; step < 2; ++step)
        {
          for (const auto & crops : sampler.GetBatches(epoch, step))
          {
            ExpectSameBatch(loader.GetNext(), samples.MakeBatch(crops, epoch));
          }
        }
      }
    }
  }
}

TEST(UNetBatchLoader, AnExceptionComesWithItsBatchAndThoseAfterItAreMade)
{
  const TemporaryFolder folder;
  const auto            data = WriteData(folder, 5);
  const auto            model = MakeModel(SmallSpecification());
  const auto            parameters = MakeParameters();
  UNetSamples           samples(*model, *data, parameters, "cpu");
  const UNetSampler     sampler(*data, parameters);
  samples.Verify(noProgress);
  std::filesystem::remove(folder.File("3.mha"));
  for (const unsigned int threads : { 0, 1, 3 })
  {
    UNetBatchLoader loader(samples, sampler, threads);
    loader.Start(0, 0, parameters.Epochs);
    int failed = 0;
    for (unsigned int epoch = 0; epoch < parameters.Epochs; ++epoch)
    {
      for (std::uint64_t step = 0; step < sampler.GetStepsPerEpoch(); ++step)
      {
        const auto crops = sampler.GetBatches(epoch, step).front();
        const bool isBad = std::any_of(crops.begin(), crops.end(), [](const auto & crop) { return crop.Pair == 3; });
        const auto message = MessageOf([&] { loader.GetNext(); });
        EXPECT_EQ(message.empty(), !isBad) << message;
        if (isBad)
        {
          ExpectContains(message, "3.mha: there is no such file.");
          ++failed;
        }
      }
    }
    EXPECT_EQ(failed, 3) << "once in each epoch";
  }
}

TEST(UNetBatchLoader, CanBeDestroyedWhileBatchesAreMadeAndAfterAnException)
{
  const TemporaryFolder folder;
  const auto            data = WriteData(folder, 3);
  const auto            model = MakeModel(SmallSpecification());
  const auto            parameters = MakeParameters(1000);
  UNetSamples           samples(*model, *data, parameters, "cpu");
  const UNetSampler     sampler(*data, parameters);
  samples.Verify(noProgress);
  for (int taken = 0; taken < 12; ++taken)
  {
    UNetBatchLoader loader(samples, sampler, 3);
    loader.Start(0, 0, parameters.Epochs);
    if (taken % 2 == 0)
    {
      loader.Start(1, 1, parameters.Epochs);
    }
    for (int i = 0; i < taken / 2; ++i)
    {
      EXPECT_EQ(loader.GetNext().Image.size(1), 1);
    }
  }
  for (const char * const name : { "0.mha", "1.mha", "2.mha" })
  {
    std::filesystem::remove(folder.File(name));
  }
  UNetBatchLoader loader(samples, sampler, 3);
  loader.Start(0, 0, parameters.Epochs);
  EXPECT_THROW(loader.GetNext(), itk::ExceptionObject);
}

TEST(UNetBatchLoader, BeyondTheLastEpochThereIsNoBatch)
{
  const auto        data = MakeData<2>(24, 2);
  const auto        model = MakeModel(SmallSpecification());
  const auto        parameters = MakeParameters(2);
  UNetSamples       samples(*model, *data, parameters, "cpu");
  const UNetSampler sampler(*data, parameters);
  samples.Verify(noProgress);
  for (const unsigned int threads : { 0, 2 })
  {
    UNetBatchLoader loader(samples, sampler, threads);
    loader.Start(0, 0, 2);
    loader.GetNext();
    loader.GetNext();
    ExpectContains(MessageOf([&] { loader.GetNext(); }), "There is no batch after the last epoch, which is epoch 2.");
  }
}

TEST(UNetBatchLoader, FilesWithThreadsAndWithoutACacheGiveTheWeightsOfPairsInMemory)
{
  const TemporaryFolder folder;
  const auto            train = [](const UNetTrainingData * data, unsigned int threads, unsigned int cache)
  {
    const auto filter = MakeFilter<2>("cpu", 3);
    filter->SetTrainingData(data);
    filter->SetValidationData(data);
    filter->SetAugmentation(itk::RandomAugmentationPreset::Nuclei);
    filter->SetLoaderThreads(threads);
    filter->SetMaximumCacheSize(cache);
    filter->GetModel()->Update();
    return filter;
  };
  const auto files = train(WriteData(folder, 7), 3, 0);
  const auto memory = train(MakeData<2>(24, 7), 0, 2048);
  ExpectSameWeights(files->GetModel(), memory->GetModel());
  ExpectSameWeights(files->GetBestModel(), memory->GetBestModel());
  EXPECT_EQ(files->GetState()->GetDataDigest().size(), 16u);
}

TEST(UNetTrainingErrors, AFileThatVanishesDuringTheTrainingEndsItAtAWholeStep)
{
  const TemporaryFolder folder;
  for (const unsigned int threads : { 0, 3 })
  {
    const auto filter = MakeFilter<2>("cpu", 1000);
    filter->SetTrainingData(WriteData(folder, 4));
    filter->SetMaximumCacheSize(0);
    filter->SetLoaderThreads(threads);
    std::uint64_t steps = 0;
    filter->AddObserver(itk::UNetTrainingStepEvent(),
                        [&](const itk::EventObject &)
                        {
                          ++steps;
                          if (steps == 3)
                          {
                            std::filesystem::remove(folder.File("2.mha"));
                          }
                        });
    ExpectContains(MessageOf([&] { filter->GetModel()->Update(); }), "2.mha: there is no such file.");
    EXPECT_GE(steps, 3u);
    EXPECT_LT(steps, 20u);
    const auto state = filter->GetState();
    EXPECT_EQ(state->GetPosition().Step, steps);
    EXPECT_EQ(state->GetPosition().Epoch, steps / 2);
    EXPECT_EQ(state->GetHistory().size(), steps / 2);
    EXPECT_EQ(MessageOf([&] { state->Verify(); }), "");
    ExpectSameWeights(filter->GetModel(), state->GetModel());
  }
}
