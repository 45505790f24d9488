// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef ImageTypes_h
#define ImageTypes_h

#include "itkCovariantVector.h"
#include "itkImage.h"
#include "itkRGBPixel.h"
#include "itkVector.h"
#include "itkVectorImage.h"

namespace client
{
template <typename TFunction, typename... TImages>
void
VisitAmong(itk::DataObject * object, TFunction && function)
{
  bool       isFound = false;
  const auto visit = [&](auto * image)
  {
    if (!isFound && image != nullptr)
    {
      isFound = true;
      function(image);
    }
  };
  (visit(dynamic_cast<TImages *>(object)), ...);
  if (!isFound)
  {
    itkGenericExceptionMacro("The client does not know the image type of " << object->GetNameOfClass() << '.');
  }
}

template <unsigned int D, typename TFunction>
void
VisitOfDimension(itk::DataObject * object, TFunction && function)
{
  VisitAmong<TFunction,
             itk::Image<float, D>,
             itk::Image<unsigned char, D>,
             itk::Image<unsigned short, D>,
             itk::Image<unsigned int, D>,
             itk::VectorImage<float, D>,
             itk::Image<itk::RGBPixel<unsigned char>, D>,
             itk::Image<itk::Vector<float, D>, D>,
             itk::Image<itk::CovariantVector<float, D>, D>>(object, std::forward<TFunction>(function));
}

/** Calls `function` with a pointer to the image's own type. */
template <typename TFunction>
void
Visit(itk::DataObject * object, TFunction && function)
{
  if (dynamic_cast<itk::ImageBase<2> *>(object) != nullptr)
  {
    VisitOfDimension<2>(object, std::forward<TFunction>(function));
  }
  else
  {
    VisitOfDimension<3>(object, std::forward<TFunction>(function));
  }
}

template <typename TImage>
constexpr bool IsVectorImage{ false };
template <typename TPixel, unsigned int D>
constexpr bool IsVectorImage<itk::VectorImage<TPixel, D>>{ true };
} // namespace client

#endif
