// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkNucleiPhantomScene.h"
#include "itkTorchTargetClones.h"
#include <algorithm>
#include <cmath>

namespace itk
{
namespace
{
constexpr double pi = 3.14159265358979323846;

template <typename TVisitor>
void
ForEachPixel(const PhantomBox & box, const TVisitor & visit)
{
  PhantomIndex index{};
  std::size_t  offset = 0;
  for (index[2] = box.Start[2]; index[2] < box.End[2]; ++index[2])
  {
    for (index[1] = box.Start[1]; index[1] < box.End[1]; ++index[1])
    {
      for (index[0] = box.Start[0]; index[0] < box.End[0]; ++index[0])
      {
        visit(index, offset++);
      }
    }
  }
}

std::size_t
OffsetIn(const PhantomBox & box, const PhantomIndex & index)
{
  return static_cast<std::size_t>(
    ((index[2] - box.Start[2]) * box.Length(1) + index[1] - box.Start[1]) * box.Length(0) + index[0] - box.Start[0]);
}

PhantomVector
Offset(const PhantomIndex & index, const PhantomVector & center)
{
  return { { static_cast<double>(index[0]) - center[0],
             static_cast<double>(index[1]) - center[1],
             static_cast<double>(index[2]) - center[2] } };
}

/** Smooth random numbers of standard deviation near 1 around a nucleus: a lattice of normal numbers, interpolated. */
class LatticeNoise
{
public:
  LatticeNoise(TorchRandom & random, double reach, double spacing, unsigned int dimension)
    : m_Spacing(spacing)
    , m_Half(static_cast<std::int64_t>(std::ceil(reach / spacing)) + 1)
    , m_Length(2 * m_Half + 1)
    , m_Dimension(dimension)
  {
    m_Values.resize(static_cast<std::size_t>(m_Length * m_Length * (dimension > 2 ? m_Length : 1)));
    for (auto & value : m_Values)
    {
      value = random.Normal();
    }
  }

  double
  At(const PhantomVector & offset) const
  {
    std::array<std::int64_t, 3> cell{};
    PhantomVector               weight{};
    for (unsigned int axis = 0; axis < m_Dimension; ++axis)
    {
      const double position = offset[axis] / m_Spacing + static_cast<double>(m_Half);
      cell[axis] = std::clamp<std::int64_t>(static_cast<std::int64_t>(position), 0, m_Length - 2);
      const double t = std::clamp(position - static_cast<double>(cell[axis]), 0.0, 1.0);
      weight[axis] = t * t * (3.0 - 2.0 * t);
    }
    double sum = 0.0;
    double power = 0.0;
    for (unsigned int corner = 0; corner < (1u << m_Dimension); ++corner)
    {
      double       share = 1.0;
      std::int64_t position = 0;
      for (unsigned int axis = m_Dimension; axis-- > 0;)
      {
        const std::int64_t step = (corner >> axis) & 1u;
        share *= step != 0 ? weight[axis] : 1.0 - weight[axis];
        position = position * m_Length + cell[axis] + step;
      }
      sum += share * m_Values[static_cast<std::size_t>(position)];
      power += share * share;
    }
    return sum / std::sqrt(power);
  }

private:
  double              m_Spacing;
  std::int64_t        m_Half;
  std::int64_t        m_Length;
  unsigned int        m_Dimension;
  std::vector<double> m_Values;
};

/** What makes the light of a body uneven: chromatin of two grain sizes and up to three nucleoli. */
class Chromatin
{
public:
  Chromatin(const PhantomNucleus & nucleus, const NucleiPhantomParameters & parameters, unsigned int dimension)
    : m_Random(nucleus.Random(parameters, PhantomStream::Texture))
    , m_Strength(parameters.Texture)
    , m_Coarse(m_Random, Reach(nucleus), std::max(1.5, 0.5 * nucleus.Radius), dimension)
    , m_Fine(m_Random, Reach(nucleus), std::max(1.2, 0.2 * nucleus.Radius), dimension)
    , m_Nucleoli(m_Random.Integer(4))
  {
    for (auto & nucleolus : m_Nucleoli)
    {
      for (unsigned int axis = 0; axis < dimension; ++axis)
      {
        nucleolus.Center[axis] = nucleus.Radius * m_Random.Uniform(-0.5, 0.5);
      }
      nucleolus.Radius = nucleus.Radius * m_Random.Uniform(0.14, 0.26);
    }
  }

  double
  At(const PhantomVector & offset) const
  {
    double factor = 1.0 + m_Strength * (0.55 * m_Coarse.At(offset) + 0.45 * m_Fine.At(offset));
    for (const auto & nucleolus : m_Nucleoli)
    {
      double distance = 0.0;
      for (std::size_t axis = 0; axis < offset.size(); ++axis)
      {
        const double step = (offset[axis] - nucleolus.Center[axis]) / nucleolus.Radius;
        distance += step * step;
      }
      factor *= 1.0 - std::min(1.0, 1.6 * m_Strength) * std::exp(-distance);
    }
    return std::max(0.1, factor);
  }

private:
  struct Nucleolus
  {
    PhantomVector Center{};
    double        Radius{ 1.0 };
  };

  static double
  Reach(const PhantomNucleus & nucleus)
  {
    return nucleus.MaximumWave * *std::max_element(nucleus.SemiAxes.begin(), nucleus.SemiAxes.end());
  }

  TorchRandom            m_Random;
  double                 m_Strength;
  LatticeNoise           m_Coarse;
  LatticeNoise           m_Fine;
  std::vector<Nucleolus> m_Nucleoli;
};

enum class Share : unsigned char
{
  None,
  Candidate,
  Light,
  LightAndLabel
};
} // namespace

struct NucleiPhantom::Scene
{
  NucleiPhantomParameters     Parameters;
  PhantomBox                  Image;
  unsigned int                Dimension;
  std::vector<PhantomNucleus> Nuclei;
  std::vector<float>          PointSpread;

  std::vector<Share>
  FindShare(const PhantomNucleus & nucleus, const PhantomBox & box) const;

  void
  PaintNucleus(std::size_t          number,
               const PhantomBox &   window,
               std::vector<float> & light,
               std::uint32_t *      labels,
               const PhantomBox &   labelBox) const;

  void
  PaintBackground(const PhantomBox & window, std::vector<float> & light) const;

  void
  Blur(unsigned int axis, PhantomBox & window, std::vector<float> & light) const;

  void
  AddNoise(const PhantomBox & box, float * pixels) const;
};

/** Which pixels of its bounding box belong to the nucleus. */
std::vector<Share>
NucleiPhantom::Scene::FindShare(const PhantomNucleus & nucleus, const PhantomBox & box) const
{
  std::vector<Share> share(box.Volume(), Share::None);
  ForEachPixel(box,
               [&](const PhantomIndex & index, std::size_t offset)
               {
                 const double distance = nucleus.Distance(Offset(index, nucleus.Center));
                 bool         isOwner = distance < 1.0;
                 for (std::size_t i = 0; isOwner && i < nucleus.Neighbors.size(); ++i)
                 {
                   const auto & other = Nuclei[nucleus.Neighbors[i]];
                   const double otherDistance = other.Distance(Offset(index, other.Center));
                   isOwner = distance < otherDistance || (distance == otherDistance && nucleus.Number < other.Number);
                 }
                 if (isOwner)
                 {
                   share[offset] = Image.Contains(index) ? Share::Candidate : Share::Light;
                 }
               });

  std::vector<PhantomIndex> front{ nucleus.CenterPixel() };
  share[OffsetIn(box, front.front())] = Share::LightAndLabel;
  while (!front.empty())
  {
    const PhantomIndex index = front.back();
    front.pop_back();
    for (unsigned int face = 0; face < 2 * Dimension; ++face)
    {
      PhantomIndex next = index;
      next[face / 2] += face % 2 == 0 ? 1 : -1;
      if (box.Contains(next) && share[OffsetIn(box, next)] == Share::Candidate)
      {
        share[OffsetIn(box, next)] = Share::LightAndLabel;
        front.push_back(next);
      }
    }
  }
  return share;
}

void
NucleiPhantom::Scene::PaintNucleus(std::size_t          number,
                                   const PhantomBox &   window,
                                   std::vector<float> & light,
                                   std::uint32_t *      labels,
                                   const PhantomBox &   labelBox) const
{
  const PhantomNucleus & nucleus = Nuclei[number];
  const PhantomBox       box = nucleus.BoundingBox();
  const PhantomBox       seen = box.Intersection(window);
  if (seen.Volume() == 0)
  {
    return;
  }
  const auto      share = FindShare(nucleus, box);
  const Chromatin chromatin(nucleus, Parameters, Dimension);
  // A body is brighter where it is thicker; the mean over the body is 1.
  constexpr double flat = 0.65;
  const double     mean = flat + (1.0 - flat) * (Dimension > 2 ? 3.0 * pi / 16.0 : 2.0 / 3.0);
  const double     level = nucleus.Brightness * (Parameters.Foreground - Parameters.Background) / mean;
  ForEachPixel(seen,
               [&](const PhantomIndex & index, std::size_t)
               {
                 const Share owned = share[OffsetIn(box, index)];
                 if (owned < Share::Light)
                 {
                   return;
                 }
                 const PhantomVector offset = Offset(index, nucleus.Center);
                 const double        distance = nucleus.Distance(offset);
                 const double        thickness = std::sqrt(std::max(0.0, 1.0 - distance * distance));
                 light[OffsetIn(window, index)] +=
                   static_cast<float>(level * (flat + (1.0 - flat) * thickness) * chromatin.At(offset));
                 if (owned == Share::LightAndLabel && labelBox.Contains(index))
                 {
                   labels[OffsetIn(labelBox, index)] = static_cast<std::uint32_t>(number + 1);
                 }
               });
}

/** A sum of products of slow cosines, one factor for each axis. */
void
NucleiPhantom::Scene::PaintBackground(const PhantomBox & window, std::vector<float> & light) const
{
  constexpr int numberOfWaves = 3;
  TorchRandom   random(
    static_cast<std::uint64_t>(Parameters.Seed), 0, 0, static_cast<std::uint32_t>(PhantomStream::Background));
  std::array<std::array<std::vector<double>, MaximumDimension>, numberOfWaves> waves;
  for (auto & wave : waves)
  {
    for (unsigned int axis = 0; axis < Dimension; ++axis)
    {
      const double frequency = 2.0 * pi * random.Uniform(0.2, 1.0) / static_cast<double>(Image.End[axis]);
      const double phase = random.Uniform(0.0, 2.0 * pi);
      for (std::int64_t x = window.Start[axis]; x < window.End[axis]; ++x)
      {
        wave[axis].push_back(std::cos(frequency * static_cast<double>(x) + phase));
      }
    }
    for (unsigned int axis = Dimension; axis < MaximumDimension; ++axis)
    {
      wave[axis].assign(static_cast<std::size_t>(window.Length(axis)), 1.0);
    }
  }
  ForEachPixel(window,
               [&](const PhantomIndex & index, std::size_t offset)
               {
                 double sum = 0.0;
                 for (const auto & wave : waves)
                 {
                   double product = 1.0;
                   for (unsigned int axis = 0; axis < MaximumDimension; ++axis)
                   {
                     product *= wave[axis][static_cast<std::size_t>(index[axis] - window.Start[axis])];
                   }
                   sum += product;
                 }
                 light[offset] = static_cast<float>(Parameters.Background *
                                                    (1.0 + Parameters.BackgroundVariation * sum / numberOfWaves));
               });
}

namespace
{
/** sum += weight · values */
ITKTorch_TARGET_CLONES void
AddScaled(float * sum, const float * values, float weight, std::int64_t count)
{
  for (std::int64_t i = 0; i < count; ++i)
  {
    sum[i] += weight * values[i];
  }
}
} // namespace

/** Convolves along one axis and shrinks `window` to the pixels that have all their neighbors. */
void
NucleiPhantom::Scene::Blur(unsigned int axis, PhantomBox & window, std::vector<float> & light) const
{
  const auto   radius = static_cast<std::int64_t>(PointSpread.size() / 2);
  std::int64_t inner = 1;
  for (unsigned int lower = 0; lower < axis; ++lower)
  {
    inner *= window.Length(lower);
  }
  const std::int64_t oldBlock = inner * window.Length(axis);
  const std::int64_t newBlock = oldBlock - 2 * radius * inner;
  window.Start[axis] += radius;
  window.End[axis] -= radius;
  std::vector<float> blurred(window.Volume(), 0.0f);
  float *            out = blurred.data();
  for (const float * in = light.data(); out != blurred.data() + blurred.size(); in += oldBlock, out += newBlock)
  {
    for (std::size_t tap = 0; tap < PointSpread.size(); ++tap)
    {
      const float   weight = PointSpread[tap];
      const float * source = in + static_cast<std::int64_t>(tap) * inner;
      AddScaled(out, source, weight, newBlock);
    }
  }
  light = std::move(blurred);
}

void
NucleiPhantom::Scene::AddNoise(const PhantomBox & box, float * pixels) const
{
  if (Parameters.Noise == 0.0 && Parameters.ShotNoise == 0.0)
  {
    return;
  }
  const double readVariance = Parameters.Noise * Parameters.Noise;
  const double shotVariance = Parameters.ShotNoise * Parameters.ShotNoise;
  ForEachPixel(box,
               [&](const PhantomIndex & index, std::size_t offset)
               {
                 const auto   place = static_cast<std::uint64_t>(OffsetIn(Image, index));
                 TorchRandom  random(static_cast<std::uint64_t>(Parameters.Seed),
                                    static_cast<std::uint32_t>(place >> 32),
                                    static_cast<std::uint32_t>(place),
                                    static_cast<std::uint32_t>(PhantomStream::Noise));
                 const double variance = readVariance + shotVariance * std::max(0.0f, pixels[offset]);
                 pixels[offset] += static_cast<float>(std::sqrt(variance) * random.Normal());
               });
}

NucleiPhantom::NucleiPhantom(const NucleiPhantomParameters & parameters, const IndexType & size, unsigned int dimension)
{
  std::vector<float> pointSpread{ 1.0f };
  if (parameters.Blur > 0.0)
  {
    const int radius = static_cast<int>(std::ceil(3.0 * parameters.Blur));
    double    sum = 0.0;
    for (int x = -radius; x <= radius; ++x)
    {
      sum += std::exp(-0.5 * x * x / (parameters.Blur * parameters.Blur));
    }
    pointSpread.clear();
    for (int x = -radius; x <= radius; ++x)
    {
      pointSpread.push_back(static_cast<float>(std::exp(-0.5 * x * x / (parameters.Blur * parameters.Blur)) / sum));
    }
  }
  m_Scene.reset(new Scene{ parameters,
                           PhantomBox{ {}, size },
                           dimension,
                           PlacePhantomNuclei(parameters, size, dimension),
                           std::move(pointSpread) });
}

NucleiPhantom::~NucleiPhantom() = default;

std::size_t
NucleiPhantom::GetNumberOfNuclei() const
{
  return m_Scene->Nuclei.size();
}

void
NucleiPhantom::Render(const IndexType & start, const IndexType & size, float * pixels, std::uint32_t * labels) const
{
  PhantomBox box{ start, start };
  for (unsigned int axis = 0; axis < MaximumDimension; ++axis)
  {
    box.End[axis] += size[axis];
  }
  if (box.Volume() == 0)
  {
    return;
  }
  PhantomBox window = box;
  const auto radius = static_cast<std::int64_t>(m_Scene->PointSpread.size() / 2);
  for (unsigned int axis = 0; axis < m_Scene->Dimension; ++axis)
  {
    window.Start[axis] -= radius;
    window.End[axis] += radius;
  }
  std::vector<float> light(window.Volume());
  std::fill_n(labels, box.Volume(), 0u);
  m_Scene->PaintBackground(window, light);
  for (std::size_t number = 0; number < m_Scene->Nuclei.size(); ++number)
  {
    m_Scene->PaintNucleus(number, window, light, labels, box);
  }
  for (unsigned int axis = 0; radius > 0 && axis < m_Scene->Dimension; ++axis)
  {
    m_Scene->Blur(axis, window, light);
  }
  std::copy(light.begin(), light.end(), pixels);
  m_Scene->AddNoise(box, pixels);
}
} // namespace itk
