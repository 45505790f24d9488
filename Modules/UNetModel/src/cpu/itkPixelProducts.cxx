// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkPixelProducts.h"
#include "itkNumberConversion.h"
#include "itkOuterProducts.h"
#include "itkSmallProducts.h"
#include "itkTorchTargetClones.h"
#include "itkUNetConvolution.h"
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>
#include <algorithm>
#include <vector>

namespace itk
{
namespace
{
/** Pixels that are multiplied at once. */
constexpr std::int64_t pixelsOfChunk = 64;

/** Columns of matrices are multiples of it. */
constexpr std::int64_t columnsOfVector = 16;

#define ITKTorch_PIXEL_PRODUCTS(T)                                                                                     \
  ITKTorch_TARGET_CLONES void ToFloats(const T * __restrict numbers, std::int64_t count, float * __restrict floats)    \
  {                                                                                                                    \
    for (std::int64_t i = 0; i < count; ++i)                                                                           \
    {                                                                                                                  \
      floats[i] = ToFloat(numbers[i]);                                                                                 \
    }                                                                                                                  \
  }                                                                                                                    \
  ITKTorch_TARGET_CLONES void FromFloats(const float * __restrict floats, std::int64_t count, T * __restrict numbers)  \
  {                                                                                                                    \
    for (std::int64_t i = 0; i < count; ++i)                                                                           \
    {                                                                                                                  \
      FromFloat(floats[i], numbers[i]);                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
  ITKTorch_TARGET_CLONES void AddBias(                                                                                 \
    const float * __restrict sums, const float * __restrict bias, std::int64_t count, T * __restrict result)           \
  {                                                                                                                    \
    for (std::int64_t i = 0; i < count; ++i)                                                                           \
    {                                                                                                                  \
      FromFloat(sums[i] + bias[i], result[i]);                                                                         \
    }                                                                                                                  \
  }

ITKTorch_PIXEL_PRODUCTS(float) ITKTorch_PIXEL_PRODUCTS(c10::BFloat16)

#undef ITKTorch_PIXEL_PRODUCTS

  ITKTorch_TARGET_CLONES
  void AddRows(const float * __restrict rows, std::int64_t count, std::int64_t columns, float * __restrict sums)
{
  for (std::int64_t row = 0; row < count; ++row)
  {
    for (std::int64_t i = 0; i < columns; ++i)
    {
      sums[i] += rows[row * columns + i];
    }
  }
}

/** C = A B of a chunk, B packed in groups of columns. */
void
MultiplyChunk(const SmallProducts & multiplier,
              const float *         a,
              const at::Tensor &    packed,
              std::int64_t          inner,
              std::int64_t          columns,
              float *               c)
{
  const std::int64_t group = packed.size(2);
  for (std::int64_t i = 0; i < columns / group; ++i)
  {
    multiplier.Multiply(pixelsOfChunk,
                        group,
                        inner,
                        a,
                        packed.const_data_ptr<float>() + i * inner * group,
                        c + i * group,
                        columns,
                        false);
  }
}

/** The pixels of an image, as rows of a matrix. */
template <typename TPixel>
class PixelProducts
{
public:
  /** \param columns of the matrix that they are multiplied with */
  PixelProducts(const at::Tensor & image, std::int64_t columns)
    : m_Image(image)
    , m_Inputs(image.size(1))
    , m_Columns(columns)
    , m_Pixels(image.numel() / image.size(1))
  {
    TORCH_CHECK(image.is_contiguous(ChannelsLast(image.dim())), "images must be channels last");
  }

  /** \param matrix inputs × columns
   * \param put (number of a pixel, its row of the product), parallel */
  template <typename TPut>
  void
  Multiply(const at::Tensor & matrix, const TPut & put) const
  {
    const at::Tensor packed = SmallProducts::Pack(matrix, at::kFloat);
    this->ForEachChunk(
      [&](const SmallProducts & multiplier, std::int64_t, std::int64_t first, std::int64_t count, float * buffers)
      {
        float * const sums = buffers + pixelsOfChunk * m_Inputs;
        this->Load(first, count, buffers);
        MultiplyChunk(multiplier, buffers, packed, m_Inputs, m_Columns, sums);
        for (std::int64_t i = 0; i < count; ++i)
        {
          put(first + i, sums + i * m_Columns);
        }
      });
  }

  /** Gradients by the image, the matrix and the sum of all rows of the product.
   * \param get (number of a pixel, where its row of the gradient goes), parallel */
  template <typename TGet>
  PixelProductGradients
  ComputeGradients(const at::Tensor & matrix, const TGet & get) const
  {
    const at::Tensor   packed = SmallProducts::Pack(matrix.t(), at::kFloat);
    const at::Tensor   ofImage = at::empty_like(m_Image);
    const std::int64_t threads = at::get_num_threads();
    const at::Tensor   ofMatrix = at::zeros({ threads, m_Inputs, m_Columns }, at::kFloat);
    const at::Tensor   sums = at::zeros({ threads, m_Columns }, at::kFloat);
    TPixel * const     result = ofImage.mutable_data_ptr<TPixel>();
    this->ForEachChunk(
      [&](const SmallProducts & multiplier, std::int64_t part, std::int64_t first, std::int64_t count, float * buffers)
      {
        float * const gradients = buffers + pixelsOfChunk * m_Inputs;
        for (std::int64_t i = 0; i < count; ++i)
        {
          get(first + i, gradients + i * m_Columns);
        }
        this->Load(first, count, buffers);
        AddOuterProducts(count,
                         m_Inputs,
                         m_Columns,
                         buffers,
                         gradients,
                         ofMatrix.mutable_data_ptr<float>() + part * m_Inputs * m_Columns);
        AddRows(gradients, count, m_Columns, sums.mutable_data_ptr<float>() + part * m_Columns);
        MultiplyChunk(multiplier, gradients, packed, m_Columns, m_Inputs, buffers);
        FromFloats(buffers, count * m_Inputs, result + first * m_Inputs);
      });
    return { ofImage, ofMatrix.sum(0), sums.sum(0) };
  }

private:
  /** \param function (products, number of the thread's part, first pixel, pixels, buffers for a chunk's inputs and
   * columns) */
  template <typename TFunction>
  void
  ForEachChunk(const TFunction & function) const
  {
    const std::int64_t parts = at::get_num_threads();
    const std::int64_t chunks = at::divup(m_Pixels, pixelsOfChunk);
    at::parallel_for(0,
                     parts,
                     1,
                     [&](std::int64_t begin, std::int64_t end)
                     {
                       const SmallProducts multiplier(at::kFloat);
                       std::vector<float>  buffers(static_cast<std::size_t>(pixelsOfChunk * (m_Inputs + m_Columns)));
                       for (std::int64_t part = begin; part < end; ++part)
                       {
                         for (std::int64_t chunk = chunks * part / parts; chunk < chunks * (part + 1) / parts; ++chunk)
                         {
                           const std::int64_t first = chunk * pixelsOfChunk;
                           function(multiplier, part, first, std::min(pixelsOfChunk, m_Pixels - first), buffers.data());
                         }
                       }
                     });
  }

  void
  Load(std::int64_t first, std::int64_t count, float * inputs) const
  {
    ToFloats(m_Image.const_data_ptr<TPixel>() + first * m_Inputs, count * m_Inputs, inputs);
  }

  at::Tensor   m_Image;
  std::int64_t m_Inputs;
  std::int64_t m_Columns;
  std::int64_t m_Pixels;
};

/** Where the pixels of an upsampled image lie. */
class UpsampledPixels
{
public:
  explicit UpsampledPixels(const at::Tensor & upsampled)
    : m_Outputs(upsampled.size(1))
    , m_Depth(upsampled.dim() == 5 ? upsampled.size(2) / 2 : 1)
    , m_Height(upsampled.size(-2) / 2)
    , m_Width(upsampled.size(-1) / 2)
    , m_StepAlongZ(upsampled.dim() == 5 ? 2 : 1)
  {
    for (std::int64_t i = 0; i < 4 * m_StepAlongZ; i += 2)
    {
      m_Places.push_back((i / 4 * 2 * m_Height + i / 2 % 2) * 2 * m_Width * m_Outputs);
    }
  }

  /** Rows of two pixels that one is the origin of, each from its first. */
  const std::vector<std::int64_t> &
  GetPlaces() const
  {
    return m_Places;
  }

  std::int64_t
  GetFirst(std::int64_t pixel) const
  {
    const std::int64_t x = pixel % m_Width;
    const std::int64_t y = pixel / m_Width % m_Height;
    const std::int64_t plane = pixel / m_Width / m_Height;
    const std::int64_t upsampledPlane =
      m_StepAlongZ == 2 ? plane / m_Depth * 2 * m_Depth + 2 * (plane % m_Depth) : plane;
    return ((upsampledPlane * 2 * m_Height + 2 * y) * 2 * m_Width + 2 * x) * m_Outputs;
  }

private:
  std::int64_t              m_Outputs;
  std::int64_t              m_Depth; // of the image
  std::int64_t              m_Height;
  std::int64_t              m_Width;
  std::int64_t              m_StepAlongZ;
  std::vector<std::int64_t> m_Places;
};

template <typename TFunction>
auto
WithPixelType(const at::Tensor & image, const TFunction & function)
{
  return image.scalar_type() == at::kFloat ? function(float{}) : function(c10::BFloat16{});
}

/** inputs × outputs, with columns of 0 after them. */
at::Tensor
ToHeadMatrix(const at::Tensor & weight)
{
  const std::int64_t outputs = weight.size(0);
  return at::constant_pad_nd(weight.view({ outputs, -1 }).t(),
                             { 0, at::divup(outputs, columnsOfVector) * columnsOfVector - outputs });
}

/** inputs × positions · outputs */
at::Tensor
ToUpsamplingMatrix(const at::Tensor & weight)
{
  return weight.movedim(1, -1).reshape({ weight.size(0), -1 });
}
} // namespace

bool
HasPixelProducts(std::int64_t inputs)
{
  return inputs % 8 == 0 && SmallProducts::AreAvailable(at::kFloat);
}

at::Tensor
ComputeHead(const at::Tensor & image, const at::Tensor & weight, const at::Tensor & bias)
{
  const at::Tensor   matrix = ToHeadMatrix(weight);
  const std::int64_t outputs = weight.size(0);
  auto               shape = image.sizes().vec();
  shape[1] = outputs;
  const at::Tensor result = at::empty(shape, weight.options().memory_format(ChannelsLast(image.dim())));
  const at::Tensor shifts = bias.contiguous();
  float * const    logits = result.mutable_data_ptr<float>();
  WithPixelType(image,
                [&](auto pixel)
                {
                  PixelProducts<decltype(pixel)>(image, matrix.size(1))
                    .Multiply(matrix,
                              [&](std::int64_t number, const float * sums)
                              {
                                for (std::int64_t i = 0; i < outputs; ++i)
                                {
                                  logits[number * outputs + i] = sums[i] + shifts.const_data_ptr<float>()[i];
                                }
                              });
                });
  return result;
}

PixelProductGradients
ComputeHeadGradients(const at::Tensor & image, const at::Tensor & weight, const at::Tensor & gradient)
{
  const at::Tensor      matrix = ToHeadMatrix(weight);
  const std::int64_t    outputs = weight.size(0);
  const at::Tensor      laid = gradient.contiguous(ChannelsLast(image.dim()));
  const float * const   ofLogits = laid.const_data_ptr<float>();
  PixelProductGradients gradients =
    WithPixelType(image,
                  [&](auto pixel)
                  {
                    return PixelProducts<decltype(pixel)>(image, matrix.size(1))
                      .ComputeGradients(matrix,
                                        [&](std::int64_t number, float * row)
                                        {
                                          std::copy_n(ofLogits + number * outputs, outputs, row);
                                          std::fill(row + outputs, row + matrix.size(1), 0.0f);
                                        });
                  });
  gradients.Weight = at::empty_like(weight).copy_(gradients.Weight.narrow(1, 0, outputs).t().reshape(weight.sizes()));
  gradients.Bias = gradients.Bias.narrow(0, 0, outputs).contiguous();
  return gradients;
}

at::Tensor
ComputeUpsampling(const at::Tensor & image, const at::Tensor & weight, const at::Tensor & bias)
{
  auto shape = image.sizes().vec();
  shape[1] = weight.size(1);
  std::for_each(shape.begin() + 2, shape.end(), [](std::int64_t & size) { size *= 2; });
  at::Tensor            result = at::empty(shape, image.options().memory_format(ChannelsLast(image.dim())));
  const at::Tensor      matrix = ToUpsamplingMatrix(weight);
  const at::Tensor      shifts = bias.repeat({ 2 });
  const std::int64_t    ofRow = 2 * weight.size(1);
  const UpsampledPixels places(result);
  WithPixelType(image,
                [&](auto pixel)
                {
                  auto * const pixels = result.mutable_data_ptr<decltype(pixel)>();
                  PixelProducts<decltype(pixel)>(image, matrix.size(1))
                    .Multiply(matrix,
                              [&](std::int64_t number, const float * sums)
                              {
                                const std::int64_t first = places.GetFirst(number);
                                for (const std::int64_t place : places.GetPlaces())
                                {
                                  AddBias(sums, shifts.const_data_ptr<float>(), ofRow, pixels + first + place);
                                  sums += ofRow;
                                }
                              });
                });
  return result;
}

PixelProductGradients
ComputeUpsamplingGradients(const at::Tensor & image, const at::Tensor & weight, const at::Tensor & gradient)
{
  const at::Tensor      matrix = ToUpsamplingMatrix(weight);
  const std::int64_t    outputs = weight.size(1);
  const at::Tensor      laid = gradient.to(image.scalar_type()).contiguous(ChannelsLast(image.dim()));
  const UpsampledPixels places(laid);
  PixelProductGradients gradients =
    WithPixelType(image,
                  [&](auto pixel)
                  {
                    const auto * const pixels = laid.const_data_ptr<decltype(pixel)>();
                    return PixelProducts<decltype(pixel)>(image, matrix.size(1))
                      .ComputeGradients(matrix,
                                        [&](std::int64_t number, float * row)
                                        {
                                          const std::int64_t first = places.GetFirst(number);
                                          for (const std::int64_t place : places.GetPlaces())
                                          {
                                            ToFloats(pixels + first + place, 2 * outputs, row);
                                            row += 2 * outputs;
                                          }
                                        });
                  });
  const auto shape = weight.movedim(1, -1).sizes().vec();
  gradients.Weight = at::empty_like(weight).copy_(gradients.Weight.view(shape).movedim(-1, 1));
  gradients.Bias = gradients.Bias.view({ -1, outputs }).sum(0);
  return gradients;
}
} // namespace itk
