// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTiffPages.h"
#include "itkMacro.h"
#include <expat.h>
#include <cmath>
#include <cstdlib>
#include <map>
#include <set>
#include <sstream>

namespace itk
{
namespace
{
std::size_t
ToCount(const std::string & text)
{
  const long long value = std::strtoll(text.c_str(), nullptr, 10);
  return value > 0 ? static_cast<std::size_t>(value) : 0;
}

/** What `begin` is followed by up to a line's end; empty without it. */
std::string
FindLine(const std::string & text, const std::string & begin)
{
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
  {
    if (line.rfind(begin, 0) == 0)
    {
      line.erase(0, begin.size());
      return line.substr(0, line.find_last_not_of(" \t\r\0") + 1);
    }
  }
  return {};
}

/** ImageJ writes lines "name=value". Its planes follow each other by channel, slice, time. */
TiffPageOrder
ParseImageJ(const std::string & description)
{
  const auto count = [&](const char * name) { return std::max<std::size_t>(ToCount(FindLine(description, name)), 1); };
  TiffPageOrder order;
  order.Source = "ImageJ";
  order.Channels = count("channels=");
  order.Planes = count("slices=");
  order.TimePoints = count("frames=");
  const std::size_t images = count("images=");
  if (order.Channels * order.Planes * order.TimePoints == 1)
  {
    order.Planes = images;
  }
  if (order.Channels * order.Planes * order.TimePoints != images)
  {
    itkGenericExceptionMacro("ImageJ's description names " << images << " images, but " << order.Channels
                                                           << " channels, " << order.Planes << " slices and "
                                                           << order.TimePoints << " times.");
  }
  order.UnitInMillimeters = GetLengthInMillimeters(FindLine(description, "unit="));
  order.Spacing[2] = std::abs(std::atof(FindLine(description, "spacing=").c_str())) * order.UnitInMillimeters;
  return order;
}

/** The elements of OME-XML that say how planes are stored. */
struct OmeImage
{
  using AttributesType = std::map<std::string, std::string>;

  struct Plane
  {
    AttributesType Attributes;
    std::string    File;
  };

  int                         NumberOfImages{ 0 };
  AttributesType              Pixels;
  std::vector<AttributesType> Channels;
  std::vector<Plane>          Planes;

  static void
  Start(void * self, const char * name, const char ** attributes)
  {
    auto &            image = *static_cast<OmeImage *>(self);
    const std::string full = name;
    const std::string local = full.substr(full.find(':') == std::string::npos ? 0 : full.find(':') + 1);
    AttributesType    values;
    for (; attributes[0] != nullptr; attributes += 2)
    {
      values[attributes[0]] = attributes[1];
    }
    if (local == "Pixels" && ++image.NumberOfImages == 1)
    {
      image.Pixels = std::move(values);
    }
    else if (image.NumberOfImages == 1 && local == "Channel")
    {
      image.Channels.push_back(std::move(values));
    }
    else if (image.NumberOfImages == 1 && local == "TiffData")
    {
      image.Planes.push_back({ std::move(values), {} });
    }
    else if (image.NumberOfImages == 1 && local == "UUID" && !image.Planes.empty())
    {
      image.Planes.back().File = values["FileName"];
    }
  }
};

/** \param isGiven false where the default of the schema holds */
std::size_t
GetNumber(const OmeImage::AttributesType & attributes, const char * name, std::size_t byDefault)
{
  const auto found = attributes.find(name);
  return found == attributes.end() ? byDefault : ToCount(found->second);
}

std::string
GetText(const OmeImage::AttributesType & attributes, const std::string & name, const std::string & byDefault)
{
  const auto found = attributes.find(name);
  return found == attributes.end() ? byDefault : found->second;
}

/** Places the pages that a TiffData element names, and those that follow it in the order of the dimensions. */
void
PlaceOmePages(const OmeImage & ome, std::size_t numberOfPages, TiffPageOrder & order)
{
  const std::string dimensions = GetText(ome.Pixels, "DimensionOrder", "XYZCT").substr(2);
  const std::size_t total = order.Planes * order.Channels;
  const auto        channelsOfSample =
    ome.Channels.empty() ? std::size_t{ 1 } : GetNumber(ome.Channels.front(), "SamplesPerPixel", 1);
  std::vector<std::size_t> pages(total, numberOfPages);

  const auto placeFrom = [&](std::size_t z, std::size_t c, std::size_t page, std::size_t count)
  {
    for (std::size_t i = 0; i < count && z < order.Planes && c < order.Channels; ++i)
    {
      pages[z * order.Channels + c] = page + i;
      const bool    areChannelsFirst = dimensions.find('C') < dimensions.find('Z');
      std::size_t & fast = areChannelsFirst ? c : z;
      std::size_t & slow = areChannelsFirst ? z : c;
      if (++fast == (areChannelsFirst ? order.Channels : order.Planes))
      {
        fast = 0;
        ++slow;
      }
    }
  };

  std::size_t next = 0;
  for (const auto & plane : ome.Planes)
  {
    const std::size_t page = GetNumber(plane.Attributes, "IFD", next);
    const bool        isOne = plane.Attributes.count("IFD") > 0;
    const std::size_t count = GetNumber(plane.Attributes, "PlaneCount", isOne ? 1 : total);
    placeFrom(GetNumber(plane.Attributes, "FirstZ", 0),
              GetNumber(plane.Attributes, "FirstC", 0) / channelsOfSample,
              page,
              count);
    next = page + count;
  }
  if (ome.Planes.empty())
  {
    placeFrom(0, 0, 0, total);
  }
  for (const std::size_t page : pages)
  {
    if (page >= numberOfPages)
    {
      itkGenericExceptionMacro("its OME description names " << total << " planes, but the file has " << numberOfPages
                                                            << " pages.");
    }
  }
  order.Pages = std::move(pages);
}

TiffPageOrder
ParseOme(const std::string & description, std::size_t samples, std::size_t numberOfPages)
{
  OmeImage         ome;
  const XML_Parser parser = XML_ParserCreate(nullptr);
  XML_SetUserData(parser, &ome);
  XML_SetElementHandler(parser, &OmeImage::Start, [](void *, const char *) {});
  const bool isRead = XML_Parse(parser, description.c_str(), static_cast<int>(description.size()), 1) == XML_STATUS_OK;
  XML_ParserFree(parser);
  if (!isRead || ome.NumberOfImages == 0)
  {
    itkGenericExceptionMacro("its OME description is damaged.");
  }
  if (ome.NumberOfImages > 1)
  {
    itkGenericExceptionMacro("it holds " << ome.NumberOfImages << " OME images; a file of one image is read.");
  }
  std::set<std::string> files;
  for (const auto & plane : ome.Planes)
  {
    files.insert(plane.File);
  }
  if (files.size() > 1)
  {
    itkGenericExceptionMacro("the planes of its OME image are in " << files.size() << " files, such as "
                                                                   << *files.rbegin() << "; one file is read.");
  }

  TiffPageOrder order;
  order.Source = "OME";
  order.Planes = GetNumber(ome.Pixels, "SizeZ", 1);
  order.TimePoints = GetNumber(ome.Pixels, "SizeT", 1);
  const std::size_t allChannels = GetNumber(ome.Pixels, "SizeC", 1);
  if (order.Planes == 0 || order.TimePoints == 0 || allChannels == 0 || allChannels % samples != 0)
  {
    itkGenericExceptionMacro("its OME description has sizes that cannot be: Z " << order.Planes << ", C " << allChannels
                                                                                << ", T " << order.TimePoints << '.');
  }
  order.Channels = allChannels / samples;
  if (order.TimePoints == 1)
  {
    PlaceOmePages(ome, numberOfPages, order);
  }
  for (const auto & channel : ome.Channels)
  {
    order.ChannelNames.push_back(GetText(channel, "Name", ""));
  }
  constexpr const char * axes[] = { "X", "Y", "Z" };
  for (unsigned int axis = 0; axis < 3; ++axis)
  {
    const std::string name = std::string("PhysicalSize") + axes[axis];
    order.Spacing[axis] = std::atof(GetText(ome.Pixels, name, "0").c_str()) *
                          GetLengthInMillimeters(GetText(ome.Pixels, name + "Unit", "um"));
  }
  return order;
}

/** "Aperio …|MPP = 0.4990|…": micrometers per pixel. */
TiffPageOrder
ParseAperio(const std::string & description)
{
  TiffPageOrder order;
  order.Source = "Aperio";
  const auto at = description.find("|MPP = ");
  if (at != std::string::npos)
  {
    order.Spacing[0] = order.Spacing[1] = std::atof(description.c_str() + at + 7) / 1000;
  }
  return order;
}
} // namespace

double
GetLengthInMillimeters(const std::string & unit)
{
  static const std::map<std::string, double> units{
    { "pm", 1e-9 },           { "nm", 1e-6 },        { "nanometer", 1e-6 }, { "um", 1e-3 },
    { "\xc2\xb5m", 1e-3 },    { "\xce\xbcm", 1e-3 }, { "\xb5m", 1e-3 },     { "\\u00B5m", 1e-3 },
    { "\\u00b5m", 1e-3 },     { "micron", 1e-3 },    { "microns", 1e-3 },   { "micrometer", 1e-3 },
    { "micrometers", 1e-3 },  { "mm", 1 },           { "millimeter", 1 },   { "\xc3\x85", 1e-7 },
    { "\xe2\x84\xab", 1e-7 },
  };
  const auto found = units.find(unit);
  return found == units.end() ? 0 : found->second;
}

TiffPageOrder
ParseTiffDescription(const std::string & description, std::size_t samples, std::size_t numberOfPages)
{
  if (description.rfind("ImageJ=", 0) == 0)
  {
    return ParseImageJ(description);
  }
  const bool isXml = description.rfind("<?xml", 0) == 0 || description.rfind("<OME", 0) == 0;
  if (isXml && description.find("<OME") != std::string::npos)
  {
    return ParseOme(description, samples, numberOfPages);
  }
  if (description.rfind("Aperio", 0) == 0)
  {
    return ParseAperio(description);
  }
  return {};
}
} // namespace itk
