// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetRandomStream_h
#define itkUNetRandomStream_h

#include <cstdint>

namespace itk
{
/** Streams of TorchRandom that a training draws from; 1, and those from 3 on, are the augmentation's. */
enum UNetRandomStream : std::uint32_t
{
  OrderStream = 0,
  DropoutStream = 2,
  PairStream = 101
};
} // namespace itk

#endif
