// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkWinogradWeightGradient.h"
#include "itkOuterProducts.h"
#include "itkUNetConvolution.h"
#include "itkWinogradBlocks.h"
#include "itkWinogradKernels.h"
#include "itkWinogradTransforms.h"
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <algorithm>

namespace itk
{
namespace
{
constexpr int          tile = WinogradTile<float>;
constexpr int          edge = WinogradEdge<float>;
constexpr std::int64_t products = WinogradProducts<float>;
/** Multiples of 4096 bytes would share a set of the cache. */
constexpr std::int64_t numbersOfLine = 16;

template <typename TPixel>
struct ChannelsOfImage
{
  const TPixel * Pixels;
  std::int64_t   Channels;
};

template <typename TPixel>
class WeightGradient
{
public:
  WeightGradient(const std::vector<at::Tensor> & images, const at::Tensor & gradient)
    : m_Gradient{ gradient.const_data_ptr<TPixel>(), gradient.size(1) }
    , m_Planes(gradient.dim() == 5 ? 3 : 1)
    , m_Size{ gradient.size(0), m_Planes == 3 ? gradient.size(2) : 1, gradient.size(-2), gradient.size(-1) }
    , m_Blocks(m_Size, { 0, 0 }, m_Planes, tile)
  {
    for (const at::Tensor & image : images)
    {
      m_Images.push_back({ image.const_data_ptr<TPixel>(), image.size(1) });
      m_Inputs += image.size(1);
    }
    m_Nothing.resize(static_cast<std::size_t>(std::max(m_Inputs, m_Gradient.Channels)));
    m_StepOfInputs = m_Blocks.RowsOfInput * m_Inputs + numbersOfLine;
    m_StepOfGradients = m_Blocks.RowsOfProduct * m_Gradient.Channels + numbersOfLine;
  }

  at::Tensor
  Compute() const
  {
    const std::int64_t threads = at::get_num_threads();
    const std::int64_t sumsOfThread = m_Planes * products * m_Gradient.Channels * m_Inputs;
    // Where these do not stay in the cache, threads share one set of sums.
    constexpr std::int64_t mostSums = std::int64_t{ 1 } << 19;
    const bool             isShared = m_Blocks.IsShared || sumsOfThread > mostSums;
    const std::int64_t     buffers = isShared ? 1 : threads;
    const at::Tensor values = at::empty({ buffers * products * (m_StepOfInputs + m_StepOfGradients) }, at::kFloat);
    const at::Tensor sums = at::zeros({ buffers, m_Planes, products, m_Gradient.Channels, m_Inputs }, at::kFloat);
    float * const    v = values.mutable_data_ptr<float>();
    float * const    u = sums.mutable_data_ptr<float>();
    if (isShared)
    {
      this->ComputeShared(v, u);
      return GatherWinogradKernels(sums[0]);
    }
    at::parallel_for(0,
                     threads,
                     1,
                     [&](std::int64_t begin, std::int64_t end)
                     {
                       for (std::int64_t thread = begin; thread < end; ++thread)
                       {
                         this->ComputeBlocks(m_Blocks.NumberOfBlocks * thread / threads,
                                             m_Blocks.NumberOfBlocks * (thread + 1) / threads,
                                             v + thread * products * (m_StepOfInputs + m_StepOfGradients),
                                             u + thread * sumsOfThread);
                       }
                     });
    return GatherWinogradKernels(sums.sum(0));
  }

private:
  void
  ComputeBlocks(std::int64_t begin, std::int64_t end, float * values, float * sums) const
  {
    for (std::int64_t i = begin; i < end; ++i)
    {
      const WinogradBlock block = m_Blocks.GetBlock(m_Size, i);
      this->TransformInputs(block, 0, m_Blocks.RowsOfInput, values);
      this->TransformGradients(block, 0, m_Blocks.RowsOfProduct, values + products * m_StepOfInputs);
      this->AddProducts(block, 0, products, values, sums);
    }
  }

  void
  ComputeShared(float * values, float * sums) const
  {
    for (std::int64_t i = 0; i < m_Blocks.NumberOfBlocks; ++i)
    {
      const WinogradBlock block = m_Blocks.GetBlock(m_Size, i);
      at::parallel_for(0,
                       m_Blocks.RowsOfInput,
                       1,
                       [&](std::int64_t begin, std::int64_t end) { this->TransformInputs(block, begin, end, values); });
      at::parallel_for(0,
                       m_Blocks.RowsOfProduct,
                       1,
                       [&](std::int64_t begin, std::int64_t end)
                       { this->TransformGradients(block, begin, end, values + products * m_StepOfInputs); });
      at::parallel_for(0,
                       products,
                       1,
                       [&](std::int64_t begin, std::int64_t end)
                       { this->AddProducts(block, begin, end, values, sums); });
    }
  }

  void
  TransformInputs(const WinogradBlock & block, std::int64_t begin, std::int64_t end, float * values) const
  {
    for (std::int64_t row = begin; row < end; ++row)
    {
      const std::int64_t plane = row / m_Blocks.TilesOfBlock;
      const std::int64_t number = row % m_Blocks.TilesOfBlock;
      if (plane >= block.Planes + 2 * m_Blocks.Halo || number >= block.Tiles)
      {
        continue;
      }
      std::int64_t places[products];
      this->FindPlaces<edge>(block, plane - m_Blocks.Halo, number, places);
      float * ofImage = values + row * m_Inputs;
      for (const auto & image : m_Images)
      {
        const TPixel * pixels[products];
        for (std::int64_t i = 0; i < products; ++i)
        {
          pixels[i] = places[i] < 0 ? m_Nothing.data() : image.Pixels + places[i] * image.Channels;
        }
        TransformWinogradInput(
          pixels, static_cast<std::size_t>(image.Channels), ofImage, static_cast<std::size_t>(m_StepOfInputs));
        ofImage += image.Channels;
      }
    }
  }

  void
  TransformGradients(const WinogradBlock & block, std::int64_t begin, std::int64_t end, float * values) const
  {
    for (std::int64_t row = begin; row < end; ++row)
    {
      const std::int64_t plane = row / m_Blocks.TilesOfBlock;
      const std::int64_t number = row % m_Blocks.TilesOfBlock;
      if (plane >= block.Planes || number >= block.Tiles)
      {
        continue;
      }
      std::int64_t places[tile * tile];
      this->FindPlaces<tile>(block, plane, number, places);
      const TPixel * pixels[tile * tile];
      for (std::int64_t i = 0; i < tile * tile; ++i)
      {
        pixels[i] = places[i] < 0 ? m_Nothing.data() : m_Gradient.Pixels + places[i] * m_Gradient.Channels;
      }
      TransformWinogradGradient(pixels,
                                static_cast<std::size_t>(m_Gradient.Channels),
                                values + row * m_Gradient.Channels,
                                static_cast<std::size_t>(m_StepOfGradients));
    }
  }

  /** Numbers of the pixels of a tile of so many along an edge, or -1 outside the image.
   * \param plane of the block */
  template <int VEdge>
  void
  FindPlaces(const WinogradBlock & block, std::int64_t plane, std::int64_t number, std::int64_t * places) const
  {
    const std::int64_t     tileNumber = block.FirstTile + number;
    constexpr std::int64_t border = (VEdge - tile) / 2;
    FindWinogradPlaces(m_Size,
                       block.Image,
                       block.FirstPlane + plane,
                       tileNumber / m_Blocks.TilesAlongX * tile - border,
                       tileNumber % m_Blocks.TilesAlongX * tile - border,
                       VEdge,
                       false,
                       places);
  }

  void
  AddProducts(const WinogradBlock & block, std::int64_t begin, std::int64_t end, const float * values, float * sums)
    const
  {
    const float * const gradients = values + products * m_StepOfInputs;
    for (std::int64_t product = begin; product < end; ++product)
    {
      for (std::int64_t ofKernel = 0; ofKernel < m_Planes; ++ofKernel)
      {
        float * const sumsOfProduct = sums + (ofKernel * products + product) * m_Gradient.Channels * m_Inputs;
        const auto    add = [&](std::int64_t firstRow, std::int64_t count)
        {
          AddOuterProducts(count,
                           m_Gradient.Channels,
                           m_Inputs,
                           gradients + product * m_StepOfGradients + firstRow * m_Gradient.Channels,
                           values + product * m_StepOfInputs + (firstRow + ofKernel * m_Blocks.TilesOfBlock) * m_Inputs,
                           sumsOfProduct);
        };
        if (block.Tiles == m_Blocks.TilesOfBlock)
        {
          add(0, block.Planes * block.Tiles);
          continue;
        }
        for (std::int64_t plane = 0; plane < block.Planes; ++plane)
        {
          add(plane * m_Blocks.TilesOfBlock, block.Tiles);
        }
      }
    }
  }

  std::vector<ChannelsOfImage<TPixel>> m_Images;
  ChannelsOfImage<TPixel>              m_Gradient;
  std::int64_t                         m_Inputs{ 0 };
  std::int64_t                         m_Planes; // of the kernel
  WinogradSize                         m_Size;
  WinogradBlocks                       m_Blocks;
  std::int64_t                         m_StepOfInputs; // from one product's values to the next's
  std::int64_t                         m_StepOfGradients;
  std::vector<TPixel>                  m_Nothing; // a pixel outside the image
};
} // namespace

at::Tensor
ComputeWinogradWeightGradient(const std::vector<at::Tensor> & images, const at::Tensor & gradient)
{
  for (const at::Tensor & image : images)
  {
    TORCH_CHECK(image.scalar_type() == gradient.scalar_type() && image.size(1) % WinogradChannels == 0 &&
                  image.is_contiguous(ChannelsLast(image.dim())),
                "images must be channels last, of multiples of ",
                WinogradChannels,
                " channels and of the gradient's precision");
  }
  TORCH_CHECK(gradient.size(1) % WinogradChannels == 0 && gradient.is_contiguous(ChannelsLast(gradient.dim())),
              "the gradient must be channels last, of a multiple of ",
              WinogradChannels,
              " channels");
  return gradient.scalar_type() == at::kFloat ? WeightGradient<float>(images, gradient).Compute()
                                              : WeightGradient<c10::BFloat16>(images, gradient).Compute();
}
} // namespace itk
