// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkImageFileReport.h"
#include "itkDicomSeries.h"
#include "itkErrorOfFile.h"
#include "itkErrorSentence.h"
#include "itkLabelParts.h"
#include "itkVerifiedImageReader.h"
#include <nlohmann/json.hpp>
#include <algorithm>
#include <cmath>
#include <sstream>
#include <vector>

namespace itk
{
struct ImageFileReport::Content
{
  std::string            FileName;
  std::string            Problem;
  nlohmann::ordered_json Fields = nlohmann::ordered_json::object();
};

namespace
{
using Json = nlohmann::ordered_json;

/** Of a larger image, values and labels are not looked at. */
constexpr double mostBytes = 4e9;

/** \return null for the identity */
Json
GetDirection(const ImageIOBase & io, unsigned int dimension)
{
  Json rows = Json::array();
  bool isIdentity = true;
  for (unsigned int row = 0; row < dimension; ++row)
  {
    Json numbers = Json::array();
    for (unsigned int column = 0; column < dimension; ++column)
    {
      const double number = io.GetDirection(column)[row];
      isIdentity = isIdentity && number == (row == column ? 1.0 : 0.0);
      numbers.push_back(number);
    }
    rows.push_back(numbers);
  }
  return isIdentity ? Json() : rows;
}

void
DescribeStorage(const VerifiedImageIO & io, unsigned int dimension, Json & fields)
{
  const ImageFileInformation & information = io.GetInformation();
  fields["Format"] = information.Format;
  if (!information.Compression.empty())
  {
    fields["Compression"] = information.Compression;
  }
  std::vector<std::size_t> size;
  std::vector<double>      spacing;
  std::vector<double>      origin;
  for (unsigned int axis = 0; axis < dimension; ++axis)
  {
    size.push_back(io.GetDimensions(axis));
    spacing.push_back(io.GetSpacing(axis));
    origin.push_back(io.GetOrigin(axis));
  }
  fields["Size"] = size;
  fields["Components"] = io.GetNumberOfComponents();
  fields["ComponentType"] = ImageIOBase::GetComponentTypeAsString(io.GetComponentType());
  if (information.BitsPerComponent != 8 * io.GetComponentSize())
  {
    fields["BitsInFile"] = information.BitsPerComponent;
  }
  if (!information.ChannelNames.empty())
  {
    fields["Channels"] = information.ChannelNames;
  }
  fields["SpacingFrom"] = information.SpacingSource.empty() ? "nothing" : information.SpacingSource;
  if (!information.SpacingSource.empty())
  {
    fields["Spacing"] = spacing;
  }
  if (std::any_of(origin.begin(), origin.end(), [](double number) { return number != 0.0; }))
  {
    fields["Origin"] = origin;
  }
  const Json direction = GetDirection(io, dimension);
  if (!direction.is_null())
  {
    fields["Direction"] = direction;
  }
  if (information.Orientation != 1)
  {
    fields["TurnedFromOrientation"] = information.Orientation;
  }
  if (!information.Levels.empty())
  {
    fields["Levels"] = information.Levels;
  }
}

/** The k-th smallest, k = 1 + floor(p / 100 · (n − 1)), as intensities are normalized. */
float
GetPercentile(std::vector<float> & values, double percentile)
{
  const auto rank =
    static_cast<std::ptrdiff_t>(std::floor(percentile / 100.0 * static_cast<double>(values.size() - 1)));
  std::nth_element(values.begin(), values.begin() + rank, values.end());
  return values[static_cast<std::size_t>(rank)];
}

template <unsigned int VDimension>
void
DescribeValues(const std::string & fileName, Json & fields)
{
  auto reader = VerifiedImageReader<VectorImage<float, VDimension>>::New();
  reader->SetFileName(fileName);
  reader->Update();
  const auto *       image = reader->GetOutput();
  std::vector<float> values(image->GetBufferPointer(),
                            image->GetBufferPointer() +
                              image->GetBufferedRegion().GetNumberOfPixels() * image->GetNumberOfComponentsPerPixel());
  const std::size_t  all = values.size();
  values.erase(std::remove_if(values.begin(), values.end(), [](float value) { return !std::isfinite(value); }),
               values.end());
  if (values.size() < all)
  {
    fields["NotFinite"] = all - values.size();
  }
  if (!values.empty())
  {
    const auto [smallest, largest] = std::minmax_element(values.begin(), values.end());
    fields["Minimum"] = *smallest;
    fields["Maximum"] = *largest;
    fields["Percentiles"] = { { "1", GetPercentile(values, 1) },
                              { "50", GetPercentile(values, 50) },
                              { "99.8", GetPercentile(values, 99.8) } };
  }
  std::vector<std::string> notes = reader->GetInformation().Notes;
  if (values.size() < all)
  {
    notes.emplace_back("Networks refuse it: not all of its values are finite.");
  }
  fields["Notes"] = notes;
}

template <unsigned int VDimension>
void
DescribeLabels(const std::string & fileName, Json & fields)
{
  auto reader = LabelImageReader<VDimension>::New();
  reader->SetFileName(fileName);
  try
  {
    reader->Update();
  }
  catch (const ExceptionObject & error)
  {
    fields["NoLabels"] = ErrorOfFile(error, fileName);
    return;
  }
  const auto    parts = FindLabelParts<VDimension>(reader->GetOutput());
  std::uint64_t numberOfParts = 0;
  for (const auto & [label, found] : parts)
  {
    numberOfParts += found.Parts;
  }
  fields["Labels"] = parts.size();
  fields["LabelParts"] = numberOfParts;
  for (const auto & [label, name] : reader->GetNames())
  {
    fields["LabelNames"][std::to_string(label)] = name;
  }
  const std::string odd = DescribeOddObjects(parts);
  if (!odd.empty())
  {
    fields["LabelNote"] = odd;
  }
}

/** Also of a series that cannot be read as a volume. */
void
DescribeSeries(const std::string & name, Json & fields)
{
  const auto found = FindDicomSeries(name);
  if (found.size() != 1)
  {
    return;
  }
  const DicomSeries & series = found.front();
  Json                json{ { "Number", series.Number },
             { "Description", series.Description },
             { "Modality", series.Modality },
             { "UID", series.Uid } };
  for (auto field = json.begin(); field != json.end();)
  {
    field = field->get<std::string>().empty() ? json.erase(field) : std::next(field);
  }
  json["Slices"] = series.Files.size();
  fields["Series"] = json;
}

std::string
Print(const Json & value, const std::string & between)
{
  if (value.is_string())
  {
    return value.get<std::string>();
  }
  if (value.is_number_float())
  {
    std::ostringstream text;
    text.precision(7);
    text << value.get<double>();
    return text.str();
  }
  if (!value.is_structured())
  {
    return value.dump();
  }
  std::string text;
  for (const auto & [name, field] : value.items())
  {
    text += (text.empty() ? "" : between) + (value.is_object() ? name + ": " : "") + Print(field, " x ");
  }
  return text;
}

/** As it stands in a table for people. */
std::string
PrintField(const std::string & name, const Json & value)
{
  const bool isSize = name == "Size" || name == "Spacing";
  return Print(value, isSize ? " x " : ", ") + (name == "Spacing" || name == "Origin" ? " mm" : "");
}
} // namespace

ImageFileReport::ImageFileReport(const std::string & fileName)
  : m_Content(std::make_unique<Content>())
{
  m_Content->FileName = fileName;
  Json & fields = m_Content->Fields;
  try
  {
    if (NamesDicomFolder(fileName))
    {
      DescribeSeries(fileName, fields);
    }
    const auto         io = OpenImageFile(fileName);
    const unsigned int dimension = GetImageFileDimension(*io);
    DescribeStorage(*io, dimension, fields);
    if (static_cast<double>(io->GetImageSizeInBytes()) > mostBytes)
    {
      fields["Notes"] = { "It is large: values and labels were not looked at." };
      return;
    }
    dimension == 3 ? DescribeValues<3>(fileName, fields) : DescribeValues<2>(fileName, fields);
    dimension == 3 ? DescribeLabels<3>(fileName, fields) : DescribeLabels<2>(fileName, fields);
  }
  catch (const std::exception & error)
  {
    m_Content->Problem = ErrorOfFile(error, fileName);
  }
}

ImageFileReport::~ImageFileReport() = default;
ImageFileReport::ImageFileReport(ImageFileReport &&) noexcept = default;

const std::string &
ImageFileReport::GetProblem() const
{
  return m_Content->Problem;
}

std::string
ImageFileReport::ToText() const
{
  constexpr std::size_t width = 24;
  std::string           text = m_Content->FileName + '\n';
  for (const auto & [name, value] : m_Content->Fields.items())
  {
    if (!value.empty() || value.is_number())
    {
      text += "  " + name + std::string(width - std::min(width, name.size()), ' ') + PrintField(name, value) + '\n';
    }
  }
  if (!m_Content->Problem.empty())
  {
    text += "  Refused" + std::string(width - 7, ' ') + m_Content->Problem + '\n';
  }
  return text;
}

std::string
ImageFileReport::ToJson() const
{
  Json json{ { "File", m_Content->FileName } };
  json.update(m_Content->Fields);
  if (!m_Content->Problem.empty())
  {
    json["Refused"] = m_Content->Problem;
  }
  // Names and descriptions need not be UTF-8.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}
} // namespace itk
