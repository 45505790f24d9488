// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetLayerList_h
#define itkUNetLayerList_h

#include "ITKTorchUNetModelExport.h"
#include "itkUNetSpecification.h"
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace itk
{
/** One step of a network, from images of its sources' size to an image. */
struct UNetLayer
{
  enum class Kind : std::uint8_t
  {
    /** The image itself. */
    Input,
    /** 3×3 (3×3×3), with the normalization and the ReLU after it. */
    Convolution,
    /** The maximum of 2×2 (2×2×2) pixels. */
    Pooling,
    /** Only while training. */
    Dropout,
    /** A transposed convolution, 2×2 (2×2×2), of stride 2. */
    Upsampling,
    /** Channels side by side: of the skip connection, its first source, and of the upsampling, its second. */
    Concatenation,
    /** 1×1 (1×1×1), to logits. */
    Head
  };

  Kind What{ Kind::Input };
  /** For people, such as "encoder.1.convolution.2": levels and convolutions count from 1; level 1 is the full
   * resolution. */
  std::string Name;
  /** What the names of its tensors in model files begin with, such as "encoder.0.1" or "classifier"; empty for layers
   * without weights. */
  std::string TensorName;
  /** Poolings between the image and the layer's output. */
  unsigned int Level{ 0 };
  /** Channels. */
  std::int64_t Inputs{ 0 };
  std::int64_t Outputs{ 0 };
  /** Edge of the kernel in pixels. */
  std::int64_t Kernel{ 1 };
  /** Places in the list, all before this one's. */
  std::vector<std::size_t> Sources;
};

/** \class UNetLayerList
 * \brief The layers of a network in the order of computation: the one description that network, predictor, receptive
 * field, memory, cost and names of tensors follow.
 * \ingroup ITKTorchUNetModel */
class ITKTorchUNetModel_EXPORT UNetLayerList
{
public:
  /** \param headLevels levels of the decoder that logits are computed of, each less than Levels; 0 is the full
   * resolution */
  explicit UNetLayerList(const UNetSpecification & specification, const std::vector<unsigned int> & headLevels = { 0 });

  const std::vector<UNetLayer> &
  GetLayers() const
  {
    return m_Layers;
  }

  std::size_t
  GetNumberOfLayers() const
  {
    return m_Layers.size();
  }

  const UNetLayer &
  operator[](std::size_t index) const
  {
    return m_Layers[index];
  }

  /** Whether no layer after `user` reads the output of `source`. */
  bool
  IsLastUse(std::size_t source, std::size_t user) const
  {
    return m_LastUse[source] == user;
  }

  /** \throws ExceptionObject that names the layers there are, if there is none of this name */
  const UNetLayer &
  Find(const std::string & name) const;

  /** Every tensor, in the order of computation. */
  std::vector<UNetTensorDescription>
  GetTensors() const;

  /** Those of one layer. */
  std::vector<UNetTensorDescription>
  GetTensors(const UNetLayer & layer) const;

  /** Of a layer for one pixel of its output. */
  double
  GetMultiplyAddsPerOutputPixel(const UNetLayer & layer) const;

  /** Of all layers together for one pixel of the image. */
  double
  GetMultiplyAddsPerPixel() const;

  /** False for networks with instance or group normalization: there every pixel of the image decides every output. */
  bool
  IsLocal() const
  {
    return m_Specification.Normalization == UNetNormalization::Batch ||
           m_Specification.Normalization == UNetNormalization::None;
  }

private:
  std::size_t
  Add(UNetLayer layer);
  std::size_t
  AddConvolutions(const char * part, unsigned int level, std::size_t source);

  UNetSpecification        m_Specification;
  std::vector<UNetLayer>   m_Layers;
  std::vector<std::size_t> m_LastUse;
};
} // namespace itk

#endif
