// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetDeepSupervision.h"
#include "itkUNetLayerList.h"
#include <numeric>

namespace itk
{
std::vector<unsigned int>
GetSupervisedLevels(unsigned int deepSupervision)
{
  std::vector<unsigned int> levels(deepSupervision + 1);
  std::iota(levels.begin(), levels.end(), 0u);
  return levels;
}

std::vector<UNetTensorDescription>
GetAuxiliaryTensors(const UNetSpecification & specification, unsigned int deepSupervision)
{
  const UNetLayerList                layers(specification, GetSupervisedLevels(deepSupervision));
  std::vector<UNetTensorDescription> tensors;
  for (const UNetLayer & layer : layers.GetLayers())
  {
    if (layer.What == UNetLayer::Kind::Head && layer.Level > 0)
    {
      const auto ofLayer = layers.GetTensors(layer);
      tensors.insert(tensors.end(), ofLayer.begin(), ofLayer.end());
    }
  }
  return tensors;
}
} // namespace itk
