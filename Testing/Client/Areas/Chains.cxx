// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Subjects.h"

/** Native filters before and behind each filter of the library. */

namespace client
{
class Chains : public ::testing::TestWithParam<NamedSubject>
{};

TEST_P(Chains, AreTheSameAsStepByStepThroughCopies)
{
  const auto & named = GetParam();
  for (const std::string device : { "cpu", "staged" })
  {
    // Step by step: the filter on images, then the native filter on copies of its results.
    const auto                            alone = named.Make({ device });
    const auto                            results = alone.Update();
    std::vector<itk::DataObject::Pointer> copies;
    for (const auto & image : alone.GetImages())
    {
      copies.push_back(Copy(image));
    }
    const auto chain = named.Make({ device, true });
    const auto images = chain.GetImages();
    ASSERT_EQ(images.size(), copies.size());
    for (std::size_t i = 0; i < images.size(); ++i)
    {
      const auto expected = NativeBehind(copies[i]).Update();
      VERIFY(Same(expected, results[i])) << device << ", output " << i;
      VERIFY(Same(NativeBehind(images[i]).Update(), expected)) << device << ", output " << i;
    }
    if (!named.IsOnDevice)
    {
      break;
    }
  }
}

TEST_P(Chains, OfTwoOfOursAreTheSameAsStepByStep)
{
  const auto & named = GetParam();
  for (const std::string device : { "cpu", "staged" })
  {
    const auto alone = named.Make({ device });
    alone.Update();
    std::vector<itk::DataObject::Pointer> copies;
    for (const auto & image : alone.GetImages())
    {
      copies.push_back(Copy(image));
    }
    const auto chain = named.Make({ device, true });
    const auto images = chain.GetImages();
    for (std::size_t i = 0; i < images.size(); ++i)
    {
      const auto expected = OursBehind(copies[i], "cpu").Update();
      const auto ours = OursBehind(images[i], device);
      VERIFY(Same(NativeBehind(ours.Output).Update(), expected)) << device << ", output " << i;
    }
    if (!named.IsOnDevice)
    {
      break;
    }
  }
}

TEST_P(Chains, OnTheStagedDeviceGiveWhatTheCpuGives)
{
  const auto & named = GetParam();
  if (!named.IsOnDevice)
  {
    GTEST_SKIP() << "a native filter";
  }
  const auto onCpu = named.Make({ "cpu" }).Update();
  const auto onStaged = named.Make({ "staged" }).Update();
  ASSERT_EQ(onCpu.size(), onStaged.size());
  for (std::size_t i = 0; i < onCpu.size(); ++i)
  {
    VERIFY(Same(onStaged[i], onCpu[i], named.DeviceTolerance)) << "output " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Every, Chains, ::testing::ValuesIn(GetSubjects()), NameOfTest);
} // namespace client
