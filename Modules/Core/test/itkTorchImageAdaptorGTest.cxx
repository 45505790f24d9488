// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchPipelineTest.h"

#include "itkAddImageAdaptor.h"
#include "itkCastImageFilter.h"
#include "itkImageAdaptor.h"
#include "itkNthElementImageAdaptor.h"
#include "itkRGBPixel.h"
#include "itkStreamingImageFilter.h"
#include "itkVectorImageToImageAdaptor.h"

using itk::TorchDevice;
using namespace itk::Test;

namespace
{
ITKTorch_PIPELINE_SUITE(ImageAdaptor);
#define PIPELINE_TEST(name) ITKTorch_PIPELINE_TEST(ImageAdaptor, name)

/** Its input as float components, times two. */
template <typename TInputImage, typename TOutputImage>
class DoublingFilter : public itk::TorchImageToImageFilter<TInputImage, TOutputImage>
{
public:
  using Self = DoublingFilter;
  using Pointer = itk::SmartPointer<Self>;
  itkNewMacro(Self);

protected:
  itk::TorchTensor
  GenerateTensor(const itk::TorchTensor & input) override
  {
    return itk::MakeTorchTensor(itk::GetATensor(input).to(c10::kFloat) * 2.0, input.GetDevice());
  }
};

/** What the filter gives for the adaptor, whole and streamed, equals what it gives for the same pixels as an image. */
template <typename TImage, typename TAdaptor>
void
ExpectAdaptorIsRead(const TorchDevice & device, TAdaptor * adaptor)
{
  constexpr unsigned int D = TAdaptor::ImageDimension;
  using OutputType = typename std::conditional<std::is_arithmetic<typename TImage::PixelType>::value,
                                               itk::Image<float, D>,
                                               itk::Image<itk::RGBPixel<float>, D>>::type;
  const auto cast = itk::CastImageFilter<TAdaptor, TImage>::New();
  cast->SetInput(adaptor);
  const auto expected = DoublingFilter<TImage, OutputType>::New();
  expected->SetInput(cast->GetOutput());
  expected->Update();

  const auto filter = DoublingFilter<TAdaptor, OutputType>::New();
  filter->SetDevice(device);
  filter->SetInput(adaptor);
  filter->Update();
  ExpectSameImage<OutputType>(filter->GetOutput(), expected->GetOutput());

  filter->Modified();
  const auto streaming = itk::StreamingImageFilter<OutputType, OutputType>::New();
  streaming->SetInput(filter->GetOutput());
  streaming->SetNumberOfStreamDivisions(3);
  streaming->Update();
  ExpectSameImage<OutputType>(streaming->GetOutput(), expected->GetOutput());
}

PIPELINE_TEST(OneComponentOfColorsIsRead)
{
  using ColorImage = itk::Image<itk::RGBPixel<unsigned char>, D>;
  const auto colors = MakeAwkwardImage<ColorImage>();
  using AdaptorType = itk::NthElementImageAdaptor<ColorImage, unsigned char>;
  const auto adaptor = AdaptorType::New();
  adaptor->SetImage(colors);
  adaptor->SelectNthElement(2);
  ExpectAdaptorIsRead<itk::Image<unsigned char, D>>(device, adaptor.GetPointer());
}

PIPELINE_TEST(OneComponentOfAVectorImageIsRead)
{
  using VectorImageType = itk::VectorImage<float, D>;
  const auto vectors = MakeAwkwardImage<VectorImageType>(3);
  const auto adaptor = itk::VectorImageToImageAdaptor<float, D>::New();
  adaptor->SetImage(vectors);
  adaptor->SetExtractComponentIndex(1);
  ExpectAdaptorIsRead<itk::Image<float, D>>(device, adaptor.GetPointer());
}

PIPELINE_TEST(ComputedPixelsOfATorchFilterAreRead)
{
  const auto input = MakeAwkwardImage<itk::Image<float, D>>();
  const auto scale = MakeScale(device, input.GetPointer());
  const auto adaptor = itk::AddImageAdaptor<itk::Image<float, D>>::New();
  adaptor->SetImage(scale->GetOutput());
  adaptor->SetValue(7.5f);
  ExpectAdaptorIsRead<itk::Image<float, D>>(device, adaptor.GetPointer());
}

/** Components exchanged and made float. */
struct ExchangingAccessor
{
  using InternalType = itk::RGBPixel<unsigned char>;
  using ExternalType = itk::RGBPixel<float>;
  ExternalType
  Get(const InternalType & pixel) const
  {
    ExternalType color;
    color.Set(pixel.GetBlue(), 0.5f * pixel.GetGreen(), pixel.GetRed());
    return color;
  }
  void
  Set(InternalType &, const ExternalType &) const
  {}
};

PIPELINE_TEST(ColorsThatAreComputedKeepTheirThreeComponents)
{
  using ColorImage = itk::Image<itk::RGBPixel<unsigned char>, D>;
  const auto adaptor = itk::ImageAdaptor<ColorImage, ExchangingAccessor>::New();
  adaptor->SetImage(MakeAwkwardImage<ColorImage>());
  EXPECT_EQ(itk::GetTorchNumberOfComponents(adaptor.GetPointer()), 3u);
  ExpectAdaptorIsRead<itk::Image<itk::RGBPixel<float>, D>>(device, adaptor.GetPointer());
}
} // namespace
