// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetLayerList.h"
#include "itkUNetTestHelpers.h"
#include <set>

using itk::UNetLayer;
using itk::UNetLayerList;
using itk::UNetSpecification;
using itk::Test::ExpectContains;
using itk::Test::MessageOf;
using itk::Test::SmallSpecification;

namespace
{
std::vector<std::string>
NamesOf(const UNetLayerList & list)
{
  std::vector<std::string> names;
  for (const UNetLayer & layer : list.GetLayers())
  {
    names.push_back(layer.Name);
  }
  return names;
}
} // namespace

TEST(UNetLayerList, NamesAreThoseOfTheNetworkInItsOrder)
{
  auto specification = SmallSpecification();
  specification.Levels = 1;
  specification.Dropout = 0.5;
  const std::vector<std::string> expected{ "input",
                                           "encoder.1.convolution.1",
                                           "encoder.1.convolution.2",
                                           "encoder.2.pooling",
                                           "encoder.2.convolution.1",
                                           "encoder.2.convolution.2",
                                           "encoder.2.dropout",
                                           "decoder.1.upsampling",
                                           "decoder.1.concatenation",
                                           "decoder.1.convolution.1",
                                           "decoder.1.convolution.2",
                                           "decoder.1.head" };
  EXPECT_EQ(NamesOf(UNetLayerList(specification)), expected);
}

TEST(UNetLayerList, ALayerIsFoundByItsName)
{
  const UNetLayerList list{ UNetSpecification() };
  const UNetLayer &   layer = list.Find("encoder.1.convolution.2");
  EXPECT_EQ(layer.TensorName, "encoder.0.1");
  EXPECT_EQ(layer.Level, 0u);
  EXPECT_EQ(layer.Inputs, 64);
  EXPECT_EQ(layer.Outputs, 64);
  EXPECT_EQ(list.Find("decoder.4.convolution.1").Inputs, 1024);
  EXPECT_EQ(list.Find("decoder.1.head").TensorName, "classifier");
  const std::string message = MessageOf([&] { list.Find("encoder.9.convolution.1"); });
  ExpectContains(message, "Layer must be one of input, encoder.1.convolution.1, ");
  ExpectContains(message, "but is encoder.9.convolution.1.");
}

TEST(UNetLayerList, SourcesComeBeforeTheirUsersAndGiveTheirChannels)
{
  const UNetLayerList list{ UNetSpecification() };
  for (std::size_t i = 1; i < list.GetNumberOfLayers(); ++i)
  {
    std::int64_t channels = 0;
    for (const std::size_t source : list[i].Sources)
    {
      ASSERT_LT(source, i);
      channels += list[source].Outputs;
      EXPECT_LE(list.IsLastUse(source, i), true);
    }
    EXPECT_EQ(channels, list[i].Inputs) << list[i].Name;
  }
}

TEST(UNetLayerList, ASkipConnectionIsUsedLastWhereItIsConcatenated)
{
  const UNetLayerList list(SmallSpecification());
  std::size_t         skips = 0;
  for (std::size_t i = 0; i < list.GetNumberOfLayers(); ++i)
  {
    if (list[i].What == UNetLayer::Kind::Concatenation)
    {
      const std::size_t skip = list[i].Sources[0];
      EXPECT_TRUE(list.IsLastUse(skip, i));
      EXPECT_EQ(list[skip].Level, list[i].Level);
      EXPECT_EQ(list[skip].Name.substr(0, 7), "encoder");
      ++skips;
    }
    else if (list[i].What == UNetLayer::Kind::Pooling)
    {
      EXPECT_FALSE(list.IsLastUse(list[i].Sources[0], i));
    }
  }
  EXPECT_EQ(skips, 2u);
}

// Published for the network of the U-Net paper on one channel: 31 million weights.
TEST(UNetLayerList, CountsAreThoseOfThePublishedNetwork)
{
  UNetSpecification specification;
  EXPECT_EQ(specification.GetNumberOfParameters(), 31'036'546);
  specification.Channels = 3;
  EXPECT_EQ(UNetLayerList(specification).GetMultiplyAddsPerPixel(), 735'040.0);
}

TEST(UNetLayerList, HeadsAtSeveralLevelsComeAfterTheirLevels)
{
  const auto          specification = SmallSpecification();
  const UNetLayerList list(specification, { 0, 1 });
  const UNetLayer &   head = list.Find("decoder.2.head");
  EXPECT_EQ(head.Level, 1u);
  EXPECT_EQ(head.Inputs, specification.GetFilters(1));
  EXPECT_EQ(head.Outputs, 2);
  EXPECT_EQ(list[head.Sources[0]].Name, "decoder.2.convolution.2");
  // The level goes on to the next one as well.
  EXPECT_EQ(list.GetLayers().back().Name, "decoder.1.head");
  EXPECT_EQ(list.GetNumberOfLayers(), UNetLayerList(specification).GetNumberOfLayers() + 1);
  std::set<std::string> names;
  for (const auto & tensor : list.GetTensors())
  {
    EXPECT_TRUE(names.insert(tensor.Name).second) << tensor.Name;
  }
  EXPECT_EQ(names.count("decoder.1.classifier.weight"), 1u);
}
