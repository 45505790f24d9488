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
#include "itkUNetLossParameters.h"
#include "itkUNetOptimizationParameters.h"
#include <cstdint>

namespace itk
{
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

/** What the network learns to tell apart. */
enum class UNetTarget : std::uint8_t
{
  /** What the labels say: foreground, or classes. */
  Labels,
  /** 0 background, 1 the interior of an object, 2 its border: its pixels within BorderWidth of a pixel of something
   * else. So the objects are what is not background. Pixels that are ignored make no border. */
  InteriorBorder
};
itkTorchEnumerationMacro(UNetTarget, { "Labels", "labels" }, { "InteriorBorder", "interior-border" });

/** Numbers of the images between a network's layers; weights, gradients and statistics are float32. */
enum class UNetTrainingPrecision : std::uint8_t
{
  Float32,
  BFloat16
};
itkTorchEnumerationMacro(UNetTrainingPrecision, { "Float32", "float32" }, { "BFloat16", "bfloat16" });

/** Which images an epoch's crops are taken from. */
enum class UNetSampling : std::uint8_t
{
  /** Every image equally often, in random order. */
  Images,
  /** At random: each category of images equally often, and the images of a category, too. */
  Categories,
  /** At random, as often as their sampling weights say. */
  Weights
};
itkTorchEnumerationMacro(UNetSampling,
                         { "Images", "images" },
                         { "Categories", "categories" },
                         { "Weights", "weights" });

/** Named settings of a training. */
enum class UNetTrainingPreset : std::uint8_t
{
  Default,
  /** What public notebooks on nuclei do with Keras: cross-entropy, Adam at a constant 1e-4, batches of 4, 10 epochs. */
  Classic,
  /** Objects that touch, of varied kinds of images: interior and border, cross-entropy and Dice, AdamW with warm-up and
   * a cosine, averaged weights, strong augmentation. Needs a network of 3 classes. */
  Nuclei,
  /** Loss, optimizer, schedule and foreground sampling of nnU-Net, for 1000 epochs of 250 steps. F. Isensee et al.,
   * Nature Methods 18, 2021. */
  NnUNet
};
itkTorchEnumerationMacro(UNetTrainingPreset,
                         { "Default", "default" },
                         { "Classic", "classic" },
                         { "Nuclei", "nuclei" },
                         { "NnUNet", "nnunet" });

struct ITKTorchUNetTraining_EXPORT UNetTrainingParameters : UNetOptimizationParameters
{
  unsigned int  Epochs{ 20 };
  unsigned int  BatchSize{ 8 };
  unsigned int  CropSize{ 256 };
  unsigned int  CropsPerImage{ 1 };
  std::uint64_t StepsPerEpoch{ 0 };
  std::uint64_t MaximumSteps{ 0 };
  double        MaximumMinutes{ 0.0 };
  /** 0: every epoch has crops of its own. */
  std::uint64_t OverfitCrops{ 0 };
  UNetSampling  Sampling{ UNetSampling::Images };
  LabelMeaning  Labels{ LabelMeaning::Foreground };
  /** −1: there is none. */
  std::int64_t       IgnoreLabel{ -1 };
  UNetTarget         Target{ UNetTarget::Labels };
  double             BorderWidth{ 2.0 };
  double             ContactWeight{ 1.0 };
  bool               AllowOnlyBackground{ false };
  UNetLossParameters Loss;
  /** Names of layers, separated by commas. */
  std::string           FrozenLayers;
  UNetTrainingPrecision Precision{ UNetTrainingPrecision::Float32 };
  unsigned int          ValidationInterval{ 1 };
  unsigned int          Patience{ 0 };
  /** Whether pixels are weighed by the WeightMap of their pair's instance labels. Its GapWidth counts also without. */
  bool                        UseWeightMap{ false };
  BoundaryWeightMapParameters WeightMap;
  /** Its CropSize and Seed are the training's. */
  RandomAugmentationParameters Augmentation;
  UNetAugmentedWeights         AugmentedWeights{ UNetAugmentedWeights::Warped };
  std::uint64_t                Seed{ 0 };
  unsigned int                 MaximumCacheSize{ 2048 };
  unsigned int                 LoaderThreads{ 1 };

  UNetTrainingParameters();

  static UNetTrainingParameters
  FromPreset(UNetTrainingPreset preset);

  /** Sets UseWeightMap and the WeightMap, but for its GapWidth. */
  void
  SetWeightMap(UNetWeightMap preset);

  static const TorchParameterTable<UNetTrainingParameters> &
  Describe();
};
} // namespace itk

#endif
