// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetGrid_h
#define itkUNetGrid_h

#include "ITKTorchUNetInferenceExport.h"
#include "itkUNetInferencePlan.h"
#include "itkUNetModel.h"
#include "itkVolumeTurn.h"
#include "itkImageBase.h"
#include <vector>

namespace itk
{
/** \class UNetGrid
 * \brief A grid of another pixel size over an image's field, as ResampleToSpacing() makes it, of a volume also of
 * another orientation, and the way there and back.
 *
 * A volume is turned without a change of its pixels. Where the pixel size is another one, both ways are native
 * resampling filters: linear, with edge pixels repeated outside, component by component. The first pixel of the grid
 * has the index 0. For 2 and 3 dimensions.
 * \ingroup ITKTorchUNetInference */
template <unsigned int VDimension>
class ITKTorchUNetInference_EXPORT UNetGrid
{
public:
  using GridType = ImageBase<VDimension>;
  using RegionType = ImageRegion<VDimension>;

  /** \param image whose place is needed, not its pixels
   * \param spacing along the axes of the grid
   * \param orientation of a volume's grid, such as "LPS"; empty for that of the image */
  UNetGrid(const GridType * image, const std::vector<double> & spacing, const std::string & orientation = {});

  RegionType
  GetLargestRegion() const;

  /** The part of the grid that decides a region of the image. */
  RegionType
  GetGridRegion(const RegionType & imageRegion) const;

  /** The part of the image that decides a region of the grid. */
  RegionType
  GetImageRegion(const RegionType & gridRegion) const;

  /** \param pixels shape (1, C, …), any component type and device
   * \param imageRegion where they lie; at least GetImageRegion()
   * \return floats of the grid's region, on the same device */
  TorchTensor
  ToGrid(const TorchTensor & pixels, const RegionType & imageRegion, const RegionType & gridRegion) const;

  /** The way back.
   * \param gridRegion where the values lie; at least GetGridRegion() */
  TorchTensor
  ToImage(const TorchTensor & values, const RegionType & gridRegion, const RegionType & imageRegion) const;

private:
  RegionType
  TurnRegion(const RegionType & imageRegion) const;
  RegionType
  TurnRegionBack(const RegionType & turned) const;

  VolumeTurn<VDimension> m_Turn;
  RegionType             m_ImageRegion;
  /** Turned. */
  typename GridType::Pointer m_Image;
  bool                       m_IsResampled;
  typename GridType::Pointer m_Grid;
};

/** The pixel size of an image along the axes of a model's orientation, x, y (, z) of an image turned to it. */
template <unsigned int VDimension>
ITKTorchUNetInference_EXPORT std::vector<double>
GetSpacingAlongModelAxes(const ImageBase<VDimension> * image, const UNetModel & model);

/** The grids that the network sees an image on: of the model's pixel size and orientation, and with a scale step above
 * 1 also of sizes smaller and larger by that factor. Empty where the image's own grid is the only one. */
template <unsigned int VDimension>
ITKTorchUNetInference_EXPORT std::vector<UNetGrid<VDimension>>
MakeUNetGrids(const ImageBase<VDimension> * image, const UNetModel & model, double scaleStep);

/** What the probabilities of a region of the image take.
 * \param plans one for each grid
 * \param components of a pixel */
template <unsigned int VDimension>
ITKTorchUNetInference_EXPORT UNetInferenceCost
EstimateUNetGridCost(const std::vector<UNetGrid<VDimension>> & grids,
                     const std::vector<UNetInferencePlan> &    plans,
                     const ImageRegion<VDimension> &           region,
                     unsigned int                              components);

extern template class UNetGrid<2>;
extern template class UNetGrid<3>;
} // namespace itk

#endif
