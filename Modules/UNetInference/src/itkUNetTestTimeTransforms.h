// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetTestTimeTransforms_h
#define itkUNetTestTimeTransforms_h

#include "itkTorchProgress.h"
#include "itkUNetInferenceParameters.h"
#include <ATen/core/Tensor.h>
#include <array>
#include <functional>
#include <vector>

namespace itk
{
/** A way to lay an image anew: some axes reversed, then x and y exchanged or not. */
struct UNetTestTimeTransform
{
  std::vector<std::int64_t> Flipped; // dimensions of a tensor (N, C, …)
  bool                      IsTransposed{ false };
};

/** The image as it is comes first. */
std::vector<UNetTestTimeTransform>
GetUNetTestTimeTransforms(UNetTestTimeAugmentation augmentation, std::size_t dimension);

/** A window's pixels and where they begin along y and x. */
struct UNetLaidWindow
{
  /** (N, C, …) */
  at::Tensor                  Pixels;
  std::array<std::int64_t, 2> Start{};
};

/** Mean over the transforms of what `predict` finds for the image laid so, laid back.
 * \param window its axes x and y of any length if an transform exchanges them
 * \param extent of the whole image along y and x, which is laid anew with the window */
at::Tensor
PredictTransformed(const UNetLaidWindow &                                                           window,
                   const std::array<std::int64_t, 2> &                                              extent,
                   const std::vector<UNetTestTimeTransform> &                                       transforms,
                   const std::function<at::Tensor(const UNetLaidWindow &, const TorchProgress &)> & predict,
                   const TorchProgress &                                                            progress);
} // namespace itk

#endif
