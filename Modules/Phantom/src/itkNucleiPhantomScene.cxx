// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkNucleiPhantomScene.h"
#include <algorithm>
#include <cmath>

namespace itk
{
namespace
{
constexpr unsigned int D = NucleiPhantom::MaximumDimension;
constexpr double       pi = 3.14159265358979323846;

double
Dot(const PhantomVector & a, const PhantomVector & b)
{
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

PhantomVector
Difference(const PhantomVector & a, const PhantomVector & b)
{
  return { { a[0] - b[0], a[1] - b[1], a[2] - b[2] } };
}

PhantomVector
Scaled(const PhantomVector & a, double factor)
{
  return { { a[0] * factor, a[1] * factor, a[2] * factor } };
}

PhantomVector
RandomDirection(TorchRandom & random, unsigned int dimension)
{
  const double angle = random.Uniform(0.0, 2.0 * pi);
  const double z = dimension > 2 ? random.Uniform(-1.0, 1.0) : 0.0;
  const double rho = std::sqrt(1.0 - z * z);
  return { { rho * std::cos(angle), rho * std::sin(angle), z } };
}

/** A number of the given mean and standard deviation, within 2.5 of these. */
double
Varied(TorchRandom & random, double mean, double deviation)
{
  return mean + deviation * std::clamp(random.Normal(), -2.5, 2.5);
}

PhantomNucleus
MakeNucleus(const NucleiPhantomParameters & parameters, unsigned int dimension, std::uint32_t number)
{
  PhantomNucleus nucleus;
  nucleus.Number = number;
  TorchRandom random = nucleus.Random(parameters, PhantomStream::Shape);
  nucleus.Radius =
    std::max(1.0, parameters.MeanRadius * std::max(0.1, Varied(random, 1.0, parameters.RadiusVariation)));
  nucleus.Brightness = std::max(0.2, Varied(random, 1.0, parameters.ForegroundVariation));

  const double eccentricity = std::min(0.9, Varied(random, parameters.Eccentricity, 0.15 * parameters.Eccentricity));
  const double flattening = std::sqrt(1.0 - eccentricity * eccentricity);
  nucleus.SemiAxes = { { 1.0, flattening, dimension > 2 ? random.Uniform(flattening, 1.0) : 1.0 } };
  const double volume = nucleus.SemiAxes[0] * nucleus.SemiAxes[1] * nucleus.SemiAxes[2];
  nucleus.SemiAxes = Scaled(nucleus.SemiAxes, nucleus.Radius / std::pow(volume, 1.0 / dimension));
  if (dimension == 2)
  {
    nucleus.SemiAxes[2] = 0.5;
  }

  auto & axes = nucleus.Axes;
  axes[0] = RandomDirection(random, dimension);
  if (dimension > 2)
  {
    const PhantomVector other = RandomDirection(random, dimension);
    axes[1] = Difference(other, Scaled(axes[0], Dot(other, axes[0])));
    const double norm = std::sqrt(Dot(axes[1], axes[1]));
    axes[1] = norm > 1e-6 ? Scaled(axes[1], 1.0 / norm) : PhantomVector{ { -axes[0][1], axes[0][0], 0.0 } };
    axes[2] = { { axes[0][1] * axes[1][2] - axes[0][2] * axes[1][1],
                  axes[0][2] * axes[1][0] - axes[0][0] * axes[1][2],
                  axes[0][0] * axes[1][1] - axes[0][1] * axes[1][0] } };
  }
  else
  {
    axes[1] = { { -axes[0][1], axes[0][0], 0.0 } };
    axes[2] = { { 0.0, 0.0, 1.0 } };
  }

  for (std::size_t wave = 0; wave < nucleus.WaveAmplitudes.size(); ++wave)
  {
    nucleus.WaveDirections[wave] = RandomDirection(random, dimension);
    nucleus.WaveAmplitudes[wave] = parameters.Irregularity * random.Uniform(-1.0, 1.0);
    nucleus.MaximumWave += std::abs(nucleus.WaveAmplitudes[wave]);
  }
  return nucleus;
}

PhantomVector
PixelOffset(const PhantomIndex & pixel, const PhantomNucleus & nucleus)
{
  PhantomVector offset{};
  for (unsigned int axis = 0; axis < D; ++axis)
  {
    offset[axis] = static_cast<double>(pixel[axis]) - nucleus.Center[axis];
  }
  return offset;
}

class Placement
{
public:
  Placement(const NucleiPhantomParameters & parameters, const PhantomIndex & size, unsigned int dimension)
    : m_Parameters(parameters)
    , m_Size(size)
    , m_Dimension(dimension)
    , m_Random(static_cast<std::uint64_t>(parameters.Seed), 0, 0, static_cast<std::uint32_t>(PhantomStream::Place))
    // Twice the longest reach of any nucleus that MakeNucleus() gives (eccentricity 0.9), and the gap.
    , m_CellLength(2.0 * 1.8 * std::max(1.0, parameters.MeanRadius * (1.0 + 2.5 * parameters.RadiusVariation)) *
                     (1.0 + 3.0 * parameters.Irregularity) +
                   gap)
  {
    std::size_t count = 1;
    for (unsigned int axis = 0; axis < D; ++axis)
    {
      m_NumberOfCells[axis] = 1 + static_cast<std::int64_t>(static_cast<double>(size[axis]) / m_CellLength);
      count *= static_cast<std::size_t>(m_NumberOfCells[axis]);
    }
    m_Cells.resize(count);
  }

  std::vector<PhantomNucleus>
  Run()
  {
    const std::size_t wanted = NumberWanted();
    const auto        touching =
      static_cast<std::size_t>(std::lround(m_Parameters.TouchingFraction * static_cast<double>(wanted)));
    std::size_t cluster = 0;
    const auto  giveUp = static_cast<std::uint32_t>(2 * wanted);
    while (m_Nuclei.size() + 1 < touching && m_Candidate < giveUp)
    {
      const std::size_t members = std::min<std::size_t>(touching - m_Nuclei.size(), 2 + m_Random.Integer(4));
      const std::size_t first = m_Nuclei.size();
      if (PlaceFreely(cluster++))
      {
        for (std::size_t failures = 0; m_Nuclei.size() < first + members && failures < members;)
        {
          failures += PlaceBeside(first) ? 0 : 1;
        }
        if (m_Nuclei.size() == first + 1)
        {
          RemoveLast();
        }
      }
    }
    while (m_Nuclei.size() < wanted && m_Candidate < giveUp)
    {
      PlaceFreely(cluster++);
    }
    return std::move(m_Nuclei);
  }

private:
  /** Between nuclei that do not touch: more than the diagonal of a voxel. */
  static constexpr double gap = 2.0;

  std::size_t
  NumberWanted() const
  {
    double volume = 1.0;
    for (unsigned int axis = 0; axis < m_Dimension; ++axis)
    {
      if (static_cast<double>(m_Size[axis]) < m_Parameters.MeanRadius)
      {
        return 0;
      }
      volume *= static_cast<double>(m_Size[axis]);
    }
    const double radius = m_Parameters.MeanRadius;
    const double body = m_Dimension > 2 ? 4.0 / 3.0 * pi * radius * radius * radius : pi * radius * radius;
    const double most = std::ceil(volume / body);
    return static_cast<std::size_t>(m_Parameters.NumberOfNuclei > 0
                                      ? std::min(most, static_cast<double>(m_Parameters.NumberOfNuclei))
                                      : std::round(m_Parameters.Coverage * volume / body));
  }

  bool
  PlaceFreely(std::size_t cluster)
  {
    PhantomNucleus nucleus = MakeNucleus(m_Parameters, m_Dimension, m_Candidate++);
    nucleus.Cluster = cluster;
    for (int attempt = 0; attempt < 100; ++attempt)
    {
      for (unsigned int axis = 0; axis < m_Dimension; ++axis)
      {
        nucleus.Center[axis] = m_Random.Uniform(-0.5, static_cast<double>(m_Size[axis]) - 0.5);
      }
      if (Fits(nucleus))
      {
        Add(nucleus);
        return true;
      }
    }
    return false;
  }

  /** Beside one of the nuclei from `first` on. */
  bool
  PlaceBeside(std::size_t first)
  {
    PhantomNucleus nucleus = MakeNucleus(m_Parameters, m_Dimension, m_Candidate++);
    for (int attempt = 0; attempt < 30; ++attempt)
    {
      const auto          count = static_cast<std::uint32_t>(m_Nuclei.size() - first);
      const auto &        partner = m_Nuclei[first + m_Random.Integer(count)];
      const PhantomVector direction = RandomDirection(m_Random, m_Dimension);
      const double        near = partner.Extent(direction);
      const double        far = nucleus.Extent(Scaled(direction, -1.0));
      const double        overlap = std::max(1.5, m_Random.Uniform(0.05, 0.25) * std::min(near, far));
      nucleus.Cluster = partner.Cluster;
      nucleus.Center = Difference(partner.Center, Scaled(direction, -(near + far - overlap)));
      if (Fits(nucleus))
      {
        Add(nucleus);
        return true;
      }
    }
    return false;
  }

  bool
  Fits(const PhantomNucleus & nucleus) const
  {
    const PhantomIndex pixel = nucleus.CenterPixel();
    const double       centered = nucleus.Distance(PixelOffset(pixel, nucleus));
    if (!PhantomBox{ {}, m_Size }.Contains(pixel) || centered >= 1.0)
    {
      return false;
    }
    bool fits = true;
    ForEachNear(nucleus,
                [&](const PhantomNucleus & other)
                {
                  const PhantomVector offset = Difference(other.Center, nucleus.Center);
                  const double        distance = std::sqrt(Dot(offset, offset));
                  if (distance == 0.0)
                  {
                    fits = false;
                    return;
                  }
                  const PhantomVector direction = Scaled(offset, 1.0 / distance);
                  if (other.Cluster != nucleus.Cluster)
                  {
                    fits = fits && nucleus.Support(direction) + other.Support(direction) + gap <= distance;
                    return;
                  }
                  const PhantomIndex otherPixel = other.CenterPixel();
                  fits =
                    fits && distance >= 0.75 * (nucleus.Extent(direction) + other.Extent(Scaled(direction, -1.0))) &&
                    centered < other.Distance(PixelOffset(pixel, other)) &&
                    other.Distance(PixelOffset(otherPixel, other)) < nucleus.Distance(PixelOffset(otherPixel, nucleus));
                });
    return fits;
  }

  void
  Add(PhantomNucleus & nucleus)
  {
    const std::size_t label = m_Nuclei.size();
    ForEachNear(nucleus,
                [&](PhantomNucleus & other)
                {
                  if (other.Cluster == nucleus.Cluster)
                  {
                    nucleus.Neighbors.push_back(static_cast<std::size_t>(&other - m_Nuclei.data()));
                    other.Neighbors.push_back(label);
                  }
                });
    m_Cells[Cell(CellOf(nucleus))].push_back(label);
    m_Nuclei.push_back(std::move(nucleus));
  }

  void
  RemoveLast()
  {
    m_Cells[Cell(CellOf(m_Nuclei.back()))].pop_back();
    m_Nuclei.pop_back();
  }

  PhantomIndex
  CellOf(const PhantomNucleus & nucleus) const
  {
    PhantomIndex cell{};
    for (unsigned int axis = 0; axis < m_Dimension; ++axis)
    {
      cell[axis] = static_cast<std::int64_t>((nucleus.Center[axis] + 0.5) / m_CellLength);
    }
    return cell;
  }

  std::size_t
  Cell(const PhantomIndex & cell) const
  {
    return static_cast<std::size_t>((cell[2] * m_NumberOfCells[1] + cell[1]) * m_NumberOfCells[0] + cell[0]);
  }

  template <typename TVisitor>
  void
  ForEachNear(const PhantomNucleus & nucleus, const TVisitor & visit) const
  {
    const PhantomIndex center = CellOf(nucleus);
    const PhantomBox   all{ {}, m_NumberOfCells };
    const auto         near = all.Intersection(
      { { { center[0] - 1, center[1] - 1, center[2] - 1 } }, { { center[0] + 2, center[1] + 2, center[2] + 2 } } });
    PhantomIndex cell{};
    for (cell[2] = near.Start[2]; cell[2] < near.End[2]; ++cell[2])
    {
      for (cell[1] = near.Start[1]; cell[1] < near.End[1]; ++cell[1])
      {
        for (cell[0] = near.Start[0]; cell[0] < near.End[0]; ++cell[0])
        {
          for (const std::size_t index : m_Cells[Cell(cell)])
          {
            visit(m_Nuclei[index]);
          }
        }
      }
    }
  }

  const NucleiPhantomParameters &       m_Parameters;
  PhantomIndex                          m_Size;
  unsigned int                          m_Dimension;
  TorchRandom                           m_Random;
  double                                m_CellLength;
  PhantomIndex                          m_NumberOfCells{};
  std::vector<std::vector<std::size_t>> m_Cells;
  mutable std::vector<PhantomNucleus>   m_Nuclei;
  std::uint32_t                         m_Candidate{ 0 };
};
} // namespace

std::size_t
PhantomBox::Volume() const
{
  std::size_t volume = 1;
  for (unsigned int axis = 0; axis < D; ++axis)
  {
    volume *= static_cast<std::size_t>(std::max<std::int64_t>(0, Length(axis)));
  }
  return volume;
}

bool
PhantomBox::Contains(const PhantomIndex & index) const
{
  bool contains = true;
  for (unsigned int axis = 0; axis < D; ++axis)
  {
    contains = contains && Start[axis] <= index[axis] && index[axis] < End[axis];
  }
  return contains;
}

PhantomBox
PhantomBox::Intersection(const PhantomBox & other) const
{
  PhantomBox box{};
  for (unsigned int axis = 0; axis < D; ++axis)
  {
    box.Start[axis] = std::max(Start[axis], other.Start[axis]);
    box.End[axis] = std::min(End[axis], other.End[axis]);
  }
  return box;
}

double
PhantomNucleus::Distance(const PhantomVector & offset) const
{
  const PhantomVector y{
    { Dot(offset, Axes[0]) / SemiAxes[0], Dot(offset, Axes[1]) / SemiAxes[1], Dot(offset, Axes[2]) / SemiAxes[2] }
  };
  const double norm = std::sqrt(Dot(y, y));
  if (norm >= MaximumWave || norm == 0.0)
  {
    return norm / MaximumWave;
  }
  const double c2 = Dot(y, WaveDirections[0]) / norm;
  const double c3 = Dot(y, WaveDirections[1]) / norm;
  const double c4 = Dot(y, WaveDirections[2]) / norm;
  return norm / (1.0 + WaveAmplitudes[0] * (2.0 * c2 * c2 - 1.0) + WaveAmplitudes[1] * (4.0 * c3 * c3 - 3.0) * c3 +
                 WaveAmplitudes[2] * (8.0 * c4 * c4 * (c4 * c4 - 1.0) + 1.0));
}

double
PhantomNucleus::Extent(const PhantomVector & direction) const
{
  // The distance is proportional to the length of the offset; a short one stays inside the body.
  constexpr double length = 0.1;
  return length / Distance(Scaled(direction, length));
}

double
PhantomNucleus::Support(const PhantomVector & direction) const
{
  double sum = 0.0;
  for (unsigned int axis = 0; axis < D; ++axis)
  {
    const double projection = Dot(direction, Axes[axis]) * SemiAxes[axis];
    sum += projection * projection;
  }
  return MaximumWave * std::sqrt(sum);
}

PhantomIndex
PhantomNucleus::CenterPixel() const
{
  PhantomIndex pixel{};
  for (unsigned int axis = 0; axis < D; ++axis)
  {
    pixel[axis] = static_cast<std::int64_t>(std::floor(Center[axis] + 0.5));
  }
  return pixel;
}

PhantomBox
PhantomNucleus::BoundingBox() const
{
  PhantomBox box{};
  for (unsigned int axis = 0; axis < D; ++axis)
  {
    PhantomVector unit{};
    unit[axis] = 1.0;
    const double reach = Support(unit);
    box.Start[axis] = static_cast<std::int64_t>(std::ceil(Center[axis] - reach));
    box.End[axis] = static_cast<std::int64_t>(std::floor(Center[axis] + reach)) + 1;
  }
  return box;
}

std::vector<PhantomNucleus>
PlacePhantomNuclei(const NucleiPhantomParameters & parameters, const PhantomIndex & size, unsigned int dimension)
{
  return Placement(parameters, size, dimension).Run();
}
} // namespace itk
