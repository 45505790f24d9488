// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkErrorSentence.h"
#include "itkMacro.h"
#include <cctype>

namespace itk
{
namespace
{
/** Where a prefix of ITK's macros ends that begins at `at`: "ITK ERROR: " or "itk::ERROR: ", then perhaps a class name
 * and an address, such as "Image(0x55d0): ". `at` where none begins. */
std::size_t
SkipPrefix(const std::string & text, std::size_t at)
{
  const auto follows = [&text](std::size_t position, const std::string & part)
  { return text.compare(position, part.size(), part) == 0; };
  const std::string first = "ITK ERROR: ";
  const std::string second = "itk::ERROR: ";
  const std::size_t length = follows(at, first) ? first.size() : follows(at, second) ? second.size() : 0;
  if (length == 0)
  {
    return at;
  }
  const std::size_t begin = at + length;
  std::size_t       end = begin;
  while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '_'))
  {
    ++end;
  }
  if (end == begin || !follows(end, "(0x"))
  {
    return begin;
  }
  end += 3;
  while (end < text.size() && std::isxdigit(static_cast<unsigned char>(text[end])) != 0)
  {
    ++end;
  }
  return follows(end, "): ") ? end + 3 : begin;
}
} // namespace

std::string
ErrorSentence(const std::exception & error)
{
  const auto * const itkError = dynamic_cast<const ExceptionObject *>(&error);
  const std::string  text = itkError ? itkError->GetDescription() : error.what();
  std::string        sentence;
  for (std::size_t at = 0; at < text.size();)
  {
    if (const std::size_t end = SkipPrefix(text, at); end != at)
    {
      at = end;
      continue;
    }
    // One blank for many, none at the ends.
    const bool isBlank = std::isspace(static_cast<unsigned char>(text[at])) != 0;
    if (!isBlank)
    {
      sentence += text[at];
    }
    else if (!sentence.empty() && sentence.back() != ' ')
    {
      sentence += ' ';
    }
    ++at;
  }
  sentence.erase(sentence.find_last_not_of(' ') + 1);
  return sentence;
}
} // namespace itk
