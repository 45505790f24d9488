// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetGrid_h
#define itkUNetGrid_h

#include "itkResampleOntoGrid.h"
#include "itkTorchResident.h"
#include "itkVectorImage.h"

namespace itk
{
/** The image type of the same pixels in real numbers. */
template <typename TImage>
struct UNetRealImage
{
  using Type = Image<typename NumericTraits<typename TImage::PixelType>::FloatType, TImage::ImageDimension>;
};
template <typename TComponent, unsigned int VDimension>
struct UNetRealImage<VectorImage<TComponent, VDimension>>
{
  using Type = VectorImage<typename NumericTraits<TComponent>::FloatType, VDimension>;
};

/** \class UNetGrid
 * \brief A grid of another pixel size over an image's field, as ResampleToSpacing() makes it, and the way there and back.
 *
 * Both ways are native resampling filters: linear, with edge pixels repeated outside. The first pixel of the grid has the
 * index 0.
 * \ingroup ITKTorchUNet */
template <typename TImage>
class UNetGrid
{
public:
  using RealImageType = typename UNetRealImage<TImage>::Type;
  using RegionType = typename TImage::RegionType;

  /** Needs no pixels.
   * \param spacing along x, y (, z) */
  UNetGrid(const TImage * image, const std::vector<double> & spacing)
  {
    CopyGrid(*image, *m_Image);
    const auto toGrid = ResampleToSpacing(m_Image.GetPointer(), spacing);
    toGrid->UpdateOutputInformation();
    CopyGrid(*toGrid->GetOutput(), *m_Grid);
  }

  RegionType
  GetLargestRegion() const
  {
    return m_Grid->GetLargestPossibleRegion();
  }

  /** The part of the grid that decides a region of the image. */
  RegionType
  GetGridRegion(const RegionType & imageRegion) const
  {
    return RegionBehind(imageRegion, *m_Image, *m_Grid);
  }

  /** The part of the image that decides a region of the grid. */
  RegionType
  GetImageRegion(const RegionType & gridRegion) const
  {
    return RegionBehind(gridRegion, *m_Grid, *m_Image);
  }

  /** \param image with at least GetImageRegion() in its buffer; is not updated */
  typename RealImageType::Pointer
  ToGrid(const TImage * image, const RegionType & gridRegion) const
  {
    auto pixels = TImage::New();
    if (auto * const resident = dynamic_cast<TorchResident *>(const_cast<TImage *>(image)))
    {
      resident->SynchronizeHost();
    }
    pixels->Graft(image);
    const auto toGrid = ResampleOntoGrid<TImage, GridImageType, RealImageType>(pixels, m_Grid);
    return UpdatedRegion(toGrid.GetPointer(), gridRegion);
  }

  /** \param values on this grid, with at least GetGridRegion() in its buffer */
  template <typename TValueImage>
  typename TValueImage::Pointer
  ToImage(TValueImage * values, const RegionType & imageRegion) const
  {
    return UpdatedRegion(ResampleOntoGrid(values, m_Image.GetPointer()).GetPointer(), imageRegion);
  }

  /** Gives an image this grid's place, with one region's pixels to come. */
  template <typename TValueImage>
  void
  Place(TValueImage & values, const RegionType & region) const
  {
    CopyGrid(*m_Grid, values);
    values.SetBufferedRegion(region);
    values.SetRequestedRegion(region);
  }

private:
  using GridImageType = Image<unsigned char, TImage::ImageDimension>;

  template <typename TFrom, typename TTo>
  static void
  CopyGrid(const TFrom & from, TTo & to)
  {
    to.SetSpacing(from.GetSpacing());
    to.SetOrigin(from.GetOrigin());
    to.SetDirection(from.GetDirection());
    to.SetLargestPossibleRegion(from.GetLargestPossibleRegion());
  }

  /** What linear interpolation at the pixels of a region of `at` reads of `from`. ResampleImageFilter does not say it for
   * regions that reach beyond `from` at both ends. */
  template <typename TAt, typename TFrom>
  static RegionType
  RegionBehind(const RegionType & region, const TAt & at, const TFrom & from)
  {
    const auto corner = [&](bool isLast)
    {
      ContinuousIndex<double, TImage::ImageDimension> index;
      for (unsigned int axis = 0; axis < TImage::ImageDimension; ++axis)
      {
        index[axis] =
          static_cast<double>(region.GetIndex(axis)) - 0.5 + (isLast ? static_cast<double>(region.GetSize(axis)) : 0.0);
      }
      Point<double, TImage::ImageDimension> point;
      at.TransformContinuousIndexToPhysicalPoint(index, point);
      from.TransformPhysicalPointToContinuousIndex(point, index);
      return index;
    };
    // The axes of both run alike.
    const auto first = corner(false);
    const auto last = corner(true);
    RegionType behind;
    for (unsigned int axis = 0; axis < TImage::ImageDimension; ++axis)
    {
      const auto begin = static_cast<IndexValueType>(std::floor(first[axis])) - 1;
      behind.SetIndex(axis, begin);
      behind.SetSize(axis, static_cast<SizeValueType>(static_cast<IndexValueType>(std::ceil(last[axis])) + 2 - begin));
    }
    behind.Crop(from.GetLargestPossibleRegion());
    return behind;
  }

  template <typename TFilter>
  static typename TFilter::OutputImageType::Pointer
  UpdatedRegion(TFilter * filter, const RegionType & region)
  {
    filter->UpdateOutputInformation();
    filter->GetOutput()->SetRequestedRegion(region);
    filter->GetOutput()->Update();
    typename TFilter::OutputImageType::Pointer output = filter->GetOutput();
    output->DisconnectPipeline();
    return output;
  }

  typename TImage::Pointer        m_Image{ TImage::New() };
  typename GridImageType::Pointer m_Grid{ GridImageType::New() };
};
} // namespace itk

#endif
