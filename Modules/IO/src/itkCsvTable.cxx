// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCsvTable.h"

#include "itkAtomicFileWrite.h"
#include "itkMacro.h"

#include <algorithm>
#include <charconv>
#include <fstream>

namespace itk
{
namespace
{
constexpr const char * Blank = " \t\r";

std::string
Trimmed(const std::string & text)
{
  const auto begin = text.find_first_not_of(Blank);
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(Blank) - begin + 1);
}

class LineParser
{
public:
  LineParser(const std::string & text, const std::string & place)
    : m_Text(text)
    , m_Place(place)
  {}

  std::vector<std::string>
  Fields()
  {
    std::vector<std::string> fields;
    do
    {
      SkipBlank();
      fields.push_back(m_Position < m_Text.size() && m_Text[m_Position] == '"' ? QuotedField() : PlainField());
    }
    while (m_Position++ < m_Text.size());
    return fields;
  }

private:
  void
  SkipBlank()
  {
    m_Position = std::min(m_Text.find_first_not_of(Blank, m_Position), m_Text.size());
  }

  std::string
  PlainField()
  {
    const auto begin = m_Position;
    m_Position = std::min(m_Text.find(',', m_Position), m_Text.size());
    return Trimmed(m_Text.substr(begin, m_Position - begin));
  }

  std::string
  QuotedField()
  {
    std::string field;
    for (++m_Position; m_Position < m_Text.size(); ++m_Position)
    {
      if (m_Text[m_Position] == '"')
      {
        if (m_Text.compare(m_Position, 2, "\"\"") != 0)
        {
          break;
        }
        ++m_Position;
      }
      field += m_Text[m_Position];
    }
    if (m_Position >= m_Text.size())
    {
      itkGenericExceptionMacro(<< m_Place << ": a quoted field is not closed.");
    }
    ++m_Position;
    SkipBlank();
    if (m_Position < m_Text.size() && m_Text[m_Position] != ',')
    {
      itkGenericExceptionMacro(<< m_Place << ": expected a comma after the quoted field \"" << field << "\".");
    }
    return field;
  }

  const std::string & m_Text;
  const std::string & m_Place;
  std::size_t         m_Position{ 0 };
};

std::string
Place(const std::string & file, std::size_t line)
{
  return file + ", line " + std::to_string(line);
}
} // namespace

bool
CsvTable::HasColumn(const std::string & name) const
{
  return std::find(Header.begin(), Header.end(), name) != Header.end();
}

std::size_t
CsvTable::Column(const std::string & name) const
{
  if (!HasColumn(name))
  {
    std::string columns;
    for (const auto & column : Header)
    {
      columns += (columns.empty() ? "" : ", ") + column;
    }
    itkGenericExceptionMacro(<< File << " has no column '" << name << "'; its first line names: " << columns << '.');
  }
  return static_cast<std::size_t>(std::find(Header.begin(), Header.end(), name) - Header.begin());
}

int
CsvTable::NonNegativeInteger(const Row & row, std::size_t column) const
{
  const std::string & text = row.Fields.at(column);
  const char * const  end = text.data() + text.size();
  int                 value = 0;
  const auto          result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc{} || result.ptr != end || value < 0)
  {
    itkGenericExceptionMacro(<< Place(File, row.Line) << ": " << Header[column]
                             << " must be a whole number of at least 0, not '" << text << "'.");
  }
  return value;
}

CsvTable
ReadCsvTable(const std::string & fileName)
{
  VerifyIsNoDevice(fileName);
  std::ifstream stream(fileName, std::ios::binary);
  if (!stream)
  {
    itkGenericExceptionMacro(<< "Cannot open " << fileName << " for reading.");
  }
  CsvTable table;
  table.File = fileName;
  std::string text;
  for (std::size_t line = 1; std::getline(stream, text); ++line)
  {
    if (line == 1 && text.compare(0, 3, "\xEF\xBB\xBF") == 0)
    {
      text.erase(0, 3);
    }
    if (Trimmed(text).empty())
    {
      continue;
    }
    const std::string place = Place(fileName, line);
    auto              fields = LineParser(text, place).Fields();
    if (table.Header.empty())
    {
      table.Header = std::move(fields);
      continue;
    }
    if (fields.size() != table.Header.size())
    {
      itkGenericExceptionMacro(<< place << ": " << fields.size() << " fields, but the header names "
                               << table.Header.size() << '.');
    }
    table.Rows.push_back({ line, std::move(fields) });
  }
  if (stream.bad())
  {
    itkGenericExceptionMacro(<< fileName << " could not be read to its end.");
  }
  if (table.Header.empty())
  {
    itkGenericExceptionMacro(<< fileName << " is empty; a header line was expected.");
  }
  return table;
}
} // namespace itk
