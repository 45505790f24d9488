// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkBoundaryWeightTerms_h
#define itkBoundaryWeightTerms_h

#include "ITKTorchWeightMapExport.h"
#include <cstdint>

namespace itk
{
/** factor · exp(rate · x), and 0 for x above a limit. */
struct ExponentialTerm
{
  float Factor;
  float Rate;
  float Limit;
};

/** sums[i] += the border term at (√first + √second)² + the proximity term at first; `first` and `second` are squared
 * distances. The exponential is within 2.4e-7 of the true one, relatively. */
ITKTorchWeightMap_EXPORT void
AddBoundaryWeightTerms(std::int64_t            count,
                       const float *           first,
                       const float *           second,
                       const ExponentialTerm & border,
                       const ExponentialTerm & proximity,
                       float *                 sums);
} // namespace itk

#endif
