// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkImageGrid_h
#define itkImageGrid_h

#include "itkImageBase.h"
#include "itkMacro.h"
#include "itkUnknownSpacing.h"
#include <cmath>
#include <sstream>
#include <string>

namespace itk
{
/** By how many pixels the corners of two grids may lie apart that are taken for the same: programs store places in
 * single or double precision, or rounded to a few digits. */
constexpr double defaultGridTolerance = 0.01;

/** Two places in as many digits as it takes to tell them apart.
 * \ingroup ITKTorchCommon */
template <typename TPoint>
std::pair<std::string, std::string>
PrintApart(const TPoint & first, const TPoint & second)
{
  constexpr int fewest = 6;
  constexpr int most = 17;
  const auto    print = [](const TPoint & point, int digits)
  {
    std::ostringstream text;
    text.precision(digits);
    text << point;
    return text.str();
  };
  int digits = fewest;
  while (digits < most && print(first, digits) == print(second, digits))
  {
    ++digits;
  }
  return { print(first, digits), print(second, digits) };
}

/** Empty if two images have the same size and each corner pixel of one lies where its twin does, else the part of a
 * sentence that says what differs, such as "its size must be [40, 40], but is [40, 41]".
 *
 * The distance of two corners is measured along the axes of `grid`, in its pixels.
 * \param tolerance largest distance, at least 0
 * \ingroup ITKTorchCommon */
template <unsigned int VDimension>
std::string
DescribeGridDifference(const ImageBase<VDimension> * grid, const ImageBase<VDimension> * image, double tolerance)
{
  const auto         region = grid->GetLargestPossibleRegion();
  const auto         other = image->GetLargestPossibleRegion();
  std::ostringstream text;
  if (other.GetSize() != region.GetSize())
  {
    text << "its size must be " << region.GetSize() << ", but is " << other.GetSize();
    return text.str();
  }
  double                                    largest = 0;
  typename ImageBase<VDimension>::IndexType worst = region.GetIndex();
  typename ImageBase<VDimension>::PointType expected{};
  typename ImageBase<VDimension>::PointType actual{};
  for (unsigned int corner = 0; corner < 1u << VDimension; ++corner)
  {
    auto index = region.GetIndex();
    auto twin = other.GetIndex();
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      const auto last = static_cast<IndexValueType>(region.GetSize(axis)) - 1;
      index[axis] += (corner >> axis & 1) != 0 ? last : 0;
      twin[axis] += (corner >> axis & 1) != 0 ? last : 0;
    }
    typename ImageBase<VDimension>::PointType place;
    typename ImageBase<VDimension>::PointType twinsPlace;
    grid->TransformIndexToPhysicalPoint(index, place);
    image->TransformIndexToPhysicalPoint(twin, twinsPlace);
    ContinuousIndex<double, VDimension> found;
    grid->TransformPhysicalPointToContinuousIndex(twinsPlace, found);
    double squares = 0;
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      squares += (found[axis] - static_cast<double>(index[axis])) * (found[axis] - static_cast<double>(index[axis]));
    }
    // Also true for what is no number.
    if (!(std::sqrt(squares) <= largest))
    {
      largest = std::sqrt(squares);
      worst = index;
      expected = place;
      actual = twinsPlace;
    }
  }
  if (!(largest <= tolerance))
  {
    const auto [wanted, is] = PrintApart(expected, actual);
    text << "its corner " << worst << " must lie at " << wanted << " mm, but lies at " << is << ", " << largest
         << " pixels away; at most " << tolerance << " are taken for the same place";
  }
  return text.str();
}

/** Gives an image the grid that it has but for rounding, so that filters take both for one. Where the spacing of one of
 * them is unknown, only the sizes must be the same, and both get the grid of the other.
 * \param nameOfGrid the file of the grid, and
 * \param name that of the image, for the error
 * \throws ExceptionObject that says how the grids differ by more than the tolerance
 * \ingroup ITKTorchCommon */
template <unsigned int VDimension>
void
MatchGrid(ImageBase<VDimension> * grid,
          const std::string &     nameOfGrid,
          ImageBase<VDimension> * image,
          const std::string &     name,
          double                  tolerance = defaultGridTolerance)
{
  const auto copyPlace = [](const ImageBase<VDimension> * from, ImageBase<VDimension> * to)
  {
    to->SetSpacing(from->GetSpacing());
    to->SetOrigin(from->GetOrigin());
    to->SetDirection(from->GetDirection());
  };
  if (HasUnknownSpacing(image->GetMetaDataDictionary()))
  {
    copyPlace(grid, image);
  }
  else if (HasUnknownSpacing(grid->GetMetaDataDictionary()))
  {
    copyPlace(image, grid);
  }
  const std::string difference = DescribeGridDifference<VDimension>(grid, image, tolerance);
  if (!difference.empty())
  {
    itkGenericExceptionMacro(<< name << ": it must have the grid of " << nameOfGrid << ": " << difference << '.');
  }
  copyPlace(grid, image);
}
} // namespace itk

#endif
