// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchMemoryReuse.h"
#include "itkMemoryUse.h"
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>
#include <memory>
#include <thread>

using itk::TorchMemoryReuse;

namespace
{
constexpr std::int64_t large = 1 << 20;

TEST(TorchMemoryReuse, AFreedBlockIsTakenAgainForTheSameOrALittleLess)
{
  const TorchMemoryReuse reuse;
  const void *           first = nullptr;
  {
    const at::Tensor tensor = at::empty({ large }, at::kFloat);
    first = tensor.const_data_ptr();
  }
  {
    const at::Tensor tensor = at::empty({ large - 1000 }, at::kFloat);
    EXPECT_EQ(tensor.const_data_ptr(), first);
    const at::Tensor other = at::empty({ large - 1000 }, at::kFloat);
    EXPECT_NE(other.const_data_ptr(), first);
  }
  EXPECT_EQ(reuse.GetNumberOfReusedBlocks(), 1u);
  const at::Tensor tensor = at::empty({ large / 2 }, at::kFloat);
  EXPECT_EQ(reuse.GetNumberOfReusedBlocks(), 1u);
}

TEST(TorchMemoryReuse, TensorsOutliveTheirScopeAndEndOnOtherThreads)
{
  at::Tensor left;
  {
    const TorchMemoryReuse reuse;
    left = at::full({ large }, 7.0f);
    auto handed = std::make_unique<at::Tensor>(at::full({ large }, 8.0f));
    std::thread([&handed] { handed.reset(); }).join();
    const at::Tensor again = at::full({ large }, 9.0f);
    EXPECT_EQ(reuse.GetNumberOfReusedBlocks(), 1u);
  }
  EXPECT_EQ(left[large - 1].item<float>(), 7.0f);
  left.reset();
  at::Tensor later = at::full({ large }, 1.0f);
  EXPECT_EQ(later[0].item<float>(), 1.0f);
}

TEST(TorchMemoryReuse, OtherThreadsAndInnerScopesKeepOut)
{
  const TorchMemoryReuse reuse;
  at::empty({ large }, at::kFloat);
  {
    const TorchMemoryReuse inner;
    EXPECT_EQ(inner.GetNumberOfReusedBlocks(), 0u);
    at::empty({ large }, at::kFloat);
  }
  EXPECT_EQ(reuse.GetNumberOfReusedBlocks(), 1u);
  std::thread([] { at::empty({ large }, at::kFloat); }).join();
  EXPECT_EQ(reuse.GetNumberOfReusedBlocks(), 1u);
}

TEST(TorchMemoryReuse, TheProcessGrowsNoLargerThanWithoutAndShrinksAtTheEnd)
{
  constexpr std::int64_t floats = 25 << 20;
  const double           before = itk::Test::MemoryBytes("VmRSS:");
  if (!itk::Test::ResetLargestMemory())
  {
    GTEST_SKIP() << "this system cannot forget the largest memory use";
  }
  {
    const TorchMemoryReuse reuse;
    // 100 MB at most at the same time, in sizes that no kept block suits.
    for (std::int64_t size = floats; size > floats / 4; size = size / 4 * 3)
    {
      at::full({ size }, 1.0f);
    }
  }
  EXPECT_LT(itk::Test::MemoryBytes("VmHWM:") - before, 115e6);
  EXPECT_LT(itk::Test::MemoryBytes("VmRSS:") - before, 15e6);
}
} // namespace
