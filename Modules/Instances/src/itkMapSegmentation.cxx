// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkMapSegmentation.h"
#include "cpu/itkComponentRuns.h"
#include "itkDistanceMaxima.h"
#include "itkFloodLevels.h"
#include "itkLabelTensors.h"
#include "itkLargePages.h"
#include "itkObjectNumbers.h"
#include "itkObjectRules.h"
#include "itkPriorityFlood.h"
#include "itkTwoNearestObjectsDistance.h"
#include <algorithm>
#include <limits>

namespace itk
{
namespace
{
using Progress = std::function<void(double)>;

constexpr double infinity = std::numeric_limits<double>::infinity();

/** One segmentation on the host: pixels get labels 1, 2, …, and then the objects' rules hold. */
class Segmentation
{
public:
  Segmentation(const InstanceMaps &                   maps,
               const std::vector<double> &            spacing,
               const InstanceSegmentationParameters & parameters,
               double                                 largestDistance,
               const Progress &                       progress)
    : m_Maps(maps)
    , m_Spacing(spacing)
    , m_Parameters(parameters)
    , m_LargestDistance(largestDistance)
    , m_Progress(progress)
    , m_Size(m_Maps.Mask.sizes().rbegin(), m_Maps.Mask.sizes().rend())
    , m_Labels(EmptyOnLargePages(m_Maps.Mask.sizes(), c10::kInt))
  {}

  InstanceSegmentation::Result
  Compute(TorchComponentType labelType)
  {
    m_Progress(0.1);
    if (m_Parameters.Separation == InstanceSeparation::None)
    {
      this->LabelComponents(m_Maps.Mask, 0, this->Part(0.1, 0.7));
    }
    else
    {
      this->LabelSeeds();
      m_Progress(0.3);
      this->GrowSeeds();
      this->LabelUnseeded();
    }
    m_Progress(0.7);
    ObjectRules rules(m_Size, this->GetLabels(), m_Count);
    if (m_Parameters.MergeThreshold < 1.0)
    {
      rules.Merge(static_cast<const std::uint16_t *>(m_Maps.Interior.const_data_ptr()), m_Parameters.MergeThreshold);
    }
    if (m_Parameters.MinimumObjectSize > 1)
    {
      rules.DropSmall(m_Parameters.MinimumObjectSize);
    }
    if (m_Parameters.FillHoles)
    {
      rules.FillHoles(m_Parameters.FullyConnected, this->Part(0.7, 0.9));
    }
    m_Progress(0.9);
    const at::Tensor numbers = EmptyOnLargePages(m_Labels.sizes(), GetScalarType(labelType));
    auto             sizes = rules.Write(labelType, numbers.data_ptr());
    return { MakeTorchTensor(numbers.unsqueeze(0).unsqueeze(0), TorchDevice::CPU()), std::move(sizes) };
  }

private:
  /** The progress of a step between two fractions of the whole. */
  Progress
  Part(double begin, double end) const
  {
    return PartOfProgress(m_Progress, begin, end);
  }

  std::uint32_t *
  GetLabels() const
  {
    return static_cast<std::uint32_t *>(m_Labels.data_ptr());
  }

  /** Numbers from 1 on for the components of a mask that are large enough, and 0 elsewhere. */
  void
  LabelComponents(const at::Tensor & mask, std::uint64_t minimumSize, const Progress & progress)
  {
    ComponentRuns runs(m_Size, m_Parameters.FullyConnected);
    runs.Connect(mask.const_data_ptr<std::uint8_t>(), false, progress);
    const ObjectNumbers numbers = NumberObjects(runs.GetSizes(), minimumSize, false);
    m_Count = static_cast<std::uint32_t>(numbers.Sizes.size());
    runs.Write({ numbers.NumberOf.begin(), numbers.NumberOf.end() }, this->GetLabels());
  }

  void
  LabelSeeds()
  {
    if (m_Parameters.Seeds == InstanceSeeds::Probability)
    {
      this->LabelComponents(m_Maps.Seeds, m_Parameters.MinimumSeedSize, this->Part(0.1, 0.3));
      return;
    }
    m_Labels.zero_();
    const at::Tensor distance = this->ComputeDistanceTo(m_Maps.Mask == 0, this->Part(0.1, 0.2));
    const auto       maxima = FindMaxima(distance.const_data_ptr<float>(),
                                   m_Maps.Mask.const_data_ptr<std::uint8_t>(),
                                   m_Size,
                                   m_Parameters.FullyConnected,
                                   m_Parameters.MaximaHeight,
                                   this->Part(0.2, 0.3));
    for (const std::int64_t pixel : maxima)
    {
      this->GetLabels()[pixel] = ++m_Count;
    }
    if (m_Parameters.Landscape == InstanceLandscape::MaskDistance)
    {
      m_MaskDistance = distance;
    }
  }

  at::Tensor
  ComputeDistanceTo(const at::Tensor & pixels, const Progress & progress) const
  {
    return DistanceTo(pixels, m_Spacing, m_Parameters.UseImageSpacing, progress);
  }

  at::Tensor
  MakeLandscape(const Progress & progress) const
  {
    const auto levelsOf = [](const at::Tensor & heights, double lowest)
    { return ToFloodLevels(MakeTorchTensor(heights.unsqueeze(0).unsqueeze(0), TorchDevice::CPU()), lowest, infinity); };
    switch (m_Parameters.Landscape)
    {
      case InstanceLandscape::MaskDistance:
        return levelsOf(
          -(m_MaskDistance.defined() ? m_MaskDistance : this->ComputeDistanceTo(m_Maps.Mask == 0, progress)),
          -m_LargestDistance);
      case InstanceLandscape::SeedDistance:
        return levelsOf(this->ComputeDistanceTo(m_Labels != 0, progress), -infinity);
      default:
        return m_Maps.Interior;
    }
  }

  void
  GrowSeeds()
  {
    if (m_Count == 0)
    {
      return;
    }
    const at::Tensor     landscape = this->MakeLandscape(this->Part(0.3, 0.4));
    PriorityFloodProblem problem;
    problem.Size = m_Size;
    problem.IsFullyConnected = m_Parameters.FullyConnected;
    problem.Levels = static_cast<const std::uint16_t *>(landscape.const_data_ptr());
    problem.Mask = m_Maps.Mask.const_data_ptr<std::uint8_t>();
    FloodFromMarkers(problem, this->GetLabels(), this->GetLabels(), this->Part(0.4, 0.6));
  }

  void
  LabelUnseeded()
  {
    if (!m_Parameters.KeepUnseeded)
    {
      return;
    }
    const at::Tensor rest = (m_Labels == 0).logical_and_(m_Maps.Mask).to(c10::kByte);
    ComponentRuns    runs(m_Size, m_Parameters.FullyConnected);
    runs.Connect(rest.const_data_ptr<std::uint8_t>(), false, this->Part(0.6, 0.7));
    runs.ForEachRun(
      [this](std::int64_t row, const ComponentRuns::Run & run, std::uint32_t component)
      {
        std::uint32_t * const labels = this->GetLabels() + row * m_Size[0];
        std::fill(labels + run.Begin, labels + run.End, m_Count + 1 + component);
      });
    m_Count += static_cast<std::uint32_t>(runs.GetSizes().size());
  }

  const InstanceMaps &                   m_Maps;
  const std::vector<double> &            m_Spacing;
  const InstanceSegmentationParameters & m_Parameters;
  double                                 m_LargestDistance;
  const Progress &                       m_Progress;
  std::vector<std::int64_t>              m_Size;
  at::Tensor                             m_Labels;
  at::Tensor                             m_MaskDistance; // where seeds and landscape need it
  std::uint32_t                          m_Count{ 0 };
};
} // namespace

at::Tensor
DistanceTo(const at::Tensor &          pixels,
           const std::vector<double> & spacing,
           bool                        useImageSpacing,
           const Progress &            progress)
{
  TwoNearestObjectsDistanceParameters parameters;
  parameters.UseImageSpacing = useImageSpacing;
  const auto objects = MakeTorchTensor(pixels.to(c10::kByte).unsqueeze(0).unsqueeze(0), TorchDevice::CPU());
  const auto nearest =
    TwoNearestObjectsDistance::Compute(objects, spacing, parameters, TorchComponentType::Float32, progress);
  const at::Tensor distance = GetATensor(nearest.First).squeeze(0).squeeze(0);
  return distance.masked_fill(distance == infinity, 0.0);
}

InstanceSegmentation::Result
SegmentMaps(const InstanceMaps &                   maps,
            const std::vector<double> &            spacing,
            const InstanceSegmentationParameters & parameters,
            double                                 largestDistance,
            TorchComponentType                     labelType,
            const Progress &                       progress)
{
  return Segmentation(maps, spacing, parameters, largestDistance, progress).Compute(labelType);
}
} // namespace itk
