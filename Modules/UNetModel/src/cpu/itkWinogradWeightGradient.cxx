// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkWinogradWeightGradient.h"
#include "itkOuterProducts.h"
#include "itkUNetConvolution.h"
#include "itkWinogradKernels.h"
#include "itkWinogradSource.h"
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
class WeightGradient
{
public:
  WeightGradient(const std::vector<at::Tensor> & images, const at::Tensor & gradient)
    : m_Planes(gradient.dim() == 5 ? 3 : 1)
    , m_Size{ gradient.size(0), m_Planes == 3 ? gradient.size(2) : 1, gradient.size(-2), gradient.size(-1) }
    , m_Blocks(m_Size, { 0, 0 }, m_Planes, tile)
    , m_Image(GetChannels(images), m_Size, tile, { 0, 0 }, false)
    , m_Gradient(GetChannels({ gradient }), m_Size, tile, { 0, 0 }, false)
    , m_Inputs(m_Image.GetChannels())
    , m_Outputs(m_Gradient.GetChannels())
    , m_StepOfInputs(m_Blocks.RowsOfInput * m_Inputs + numbersOfLine)
    , m_StepOfGradients(m_Blocks.RowsOfProduct * m_Outputs + numbersOfLine)
  {}

  at::Tensor
  Compute() const
  {
    const std::int64_t threads = at::get_num_threads();
    const std::int64_t sumsOfThread = m_Planes * products * m_Outputs * m_Inputs;
    // Where these do not stay in the cache, threads share one set of sums.
    constexpr std::int64_t mostSums = std::int64_t{ 1 } << 19;
    const bool             isShared = m_Blocks.IsShared || sumsOfThread > mostSums;
    const std::int64_t     buffers = isShared ? 1 : threads;
    const at::Tensor values = at::empty({ buffers * products * (m_StepOfInputs + m_StepOfGradients) }, at::kFloat);
    const at::Tensor sums = at::zeros({ buffers, m_Planes, products, m_Outputs, m_Inputs }, at::kFloat);
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

  static typename WinogradSource<TPixel>::ImagesType
  GetChannels(const std::vector<at::Tensor> & images)
  {
    typename WinogradSource<TPixel>::ImagesType channels;
    for (const at::Tensor & image : images)
    {
      channels.push_back({ image.const_data_ptr<TPixel>(), image.size(1) });
    }
    return channels;
  }

  void
  TransformInputs(const WinogradBlock & block, std::int64_t begin, std::int64_t end, float * values) const
  {
    m_Image.template TransformRows<edge>(m_Blocks,
                                         block,
                                         m_Blocks.Halo,
                                         begin,
                                         end,
                                         values,
                                         m_StepOfInputs,
                                         [](const auto &... arguments) { TransformWinogradInput(arguments...); });
  }

  void
  TransformGradients(const WinogradBlock & block, std::int64_t begin, std::int64_t end, float * values) const
  {
    m_Gradient.template TransformRows<tile>(m_Blocks,
                                            block,
                                            0,
                                            begin,
                                            end,
                                            values,
                                            m_StepOfGradients,
                                            [](const auto &... arguments) { TransformWinogradGradient(arguments...); });
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
        float * const sumsOfProduct = sums + (ofKernel * products + product) * m_Outputs * m_Inputs;
        const auto    add = [&](std::int64_t firstRow, std::int64_t count)
        {
          AddOuterProducts(count,
                           m_Outputs,
                           m_Inputs,
                           gradients + product * m_StepOfGradients + firstRow * m_Outputs,
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

  std::int64_t           m_Planes; // of the kernel
  WinogradSize           m_Size;
  WinogradBlocks         m_Blocks;
  WinogradSource<TPixel> m_Image;
  WinogradSource<TPixel> m_Gradient;
  std::int64_t           m_Inputs;
  std::int64_t           m_Outputs;
  std::int64_t           m_StepOfInputs; // from one product's values to the next's
  std::int64_t           m_StepOfGradients;
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
