// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetTrainingParameters_h
#define itkUNetTrainingParameters_h

#include "ITKTorchUNetTrainingExport.h"
#include "itkBoundaryWeightMapParameters.h"
#include "itkRandomAugmentationParameters.h"
#include "itkLabelMeaning.h"
#include "itkTorchEnumeration.h"
#include "itkTorchParameterTable.h"
#include <cstdint>

namespace itk
{
enum class UNetLearningRateSchedule : std::uint8_t
{
  Constant,
  /** From LearningRate to 0 along half a cosine. */
  Cosine
};
itkTorchEnumerationMacro(UNetLearningRateSchedule, { "Constant", "constant" }, { "Cosine", "cosine" });

/** Named settings of a training's weight map; see BoundaryWeightMap. */
enum class UNetWeightMap : std::uint8_t
{
  None,
  Paper,
  Falk
};
itkTorchEnumerationMacro(UNetWeightMap, { "None", "none" }, { "Paper", "paper" }, { "Falk", "falk" });

/** What becomes of weight map and gaps where crops are augmented. */
enum class UNetAugmentedWeights : std::uint8_t
{
  /** Computed once for each image and deformed with it. */
  Warped,
  /** Computed from the labels of each crop, so that gaps keep their width. */
  Recomputed
};
itkTorchEnumerationMacro(UNetAugmentedWeights, { "Warped", "warped" }, { "Recomputed", "recomputed" });

struct ITKTorchUNetTraining_EXPORT UNetTrainingParameters
{
  unsigned int             Epochs{ 20 };
  unsigned int             BatchSize{ 8 };
  unsigned int             CropSize{ 256 };
  unsigned int             CropsPerImage{ 1 };
  double                   LearningRate{ 1e-3 };
  UNetLearningRateSchedule LearningRateSchedule{ UNetLearningRateSchedule::Cosine };
  double                   WeightDecay{ 0.0 };
  LabelMeaning             Labels{ LabelMeaning::Foreground };
  /** Whether pixels are weighed by the WeightMap of their pair's instance labels. Its GapWidth counts also without. */
  bool                        UseWeightMap{ false };
  BoundaryWeightMapParameters WeightMap;
  /** Its CropSize and Seed are the training's. */
  RandomAugmentationParameters Augmentation;
  UNetAugmentedWeights         AugmentedWeights{ UNetAugmentedWeights::Warped };
  std::uint64_t                Seed{ 0 };
  unsigned int                 MaximumCacheSize{ 2048 };

  /** Sets UseWeightMap and the WeightMap, but for its GapWidth. */
  void
  SetWeightMap(UNetWeightMap preset);

  static const TorchParameterTable<UNetTrainingParameters> &
  Describe();
};
} // namespace itk

#endif
