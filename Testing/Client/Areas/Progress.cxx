// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Images.h"
#include "Networks.h"
#include "TestImages.h"
#include "itkCommand.h"
#include "itkUNetTrainingImageFilter.h"
#include <atomic>
#include <thread>

/** Progress inside one window of a network, and abort while it computes. */

namespace client
{
namespace
{
using ImageType = itk::Image<float, 2>;
using FilterType = itk::UNetInferenceImageFilter<ImageType, ImageType>;

itk::UNetModel::Pointer
DeepModel(unsigned int dimension)
{
  auto specification = SmallSpecification(dimension, 1, 2);
  specification.Levels = 2;
  specification.ConvolutionsPerLevel = 2;
  auto model = itk::UNetModel::New();
  model->SetSpecification(specification);
  model->InitializeWeights(4);
  return model;
}

std::vector<float>
ListenTo(itk::ProcessObject * filter)
{
  std::vector<float> progress;
  const auto         tag = filter->AddObserver(itk::ProgressEvent(),
                                       [&](const itk::EventObject &) { progress.push_back(filter->GetProgress()); });
  filter->UpdateLargestPossibleRegion();
  filter->RemoveObserver(tag);
  return progress;
}

template <typename TFilter>
typename TFilter::Pointer
MakeInference(const std::string & device = "cpu")
{
  constexpr unsigned int D = TFilter::ImageDimension;
  auto                   filter = TFilter::New();
  filter->SetDevice(device);
  filter->SetModel(DeepModel(D));
  filter->SetInput(MakeIntensities<itk::Image<float, D>>());
  return filter;
}

unsigned int
CountBetween(const std::vector<float> & progress)
{
  return static_cast<unsigned int>(
    std::count_if(progress.begin(), progress.end(), [](float p) { return p > 0.0f && p < 1.0f; }));
}
} // namespace

TEST(Progress, IsToldInsideOneWindow)
{
  for (const std::string device : { "cpu", "staged" })
  {
    const auto progress = ListenTo(MakeInference<FilterType>(device));
    VERIFY(CountBetween(progress) >= 5) << device << ": " << CountBetween(progress) << " events between 0 and 1";
    VERIFY(std::is_sorted(progress.begin(), progress.end())) << device;
    VERIFY(!progress.empty() && progress.back() == 1.0f) << device;
    const auto in3D =
      ListenTo(MakeInference<itk::UNetInferenceImageFilter<itk::Image<float, 3>, itk::Image<float, 3>>>(device));
    VERIFY(CountBetween(in3D) >= 5) << device << ": " << CountBetween(in3D) << " events in 3D";
    VERIFY(std::is_sorted(in3D.begin(), in3D.end())) << device;
  }
}

TEST(Progress, RisesWhateverIsAveraged)
{
  for (const bool isTiled : { false, true })
  {
    for (const auto augmentation :
         { itk::UNetTestTimeAugmentation::None, itk::UNetTestTimeAugmentation::FlipsAndTurns })
    {
      for (const double step : { 1.0, 1.2 })
      {
        const auto filter = MakeInference<FilterType>();
        filter->SetTestTimeAugmentation(augmentation);
        filter->SetScaleStep(step);
        filter->SetMaximumWindowSize(isTiled ? 16 : 0);
        const auto progress = ListenTo(filter);
        VERIFY(std::is_sorted(progress.begin(), progress.end()))
          << isTiled << ' ' << static_cast<int>(augmentation) << ' ' << step;
        VERIFY(progress.back() == 1.0f && progress.front() >= 0.0f);
        VERIFY(CountBetween(progress) >= 5) << isTiled << ' ' << static_cast<int>(augmentation) << ' ' << step;
      }
    }
  }
}

TEST(Progress, AbortFromAnObserverInsideOneWindowEndsIt)
{
  const auto filter = MakeInference<FilterType>();
  const auto expected = [&]
  {
    const auto other = MakeInference<FilterType>();
    other->Update();
    return Read(other->GetOutput());
  }();
  float      last = 0.0f;
  const auto tag = filter->AddObserver(itk::ProgressEvent(),
                                       [&](const itk::EventObject &)
                                       {
                                         last = filter->GetProgress();
                                         if (last > 0.3f && last < 1.0f)
                                         {
                                           filter->AbortGenerateDataOn();
                                         }
                                       });
  bool       isAborted = false;
  try
  {
    filter->Update();
  }
  catch (const itk::ProcessAborted &)
  {
    isAborted = true;
  }
  VERIFY(isAborted);
  VERIFY(last < 1.0f) << last;
  filter->RemoveObserver(tag);
  filter->AbortGenerateDataOff();
  VERIFY(Works([&] { filter->Update(); }));
  VERIFY(Same(Read(filter->GetOutput()), expected));
}

TEST(Progress, AbortFromAnotherThreadEndsIt)
{
  const auto        filter = MakeInference<FilterType>();
  std::atomic<bool> hasBegun{ false };
  std::atomic<bool> isAsked{ false };
  float             last = 0.0f;
  const auto        tag = filter->AddObserver(itk::ProgressEvent(),
                                       [&](const itk::EventObject &)
                                       {
                                         last = filter->GetProgress();
                                         if (last > 0.0f && last < 1.0f)
                                         {
                                           // Inside the window: wait until the other thread has asked.
                                           hasBegun = true;
                                           while (!isAsked)
                                           {
                                             std::this_thread::yield();
                                           }
                                         }
                                       });
  std::atomic<bool> isOver{ false };
  std::thread       other(
    [&]
    {
      while (!hasBegun && !isOver)
      {
        std::this_thread::yield();
      }
      filter->AbortGenerateDataOn();
      isAsked = true;
    });
  bool isAborted = false;
  try
  {
    filter->Update();
  }
  catch (const itk::ProcessAborted &)
  {
    isAborted = true;
  }
  isOver = true;
  other.join();
  VERIFY(hasBegun.load()) << "no event inside the window";
  VERIFY(isAborted);
  VERIFY(last < 1.0f) << last;
  filter->RemoveObserver(tag);
  filter->AbortGenerateDataOff();
  VERIFY(Works([&] { filter->Update(); }));
}
} // namespace client
