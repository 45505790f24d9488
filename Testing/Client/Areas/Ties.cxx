// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Images.h"
#include "TestImages.h"
#include "itkTwoNearestObjectsDistanceImageFilter.h"

/** Pixels that are equally far from several objects: pieces are the whole there, too. */

namespace client
{
namespace
{
/** Single pixels of many labels, so that most pixels between them are ties. */
template <unsigned int D>
typename itk::Image<unsigned short, D>::Pointer
MakePoints(double spacing, unsigned int distance)
{
  using ImageType = itk::Image<unsigned short, D>;
  auto                         image = ImageType::New();
  typename ImageType::SizeType size;
  size.Fill(D == 2 ? 45 : 19);
  image->SetRegions(size);
  typename ImageType::SpacingType spacings;
  spacings.Fill(spacing);
  image->SetSpacing(spacings);
  image->Allocate(true);
  unsigned short number = 0;
  for (itk::ImageRegionIteratorWithIndex<ImageType> pixel(image, image->GetBufferedRegion()); !pixel.IsAtEnd(); ++pixel)
  {
    bool isPoint = true;
    for (unsigned int axis = 0; axis < D; ++axis)
    {
      isPoint = isPoint && pixel.GetIndex()[axis] % static_cast<long>(distance) == 1;
    }
    if (isPoint)
    {
      // Labels in no order along any axis.
      pixel.Set(static_cast<unsigned short>(1 + (++number * 2654435761u) % 60000u));
    }
  }
  return image;
}

template <unsigned int D>
void
PiecesAreTheWhole()
{
  using FilterType = itk::TwoNearestObjectsDistanceImageFilter<itk::Image<unsigned short, D>>;
  for (const double spacing : { 1.0, 0.8, 0.7, 0.1, 1.3, 3.3 })
  {
    for (const unsigned int distance : { 4u, 6u })
    {
      for (const std::string device : { "cpu", "staged" })
      {
        const auto makeFilter = [&]
        {
          auto filter = FilterType::New();
          filter->SetDevice(device);
          filter->SetMaximumDistance(7.0 * spacing);
          filter->SetInput(MakePoints<D>(spacing, distance));
          return filter;
        };
        const auto   filter = makeFilter();
        const char * names[] = { "distance", "second distance", "label", "second label" };
        filter->Update();
        const std::vector<itk::DataObject *> whole{
          filter->GetOutput(), filter->GetSecondDistance(), filter->GetFirstLabel(), filter->GetSecondLabel()
        };
        for (const unsigned int pieces : { 2u, 3u, 7u })
        {
          const auto                           parts = makeFilter();
          const std::vector<itk::DataObject *> images{
            parts->GetOutput(), parts->GetSecondDistance(), parts->GetFirstLabel(), parts->GetSecondLabel()
          };
          for (std::size_t i = 0; i < images.size(); ++i)
          {
            VERIFY(Same(StreamingBehind(images[i], pieces).Update(), Read(whole[i])))
              << names[i] << " in " << D << "D, " << pieces << " pieces, spacing " << spacing << ", points every "
              << distance << " pixels, " << device;
          }
        }
      }
    }
  }
}
} // namespace

TEST(Ties, OfPiecesAreThoseOfTheWholeImage)
{
  PiecesAreTheWhole<2>();
}

TEST(Ties, OfPiecesAreThoseOfTheWholeVolume)
{
  PiecesAreTheWhole<3>();
}

/** Which of two at one distance is the nearest is open; the distances are not. */
TEST(Ties, HaveTheSameDistancesOnEveryDevice)
{
  using FilterType = itk::TwoNearestObjectsDistanceImageFilter<itk::Image<unsigned short, 2>>;
  for (const double spacing : { 1.0, 0.8 })
  {
    std::vector<Pixels> first;
    for (const std::string device : { "cpu", "staged" })
    {
      const auto filter = FilterType::New();
      filter->SetDevice(device);
      filter->SetInput(MakePoints<2>(spacing, 4));
      filter->Update();
      const std::vector<Pixels> pixels{ Read(filter->GetOutput()), Read(filter->GetSecondDistance()) };
      for (std::size_t i = 0; i < pixels.size(); ++i)
      {
        VERIFY(first.size() < 2 || Same(pixels[i], first[i])) << "distance " << i << ", spacing " << spacing;
      }
      first = pixels;
    }
  }
}
} // namespace client
