// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkBoundaryWeightMap.h"
#include "itkUNetFrozenLayers.h"
#include "itkUNetSamples.h"
#include "itkUNetTrainer.h"

namespace itk
{
void
VerifyUNetTraining(const UNetSpecification & specification, const UNetTrainingParameters & parameters)
{
  specification.Verify();
  TorchParameterView(parameters).Verify("UNetTraining");
  const bool areClasses = parameters.Labels == LabelMeaning::Classes;
  VerifyUNetLoss(parameters.Loss, specification.Classes);
  if (parameters.Loss.DeepSupervision >= specification.Levels)
  {
    itkGenericExceptionMacro("LossDeepSupervision must be at most " << specification.Levels - 1
                                                                    << ", one less than Levels, but is "
                                                                    << parameters.Loss.DeepSupervision << '.');
  }
  const bool hasBorder = parameters.Target == UNetTarget::InteriorBorder;
  if (hasBorder && (areClasses || specification.Classes != 3))
  {
    itkGenericExceptionMacro("Labels must be objects or foreground, and Classes 3, for the target interior-border, but "
                             "are "
                             << GetEnumerationText(parameters.Labels) << " and " << specification.Classes << '.');
  }
  if (!areClasses && !hasBorder && specification.Classes > 2)
  {
    itkGenericExceptionMacro("Labels must be classes for more than 2 classes, but is "
                             << GetEnumerationText(parameters.Labels) << " for " << specification.Classes << '.');
  }
  if (areClasses && (parameters.UseWeightMap || parameters.WeightMap.GapWidth > 0))
  {
    itkGenericExceptionMacro(
      "Labels must be objects or foreground for a WeightMap or a GapWidth, which need a label for "
      "each object, but is classes.");
  }
  if (parameters.UseWeightMap)
  {
    VerifyBoundaryWeightMap(parameters.WeightMap, {});
  }
  if (parameters.CropSize % specification.GetStride() != 0)
  {
    itkGenericExceptionMacro("CropSize must be a multiple of " << specification.GetStride()
                                                               << ", the network's stride with " << specification.Levels
                                                               << " levels, but is " << parameters.CropSize << '.');
  }
  VerifyFrozenLayers(specification, parameters.FrozenLayers);
  VerifyRandomAugmentation(GetAugmentationParameters(parameters), specification.Dimension);
  // At the stride itself the deepest level is one pixel, and a batch of one crop has no variance.
  if (specification.Normalization == UNetNormalization::Batch && parameters.CropSize < 2 * specification.GetStride())
  {
    itkGenericExceptionMacro("CropSize must be at least " << 2 * specification.GetStride()
                                                          << " with batch normalization, but is " << parameters.CropSize
                                                          << '.');
  }
}
} // namespace itk
