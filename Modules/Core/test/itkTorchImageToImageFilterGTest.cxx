// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchImageToImageFilter.h"
#include "itkProgressTestHelpers.h"
#include "itkTestHelpers.h"
#include "itkTorchPipelineTest.h"

#include "itkAddImageFilter.h"
#include "itkCommand.h"
#include "itkPipelineMonitorImageFilter.h"
#include "itkRGBPixel.h"
#include "itkResampleImageFilter.h"
#include "itkStreamingImageFilter.h"
#include <fstream>
#include <malloc.h>
#include <thread>
#include <unistd.h>

using itk::TorchDevice;
using itk::TorchResidence;
using itk::TorchTransferCounters;
using namespace itk::Test;

namespace
{
ITKTorch_PIPELINE_SUITE(TorchImageToImageFilter);
#define PIPELINE_TEST(name) ITKTorch_PIPELINE_TEST(TorchImageToImageFilter, name)

template <unsigned int D>
using ImageType = itk::Image<float, D>;

constexpr double tolerance = pipelineTolerance;

PIPELINE_TEST(OneFilterGivesWhatNativeITKGives)
{
  const auto input = MakeAwkwardImage<ImageType<D>>();
  const auto scale = MakeScale(device, input.GetPointer());
  scale->Update();
  ExpectSameImage<ImageType<D>>(scale->GetOutput(), NativeScale(input.GetPointer()), tolerance);
  ExpectTransfers(device, 1, 1);
}

PIPELINE_TEST(NativeMedianReadsTheResult)
{
  const auto input = MakeAwkwardImage<ImageType<D>>();
  const auto scale = MakeScale(device, input.GetPointer());
  const auto median = itk::MedianImageFilter<ImageType<D>, ImageType<D>>::New();
  median->SetInput(scale->GetOutput());
  median->Update();
  ExpectSameImage<ImageType<D>>(
    median->GetOutput(), NativeMedian(NativeScale(input.GetPointer()).GetPointer()), tolerance);
  ExpectTransfers(device, 1, 1);
}

PIPELINE_TEST(NativeInPlaceAddReadsTheResult)
{
  const auto input = MakeAwkwardImage<ImageType<D>>();
  const auto scale = MakeScale(device, input.GetPointer(), 3.0, 0.0);
  const auto add = itk::AddImageFilter<ImageType<D>>::New();
  add->InPlaceOn();
  add->SetInput1(scale->GetOutput());
  add->SetInput2(input);
  add->Update();
  ExpectSameImage<ImageType<D>>(add->GetOutput(), NativeScale(input.GetPointer(), 4.0, 0.0), tolerance);
  // The in-place filter released its input: asking again computes it again.
  scale->Update();
  ExpectSameImage<ImageType<D>>(scale->GetOutput(), NativeScale(input.GetPointer(), 3.0, 0.0), tolerance);
  EXPECT_EQ(scale->NumberOfExecutions, 2);
}

PIPELINE_TEST(ConsumersOnBothSidesFindThePixels)
{
  const auto input = MakeAwkwardImage<ImageType<D>>();
  for (const bool isTorchFirst : { true, false })
  {
    const auto shared = MakeScale(device, input.GetPointer());
    const auto torch = MakeScale(device, shared->GetOutput());
    const auto native = itk::MedianImageFilter<ImageType<D>, ImageType<D>>::New();
    native->SetInput(shared->GetOutput());
    const auto add = itk::AddImageFilter<ImageType<D>>::New();
    add->SetInput1(isTorchFirst ? torch->GetOutput() : native->GetOutput());
    add->SetInput2(isTorchFirst ? native->GetOutput() : torch->GetOutput());
    add->Update();
    const auto scaled = NativeScale(input.GetPointer());
    const auto expected = itk::AddImageFilter<ImageType<D>>::New();
    expected->SetInput1(NativeScale(scaled.GetPointer()));
    expected->SetInput2(NativeMedian(scaled.GetPointer()));
    expected->Update();
    ExpectSameImage<ImageType<D>>(add->GetOutput(), expected->GetOutput(), 4 * tolerance);
    EXPECT_EQ(shared->NumberOfExecutions, 1);
  }
}

PIPELINE_TEST(StreamingInFourPiecesGivesTheWhole)
{
  const auto input = MakeAwkwardImage<ImageType<D>>();
  const auto scale = MakeScale(device, input.GetPointer());
  const auto sum = TorchLeftSumFilter<ImageType<D>>::New();
  sum->SetDevice(device);
  sum->SetInput(scale->GetOutput());
  const auto monitor = itk::PipelineMonitorImageFilter<ImageType<D>>::New();
  monitor->SetInput(sum->GetOutput());
  const auto streaming = itk::StreamingImageFilter<ImageType<D>, ImageType<D>>::New();
  // ITK's splitter cuts 7 rows into 4 pieces and 9 slices into 5, never into 4.
  constexpr unsigned int pieces = D == 2 ? 4 : 5;
  streaming->SetNumberOfStreamDivisions(pieces);
  streaming->SetInput(monitor->GetOutput());
  streaming->Update();
  EXPECT_EQ(monitor->GetNumberOfUpdates(), pieces);
  // The last piece with its margin is already in the buffer of the one before.
  EXPECT_EQ(scale->NumberOfExecutions, static_cast<int>(pieces) - 1);
  // Each execution's intermediate, and each piece of the result.
  ExpectTransfers(device, pieces - 1, (pieces - 1) + pieces);

  const auto wholeScale = MakeScale(device, input.GetPointer());
  const auto whole = TorchLeftSumFilter<ImageType<D>>::New();
  whole->SetDevice(device);
  whole->SetInput(wholeScale->GetOutput());
  whole->Update();
  ExpectSameImage<ImageType<D>>(streaming->GetOutput(), whole->GetOutput());

  // Slow reference of the sum itself.
  const auto scaled = NativeScale(input.GetPointer());
  auto       index = input->GetLargestPossibleRegion().GetIndex();
  EXPECT_NEAR(whole->GetOutput()->GetPixel(index), scaled->GetPixel(index), tolerance);
  auto next = index;
  ++next[0];
  EXPECT_NEAR(whole->GetOutput()->GetPixel(next), scaled->GetPixel(index) + scaled->GetPixel(next), tolerance);
}

/** Makes its whole output, whatever is asked for. */
template <typename TImage>
class WholeImageFilter : public itk::MedianImageFilter<TImage, TImage>
{
public:
  using Self = WholeImageFilter;
  using Pointer = itk::SmartPointer<Self>;
  itkNewMacro(Self);

protected:
  void
  EnlargeOutputRequestedRegion(itk::DataObject * output) override
  {
    output->SetRequestedRegionToLargestPossibleRegion();
  }
};

PIPELINE_TEST(PiecesBehindAFilterThatMakesItsWholeOutputAreThePiecesAskedFor)
{
  const auto input = MakeAwkwardImage<ImageType<D>>();
  const auto whole = WholeImageFilter<ImageType<D>>::New();
  whole->SetInput(input);
  const auto sum = TorchLeftSumFilter<ImageType<D>>::New();
  sum->SetDevice(device);
  sum->SetInput(whole->GetOutput());
  const auto scale = MakeScale(device, sum->GetOutput());
  const auto streaming = itk::StreamingImageFilter<ImageType<D>, ImageType<D>>::New();
  streaming->SetNumberOfStreamDivisions(3);
  streaming->SetInput(scale->GetOutput());
  streaming->Update();

  const auto expected = TorchLeftSumFilter<ImageType<D>>::New();
  expected->SetInput(NativeMedian(input.GetPointer()));
  expected->Update();
  ExpectSameImage<ImageType<D>>(
    streaming->GetOutput(), NativeScale<ImageType<D>>(expected->GetOutput()), 2 * tolerance);
}

PIPELINE_TEST(ReleaseDataFlagFreesHostAndDeviceAndTheNextUpdateComputesAgain)
{
  const auto input = MakeAwkwardImage<ImageType<D>>();
  const auto first = MakeScale(device, input.GetPointer());
  first->ReleaseDataFlagOn();
  const auto second = MakeScale(device, first->GetOutput());
  second->Update();
  EXPECT_TRUE(first->GetOutput()->GetDataReleased());
  EXPECT_EQ(ResidenceOf(first->GetOutput()), TorchResidence::HostOnly);
  EXPECT_EQ(first->GetOutput()->GetPixelContainer()->Size(), 0u);
  second->SetShift(2.0);
  second->Update();
  EXPECT_EQ(first->NumberOfExecutions, 2);
  ExpectSameImage<ImageType<D>>(second->GetOutput(), NativeScale(input.GetPointer(), 4.0, 4.0), tolerance);
}

PIPELINE_TEST(EditFollowedByModifiedReachesTheDevice)
{
  const auto input = MakeAwkwardImage<ImageType<D>>();
  const auto first = MakeScale(device, input.GetPointer());
  first->Update();
  const typename ImageType<D>::Pointer image = first->GetOutput();
  image->DisconnectPipeline();
  const auto second = MakeScale(device, image.GetPointer(), 1.0, 5.0);
  second->Update();
  image->FillBuffer(10.0f);
  image->Modified();
  EXPECT_EQ(ResidenceOf(image.GetPointer()), TorchResidence::HostOnly);
  second->Update();
  EXPECT_EQ(second->GetOutput()->GetPixel(image->GetBufferedRegion().GetIndex()), 15.0f);
  EXPECT_EQ(second->NumberOfExecutions, 2);

  // The input of a chain, which belongs to the user and is uploaded each time.
  input->FillBuffer(1.0f);
  input->Modified();
  first->SetInput(input);
  first->Update();
  EXPECT_EQ(first->GetOutput()->GetPixel(input->GetBufferedRegion().GetIndex()), 3.0f);
}

PIPELINE_TEST(ModifiedNeverDropsTheOnlyCopy)
{
  const auto input = MakeAwkwardImage<ImageType<D>>();
  const auto first = MakeScale(device, input.GetPointer());
  const auto second = MakeScale(device, first->GetOutput());
  second->Update();
  const typename ImageType<D>::Pointer middle = first->GetOutput();
  middle->DisconnectPipeline();
  middle->Update();
  ExpectSameImage<ImageType<D>>(middle, NativeScale(input.GetPointer()), tolerance);
}

/** Scale, then native median, grafted onto its own output as ITK's composite filters do. */
template <typename TImage>
class CompositeFilter : public itk::ImageToImageFilter<TImage, TImage>
{
public:
  using Self = CompositeFilter;
  using Superclass = itk::ImageToImageFilter<TImage, TImage>;
  using Pointer = itk::SmartPointer<Self>;
  itkNewMacro(Self);

  typename TorchScaleFilter<TImage>::Pointer First{ TorchScaleFilter<TImage>::New() };
  typename TorchScaleFilter<TImage>::Pointer Last{ TorchScaleFilter<TImage>::New() };

protected:
  void
  GenerateData() override
  {
    auto input = TImage::New();
    input->Graft(this->GetInput());
    First->SetInput(input);
    Last->SetInput(First->GetOutput());
    Last->GraftOutput(this->GetOutput());
    Last->Update();
    this->GraftOutput(Last->GetOutput());
  }
};

PIPELINE_TEST(MiniPipelineGraftsTheResult)
{
  const auto input = MakeAwkwardImage<ImageType<D>>();
  const auto composite = CompositeFilter<ImageType<D>>::New();
  composite->First->SetDevice(device);
  composite->Last->SetDevice(device);
  composite->SetInput(input);
  const auto after = MakeScale(device, composite->GetOutput(), 1.0, 0.5);
  after->Update();
  ExpectSameImage<ImageType<D>>(after->GetOutput(), NativeScale(input.GetPointer(), 4.0, 3.5), tolerance);
}

PIPELINE_TEST(VectorAndColorPixelsKeepTheirComponents)
{
  const auto vector = MakeAwkwardImage<itk::VectorImage<double, D>>(3);
  const auto vectorScale = MakeScale(device, vector.GetPointer());
  vectorScale->Update();
  const auto color = MakeAwkwardImage<itk::Image<itk::RGBPixel<unsigned char>, D>>();
  const auto colorScale = MakeScale(device, color.GetPointer());
  colorScale->Update();
  const auto nativeMedianOfVector = MakeScale(device, vectorScale->GetOutput(), 1.0, 0.0);
  nativeMedianOfVector->Update();

  itk::ImageRegionConstIterator<itk::VectorImage<double, D>>                 v(vector, vector->GetBufferedRegion());
  itk::ImageRegionConstIterator<itk::Image<itk::RGBPixel<unsigned char>, D>> c(color, color->GetBufferedRegion());
  ASSERT_EQ(vectorScale->GetOutput()->GetNumberOfComponentsPerPixel(), 3u);
  for (; !v.IsAtEnd(); ++v, ++c)
  {
    for (unsigned int component = 0; component < 3; ++component)
    {
      // Exact: one multiplication by two and one addition of small numbers.
      ASSERT_EQ(vectorScale->GetOutput()->GetPixel(v.GetIndex())[component], 2.0 * v.Get()[component] + 1.0);
      ASSERT_EQ(colorScale->GetOutput()->GetPixel(c.GetIndex())[component], 2 * c.Get()[component] + 1);
    }
  }
  ExpectSameImage<itk::VectorImage<double, D>>(nativeMedianOfVector->GetOutput(), vectorScale->GetOutput());
}

PIPELINE_TEST(SecondUpdateDoesNothing)
{
  const auto input = MakeAwkwardImage<ImageType<D>>();
  const auto first = MakeScale(device, input.GetPointer());
  const auto second = MakeScale(device, first->GetOutput());
  second->Update();
  const auto counts = TorchTransferCounters::Get();
  second->Update();
  EXPECT_EQ(first->NumberOfExecutions, 1);
  EXPECT_EQ(second->NumberOfExecutions, 1);
  EXPECT_EQ(TorchTransferCounters::Get().Uploads, counts.Uploads);
  // Reading an image in the middle is a copy, not a change.
  first->GetOutput()->Update();
  second->Update();
  EXPECT_EQ(second->NumberOfExecutions, 1);
  EXPECT_EQ(first->NumberOfExecutions, 1);
}

PIPELINE_TEST(ExceptionInMidPipelineNamesTheFilterAndTheNextRunIsGood)
{
  const auto input = MakeAwkwardImage<ImageType<D>>();
  const auto first = MakeScale(device, input.GetPointer());
  const auto second = MakeScale(device, first->GetOutput());
  const auto third = MakeScale(device, second->GetOutput());
  second->SetFails(true);
  try
  {
    third->Update();
    FAIL() << "no exception";
  }
  catch (const itk::ExceptionObject & error)
  {
    const std::string message = error.GetDescription();
    EXPECT_NE(message.find("TorchScaleFilter on device " + device.GetName() + " failed: "), std::string::npos)
      << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  }
  second->SetFails(false);
  third->Update();
  ExpectSameImage<ImageType<D>>(third->GetOutput(), NativeScale(input.GetPointer(), 8.0, 7.0), 4 * tolerance);
}

PIPELINE_TEST(ObserverCanAbort)
{
  const auto input = MakeAwkwardImage<ImageType<D>>();
  const auto first = MakeScale(device, input.GetPointer());
  const auto second = MakeScale(device, first->GetOutput());
  bool       aborts = true;
  second->AddObserver(itk::ProgressEvent(), [&](const itk::EventObject &) { second->SetAbortGenerateData(aborts); });
  EXPECT_THROW(second->Update(), itk::ProcessAborted);
  EXPECT_EQ(second->NumberOfExecutions, 0);
  aborts = false;
  second->Update();
  ExpectSameImage<ImageType<D>>(second->GetOutput(), NativeScale(input.GetPointer(), 4.0, 3.0), tolerance);
}

PIPELINE_TEST(AddOfAnImageAndItsTorchResultWorksInBothOrdersAndInPlace)
{
  const auto input = MakeAwkwardImage<ImageType<D>>();
  for (const bool isImageFirst : { true, false })
  {
    for (const bool isInPlace : { true, false })
    {
      const auto a = MakeScale(device, input.GetPointer(), 1.0, 1.0);
      const auto torch = MakeScale(device, a->GetOutput(), 2.0, 0.0);
      const auto add = itk::AddImageFilter<ImageType<D>>::New();
      add->SetInPlace(isInPlace);
      add->SetInput1(isImageFirst ? a->GetOutput() : torch->GetOutput());
      add->SetInput2(isImageFirst ? torch->GetOutput() : a->GetOutput());
      add->Update();
      ExpectSameImage<ImageType<D>>(add->GetOutput(), NativeScale(input.GetPointer(), 3.0, 3.0), tolerance);
    }
  }
}

PIPELINE_TEST(ResampleTakesATorchResultOfItsInputAsReference)
{
  const auto input = MakeAwkwardImage<ImageType<D>>();
  const auto a = MakeScale(device, input.GetPointer());
  const auto reference = MakeScale(device, a->GetOutput());
  const auto resample = itk::ResampleImageFilter<ImageType<D>, ImageType<D>>::New();
  resample->SetInput(a->GetOutput());
  resample->SetReferenceImage(reference->GetOutput());
  resample->UseReferenceImageOn();
  resample->Update();
  ExpectSameImage<ImageType<D>>(resample->GetOutput(), NativeScale(input.GetPointer()), 1e-3);

  // Streamed, so that the two wishes also differ in their regions.
  const auto streaming = itk::StreamingImageFilter<ImageType<D>, ImageType<D>>::New();
  streaming->SetNumberOfStreamDivisions(3);
  streaming->SetInput(resample->GetOutput());
  a->Modified();
  streaming->Update();
  ExpectSameImage<ImageType<D>>(streaming->GetOutput(), NativeScale(input.GetPointer()), 1e-3);
}

/** Fails in its request pass while told to. */
template <typename TImage>
class RefusingFilter : public itk::MedianImageFilter<TImage, TImage>
{
public:
  using Self = RefusingFilter;
  using Pointer = itk::SmartPointer<Self>;
  itkNewMacro(Self);
  bool Refuses{ true };

protected:
  void
  GenerateInputRequestedRegion() override
  {
    itk::MedianImageFilter<TImage, TImage>::GenerateInputRequestedRegion();
    if (Refuses)
    {
      throw itk::InvalidRequestedRegionError(__FILE__, __LINE__);
    }
  }
};

PIPELINE_TEST(UpdateAfterAnAbortedRequestPassIsRight)
{
  const auto input = MakeAwkwardImage<ImageType<D>>();
  const auto first = MakeScale(device, input.GetPointer());
  const auto refusing = RefusingFilter<ImageType<D>>::New();
  refusing->SetInput(first->GetOutput());
  refusing->SetRadius(0);
  const auto torch = MakeScale(device, first->GetOutput());
  const auto join = TorchLeftSumFilter<ImageType<D>>::New();
  join->SetDevice(device);
  join->SetInput(refusing->GetOutput());
  EXPECT_THROW(join->Update(), itk::InvalidRequestedRegionError);
  // The wish of the aborted pass must neither keep pixels from the host nor stop the chain.
  torch->GetOutput()->UpdateOutputInformation();
  torch->GetOutput()->SetRequestedRegionToLargestPossibleRegion();
  torch->GetOutput()->PropagateRequestedRegion();
  first->GetOutput()->Update();
  ExpectSameImage<ImageType<D>>(first->GetOutput(), NativeScale(input.GetPointer()), tolerance);
  refusing->Refuses = false;
  join->Update();
  const auto index = input->GetLargestPossibleRegion().GetIndex();
  EXPECT_NEAR(join->GetOutput()->GetPixel(index), 2.0 * input->GetPixel(index) + 1.0, tolerance);
}

PIPELINE_TEST(TwoPipelinesRunInTwoThreads)
{
  const auto run = [&device](double scale)
  {
    const auto input = MakeAwkwardImage<ImageType<D>>();
    const auto expected = NativeScale(input.GetPointer(), scale * scale, scale + 1.0);
    for (int repetition = 0; repetition < 50; ++repetition)
    {
      const auto first = MakeScale(device, input.GetPointer(), scale);
      const auto second = MakeScale(device, first->GetOutput(), scale);
      second->Update();
      ExpectSameImage<ImageType<D>>(second->GetOutput(), expected, 10 * tolerance);
    }
  };
  std::thread other(run, 3.0);
  run(2.0);
  other.join();
}

PIPELINE_TEST(ResultThatIsTheInputItselfDoesNotShareItsBuffer)
{
  const auto input = MakeAwkwardImage<ImageType<D>>();
  class IdentityFilter : public itk::TorchImageToImageFilter<ImageType<D>, ImageType<D>>
  {
  public:
    using Pointer = itk::SmartPointer<IdentityFilter>;
    itkNewMacro(IdentityFilter);

  protected:
    itk::TorchTensor
    GenerateTensor(const itk::TorchTensor & tensor) override
    {
      return tensor;
    }
  };
  const auto identity = IdentityFilter::New();
  identity->SetDevice(device);
  identity->SetInput(input);
  identity->Update();
  ExpectSameImage<ImageType<D>>(identity->GetOutput(), input);
  EXPECT_NE(identity->GetOutput()->GetBufferPointer(), input->GetBufferPointer());
}

/** Returns a tensor that it keeps, of the input's first execution. */
template <typename TImage>
class KeepingFilter : public itk::TorchImageToImageFilter<TImage, TImage>
{
public:
  using Self = KeepingFilter;
  using Pointer = itk::SmartPointer<Self>;
  itkNewMacro(Self);
  bool             ReturnsView{ false };
  itk::TorchTensor Kept;

protected:
  itk::TorchTensor
  GenerateTensor(const itk::TorchTensor & input) override
  {
    if (!Kept.IsDefined())
    {
      Kept = input.Clone();
    }
    return ReturnsView ? itk::MakeTorchTensor(itk::GetATensor(Kept).alias(), Kept.GetDevice()) : Kept;
  }
};

PIPELINE_TEST(AResultThatAFilterKeepsIsNotWrittenToByAFilterInPlaceBehindIt)
{
  const auto input = MakeAwkwardImage<ImageType<D>>();
  for (const bool returnsView : { false, true })
  {
    const auto keeping = KeepingFilter<ImageType<D>>::New();
    keeping->ReturnsView = returnsView;
    keeping->SetDevice(device);
    keeping->SetInput(input);
    for (int run = 0; run < 2; ++run)
    {
      const auto add = itk::AddImageFilter<ImageType<D>>::New();
      add->InPlaceOn();
      add->SetInput1(keeping->GetOutput());
      add->SetConstant2(5.0f);
      add->Update();
      ExpectSameImage<ImageType<D>>(add->GetOutput(), NativeScale(input.GetPointer(), 1.0, 5.0));
    }
  }
}

/** Without what the C library keeps for later. */
long
ResidentKiB()
{
  malloc_trim(0);
  std::ifstream status("/proc/self/statm");
  long          size = 0;
  long          resident = 0;
  status >> size >> resident;
  return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

PIPELINE_TEST(TwoHundredRunsKeepMemoryFlat)
{
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "AddressSanitizer keeps freed memory to itself for a while.";
#endif
  auto                            image = ImageType<D>::New();
  typename ImageType<D>::SizeType size;
  size.Fill(D == 2 ? 512 : 64);
  image->SetRegions(size);
  image->Allocate(true);
  long after20 = 0;
  for (int run = 1; run <= 200; ++run)
  {
    const auto first = MakeScale(device, image.GetPointer());
    const auto second = MakeScale(device, first->GetOutput());
    second->Update();
    after20 = run == 20 ? ResidentKiB() : after20;
  }
  EXPECT_LE(ResidentKiB(), after20 + 2048);
}

TEST(TorchImageToImageFilterErrors, AFailedAllocationOnTheDeviceIsOneSentenceAndTheNextRunIsGood)
{
  const auto input = MakeAwkwardImage<ImageType<2>>();
  const auto scale = MakeScale("staged", input.GetPointer());
  TorchDevice::SetStagedAllocationsUntilFailure(0);
  try
  {
    scale->Update();
    FAIL() << "no exception";
  }
  catch (const itk::TorchOutOfMemoryError & error)
  {
    EXPECT_STREQ(error.GetDescription(),
                 "TorchScaleFilter on device staged ran out of memory: staged device out of memory: tried to allocate "
                 "140 bytes");
  }
  TorchDevice::SetStagedAllocationsUntilFailure(-1);
  scale->Update();
  ExpectSameImage<ImageType<2>>(scale->GetOutput(), NativeScale(input.GetPointer()), tolerance);
}

TEST(TorchImageToImageFilterErrors, AnUnknownDeviceIsRefusedByUpdateAndNotByTheSetter)
{
  const auto input = MakeAwkwardImage<ImageType<2>>();
  const auto scale = MakeScale("gpu7", input.GetPointer());
  try
  {
    scale->Update();
    FAIL() << "no exception";
  }
  catch (const itk::TorchDeviceError & error)
  {
    EXPECT_NE(std::string(error.GetDescription()).find("Device must be auto, cpu, cuda or cuda:N, but is \"gpu7\"."),
              std::string::npos)
      << error.GetDescription();
  }
}

TEST(TorchImageToImageFilterErrors, CudaWithoutAGPUIsRefusedAndAutoNeverFails)
{
  const auto input = MakeAwkwardImage<ImageType<2>>();
  const auto scale = MakeScale("auto", input.GetPointer());
  EXPECT_NO_THROW(scale->Update());
  if (!TorchDevice::IsCUDAAvailable())
  {
    scale->SetDevice("cuda");
    EXPECT_THROW(scale->Update(), itk::TorchDeviceError);
  }
}

TEST(TorchImageToImageFilterErrors, AFilterThatOverridesNothingSaysSo)
{
  class EmptyFilter : public itk::TorchImageToImageFilter<ImageType<2>, ImageType<2>>
  {
  public:
    using Self = EmptyFilter;
    using Pointer = itk::SmartPointer<Self>;
    itkNewMacro(Self);
  };
  const auto filter = EmptyFilter::New();
  EXPECT_THROW(filter->Update(), itk::ExceptionObject);
  filter->SetInput(MakeAwkwardImage<ImageType<2>>());
  ExpectContains(MessageOf([&] { filter->Update(); }), "must override GenerateTensor() or GenerateTensors()");
}

/** Reports shares of its work that go back and do not reach the end. */
class ReportingFilter : public itk::TorchImageToImageFilter<ImageType<2>, ImageType<2>>
{
public:
  using Self = ReportingFilter;
  using Superclass = itk::TorchImageToImageFilter<ImageType<2>, ImageType<2>>;
  using Pointer = itk::SmartPointer<Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(ReportingFilter);

protected:
  itk::TorchTensor
  GenerateTensor(const itk::TorchTensor & input) override
  {
    for (const float share : { 0.6f, 0.2f, 0.8f })
    {
      this->ReportProgress(share);
    }
    return input.Clone();
  }
};

TEST(TorchImageToImageFilterProgress, NeverGoesBackAndReachesTheEndAndAnAbortIsAnExceptionThatNamesTheFilter)
{
  const auto filter = ReportingFilter::New();
  filter->SetInput(MakeAwkwardImage<ImageType<2>>());
  ProgressRecord record(filter);
  filter->Update();
  EXPECT_TRUE(std::is_sorted(record.Values.begin(), record.Values.end()));
  EXPECT_EQ(record.Values.front(), 0.0);
  // ITK keeps progress as a 32-bit fraction.
  EXPECT_NEAR(record.Values.at(2), 0.6, 1e-6);
  EXPECT_EQ(record.Values.back(), 1.0);

  record.OnProgress = [&](double progress)
  {
    EXPECT_LT(progress, 0.7) << "reported after the abort";
    filter->SetAbortGenerateData(progress > 0.5);
  };
  filter->Modified();
  try
  {
    filter->Update();
    FAIL() << "no exception";
  }
  catch (const itk::ProcessAborted & aborted)
  {
    EXPECT_STREQ(aborted.GetDescription(), "ReportingFilter was aborted.");
  }
}
} // namespace
