// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkNucleiPhantomScene_h
#define itkNucleiPhantomScene_h

#include "itkNucleiPhantom.h"
#include "itkTorchRandom.h"
#include <vector>

namespace itk
{
using PhantomIndex = NucleiPhantom::IndexType;
using PhantomVector = std::array<double, NucleiPhantom::MaximumDimension>;

/** Separate random streams of one seed. */
enum class PhantomStream : std::uint32_t
{
  Shape,
  Place,
  Texture,
  Background,
  Noise
};

/** Pixels Start ≤ x < End. */
struct PhantomBox
{
  PhantomIndex Start;
  PhantomIndex End;

  std::int64_t
  Length(unsigned int axis) const
  {
    return End[axis] - Start[axis];
  }
  std::size_t
  Volume() const;
  bool
  Contains(const PhantomIndex & index) const;
  PhantomBox
  Intersection(const PhantomBox & other) const;
};

/** Body of one nucleus; see NucleiPhantom for the formula. */
struct PhantomNucleus
{
  std::uint32_t                                              Number{ 0 };
  std::size_t                                                Cluster{ 0 };
  double                                                     Radius{ 0.0 };
  double                                                     Brightness{ 1.0 };
  PhantomVector                                              Center{};
  PhantomVector                                              SemiAxes{};
  std::array<PhantomVector, NucleiPhantom::MaximumDimension> Axes{};
  std::array<PhantomVector, 3>                               WaveDirections{};
  std::array<double, 3>                                      WaveAmplitudes{};
  double                                                     MaximumWave{ 1.0 };
  std::vector<std::size_t>                                   Neighbors;

  /** The random numbers of this nucleus. */
  TorchRandom
  Random(const NucleiPhantomParameters & parameters, PhantomStream stream) const
  {
    return TorchRandom(static_cast<std::uint64_t>(parameters.Seed), 0, Number, static_cast<std::uint32_t>(stream));
  }

  /** d(x) for the offset x − c; only that it is at least 1 is certain outside the body. */
  double
  Distance(const PhantomVector & offset) const;

  /** Length of the body from its center along a unit vector. */
  double
  Extent(const PhantomVector & direction) const;

  /** Bound of the body's projection on a unit vector. */
  double
  Support(const PhantomVector & direction) const;

  PhantomIndex
  CenterPixel() const;

  PhantomBox
  BoundingBox() const;
};

/** The nuclei in an image of `size` pixels. */
std::vector<PhantomNucleus>
PlacePhantomNuclei(const NucleiPhantomParameters & parameters, const PhantomIndex & size, unsigned int dimension);
} // namespace itk

#endif
