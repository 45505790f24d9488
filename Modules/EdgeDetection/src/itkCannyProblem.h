// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkCannyProblem_h
#define itkCannyProblem_h

#include "ITKTorchEdgeDetectionExport.h"
#include "itkCannyEdgeDetection.h"

namespace itk
{
/** What the pixels of an image need to know besides each other. */
struct ITKTorchEdgeDetection_EXPORT CannyProblem
{
  /** Along x, y (, z). */
  std::vector<std::int64_t> Size;
  /** Of the Gaussian along each axis; symmetric, of odd length. */
  std::vector<std::vector<double>> Weights;
  /** What derivatives are divided by, along each axis. */
  std::vector<double> PixelSize;

  CannyProblem(const std::vector<std::int64_t> &    size,
               const std::vector<double> &          spacing,
               const CannyEdgeDetectionParameters & parameters);

  int
  GetDimension() const
  {
    return static_cast<int>(Size.size());
  }

  std::int64_t
  GetNumberOfPixels() const;
};
} // namespace itk

#endif
