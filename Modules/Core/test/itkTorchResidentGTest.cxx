// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchResident.h"
#include "itkTorchPipelineTest.h"

#include "itkImageBufferRange.h"
#include "itkSimpleDataObjectDecorator.h"
#include "itkStreamingImageFilter.h"

using itk::TorchDevice;
using itk::TorchResidence;
using namespace itk::Test;

namespace
{
ITKTorch_PIPELINE_SUITE(TorchResident);
#define PIPELINE_TEST(name) ITKTorch_PIPELINE_TEST(TorchResident, name)

template <unsigned int D>
using ImageType = itk::Image<float, D>;

/** Input → a → b → c, each 2·x + 1. */
template <typename TImage>
struct Chain
{
  using FilterPointer = typename TorchScaleFilter<TImage>::Pointer;

  Chain(const TorchDevice & device, const TImage * input)
    : A(MakeScale(device, input))
    , B(MakeScale<TImage>(device, A->GetOutput()))
    , C(MakeScale<TImage>(device, B->GetOutput()))
  {}

  FilterPointer A;
  FilterPointer B;
  FilterPointer C;
};

PIPELINE_TEST(PixelsInTheMiddleOfAChainAreReadAfterTheOutermostUpdate)
{
  const auto             input = MakeAwkwardImage<ImageType<D>>();
  const Chain            chain(device, input.GetPointer());
  ImageType<D> * const   first = chain.A->GetOutput();
  ImageType<D> * const   second = chain.B->GetOutput();
  constexpr unsigned int x = 0;
  chain.C->Update();
  ExpectTransfers(device, 1, 3);

  auto index = input->GetLargestPossibleRegion().GetIndex();
  ++index[x];
  EXPECT_EQ(first->GetPixel(index), 2.0f * input->GetPixel(index) + 1.0f);
  const auto graft = ImageType<D>::New();
  graft->Graft(second);
  ExpectSameImage<ImageType<D>>(graft, NativeScale(input.GetPointer(), 4.0, 3.0), 2 * pipelineTolerance);
  std::size_t pixels = 0;
  for (const float pixel : itk::ImageBufferRange<ImageType<D>>(*first))
  {
    EXPECT_EQ(pixel, first->GetPixelContainer()->GetBufferPointer()[pixels++]);
  }
  EXPECT_EQ(pixels, input->GetLargestPossibleRegion().GetNumberOfPixels());
}

PIPELINE_TEST(ComponentsInTheMiddleOfAChainAreReadAfterTheOutermostUpdate)
{
  using VectorImageType = itk::VectorImage<float, D>;
  const auto  input = MakeAwkwardImage<VectorImageType>(3);
  const Chain chain(device, input.GetPointer());
  chain.C->GetOutput()->Update();
  itk::ImageRegionConstIterator<VectorImageType> from(input, input->GetBufferedRegion());
  itk::ImageRegionConstIterator<VectorImageType> to(chain.A->GetOutput(), input->GetBufferedRegion());
  for (; !to.IsAtEnd(); ++from, ++to)
  {
    for (unsigned int component = 0; component < 3; ++component)
    {
      ASSERT_EQ(to.Get()[component], 2.0f * from.Get()[component] + 1.0f);
    }
  }
  const auto graft = VectorImageType::New();
  graft->Graft(chain.B->GetOutput());
  const auto index = input->GetLargestPossibleRegion().GetIndex();
  EXPECT_EQ(graft->GetPixel(index)[1], 2.0f * (2.0f * input->GetPixel(index)[1] + 1.0f) + 1.0f);
}

PIPELINE_TEST(IntermediatesBeforeANativeFilterAreReadAfterItsUpdate)
{
  const auto  input = MakeAwkwardImage<ImageType<D>>();
  const Chain chain(device, input.GetPointer());
  const auto  median = itk::MedianImageFilter<ImageType<D>, ImageType<D>>::New();
  median->SetInput(chain.C->GetOutput());
  const auto streaming = itk::StreamingImageFilter<ImageType<D>, ImageType<D>>::New();
  streaming->SetInput(median->GetOutput());
  streaming->SetNumberOfStreamDivisions(1);
  streaming->Update();
  ExpectSameImage<ImageType<D>>(chain.A->GetOutput(), NativeScale(input.GetPointer()), pipelineTolerance);
  ExpectTransfers(device, 1, 3);
}

/** Two outputs, x + 1 and x + 2, and the number of pixels beside them. */
template <typename TImage>
class TwoOutputsFilter : public itk::TorchImageToImageFilter<TImage, TImage>
{
public:
  using Self = TwoOutputsFilter;
  using Pointer = itk::SmartPointer<Self>;
  using NumberType = itk::SimpleDataObjectDecorator<double>;
  itkNewMacro(Self);

  NumberType *
  GetNumber()
  {
    return static_cast<NumberType *>(this->itk::ProcessObject::GetOutput("Number"));
  }

protected:
  TwoOutputsFilter()
  {
    this->SetNthOutput(1, this->MakeOutput(1));
    this->itk::ProcessObject::SetOutput("Number", NumberType::New());
  }

  void
  EnlargeOutputRequestedRegion(itk::DataObject *) override
  {
    this->GetOutput(0)->SetRequestedRegionToLargestPossibleRegion();
    this->GetOutput(1)->SetRequestedRegionToLargestPossibleRegion();
  }

  void
  GenerateTensors() override
  {
    const auto       input = this->GetInputTensor(this->GetInput());
    const at::Tensor pixels = itk::GetATensor(input);
    this->SetOutputTensor(this->GetOutput(0), itk::MakeTorchTensor(pixels + 1.0, input.GetDevice()));
    this->SetOutputTensor(this->GetOutput(1), itk::MakeTorchTensor(pixels + 2.0, input.GetDevice()));
    this->GetNumber()->Set(static_cast<double>(pixels.numel()));
  }
};

PIPELINE_TEST(SiblingOutputsAreReadAfterTheUpdateOfOneOrOfANumber)
{
  const auto input = MakeAwkwardImage<ImageType<D>>();
  const auto index = input->GetLargestPossibleRegion().GetIndex();
  for (const bool isNumber : { false, true })
  {
    const auto first = MakeScale(device, input.GetPointer());
    const auto two = TwoOutputsFilter<ImageType<D>>::New();
    two->SetDevice(device);
    two->SetInput(first->GetOutput());
    if (isNumber)
    {
      two->GetNumber()->Update();
      EXPECT_EQ(two->GetNumber()->Get(), static_cast<double>(input->GetPixelContainer()->Size()));
    }
    else
    {
      const auto median = itk::MedianImageFilter<ImageType<D>, ImageType<D>>::New();
      median->SetInput(two->GetOutput(0));
      median->Update();
    }
    const float scaled = 2.0f * input->GetPixel(index) + 1.0f;
    EXPECT_EQ(first->GetOutput()->GetPixel(index), scaled);
    EXPECT_EQ(two->GetOutput(1)->GetPixel(index), scaled + 2.0f);
    EXPECT_EQ(two->GetOutput(0)->GetPixel(index), scaled + 1.0f);
  }
}

PIPELINE_TEST(IntermediatesAreReadAfterAFilterBehindThemHasFailed)
{
  const auto  input = MakeAwkwardImage<ImageType<D>>();
  const Chain chain(device, input.GetPointer());
  chain.C->SetFails(true);
  EXPECT_THROW(chain.C->Update(), itk::ExceptionObject);
  ExpectSameImage<ImageType<D>>(chain.A->GetOutput(), NativeScale(input.GetPointer()), pipelineTolerance);
  chain.C->SetFails(false);
  chain.C->Update();
  ExpectSameImage<ImageType<D>>(chain.C->GetOutput(), NativeScale(input.GetPointer(), 8.0, 7.0), 4 * pipelineTolerance);
}

PIPELINE_TEST(KeptIntermediatesStayOnTheDeviceAndTheChainDownloadsOnce)
{
  const auto  input = MakeAwkwardImage<ImageType<D>>();
  const Chain chain(device, input.GetPointer());
  chain.A->KeepIntermediatesOnDeviceOn();
  chain.B->KeepIntermediatesOnDeviceOn();
  for (int run = 0; run < 2; ++run)
  {
    itk::TorchTransferCounters::Reset();
    input->Modified();
    chain.C->Update();
    ExpectTransfers(device, 1, 1);
    if (!device.IsHost())
    {
      EXPECT_EQ(ResidenceOf(chain.A->GetOutput()), TorchResidence::DeviceOnly);
      EXPECT_EQ(ResidenceOf(chain.B->GetOutput()), TorchResidence::DeviceOnly);
      EXPECT_EQ(ResidenceOf(chain.C->GetOutput()), TorchResidence::Both);
    }
  }
  chain.A->GetOutput()->Update();
  ExpectSameImage<ImageType<D>>(chain.A->GetOutput(), NativeScale(input.GetPointer()), pipelineTolerance);
}

PIPELINE_TEST(ReleasedIntermediatesAreNotCopied)
{
  const auto  input = MakeAwkwardImage<ImageType<D>>();
  const Chain chain(device, input.GetPointer());
  chain.A->ReleaseDataFlagOn();
  chain.B->ReleaseDataFlagOn();
  chain.C->Update();
  ExpectTransfers(device, 1, 1);
  EXPECT_EQ(chain.A->GetOutput()->GetPixelContainer()->Size(), 0u);
}

TEST(TorchResidentErrors, AFailedPassLeavesNothingForALaterOne)
{
  const auto  input = MakeAwkwardImage<ImageType<2>>();
  const Chain chain("staged", input.GetPointer());
  chain.C->SetFails(true);
  EXPECT_THROW(chain.C->Update(), itk::ExceptionObject);
  EXPECT_FALSE(itk::TorchResident::DataPass::IsOpen());
  chain.C->SetFails(false);
  itk::TorchTransferCounters::Reset();
  chain.C->Update();
  EXPECT_EQ(itk::TorchTransferCounters::Get().Downloads, 1u);
}
} // namespace
