// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetOrientations_h
#define itkUNetOrientations_h

#include "itkUNetInferenceParameters.h"
#include <ATen/core/Tensor.h>
#include <functional>
#include <vector>

namespace itk
{
/** A way to lay an image anew: some axes reversed, then x and y exchanged or not. */
struct UNetOrientation
{
  std::vector<std::int64_t> Flipped; // dimensions of a tensor (N, C, …)
  bool                      IsTransposed{ false };
};

/** The image as it is comes first. */
std::vector<UNetOrientation>
GetUNetOrientations(UNetTestTimeAugmentation augmentation, std::size_t dimension);

/** Mean over the orientations of what `predict` finds for the image laid so, laid back.
 * \param image (N, C, …), its first two axes of any length if an orientation exchanges them */
at::Tensor
PredictInOrientations(const at::Tensor &                                    image,
                      const std::vector<UNetOrientation> &                  orientations,
                      const std::function<at::Tensor(const at::Tensor &)> & predict);
} // namespace itk

#endif
