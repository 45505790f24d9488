// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchExecution_h
#define itkTorchExecution_h

#include "itkTorchDevice.h"
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

namespace itk
{
class LightObject;

/** \class TorchExecution
 * \brief Runs tensor computations; the one place where errors of LibTorch, CUDA and the allocators become ITK
 * exceptions.
 * \ingroup ITKTorchCore */
class TorchExecution
{
public:
  /** Runs `body` on the calling thread, without recording gradients.
   * \throws TorchOutOfMemoryError or ExceptionObject that names the filter, the device and the first line of the
   * cause. ITK's own exceptions pass unchanged. */
  static void
  Run(const LightObject & filter, const TorchDevice & device, const std::function<void()> & body);

  /** Runs `body` of the public function `function`, which needs no filter: what Run() does for filters, with the function's name
   * in the messages. Within Run() or another Guard() it only runs `body`.
   * \return what `body` returns */
  template <typename TBody>
  static auto
  Guard(const char * function, TBody && body) -> decltype(body())
  {
    if constexpr (std::is_void<decltype(body())>::value)
    {
      GuardBody(function, body);
    }
    else
    {
      std::optional<std::decay_t<decltype(body())>> result;
      GuardBody(function, [&] { result.emplace(body()); });
      return std::move(*result);
    }
  }

  /** \throws ProcessAborted that names the filter */
  [[noreturn]] static void
  ThrowAborted(const char * nameOfFilter);

private:
  static void
  GuardBody(const char * function, const std::function<void()> & body);
};
} // namespace itk

#endif
