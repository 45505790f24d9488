// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetConvolutionChoice_h
#define itkUNetConvolutionChoice_h

#include "ITKTorchUNetInferenceExport.h"
#include "itkUNetInferenceParameters.h"
#include "itkTorchDevice.h"
#include "itkUNetLayerList.h"
#include "itkUNetModelCard.h"
#include <utility>
#include <vector>

namespace itk
{
/** \class UNetConvolutionChoice
 * \brief How the layers of a network are computed: the one place that decides it, for the predictor, its memory and its
 * cost.
 * \ingroup ITKTorchUNetInference */
class ITKTorchUNetInference_EXPORT UNetConvolutionChoice
{
public:
  /** \param precision other than Automatic
   * \param isHost whether it is the CPU that computes */
  UNetConvolutionChoice(UNetConvolution wanted, UNetPrecision precision, bool isHost);

  UNetPrecision
  GetPrecision() const
  {
    return m_Precision;
  }

  /** Other than Automatic. */
  UNetConvolution
  GetConvolution() const
  {
    return m_WantsWinograd ? UNetConvolution::Winograd : UNetConvolution::Direct;
  }

  /** Whether a layer is computed by WinogradConvolution: wanted, and faster. */
  bool
  UsesWinograd(const UNetLayer & layer) const;

  /** Choices of equal order make the same predictor. */
  bool
  operator<(const UNetConvolutionChoice & other) const
  {
    return std::pair(m_Precision, m_WantsWinograd) < std::pair(other.m_Precision, other.m_WantsWinograd);
  }

private:
  UNetPrecision m_Precision;
  bool          m_WantsWinograd;
};

/** What an automatic precision may be: float32, and what a model's card permits and the device can do.
 * \param convolution that is wanted; Automatic for float32's by their definition and any that the card permits */
ITKTorchUNetInference_EXPORT std::vector<UNetConvolutionChoice>
GetPermittedChoices(const UNetModelCard & card, UNetConvolution convolution, const TorchDevice & device);
} // namespace itk

#endif
