// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetConvolutionChoice.h"
#include "itkUNetPredictor.h"

namespace itk
{
UNetConvolutionChoice::UNetConvolutionChoice(UNetConvolution wanted, UNetPrecision precision, bool isHost)
  : m_Precision(precision)
  , m_WantsWinograd(isHost && (wanted == UNetConvolution::Winograd ||
                               (wanted == UNetConvolution::Automatic && precision == UNetPrecision::BFloat16)))
{}

bool
UNetConvolutionChoice::UsesWinograd(const UNetLayer & layer) const
{
  return m_WantsWinograd && layer.What == UNetLayer::Kind::Convolution &&
         WinogradConvolution::IsFaster(layer.Outputs, layer.Inputs, ScalarTypeOf(m_Precision));
}

std::vector<UNetConvolutionChoice>
GetPermittedChoices(const UNetModelCard & card, UNetConvolution convolution, const TorchDevice & device)
{
  std::vector<UNetConvolutionChoice> choices{ { convolution, UNetPrecision::Float32, device.IsHost() } };
  for (const auto & [computation, equalPixels] : card.Permitted)
  {
    const bool isPossible =
      computation.Precision != UNetPrecision::Float16 || device.GetKind() == TorchDevice::Kind::CUDA;
    if (isPossible && (convolution == UNetConvolution::Automatic || convolution == computation.Convolution))
    {
      choices.emplace_back(computation.Convolution, computation.Precision, device.IsHost());
    }
  }
  return choices;
}
} // namespace itk
