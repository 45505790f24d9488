// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUnitBinOtsuThreshold_h
#define itkUnitBinOtsuThreshold_h

#include "ITKTorchCommonExport.h"
#include <array>
#include <cstdint>

namespace itk
{
/** Otsu's threshold of an 8-bit image, one bin per value.
 *
 * The threshold t maximizes the between-class variance \f$ w_0 w_1 (\mu_1 - \mu_0)^2 \f$ of the classes
 * "value <= t" and "value > t"; the latter is the foreground. Of several maxima, the smallest t is returned.
 * A histogram with a single value v gives v, so nothing is foreground; an empty histogram gives 0.
 *
 * Source: N. Otsu, A threshold selection method from gray-level histograms, IEEE Trans. SMC 9(1), 1979. */
ITKTorchCommon_EXPORT unsigned int
UnitBinOtsuThreshold(const std::array<std::uint64_t, 256> & histogram);
} // namespace itk

#endif
