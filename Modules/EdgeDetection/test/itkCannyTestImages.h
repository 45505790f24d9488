// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkCannyTestImages_h
#define itkCannyTestImages_h

#include "itkCannyEdgeDetectionImageFilter.h"
#include "itkImageRegionIteratorWithIndex.h"
#include "itkNucleiPhantomImageSource.h"
#include "itkTorchCannyEdgeDetectionImageFilter.h"
#include "itkTorchRuntime.h"
#include "itkTorchTestDevices.h"
#include "itkTorchTestImages.h"
#include <cmath>
#include <string>

namespace itk
{
namespace Test
{
/** A number of threads until the end of the scope. */
class ThreadsScope
{
public:
  explicit ThreadsScope(unsigned int threads)
    : m_Before(TorchRuntime::GetNumberOfThreads())
  {
    TorchRuntime::SetNumberOfThreads(threads);
  }
  ~ThreadsScope() { TorchRuntime::SetNumberOfThreads(m_Before); }

private:
  unsigned int m_Before;
};

/** An image whose pixel at an index is value(index). */
template <typename TImage, typename TValue>
typename TImage::Pointer
MakeImageOf(const typename TImage::SizeType & size, const TValue & value)
{
  auto image = TImage::New();
  image->SetRegions(size);
  image->Allocate();
  for (ImageRegionIteratorWithIndex<TImage> it(image, image->GetLargestPossibleRegion()); !it.IsAtEnd(); ++it)
  {
    it.Set(static_cast<typename TImage::PixelType>(value(it.GetIndex())));
  }
  return image;
}

template <typename TImage>
typename TImage::Pointer
MakeNoise(const typename TImage::SizeType & size, double highest = 255.0, unsigned int seed = 1)
{
  TorchRandom random(seed);
  return MakeImageOf<TImage>(size, [&](const auto &) { return random.Uniform(0.0, highest); });
}

/** Few gray values, so that many derivatives are 0 or equal. */
template <typename TImage>
typename TImage::Pointer
MakeBlocks(const typename TImage::SizeType & size, int edge = 3)
{
  return MakeImageOf<TImage>(size,
                             [edge](const auto & index)
                             {
                               auto sum = index[0] / edge + 2 * (index[1] / edge);
                               sum += TImage::ImageDimension == 3 ? index[TImage::ImageDimension - 1] / edge : 0;
                               return 40.0 * static_cast<double>(sum * sum % 5);
                             });
}

template <typename TImage>
typename TImage::Pointer
MakePhantom(const typename TImage::SizeType & size)
{
  auto source = NucleiPhantomImageSource<TImage>::New();
  source->SetSize(size);
  source->Update();
  typename TImage::Pointer image = source->GetOutput();
  image->DisconnectPipeline();
  return image;
}

struct CannySettings
{
  std::vector<double> Variance{ 2.0 };
  std::vector<double> MaximumError{ 0.01 };
  double              Lower{ 2.0 };
  double              Upper{ 6.0 };
};

template <typename TImage>
using CannyFilter = TorchCannyEdgeDetectionImageFilter<TImage>;

/** Sets what ITK's filter has, too. */
template <typename TFilter>
void
ApplySettings(TFilter * filter, const CannySettings & settings)
{
  typename TFilter::ArrayType variance;
  typename TFilter::ArrayType error;
  for (unsigned int axis = 0; axis < TFilter::ImageDimension; ++axis)
  {
    variance[axis] = settings.Variance[axis % settings.Variance.size()];
    error[axis] = settings.MaximumError[axis % settings.MaximumError.size()];
  }
  filter->SetVariance(variance);
  filter->SetMaximumError(error);
  filter->SetLowerThreshold(static_cast<typename TFilter::OutputImagePixelType>(settings.Lower));
  filter->SetUpperThreshold(static_cast<typename TFilter::OutputImagePixelType>(settings.Upper));
}

template <typename TImage>
typename CannyFilter<TImage>::Pointer
MakeCanny(TImage * image, const CannySettings & settings = {}, const TorchDevice & device = "cpu")
{
  auto filter = CannyFilter<TImage>::New();
  filter->SetInput(image);
  filter->SetDevice(device);
  ApplySettings(filter.GetPointer(), settings);
  return filter;
}

template <typename TImage>
std::size_t
CountEdges(const TImage * edges)
{
  const auto * const pixels = edges->GetBufferPointer();
  return static_cast<std::size_t>(
    std::count(pixels, pixels + edges->GetPixelContainer()->Size(), typename TImage::PixelType{ 1 }));
}

/** The edges of ITK's filter in every pixel, and what survives there, bit for bit; but LibTorch's square root of double
 * may be one unit in the last place off.
 * \return number of edge pixels */
template <typename TImage>
std::size_t
ExpectEdgesOfITK(TImage * image, const CannySettings & settings, const TorchDevice & device)
{
  auto expected = CannyEdgeDetectionImageFilter<TImage, TImage>::New();
  expected->SetInput(image);
  ApplySettings(expected.GetPointer(), settings);
  expected->Update();
  const auto actual = MakeCanny(image, settings, device);
  actual->ProduceNonMaximumSuppressionOn();
  actual->Update();
  SCOPED_TRACE("variance " + std::to_string(settings.Variance[0]) + ", thresholds " + std::to_string(settings.Lower) +
               " and " + std::to_string(settings.Upper));
  ExpectSameImage<TImage>(actual->GetOutput(), expected->GetOutput());
  const auto * const a = actual->GetNonMaximumSuppressionImage()->GetBufferPointer();
  const auto * const e = expected->GetNonMaximumSuppressionImage()->GetBufferPointer();
  const auto         pixels = image->GetLargestPossibleRegion().GetNumberOfPixels();
  const bool         isExact = device.IsHost() || sizeof(*a) == 4;
  const auto         different = std::mismatch(
    a, a + pixels, e, [isExact](double x, double y) { return x == y || (!isExact && std::abs(x - y) <= 2.3e-16 * y); });
  EXPECT_EQ(different.first, a + pixels) << *different.first << " instead of " << *different.second;
  return CountEdges<TImage>(actual->GetOutput());
}
} // namespace Test
} // namespace itk

#endif
