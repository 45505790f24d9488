// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSegmentationEvaluation_h
#define itkSegmentationEvaluation_h

#include "ITKTorchEvaluationExport.h"
#include "itkSegmentationScores.h"
#include "itkSegmentationEvaluationParameters.h"
#include "itkTorchTensor.h"

#include <functional>

namespace itk
{
/** \class SegmentationEvaluation
 * \brief Every metric of a predicted segmentation against the true one; see SegmentationMetric for their definitions.
 *
 * Pixels are compared on the host; tensors of other devices are copied there.
 * \ingroup ITKTorchEvaluation */
class ITKTorchEvaluation_EXPORT SegmentationEvaluation
{
public:
  struct Result
  {
    /** SegmentationAgreement of each pixel, UInt8, shape and device of the prediction. */
    TorchTensor        Agreement;
    SegmentationScores Scores;
  };

  /** \param prediction labels, integers of shape (1, 1, …, y, x); 0 is background
   * \param truth labels of the same shape
   * \param spacing distance between pixels along x, y, …
   * \param progress called with the fraction done, in [0, 1]; an exception ends the computation
   * \throws ExceptionObject if the shapes differ */
  static Result
  Compute(const TorchTensor &                      prediction,
          const TorchTensor &                      truth,
          const std::vector<double> &              spacing,
          const SegmentationEvaluationParameters & parameters,
          const std::function<void(double)> &      progress = {});
};
} // namespace itk

#endif
