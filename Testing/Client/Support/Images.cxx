// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Images.h"
#include "ImageTypes.h"
#include "itkExtractImageFilter.h"
#include "itkImageRegionConstIteratorWithIndex.h"
#include "itkImageRegionIterator.h"
#include "itkStreamingImageFilter.h"
#include "itkUnaryFunctorImageFilter.h"
#include <cmath>

namespace client
{
namespace
{
template <typename TPixel>
void
Append(std::vector<double> & values, const TPixel & pixel)
{
  if constexpr (std::is_arithmetic<TPixel>::value)
  {
    values.push_back(static_cast<double>(pixel));
  }
  else
  {
    for (unsigned int component = 0; component < itk::NumericTraits<TPixel>::GetLength(pixel); ++component)
    {
      values.push_back(static_cast<double>(pixel[component]));
    }
  }
}

template <typename TPixel>
struct AddOne
{
  TPixel
  operator()(const TPixel & pixel) const
  {
    TPixel sum = pixel;
    if constexpr (std::is_arithmetic<TPixel>::value)
    {
      sum = static_cast<TPixel>(sum + 1);
    }
    else
    {
      for (unsigned int component = 0; component < itk::NumericTraits<TPixel>::GetLength(pixel); ++component)
      {
        sum[component] += 1;
      }
    }
    return sum;
  }
  bool
  operator==(const AddOne &) const
  {
    return true;
  }
  bool
  operator!=(const AddOne &) const
  {
    return false;
  }
};

template <typename TRegion>
TRegion
MiddleRegion(const TRegion & whole)
{
  TRegion middle = whole;
  for (unsigned int axis = 0; axis < TRegion::ImageDimension; ++axis)
  {
    const auto size = whole.GetSize(axis);
    middle.SetIndex(axis, whole.GetIndex(axis) + static_cast<long>(size / 4));
    middle.SetSize(axis, std::max<std::size_t>(1, size / 2));
  }
  return middle;
}
} // namespace

Pixels
Read(const itk::DataObject * object)
{
  Pixels pixels;
  Visit(const_cast<itk::DataObject *>(object),
        [&](auto * image)
        {
          using ImageType = std::remove_pointer_t<decltype(image)>;
          const auto & region = image->GetBufferedRegion();
          pixels.Components = image->GetNumberOfComponentsPerPixel();
          for (unsigned int axis = 0; axis < ImageType::ImageDimension; ++axis)
          {
            pixels.Size.push_back(region.GetSize(axis));
            pixels.Index.push_back(region.GetIndex(axis));
            pixels.Place.push_back(image->GetSpacing()[axis]);
            pixels.Place.push_back(image->GetOrigin()[axis]);
            for (unsigned int column = 0; column < ImageType::ImageDimension; ++column)
            {
              pixels.Place.push_back(image->GetDirection()(axis, column));
            }
          }
          if (!HasBuffer(image))
          {
            itkGenericExceptionMacro("The image has no pixels in ITK's buffer.");
          }
          for (itk::ImageRegionConstIterator<ImageType> pixel(image, region); !pixel.IsAtEnd(); ++pixel)
          {
            Append(pixels.Values, pixel.Get());
          }
        });
  return pixels;
}

::testing::AssertionResult
SameValues(const std::vector<double> & actual, const std::vector<double> & expected, double tolerance)
{
  if (actual.size() != expected.size())
  {
    return ::testing::AssertionFailure() << actual.size() << " values instead of " << expected.size();
  }
  double      largest = 0.0;
  std::size_t place = 0;
  std::size_t number = 0;
  for (std::size_t i = 0; i < actual.size(); ++i)
  {
    if (actual[i] == expected[i] || (std::isnan(actual[i]) && std::isnan(expected[i])))
    {
      continue;
    }
    const double difference = std::abs(actual[i] - expected[i]);
    if (!(difference <= tolerance))
    {
      place = number == 0 ? i : place;
      ++number;
    }
    largest = std::isnan(difference) ? largest : std::max(largest, difference);
  }
  if (std::isfinite(largest))
  {
    NoteDifference(largest);
  }
  if (number == 0)
  {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure() << number << " of " << actual.size() << " values differ, the first, number "
                                       << place << ": " << actual[place] << " instead of " << expected[place];
}

::testing::AssertionResult
Same(const Pixels & actual, const Pixels & expected, double tolerance)
{
  if (actual.Size != expected.Size || actual.Index != expected.Index || actual.Components != expected.Components)
  {
    return ::testing::AssertionFailure() << "another region or number of components";
  }
  for (std::size_t i = 0; i < actual.Place.size(); ++i)
  {
    if (std::abs(actual.Place[i] - expected.Place[i]) > 1e-12)
    {
      return ::testing::AssertionFailure()
             << "another spacing, origin or direction: " << actual.Place[i] << " instead of " << expected.Place[i];
    }
  }
  return SameValues(actual.Values, expected.Values, tolerance);
}

itk::DataObject::Pointer
Copy(const itk::DataObject * object)
{
  itk::DataObject::Pointer result;
  Visit(const_cast<itk::DataObject *>(object),
        [&](auto * image)
        {
          using ImageType = std::remove_pointer_t<decltype(image)>;
          auto copy = ImageType::New();
          copy->CopyInformation(image);
          copy->SetRegions(image->GetBufferedRegion());
          copy->Allocate();
          itk::ImageRegionConstIterator<ImageType> from(image, image->GetBufferedRegion());
          itk::ImageRegionIterator<ImageType>      to(copy, image->GetBufferedRegion());
          for (; !from.IsAtEnd(); ++from, ++to)
          {
            to.Set(from.Get());
          }
          result = copy;
        });
  return result;
}

Behind
NativeBehind(itk::DataObject * object)
{
  Behind behind;
  Visit(object,
        [&](auto * image)
        {
          using ImageType = std::remove_pointer_t<decltype(image)>;
          auto filter = itk::ExtractImageFilter<ImageType, ImageType>::New();
          image->UpdateOutputInformation();
          filter->SetExtractionRegion(image->GetLargestPossibleRegion());
          filter->SetDirectionCollapseToSubmatrix();
          filter->SetInput(image);
          behind = { filter.GetPointer(), filter->GetOutput() };
        });
  return behind;
}

Behind
InPlaceBehind(itk::DataObject * object)
{
  Behind behind;
  Visit(object,
        [&](auto * image)
        {
          using ImageType = std::remove_pointer_t<decltype(image)>;
          using PixelType = typename ImageType::PixelType;
          auto filter = itk::UnaryFunctorImageFilter<ImageType, ImageType, AddOne<PixelType>>::New();
          filter->InPlaceOn();
          filter->SetInput(image);
          behind = { filter.GetPointer(), filter->GetOutput() };
        });
  return behind;
}

Behind
StreamingBehind(itk::DataObject * object, unsigned int divisions)
{
  Behind behind;
  Visit(object,
        [&](auto * image)
        {
          using ImageType = std::remove_pointer_t<decltype(image)>;
          auto filter = itk::StreamingImageFilter<ImageType, ImageType>::New();
          filter->SetNumberOfStreamDivisions(divisions);
          filter->SetInput(image);
          behind = { filter.GetPointer(), filter->GetOutput() };
        });
  return behind;
}

void
RequestMiddle(itk::DataObject * object)
{
  object->UpdateOutputInformation();
  const auto request = [](auto * image) { image->SetRequestedRegion(MiddleRegion(image->GetLargestPossibleRegion())); };
  if (auto * const plane = dynamic_cast<itk::ImageBase<2> *>(object))
  {
    request(plane);
  }
  else
  {
    request(dynamic_cast<itk::ImageBase<3> *>(object));
  }
}

Pixels
MiddleOf(const Pixels & whole)
{
  Pixels     middle = whole;
  const auto dimension = whole.Size.size();
  middle.Values.clear();
  std::vector<std::size_t> start;
  for (std::size_t axis = 0; axis < dimension; ++axis)
  {
    start.push_back(whole.Size[axis] / 4);
    middle.Size[axis] = std::max<std::size_t>(1, whole.Size[axis] / 2);
    middle.Index[axis] = whole.Index[axis] + static_cast<long>(start[axis]);
  }
  for (std::size_t i = 0; i < whole.Values.size(); ++i)
  {
    std::size_t pixel = i / whole.Components;
    bool        isInside = true;
    for (std::size_t axis = 0; axis < dimension; ++axis)
    {
      const std::size_t place = pixel % whole.Size[axis];
      pixel /= whole.Size[axis];
      isInside = isInside && place >= start[axis] && place < start[axis] + middle.Size[axis];
    }
    if (isInside)
    {
      middle.Values.push_back(whole.Values[i]);
    }
  }
  return middle;
}

std::vector<double>
ReadByGetPixel(itk::DataObject * object)
{
  std::vector<double> values;
  Visit(object,
        [&](auto * image)
        {
          using ImageType = std::remove_pointer_t<decltype(image)>;
          const ImageType * const constant = image;
          if (!HasBuffer(image))
          {
            itkGenericExceptionMacro("The image has no pixels in ITK's buffer.");
          }
          // The index alone: an iterator that has no buffer of its own.
          const auto & region = image->GetBufferedRegion();
          auto         index = region.GetIndex();
          for (std::size_t i = 0; i < region.GetNumberOfPixels(); ++i)
          {
            std::size_t pixel = i;
            for (unsigned int axis = 0; axis < ImageType::ImageDimension; ++axis)
            {
              index[axis] = region.GetIndex(axis) + static_cast<long>(pixel % region.GetSize(axis));
              pixel /= region.GetSize(axis);
            }
            Append(values, constant->GetPixel(index));
          }
        });
  return values;
}

Pixels
ReadByGraft(itk::DataObject * object)
{
  Pixels pixels;
  Visit(object,
        [&](auto * image)
        {
          using ImageType = std::remove_pointer_t<decltype(image)>;
          auto plain = ImageType::New();
          plain->Graft(image);
          pixels = Read(plain);
        });
  return pixels;
}

bool
HasBuffer(const itk::DataObject * object)
{
  bool hasBuffer = false;
  Visit(
    const_cast<itk::DataObject *>(object),
    [&](auto * image)
    {
      std::size_t expected = image->GetBufferedRegion().GetNumberOfPixels();
      if (IsVectorImage<std::remove_pointer_t<decltype(image)>>)
      {
        expected *= image->GetNumberOfComponentsPerPixel();
      }
      const auto * const container = image->GetPixelContainer();
      hasBuffer =
        expected > 0 && container->Size() >= expected &&
        const_cast<std::remove_const_t<std::remove_pointer_t<decltype(container)>> *>(container)->GetBufferPointer() !=
          nullptr;
    });
  return hasBuffer;
}
} // namespace client
