// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSegmentationLayers.h"
#include "itkImageFileFormat.h"
#include "itkImageFileHeaderText.h"
#include "itkMetaDataObject.h"
#include <algorithm>
#include <charconv>
#include <limits>
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

/** \param text empty for what is usual
 * \throws ExceptionObject if it is no whole number of the range */
std::int64_t
ParseNumber(const std::string & field, const std::string & text, std::int64_t usual, std::int64_t largest)
{
  if (text.empty())
  {
    return usual;
  }
  std::int64_t number = -1;
  const auto   end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || number < 0 || number > largest)
  {
    itkGenericExceptionMacro(<< field << " must be a whole number from 0 to " << largest << ", but is " << text << '.');
  }
  return number;
}

/** Those that the file describes: Segment0_Name, Segment0_Layer, Segment0_LabelValue, Segment1_Name, … */
std::vector<Segment>
ReadSegments(const VerifiedImageIO & io, std::size_t numberOfLayers)
{
  const auto getName = [](std::size_t i, const char * field) { return "Segment" + std::to_string(i) + '_' + field; };
  const auto get = [&](std::size_t i, const char * field)
  {
    std::string text;
    ExposeMetaData<std::string>(io.GetMetaDataDictionary(), getName(i, field), text);
    return text;
  };
  const auto getNumber = [&](std::size_t i, const char * field, std::int64_t usual, std::int64_t largest)
  { return ParseNumber(getName(i, field), get(i, field), usual, largest); };
  std::vector<Segment> segments;
  for (std::size_t i = 0; !get(i, "ID").empty() || !get(i, "LabelValue").empty(); ++i)
  {
    const std::int64_t layer = getNumber(i, "Layer", 0, static_cast<std::int64_t>(numberOfLayers) - 1);
    const std::int64_t value = getNumber(i, "LabelValue", 1, std::numeric_limits<std::int64_t>::max());
    segments.push_back({ layer, value, get(i, "Name") });
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
  std::vector<Segment>                segments = ReadSegments(io, numberOfLayers);
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
