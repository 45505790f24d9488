// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetInferencePlan_h
#define itkUNetInferencePlan_h

#include "ITKTorchUNetInferenceExport.h"
#include "itkTorchDevice.h"
#include "itkUNetInferenceParameters.h"
#include "itkUNetConvolutionChoice.h"
#include <cstdint>
#include <string>
#include <vector>

namespace itk
{
/** A box of pixels along x, y (, z); the first pixel of the image is 0. */
struct ITKTorchUNetInference_EXPORT UNetRegion
{
  std::vector<std::int64_t> Start;
  std::vector<std::int64_t> Size;

  bool
  operator==(const UNetRegion & other) const
  {
    return Start == other.Start && Size == other.Size;
  }
};

/** What the network computes at once. */
struct UNetTile
{
  /** What the network sees; beyond the image's end its mirror image. Start and size are multiples of the stride. */
  UNetRegion Window;
  /** The outputs that are taken from it. */
  UNetRegion Output;
  /** Blended tiling: the weights of the output's pixels along each axis, whose product over the axes sums up to 1 over
   * all tiles. Exact tiling: empty. */
  std::vector<std::vector<float>> Weights;
};

/** The pixels of an image that a window shows of it and its mirror images. */
ITKTorchUNetInference_EXPORT UNetRegion
GetShownRegion(const UNetRegion & window, const std::vector<std::int64_t> & extent);

/** What the outputs of a region take. */
struct UNetInferenceCost
{
  /** Bytes, the network's weights included. */
  std::uint64_t Memory{ 0 };
  std::uint64_t NumberOfWindows{ 0 };
  /** Along x, y (, z). */
  std::vector<std::int64_t> WindowSize;
  /** Multiply-adds of the network's convolutions. */
  double MultiplyAdds{ 0.0 };
  /** Pixels that the network computes for each pixel of the region; 1 for a whole image of a multiple of the stride. */
  double Factor{ 0.0 };
};

/** \class UNetInferencePlan
 * \brief Which windows of an image a network sees, and what they take; known before anything is computed.
 *
 * Exact tiles share one window size, the largest for which the estimated memory is within the limit; the margin around
 * their outputs follows from the network. Blended windows begin at multiples of (1 − BlendedOverlap) · size from the
 * image's first pixel, the last one at the image's end.
 * \ingroup ITKTorchUNetInference */
class ITKTorchUNetInference_EXPORT UNetInferencePlan
{
public:
  /** \param extent size of the whole image along x, y (, z)
   * \param maximumMemory bytes that the network may take; see GetMaximumMemory() */
  UNetInferencePlan(const UNetSpecification &         specification,
                    const UNetInferenceParameters &   parameters,
                    const UNetConvolutionChoice &     choice,
                    const std::vector<std::int64_t> & extent,
                    std::uint64_t                     maximumMemory = ~std::uint64_t{ 0 });

  /** Bytes that MaximumMemory allows on a device. */
  static std::uint64_t
  GetMaximumMemory(const UNetInferenceParameters & parameters, const TorchDevice & device);

  /** Whether windows are blended: as Tiling asks, and for networks with instance or group normalization also where it
   * is Automatic and the image is larger than a window. */
  bool
  IsBlended() const
  {
    return m_IsBlended;
  }

  /** One sentence that says why blending was chosen by itself; empty if it was asked for or is not done. */
  std::string
  GetReason() const;

  /** The part of the image that decides the outputs of a region. */
  UNetRegion
  GetInputRegion(const UNetRegion & output) const;

  /** In the order of computation; the last axis varies slowest.
   * \throws ExceptionObject that names the least MaximumMemory, if not even the smallest windows are within it */
  std::vector<UNetTile>
  MakeTiles(const UNetRegion & region) const;

  /** \throws ExceptionObject as MakeTiles() does */
  UNetInferenceCost
  EstimateCost(const UNetRegion & region) const;

  /** Bytes that the network takes while it computes windows of `size` pixels along x, y (, z), its weights included;
   * within a quarter of what is measured for windows that are large beside the weights. */
  std::uint64_t
  EstimateMemory(const std::vector<std::int64_t> & size) const;

  /** As few equal pieces along the last axis as there can be, so that each piece is computed in one row of windows that
   * are about as wide as high; of blended windows in about eight rows, two of which the next piece computes again in
   * part. */
  unsigned int
  GetNumberOfStreamDivisions() const;

  const UNetSpecification &
  GetSpecification() const
  {
    return m_Specification;
  }

  const UNetInferenceParameters &
  GetParameters() const
  {
    return m_Parameters;
  }

  const UNetConvolutionChoice &
  GetChoice() const
  {
    return m_Choice;
  }

  /** Edge of the largest window that MaximumWindowSize allows; 0: any. */
  std::uint64_t
  GetLargestWindow() const
  {
    return m_Parameters.MaximumWindowSize;
  }

  /** Allows windows of at most half of the edge that those of a region have.
   * \return false if they cannot be smaller */
  bool
  HalveWindows(const UNetRegion & region);

private:
  std::uint64_t
  GetBlendedWindow() const;
  /** Bytes of the sums of blended windows that are not complete. */
  std::uint64_t
  EstimateSums(const UNetRegion & region, const UNetTile & tile) const;
  std::uint64_t
  GetBytesOfNumber() const;
  double
  GetBytesOfPixel() const;
  std::vector<UNetTile>
  MakeTilesOfAnySize(const UNetRegion & region) const;

  UNetSpecification         m_Specification;
  UNetLayerList             m_Layers;
  UNetInferenceParameters   m_Parameters;
  UNetConvolutionChoice     m_Choice;
  std::vector<std::int64_t> m_Extent;
  std::uint64_t             m_MaximumMemory;
  bool                      m_IsBlended{ false };
};
} // namespace itk

#endif
