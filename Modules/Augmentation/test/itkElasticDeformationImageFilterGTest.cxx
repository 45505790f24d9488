// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkElasticDeformationImageFilter.h"

#include "itkElasticField.h"
#include "itkMemoryUse.h"
#include "itkTestHelpers.h"
#include "itkTorchRandom.h"
#include "itkTorchRuntime.h"
#include "itkTorchTestDevices.h"
#include "itkTorchTestImages.h"
#include "itkBSplineInterpolateImageFunction.h"
#include "itkCastImageFilter.h"
#include "itkDisplacementFieldJacobianDeterminantFilter.h"
#include "itkDisplacementFieldTransform.h"
#include "itkExtractImageFilter.h"
#include "itkImageRegionConstIteratorWithIndex.h"
#include "itkRGBPixel.h"
#include "itkStreamingImageFilter.h"
#include "itkWarpImageFilter.h"
#include <cmath>
#include <set>

namespace
{
using itk::ElasticDeformationParameters;
using itk::ElasticModel;
using itk::SamplingInterpolation;
using itk::SamplingPaddingMode;
using itk::Test::ExpectContains;
using itk::Test::MessageOf;

template <unsigned int D>
using FloatImage = itk::Image<float, D>;

template <typename TImage>
using Filter = itk::ElasticDeformationImageFilter<TImage>;

/** Smooth values on the awkward geometry, with `edge` more pixels along each axis. */
template <typename TImage>
typename TImage::Pointer
MakeImage(itk::SizeValueType edge = 20)
{
  auto image = TImage::New();
  itk::Test::SetAwkwardGeometry(image.GetPointer());
  auto region = image->GetLargestPossibleRegion();
  for (unsigned int axis = 0; axis < TImage::ImageDimension; ++axis)
  {
    region.SetSize(axis, region.GetSize(axis) + edge);
  }
  image->SetRegions(region);
  image->Allocate();
  for (itk::ImageRegionIteratorWithIndex<TImage> it(image, region); !it.IsAtEnd(); ++it)
  {
    double value = 60.0;
    for (unsigned int axis = 0; axis < TImage::ImageDimension; ++axis)
    {
      value += 25.0 * std::sin(0.35 * static_cast<double>(it.GetIndex()[axis]) * (axis + 1.0));
    }
    it.Set(static_cast<typename TImage::PixelType>(value));
  }
  return image;
}

template <typename TImage>
typename Filter<TImage>::Pointer
MakeFilter(const TImage * image, const std::string & device = "cpu")
{
  auto filter = Filter<TImage>::New();
  filter->SetInput(image);
  filter->SetDevice(device);
  filter->SetDeviation({ 3.0 });
  filter->SetAmplitude({ 60.0 });
  filter->SetSigma({ 3.0 });
  filter->SetSeed(11);
  return filter;
}

template <typename TImage>
void
ExpectSameBits(const TImage * a, const TImage * b)
{
  itk::ImageRegionConstIteratorWithIndex<TImage> it(a, a->GetLargestPossibleRegion());
  for (; !it.IsAtEnd(); ++it)
  {
    ASSERT_EQ(it.Get(), b->GetPixel(it.GetIndex())) << "at " << it.GetIndex();
  }
}

template <typename TImage>
double
LargestDifference(const TImage * a, const TImage * b)
{
  double                                         largest = 0.0;
  itk::ImageRegionConstIteratorWithIndex<TImage> it(a, a->GetLargestPossibleRegion());
  for (; !it.IsAtEnd(); ++it)
  {
    largest =
      std::max(largest, std::abs(static_cast<double>(it.Get()) - static_cast<double>(b->GetPixel(it.GetIndex()))));
  }
  return largest;
}

template <unsigned int D>
void
ExpectMatchesNativeWarp(const std::string & device, ElasticModel model)
{
  const auto image = MakeImage<FloatImage<D>>(D == 2 ? 30 : 6);
  auto       filter = MakeFilter<FloatImage<D>>(image, device);
  filter->SetModel(model);
  filter->SetPaddingMode(SamplingPaddingMode::Constant);
  filter->SetPaddingValue(-5.0);
  filter->ProduceDisplacementFieldOn();
  filter->Update();
  using FieldType = typename Filter<FloatImage<D>>::DisplacementFieldType;
  auto warp = itk::WarpImageFilter<FloatImage<D>, FloatImage<D>, FieldType>::New();
  warp->SetInput(image);
  warp->SetDisplacementField(filter->GetDisplacementField());
  warp->SetOutputParametersFromImage(image);
  warp->SetEdgePaddingValue(-5.0f);
  warp->Update();
  // Places within 1e-4 pixels of the border may fall on either side of it.
  std::size_t                                           different = 0;
  itk::ImageRegionConstIteratorWithIndex<FloatImage<D>> it(filter->GetOutput(), image->GetLargestPossibleRegion());
  for (; !it.IsAtEnd(); ++it)
  {
    // The image changes by at most 30 from pixel to pixel, and places agree to 1e-4.
    different += std::abs(it.Get() - warp->GetOutput()->GetPixel(it.GetIndex())) > 3e-3f ? 1 : 0;
  }
  EXPECT_LE(different, 1u);
}

class ElasticDeformationOnDevice : public ::testing::TestWithParam<const char *>
{};

INSTANTIATE_TEST_SUITE_P(Devices,
                         ElasticDeformationOnDevice,
                         itk::Test::DeviceNames(),
                         [](const auto & test) { return std::string(test.param); });
} // namespace

TEST_P(ElasticDeformationOnDevice, TheFieldFedToTheNativeWarpFilterGivesTheSameImage)
{
  ITKTorch_SKIP_WITHOUT_DEVICE(itk::TorchDevice(GetParam()));
  for (const auto model : { ElasticModel::Grid, ElasticModel::SmoothedNoise })
  {
    ExpectMatchesNativeWarp<2>(GetParam(), model);
    ExpectMatchesNativeWarp<3>(GetParam(), model);
  }
}

TEST_P(ElasticDeformationOnDevice, AllDevicesMakeTheSameImageAndField)
{
  ITKTorch_SKIP_WITHOUT_DEVICE(itk::TorchDevice(GetParam()));
  const auto image = MakeImage<FloatImage<3>>(5);
  for (const auto fill : { SamplingPaddingMode::Reflect,
                           SamplingPaddingMode::Mirror,
                           SamplingPaddingMode::Edge,
                           SamplingPaddingMode::Wrap })
  {
    for (const auto interpolation : { SamplingInterpolation::Linear, SamplingInterpolation::Cubic })
    {
      auto onHost = MakeFilter<FloatImage<3>>(image);
      auto onDevice = MakeFilter<FloatImage<3>>(image, GetParam());
      for (const auto & filter : { onHost, onDevice })
      {
        filter->SetPaddingMode(fill);
        filter->SetInterpolation(interpolation);
        filter->ProduceDisplacementFieldOn();
        filter->Update();
      }
      EXPECT_LT(LargestDifference(onHost->GetOutput(), onDevice->GetOutput()), 3e-3);
      ExpectSameBits(onHost->GetDisplacementField(), onDevice->GetDisplacementField());
    }
  }
}

TEST_P(ElasticDeformationOnDevice, AnImageAndItsLabelsMoveTogether)
{
  ITKTorch_SKIP_WITHOUT_DEVICE(itk::TorchDevice(GetParam()));
  using LabelType = itk::Image<unsigned short, 2>;
  const auto labels = MakeImage<LabelType>();
  auto       cast = itk::CastImageFilter<LabelType, FloatImage<2>>::New();
  cast->SetInput(labels);
  cast->Update();
  auto ofLabels = MakeFilter<LabelType>(labels, GetParam());
  auto ofImage = MakeFilter<FloatImage<2>>(cast->GetOutput(), GetParam());
  ofLabels->SetInterpolation(SamplingInterpolation::Nearest);
  ofImage->SetInterpolation(SamplingInterpolation::Nearest);
  ofLabels->Update();
  ofImage->Update();
  itk::ImageRegionConstIteratorWithIndex<LabelType> it(ofLabels->GetOutput(), labels->GetLargestPossibleRegion());
  for (; !it.IsAtEnd(); ++it)
  {
    ASSERT_EQ(static_cast<float>(it.Get()), ofImage->GetOutput()->GetPixel(it.GetIndex()));
  }
  EXPECT_GT(LargestDifference<LabelType>(labels, ofLabels->GetOutput()), 1.0) << "and they do move";
}

TEST(ElasticDeformationImageFilter, NumbersForEachAxisAreSetByOneNumberOrByWhatITKKeepsThemIn)
{
  const auto filter = itk::ElasticDeformationImageFilter<itk::Image<float, 2>>::New();
  filter->SetSigma(4);
  EXPECT_EQ(filter->GetSigma(), std::vector<double>{ 4.0 });
  filter->SetGridSize(itk::Size<2>{ { 3, 5 } });
  EXPECT_EQ(filter->GetGridSize(), (std::vector<double>{ 3.0, 5.0 }));
  itk::Vector<double, 2> deviation;
  deviation[0] = 2.5;
  deviation[1] = 0.0;
  filter->SetDeviation(deviation);
  EXPECT_EQ(filter->GetDeviation(), (std::vector<double>{ 2.5, 0.0 }));
  filter->SetAmplitude({ 1.0, 2.0 });
  EXPECT_EQ(filter->GetAmplitude(), (std::vector<double>{ 1.0, 2.0 }));
  const auto time = filter->GetMTime();
  filter->SetSigma(4.0);
  filter->SetDeviation(deviation);
  EXPECT_EQ(filter->GetMTime(), time);
}

TEST(ElasticDeformationImageFilter, AStreamedImageAndFieldAreTheWholeOnesBitForBit)
{
  const auto image = MakeImage<FloatImage<2>>(60);
  for (const auto model : { ElasticModel::Grid, ElasticModel::SmoothedNoise })
  {
    for (const auto fill : { SamplingPaddingMode::Reflect, SamplingPaddingMode::Constant, SamplingPaddingMode::Wrap })
    {
      for (const auto interpolation : { SamplingInterpolation::Linear, SamplingInterpolation::Cubic })
      {
        auto whole = MakeFilter<FloatImage<2>>(image);
        auto inPieces = MakeFilter<FloatImage<2>>(image);
        for (const auto & filter : { whole, inPieces })
        {
          filter->SetModel(model);
          filter->SetPaddingMode(fill);
          filter->SetInterpolation(interpolation);
          filter->ProduceDisplacementFieldOn();
        }
        whole->Update();
        auto stream = itk::StreamingImageFilter<FloatImage<2>, FloatImage<2>>::New();
        stream->SetInput(inPieces->GetOutput());
        stream->SetNumberOfStreamDivisions(5);
        stream->Update();
        ExpectSameBits(whole->GetOutput(), stream->GetOutput());

        using FieldType = Filter<FloatImage<2>>::DisplacementFieldType;
        auto fields = itk::StreamingImageFilter<FieldType, FieldType>::New();
        fields->SetInput(inPieces->GetDisplacementField());
        fields->SetNumberOfStreamDivisions(4);
        fields->Update();
        ExpectSameBits(whole->GetDisplacementField(), fields->GetOutput());
      }
    }
  }
}

TEST(ElasticDeformationImageFilter, AskedForAPartItReadsOnlyTheSurroundings)
{
  const auto image = MakeImage<FloatImage<2>>(200);
  auto       filter = MakeFilter<FloatImage<2>>(image);
  filter->UpdateOutputInformation();
  auto region = image->GetLargestPossibleRegion();
  region.SetIndex(1, region.GetIndex(1) + 90);
  region.SetSize(1, 10);
  filter->GetOutput()->SetRequestedRegion(region);
  filter->GetOutput()->PropagateRequestedRegion();
  EXPECT_GE(image->GetRequestedRegion().GetSize(1), 10u);
  // Coefficients of splines are up to about three times the nodes' displacements, of which four deviations are many.
  EXPECT_LE(image->GetRequestedRegion().GetSize(1), 10u + 2 * (3 * 4 * 3u + 3u));
}

TEST(ElasticDeformationImageFilter, ALandmarkMovesAgainstTheFieldInPhysicalSpace)
{
  // A bright blob at a known place of an oblique, anisotropic volume.
  auto                     image = MakeImage<FloatImage<3>>(40);
  FloatImage<3>::IndexType landmark;
  const auto               region = image->GetLargestPossibleRegion();
  for (unsigned int axis = 0; axis < 3; ++axis)
  {
    landmark[axis] = region.GetIndex(axis) + static_cast<int>(region.GetSize(axis)) / 2;
  }
  for (itk::ImageRegionIteratorWithIndex<FloatImage<3>> it(image, region); !it.IsAtEnd(); ++it)
  {
    double squared = 0.0;
    for (unsigned int axis = 0; axis < 3; ++axis)
    {
      squared += std::pow(static_cast<double>(it.GetIndex()[axis] - landmark[axis]), 2.0);
    }
    it.Set(static_cast<float>(1000.0 * std::exp(-squared / 8.0)));
  }
  auto filter = MakeFilter<FloatImage<3>>(image);
  // Two nodes a side bend the image least in the middle.
  filter->SetGridSize({ 2.0 });
  filter->SetDeviation({ 3.0 });
  filter->ProduceDisplacementFieldOn();
  filter->Update();
  // Its center of mass in the output.
  itk::Point<double, 3> center;
  center.Fill(0.0);
  double mass = 0.0;
  for (itk::ImageRegionConstIteratorWithIndex<FloatImage<3>> it(filter->GetOutput(), region); !it.IsAtEnd(); ++it)
  {
    FloatImage<3>::PointType point;
    image->TransformIndexToPhysicalPoint(it.GetIndex(), point);
    mass += it.Get();
    for (unsigned int axis = 0; axis < 3; ++axis)
    {
      center[axis] += it.Get() * point[axis];
    }
  }
  using TransformType = itk::DisplacementFieldTransform<float, 3>;
  auto transform = TransformType::New();
  transform->SetDisplacementField(filter->GetDisplacementField());
  itk::Point<float, 3> found;
  for (unsigned int axis = 0; axis < 3; ++axis)
  {
    found[axis] = static_cast<float>(center[axis] / mass);
  }
  FloatImage<3>::PointType expected;
  image->TransformIndexToPhysicalPoint(landmark, expected);
  const auto moved = transform->TransformPoint(found);
  double     distance = 0.0;
  for (unsigned int axis = 0; axis < 3; ++axis)
  {
    distance += std::pow(moved[axis] - expected[axis], 2.0);
    EXPECT_NEAR(moved[axis], expected[axis], 0.25) << "axis " << axis;
  }
  // The displacement itself is much larger than what is tolerated, which is the blob's own deformation.
  EXPECT_GT((moved - found).GetNorm(), 4.0 * std::sqrt(distance));
}

TEST(ElasticDeformationImageFilter, BetweenTheNodesTheFieldIsTheCubicSplineThatItkPutsThroughThem)
{
  auto image = FloatImage<2>::New();
  image->SetRegions(FloatImage<2>::SizeType{ { 41, 31 } });
  image->Allocate(true);
  auto filter = MakeFilter<FloatImage<2>>(image);
  filter->SetGridSize({ 5.0, 4.0 });
  filter->ProduceDisplacementFieldOn();
  filter->Update();
  for (unsigned int component = 0; component < 2; ++component)
  {
    using NodeImage = itk::Image<double, 2>;
    auto nodes = NodeImage::New();
    nodes->SetRegions(NodeImage::SizeType{ { 5, 4 } });
    nodes->Allocate();
    for (itk::ImageRegionIteratorWithIndex<NodeImage> it(nodes, nodes->GetLargestPossibleRegion()); !it.IsAtEnd(); ++it)
    {
      it.Set(filter->GetDisplacementField()->GetPixel({ { it.GetIndex()[0] * 10, it.GetIndex()[1] * 10 } })[component]);
    }
    auto spline = itk::BSplineInterpolateImageFunction<NodeImage>::New();
    spline->SetInputImage(nodes);
    itk::ImageRegionConstIteratorWithIndex<FloatImage<2>> it(image, image->GetLargestPossibleRegion());
    for (; !it.IsAtEnd(); ++it)
    {
      itk::ContinuousIndex<double, 2> place;
      place[0] = 0.1 * static_cast<double>(it.GetIndex()[0]);
      place[1] = 0.1 * static_cast<double>(it.GetIndex()[1]);
      // ITK's recursive prefilter is cut off at a relative 1e-10; the nodes were read back as float.
      ASSERT_NEAR(filter->GetDisplacementField()->GetPixel(it.GetIndex())[component],
                  spline->EvaluateAtContinuousIndex(place),
                  2e-6 * 20.0)
        << it.GetIndex();
    }
  }
}

TEST(ElasticDeformationImageFilter, NodesHaveTheStatedMeanDeviationAndNoCorrelation)
{
  constexpr int                draws = 2000;
  ElasticDeformationParameters parameters;
  parameters.Deviation = { 10.0, 4.0 };
  const itk::AxisSizes size{ { 101, 61, 1 } };
  // Left and right neighbor nodes, and the middle between them, of both components.
  struct Sums
  {
    double Sum{ 0 };
    double Square{ 0 };
  };
  std::vector<Sums> nodes(2);
  Sums              middle;
  double            acrossNodes = 0.0;
  double            acrossComponents = 0.0;
  for (int draw = 0; draw < draws; ++draw)
  {
    parameters.Seed = static_cast<std::uint64_t>(draw);
    const auto field =
      itk::DrawElasticField(parameters, { size[0], size[1] }, { 1.0, 1.0 }, itk::TorchRandom(parameters.Seed));
    const auto   u = itk::ComputeDisplacement(field, 2, { { 0, 0, 0 } }, size);
    const float  x = u[0][0][0][0].item<float>();
    const float  y = u[1][0][0][0].item<float>();
    const float  next = u[0][0][0][50].item<float>();
    const double between = u[0][0][0][25].item<float>();
    nodes[0].Sum += x;
    nodes[0].Square += x * x;
    nodes[1].Sum += y;
    nodes[1].Square += y * y;
    middle.Square += between * between;
    acrossNodes += x * next / 100.0;
    acrossComponents += x * y / 40.0;
  }
  // Four standard errors of 2000 draws: of the mean 4 / √2000, of the deviation 4 / √4000.
  EXPECT_NEAR(nodes[0].Sum / draws, 0.0, 10.0 * 0.09);
  EXPECT_NEAR(nodes[1].Sum / draws, 0.0, 4.0 * 0.09);
  EXPECT_NEAR(std::sqrt(nodes[0].Square / draws), 10.0, 10.0 * 0.064);
  EXPECT_NEAR(std::sqrt(nodes[1].Square / draws), 4.0, 4.0 * 0.064);
  EXPECT_NEAR(acrossNodes / draws, 0.0, 0.09);
  EXPECT_NEAR(acrossComponents / draws, 0.0, 0.09);
  // Half-way between the first two of three nodes a b c the mirrored spline is 15/32 a + 5/8 b − 3/32 c.
  const double factor = std::sqrt(15.0 * 15.0 + 20.0 * 20.0 + 3.0 * 3.0) / 32.0;
  EXPECT_NEAR(std::sqrt(middle.Square / draws), 10.0 * factor, 10.0 * factor * 0.064);
}

TEST(ElasticDeformationImageFilter, SmoothedNoiseHasTheStatedDeviationEverywhereAlsoAtTheBorder)
{
  ElasticDeformationParameters parameters;
  parameters.Model = ElasticModel::SmoothedNoise;
  parameters.Amplitude = { 100.0 };
  parameters.Sigma = { 4.0 };
  double        inner = 0.0;
  double        corner = 0.0;
  double        mean = 0.0;
  double        neighbors = 0.0;
  constexpr int draws = 2000;
  for (int draw = 0; draw < draws; ++draw)
  {
    const auto field =
      itk::DrawElasticField(parameters, { 41, 33 }, { 1.0, 1.0 }, itk::TorchRandom(static_cast<std::uint64_t>(draw)));
    const auto   u = itk::ComputeDisplacement(field, 2, { { 0, 0, 0 } }, { { 41, 33, 1 } });
    const double value = u[0][0][16][20].item<float>();
    inner += value * value;
    mean += value;
    neighbors += value * u[0][0][16][24].item<float>();
    const double border = u[1][0][0][0].item<float>();
    corner += border * border;
  }
  // Four standard errors.
  const double expected = 100.0 / std::sqrt(3.0) / (2.0 * std::sqrt(std::acos(-1.0)) * 4.0);
  EXPECT_NEAR(std::sqrt(inner / draws), expected, 0.064 * expected);
  EXPECT_NEAR(std::sqrt(corner / draws), expected, 0.064 * expected);
  EXPECT_NEAR(mean / draws, 0.0, 0.09 * expected);
  // Noise smoothed by a Gaussian correlates like a Gaussian that is √2 wider: at 4 pixels e^(−16 / (4 · 16)).
  EXPECT_NEAR(neighbors / inner, std::exp(-0.25), 0.06);
}

TEST(ElasticDeformationImageFilter, SmoothedNoiseIsNoiseSmoothedPixelByPixel)
{
  // The definition, in double, at one pixel of a volume.
  itk::TorchRandom          random(3);
  const itk::PixelRandomKey key = itk::TakePixelRandomKey(random);
  itk::ElasticField         field;
  field.Noise = itk::SmoothedNoise(3, key, { { 10.0, 20.0, 30.0 } }, { { 2.0, 1.0, 0.5 } });
  const auto   u = itk::ComputeDisplacement(field, 3, { { 2, -1, 4 } }, { { 4, 3, 2 } });
  const double sigma[3] = { 2.0, 1.0, 0.5 };
  const int    radius[3] = { 6, 3, 2 };
  double       sums[3] = { 0, 0, 0 };
  double       total = 0.0;
  for (int z = -radius[2]; z <= radius[2]; ++z)
  {
    for (int y = -radius[1]; y <= radius[1]; ++y)
    {
      for (int x = -radius[0]; x <= radius[0]; ++x)
      {
        const double weight = std::exp(
          -0.5 * (x * x / (sigma[0] * sigma[0]) + y * y / (sigma[1] * sigma[1]) + z * z / (sigma[2] * sigma[2])));
        const auto words = itk::TorchRandom::Philox({ { static_cast<std::uint32_t>(2 + 3 + x),
                                                        static_cast<std::uint32_t>(-1 + 2 + y),
                                                        static_cast<std::uint32_t>(4 + 1 + z),
                                                        0 } },
                                                    { { key.First, key.Second } });
        total += weight;
        for (int component = 0; component < 3; ++component)
        {
          sums[component] += weight * (2.0 * itk::ToUniform(words[static_cast<std::size_t>(component)]) - 1.0);
        }
      }
    }
  }
  for (int component = 0; component < 3; ++component)
  {
    const double amplitude = 10.0 * (component + 1);
    EXPECT_NEAR(u[component][1][2][3].item<float>(), amplitude * sums[component] / total, 1e-5 * amplitude);
  }
}

TEST(ElasticDeformationImageFilter, WithoutDeviationEveryPixelStaysBitForBit)
{
  const auto image = MakeImage<FloatImage<2>>();
  auto       filter = MakeFilter<FloatImage<2>>(image);
  filter->SetDeviation({ 0.0 });
  filter->Update();
  ExpectSameBits<FloatImage<2>>(image, filter->GetOutput());
  EXPECT_EQ(filter->GetMinimumJacobianDeterminant(), 1.0);
}

TEST(ElasticDeformationImageFilter, LockedAxesAndAxesOfOnePixelDoNotMove)
{
  auto image = FloatImage<3>::New();
  image->SetRegions(FloatImage<3>::SizeType{ { 20, 1, 15 } });
  image->Allocate(true);
  auto filter = MakeFilter<FloatImage<3>>(image);
  filter->SetLockedAxes({ 2.0 });
  filter->ProduceDisplacementFieldOn();
  filter->Update();
  bool hasMoved = false;
  using FieldType = Filter<FloatImage<3>>::DisplacementFieldType;
  itk::ImageRegionConstIteratorWithIndex<FieldType> it(filter->GetDisplacementField(),
                                                       image->GetLargestPossibleRegion());
  for (; !it.IsAtEnd(); ++it)
  {
    hasMoved |= it.Get()[0] != 0.0f;
    ASSERT_EQ(it.Get()[1], 0.0f);
    ASSERT_EQ(it.Get()[2], 0.0f);
  }
  EXPECT_TRUE(hasMoved);
}

TEST(ElasticDeformationImageFilter, ALockedAxisDoesNotChangeTheOthers)
{
  const auto image = MakeImage<FloatImage<2>>();
  auto       all = MakeFilter<FloatImage<2>>(image);
  auto       locked = MakeFilter<FloatImage<2>>(image);
  locked->SetLockedAxes({ 1.0 });
  const ElasticDeformationParameters parameters = locked->GetParameters();
  const auto a = itk::DrawElasticField(all->GetParameters(), { 25, 27 }, { 1.0, 1.0 }, itk::TorchRandom(11));
  const auto b = itk::DrawElasticField(parameters, { 25, 27 }, { 1.0, 1.0 }, itk::TorchRandom(11));
  EXPECT_TRUE(std::equal(a.NodeValues.begin(), a.NodeValues.begin() + 9, b.NodeValues.begin()));
  EXPECT_EQ(b.NodeValues[9], 0.0);
}

TEST(ElasticDeformationImageFilter, PhysicalUnitsAreDividedByTheSpacing)
{
  ElasticDeformationParameters parameters;
  const auto inPixels = itk::DrawElasticField(parameters, { 30, 30 }, { 0.5, 2.0 }, itk::TorchRandom(1));
  parameters.Unit = itk::ElasticUnit::Physical;
  const auto physical = itk::DrawElasticField(parameters, { 30, 30 }, { 0.5, 2.0 }, itk::TorchRandom(1));
  for (std::size_t node = 0; node < 9; ++node)
  {
    EXPECT_DOUBLE_EQ(physical.NodeValues[node], inPixels.NodeValues[node] / 0.5);
    EXPECT_DOUBLE_EQ(physical.NodeValues[9 + node], inPixels.NodeValues[9 + node] / 2.0);
  }
}

TEST(ElasticDeformationImageFilter, TheSmallestDeterminantIsNearItkOfTheField)
{
  for (const auto model : { ElasticModel::Grid, ElasticModel::SmoothedNoise })
  {
    const auto image = MakeImage<FloatImage<3>>(20);
    auto       filter = MakeFilter<FloatImage<3>>(image);
    filter->SetModel(model);
    filter->ProduceDisplacementFieldOn();
    filter->Update();
    using FieldType = Filter<FloatImage<3>>::DisplacementFieldType;
    auto determinants = itk::DisplacementFieldJacobianDeterminantFilter<FieldType, float>::New();
    // ITK differentiates along the image's axes: give it the field along them.
    auto aligned = FieldType::New();
    aligned->SetRegions(image->GetLargestPossibleRegion());
    aligned->SetSpacing(image->GetSpacing());
    aligned->Allocate();
    const auto inverse = image->GetInverseDirection();
    for (itk::ImageRegionIteratorWithIndex<FieldType> it(aligned, image->GetLargestPossibleRegion()); !it.IsAtEnd();
         ++it)
    {
      const auto            moved = filter->GetDisplacementField()->GetPixel(it.GetIndex());
      itk::Vector<float, 3> alongAxes;
      for (unsigned int row = 0; row < 3; ++row)
      {
        alongAxes[row] =
          static_cast<float>(inverse(row, 0) * moved[0] + inverse(row, 1) * moved[1] + inverse(row, 2) * moved[2]);
      }
      it.Set(alongAxes);
    }
    determinants->SetInput(aligned);
    determinants->Update();
    // Not at the border, where ITK repeats the border pixels.
    auto region = image->GetLargestPossibleRegion();
    region.ShrinkByRadius(1);
    double least = 1e9;
    for (itk::ImageRegionConstIterator<itk::Image<float, 3>> it(determinants->GetOutput(), region); !it.IsAtEnd(); ++it)
    {
      least = std::min(least, static_cast<double>(it.Get()));
    }
    EXPECT_LE(filter->GetMinimumJacobianDeterminant(), least + 0.02);
    EXPECT_GE(filter->GetMinimumJacobianDeterminant(), least - 0.15);
  }
}

TEST(ElasticDeformationImageFilter, PreventFoldingDrawsUntilNothingFolds)
{
  for (const auto model : { ElasticModel::Grid, ElasticModel::SmoothedNoise })
  {
    const auto image = MakeImage<FloatImage<2>>(30);
    auto       filter = MakeFilter<FloatImage<2>>(image);
    filter->SetModel(model);
    filter->SetGridSize({ 4.0 });
    filter->SetDeviation({ 4.0 });
    filter->SetAmplitude({ 26.0 });
    int folded = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed)
    {
      filter->SetSeed(seed);
      filter->SetPreventFolding(false);
      folded += filter->GetMinimumJacobianDeterminant() <= 0.0 ? 1 : 0;
      filter->SetPreventFolding(true);
      EXPECT_GT(filter->GetMinimumJacobianDeterminant(), 0.0);
    }
    EXPECT_GT(folded, 0);
  }
}

TEST(ElasticDeformationImageFilter, ADeviationThatAlwaysFoldsIsAnError)
{
  const auto image = MakeImage<FloatImage<2>>();
  auto       filter = MakeFilter<FloatImage<2>>(image);
  filter->SetDeviation({ 300.0 });
  filter->SetPreventFolding(true);
  const auto message = MessageOf([&] { filter->Update(); });
  ExpectContains(message, "Deviation must be small enough for PreventFolding");
  ExpectContains(message, "but is 300.");
}

TEST(ElasticDeformationImageFilter, ColorsAndVectorsAreSampledAsTheirComponents)
{
  using ColorType = itk::Image<itk::RGBPixel<unsigned char>, 2>;
  using VectorType = itk::VectorImage<float, 2>;
  const auto gray = MakeImage<itk::Image<unsigned char, 2>>();
  auto       color = ColorType::New();
  auto       vector = VectorType::New();
  color->CopyInformation(gray);
  color->SetRegions(gray->GetLargestPossibleRegion());
  color->Allocate();
  vector->CopyInformation(gray);
  vector->SetRegions(gray->GetLargestPossibleRegion());
  vector->SetNumberOfComponentsPerPixel(2);
  vector->Allocate();
  for (itk::ImageRegionConstIteratorWithIndex<itk::Image<unsigned char, 2>> it(gray, gray->GetLargestPossibleRegion());
       !it.IsAtEnd();
       ++it)
  {
    const unsigned char values[3] = { 1, it.Get(), 200 };
    color->SetPixel(it.GetIndex(), itk::RGBPixel<unsigned char>(values));
    itk::VariableLengthVector<float> pixel(2);
    pixel[0] = it.Get();
    pixel[1] = -2.0f * static_cast<float>(it.Get());
    vector->SetPixel(it.GetIndex(), pixel);
  }
  auto ofGray = MakeFilter<itk::Image<unsigned char, 2>>(gray);
  auto ofColor = MakeFilter<ColorType>(color);
  auto ofVector = MakeFilter<VectorType>(vector);
  ofGray->Update();
  ofColor->Update();
  ofVector->Update();
  itk::ImageRegionConstIteratorWithIndex<itk::Image<unsigned char, 2>> it(ofGray->GetOutput(),
                                                                          gray->GetLargestPossibleRegion());
  for (; !it.IsAtEnd(); ++it)
  {
    const auto pixel = ofColor->GetOutput()->GetPixel(it.GetIndex());
    ASSERT_EQ(pixel[0], 1);
    ASSERT_EQ(pixel[1], it.Get());
    ASSERT_EQ(pixel[2], 200);
    const auto components = ofVector->GetOutput()->GetPixel(it.GetIndex());
    ASSERT_NEAR(components[0], it.Get(), 0.501);
    ASSERT_NEAR(components[1], -2.0 * components[0], 1e-4);
  }
}

TEST(ElasticDeformationImageFilter, NearestNeverMakesALabelThatWasNotThere)
{
  using LabelType = itk::Image<std::int64_t, 3>;
  auto labels = MakeImage<LabelType>(6);
  for (itk::ImageRegionIterator<LabelType> it(labels, labels->GetLargestPossibleRegion()); !it.IsAtEnd(); ++it)
  {
    it.Set(it.Get() > 60 ? std::int64_t{ 1 } << 40 : -3);
  }
  auto filter = MakeFilter<LabelType>(labels);
  filter->SetInterpolation(SamplingInterpolation::Nearest);
  filter->Update();
  std::set<std::int64_t> found;
  for (itk::ImageRegionConstIterator<LabelType> it(filter->GetOutput(), labels->GetLargestPossibleRegion());
       !it.IsAtEnd();
       ++it)
  {
    found.insert(it.Get());
  }
  EXPECT_EQ(found, (std::set<std::int64_t>{ -3, std::int64_t{ 1 } << 40 }));
}

TEST(ElasticDeformationImageFilter, AnotherSeedAnotherFieldAndTheSameSeedTheSameBits)
{
  const auto image = MakeImage<FloatImage<2>>();
  auto       first = MakeFilter<FloatImage<2>>(image);
  auto       second = MakeFilter<FloatImage<2>>(image);
  first->Update();
  itk::TorchRuntime::SetNumberOfThreads(1);
  second->Update();
  itk::TorchRuntime::SetNumberOfThreads(0);
  ExpectSameBits(first->GetOutput(), second->GetOutput());
  second->SetSeed(12);
  second->Update();
  EXPECT_GT(LargestDifference(first->GetOutput(), second->GetOutput()), 1.0);
}

TEST(ElasticDeformationImageFilter, WrongParametersAreNamedWithRangeAndValue)
{
  const auto image = MakeImage<FloatImage<2>>();
  const auto messageWith = [&](auto change)
  {
    auto filter = MakeFilter<FloatImage<2>>(image);
    change(*filter);
    return MessageOf([&] { filter->Update(); });
  };
  using F = Filter<FloatImage<2>>;
  ExpectContains(messageWith([](F & f) { f.SetGridSize({ 0.0 }); }),
                 "GridSize must be numbers, each in [1, 64], but is 0.");
  ExpectContains(messageWith([](F & f) { f.SetGridSize({ 2.5 }); }), "GridSize must be whole numbers, but is 2.5.");
  ExpectContains(messageWith(
                   [](F & f) {
                     f.SetDeviation({ 1.0, 2.0, 3.0 });
                   }),
                 "Deviation must be 1 number or 2, one for each axis, but is 1,2,3.");
  ExpectContains(messageWith([](F & f) { f.SetDeviation({ -1.0 }); }),
                 "Deviation must be numbers, each in [0, 1000000]");
  ExpectContains(messageWith([](F & f) { f.SetLockedAxes({ 2.0 }); }),
                 "LockedAxes must be numbers in [0, 1], but is 2.");
  auto filter = MakeFilter<FloatImage<2>>(image);
  filter->SetGridSize({ 0.0 });
  ExpectContains(MessageOf([&] { filter->GetMinimumJacobianDeterminant(); }),
                 "GridSize must be numbers, each in [1, 64]");
  ExpectContains(messageWith(
                   [](F & f)
                   {
                     f.SetModel(ElasticModel::SmoothedNoise);
                     f.SetUnit(itk::ElasticUnit::Physical);
                     f.SetSigma({ 900.0 });
                   }),
                 "Sigma must be at most 1000 pixels along each axis, but is 1800.");
  ExpectContains(messageWith([](F & f) { f.SetDeviation({}); }), "Deviation must be 1 number or 2");
}

TEST(ElasticDeformationImageFilter, NoFullSizeFieldIsKeptUnlessItIsAnOutput)
{
  constexpr double edge = 3000.0;
  auto             image = itk::Image<unsigned char, 2>::New();
  image->SetRegions(itk::Size<2>{ { static_cast<itk::SizeValueType>(edge), static_cast<itk::SizeValueType>(edge) } });
  image->Allocate(true);
  for (const auto model : { ElasticModel::Grid, ElasticModel::SmoothedNoise })
  {
    auto filter = MakeFilter<itk::Image<unsigned char, 2>>(image);
    filter->SetModel(model);
    if (!itk::Test::ResetLargestMemory())
    {
      GTEST_SKIP() << "the largest memory use cannot be measured here";
    }
    const double before = itk::Test::MemoryBytes("VmRSS:");
    filter->Update();
    // The output is no extra, a byte a pixel; a field would be 8.
    const double extra = (itk::Test::MemoryBytes("VmHWM:") - before) / (edge * edge) - 1.0;
    RecordProperty(model == ElasticModel::Grid ? "grid" : "noise", std::to_string(extra));
    EXPECT_LE(extra, 1.0);
  }
}

TEST(ElasticDeformationImageFilter, AnImageWithoutPixelsIsAnError)
{
  auto image = FloatImage<2>::New();
  image->SetRegions(itk::Size<2>{ { 0, 5 } });
  image->Allocate();
  auto filter = MakeFilter<FloatImage<2>>(image);
  ExpectContains(MessageOf([&] { filter->Update(); }), "must have at least 1 pixel, but its size is [0, 5]");
}

TEST(ElasticDeformationImageFilter, AnotherGridGivesAnotherFieldWithTheSameFilter)
{
  auto         filter = MakeFilter<FloatImage<2>>(MakeImage<FloatImage<2>>(20));
  const double first = filter->GetMinimumJacobianDeterminant();
  filter->SetInput(MakeImage<FloatImage<2>>(60));
  EXPECT_NE(filter->GetMinimumJacobianDeterminant(), first);
  filter->SetInput(MakeImage<FloatImage<2>>(20));
  EXPECT_EQ(filter->GetMinimumJacobianDeterminant(), first);
  filter->SetSeed(99);
  EXPECT_NE(filter->GetMinimumJacobianDeterminant(), first);
}

TEST(ElasticDeformationImageFilter, AnObserverCanEndIt)
{
  const auto image = MakeImage<FloatImage<2>>();
  auto       filter = MakeFilter<FloatImage<2>>(image);
  filter->AddObserver(itk::ProgressEvent(), [&](const itk::EventObject &) { filter->AbortGenerateDataOn(); });
  EXPECT_THROW(filter->Update(), itk::ProcessAborted);
}

TEST(ElasticDeformationImageFilter, PrintsItsParameters)
{
  std::ostringstream text;
  MakeFilter<FloatImage<2>>(MakeImage<FloatImage<2>>().GetPointer())->Print(text);
  ExpectContains(text.str(), "Deviation: 3");
  ExpectContains(text.str(), "ProduceDisplacementField: false");
}
