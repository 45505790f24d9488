// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetInference_h
#define itkUNetInference_h

#include "itkUNetModel.h"
#include <memory>

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

struct UNetInferenceParameters
{
  double Threshold{ 0.5 };

  static const TorchParameterTable &
  Describe();
};

/** \class UNetInference
 * \brief A model made ready on a device: image tensor in, probabilities or labels out.
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

  /** Applies the model's intensity rule, mirrors the image up to a multiple of the network's stride, runs the network
   * and crops back.
   * \param image shape (1, C, …), any component type and size
   * \param type component type of the result: float or double, for labels an integer type
   * \return shape (1, classes or 1, …) */
  TorchTensor
  Compute(const TorchTensor &             image,
          UNetInferenceOutput             output,
          const UNetInferenceParameters & parameters,
          TorchComponentType              type) const;

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
