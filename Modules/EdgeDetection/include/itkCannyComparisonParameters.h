// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkCannyComparisonParameters_h
#define itkCannyComparisonParameters_h

#include "ITKTorchEdgeDetectionExport.h"
#include "itkTorchEnumeration.h"
#include "itkTorchParameterTable.h"
#include <cstdint>
#include <vector>

namespace itk
{
/** When two pixels of boundaries match. */
enum class BoundaryMatching : std::uint8_t
{
  /** Each pixel with a pixel of the other boundary within the tolerance: the BF score. */
  WithinTolerance,
  /** In disjoint pairs within the tolerance: the Berkeley segmentation benchmark (BSDS). */
  Maximum
};
itkTorchEnumerationMacro(BoundaryMatching, { "WithinTolerance", "within-tolerance" }, { "Maximum", "maximum" });

struct ITKTorchEdgeDetection_EXPORT CannyComparisonParameters
{
  std::vector<double> Tolerances{ 1.0, 2.0, 3.0 };
  double              AgreementTolerance{ 2.0 };
  BoundaryMatching    Matching{ BoundaryMatching::WithinTolerance };
  bool                UseImageSpacing{ false };

  static const TorchParameterTable<CannyComparisonParameters> &
  Describe();
};
} // namespace itk

#endif
