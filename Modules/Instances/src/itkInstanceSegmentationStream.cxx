// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkInstanceSegmentationStream.h"
#include "itkImageTensor.h"
#include "itkComponentWindow.h"
#include "itkGridNeighbors.h"
#include "itkInstanceMapFile.h"
#include "itkMapSegmentation.h"
#include "itkNumberedLabels.h"
#include "itkTorchProgress.h"
#include "itkTorchTensorAccess.h"
#include "itkTwoNearestObjectsDistance.h"
#include "itkMacro.h"
#include <ATen/ops/max.h>
#include <algorithm>
#include <limits>

namespace itk
{
namespace
{
using Progress = std::function<void(double)>;

bool
HasLandscape(const InstanceSegmentationParameters & parameters, InstanceLandscape landscape)
{
  return parameters.Separation == InstanceSeparation::Watershed && parameters.Landscape == landscape;
}

} // namespace

class InstanceSegmentationStream::Implementation
{
public:
  Implementation(const std::vector<std::int64_t> &      size,
                 const std::vector<double> &            spacing,
                 const InstanceSegmentationParameters & parameters,
                 const std::string &                    temporaryFile,
                 LabelSink                              sink)
    : m_Size(size)
    , m_Spacing(spacing)
    , m_Parameters(parameters)
    , m_Window(this->MakeWindow())
    , m_Labels(std::move(sink))
  {
    if (HasLandscape(parameters, InstanceLandscape::MaskDistance))
    {
      m_File = std::make_unique<InstanceMapFile>(temporaryFile);
      m_LargestDistance = 0.0;
    }
  }

  void
  Append(const TorchTensor & probabilities, const Progress & progress)
  {
    const InstanceMaps maps = MakeInstanceMaps(probabilities.To(TorchDevice::CPU()), m_Parameters);
    m_Pixels += maps.Mask.numel();
    progress(0.1);
    if (m_File == nullptr)
    {
      this->Label(maps, PartOfProgress(progress, 0.1, 1.0));
      return;
    }
    const bool isLast = m_Pixels == NumberOfPixels(m_Size);
    m_File->Append(maps);
    this->Measure(maps, PartOfProgress(progress, 0.1, isLast ? 0.2 : 1.0));
    if (isLast)
    {
      this->LabelFromFile(progress, 0.2);
    }
  }

  const InstanceSegmentationParameters &
  GetParameters() const
  {
    return m_Parameters;
  }

  const ComponentWindow &
  GetWindow() const
  {
    return m_Window;
  }

  std::uint64_t
  GetNumberOfObjects() const
  {
    return m_Labels.GetNumberOfObjects();
  }

private:
  ComponentWindow
  MakeWindow() const
  {
    return { m_Size, m_Parameters.FullyConnected, m_Parameters.FillHoles };
  }

  void
  Measure(const InstanceMaps & maps, const Progress & progress)
  {
    m_Window.Append(maps);
    if (const auto whole = m_Window.TakeWhole())
    {
      const at::Tensor distance = DistanceTo(whole->Maps.Mask == 0, m_Spacing, m_Parameters.UseImageSpacing, progress);
      m_LargestDistance = std::max(m_LargestDistance, static_cast<double>(distance.max().item<float>()));
    }
  }

  void
  LabelFromFile(const Progress & progress, double begin)
  {
    m_Window = this->MakeWindow();
    std::int64_t pixels = 0;
    const auto   fraction = [&] { return begin + (1.0 - begin) * static_cast<double>(pixels) / m_Pixels; };
    m_File->ReadAll(
      [&](const InstanceMaps & maps)
      {
        const double from = fraction();
        pixels += maps.Mask.numel();
        this->Label(maps, PartOfProgress(progress, from, fraction()));
      });
  }

  void
  Label(const InstanceMaps & maps, const Progress & progress)
  {
    m_Window.Append(maps);
    m_Labels.Append(maps.Mask.numel());
    if (const auto whole = m_Window.TakeWhole())
    {
      const auto objects =
        SegmentMaps(whole->Maps, m_Spacing, m_Parameters, m_LargestDistance, TorchComponentType::UInt32, progress);
      m_Labels.Put(whole->FirstPlane * m_Window.GetPixelsOfPlane(),
                   static_cast<const std::uint32_t *>(objects.Labels.GetPointer()),
                   whole->Maps.Mask.numel(),
                   objects.Sizes.size());
    }
    m_Labels.LeaveBefore(m_Window.GetFirstPlane() * m_Window.GetPixelsOfPlane());
    progress(1.0);
  }

  std::vector<std::int64_t>        m_Size;
  std::vector<double>              m_Spacing;
  InstanceSegmentationParameters   m_Parameters;
  ComponentWindow                  m_Window;
  NumberedLabels                   m_Labels;
  std::int64_t                     m_Pixels{ 0 };
  std::unique_ptr<InstanceMapFile> m_File; // where levels depend on the largest distance
  double                           m_LargestDistance{ std::numeric_limits<double>::infinity() };
};

InstanceSegmentationStream::InstanceSegmentationStream(const std::vector<std::int64_t> &      size,
                                                       const std::vector<double> &            spacing,
                                                       const InstanceSegmentationParameters & parameters,
                                                       const std::string &                    temporaryFile,
                                                       LabelSink                              sink)
{
  TorchParameterView(parameters).Verify("InstanceSegmentationStream");
  VerifySpacing(spacing, size.size());
  Verify(parameters);
  m_Implementation = std::make_unique<Implementation>(size, spacing, parameters, temporaryFile, std::move(sink));
}

InstanceSegmentationStream::~InstanceSegmentationStream() = default;

void
InstanceSegmentationStream::Append(const TorchTensor & probabilities, const std::function<void(double)> & progress)
try
{
  VerifyImageTensor(probabilities, "InstanceSegmentationStream::Append()", "probabilities");
  VerifyInstanceChannels(m_Implementation->GetParameters(), static_cast<unsigned int>(probabilities.GetShape().at(1)));
  m_Implementation->Append(probabilities, progress);
}
catch (...)
{
  TorchExecution::Rethrow("InstanceSegmentationStream::Append()");
}

std::uint64_t
InstanceSegmentationStream::GetNumberOfObjects() const
{
  return m_Implementation->GetNumberOfObjects();
}

std::int64_t
InstanceSegmentationStream::GetLargestExtent() const
{
  return m_Implementation->GetWindow().GetLargestExtent();
}

std::int64_t
InstanceSegmentationStream::GetLargestNumberOfPlanes() const
{
  return m_Implementation->GetWindow().GetLargestNumberOfPlanes();
}

void
InstanceSegmentationStream::Verify(const InstanceSegmentationParameters & parameters)
{
  if (HasLandscape(parameters, InstanceLandscape::SeedDistance))
  {
    itkGenericExceptionMacro("Landscape seed-distance needs the whole image in memory, since the nearest seed may be "
                             "anywhere; use another landscape, or InstanceSegmentationImageFilter.");
  }
}
} // namespace itk
