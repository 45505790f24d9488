// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "OwnFilters.h"
#include "Images.h"
#include "TestImages.h"
#include "itkNumericTraits.h"
#include "itkTorchMacros.h"

/** Filters that a user writes on the library's base class. */

namespace client
{
namespace
{
/** Each pixel plus its neighbor before it along x: needs a margin. */
template <typename TImage>
class NeighborSum : public itk::TorchImageToImageFilter<TImage, TImage>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(NeighborSum);
  using Self = NeighborSum;
  using Superclass = itk::TorchImageToImageFilter<TImage, TImage>;
  using Pointer = itk::SmartPointer<Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(NeighborSum);

protected:
  NeighborSum() = default;

  void
  GenerateInputRequestedRegion() override
  {
    Superclass::GenerateInputRequestedRegion();
    auto * const input = const_cast<TImage *>(this->GetInput());
    auto         region = input->GetRequestedRegion();
    region.PadByRadius(1);
    region.Crop(input->GetLargestPossibleRegion());
    input->SetRequestedRegion(region);
  }

  itk::TorchTensor
  GenerateTensor(const itk::TorchTensor & input) override
  {
    const at::Tensor   tensor = itk::GetATensor(input);
    at::Tensor         sum = tensor.clone();
    const std::int64_t width = tensor.size(-1);
    sum.narrow(-1, 1, width - 1).add_(tensor.narrow(-1, 0, width - 1));
    return this->CropToOutput(itk::MakeTorchTensor(sum, input.GetDevice()));
  }
};

/** Sum and product of two images: two inputs and two outputs. */
template <typename TImage>
class SumAndProduct : public itk::TorchImageToImageFilter<TImage, TImage>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(SumAndProduct);
  using Self = SumAndProduct;
  using Superclass = itk::TorchImageToImageFilter<TImage, TImage>;
  using Pointer = itk::SmartPointer<Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(SumAndProduct);
  itkSetInputMacro(Other, TImage);
  itkGetInputMacro(Other, TImage);

  TImage *
  GetProduct()
  {
    return dynamic_cast<TImage *>(this->itk::ProcessObject::GetOutput("Product"));
  }

  using Superclass::MakeOutput;
  itk::DataObject::Pointer
  MakeOutput(const itk::ProcessObject::DataObjectIdentifierType & name) override
  {
    return name == "Product" ? this->MakeOutput(itk::ProcessObject::DataObjectPointerArraySizeType{ 0 })
                             : Superclass::MakeOutput(name);
  }

protected:
  SumAndProduct()
  {
    this->AddRequiredInputName("Other");
    this->itk::ProcessObject::SetOutput("Product", this->MakeOutput("Product"));
  }

  void
  GenerateTensors() override
  {
    const auto first = this->GetInputTensor(this->GetInput());
    const auto second = this->GetInputTensor(this->GetOther());
    this->SetOutputTensor(this->GetOutput(),
                          itk::MakeTorchTensor(itk::GetATensor(first) + itk::GetATensor(second), first.GetDevice()));
    this->SetOutputTensor(this->GetProduct(),
                          itk::MakeTorchTensor(itk::GetATensor(first) * itk::GetATensor(second), first.GetDevice()));
  }
};

/** Mean of the components: another number of components and another type. */
template <typename TInputImage, typename TOutputImage>
class Mean : public itk::TorchImageToImageFilter<TInputImage, TOutputImage>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(Mean);
  using Self = Mean;
  using Superclass = itk::TorchImageToImageFilter<TInputImage, TOutputImage>;
  using Pointer = itk::SmartPointer<Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(Mean);

protected:
  Mean() = default;

  itk::TorchTensor
  GenerateTensor(const itk::TorchTensor & input) override
  {
    using ComponentType = typename itk::NumericTraits<typename TOutputImage::PixelType>::ValueType;
    const auto type = std::is_same<ComponentType, float>::value    ? at::kFloat
                      : std::is_same<ComponentType, double>::value ? at::kDouble
                                                                   : at::kByte;
    return itk::MakeTorchTensor(itk::GetATensor(input).to(at::kDouble).mean(1, true).to(type), input.GetDevice());
  }
};

/** Does what it is told to, wrong things among them. */
class Rogue : public itk::TorchImageToImageFilter<itk::Image<float, 2>, itk::Image<float, 2>>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(Rogue);
  using Self = Rogue;
  using Pointer = itk::SmartPointer<Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(Rogue);

  std::function<at::Tensor(const at::Tensor &)> Action;

protected:
  Rogue() = default;

  itk::TorchTensor
  GenerateTensor(const itk::TorchTensor & input) override
  {
    return itk::MakeTorchTensor(Action(itk::GetATensor(input)), input.GetDevice());
  }
};

/** Overrides nothing. */
class Idle : public itk::TorchImageToImageFilter<itk::Image<float, 2>, itk::Image<float, 2>>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(Idle);
  using Self = Idle;
  using Pointer = itk::SmartPointer<Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(Idle);

protected:
  Idle() = default;
};

template <typename TImage>
void
AddsInEveryPixel()
{
  for (const std::string device : { "cpu", "staged", "auto" })
  {
    const auto image = MakeIntensities<TImage>();
    const auto filter = AddFilter<TImage>::New();
    filter->SetDevice(device);
    filter->SetSummand(3.0);
    filter->SetInput(image);
    filter->Update();
    auto expected = Read(image);
    for (double & value : expected.Values)
    {
      value += 3.0;
    }
    VERIFY(Same(Read(filter->GetOutput()), expected, 1e-4)) << device;
    filter->Update();
    VERIFY(filter->NumberOfExecutions == 1) << device;
  }
}

template <typename TImage>
void
KeepsTheMargin()
{
  for (const std::string device : { "cpu", "staged" })
  {
    const auto filter = NeighborSum<TImage>::New();
    filter->SetDevice(device);
    filter->SetInput(MakeIntensities<TImage>());
    filter->Update();
    const auto whole = Read(filter->GetOutput());
    for (const unsigned int divisions : { 2u, 3u, 8u })
    {
      const auto native =
        NativeBehind(filter->GetInput() == nullptr ? nullptr : const_cast<TImage *>(filter->GetInput()));
      const auto other = NeighborSum<TImage>::New();
      other->SetDevice(device);
      other->SetInput(dynamic_cast<TImage *>(native.Output.GetPointer()));
      const auto again = NeighborSum<TImage>::New();
      again->SetDevice(device);
      again->SetInput(other->GetOutput());
      const auto twice = NeighborSum<TImage>::New();
      twice->SetDevice(device);
      twice->SetInput(filter->GetOutput());
      twice->Update();
      VERIFY(Same(StreamingBehind(other->GetOutput(), divisions).Update(), whole)) << device << ", " << divisions;
      VERIFY(Same(StreamingBehind(again->GetOutput(), divisions).Update(), Read(twice->GetOutput())))
        << device << ", " << divisions << ", twice";
    }
  }
}
} // namespace

TEST(OwnFilters, ComputeInEveryPixelType)
{
  AddsInEveryPixel<itk::Image<float, 2>>();
  AddsInEveryPixel<itk::Image<float, 3>>();
  AddsInEveryPixel<itk::Image<unsigned int, 2>>();
  AddsInEveryPixel<itk::Image<unsigned short, 2>>();
  AddsInEveryPixel<itk::Image<itk::RGBPixel<unsigned char>, 2>>();
  AddsInEveryPixel<itk::VectorImage<float, 3>>();
}

TEST(OwnFilters, WithAMarginStream)
{
  KeepsTheMargin<itk::Image<float, 2>>();
  KeepsTheMargin<itk::VectorImage<float, 3>>();
}

TEST(OwnFilters, HaveSeveralInputsAndOutputs)
{
  using ImageType = itk::Image<float, 2>;
  for (const std::string device : { "cpu", "staged" })
  {
    const auto image = MakeIntensities<ImageType>();
    const auto weights = MakeWeights<ImageType>();
    const auto filter = SumAndProduct<ImageType>::New();
    filter->SetDevice(device);
    VERIFY(SaysOneSentence([&] { filter->Update(); }));
    filter->SetInput(image);
    VERIFY(SaysOneSentence([&] { filter->Update(); }, { "Other" }));
    filter->SetOther(weights);
    VERIFY(Works([&] { filter->Update(); }));
    const auto a = Read(image);
    const auto b = Read(weights);
    auto       sum = a;
    auto       product = a;
    for (std::size_t i = 0; i < a.Values.size(); ++i)
    {
      sum.Values[i] = static_cast<float>(a.Values[i]) + static_cast<float>(b.Values[i]);
      product.Values[i] = static_cast<float>(a.Values[i]) * static_cast<float>(b.Values[i]);
    }
    VERIFY(Same(Read(filter->GetOutput()), sum)) << device;
    VERIFY(Same(Read(filter->GetProduct()), product)) << device;
    filter->Modified();
    VERIFY(Same(NativeBehind(filter->GetProduct()).Update(), product)) << device;
    // One image for both inputs.
    filter->SetOther(image);
    filter->Update();
    for (std::size_t i = 0; i < a.Values.size(); ++i)
    {
      sum.Values[i] = 2.0f * static_cast<float>(a.Values[i]);
    }
    VERIFY(Same(Read(filter->GetOutput()), sum)) << device;
    // Another size.
    auto small = ImageType::New();
    SetAwkwardGeometry(small.GetPointer());
    small->SetRegions(ImageType::RegionType(image->GetLargestPossibleRegion().GetIndex(), { { 3, 3 } }));
    small->Allocate(true);
    filter->SetOther(small);
    VERIFY(SaysOneSentence([&] { filter->Update(); })) << device;
    filter->SetOther(weights);
    VERIFY(Works([&] { filter->Update(); })) << device;
  }
}

TEST(OwnFilters, ChangeThePixelType)
{
  for (const std::string device : { "cpu", "staged" })
  {
    const auto check = [&](auto * input, auto output)
    {
      using InputType = std::remove_pointer_t<decltype(input)>;
      using OutputType = typename decltype(output)::ObjectType;
      const auto filter = Mean<InputType, OutputType>::New();
      filter->SetDevice(device);
      filter->SetInput(input);
      filter->Update();
      const auto pixels = Read(input);
      auto       expected = pixels;
      expected.Values.clear();
      for (std::size_t pixel = 0; pixel < pixels.Values.size() / pixels.Components; ++pixel)
      {
        double sum = 0.0;
        for (unsigned int component = 0; component < pixels.Components; ++component)
        {
          sum += pixels.Values[pixel * pixels.Components + component];
        }
        const double mean = sum / pixels.Components;
        expected.Values.push_back(std::is_integral<typename OutputType::PixelType>::value ? std::floor(mean) : mean);
      }
      expected.Components = 1;
      VERIFY(Same(Read(filter->GetOutput()), expected, 1e-4)) << device;
    };
    check(MakeIntensities<itk::VectorImage<float, 2>>().GetPointer(), itk::Image<float, 2>::Pointer());
    check(MakeIntensities<itk::Image<itk::RGBPixel<unsigned char>, 3>>().GetPointer(), itk::Image<float, 3>::Pointer());
    check(MakeIntensities<itk::VectorImage<float, 3>>().GetPointer(), itk::Image<unsigned char, 3>::Pointer());
  }
}

TEST(OwnFilters, ThatReturnTheirInputLeaveItUnharmed)
{
  for (const std::string device : { "cpu", "staged" })
  {
    for (const bool isView : { false, true })
    {
      const auto image = MakeIntensities<itk::Image<float, 2>>();
      const auto before = Read(image);
      const auto filter = Rogue::New();
      filter->SetDevice(device);
      filter->Action = [&](const at::Tensor & input) { return isView ? input.view(input.sizes()) : input; };
      filter->SetInput(image);
      auto expected = before;
      for (double & value : expected.Values)
      {
        value = static_cast<float>(value + 1.0);
      }
      VERIFY(Same(InPlaceBehind(filter->GetOutput()).Update(), expected, 1e-4)) << device;
      VERIFY(Same(Read(image), before)) << device;
    }
  }
}

TEST(OwnFilters, ThatFailSaySoInOneSentenceAndWorkAfterwards)
{
  const std::vector<std::pair<std::string, std::function<at::Tensor(const at::Tensor &)>>> actions{
    { "another shape", [](const at::Tensor & input) { return input.narrow(-1, 0, 2); } },
    { "too few axes", [](const at::Tensor & input) { return input.reshape({ -1 }); } },
    { "another type", [](const at::Tensor & input) { return input.to(at::kDouble); } },
    { "no type of pixels", [](const at::Tensor & input) { return input.to(at::kHalf); } },
    { "no tensor", [](const at::Tensor &) { return at::Tensor{}; } },
    { "an error of LibTorch",
      [](const at::Tensor & input) {
        return input.view({ 3, 3, 3 });
      } },
    { "a C++ exception", [](const at::Tensor &) -> at::Tensor { throw std::runtime_error("The user's own words."); } },
    { "memory that is not there", [](const at::Tensor &) -> at::Tensor { throw std::bad_alloc(); } }
  };
  for (const std::string device : { "cpu", "staged" })
  {
    const auto filter = Rogue::New();
    filter->SetDevice(device);
    filter->SetInput(MakeIntensities<itk::Image<float, 2>>());
    for (const auto & [name, action] : actions)
    {
      filter->Action = action;
      filter->Modified();
      VERIFY(SaysOneSentence([&] { filter->Update(); })) << device << ": " << name;
      filter->Action = [](const at::Tensor & input) { return input + 1; };
      filter->Modified();
      VERIFY(Works([&] { filter->Update(); })) << device << ", after " << name;
    }
  }
  // What is no exception is the user's own affair; the filter works afterwards.
  const auto filter = Rogue::New();
  filter->SetDevice("cpu");
  filter->SetInput(MakeIntensities<itk::Image<float, 2>>());
  filter->Action = [](const at::Tensor &) -> at::Tensor { throw 3; };
  EXPECT_THROW(filter->Update(), int);
  filter->Action = [](const at::Tensor & input) { return input + 1; };
  VERIFY(Works([&] { filter->Update(); })) << "after a number that was thrown";

  const auto idle = Idle::New();
  idle->SetInput(MakeIntensities<itk::Image<float, 2>>());
  VERIFY(SaysOneSentence([&] { idle->Update(); }, { "override" }));
}

TEST(OwnFilters, MakeOneUploadAndOneDownloadInAChain)
{
  using ImageType = itk::Image<float, 2>;
  const auto a = AddFilter<ImageType>::New();
  const auto b = AddFilter<ImageType>::New();
  const auto c = AddFilter<ImageType>::New();
  for (const auto & filter : { a, b, c })
  {
    filter->SetDevice("staged");
    filter->KeepIntermediatesOnDeviceOn();
  }
  a->SetInput(MakeIntensities<ImageType>());
  b->SetInput(a->GetOutput());
  c->SetInput(b->GetOutput());
  itk::TorchTransferCounters::Reset();
  c->Update();
  const auto counts = itk::TorchTransferCounters::Get();
  VERIFY(counts.Uploads == 1) << counts.Uploads;
  VERIFY(counts.Downloads == 1) << counts.Downloads;
}

TEST(OwnFilters, RunInAMiniPipelineOfANativeFilter)
{
  using ImageType = itk::Image<float, 2>;
  for (const std::string device : { "cpu", "staged" })
  {
    // As composite filters do: graft the outer output onto the inner one, run, graft back.
    const auto image = MakeIntensities<ImageType>();
    const auto inner = AddFilter<ImageType>::New();
    inner->SetDevice(device);
    inner->SetInput(image);
    const auto outer = ImageType::New();
    outer->CopyInformation(image);
    outer->SetRegions(image->GetLargestPossibleRegion());
    inner->GraftOutput(outer);
    inner->Update();
    outer->Graft(inner->GetOutput());
    auto expected = Read(image);
    for (double & value : expected.Values)
    {
      value += 2.0;
    }
    VERIFY(Same(Read(outer), expected, 1e-4)) << device;
  }
}

TEST(OwnFilters, OnAnUnknownDeviceSaySo)
{
  using ImageType = itk::Image<float, 2>;
  const auto filter = AddFilter<ImageType>::New();
  filter->SetInput(MakeIntensities<ImageType>());
  for (const char * const device : { "toaster", "", "CPU", "cuda:-1", "cuda:x", "cuda:999" })
  {
    filter->SetDevice(std::string(device));
    VERIFY(SaysOneSentence([&] { filter->Update(); })) << device;
  }
  filter->SetDevice("cpu");
  VERIFY(Works([&] { filter->Update(); }));
  for (int allocations = 0; allocations < 2; ++allocations)
  {
    filter->SetDevice("staged");
    filter->Modified();
    itk::TorchDevice::SetStagedAllocationsUntilFailure(0);
    VERIFY(SaysOneSentence([&] { filter->Update(); }));
    itk::TorchDevice::SetStagedAllocationsUntilFailure(-1);
    VERIFY(Works([&] { filter->Update(); }));
  }
}
} // namespace client
