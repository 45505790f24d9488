// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchMemoryReuse.h"
#include "itkMemoryUse.h"
#include "itkTorchRandom.h"
#include "itkWatchingAllocator.h"
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <c10/core/CPUAllocator.h>
#include <gtest/gtest.h>
#include <future>
#include <memory>
#include <thread>
#include <vector>

using itk::TorchMemoryReuse;

namespace
{
constexpr std::int64_t large = 1 << 20;

TEST(TorchMemoryReuse, AFreedTensorsMemoryIsTakenAgainInPieces)
{
  const TorchMemoryReuse reuse;
  const float *          first = nullptr;
  {
    const at::Tensor tensor = at::empty({ 2 * large }, at::kFloat);
    first = tensor.const_data_ptr<float>();
  }
  {
    const at::Tensor one = at::empty({ large }, at::kFloat);
    const at::Tensor two = at::empty({ large }, at::kFloat);
    EXPECT_EQ(one.const_data_ptr<float>(), first);
    EXPECT_EQ(two.const_data_ptr<float>(), first + large);
    EXPECT_EQ(reuse.GetNumberOfReuses(), 2u);
    const at::Tensor three = at::empty({ large }, at::kFloat);
    EXPECT_EQ(reuse.GetNumberOfReuses(), 2u);
  }
  // Free neighbors are one again.
  const at::Tensor whole = at::empty({ 2 * large }, at::kFloat);
  EXPECT_EQ(whole.const_data_ptr<float>(), first);
  EXPECT_EQ(reuse.GetNumberOfReuses(), 3u);
}

/** An allocator of the host program, which counts. */
class CountingAllocator : public c10::Allocator
{
public:
  explicit CountingAllocator(bool isRaw)
    : m_IsRaw(isRaw)
  {}
  c10::DataPtr
  allocate(std::size_t bytes) override
  {
    ++Allocations;
    return c10::GetDefaultCPUAllocator()->allocate(bytes);
  }
  c10::DeleterFnPtr
  raw_deleter() const override
  {
    return m_IsRaw ? c10::GetDefaultCPUAllocator()->raw_deleter() : nullptr;
  }
  void
  copy_data(void * destination, const void * source, std::size_t count) const override
  {
    default_copy_data(destination, source, count);
  }
  std::size_t Allocations{ 0 };

private:
  bool m_IsRaw;
};

TEST(TorchMemoryReuse, LibTorchsAllocatorIsReplacedOnlyWhileThereIsAScope)
{
  c10::Allocator * const before = c10::GetCPUAllocator();
  EXPECT_EQ(before, c10::GetDefaultCPUAllocator()) << "loading the library replaces nothing";
  at::Tensor left;
  auto       first = std::make_unique<TorchMemoryReuse>();
  EXPECT_NE(c10::GetCPUAllocator(), before);
  {
    const TorchMemoryReuse inner;
    left = at::full({ large }, 3.0f);
  }
  EXPECT_NE(c10::GetCPUAllocator(), before);
  // The scope of another thread ends later than that of this one.
  std::promise<void> isOpen;
  std::promise<void> mayEnd;
  std::thread        other(
    [&]
    {
      const TorchMemoryReuse reuse;
      isOpen.set_value();
      mayEnd.get_future().wait();
    });
  isOpen.get_future().wait();
  first.reset();
  EXPECT_NE(c10::GetCPUAllocator(), before);
  mayEnd.set_value();
  other.join();
  EXPECT_EQ(c10::GetCPUAllocator(), before);
  EXPECT_EQ(left.sum().item<float>(), 3.0f * large);
}

TEST(TorchMemoryReuse, AnAllocatorOfTheHostProgramHandsOutTheBlocksAndComesBack)
{
  c10::Allocator * const before = c10::GetCPUAllocator();
  CountingAllocator      counting(true);
  c10::SetCPUAllocator(&counting);
  {
    const TorchMemoryReuse reuse;
    at::full({ large }, 3.0f);
    at::full({ large }, 4.0f);
    EXPECT_EQ(reuse.GetNumberOfReuses(), 1u);
    EXPECT_GT(counting.Allocations, 0u);
  }
  EXPECT_EQ(c10::GetCPUAllocator(), &counting);

  // One that cannot free by pointers alone stays where it is.
  CountingAllocator notRaw(false);
  c10::SetCPUAllocator(&notRaw);
  {
    const TorchMemoryReuse reuse;
    EXPECT_EQ(c10::GetCPUAllocator(), &notRaw);
    at::full({ large }, 3.0f);
    at::full({ large }, 4.0f);
    EXPECT_EQ(reuse.GetNumberOfReuses(), 0u);
  }

  // One that the host program puts in its place meanwhile is not thrown out.
  c10::SetCPUAllocator(before);
  {
    const TorchMemoryReuse reuse;
    c10::SetCPUAllocator(&counting);
  }
  EXPECT_EQ(c10::GetCPUAllocator(), &counting);
  c10::SetCPUAllocator(before);
}

TEST(TorchMemoryReuse, ABlockIsGivenBackWithTheLastOfItsTensorsThatOutliveTheScope)
{
  c10::Allocator * const before = c10::GetCPUAllocator();
  // Tensors of LibTorch's own may outlive this test.
  static auto * const host = new itk::Test::WatchingAllocator;
  const auto &        blocks = itk::Test::WatchingAllocator::Blocks();
  c10::SetCPUAllocator(host);
  at::Tensor one;
  at::Tensor two;
  {
    const TorchMemoryReuse reuse;
    at::empty({ 2 * large }, at::kFloat);
    one = at::empty({ large }, at::kFloat);
    two = at::empty({ large }, at::kFloat);
    EXPECT_EQ(reuse.GetNumberOfReuses(), 2u);
    EXPECT_EQ(blocks.size(), 1u);
  }
  EXPECT_EQ(blocks.size(), 1u);
  one.reset();
  EXPECT_EQ(blocks.size(), 1u);
  two.reset();
  EXPECT_EQ(blocks.size(), 0u);
  c10::SetCPUAllocator(before);
}

TEST(TorchMemoryReuse, TensorsNeverOverlap)
{
  const TorchMemoryReuse  reuse;
  itk::TorchRandom        random(3);
  std::vector<at::Tensor> held;
  for (int step = 0; step < 3000; ++step)
  {
    if (held.size() > 12 || (!held.empty() && random.Uniform() < 0.45))
    {
      const auto index = static_cast<std::size_t>(random.Uniform() * static_cast<double>(held.size()));
      const auto value = held[index][0].item<float>();
      ASSERT_TRUE(held[index].eq(value).all().item<bool>()) << step;
      held.erase(held.begin() + static_cast<std::ptrdiff_t>(index));
      continue;
    }
    const auto size = static_cast<std::int64_t>(20000.0 + 100000.0 * random.Uniform());
    held.push_back(at::full({ size }, static_cast<float>(step)));
  }
  EXPECT_GT(reuse.GetNumberOfReuses(), 1000u);
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
    EXPECT_EQ(reuse.GetNumberOfReuses(), 1u);
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
    EXPECT_EQ(inner.GetNumberOfReuses(), 0u);
    at::empty({ large }, at::kFloat);
  }
  EXPECT_EQ(reuse.GetNumberOfReuses(), 1u);
  std::thread([] { at::empty({ large }, at::kFloat); }).join();
  EXPECT_EQ(reuse.GetNumberOfReuses(), 1u);
}

TEST(TorchMemoryReuse, TheProcessGrowsNoLargerThanWithoutAndShrinksAtTheEnd)
{
  constexpr std::int64_t floats = 25 << 20;
  const double           before = itk::Test::MemoryBytes("VmRSS:");
  if (!itk::Test::ResetLargestMemory())
  {
    GTEST_SKIP() << "the largest memory use cannot be measured here";
  }
  {
    const TorchMemoryReuse reuse;
    // 100 MB at most at the same time, in sizes that no kept block is large enough for.
    for (std::int64_t size = floats / 4; size <= floats; size = size / 4 * 5)
    {
      at::full({ size }, 1.0f);
    }
  }
  EXPECT_LT(itk::Test::MemoryBytes("VmHWM:") - before, 115e6);
  EXPECT_LT(itk::Test::MemoryBytes("VmRSS:") - before, 15e6);
}
} // namespace
