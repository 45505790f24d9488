// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetModelCard_h
#define itkUNetModelCard_h

#include "ITKTorchUNetModelExport.h"
#include "itkUNetComputation.h"
#include <string>
#include <vector>

namespace itk
{
/** What was measured with a model and is known of it, beside how it is computed: empty for a model that just came from
 * training, and written by `itktorch tune`. */
struct ITKTorchUNetModel_EXPORT UNetModelCard
{
  /** A way to compute the network whose results are as good as float32's. */
  struct PermittedComputation
  {
    UNetComputation Computation;
    /** Fraction of the pixels of validation images that got the same class as by direct convolution in float32. */
    double EqualPixels{ 0.0 };
  };

  /** Fraction of equal pixels from which on a computation is permitted. */
  static constexpr double LeastEqualPixels = 0.999;

  /** Short, such as "nuclei". */
  std::string Name;
  /** The images that it is for, in a sentence that is shown to users. */
  std::string Domain;
  std::string License;
  /** A JSON object of InstanceSegmentationParameters that separate the model's objects best; empty if none is known. */
  std::string ObjectParameters;
  /** Without float32 by direct convolution, which always is. */
  std::vector<PermittedComputation> Permitted;

  bool
  IsEmpty() const;

  /** A JSON object. */
  std::string
  ToJson() const;

  /** \throws ExceptionObject if the text is no such object, or a number is outside its range */
  static UNetModelCard
  FromJson(const std::string & text);
};
} // namespace itk

#endif
