// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Checks.h"
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/ones.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/DefaultDtype.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <clocale>
#include <csignal>
#include <dlfcn.h>
#include <fenv.h>
#include <sstream>
#include <xmmintrin.h>

/** A program that uses LibTorch itself, is not linked to the library, and loads it: nothing of its own LibTorch
 * changes. */

namespace client
{
namespace
{
/** Everything that a library can change behind its host's back, one line each. */
std::string
Describe()
{
  const auto &       context = at::globalContext();
  std::ostringstream text;
  text << "CPU allocator " << static_cast<const void *>(c10::GetCPUAllocator()) << '\n';
  text << "allocator of c10 " << static_cast<const void *>(c10::GetAllocator(c10::kCPU)) << '\n';
  text << "threads " << at::get_num_threads() << '\n';
  text << "gradients " << c10::GradMode::is_enabled() << '\n';
  text << "inference mode " << c10::InferenceMode::is_enabled() << '\n';
  text << "default type " << c10::get_default_dtype() << '\n';
  text << "deterministic " << context.deterministicAlgorithms() << context.deterministicAlgorithmsWarnOnly()
       << context.deterministicFillUninitializedMemory() << context.deterministicCuDNN() << '\n';
  text << "cuDNN " << context.userEnabledCuDNN() << context.benchmarkCuDNN() << context.allowTF32CuDNN() << '\n';
  text << "TF32 " << context.allowTF32CuBLAS() << '\n';
  text << "oneDNN " << context.userEnabledMkldnn() << '\n';
  text << "precision " << static_cast<int>(context.float32MatmulPrecision()) << '\n';
  text << "denormals " << (_mm_getcsr() & 0x8040u) << '\n';
  text << "rounding " << fegetround() << " floating-point exceptions " << fegetexcept() << '\n';
  text << "locale " << std::setlocale(LC_ALL, nullptr) << '\n';
  struct sigaction action;
  for (const int number : { SIGINT, SIGTERM, SIGSEGV, SIGFPE, SIGPIPE })
  {
    sigaction(number, nullptr, &action);
    text << "signal " << number << ' ' << reinterpret_cast<const void *>(action.sa_handler) << '\n';
  }
  return text.str();
}

::testing::AssertionResult
Unchanged(const std::string & before)
{
  std::istringstream was(before);
  std::istringstream is(Describe());
  std::string        text;
  for (std::string old, now; std::getline(was, old) && std::getline(is, now);)
  {
    if (old != now)
    {
      text += (text.empty() ? "" : "; ") + old + " became " + now;
    }
  }
  return text.empty() ? ::testing::AssertionSuccess() : ::testing::AssertionFailure() << text;
}

constexpr const char * libraries[] = { ITKTorch_CLIENT_LIBRARIES };
} // namespace

TEST(HostState, IsThatOfBeforeWhenTheLibrariesAreLoaded)
{
  const auto before = Describe();
  const auto tensor = at::ones({ 1000 });
  for (const char * const library : libraries)
  {
    void * const handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    ASSERT_TRUE(Count(handle != nullptr)) << dlerror();
    VERIFY(Unchanged(before)) << library << " loaded";
    const auto during = at::ones({ 1000 });
    dlclose(handle);
    VERIFY(Unchanged(before)) << library << " closed";
    VERIFY((during + tensor).sum().item<float>() == 2000.0f);
  }
}

TEST(HostState, IsThatOfBeforeWhenPipelinesHaveRun)
{
  // As the host had it, and otherwise.
  for (const bool isSet : { false, true })
  {
    at::set_num_threads(isSet ? 1 : 2);
    c10::GradMode::set_enabled(!isSet);
    at::globalContext().setDeterministicAlgorithms(isSet, isSet);
    at::globalContext().setBenchmarkCuDNN(isSet);
    at::globalContext().setUserEnabledMkldnn(!isSet);
    at::globalContext().setFlushDenormal(isSet);
    const auto   before = Describe();
    void * const handle = dlopen(ITKTorch_CLIENT_PLUGIN, RTLD_NOW | RTLD_LOCAL);
    ASSERT_TRUE(Count(handle != nullptr)) << dlerror();
    VERIFY(Unchanged(before)) << "loaded";
    const auto run = reinterpret_cast<int (*)()>(dlsym(handle, "RunPipelines"));
    ASSERT_TRUE(Count(run != nullptr));
    const auto kept = at::ones({ 1 << 20 });
    VERIFY(run() == 0);
    VERIFY(Unchanged(before)) << "used";
    VERIFY(run() == 0);
    VERIFY(Unchanged(before)) << "used again";
    auto other = at::ones({ 1 << 20 });
    dlclose(handle);
    VERIFY(Unchanged(before)) << "closed";
    // What was allocated while the library was there is freed now.
    VERIFY((kept + other).sum().item<float>() == 2.0f * (1 << 20));
    other = at::ones({ 1 << 21 });
    VERIFY(other.sum().item<float>() == static_cast<float>(1 << 21));
  }
  at::globalContext().setFlushDenormal(false);
  at::globalContext().setUserEnabledMkldnn(true);
}
} // namespace client
