// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Images.h"
#include "Networks.h"
#include "TestImages.h"
#include "itkAddImageAdaptor.h"
#include "itkCastImageFilter.h"
#include "itkInstanceSegmentationImageFilter.h"
#include "itkLogImageAdaptor.h"
#include "itkNthElementImageAdaptor.h"
#include "itkOtsuBaselineImageFilter.h"
#include "itkRGBToLuminanceImageAdaptor.h"
#include "itkTorchCannyEdgeDetectionImageFilter.h"
#include "itkTorchConnectedComponentImageFilter.h"
#include "itkTorchMarkerWatershedImageFilter.h"
#include "itkUNetInferenceImageFilter.h"
#include "itkVector.h"

/** itk::ImageAdaptors as inputs: the same as their pixels cast to an image. */

namespace client
{
namespace
{
template <unsigned int D>
using Real = itk::Image<float, D>;
template <unsigned int D>
using Labels = itk::Image<unsigned short, D>;
template <unsigned int D>
using Mask = itk::Image<unsigned char, D>;
template <unsigned int D>
using Colors = itk::Image<itk::RGBPixel<unsigned char>, D>;
template <unsigned int D>
using Vectors = itk::Image<itk::Vector<float, 3>, D>;

/** 1 where a number is above 100. */
struct MaskAccessor
{
  using InternalType = float;
  using ExternalType = unsigned char;
  void
  Set(InternalType & output, const ExternalType & input) const
  {
    output = input;
  }
  ExternalType
  Get(const InternalType & input) const
  {
    return input > 100.0f ? 1 : 0;
  }
};
template <unsigned int D>
using ThresholdedMask = itk::ImageAdaptor<itk::Image<float, D>, MaskAccessor>;

template <typename TAdaptor, typename TImage>
typename TAdaptor::Pointer
Adapt(TImage * image)
{
  auto adaptor = TAdaptor::New();
  adaptor->SetImage(image);
  return adaptor;
}

template <typename TImage, typename TAdaptor>
typename TImage::Pointer
Cast(TAdaptor * adaptor)
{
  auto cast = itk::CastImageFilter<TAdaptor, TImage>::New();
  cast->SetInput(adaptor);
  cast->Update();
  return cast->GetOutput();
}

/** A filter of each kind of input: `set` gives it the input, and parameters. */
template <template <typename> class TFilterOf, typename TImage, typename TAdaptor, typename TSet>
void
IsTheSame(const std::string & name, TAdaptor * adaptor, const TSet & set)
{
  const auto image = Cast<TImage>(adaptor);
  for (const std::string device : { "cpu", "staged" })
  {
    const auto expected = TFilterOf<TImage>::New();
    set(expected.GetPointer(), image.GetPointer());
    const auto filter = TFilterOf<TAdaptor>::New();
    set(filter.GetPointer(), adaptor);
    if constexpr (std::is_base_of<itk::TorchParameterized, TFilterOf<TImage>>::value)
    {
      expected->SetDevice(device);
      filter->SetDevice(device);
    }
    expected->Update();
    VERIFY(Works([&] { filter->Update(); })) << name << " on " << device;
    const auto outputs = filter->GetOutputs();
    const auto expectedOutputs = expected->GetOutputs();
    for (std::size_t i = 0; i < outputs.size(); ++i)
    {
      // Other outputs are not images of the client's types.
      if (dynamic_cast<itk::ImageBase<TImage::ImageDimension> *>(outputs[i].GetPointer()) != nullptr &&
          dynamic_cast<TAdaptor *>(outputs[i].GetPointer()) == nullptr && HasBuffer(expectedOutputs[i]))
      {
        VERIFY(Works([&] { VERIFY(Same(Read(outputs[i]), Read(expectedOutputs[i]))) << name << " on " << device; }))
          << name << " on " << device;
      }
    }
  }
}

const auto setInput = [](auto * filter, auto * input) { filter->SetInput(input); };

template <typename TInput>
using Canny = itk::TorchCannyEdgeDetectionImageFilter<TInput, Real<TInput::ImageDimension>>;
template <typename TInput>
using Inference = itk::UNetInferenceImageFilter<TInput, Real<TInput::ImageDimension>>;
template <typename TInput>
using Baseline = itk::OtsuBaselineImageFilter<TInput, Mask<TInput::ImageDimension>>;
template <typename TInput>
using Instances = itk::InstanceSegmentationImageFilter<TInput>;
template <typename TInput>
using Components = itk::TorchConnectedComponentImageFilter<TInput>;
template <typename TInput>
using Watershed = itk::TorchMarkerWatershedImageFilter<TInput, Labels<TInput::ImageDimension>>;

template <unsigned int D>
void
OfNumbers()
{
  const auto setCanny = [](auto * filter, auto * input)
  {
    filter->SetVariance(1.0);
    filter->SetThresholdRule(itk::CannyThresholdRule::Otsu);
    filter->SetInput(input);
  };
  const auto setModel = [](auto * filter, auto * input)
  {
    filter->SetModel(SmallModel(D, 1, 2));
    filter->SetInput(input);
  };
  const auto vectors = MakeIntensities<Vectors<D>>();
  const auto element = Adapt<itk::NthElementImageAdaptor<Vectors<D>, float>>(vectors.GetPointer());
  element->SelectNthElement(1);
  IsTheSame<Canny, Real<D>>("Canny of an element", element.GetPointer(), setCanny);
  IsTheSame<Inference, Real<D>>("Inference of an element", element.GetPointer(), setModel);

  const auto numbers = MakeIntensities<Real<D>>();
  const auto logarithm = Adapt<itk::LogImageAdaptor<Real<D>, float>>(numbers.GetPointer());
  IsTheSame<Canny, Real<D>>("Canny of a logarithm", logarithm.GetPointer(), setCanny);
  IsTheSame<Inference, Real<D>>("Inference of a logarithm", logarithm.GetPointer(), setModel);

  const auto sum = Adapt<itk::AddImageAdaptor<Real<D>>>(numbers.GetPointer());
  sum->SetValue(17.0f);
  IsTheSame<Inference, Real<D>>("Inference of a sum", sum.GetPointer(), setModel);

  const auto colors = MakeIntensities<Colors<D>>();
  const auto luminance = Adapt<itk::RGBToLuminanceImageAdaptor<Colors<D>, float>>(colors.GetPointer());
  IsTheSame<Canny, Real<D>>("Canny of a luminance", luminance.GetPointer(), setCanny);
  IsTheSame<Inference, Real<D>>("Inference of a luminance", luminance.GetPointer(), setModel);
}

template <unsigned int D>
void
OfOtherKinds()
{
  const auto colors = MakeIntensities<Colors<D>>();
  const auto red = Adapt<itk::NthElementImageAdaptor<Colors<D>, unsigned char>>(colors.GetPointer());
  red->SelectNthElement(2);
  IsTheSame<Baseline, Mask<D>>("Otsu's baseline of a color", red.GetPointer(), setInput);
  IsTheSame<Components, Mask<D>>("Components of a color", red.GetPointer(), setInput);

  const auto numbers = MakeIntensities<Real<D>>();
  const auto mask = Adapt<ThresholdedMask<D>>(numbers.GetPointer());
  IsTheSame<Components, Mask<D>>("Components of a threshold", mask.GetPointer(), setInput);

  const auto probabilities = MakeProbabilities<Real<D>>();
  const auto sum = Adapt<itk::AddImageAdaptor<Real<D>>>(probabilities.GetPointer());
  sum->SetValue(0.0f);
  IsTheSame<Instances, Real<D>>("Objects of a sum", sum.GetPointer(), setInput);

  const auto landscape = Adapt<itk::LogImageAdaptor<Real<D>, float>>(numbers.GetPointer());
  IsTheSame<Watershed, Real<D>>("Watershed of a logarithm",
                                landscape.GetPointer(),
                                [](auto * filter, auto * input)
                                {
                                  filter->SetMarkerImage(MakeMarkers<Labels<D>>());
                                  filter->SetInput(input);
                                });
}
} // namespace

TEST(Adaptors, OfNumbersInAnImage)
{
  OfNumbers<2>();
}

TEST(Adaptors, OfNumbersInAVolume)
{
  OfNumbers<3>();
}

TEST(Adaptors, OfOtherKindsInAnImage)
{
  OfOtherKinds<2>();
}

TEST(Adaptors, OfOtherKindsInAVolume)
{
  OfOtherKinds<3>();
}
} // namespace client
