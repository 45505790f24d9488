// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkWinogradConvolution.h"
#include "itkSmallProducts.h"
#include "itkWinogradTransforms.h"
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <algorithm>
#include <array>
#include <vector>

namespace itk
{
namespace
{
/** Tiles of a block, so that what becomes of them stays in the cache. */
constexpr std::int64_t RowsOfBlock = 64;
constexpr std::int64_t MostPlanes = 8;

at::ScalarType
TypeOf(float)
{
  return at::kFloat;
}

at::ScalarType
TypeOf(c10::BFloat16)
{
  return at::kBFloat16;
}

/** (outputs, inputs, z, 3, 3) to packed (z, products, inputs, outputs). */
template <typename TNumber>
at::Tensor
TransformKernels(const at::Tensor & weight, at::ScalarType precision)
{
  const auto         g = at::tensor(GetWinogradKernelTransform(WinogradTile<TNumber>), at::kDouble).view({ -1, 3 });
  const at::Tensor   kernels = weight.dim() == 4 ? weight.unsqueeze(2) : weight;
  const std::int64_t outputs = kernels.size(0);
  const std::int64_t inputs = kernels.size(1);
  const std::int64_t planes = kernels.size(2);
  const std::int64_t group = GetGroupOfColumns(outputs);
  at::Tensor packed = at::empty({ planes, WinogradProducts<TNumber>, outputs / group, inputs, group }, precision);
  for (std::int64_t i = 0; i < outputs / group; ++i)
  {
    const at::Tensor ofGroup = kernels.narrow(0, i * group, group).to(at::kDouble).permute({ 2, 3, 4, 1, 0 });
    const at::Tensor rows = at::matmul(g, ofGroup.reshape({ planes, 3, -1 })).view({ planes, -1, 3, inputs * group });
    const at::Tensor numbers = at::matmul(g, rows).view({ planes, -1, inputs, group });
    packed.narrow(2, i, 1).copy_(PackSmallMatrices(numbers, precision));
  }
  return packed;
}

struct Layer
{
  const void *                Image;
  const void *                Kernels;
  const float *               Bias;
  void *                      Output;
  std::array<std::int64_t, 4> Size; // N, z, y, x
  std::int64_t                PlanesOfKernel;
  std::int64_t                Inputs;
  std::int64_t                Outputs;
  std::int64_t                OutputsOfGroup;
  UNetPadding                 Padding;
  bool                        HasReLU;
};

/** Some planes of some tiles that follow each other in a plane. */
struct Block
{
  std::int64_t Image;
  std::int64_t FirstPlane;
  std::int64_t Planes;
  std::int64_t FirstTile;
  std::int64_t Tiles;
};

/** Computes a layer block by block. A block's rows are its tiles, plane after plane, with the planes that the kernel reaches
 * beyond them, so that the tiles of the next plane are `TilesOfBlock` rows further on. */
template <typename TNumber>
class BlockwiseConvolution
{
public:
  explicit BlockwiseConvolution(const Layer & layer)
    : m_Layer(layer)
    , m_TilesAlongX(DivideUp(layer.Size[3], tile))
    , m_TilesOfPlane(DivideUp(layer.Size[2], tile) * m_TilesAlongX)
    , m_Halo(layer.PlanesOfKernel / 2)
  {
    const std::int64_t depth = layer.Size[1];
    m_BlocksAlongZ = DivideUp(depth, m_Halo == 0 ? 1 : MostPlanes);
    m_PlanesOfBlock = DivideUp(depth, m_BlocksAlongZ);
    const std::int64_t threads = at::get_num_threads();
    const std::int64_t wanted = DivideUp(DivideUp(m_TilesOfPlane * m_PlanesOfBlock, RowsOfBlock), threads) * threads;
    m_TilesOfBlock = DivideUp(m_TilesOfPlane, std::min(wanted, m_TilesOfPlane));
    m_BlocksOfPlane = DivideUp(m_TilesOfPlane, m_TilesOfBlock);
    m_Rows = m_TilesOfBlock * m_PlanesOfBlock;
    // Places of one row that are a multiple of 4096 bytes apart would share a set of the cache.
    m_StepOfValues = (m_Rows + 2 * m_Halo * m_TilesOfBlock) * layer.Inputs + lineOf<TNumber>;
    m_StepOfProducts = m_Rows * layer.Outputs + lineOf<float>;
  }

  void
  Compute() const
  {
    const at::Tensor values = at::zeros({ at::get_num_threads(), products * m_StepOfValues }, TypeOf(TNumber{}));
    const at::Tensor sums = at::empty({ at::get_num_threads(), products * m_StepOfProducts }, at::kFloat);
    const std::vector<TNumber> outside(static_cast<std::size_t>(m_Layer.Inputs));
    const std::int64_t         blocks = m_Layer.Size[0] * m_BlocksAlongZ * m_BlocksOfPlane;
    at::parallel_for(0,
                     blocks,
                     1,
                     [&](std::int64_t begin, std::int64_t end)
                     {
                       const auto           thread = at::get_thread_num();
                       auto * const         v = values[thread].mutable_data_ptr<TNumber>();
                       auto * const         m = sums[thread].mutable_data_ptr<float>();
                       std::vector<TNumber> nowhere(static_cast<std::size_t>(m_Layer.Outputs));
                       for (std::int64_t i = begin; i < end; ++i)
                       {
                         const Block block = this->GetBlock(i);
                         this->TransformInputs(block, outside.data(), v);
                         this->MultiplyByKernels(v, m);
                         this->TransformOutputs(block, m, nowhere.data());
                       }
                       EndSmallProducts<TNumber>();
                     });
  }

private:
  static constexpr std::int64_t tile = WinogradTile<TNumber>;
  static constexpr std::int64_t edge = WinogradEdge<TNumber>;
  static constexpr std::int64_t products = WinogradProducts<TNumber>;
  template <typename T>
  static constexpr std::int64_t lineOf = 64 / sizeof(T);

  static std::int64_t
  DivideUp(std::int64_t a, std::int64_t by)
  {
    return (a + by - 1) / by;
  }

  Block
  GetBlock(std::int64_t number) const
  {
    const std::int64_t alongPlane = number % m_BlocksOfPlane;
    const std::int64_t alongZ = number / m_BlocksOfPlane % m_BlocksAlongZ;
    Block              block;
    block.Image = number / m_BlocksOfPlane / m_BlocksAlongZ;
    block.FirstPlane = alongZ * m_PlanesOfBlock;
    block.Planes = std::min(m_PlanesOfBlock, m_Layer.Size[1] - block.FirstPlane);
    block.FirstTile = alongPlane * m_TilesOfBlock;
    block.Tiles = std::min(m_TilesOfBlock, m_TilesOfPlane - block.FirstTile);
    return block;
  }

  /** Number of a pixel of an image, in its plane from the tile's corner on. */
  struct Corner
  {
    std::int64_t Y;
    std::int64_t X;
  };

  Corner
  GetCorner(std::int64_t number) const
  {
    return { number / m_TilesAlongX * tile, number % m_TilesAlongX * tile };
  }

  void
  TransformInputs(const Block & block, const TNumber * outside, TNumber * values) const
  {
    const auto * const image = static_cast<const TNumber *>(m_Layer.Image);
    for (std::int64_t plane = 0; plane < block.Planes + 2 * m_Halo; ++plane)
    {
      const std::int64_t z = block.FirstPlane + plane - m_Halo;
      for (std::int64_t i = 0; i < block.Tiles; ++i)
      {
        const Corner    corner = this->GetCorner(block.FirstTile + i);
        const TNumber * pixels[products];
        for (std::int64_t y = 0; y < edge; ++y)
        {
          for (std::int64_t x = 0; x < edge; ++x)
          {
            pixels[y * edge + x] = this->GetPixel(image, outside, block.Image, z, corner.Y + y - 1, corner.X + x - 1);
          }
        }
        TransformWinogradInput(pixels,
                               static_cast<std::size_t>(m_Layer.Inputs),
                               values + (plane * m_TilesOfBlock + i) * m_Layer.Inputs,
                               static_cast<std::size_t>(m_StepOfValues));
      }
    }
  }

  const TNumber *
  GetPixel(const TNumber * image,
           const TNumber * outside,
           std::int64_t    number,
           std::int64_t    z,
           std::int64_t    y,
           std::int64_t    x) const
  {
    const auto [images, depth, height, width] = m_Layer.Size;
    const std::int64_t insideZ = std::clamp<std::int64_t>(z, 0, depth - 1);
    const std::int64_t insideY = std::clamp<std::int64_t>(y, 0, height - 1);
    const std::int64_t insideX = std::clamp<std::int64_t>(x, 0, width - 1);
    const bool         isInside = insideZ == z && insideY == y && insideX == x;
    return isInside || m_Layer.Padding == UNetPadding::Edge
             ? image + (((number * depth + insideZ) * height + insideY) * width + insideX) * m_Layer.Inputs
             : outside;
  }

  void
  MultiplyByKernels(const TNumber * values, float * sums) const
  {
    const auto *       kernels = static_cast<const TNumber *>(m_Layer.Kernels);
    const std::int64_t sizeOfGroup = m_Layer.Inputs * m_Layer.OutputsOfGroup;
    for (std::int64_t plane = 0; plane < m_Layer.PlanesOfKernel; ++plane)
    {
      for (std::int64_t product = 0; product < products; ++product)
      {
        for (std::int64_t output = 0; output < m_Layer.Outputs;
             output += m_Layer.OutputsOfGroup, kernels += sizeOfGroup)
        {
          MultiplySmall(m_Rows,
                        m_Layer.OutputsOfGroup,
                        m_Layer.Inputs,
                        values + product * m_StepOfValues + plane * m_TilesOfBlock * m_Layer.Inputs,
                        kernels,
                        sums + product * m_StepOfProducts + output,
                        m_Layer.Outputs,
                        plane > 0);
        }
      }
    }
  }

  void
  TransformOutputs(const Block & block, const float * sums, TNumber * nowhere) const
  {
    auto * const image = static_cast<TNumber *>(m_Layer.Output);
    const auto [images, depth, height, width] = m_Layer.Size;
    for (std::int64_t plane = 0; plane < block.Planes; ++plane)
    {
      const std::int64_t z = block.FirstPlane + plane;
      for (std::int64_t i = 0; i < block.Tiles; ++i)
      {
        const Corner corner = this->GetCorner(block.FirstTile + i);
        TNumber *    pixels[tile * tile];
        for (std::int64_t j = 0; j < tile * tile; ++j)
        {
          const std::int64_t y = corner.Y + j / tile;
          const std::int64_t x = corner.X + j % tile;
          pixels[j] = y < height && x < width
                        ? image + (((block.Image * depth + z) * height + y) * width + x) * m_Layer.Outputs
                        : nowhere;
        }
        TransformWinogradOutput(sums + (plane * m_TilesOfBlock + i) * m_Layer.Outputs,
                                static_cast<std::size_t>(m_StepOfProducts),
                                static_cast<std::size_t>(m_Layer.Outputs),
                                m_Layer.Bias,
                                m_Layer.HasReLU,
                                pixels);
      }
    }
  }

  Layer        m_Layer;
  std::int64_t m_TilesAlongX;
  std::int64_t m_TilesOfPlane;
  std::int64_t m_Halo;
  std::int64_t m_BlocksAlongZ;
  std::int64_t m_PlanesOfBlock;
  std::int64_t m_TilesOfBlock;
  std::int64_t m_BlocksOfPlane;
  std::int64_t m_Rows;
  std::int64_t m_StepOfValues;
  std::int64_t m_StepOfProducts;
};
} // namespace

bool
WinogradConvolution::IsFaster(std::int64_t outputs, std::int64_t inputs, at::ScalarType precision)
{
  if (outputs % WinogradChannels != 0 || inputs % WinogradChannels != 0)
  {
    return false;
  }
  constexpr std::int64_t leastOfBFloat16 = 64;
  return precision == at::kFloat || (precision == at::kBFloat16 && std::min(outputs, inputs) >= leastOfBFloat16)
           ? CanMultiplySmall(precision)
           : false;
}

double
WinogradConvolution::GetGrowthOfWeights(at::ScalarType precision)
{
  return (precision == at::kFloat ? WinogradProducts<float> : WinogradProducts<c10::BFloat16>) / 9.0;
}

std::uint64_t
WinogradConvolution::EstimateScratch(std::int64_t   outputs,
                                     std::int64_t   inputs,
                                     unsigned int   dimension,
                                     at::ScalarType precision)
{
  const bool   isFloat = precision == at::kFloat;
  const double products = isFloat ? WinogradProducts<float> : WinogradProducts<c10::BFloat16>;
  const double halo = dimension == 3 ? 1.0 + 2.0 / MostPlanes : 1.0;
  const double row = halo * static_cast<double>(inputs) * (isFloat ? 4.0 : 2.0) + static_cast<double>(outputs) * 4.0;
  return static_cast<std::uint64_t>(at::get_num_threads() * products * RowsOfBlock * row);
}

WinogradConvolution::WinogradConvolution(const at::Tensor & weight, const at::Tensor & bias, at::ScalarType precision)
  : m_Kernels(precision == at::kFloat ? TransformKernels<float>(weight, precision)
                                      : TransformKernels<c10::BFloat16>(weight, precision))
  , m_Bias(bias.defined() ? bias.to(at::kFloat).contiguous() : at::zeros({ weight.size(0) }, at::kFloat))
{}

at::Tensor
WinogradConvolution::Compute(const at::Tensor & image, UNetPadding padding, bool withReLU) const
{
  auto shape = image.sizes().vec();
  shape[1] = m_Bias.size(0);
  const bool       is3D = image.dim() == 5;
  const auto       layout = is3D ? at::MemoryFormat::ChannelsLast3d : at::MemoryFormat::ChannelsLast;
  const at::Tensor input = image.contiguous(layout);
  at::Tensor       output = at::empty(shape, image.options().memory_format(layout));
  const Layer      layer{ input.const_data_ptr(),
                     m_Kernels.const_data_ptr(),
                     m_Bias.const_data_ptr<float>(),
                     output.mutable_data_ptr(),
                     { shape[0], is3D ? shape[2] : 1, shape[shape.size() - 2], shape.back() },
                     m_Kernels.size(0),
                     image.size(1),
                     shape[1],
                     m_Kernels.size(4),
                     padding,
                     withReLU };
  if (image.scalar_type() == at::kFloat)
  {
    BlockwiseConvolution<float>(layer).Compute();
  }
  else
  {
    BlockwiseConvolution<c10::BFloat16>(layer).Compute();
  }
  return output;
}
} // namespace itk
