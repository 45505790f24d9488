// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetOrientations_h
#define itkUNetOrientations_h

#include "itkTorchProgress.h"
#include "itkUNetInferenceParameters.h"
#include <ATen/core/Tensor.h>
#include <array>
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

/** A window's pixels and where they begin along y and x. */
struct UNetLaidWindow
{
  /** (N, C, …) */
  at::Tensor                  Pixels;
  std::array<std::int64_t, 2> Start{};
};

/** Mean over the orientations of what `predict` finds for the image laid so, laid back.
 * \param window its axes x and y of any length if an orientation exchanges them
 * \param extent of the whole image along y and x, which is laid anew with the window */
at::Tensor
PredictInOrientations(const UNetLaidWindow &                                                           window,
                      const std::array<std::int64_t, 2> &                                              extent,
                      const std::vector<UNetOrientation> &                                             orientations,
                      const std::function<at::Tensor(const UNetLaidWindow &, const TorchProgress &)> & predict,
                      const TorchProgress &                                                            progress);
} // namespace itk

#endif
