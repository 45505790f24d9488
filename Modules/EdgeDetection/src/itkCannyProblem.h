// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkCannyProblem_h
#define itkCannyProblem_h

#include "itkCannyArithmetic.h"
#include "itkCannyEdgeDetection.h"

namespace itk
{
/** What the pixels of an image need to know besides each other. */
struct CannyProblem
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

  template <typename T, int D>
  CannyFactors<T, D>
  GetFactors() const
  {
    CannyFactors<T, D> factors;
    int                pair = 0;
    for (int i = 0; i < D; ++i)
    {
      factors.First[i] = static_cast<T>(0.5 / PixelSize[i]);
      factors.Second[i] = 1.0 / (PixelSize[i] * PixelSize[i]);
      for (int j = i + 1; j < D; ++j)
      {
        factors.Mixed[pair++] = 0.25 / (PixelSize[i] * PixelSize[j]);
      }
    }
    return factors;
  }
};
} // namespace itk

#endif
