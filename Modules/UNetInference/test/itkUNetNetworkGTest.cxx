// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetNetwork.h"
#include "itkTorchRandom.h"
#include "itkTorchTensorAccess.h"
#include "itkUNetPredictor.h"
#include "itkUNetTestHelpers.h"
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <algorithm>

using itk::UNetNetwork;
using itk::UNetSpecification;
using namespace itk::Test;

namespace
{
/** The slow reference: arrays of double, a loop for each sum, written from the definition alone. 2D is 3D of depth
 * 1. */
struct Volume
{
  int                 Channels{ 0 };
  int                 Size[3]{};
  std::vector<double> Values;

  Volume(int channels, int z, int y, int x)
    : Channels(channels)
    , Size{ z, y, x }
    , Values(static_cast<std::size_t>(channels * z * y * x))
  {}
  double &
  At(int c, int z, int y, int x)
  {
    return Values[static_cast<std::size_t>(((c * Size[0] + z) * Size[1] + y) * Size[2] + x)];
  }
  double
  At(int c, int z, int y, int x) const
  {
    return const_cast<Volume *>(this)->At(c, z, y, x);
  }
};

template <typename TFunction>
void
ForEachVoxel(const Volume & volume, TFunction function)
{
  for (int z = 0; z < volume.Size[0]; ++z)
  {
    for (int y = 0; y < volume.Size[1]; ++y)
    {
      for (int x = 0; x < volume.Size[2]; ++x)
      {
        function(z, y, x);
      }
    }
  }
}

class SlowUNet
{
public:
  SlowUNet(const UNetSpecification & specification, const itk::UNetWeights & weights)
    : m_Specification(specification)
    , m_Weights(weights)
    , m_IsFlat(specification.Dimension == 2)
  {}

  Volume
  Predict(Volume image) const
  {
    std::vector<Volume> skips;
    const int           levels = static_cast<int>(m_Specification.Levels);
    for (int level = 0; level <= levels; ++level)
    {
      if (level > 0)
      {
        skips.push_back(image);
        image = Pool(image);
      }
      image = Level(image, "encoder." + std::to_string(level));
    }
    for (int level = levels - 1; level >= 0; --level)
    {
      const std::string name = "decoder." + std::to_string(level);
      const Volume      up = Upsample(image, name + ".upsampling");
      const bool        isSkipFirst = m_Specification.Concatenation == itk::UNetConcatenation::SkipFirst;
      image = Level(isSkipFirst ? Concatenate(skips[level], up) : Concatenate(up, skips[level]), name);
    }
    return Convolve(image, "classifier", 0);
  }

private:
  const float *
  Weight(const std::string & name) const
  {
    m_Kept.push_back(m_Weights.at(name).contiguous());
    return m_Kept.back().const_data_ptr<float>();
  }
  bool
  Has(const std::string & name) const
  {
    return m_Weights.count(name) > 0;
  }

  Volume
  Convolve(const Volume & in, const std::string & name, int radius) const
  {
    const auto    shape = m_Weights.at(name + ".weight").sizes();
    const float * w = Weight(name + ".weight");
    const float * bias = Has(name + ".bias") ? Weight(name + ".bias") : nullptr;
    const int     rz = m_IsFlat ? 0 : radius;
    const int     edge = 2 * radius + 1;
    const bool    isZero = m_Specification.Padding == itk::UNetPadding::Zero;
    Volume        out(static_cast<int>(shape[0]), in.Size[0], in.Size[1], in.Size[2]);
    for (int o = 0; o < out.Channels; ++o)
    {
      ForEachVoxel(out,
                   [&](int z, int y, int x)
                   {
                     double sum = bias ? bias[o] : 0.0;
                     for (int c = 0; c < in.Channels; ++c)
                     {
                       for (int dz = -rz; dz <= rz; ++dz)
                       {
                         for (int dy = -radius; dy <= radius; ++dy)
                         {
                           for (int dx = -radius; dx <= radius; ++dx)
                           {
                             int  p[3] = { z + dz, y + dy, x + dx };
                             bool isInside = true;
                             for (int axis = 0; axis < 3; ++axis)
                             {
                               isInside &= p[axis] >= 0 && p[axis] < in.Size[axis];
                               p[axis] = std::clamp(p[axis], 0, in.Size[axis] - 1);
                             }
                             if (isInside || !isZero)
                             {
                               const int k =
                                 (((o * in.Channels + c) * (2 * rz + 1) + dz + rz) * edge + dy + radius) * edge + dx +
                                 radius;
                               sum += w[k] * in.At(c, p[0], p[1], p[2]);
                             }
                           }
                         }
                       }
                     }
                     out.At(o, z, y, x) = sum;
                   });
    }
    return out;
  }

  Volume
  Level(Volume image, const std::string & name) const
  {
    for (unsigned int index = 0; index < m_Specification.ConvolutionsPerLevel; ++index)
    {
      const std::string step = name + "." + std::to_string(index);
      image = Convolve(image, step + ".convolution", 1);
      Normalize(image, step + ".normalization");
      for (double & value : image.Values)
      {
        value = std::max(0.0, value);
      }
    }
    return image;
  }

  void
  Normalize(Volume & image, const std::string & name) const
  {
    using itk::UNetNormalization;
    const auto kind = m_Specification.Normalization;
    if (kind == UNetNormalization::None)
    {
      return;
    }
    const float * gamma = Weight(name + ".weight");
    const float * beta = Weight(name + ".bias");
    const int     groups = kind == UNetNormalization::Group ? 8 : image.Channels;
    const int     channelsPerGroup = image.Channels / groups;
    for (int group = 0; group < groups; ++group)
    {
      double    mean = 0.0;
      double    variance = 0.0;
      const int first = group * channelsPerGroup;
      if (kind == UNetNormalization::Batch)
      {
        mean = Weight(name + ".running_mean")[group];
        variance = Weight(name + ".running_var")[group];
      }
      else
      {
        const auto count = static_cast<double>(channelsPerGroup * image.Size[0] * image.Size[1] * image.Size[2]);
        for (int c = first; c < first + channelsPerGroup; ++c)
        {
          ForEachVoxel(image, [&](int z, int y, int x) { mean += image.At(c, z, y, x) / count; });
        }
        for (int c = first; c < first + channelsPerGroup; ++c)
        {
          ForEachVoxel(image,
                       [&](int z, int y, int x)
                       { variance += (image.At(c, z, y, x) - mean) * (image.At(c, z, y, x) - mean) / count; });
        }
      }
      for (int c = first; c < first + channelsPerGroup; ++c)
      {
        ForEachVoxel(image,
                     [&](int z, int y, int x)
                     {
                       double & value = image.At(c, z, y, x);
                       value = (value - mean) / std::sqrt(variance + m_Specification.NormalizationEpsilon) * gamma[c] +
                               beta[c];
                     });
      }
    }
  }

  Volume
  Pool(const Volume & in) const
  {
    const int dz = m_IsFlat ? 1 : 2;
    Volume    out(in.Channels, in.Size[0] / dz, in.Size[1] / 2, in.Size[2] / 2);
    for (int c = 0; c < in.Channels; ++c)
    {
      ForEachVoxel(out,
                   [&](int z, int y, int x)
                   {
                     double largest = in.At(c, dz * z, 2 * y, 2 * x);
                     for (int i = 0; i < 4 * dz; ++i)
                     {
                       largest = std::max(largest, in.At(c, dz * z + i / 4, 2 * y + i / 2 % 2, 2 * x + i % 2));
                     }
                     out.At(c, z, y, x) = largest;
                   });
    }
    return out;
  }

  Volume
  Upsample(const Volume & in, const std::string & name) const
  {
    const int     dz = m_IsFlat ? 1 : 2;
    const int     outputs = static_cast<int>(m_Weights.at(name + ".weight").size(1));
    const float * w = Weight(name + ".weight");
    const float * bias = Weight(name + ".bias");
    Volume        out(outputs, in.Size[0] * dz, in.Size[1] * 2, in.Size[2] * 2);
    for (int o = 0; o < outputs; ++o)
    {
      ForEachVoxel(out,
                   [&](int z, int y, int x)
                   {
                     double sum = bias[o];
                     for (int c = 0; c < in.Channels; ++c)
                     {
                       sum += w[(((c * outputs + o) * dz + z % dz) * 2 + y % 2) * 2 + x % 2] *
                              in.At(c, z / dz, y / 2, x / 2);
                     }
                     out.At(o, z, y, x) = sum;
                   });
    }
    return out;
  }

  static Volume
  Concatenate(const Volume & a, const Volume & b)
  {
    Volume out(a.Channels + b.Channels, a.Size[0], a.Size[1], a.Size[2]);
    std::copy(a.Values.begin(), a.Values.end(), out.Values.begin());
    std::copy(b.Values.begin(), b.Values.end(), out.Values.begin() + static_cast<std::ptrdiff_t>(a.Values.size()));
    return out;
  }

  const UNetSpecification &       m_Specification;
  const itk::UNetWeights &        m_Weights;
  bool                            m_IsFlat;
  mutable std::vector<at::Tensor> m_Kept;
};

/** Random numbers in every tensor, so that shifts, statistics and biases matter. */
itk::UNetWeights
MakeWeights(const UNetSpecification & specification)
{
  auto             weights = itk::InitializeUNetWeights(specification, 1);
  itk::TorchRandom random(2);
  for (auto & [name, tensor] : weights)
  {
    const bool isWeight = tensor.dim() > 1;
    for (std::int64_t i = 0; i < tensor.numel() && !isWeight; ++i)
    {
      tensor.mutable_data_ptr<float>()[i] = static_cast<float>(random.Uniform(0.5, 1.5));
    }
  }
  return weights;
}

void
ExpectLikeSlowReference(const UNetSpecification & specification)
{
  specification.Verify();
  const auto                weights = MakeWeights(specification);
  const bool                isFlat = specification.Dimension == 2;
  Volume                    image(static_cast<int>(specification.Channels), isFlat ? 1 : 4, 8, 12);
  std::vector<std::int64_t> shape{ 1, image.Channels };
  if (!isFlat)
  {
    shape.push_back(4);
  }
  shape.insert(shape.end(), { 8, 12 });
  const at::Tensor input = at::empty(shape, at::kFloat);
  itk::TorchRandom random(3);
  for (std::size_t i = 0; i < image.Values.size(); ++i)
  {
    input.mutable_data_ptr<float>()[i] = static_cast<float>(random.Normal());
    image.Values[i] = input.const_data_ptr<float>()[i];
  }
  const Volume expected = SlowUNet(specification, weights).Predict(image);
  double       largest = 0.0;
  for (const double value : expected.Values)
  {
    largest = std::max(largest, std::abs(value));
  }
  const auto expectNear = [&](const at::Tensor & logits, double tolerance)
  {
    const at::Tensor actual = logits.contiguous();
    ASSERT_EQ(actual.scalar_type(), at::kFloat);
    ASSERT_EQ(static_cast<std::size_t>(actual.numel()), expected.Values.size());
    for (std::size_t i = 0; i < expected.Values.size(); ++i)
    {
      ASSERT_NEAR(actual.const_data_ptr<float>()[i], expected.Values[i], tolerance * largest) << "at " << i;
    }
  };
  // Slow reference in double: float sums of some hundred products differ in the sixth digit.
  expectNear(UNetNetwork(specification, weights).Predict(input), 1e-5);
  expectNear(
    itk::UNetPredictor(specification, weights, { itk::UNetConvolution::Direct, itk::UNetPrecision::Float32, true })
      .Predict(input),
    1e-5);
  // Eight bits of mantissa, rounded after each layer.
  expectNear(
    itk::UNetPredictor(specification, weights, { itk::UNetConvolution::Direct, itk::UNetPrecision::BFloat16, true })
      .Predict(input),
    0.03);
}

TEST(UNetNetwork, ForwardPassIsThatOfTheSlowReferenceIn2D)
{
  ExpectLikeSlowReference(SmallSpecification(2, 3, 2));
}

TEST(UNetNetwork, ForwardPassIsThatOfTheSlowReferenceIn3D)
{
  auto specification = SmallSpecification(3, 1, 3);
  ExpectLikeSlowReference(specification);
}

TEST(UNetNetwork, EveryOptionOfTheSpecificationIsThatOfTheSlowReference)
{
  for (const auto normalization : { itk::UNetNormalization::None,
                                    itk::UNetNormalization::Batch,
                                    itk::UNetNormalization::Instance,
                                    itk::UNetNormalization::Group })
  {
    auto specification = SmallSpecification(2, 1, 1);
    specification.BaseFilters = 8;
    specification.Normalization = normalization;
    specification.NormalizationEpsilon = 0.1;
    specification.ConvolutionBias = true;
    specification.ConvolutionsPerLevel = 1;
    specification.Padding = itk::UNetPadding::Edge;
    specification.Concatenation = itk::UNetConcatenation::UpsampledFirst;
    SCOPED_TRACE(static_cast<int>(normalization));
    ExpectLikeSlowReference(specification);
  }
}

TEST(UNetNetwork, ABatchIsItsImagesOneByOne)
{
  const auto       model = itk::Test::MakeModel(itk::Test::SmallSpecification());
  itk::UNetWeights weights;
  for (const auto & [name, tensor] : model->GetWeights())
  {
    weights.emplace(name, itk::GetATensor(tensor));
  }
  const itk::UNetPredictor network(
    model->GetSpecification(), weights, { itk::UNetConvolution::Direct, itk::UNetPrecision::Float32, true });
  itk::TorchRandom random(4);
  const at::Tensor batch = at::empty({ 4, 1, 24, 36 }, at::kFloat);
  std::generate_n(batch.mutable_data_ptr<float>(), batch.numel(), [&] { return static_cast<float>(random.Uniform()); });
  for (std::int64_t size = 1; size <= 4; ++size)
  {
    const at::Tensor all = network.Predict(batch.narrow(0, 0, size));
    for (std::int64_t i = 0; i < size; ++i)
    {
      const at::Tensor one = network.Predict(batch.narrow(0, i, 1));
      const double     largest = one.abs().max().item<double>();
      EXPECT_LE((all.narrow(0, i, 1) - one).abs().max().item<double>(), 1e-5 * largest);
    }
  }
}

TEST(UNetNetwork, InitialWeightsFollowHeAndTheSeedAlone)
{
  auto specification = SmallSpecification();
  specification.BaseFilters = 32;
  const auto weights = itk::InitializeUNetWeights(specification, 9);
  const auto again = itk::InitializeUNetWeights(specification, 9);
  const auto other = itk::InitializeUNetWeights(specification, 10);
  for (const auto & [name, tensor] : weights)
  {
    EXPECT_TRUE(tensor.equal(again.at(name))) << name;
  }
  // 64 filters of 3·3·32 inputs: the standard deviation of 18,432 normal numbers is within 2 % of its expectation.
  const at::Tensor & weight = weights.at("encoder.1.0.convolution.weight");
  EXPECT_FALSE(weight.equal(other.at("encoder.1.0.convolution.weight")));
  const double expected = std::sqrt(2.0 / (9.0 * 32.0));
  EXPECT_NEAR(weight.std().item<double>(), expected, 0.02 * expected);
  EXPECT_NEAR(weight.mean().item<double>(), 0.0, 0.03 * expected);
  EXPECT_EQ(weights.at("encoder.1.0.normalization.weight").min().item<float>(), 1.0f);
  EXPECT_EQ(weights.at("classifier.bias").abs().max().item<float>(), 0.0f);
}

TEST(UNetNetwork, DropoutKeepsTheStatedFractionAndDependsOnTheStream)
{
  auto specification = SmallSpecification();
  specification.Dropout = 0.5;
  UNetNetwork      network(specification, itk::InitializeUNetWeights(specification, 1));
  const at::Tensor image = at::empty({ 1, 1, 32, 32 }, at::kFloat).fill_(0.3).normal_();
  const auto       train = [&](std::uint32_t sample) { return network.Train(image, itk::TorchRandom(1, 0, sample)); };
  EXPECT_TRUE(train(1).equal(train(1)));
  EXPECT_FALSE(train(1).equal(train(2)));
  EXPECT_TRUE(network.Predict(image).equal(network.Predict(image)));
}
} // namespace
