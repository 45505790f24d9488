// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkRandomAugmentationDraw.h"
#include "itkElasticField.h"
#include "itkMacro.h"
#include <algorithm>
#include <cmath>
#include <numeric>

namespace itk
{
namespace
{
/** Numbers of the streams; 0 and 2 are those of training. */
enum Stream : std::uint32_t
{
  CropStream = 1,
  ForegroundStream = 3,
  FlipStream,
  TurnStream,
  RotationStream,
  ZoomStream,
  ShearStream,
  ShiftStream,
  ElasticStream,
  BlurStream,
  ContrastStream,
  GainStream,
  OffsetStream,
  GammaStream,
  InversionStream,
  NoiseStream,
  PoissonStream,
  NoiseKeyStream,
  ChannelStream
};

constexpr double pi = 3.14159265358979323846;

using Matrix = std::array<std::array<double, 3>, 3>;

Matrix
Identity()
{
  return { { { { 1, 0, 0 } }, { { 0, 1, 0 } }, { { 0, 0, 1 } } } };
}

Matrix
operator*(const Matrix & a, const Matrix & b)
{
  Matrix product{};
  for (std::size_t row = 0; row < 3; ++row)
  {
    for (std::size_t column = 0; column < 3; ++column)
    {
      product[row][column] = a[row][0] * b[0][column] + a[row][1] * b[1][column] + a[row][2] * b[2][column];
    }
  }
  return product;
}

/** Turns `from` towards `to`, so that an image seen through it turns the other way. */
Matrix
Rotate(std::size_t from, std::size_t to, double degrees)
{
  Matrix       matrix = Identity();
  const double angle = degrees * pi / 180.0;
  matrix[from][from] = matrix[to][to] = std::cos(angle);
  matrix[from][to] = std::sin(angle);
  matrix[to][from] = -std::sin(angle);
  return matrix;
}

Matrix
QuarterTurns(int turns)
{
  static constexpr double cosines[] = { 1, 0, -1, 0 };
  static constexpr double sines[] = { 0, 1, 0, -1 };
  Matrix                  matrix = Identity();
  matrix[0][0] = matrix[1][1] = cosines[turns];
  matrix[0][1] = sines[turns];
  matrix[1][0] = -sines[turns];
  return matrix;
}

double
DrawFrom(const std::vector<double> & interval, TorchRandom & random)
{
  return random.Uniform(interval.front(), interval.back());
}
} // namespace

AffineMap
ComposeAffineMap(const RandomAugmentationRecord & record,
                 const std::vector<double> &      units,
                 RandomAugmentationCenter         center)
{
  const std::size_t dimension = record.OutputSize.size();
  Matrix            toUnit = Identity();
  Matrix            fromUnit = Identity();
  Matrix            flip = Identity();
  Matrix            zoom = Identity();
  for (std::size_t axis = 0; axis < dimension; ++axis)
  {
    toUnit[axis][axis] = units[axis];
    fromUnit[axis][axis] = 1.0 / units[axis];
    flip[axis][axis] = record.Flip[axis] != 0 ? -1.0 : 1.0;
    zoom[axis][axis] = record.Zoom[axis];
  }
  // What was not drawn is left out, so that flips and turns stay exact permutations.
  Matrix     turned = flip * QuarterTurns(record.QuarterTurns);
  const bool isTilted = !record.Tilt.empty() && (record.Tilt[0] != 0.0 || record.Tilt[1] != 0.0);
  if (record.Rotation != 0.0 || isTilted)
  {
    Matrix rotation = Rotate(0, 1, record.Rotation);
    if (isTilted)
    {
      rotation = rotation * Rotate(2, 0, record.Tilt[1]) * Rotate(1, 2, record.Tilt[0]);
    }
    turned = turned * (fromUnit * rotation * toUnit);
  }
  Matrix inner = zoom;
  if (record.Shear != 0.0)
  {
    Matrix       shear = Identity();
    const double angle = record.Shear * pi / 180.0;
    shear[0][0] = std::cos(angle);
    shear[1][0] = -std::sin(angle);
    inner = (fromUnit * shear * toUnit) * zoom;
  }
  AffineMap map;
  map.Matrix = turned * inner;
  const double beyond = center == RandomAugmentationCenter::Keras ? 0.5 : -0.5;
  for (std::size_t row = 0; row < dimension; ++row)
  {
    double offset = record.CropStart[row] + static_cast<double>(record.OutputSize[row]) / 2.0 + beyond;
    for (std::size_t column = 0; column < dimension; ++column)
    {
      const double middle = static_cast<double>(record.OutputSize[column]) / 2.0 + beyond;
      offset += turned[row][column] * record.Translation[column] - map.Matrix[row][column] * middle;
    }
    map.Offset[row] = offset;
  }
  return map;
}

RandomAugmentationDraw::RandomAugmentationDraw(const RandomAugmentationParameters & parameters,
                                               const AugmentationGeometry &         geometry,
                                               const AugmentationKey &              key)
  : m_Parameters(parameters)
  , m_Geometry(geometry)
  , m_Key(key)
  , m_Dimension(static_cast<unsigned int>(geometry.Size.size()))
  , m_OutputSize(geometry.Size)
  , m_ForegroundRandom(key.Seed, key.Epoch, key.Sample, ForegroundStream)
{
  VerifyRandomAugmentation(parameters, m_Dimension);
  for (unsigned int axis = 0; axis < m_Dimension && !parameters.CropSize.empty(); ++axis)
  {
    m_OutputSize[axis] = static_cast<std::int64_t>(OfAxis(parameters.CropSize, axis));
    if (m_OutputSize[axis] > geometry.Size[axis] && !parameters.PadSmallImages)
    {
      itkGenericExceptionMacro(
        "CropSize must be at most the image's size "
        << TorchParameter::Format(TorchParameterValue(std::vector<double>(geometry.Size.begin(), geometry.Size.end())))
        << " without PadSmallImages, but is " << TorchParameter::Format(TorchParameterValue(parameters.CropSize))
        << '.');
    }
  }
  m_WantsForeground = !parameters.CropSize.empty() && m_ForegroundRandom.Uniform() < parameters.ForegroundProbability;
}

TorchRandom
RandomAugmentationDraw::GetRandom(std::uint32_t stream) const
{
  return TorchRandom(m_Key.Seed, m_Key.Epoch, m_Key.Sample, stream);
}

std::int64_t
RandomAugmentationDraw::PickForeground(std::int64_t count)
{
  return std::min(static_cast<std::int64_t>(m_ForegroundRandom.Uniform() * static_cast<double>(count)), count - 1);
}

RandomAugmentationRecord
RandomAugmentationDraw::Make() const
{
  RandomAugmentationRecord record;
  record.Seed = m_Key.Seed;
  record.Epoch = m_Key.Epoch;
  record.Sample = m_Key.Sample;
  record.InputSize = m_Geometry.Size;
  record.OutputSize = m_OutputSize;
  record.Components = m_Geometry.Components;
  record.Interpolation = m_Parameters.Interpolation;
  record.PaddingMode = m_Parameters.PaddingMode;
  record.PaddingValue = m_Parameters.PaddingValue;
  DrawCrop(record);
  DrawSpatial(record);
  record.Map =
    ComposeAffineMap(record,
                     m_Parameters.UseImageSpacing ? m_Geometry.Spacing : std::vector<double>(m_Dimension, 1.0),
                     m_Parameters.Center);
  DrawElastic(record);
  DrawIntensity(record);
  return record;
}

bool
RandomAugmentationDraw::NeedsIntensityRange(const RandomAugmentationRecord & record)
{
  return record.Offset != 0.0 || record.Gain != 1.0 || record.Gamma != 1.0 || record.IsInverted || record.Noise > 0.0 ||
         record.PoissonPeak > 0.0;
}

void
RandomAugmentationDraw::DrawCrop(RandomAugmentationRecord & record) const
{
  TorchRandom random = GetRandom(CropStream);
  record.CropStart.resize(m_Dimension);
  for (unsigned int axis = m_Dimension; axis-- > 0;)
  {
    const std::int64_t extent = m_Geometry.Size[axis];
    const std::int64_t edge = m_OutputSize[axis];
    std::int64_t       start = -((edge - extent) / 2);
    if (extent > edge)
    {
      start = random.Integer(static_cast<std::uint32_t>(extent - edge + 1));
      if (!m_Foreground.empty())
      {
        // Among the places that hold the pixel.
        const std::int64_t first = std::max(std::int64_t{ 0 }, m_Foreground[axis] - edge + 1);
        const std::int64_t last = std::min(m_Foreground[axis], extent - edge);
        start = first + start * (last - first + 1) / (extent - edge + 1);
      }
    }
    record.CropStart[axis] = static_cast<double>(start);
  }
}

void
RandomAugmentationDraw::DrawSpatial(RandomAugmentationRecord & record) const
{
  const auto & p = m_Parameters;
  record.Flip.assign(m_Dimension, 0);
  record.Tilt.assign(m_Dimension == 3 ? 2 : 0, 0.0);
  record.Zoom.assign(m_Dimension, 1.0);
  record.Translation.assign(m_Dimension, 0.0);

  TorchRandom random = GetRandom(FlipStream);
  for (unsigned int axis = 0; axis < m_Dimension; ++axis)
  {
    record.Flip[axis] = random.Uniform() < OfAxis(p.FlipProbability, axis) ? 1 : 0;
  }
  random = GetRandom(TurnStream);
  if (random.Uniform() < p.TurnProbability)
  {
    const bool isSquare =
      m_OutputSize[0] == m_OutputSize[1] && (!p.UseImageSpacing || m_Geometry.Spacing[0] == m_Geometry.Spacing[1]);
    record.QuarterTurns = isSquare ? 1 + static_cast<int>(random.Integer(3)) : 2;
  }
  random = GetRandom(RotationStream);
  if (random.Uniform() < p.RotationProbability)
  {
    record.Rotation = DrawFrom(p.Rotation, random);
    for (double & tilt : record.Tilt)
    {
      tilt = DrawFrom(p.Tilt, random);
    }
  }
  random = GetRandom(ZoomStream);
  if (random.Uniform() < p.ZoomProbability)
  {
    for (unsigned int axis = 0; axis < m_Dimension; ++axis)
    {
      const double zoom = p.LogarithmicZoom
                            ? std::exp(random.Uniform(std::log(p.Zoom.front()), std::log(p.Zoom.back())))
                            : DrawFrom(p.Zoom, random);
      record.Zoom[axis] = axis == 0 || p.ZoomPerAxis ? zoom : record.Zoom[0];
    }
  }
  random = GetRandom(ShearStream);
  if (random.Uniform() < p.ShearProbability)
  {
    record.Shear = DrawFrom(p.Shear, random);
  }
  random = GetRandom(ShiftStream);
  if (random.Uniform() < p.TranslationProbability)
  {
    for (unsigned int axis = 0; axis < m_Dimension; ++axis)
    {
      record.Translation[axis] = DrawFrom(p.Translation, random) * static_cast<double>(m_OutputSize[axis]);
    }
  }
}

void
RandomAugmentationDraw::DrawElastic(RandomAugmentationRecord & record) const
{
  TorchRandom random = GetRandom(ElasticStream);
  if (!(random.Uniform() < m_Parameters.ElasticProbability))
  {
    return;
  }
  const ElasticField field = DrawElasticField(m_Parameters, m_OutputSize, m_Geometry.Spacing, random);
  if (!field.Grid.IsEmpty())
  {
    const AxisSizes nodes = GetGridNodes(m_Parameters, m_Dimension);
    record.ElasticGrid.assign(nodes.begin(), nodes.begin() + m_Dimension);
    record.ElasticNodes = field.NodeValues;
    return;
  }
  record.ElasticNoiseKey = { field.Noise.GetKey().First, field.Noise.GetKey().Second };
  for (unsigned int axis = 0; axis < m_Dimension; ++axis)
  {
    record.ElasticAmplitude.push_back(field.Noise.GetAmplitude(axis));
    record.ElasticSigma.push_back(OfAxis(m_Parameters.Sigma, axis) /
                                  (m_Parameters.Unit == ElasticUnit::Physical ? m_Geometry.Spacing[axis] : 1.0));
  }
}

void
RandomAugmentationDraw::DrawIntensity(RandomAugmentationRecord & record) const
{
  const auto & p = m_Parameters;
  const auto   drawIf = [this](double probability, const std::vector<double> & interval, Stream stream, double & value)
  {
    TorchRandom random = GetRandom(stream);
    if (random.Uniform() < probability)
    {
      value = DrawFrom(interval, random);
    }
  };
  drawIf(p.BlurProbability, p.Blur, BlurStream, record.Blur);
  drawIf(p.ContrastProbability, p.Contrast, ContrastStream, record.Contrast);
  drawIf(p.GainProbability, p.Gain, GainStream, record.Gain);
  drawIf(p.OffsetProbability, p.Offset, OffsetStream, record.Offset);
  drawIf(p.GammaProbability, p.Gamma, GammaStream, record.Gamma);
  record.IsInverted = GetRandom(InversionStream).Uniform() < p.InversionProbability;
  drawIf(p.NoiseProbability, p.Noise, NoiseStream, record.Noise);
  drawIf(p.PoissonProbability, p.PoissonPeak, PoissonStream, record.PoissonPeak);
  TorchRandom random = GetRandom(NoiseKeyStream);
  record.NoiseKey = { random.Bits(), random.Bits() };

  random = GetRandom(ChannelStream);
  if (random.Uniform() < p.ChannelShuffleProbability && m_Geometry.Components > 1)
  {
    record.ChannelOrder.resize(static_cast<std::size_t>(m_Geometry.Components));
    std::iota(record.ChannelOrder.begin(), record.ChannelOrder.end(), 0);
    for (std::size_t i = record.ChannelOrder.size(); i > 1; --i)
    {
      std::swap(record.ChannelOrder[i - 1], record.ChannelOrder[random.Integer(static_cast<std::uint32_t>(i))]);
    }
  }
}
} // namespace itk
