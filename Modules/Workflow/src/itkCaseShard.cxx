// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCaseShard.h"
#include "itkMacro.h"
#include <charconv>

namespace itk
{
namespace
{
std::optional<std::size_t>
ParseNumber(const std::string & text)
{
  std::size_t        number = 0;
  const char * const end = text.data() + text.size();
  const auto         result = std::from_chars(text.data(), end, number);
  return result.ec == std::errc{} && result.ptr == end ? std::optional(number) : std::nullopt;
}
} // namespace

std::string
CaseShard::ToString() const
{
  return std::to_string(Number) + '/' + std::to_string(Count);
}

CaseShard
ParseCaseShard(const std::string & text)
{
  const auto        slash = text.find('/');
  const std::size_t number = ParseNumber(text.substr(0, slash)).value_or(0);
  const std::size_t count = slash == std::string::npos ? 0 : ParseNumber(text.substr(slash + 1)).value_or(0);
  if (number < 1 || number > count)
  {
    itkGenericExceptionMacro("Shard must be NUMBER/COUNT, two whole numbers with 1 <= NUMBER <= COUNT, but is " << text
                                                                                                                << '.');
  }
  return { number, count };
}

std::optional<CaseShard>
GetSlurmShard(const std::function<std::string(const char * name)> & getVariable)
{
  if (getVariable("SLURM_ARRAY_TASK_ID").empty())
  {
    return std::nullopt;
  }
  const auto getNumber = [&](const char * name, const char * otherwise)
  {
    const std::string text = getVariable(name);
    const auto        number = ParseNumber(text.empty() ? otherwise : text);
    if (!number)
    {
      itkGenericExceptionMacro(<< name << " must be a whole number, but is " << (text.empty() ? "not set" : text)
                               << "; use --shard instead.");
    }
    return *number;
  };
  const auto task = getNumber("SLURM_ARRAY_TASK_ID", "");
  const auto count = getNumber("SLURM_ARRAY_TASK_COUNT", "");
  const auto first = getNumber("SLURM_ARRAY_TASK_MIN", "0");
  const auto step = getNumber("SLURM_ARRAY_TASK_STEP", "1");
  if (step == 0 || task < first || (task - first) % step != 0 || (task - first) / step >= count)
  {
    itkGenericExceptionMacro("SLURM_ARRAY_TASK_ID must be one of " << count << " numbers from " << first
                                                                   << " in steps of " << step << ", but is " << task
                                                                   << "; use --shard instead.");
  }
  return CaseShard{ (task - first) / step + 1, count };
}
} // namespace itk
