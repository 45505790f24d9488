// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSegmentationLayers.h"
#include "itkImageFileFormat.h"
#include "itkImageFileHeaderText.h"
#include "itkMetaDataObject.h"
#include <algorithm>
#include <cstdlib>
#include <set>
#include <vector>

namespace itk
{
namespace
{
struct Segment
{
  std::int64_t Layer;
  std::int64_t Value;
  std::string  Name;
};

/** Those that the file describes: Segment0_Name, Segment0_Layer, Segment0_LabelValue, Segment1_Name, … */
std::vector<Segment>
ReadSegments(const VerifiedImageIO & io)
{
  const auto get = [&io](std::size_t i, const char * field)
  {
    std::string text;
    ExposeMetaData<std::string>(io.GetMetaDataDictionary(), "Segment" + std::to_string(i) + '_' + field, text);
    return text;
  };
  std::vector<Segment> segments;
  for (std::size_t i = 0; !get(i, "ID").empty() || !get(i, "LabelValue").empty(); ++i)
  {
    const std::string value = get(i, "LabelValue");
    segments.push_back(
      { std::atoll(get(i, "Layer").c_str()), value.empty() ? 1 : std::atoll(value.c_str()), get(i, "Name") });
  }
  return segments;
}

/** Adds what no description names. */
void
FindSegments(const std::int64_t *   layers,
             std::size_t            numberOfLayers,
             std::size_t            pixels,
             std::vector<Segment> & segments)
{
  std::set<std::pair<std::int64_t, std::int64_t>> known;
  for (const Segment & segment : segments)
  {
    known.emplace(segment.Layer, segment.Value);
  }
  std::set<std::pair<std::int64_t, std::int64_t>> found;
  for (std::size_t i = 0; i < pixels * numberOfLayers; ++i)
  {
    if (layers[i] != 0)
    {
      found.emplace(static_cast<std::int64_t>(i % numberOfLayers), layers[i]);
    }
  }
  for (const auto & [layer, value] : found)
  {
    if (known.count({ layer, value }) == 0)
    {
      segments.push_back({ layer, value, "" });
    }
  }
}

std::string
Describe(const Segment & segment)
{
  return segment.Name.empty() ? "number " + std::to_string(segment.Value) + " of layer " + std::to_string(segment.Layer)
                              : segment.Name;
}
} // namespace

bool
HasSegmentationLayers(const VerifiedImageIO & io)
{
  const std::string fileName = io.GetFileName();
  return io.GetNumberOfComponents() > 1 && io.GetInformation().Format == GetImageFormatName(ImageFileFormat::Nrrd) &&
         ReadNrrdHeader(fileName).Get("kinds").rfind("list", 0) == 0;
}

std::map<std::int64_t, std::string>
MergeSegmentationLayers(const VerifiedImageIO & io,
                        const std::int64_t *    layers,
                        std::size_t             numberOfLayers,
                        std::size_t             pixels,
                        std::int64_t *          labels)
{
  std::vector<Segment>                segments = ReadSegments(io);
  std::map<std::int64_t, std::string> names;
  if (numberOfLayers == 1)
  {
    for (const Segment & segment : segments)
    {
      names[segment.Value] = segment.Name;
    }
    return names;
  }
  FindSegments(layers, numberOfLayers, pixels, segments);
  std::set<std::int64_t> values;
  for (const Segment & segment : segments)
  {
    values.insert(segment.Value);
  }
  const bool areDistinct = values.size() == segments.size();
  // The position of each segment, by layer and number.
  std::map<std::pair<std::int64_t, std::int64_t>, std::size_t> positions;
  for (std::size_t i = 0; i < segments.size(); ++i)
  {
    positions[{ segments[i].Layer, segments[i].Value }] = i;
    if (!segments[i].Name.empty())
    {
      names[areDistinct ? segments[i].Value : static_cast<std::int64_t>(i) + 1] = segments[i].Name;
    }
  }
  for (std::size_t i = 0; i < pixels; ++i)
  {
    const std::int64_t * const of = layers + i * numberOfLayers;
    const auto                 isSet = [](std::int64_t value) { return value != 0; };
    const auto * const         first = std::find_if(of, of + numberOfLayers, isSet);
    labels[i] = 0;
    if (first == of + numberOfLayers)
    {
      continue;
    }
    const std::size_t  position = positions.at({ first - of, *first });
    const auto * const second = std::find_if(first + 1, of + numberOfLayers, isSet);
    if (second != of + numberOfLayers)
    {
      itkGenericExceptionMacro("its segments overlap, so that they are no labels: "
                               << Describe(segments[position]) << " and "
                               << Describe(segments[positions.at({ second - of, *second })]) << '.');
    }
    labels[i] = areDistinct ? *first : static_cast<std::int64_t>(position) + 1;
  }
  return names;
}
} // namespace itk
