// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTrainingPairContent.h"
#include "itkErrorOfFile.h"
#include "itkImageGrid.h"
#include "itkVerifiedImageReader.h"
#include <algorithm>
#include <cmath>
#include <numeric>

namespace itk
{
namespace
{
template <unsigned int VDimension>
using ImageType = VectorImage<float, VDimension>;

/** By the world's axis that each axis of the image is nearest to: Left, Posterior and Superior are positive. */
template <unsigned int VDimension>
std::string
GetOrientation(const ImageBase<VDimension> * image)
{
  const char * const letters[3] = { "RL", "AP", "IS" };
  std::string        orientation;
  for (unsigned int axis = 0; VDimension == 3 && axis < VDimension; ++axis)
  {
    unsigned int nearest = 0;
    for (unsigned int row = 1; row < VDimension; ++row)
    {
      const bool isNearer = std::abs(image->GetDirection()[row][axis]) > std::abs(image->GetDirection()[nearest][axis]);
      nearest = isNearer ? row : nearest;
    }
    orientation += letters[nearest][image->GetDirection()[nearest][axis] > 0 ? 1 : 0];
  }
  return orientation;
}

template <unsigned int VDimension>
void
DescribeValues(const ImageType<VDimension> * image, TrainingPairContent & content)
{
  const float * const values = image->GetBufferPointer();
  const std::size_t   count = content.Pixels * content.Components;
  bool                isFirst = true;
  for (std::size_t i = 0; i < count; ++i)
  {
    if (!std::isfinite(values[i]))
    {
      ++content.NotFinite;
      continue;
    }
    content.Minimum = isFirst ? values[i] : std::min(content.Minimum, values[i]);
    content.Maximum = isFirst ? values[i] : std::max(content.Maximum, values[i]);
    isFirst = false;
  }
}

template <unsigned int VDimension>
typename ImageType<VDimension>::Pointer
ReadImage(const std::string & fileName, TrainingPairContent & content)
{
  auto reader = VerifiedImageReader<ImageType<VDimension>>::New();
  reader->SetFileName(fileName);
  reader->Update();
  const typename ImageType<VDimension>::Pointer image = reader->GetOutput();
  image->DisconnectPipeline();
  const auto size = image->GetBufferedRegion().GetSize();
  content.Dimension = VDimension;
  content.Size.assign(size.begin(), size.end());
  content.Pixels = image->GetBufferedRegion().GetNumberOfPixels();
  content.Components = image->GetNumberOfComponentsPerPixel();
  content.ComponentType = ImageIOBase::GetComponentTypeAsString(reader->GetVerifiedIO()->GetComponentType());
  if (!HasUnknownSpacing(image->GetMetaDataDictionary()))
  {
    content.Spacing.assign(image->GetSpacing().Begin(), image->GetSpacing().End());
  }
  content.Orientation = GetOrientation<VDimension>(image);
  content.Notes = reader->GetInformation().Notes;
  DescribeValues<VDimension>(image, content);
  content.Fingerprint = GetImageFingerprint<VDimension>(image);
  if constexpr (VDimension == 2)
  {
    content.Borders = GetImageBorders(image);
  }
  return image;
}

template <unsigned int VDimension>
typename LabelImageType<VDimension>::Pointer
ReadLabelsOf(const std::string & fileName, bool areColors, TrainingPairContent & content)
{
  auto reader = LabelImageReader<VDimension>::New();
  reader->SetFileName(fileName);
  reader->SetColorsAreLabels(areColors);
  reader->Update();
  const typename LabelImageType<VDimension>::Pointer labels = reader->GetOutput();
  labels->DisconnectPipeline();
  content.Parts = FindLabelParts<VDimension>(labels);
  for (const auto & [label, parts] : content.Parts)
  {
    content.Foreground += parts.Pixels;
  }
  // FNV-1a over whole numbers.
  const std::size_t count = labels->GetBufferedRegion().GetNumberOfPixels();
  content.LabelDigest = std::accumulate(labels->GetBufferPointer(),
                                        labels->GetBufferPointer() + count,
                                        std::uint64_t{ 0xcbf29ce484222325 },
                                        [](std::uint64_t digest, std::int64_t label)
                                        { return (digest ^ static_cast<std::uint64_t>(label)) * 0x100000001b3; });
  return labels;
}

/** \return which share of the foreground is brighter than the median of the background */
template <unsigned int VDimension>
double
GetBrightShare(const ImageType<VDimension> * image, const LabelImageType<VDimension> * labels)
{
  const std::size_t          count = image->GetBufferedRegion().GetNumberOfPixels();
  const unsigned int         components = image->GetNumberOfComponentsPerPixel();
  const std::int64_t * const label = labels->GetBufferPointer();
  std::vector<float>         background;
  std::vector<float>         foreground;
  for (std::size_t i = 0; i < count; ++i)
  {
    const float * const pixel = image->GetBufferPointer() + i * components;
    const float         gray = std::accumulate(pixel, pixel + components, 0.0f);
    if (std::isfinite(gray))
    {
      (label[i] == 0 ? background : foreground).push_back(gray);
    }
  }
  if (background.empty() || foreground.empty())
  {
    return -1;
  }
  const auto middle = background.begin() + static_cast<std::ptrdiff_t>(background.size() / 2);
  std::nth_element(background.begin(), middle, background.end());
  const auto brighter =
    std::count_if(foreground.begin(), foreground.end(), [median = *middle](float gray) { return gray > median; });
  return static_cast<double>(brighter) / static_cast<double>(foreground.size());
}

/** \return the sentence of the exception that a function throws, without the file's name; empty if it throws none */
template <typename TFunction>
std::string
GetProblem(const std::string & fileName, TFunction && function)
{
  try
  {
    function();
    return {};
  }
  catch (const std::exception & error)
  {
    return ErrorOfFile(error, fileName);
  }
}

template <unsigned int VDimension>
void
Examine(const ImageLabelPair & pair, const TrainingSetOptions & options, TrainingPairContent & content)
{
  typename ImageType<VDimension>::Pointer      image;
  typename LabelImageType<VDimension>::Pointer labels;
  content.ImageProblem = GetProblem(pair.Image, [&] { image = ReadImage<VDimension>(pair.Image, content); });
  content.LabelProblem =
    GetProblem(pair.Label, [&] { labels = ReadLabelsOf<VDimension>(pair.Label, options.ColorsAreLabels, content); });
  if (!image || !labels)
  {
    return;
  }
  content.GridProblem =
    GetProblem(pair.Label,
               [&]
               {
                 MatchGrid<VDimension>(image, pair.Image, labels, pair.Label, options.GridTolerance);
                 content.BrightShare = GetBrightShare<VDimension>(image, labels);
               });
}
} // namespace

TrainingPairContent
ExamineTrainingPair(const ImageLabelPair & pair, const TrainingSetOptions & options)
{
  TrainingPairContent content;
  unsigned int        dimension = 0;
  content.ImageProblem = GetProblem(pair.Image, [&] { dimension = GetImageFileDimension(*OpenImageFile(pair.Image)); });
  if (dimension == 0)
  {
    // The labels may be wrong as well.
    content.LabelProblem =
      GetProblem(pair.Label, [&] { dimension = GetLabelFileDimension(pair.Label, options.ColorsAreLabels); });
    if (dimension > 0)
    {
      content.LabelProblem = GetProblem(pair.Label,
                                        [&]
                                        {
                                          dimension == 3
                                            ? (void)ReadLabelsOf<3>(pair.Label, options.ColorsAreLabels, content)
                                            : (void)ReadLabelsOf<2>(pair.Label, options.ColorsAreLabels, content);
                                        });
    }
    return content;
  }
  dimension == 3 ? Examine<3>(pair, options, content) : Examine<2>(pair, options, content);
  return content;
}
} // namespace itk
