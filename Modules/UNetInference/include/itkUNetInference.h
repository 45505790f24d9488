// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetInference_h
#define itkUNetInference_h

#include "ITKTorchUNetInferenceExport.h"
#include "itkTorchProgress.h"
#include "itkUNetInferencePlan.h"
#include "itkUNetModel.h"
#include <functional>
#include <memory>

namespace itk
{
/** A part of an image, which knows its place in it. */
struct UNetImagePart
{
  /** Shape (1, C, …), any component type. */
  TorchTensor Pixels;
  /** Where the part begins, along x, y (, z). */
  std::vector<std::int64_t> Start;
  /** Size of the whole image along x, y (, z). */
  std::vector<std::int64_t> Extent;
};

/** What a computation tells while it runs. */
struct UNetInferenceObserver
{
  TorchProgress Progress = [](double) {};
  /** One sentence on what is not done as it was asked for. */
  std::function<void(const std::string &)> Warning = [](const std::string &) {};
};

/** \class UNetInference
 * \brief A model prepared on a device: computes probabilities or labels from an image tensor.
 *
 * The network sees the image mirrored up to a multiple of its stride, on a grid that begins at the image's first pixel.
 * With exact tiling the outputs of a region are those of the whole image, computed from only the pixels that they
 * depend on: |Δ| ≤ 10⁻⁵ · max |logit| in float, because convolutions may add in another order.
 *
 * If the device runs out of memory, the computation halves the window size, reports it with a warning, and restarts;
 * later computations keep that size. If smaller blended windows need more of the image than is available, this is an
 * error, and the next computation uses them.
 * \ingroup ITKTorchUNetInference */
class ITKTorchUNetInference_EXPORT UNetInference
{
public:
  /** Copies the weights to the device.
   * \throws ExceptionObject for an incomplete model */
  UNetInference(const UNetModel & model, const TorchDevice & device);
  ~UNetInference();
  UNetInference(const UNetInference &) = delete;
  UNetInference &
  operator=(const UNetInference &) = delete;

  /** Outputs of a whole image.
   * \param image shape (1, C, …), any component type and size, on the device */
  TorchTensor
  Compute(const TorchTensor &             image,
          UNetInferenceOutput             output,
          const UNetInferenceParameters & parameters,
          TorchComponentType              type) const;

  /** Outputs of a region.
   * \param part at least UNetInferencePlan::GetInputRegion() of it, on the device
   * \param scale of the whole image, by the model's intensity normalization
   * \param plan of the whole image, from GetPlan()
   * \param type component type of the result: float or double, for labels an integer type
   * \return shape (1, classes or 1, …) of the region */
  TorchTensor
  Compute(const UNetImagePart &         part,
          const UNetRegion &            region,
          const UNetIntensityScale &    scale,
          UNetInferenceOutput           output,
          UNetInferencePlan             plan,
          TorchComponentType            type,
          const UNetInferenceObserver & observer) const;

  /** Computes a window of zeros, so that kernels are made, and algorithms of cuDNN chosen, before there is an image.
   * \param size of the window along x, y (, z), multiples of the stride */
  void
  WarmUp(const UNetInferenceParameters & parameters, const std::vector<std::int64_t> & size) const;

  /** What is computed for an image of `extent` pixels along x, y (, z). */
  UNetInferencePlan
  GetPlan(const UNetInferenceParameters & parameters, const std::vector<std::int64_t> & extent) const;

  /** What is computed where `wanted` is asked for. An automatic precision is decided once, on a small image of noise:
   * the fastest of float32 and of what the model's card permits, with the wanted convolution unless that is automatic,
   * too. One whose logits differ from float32's by more than 5 % of their norm, as those of a faulty convolution do, is
   * left out.
   * \throws ExceptionObject for float16 on the host */
  UNetConvolutionChoice
  GetChoice(const UNetComputation & wanted) const;

  /** Edge of the largest window since the device ran out of memory; 0: it has not. */
  std::uint64_t
  GetLargestWindow() const;

private:
  class Implementation;
  std::unique_ptr<Implementation> m_Implementation;
};

/** Mean probabilities, of all classes or of the foreground, as what was asked for.
 * \param probabilities one tensor or more of one shape (1, classes or 1, …)
 * \param type component type of the result */
ITKTorchUNetInference_EXPORT TorchTensor
UNetOutputOfProbabilities(const std::vector<TorchTensor> & probabilities,
                          UNetInferenceOutput              output,
                          double                           threshold,
                          TorchComponentType               type);

/** \param pieces one after the other along the last axis of the image */
ITKTorchUNetInference_EXPORT TorchTensor
JoinAlongLastAxis(const std::vector<TorchTensor> & pieces);
} // namespace itk

#endif
