// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchRuntime_h
#define itkTorchRuntime_h

#include "ITKTorchCoreExport.h"
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace itk
{
/** \class TorchRuntime
 * \brief Settings of the process: threads and determinism.
 * \ingroup ITKTorchCore */
class ITKTorchCore_EXPORT TorchRuntime
{
public:
  /** Number of threads for LibTorch, this project's kernels and ITK's native filters alike.
   * Call it before pipelines run, from the thread that runs them. A network's results may differ in rounding by it, all
   * others are the same.
   * \param numberOfThreads 1 or more, of which ITK takes at most 128; 0 for the number of processors */
  static void
  SetNumberOfThreads(unsigned int numberOfThreads);

  static unsigned int
  GetNumberOfThreads();

  /** Calls function(0), …, function(count - 1) on the process's threads, in no fixed order: the next call goes to the
   * thread that is free first. Within a call LibTorch's operations and this project's kernels stay on its thread, which
   * for many small images is faster than all threads for one after the other. With fewer calls than threads they come
   * one after the other instead, each with all threads. An exception of a call ends the loop and is thrown on; calls
   * that have begun are waited for. */
  static void
  ForEach(std::size_t count, const std::function<void(std::size_t)> & function);

  /** Makes the C library keep freed memory for the next allocation instead of handing each large block back to the
   * system, which tensors otherwise wait for at every step: a tenth to a third of a network's time on the CPU. The
   * process stays as large as it once was, so this is for programs to choose; the library never does. Cannot be undone.
   * Does nothing where the C library is not glibc. */
  static void
  KeepFreedMemory();

  /** Bytes of main memory that can be had now: what the system has, and what the control group of the process (a
   * container, a job of a cluster) leaves of its limit, whichever is less. Pages that only cache files count as free.
   * The largest number where the system does not tell. */
  static std::uint64_t
  GetFreeMemory();

  /** Largest number of bytes of main memory that the process has had so far; 0 where the system does not tell. */
  static std::uint64_t
  GetPeakMemory();

  /** On: LibTorch uses only algorithms that give the same bits in every run, and TF32 stays off. Costs speed on CUDA;
   * on the CPU results are repeatable either way. Off by default. */
  static void
  SetDeterministic(bool isDeterministic);

  static bool
  GetDeterministic();

  /** Version of the LibTorch that is loaded, such as "2.11.0". */
  static std::string
  GetLibTorchVersion();
};
} // namespace itk

#endif
