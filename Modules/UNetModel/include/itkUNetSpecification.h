// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetSpecification_h
#define itkUNetSpecification_h

#include "ITKTorchUNetModelExport.h"
#include "itkTorchEnumeration.h"
#include "itkTorchParameterTable.h"
#include <string>
#include <vector>

namespace itk
{
enum class UNetNormalization : std::uint8_t
{
  None,
  Batch,
  Instance,
  Group
};
itkTorchEnumerationMacro(UNetNormalization,
                         { "None", "none" },
                         { "Batch", "batch" },
                         { "Instance", "instance" },
                         { "Group", "group" });

/** What a 3×3 convolution sees outside the image. */
enum class UNetPadding : std::uint8_t
{
  Zero,
  Edge
};
itkTorchEnumerationMacro(UNetPadding, { "Zero", "zero" }, { "Edge", "edge" });

/** Order of the channels that a decoder level concatenates. */
enum class UNetConcatenation : std::uint8_t
{
  SkipFirst,
  UpsampledFirst
};
itkTorchEnumerationMacro(UNetConcatenation, { "SkipFirst", "skip-first" }, { "UpsampledFirst", "upsampled-first" });

/** One weight of a network: its name in model files and its shape. */
struct UNetTensorDescription
{
  enum class Kind : std::uint8_t
  {
    ConvolutionWeight,
    Zero,
    One
  };
  std::string               Name;
  std::vector<std::int64_t> Shape;
  /** How it starts before training: by He's rule, zero or one. */
  Kind InitialValue{ Kind::ConvolutionWeight };
  /** Inputs of one output of a convolution, N of He's N(0, √(2/N)). */
  std::int64_t FanIn{ 0 };
  /** False for running statistics, which no optimizer changes. */
  bool IsTrained{ true };
};

/** \class UNetSpecification
 * \brief The architecture of a U-Net.
 *
 * A level is a row of 3×3 (3×3×3) convolutions, each followed by normalization and ReLU. Each of `Levels` poolings
 * (2×2, maximum) leads to a level with twice the filters; each of as many transposed convolutions (2×2, stride 2) leads
 * back up and is concatenated with the encoder level of the same size. A 1×1 convolution computes the classes. The
 * defaults are the network of the U-Net paper with batch normalization and same-size convolutions.
 *
 * O. Ronneberger, P. Fischer, T. Brox, "U-Net: convolutional networks for biomedical image segmentation", MICCAI 2015.
 * \ingroup ITKTorchUNetModel
 */
struct ITKTorchUNetModel_EXPORT UNetSpecification
{
  /** Of a group normalization. */
  static constexpr std::int64_t NumberOfGroups = 8;

  unsigned int Dimension{ 2 };
  unsigned int Channels{ 1 };
  /** 1: one sigmoid. 2 or more: softmax. */
  unsigned int      Classes{ 2 };
  unsigned int      BaseFilters{ 64 };
  unsigned int      Levels{ 4 };
  unsigned int      ConvolutionsPerLevel{ 2 };
  UNetNormalization Normalization{ UNetNormalization::Batch };
  double            NormalizationEpsilon{ 1e-5 };
  bool              ConvolutionBias{ false };
  double            Dropout{ 0.0 };
  UNetPadding       Padding{ UNetPadding::Zero };
  UNetConcatenation Concatenation{ UNetConcatenation::SkipFirst };

  static const TorchParameterTable<UNetSpecification> &
  Describe();

  /** \throws ExceptionObject that names every parameter outside its range */
  void
  Verify() const;

  /** 2^Levels: sizes that the network takes are multiples of it. */
  std::int64_t
  GetStride() const
  {
    return std::int64_t{ 1 } << Levels;
  }

  /** Filters at a level; 0 is the full resolution. */
  std::int64_t
  GetFilters(unsigned int level) const
  {
    return static_cast<std::int64_t>(BaseFilters) << level;
  }

  /** Every tensor of the network, in the order of computation. */
  std::vector<UNetTensorDescription>
  GetTensors() const;

  /** Trained numbers; running statistics are not counted. */
  std::int64_t
  GetNumberOfParameters() const;

  /** Of all convolutions together for one pixel of the image: 735 040 for the default network with 3 channels. */
  double
  GetMultiplyAddsPerPixel() const;

  bool
  operator==(const UNetSpecification & other) const;
  bool
  operator!=(const UNetSpecification & other) const
  {
    return !(*this == other);
  }
};
} // namespace itk

#endif
