// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkWinogradConvolution.h"
#include "itkSmallProducts.h"
#include "itkUNetConvolution.h"
#include "itkWinogradBlocks.h"
#include "itkWinogradSource.h"
#include "itkWinogradTransforms.h"
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <algorithm>
#include <vector>

namespace itk
{
namespace
{
template <typename TPixel, typename TNumber>
struct WinogradLayer
{
  WinogradSource<TPixel>                       Source;
  const TNumber *                              Kernels;
  const float *                                Bias;
  std::vector<WinogradChannelsOfImage<TPixel>> Results;
  WinogradSize                                 Size;
  std::array<std::int64_t, 2>                  Offset; // of the first pixel in its tile, along y and x
  std::int64_t                                 PlanesOfKernel;
  std::int64_t                                 Inputs;
  std::int64_t                                 Outputs;
  std::int64_t                                 OutputsOfGroup;
  bool                                         HasReLU;
};

template <typename TNumber>
constexpr std::int64_t NumbersOfLine = 64 / sizeof(TNumber);

/** Numbers from one product's values to the next's. Multiples of 4096 bytes would share a set of the cache. */
template <typename TNumber>
std::int64_t
GetStepOfValues(const WinogradBlocks & blocks, std::int64_t inputs)
{
  return blocks.RowsOfInput * inputs + NumbersOfLine<TNumber>;
}

std::int64_t
GetStepOfSums(const WinogradBlocks & blocks, std::int64_t outputs)
{
  return blocks.RowsOfProduct * outputs + NumbersOfLine<float>;
}

/** Computes a layer. */
template <typename TPixel, typename TNumber>
class BlockwiseConvolution
{
public:
  explicit BlockwiseConvolution(const WinogradLayer<TPixel, TNumber> & layer)
    : m_Layer(layer)
    , m_Blocks(layer.Size, layer.Offset, layer.PlanesOfKernel, WinogradTile<TNumber>)
    , m_StepOfValues(GetStepOfValues<TNumber>(m_Blocks, layer.Inputs))
    , m_StepOfSums(GetStepOfSums(m_Blocks, layer.Outputs))
  {}

  void
  Compute(const TorchProgress & progress) const
  {
    constexpr auto     precision = c10::CppTypeToScalarType<TNumber>::value;
    const std::int64_t numberOfValues = products * m_StepOfValues;
    const std::int64_t numberOfSums = products * m_StepOfSums;
    const at::Tensor   values = at::empty({ m_Blocks.NumberOfBuffers * numberOfValues }, precision);
    const at::Tensor   sums = at::empty({ m_Blocks.NumberOfBuffers * numberOfSums }, at::kFloat);
    auto * const       v = values.mutable_data_ptr<TNumber>();
    auto * const       s = sums.mutable_data_ptr<float>();
    if (m_Blocks.IsShared)
    {
      this->ComputeShared(v, s, progress);
      return;
    }
    const auto computeBlocks = [&](std::int64_t begin, std::int64_t end)
    {
      const auto          thread = at::get_thread_num();
      auto * const        ofThread = v + thread * numberOfValues;
      auto * const        sumsOfThread = s + thread * numberOfSums;
      const SmallProducts multiplier(precision);
      std::vector<TPixel> unused(static_cast<std::size_t>(m_Layer.Outputs));
      for (std::int64_t i = begin; i < end; ++i)
      {
        const WinogradBlock block = m_Blocks.GetBlock(m_Layer.Size, i);
        this->TransformInputs(block, 0, m_Blocks.RowsOfInput, ofThread);
        this->MultiplyByKernels(multiplier, 0, this->GetNumberOfMatrices(), ofThread, sumsOfThread);
        this->TransformOutputs(block, 0, m_Blocks.RowsOfProduct, sumsOfThread, unused.data());
      }
    };
    // A whole number of blocks for each thread.
    constexpr double multiplyAddsOfStep = 1e9;
    const double     ofBlock = static_cast<double>(m_Blocks.RowsOfProduct * products * m_Layer.PlanesOfKernel) *
                           static_cast<double>(m_Layer.Inputs * m_Layer.Outputs);
    const std::int64_t threads = at::get_num_threads();
    const std::int64_t step =
      threads * std::max<std::int64_t>(1, static_cast<std::int64_t>(multiplyAddsOfStep / ofBlock) / threads);
    for (std::int64_t begin = 0; begin < m_Blocks.NumberOfBlocks; begin += step)
    {
      const std::int64_t end = std::min(begin + step, m_Blocks.NumberOfBlocks);
      at::parallel_for(begin, end, 1, computeBlocks);
      progress(static_cast<double>(end) / static_cast<double>(m_Blocks.NumberOfBlocks));
    }
  }

private:
  static constexpr int          tile = WinogradTile<TNumber>;
  static constexpr int          edge = WinogradEdge<TNumber>;
  static constexpr std::int64_t products = WinogradProducts<TNumber>;

  /** First pixel of a tile's outputs, which may lie before the image. */
  struct Corner
  {
    std::int64_t Y;
    std::int64_t X;
  };

  void
  ComputeShared(TNumber * values, float * sums, const TorchProgress & progress) const
  {
    for (std::int64_t i = 0; i < m_Blocks.NumberOfBlocks; ++i)
    {
      const WinogradBlock block = m_Blocks.GetBlock(m_Layer.Size, i);
      at::parallel_for(0,
                       m_Blocks.RowsOfInput,
                       1,
                       [&](std::int64_t begin, std::int64_t end) { this->TransformInputs(block, begin, end, values); });
      at::parallel_for(0,
                       this->GetNumberOfMatrices(),
                       1,
                       [&](std::int64_t begin, std::int64_t end)
                       {
                         const SmallProducts multiplier(c10::CppTypeToScalarType<TNumber>::value);
                         this->MultiplyByKernels(multiplier, begin, end, values, sums);
                       });
      at::parallel_for(0,
                       m_Blocks.RowsOfProduct,
                       1,
                       [&](std::int64_t begin, std::int64_t end)
                       {
                         std::vector<TPixel> unused(static_cast<std::size_t>(m_Layer.Outputs));
                         this->TransformOutputs(block, begin, end, sums, unused.data());
                       });
      progress(static_cast<double>(i + 1) / static_cast<double>(m_Blocks.NumberOfBlocks));
    }
  }

  Corner
  GetCorner(std::int64_t number) const
  {
    return { number / m_Blocks.TilesAlongX * tile - m_Layer.Offset[0],
             number % m_Blocks.TilesAlongX * tile - m_Layer.Offset[1] };
  }

  void
  TransformInputs(const WinogradBlock & block, std::int64_t begin, std::int64_t end, TNumber * values) const
  {
    m_Layer.Source.template TransformRows<edge>(m_Blocks,
                                                block,
                                                m_Blocks.Halo,
                                                begin,
                                                end,
                                                values,
                                                m_StepOfValues,
                                                [](const auto &... arguments)
                                                { TransformWinogradInput(arguments...); });
  }

  /** One for each product and group of outputs. */
  std::int64_t
  GetNumberOfMatrices() const
  {
    return products * (m_Layer.Outputs / m_Layer.OutputsOfGroup);
  }

  void
  MultiplyByKernels(const SmallProducts & multiplier,
                    std::int64_t          begin,
                    std::int64_t          end,
                    const TNumber *       values,
                    float *               sums) const
  {
    const std::int64_t groups = m_Layer.Outputs / m_Layer.OutputsOfGroup;
    for (std::int64_t i = begin; i < end; ++i)
    {
      for (std::int64_t plane = 0; plane < m_Layer.PlanesOfKernel; ++plane)
      {
        const std::int64_t matrix = plane * products * groups + i;
        multiplier.Multiply(m_Blocks.RowsOfProduct,
                            m_Layer.OutputsOfGroup,
                            m_Layer.Inputs,
                            values + i / groups * m_StepOfValues + plane * m_Blocks.TilesOfBlock * m_Layer.Inputs,
                            m_Layer.Kernels + matrix * m_Layer.Inputs * m_Layer.OutputsOfGroup,
                            sums + i / groups * m_StepOfSums + i % groups * m_Layer.OutputsOfGroup,
                            m_Layer.Outputs,
                            plane > 0);
      }
    }
  }

  /** \param unused takes outputs outside the image */
  void
  TransformOutputs(const WinogradBlock & block,
                   std::int64_t          begin,
                   std::int64_t          end,
                   const float *         sums,
                   TPixel *              unused) const
  {
    for (std::int64_t row = begin; row < end; ++row)
    {
      const std::int64_t plane = row / m_Blocks.TilesOfBlock;
      const std::int64_t number = row % m_Blocks.TilesOfBlock;
      if (plane >= block.Planes || number >= block.Tiles)
      {
        continue;
      }
      const Corner corner = this->GetCorner(block.FirstTile + number);
      std::int64_t places[tile * tile];
      FindWinogradPlaces(m_Layer.Size, block.Image, block.FirstPlane + plane, corner.Y, corner.X, tile, false, places);
      std::int64_t first = 0;
      for (const auto & result : m_Layer.Results)
      {
        TPixel * pixels[tile * tile];
        for (std::int64_t i = 0; i < tile * tile; ++i)
        {
          pixels[i] = places[i] < 0 ? unused : result.Pixels + places[i] * result.Channels;
        }
        WinogradOutput<tile>::Transform(sums + row * m_Layer.Outputs + first,
                                        static_cast<std::size_t>(m_StepOfSums),
                                        static_cast<std::size_t>(result.Channels),
                                        m_Layer.Bias + first,
                                        m_Layer.HasReLU,
                                        pixels);
        first += result.Channels;
      }
    }
  }

  WinogradLayer<TPixel, TNumber> m_Layer;
  WinogradBlocks                 m_Blocks;
  std::int64_t                   m_StepOfValues;
  std::int64_t                   m_StepOfSums;
};

int
GetTile(at::ScalarType precision)
{
  return precision == at::kFloat ? WinogradTile<float> : WinogradTile<c10::BFloat16>;
}

int
GetProducts(at::ScalarType precision)
{
  return precision == at::kFloat ? WinogradProducts<float> : WinogradProducts<c10::BFloat16>;
}

std::int64_t
GetChannels(const std::vector<at::Tensor> & images)
{
  std::int64_t channels = 0;
  for (const at::Tensor & image : images)
  {
    TORCH_CHECK(image.is_contiguous(ChannelsLast(image.dim())), "images must be channels last");
    channels += image.size(1);
  }
  return channels;
}

bool
AreSuitable(std::int64_t outputs, std::int64_t inputs)
{
  return outputs % WinogradChannels == 0 && inputs % WinogradChannels == 0;
}
} // namespace

bool
WinogradConvolution::IsFaster(std::int64_t outputs, std::int64_t inputs, at::ScalarType precision)
{
  constexpr std::int64_t leastOfBFloat16 = 64;
  return AreSuitable(outputs, inputs) &&
         (precision == at::kFloat || (precision == at::kBFloat16 && std::min(outputs, inputs) >= leastOfBFloat16)) &&
         SmallProducts::AreAvailable(precision);
}

double
WinogradConvolution::GetGrowthOfWeights(at::ScalarType precision)
{
  return GetProducts(precision) / 9.0;
}

std::uint64_t
WinogradConvolution::EstimateScratch(const std::array<std::int64_t, 4> & size,
                                     std::int64_t                        planesOfKernel,
                                     std::int64_t                        inputs,
                                     std::int64_t                        outputs,
                                     at::ScalarType                      precision)
{
  const WinogradBlocks blocks(size, { 0, 0 }, planesOfKernel, GetTile(precision));
  const std::int64_t   values =
    precision == at::kFloat ? GetStepOfValues<float>(blocks, inputs) * std::int64_t{ sizeof(float) }
                              : GetStepOfValues<c10::BFloat16>(blocks, inputs) * std::int64_t{ sizeof(c10::BFloat16) };
  const std::int64_t sums = GetStepOfSums(blocks, outputs) * std::int64_t{ sizeof(float) };
  return static_cast<std::uint64_t>(blocks.NumberOfBuffers * GetProducts(precision) * (values + sums));
}

WinogradConvolution::WinogradConvolution(const at::Tensor & weight,
                                         const at::Tensor & bias,
                                         at::ScalarType     precision,
                                         WinogradDirection  direction)
{
  TORCH_CHECK(AreSuitable(weight.size(0), weight.size(1)), "channels must be multiples of ", WinogradChannels);
  m_Kernels = TransformWinogradKernels(weight, precision, direction);
  m_Bias = bias.defined() ? bias.to(at::kFloat).contiguous()
                          : at::zeros({ m_Kernels.size(2) * m_Kernels.size(4) }, at::kFloat);
}

at::Tensor
WinogradConvolution::Compute(const at::Tensor &                  image,
                             UNetPadding                         padding,
                             bool                                withReLU,
                             const std::array<std::int64_t, 2> & start,
                             const TorchProgress &               progress) const
{
  const auto layout = ChannelsLast(image.dim());
  auto       shape = image.sizes().vec();
  shape[1] = m_Bias.size(0);
  at::Tensor output = at::empty(shape, image.options().memory_format(layout));
  this->Compute({ image.contiguous(layout) }, { output }, padding, withReLU, start, progress);
  return output;
}

void
WinogradConvolution::Compute(const std::vector<at::Tensor> &     images,
                             const std::vector<at::Tensor> &     results,
                             UNetPadding                         padding,
                             bool                                withReLU,
                             const std::array<std::int64_t, 2> & start,
                             const TorchProgress &               progress) const
{
  const at::ScalarType precision = images.front().scalar_type();
  const at::ScalarType ofProducts = m_Kernels.scalar_type();
  TORCH_CHECK(GetChannels(images) == m_Kernels.size(3) && GetChannels(results) == m_Bias.size(0) &&
                (precision == ofProducts || (precision == at::kBFloat16 && ofProducts == at::kFloat)),
              "the images must have the precision and the channels of the convolution");
  const auto compute = [&](auto pixel, auto number)
  {
    using PixelType = decltype(pixel);
    using NumberType = decltype(number);
    constexpr int      tile = WinogradTile<NumberType>;
    const auto         sizes = images.front().sizes();
    const WinogradSize size{ sizes[0], sizes.size() == 5 ? sizes[2] : 1, sizes[sizes.size() - 2], sizes.back() };
    const std::array<std::int64_t, 2>               offset{ start[0] % tile, start[1] % tile };
    typename WinogradSource<PixelType>::ImagesType  sources;
    std::vector<WinogradChannelsOfImage<PixelType>> destinations;
    for (const at::Tensor & image : images)
    {
      sources.push_back({ image.const_data_ptr<PixelType>(), image.size(1) });
    }
    for (const at::Tensor & result : results)
    {
      destinations.push_back({ result.mutable_data_ptr<PixelType>(), result.size(1) });
    }
    BlockwiseConvolution<PixelType, NumberType>({ { sources, size, tile, offset, padding == UNetPadding::Edge },
                                                  m_Kernels.const_data_ptr<NumberType>(),
                                                  m_Bias.const_data_ptr<float>(),
                                                  destinations,
                                                  size,
                                                  offset,
                                                  m_Kernels.size(0),
                                                  m_Kernels.size(3),
                                                  m_Bias.size(0),
                                                  m_Kernels.size(4),
                                                  withReLU })
      .Compute(progress);
  };
  if (precision == at::kFloat)
  {
    compute(float{}, float{});
  }
  else if (ofProducts == at::kFloat)
  {
    compute(c10::BFloat16{}, float{});
  }
  else
  {
    compute(c10::BFloat16{}, c10::BFloat16{});
  }
}
} // namespace itk
