// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkAugmentationSheet_h
#define itkAugmentationSheet_h

#include "ITKTorchVisualizationExport.h"
#include "itkPictureColors.h"
#include "itkVectorImage.h"
#include <string>
#include <vector>

namespace itk
{
/** \class AugmentationSheet
 * \brief One picture of many draws: each shows the image with the labels' outlines, and its weights beside it. */
class ITKTorchVisualization_EXPORT AugmentationSheet
{
public:
  /** The longer side of an image in the sheet, in pixels. */
  static constexpr unsigned int CellSize = 224;

  /** All images are shown in the contrast of the first one.
   * \param image one component, or red, green and blue
   * \param labels,weights may be null */
  void
  Add(const VectorImage<float, 2> * image, const Image<std::int64_t, 2> * labels, const Image<float, 2> * weights);

  void
  Write(const std::string & fileName) const;

private:
  std::vector<std::vector<ColorImage::Pointer>> m_Draws;
  float                                         m_Dark{ 0.0f };
  float                                         m_Bright{ 1.0f };
  float                                         m_GreatestWeight{ 1.0f };
};
} // namespace itk

#endif
