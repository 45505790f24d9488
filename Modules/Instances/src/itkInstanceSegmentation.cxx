// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkInstanceSegmentation.h"
#include "itkComponentRuns.h"
#include "itkDistanceMaxima.h"
#include "itkFloodLevels.h"
#include "itkInstanceMaps.h"
#include "itkLabelTensors.h"
#include "itkLargePages.h"
#include "itkObjectNumbers.h"
#include "itkObjectRules.h"
#include "itkPriorityFlood.h"
#include "itkTwoNearestObjectsDistance.h"
#include <ATen/ops/empty.h>
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
  Segmentation(const TorchTensor &                    probabilities,
               const std::vector<double> &            spacing,
               const InstanceSegmentationParameters & parameters,
               const Progress &                       progress)
    : m_Spacing(spacing)
    , m_Parameters(parameters)
    , m_Progress(progress)
    , m_Maps(MakeInstanceMaps(probabilities, parameters))
    , m_Size(m_Maps.Mask.sizes().rbegin(), m_Maps.Mask.sizes().rend())
    , m_Labels(EmptyOnLargePages(m_Maps.Mask.sizes(), c10::kInt))
  {
    progress(0.1);
  }

  InstanceSegmentation::Result
  Compute(TorchComponentType labelType)
  {
    if (m_Parameters.Separation == InstanceSeparation::None)
    {
      this->LabelComponents(m_Maps.Mask, 0);
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
      rules.FillHoles(m_Parameters.FullyConnected);
    }
    m_Progress(0.9);
    const at::Tensor numbers = EmptyOnLargePages(m_Labels.sizes(), GetScalarType(labelType));
    auto             sizes = rules.Write(labelType, numbers.data_ptr());
    return { MakeTorchTensor(numbers.unsqueeze(0).unsqueeze(0), TorchDevice::CPU()), std::move(sizes) };
  }

private:
  std::uint32_t *
  GetLabels() const
  {
    return static_cast<std::uint32_t *>(m_Labels.data_ptr());
  }

  /** Numbers from 1 on for the components of a mask that are large enough, and 0 elsewhere. */
  void
  LabelComponents(const at::Tensor & mask, std::uint64_t minimumSize)
  {
    ComponentRuns runs(m_Size, m_Parameters.FullyConnected);
    runs.Connect(mask.const_data_ptr<std::uint8_t>(), false, [](double) {});
    const ObjectNumbers numbers = NumberObjects(runs.GetSizes(), minimumSize, false);
    m_Count = static_cast<std::uint32_t>(numbers.Sizes.size());
    runs.Write({ numbers.NumberOf.begin(), numbers.NumberOf.end() }, this->GetLabels());
  }

  void
  LabelSeeds()
  {
    if (m_Parameters.Seeds == InstanceSeeds::Probability)
    {
      this->LabelComponents(m_Maps.Seeds, m_Parameters.MinimumSeedSize);
      return;
    }
    m_Labels.zero_();
    const at::Tensor distance = this->DistanceTo(m_Maps.Mask == 0);
    const auto       maxima = FindMaxima(distance.const_data_ptr<float>(),
                                   m_Maps.Mask.const_data_ptr<std::uint8_t>(),
                                   m_Size,
                                   m_Parameters.FullyConnected,
                                   m_Parameters.MaximaHeight);
    for (const std::int64_t pixel : maxima)
    {
      this->GetLabels()[pixel] = ++m_Count;
    }
  }

  /** From each pixel to the nearest that is not 0; 0 everywhere if there is none. */
  at::Tensor
  DistanceTo(const at::Tensor & pixels) const
  {
    TwoNearestObjectsDistanceParameters parameters;
    parameters.UseImageSpacing = m_Parameters.UseImageSpacing;
    const auto objects = MakeTorchTensor(pixels.to(c10::kByte).unsqueeze(0).unsqueeze(0), TorchDevice::CPU());
    const auto nearest =
      TwoNearestObjectsDistance::Compute(objects, m_Spacing, parameters, TorchComponentType::Float32, [](double) {});
    const at::Tensor distance = GetATensor(nearest.First).squeeze(0).squeeze(0);
    return distance.masked_fill(distance == infinity, 0.0);
  }

  at::Tensor
  GetLandscape() const
  {
    const auto levelsOf = [](const at::Tensor & heights) {
      return ToFloodLevels(MakeTorchTensor(heights.unsqueeze(0).unsqueeze(0), TorchDevice::CPU()), -infinity, infinity);
    };
    switch (m_Parameters.Landscape)
    {
      case InstanceLandscape::MaskDistance:
        return levelsOf(-this->DistanceTo(m_Maps.Mask == 0));
      case InstanceLandscape::SeedDistance:
        return levelsOf(this->DistanceTo(m_Labels != 0));
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
    const at::Tensor     landscape = this->GetLandscape();
    PriorityFloodProblem problem;
    problem.Size = m_Size;
    problem.IsFullyConnected = m_Parameters.FullyConnected;
    problem.Levels = static_cast<const std::uint16_t *>(landscape.const_data_ptr());
    problem.Mask = m_Maps.Mask.const_data_ptr<std::uint8_t>();
    FloodFromMarkers(
      problem, this->GetLabels(), this->GetLabels(), [this](double done) { m_Progress(0.3 + 0.3 * done); });
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
    runs.Connect(rest.const_data_ptr<std::uint8_t>(), false, [](double) {});
    runs.ForEachRun(
      [this](std::int64_t row, const ComponentRuns::Run & run, std::uint32_t component)
      {
        std::uint32_t * const labels = this->GetLabels() + row * m_Size[0];
        std::fill(labels + run.Begin, labels + run.End, m_Count + 1 + component);
      });
    m_Count += static_cast<std::uint32_t>(runs.GetSizes().size());
  }

  std::vector<double>                    m_Spacing;
  const InstanceSegmentationParameters & m_Parameters;
  const Progress &                       m_Progress;
  InstanceMaps                           m_Maps;
  std::vector<std::int64_t>              m_Size;
  at::Tensor                             m_Labels;
  std::uint32_t                          m_Count{ 0 };
};
} // namespace

InstanceSegmentation::Result
InstanceSegmentation::Compute(const TorchTensor &                    probabilities,
                              const std::vector<double> &            spacing,
                              const InstanceSegmentationParameters & parameters,
                              TorchComponentType                     labelType,
                              const std::function<void(double)> &    progress)
{
  const auto shape = probabilities.GetShape();
  TORCH_CHECK(shape.size() > 2 && shape[0] == 1, "probabilities must be one image");
  VerifyInstanceChannels(parameters, static_cast<unsigned int>(shape[1]));
  Segmentation segmentation(probabilities.To(TorchDevice::CPU()), spacing, parameters, progress);
  Result       result = segmentation.Compute(labelType);
  result.Labels = result.Labels.To(probabilities.GetDevice());
  return result;
}
} // namespace itk
