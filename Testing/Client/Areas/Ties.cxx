// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Images.h"
#include "TestImages.h"
#include "itkTwoNearestObjectsDistanceImageFilter.h"
#include <limits>

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
  for (const double spacing : { 1.0, 0.8, 0.1, 3.3 })
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
        for (const unsigned int pieces : { 2u, 7u })
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

/** Of equally far objects the one of the smaller label is nearer, on every device: by looking at every point. */
template <unsigned int D>
void
TheSmallerLabelIsNearer()
{
  using ImageType = itk::Image<unsigned short, D>;
  using FilterType = itk::TwoNearestObjectsDistanceImageFilter<ImageType>;
  for (const double spacing : { 1.0, 0.8, 0.1 })
  {
    const auto                                                            labels = MakePoints<D>(spacing, 6);
    std::vector<std::pair<typename ImageType::IndexType, unsigned short>> points;
    itk::ImageRegionIteratorWithIndex<ImageType>                          pixel(labels, labels->GetBufferedRegion());
    for (pixel.GoToBegin(); !pixel.IsAtEnd(); ++pixel)
    {
      if (pixel.Get() != 0)
      {
        points.emplace_back(pixel.GetIndex(), pixel.Get());
      }
    }
    std::vector<double> first;
    std::vector<double> second;
    for (pixel.GoToBegin(); !pixel.IsAtEnd(); ++pixel)
    {
      using Found = std::pair<long, unsigned short>;
      const auto find = [&](unsigned short other)
      {
        Found nearest{ std::numeric_limits<long>::max(), 0 };
        for (const auto & [index, label] : points)
        {
          long squared = 0;
          for (unsigned int axis = 0; axis < D; ++axis)
          {
            squared += (index[axis] - pixel.GetIndex()[axis]) * (index[axis] - pixel.GetIndex()[axis]);
          }
          nearest = label == other ? nearest : std::min(nearest, Found{ squared, label });
        }
        return nearest.second;
      };
      first.push_back(find(0));
      second.push_back(find(static_cast<unsigned short>(first.back())));
    }
    for (const std::string device : { "cpu", "staged" })
    {
      const auto filter = FilterType::New();
      filter->SetDevice(device);
      filter->SetInput(labels);
      filter->Update();
      VERIFY(SameValues(Read(filter->GetFirstLabel()).Values, first)) << device << ", spacing " << spacing;
      VERIFY(SameValues(Read(filter->GetSecondLabel()).Values, second)) << device << ", spacing " << spacing;
    }
  }
}

TEST(Ties, AreDecidedByTheSmallerLabelOnEveryDevice)
{
  TheSmallerLabelIsNearer<2>();
  TheSmallerLabelIsNearer<3>();
}
} // namespace client
