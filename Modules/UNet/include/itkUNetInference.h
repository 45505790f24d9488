// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetInference_h
#define itkUNetInference_h

#include "itkUNetModel.h"
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace itk
{
enum class UNetInferenceOutput : std::uint8_t
{
  /** One component for each class, in [0, 1]. */
  Probabilities,
  /** Probability of the last of one or two classes, in [0, 1]. */
  ForegroundProbability,
  /** Number of the most probable class; 0 and 1 by the threshold for one or two classes. */
  Labels
};

/** Numbers that the network is computed in. */
enum class UNetPrecision : std::uint8_t
{
  /** The faster one of Float32 and BFloat16, tried on the device, if the latter agrees; see UNetInference::GetPrecision(). */
  Automatic,
  Float32,
  BFloat16,
  /** On CUDA devices. */
  Float16
};

struct UNetInferenceParameters
{
  double        Threshold{ 0.5 };
  std::uint64_t TileSize{ 0 };
  std::uint64_t MaximumMemory{ 0 };
  UNetPrecision Precision{ UNetPrecision::Float32 };

  static const TorchParameterTable &
  Describe();
};

/** A box of pixels along x, y (, z); the first pixel of the image is 0. */
struct UNetRegion
{
  std::vector<std::int64_t> Start;
  std::vector<std::int64_t> Size;

  bool
  operator==(const UNetRegion & other) const
  {
    return Start == other.Start && Size == other.Size;
  }
};

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

/** The part of an image of `extent` pixels that decides the network's outputs in a region: all of it for a network with
 * instance or group normalisation. */
UNetRegion
GetUNetInputRegion(const UNetSpecification &         specification,
                   const UNetRegion &                output,
                   const std::vector<std::int64_t> & extent);

/** \class UNetInference
 * \brief A model made ready on a device: image tensor in, probabilities or labels out.
 *
 * The network sees the image mirrored up to a multiple of its stride, on a grid that begins at the image's first pixel. The
 * outputs of a region are those of the whole image, from as few pixels as decide them: |Δ| ≤ 10⁻⁵ · max |logit| in float,
 * because convolutions may add in another order.
 * \ingroup ITKTorchUNet */
class UNetInference
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
   * \param part at least GetUNetInputRegion() of it, on the device
   * \param scale of the whole image, by the model's intensity rule
   * \param type component type of the result: float or double, for labels an integer type
   * \param progress called with the fraction done, in [0, 1]; an exception ends the computation
   * \return shape (1, classes or 1, …) of the region */
  TorchTensor
  Compute(const UNetImagePart &               part,
          const UNetRegion &                  region,
          const UNetIntensityScale &          scale,
          UNetInferenceOutput                 output,
          const UNetInferenceParameters &     parameters,
          TorchComponentType                  type,
          const std::function<void(double)> & progress) const;

  /** Bytes that the network takes while it computes windows of `size` pixels along x, y (, z), its weights included; within a
   * quarter of what is measured for windows that are large beside the weights. */
  std::uint64_t
  EstimateMemory(const std::vector<std::int64_t> & size, UNetPrecision precision) const;

  /** What is computed where `wanted` is asked for. Automatic is decided once: a small image of noise is computed in float
   * and in bfloat16, and the latter is taken if it is faster and its logits differ by at most 5 % of their norm, which a
   * faulty convolution does not keep to.
   * \throws ExceptionObject for float16 on the host */
  UNetPrecision
  GetPrecision(UNetPrecision wanted) const;

private:
  class Implementation;
  std::unique_ptr<Implementation> m_Implementation;
};

/** \param size pixels along x, y (, z)
 * \throws ExceptionObject if a model cannot be used for images of that size and number of components */
void
VerifyUNetModelFitsImage(const UNetModel &                model,
                         const std::vector<std::size_t> & size,
                         unsigned int                     numberOfComponents);

/** \throws ExceptionObject if pixels up to `largest` cannot hold the model's output */
void
VerifyUNetModelFitsOutput(const UNetModel & model, UNetInferenceOutput output, double largest);
} // namespace itk

#endif
