// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkCannyEdgeDetectionCuda_h
#define itkCannyEdgeDetectionCuda_h

#include <cstdint>

/** All steps but the hysteresis. Pointers are to device memory, of float or double; axes are x, y, z. */
struct CannyCudaSteps
{
  static constexpr int MaximumWeights = 65;

  std::int32_t Dimension;
  std::int32_t IsDouble;
  std::int64_t Size[3];
  std::int32_t NumberOfWeights[3];
  double       Weights[3][MaximumWeights];
  double       PixelSize[3];
  const void * Image;
  /** Two images that are written over. */
  void * Scratch[2];
  void * Suppressed;
  /** Null if not wanted. */
  void * Magnitude;
  void * Direction;
};

struct CannyCudaHysteresis
{
  std::int32_t Dimension;
  std::int32_t IsDouble;
  std::int64_t Size[3];
  double       Lower;
  double       Upper;
  const void * Suppressed;
  /** For each pixel: one of its kind, at last the least one; -1 for pixels that are not weak. */
  std::int32_t * Parents;
  /** For each pixel that is the least one of its kind: whether one of them is strong. */
  std::uint8_t * IsStrong;
  void *         Edges;
};

/** \return null, or what went wrong */
extern "C" const char *
ITKTorchCannySteps(const CannyCudaSteps * steps, int device, void * stream);

/** Without a round trip to the host: union of the weak pixels that touch, in a forest whose roots know whether they are
 * strong. At most 2^31 - 1 pixels.
 * \return null, or what went wrong */
extern "C" const char *
ITKTorchCannyHysteresis(const CannyCudaHysteresis * hysteresis, int device, void * stream);

#endif
