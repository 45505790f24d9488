// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetGrid.h"
#include "itkUNetRegions.h"
#include "itkImageTensor.h"
#include "itkResampleOntoGrid.h"
#include "itkTorchTensorAccess.h"
#include "itkUnknownSpacing.h"
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <algorithm>
#include <cmath>

namespace itk
{
namespace
{
template <unsigned int VDimension>
typename Image<float, VDimension>::Pointer
MakeImageOn(const ImageBase<VDimension> & grid)
{
  auto image = Image<float, VDimension>::New();
  image->SetSpacing(grid.GetSpacing());
  image->SetOrigin(grid.GetOrigin());
  image->SetDirection(grid.GetDirection());
  image->SetLargestPossibleRegion(grid.GetLargestPossibleRegion());
  return image;
}

/** What linear interpolation at the pixels of a region of `at` reads of `from`. ResampleImageFilter does not say it for
 * regions that reach beyond `from` at both ends. */
template <unsigned int VDimension>
ImageRegion<VDimension>
RegionBehind(const ImageRegion<VDimension> & region,
             const ImageBase<VDimension> &   at,
             const ImageBase<VDimension> &   from)
{
  const auto corner = [&](bool isLast)
  {
    ContinuousIndex<double, VDimension> index;
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      index[axis] =
        static_cast<double>(region.GetIndex(axis)) - 0.5 + (isLast ? static_cast<double>(region.GetSize(axis)) : 0.0);
    }
    Point<double, VDimension> point;
    at.TransformContinuousIndexToPhysicalPoint(index, point);
    from.TransformPhysicalPointToContinuousIndex(point, index);
    return index;
  };
  // The axes of both run alike.
  const auto              first = corner(false);
  const auto              last = corner(true);
  ImageRegion<VDimension> behind;
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    const auto begin = static_cast<IndexValueType>(std::floor(first[axis])) - 1;
    behind.SetIndex(axis, begin);
    behind.SetSize(axis, static_cast<SizeValueType>(static_cast<IndexValueType>(std::ceil(last[axis])) + 2 - begin));
  }
  behind.Crop(from.GetLargestPossibleRegion());
  return behind;
}

template <unsigned int VDimension>
TorchTensor
Resample(const TorchTensor &             values,
         const ImageRegion<VDimension> & region,
         const ImageBase<VDimension> &   from,
         const ImageBase<VDimension> &   onto,
         const ImageRegion<VDimension> & wanted)
try
{
  VerifyImageTensor(values, "UNetGrid", "pixels", 3);
  const at::Tensor          in = GetATensor(values).to(at::kCPU, at::kFloat);
  std::vector<std::int64_t> shape{ 1, in.size(1) };
  for (unsigned int axis = VDimension; axis-- > 0;)
  {
    shape.push_back(static_cast<std::int64_t>(wanted.GetSize(axis)));
  }
  const at::Tensor out = at::empty(shape, at::kFloat);
  for (std::int64_t component = 0; component < in.size(1); ++component)
  {
    const at::Tensor plane = in.select(1, component).contiguous();
    const auto       image = MakeImageOn(from);
    image->SetBufferedRegion(region);
    image->SetRequestedRegion(region);
    // Read only.
    image->GetPixelContainer()->SetImportPointer(
      const_cast<float *>(plane.const_data_ptr<float>()), region.GetNumberOfPixels(), false);
    const auto resample = ResampleOntoGrid(image.GetPointer(), &onto);
    resample->UpdateOutputInformation();
    resample->GetOutput()->SetRequestedRegion(wanted);
    resample->GetOutput()->Update();
    std::copy_n(resample->GetOutput()->GetBufferPointer(),
                wanted.GetNumberOfPixels(),
                out.select(1, component).mutable_data_ptr<float>());
  }
  return MakeTorchTensor(out, TorchDevice::CPU()).To(values.GetDevice());
}
catch (...)
{
  TorchExecution::Rethrow("UNetGrid");
}
TorchTensor
ToFloat(const TorchTensor & pixels)
try
{
  return MakeTorchTensor(GetATensor(pixels).to(at::kFloat), pixels.GetDevice());
}
catch (...)
{
  TorchExecution::Rethrow("UNetGrid");
}

/** The part of a region's values that is wanted. */
template <unsigned int VDimension>
TorchTensor
Cropped(const TorchTensor & values, const ImageRegion<VDimension> & region, const ImageRegion<VDimension> & wanted)
{
  const UNetRegion part = ToUNetRegion(wanted, region);
  return wanted == region ? values : values.Crop(part.Start, part.Size);
}
} // namespace

template <unsigned int VDimension>
UNetGrid<VDimension>::UNetGrid(const GridType *            image,
                               const std::vector<double> & spacing,
                               const std::string &         orientation)
  : m_Turn(GetDirectionByRows(image), orientation)
  , m_ImageRegion(image->GetLargestPossibleRegion())
  , m_Image(m_Turn.IsNone() ? MakeImageOn(*image) : MakeImageOn(*m_Turn.Turn(*image)))
  , m_IsResampled(!std::equal(spacing.begin(), spacing.end(), m_Image->GetSpacing().Begin()))
{
  const auto resample = ResampleToSpacing(MakeImageOn(*m_Image).GetPointer(), spacing);
  resample->UpdateOutputInformation();
  m_Grid = m_IsResampled ? MakeImageOn<VDimension>(*resample->GetOutput()) : m_Image;
}

template <unsigned int VDimension>
auto
UNetGrid<VDimension>::TurnRegion(const RegionType & imageRegion) const -> RegionType
{
  return m_Turn.IsNone() ? imageRegion : m_Turn.Turn(imageRegion, m_ImageRegion);
}

template <unsigned int VDimension>
auto
UNetGrid<VDimension>::TurnRegionBack(const RegionType & turned) const -> RegionType
{
  return m_Turn.IsNone() ? turned : m_Turn.TurnBack(turned, m_ImageRegion);
}

template <unsigned int VDimension>
auto
UNetGrid<VDimension>::GetLargestRegion() const -> RegionType
{
  return m_Grid->GetLargestPossibleRegion();
}

template <unsigned int VDimension>
auto
UNetGrid<VDimension>::GetGridRegion(const RegionType & imageRegion) const -> RegionType
{
  const auto turned = this->TurnRegion(imageRegion);
  return m_IsResampled ? RegionBehind(turned, *m_Image, *m_Grid) : turned;
}

template <unsigned int VDimension>
auto
UNetGrid<VDimension>::GetImageRegion(const RegionType & gridRegion) const -> RegionType
{
  return this->TurnRegionBack(m_IsResampled ? RegionBehind(gridRegion, *m_Grid, *m_Image) : gridRegion);
}

template <unsigned int VDimension>
TorchTensor
UNetGrid<VDimension>::ToGrid(const TorchTensor & pixels,
                             const RegionType &  imageRegion,
                             const RegionType &  gridRegion) const
{
  const auto turned = m_Turn.Turn(ToFloat(pixels));
  const auto region = this->TurnRegion(imageRegion);
  return m_IsResampled ? Resample(turned, region, *m_Image, *m_Grid, gridRegion) : Cropped(turned, region, gridRegion);
}

template <unsigned int VDimension>
TorchTensor
UNetGrid<VDimension>::ToImage(const TorchTensor & values,
                              const RegionType &  gridRegion,
                              const RegionType &  imageRegion) const
{
  const auto region = this->TurnRegion(imageRegion);
  return m_Turn.TurnBack(m_IsResampled ? Resample(values, gridRegion, *m_Grid, *m_Image, region)
                                       : Cropped(values, gridRegion, region));
}

template <unsigned int VDimension>
std::vector<double>
GetSpacingAlongModelAxes(const ImageBase<VDimension> * image, const UNetModel & model)
{
  const VolumeTurn<VDimension> turn(GetDirectionByRows(image), model.GetOrientation());
  return turn.Turn({ image->GetSpacing().Begin(), image->GetSpacing().End() });
}

template <unsigned int VDimension>
std::vector<UNetGrid<VDimension>>
MakeUNetGrids(const ImageBase<VDimension> * image, const UNetModel & model, double scaleStep)
{
  const auto &                 orientation = model.GetOrientation();
  const VolumeTurn<VDimension> turn(GetDirectionByRows(image), orientation);
  std::vector<double>          spacing = GetSpacingAlongModelAxes(image, model);
  const bool isForImage = model.IsForSpacing(spacing) || HasUnknownSpacing(image->GetMetaDataDictionary());
  std::vector<UNetGrid<VDimension>> grids;
  if (isForImage && scaleStep == 1.0 && turn.IsNone())
  {
    return grids;
  }
  spacing = isForImage ? spacing : model.GetSpacing();
  grids.emplace_back(image, spacing, orientation);
  if (scaleStep > 1.0)
  {
    for (const double factor : { 1.0 / scaleStep, scaleStep })
    {
      std::vector<double> scaled = spacing;
      std::transform(spacing.begin(), spacing.end(), scaled.begin(), [factor](double s) { return s * factor; });
      grids.emplace_back(image, scaled, orientation);
    }
  }
  return grids;
}

template <unsigned int VDimension>
UNetInferenceCost
EstimateUNetGridCost(const std::vector<UNetGrid<VDimension>> & grids,
                     const std::vector<UNetInferencePlan> &    plans,
                     const ImageRegion<VDimension> &           region,
                     unsigned int                              components)
{
  const UNetSpecification & specification = plans.front().GetSpecification();
  const std::uint64_t       classes = specification.Classes;
  UNetInferenceCost         sum;
  for (std::size_t i = 0; i < grids.size(); ++i)
  {
    const auto largest = grids[i].GetLargestRegion();
    const auto ofGrid = ToUNetRegion(grids[i].GetGridRegion(region), largest);
    const auto cost = plans[i].EstimateCost(ofGrid);
    const auto part = ToImageRegion(plans[i].GetInputRegion(ofGrid), largest);
    // Pixels before and after resampling, probabilities on the grid, and those on the image that wait for the other
    // grids.
    const SizeValueType pixels = part.GetNumberOfPixels() + grids[i].GetImageRegion(part).GetNumberOfPixels();
    const std::uint64_t memory =
      cost.Memory +
      sizeof(float) * (pixels * components + grids[i].GetGridRegion(region).GetNumberOfPixels() * classes +
                       grids.size() * region.GetNumberOfPixels() * classes);
    sum.WindowSize = memory > sum.Memory ? cost.WindowSize : sum.WindowSize;
    sum.Memory = std::max(sum.Memory, memory);
    sum.NumberOfWindows += cost.NumberOfWindows;
    sum.MultiplyAdds += cost.MultiplyAdds;
  }
  sum.Factor =
    sum.MultiplyAdds / (specification.GetMultiplyAddsPerPixel() * static_cast<double>(region.GetNumberOfPixels()));
  return sum;
}

template std::vector<double>
GetSpacingAlongModelAxes<2>(const ImageBase<2> *, const UNetModel &);
template std::vector<double>
GetSpacingAlongModelAxes<3>(const ImageBase<3> *, const UNetModel &);
template std::vector<UNetGrid<2>>
MakeUNetGrids<2>(const ImageBase<2> *, const UNetModel &, double);
template std::vector<UNetGrid<3>>
MakeUNetGrids<3>(const ImageBase<3> *, const UNetModel &, double);
template UNetInferenceCost
EstimateUNetGridCost<2>(const std::vector<UNetGrid<2>> &,
                        const std::vector<UNetInferencePlan> &,
                        const ImageRegion<2> &,
                        unsigned int);
template UNetInferenceCost
EstimateUNetGridCost<3>(const std::vector<UNetGrid<3>> &,
                        const std::vector<UNetInferencePlan> &,
                        const ImageRegion<3> &,
                        unsigned int);
template class UNetGrid<2>;
template class UNetGrid<3>;
} // namespace itk
