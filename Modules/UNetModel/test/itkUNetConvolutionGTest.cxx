// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetConvolution.h"
#include "itkUNetTestHelpers.h"
#include <ATen/TensorOperators.h>
#include <vector>

using itk::UNetPadding;
using namespace itk::Test;

namespace
{
/** The image, all of it and in parts, by a weight that is packed or not. */
void
ExpectPartsAreTheWhole(const std::vector<std::int64_t> & shape, at::ScalarType type, UNetPadding padding, bool isPacked)
{
  itk::TorchRandom          random(11);
  std::vector<std::int64_t> shapeOfWeight(shape.size(), 3);
  shapeOfWeight[0] = 5;
  shapeOfWeight[1] = shape[1];
  const at::Tensor image =
    MakeNumbers(shape, random).to(type).contiguous(itk::ChannelsLast(static_cast<std::int64_t>(shape.size())));
  const at::Tensor plain = MakeNumbers(shapeOfWeight, random).to(type);
  const at::Tensor weight = isPacked ? itk::PackConvolutionWeight(plain, padding) : plain;
  const at::Tensor bias = MakeNumbers({ 5 }, random).to(type);
  const at::Tensor whole = itk::Convolve(image, weight, bias, padding, true);
  const double     work = static_cast<double>(image.numel()) * 5.0 * (shape.size() == 5 ? 27.0 : 9.0);
  for (const std::int64_t parts : { 1, 2, 3, 7, 1000 })
  {
    std::vector<double> progress;
    const at::Tensor    result = itk::ConvolveInParts(
      image,
      weight,
      bias,
      padding,
      true,
      [&progress](double fraction) { progress.push_back(fraction); },
      1.001 * work / static_cast<double>(parts));
    ASSERT_EQ(result.sizes(), whole.sizes());
    // The same sums of 27 to 81 products below 1, in an order that the library chooses by the size.
    const double tolerance = type == at::kFloat ? 1e-5 : 0.1;
    EXPECT_LE((result - whole).abs().max().item<double>(), tolerance) << parts << " parts";
    if (parts > 1)
    {
      EXPECT_TRUE(result.is_contiguous(itk::ChannelsLast(image.dim())));
      EXPECT_EQ(progress.size(), static_cast<std::size_t>(std::min(parts, shape[2])));
      EXPECT_EQ(progress.back(), 1.0);
    }
  }
}

TEST(UNetConvolution, AnAbortEndsItWithinAPart)
{
  itk::TorchRandom random(11);
  const at::Tensor image = MakeNumbers({ 1, 1, 20, 4 }, random);
  const at::Tensor weight = MakeNumbers({ 1, 1, 3, 3 }, random);
  int              parts = 0;
  const auto       abort = [&parts](double fraction)
  {
    ++parts;
    if (fraction >= 0.25)
    {
      throw itk::ProcessAborted(__FILE__, __LINE__);
    }
  };
  EXPECT_THROW(itk::ConvolveInParts(image, weight, {}, UNetPadding::Zero, false, abort, 9.0 * 4.0),
               itk::ProcessAborted);
  EXPECT_EQ(parts, 5) << "of 20 rows";
}

TEST(UNetConvolution, PartsAreTheWholeIn2DAnd3D)
{
  for (const auto padding : { UNetPadding::Zero, UNetPadding::Edge })
  {
    for (const bool isPacked : { false, true })
    {
      ExpectPartsAreTheWhole({ 1, 3, 17, 13 }, at::kFloat, padding, isPacked);
      ExpectPartsAreTheWhole({ 2, 3, 8, 6 }, at::kFloat, padding, isPacked);
      ExpectPartsAreTheWhole({ 1, 3, 9, 7, 5 }, at::kFloat, padding, isPacked);
      ExpectPartsAreTheWhole({ 1, 3, 17, 13 }, at::kBFloat16, padding, isPacked);
    }
  }
}
} // namespace
