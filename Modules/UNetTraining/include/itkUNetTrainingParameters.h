// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetTrainingParameters_h
#define itkUNetTrainingParameters_h

#include "itkRandomAugmentationParameters.h"
#include "itkTorchParameterTable.h"
#include <cstdint>
#include <optional>

namespace itk
{
enum class UNetLearningRateSchedule : std::uint8_t
{
  Constant,
  /** From LearningRate to 0 along half a cosine. */
  Cosine
};

enum class UNetLabelRule : std::uint8_t
{
  /** Every label but 0 is the last class: instance labels. */
  Foreground,
  /** A label is the number of its class. */
  ClassIndex
};

/** Weights of pixels that are computed from a pair's instance labels; see BoundaryWeightMap. */
enum class UNetWeightMap : std::uint8_t
{
  None,
  Paper,
  Falk
};

/** What becomes of weight map and gaps where crops are augmented. */
enum class UNetAugmentedWeights : std::uint8_t
{
  /** Computed once for each image and deformed with it. */
  Warped,
  /** Computed from the labels of each crop, so that gaps keep their width. */
  Recomputed
};

struct UNetTrainingParameters
{
  unsigned int             Epochs{ 20 };
  unsigned int             BatchSize{ 8 };
  unsigned int             CropSize{ 256 };
  unsigned int             CropsPerImage{ 1 };
  double                   LearningRate{ 1e-3 };
  UNetLearningRateSchedule LearningRateSchedule{ UNetLearningRateSchedule::Cosine };
  double                   WeightDecay{ 0.0 };
  UNetLabelRule            LabelRule{ UNetLabelRule::Foreground };
  UNetWeightMap            WeightMap{ UNetWeightMap::None };
  unsigned int             GapWidth{ 0 };
  RandomAugmentationPreset Augmentation{ RandomAugmentationPreset::None };
  UNetAugmentedWeights     AugmentedWeights{ UNetAugmentedWeights::Warped };
  std::uint64_t            Seed{ 0 };
  unsigned int             MaximumCacheSize{ 2048 };

  /** Instead of the preset's; CropSize and Seed are the training's. */
  std::optional<RandomAugmentationParameters> CustomAugmentation;

  static const TorchParameterTable &
  Describe();
};
} // namespace itk

#endif
