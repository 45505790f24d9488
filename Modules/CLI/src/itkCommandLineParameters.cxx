// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCommandLineParameters.h"
#include "itkTorchDevice.h"
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace itk
{
namespace
{
TorchParameterValue
Parse(const TorchParameter & parameter, const std::string & text)
{
  std::size_t used = 0;
  try
  {
    if (std::holds_alternative<std::int64_t>(parameter.Default))
    {
      const std::int64_t value = std::stoll(text, &used);
      if (used == text.size())
      {
        return value;
      }
    }
    else if (std::holds_alternative<double>(parameter.Default))
    {
      const double value = std::stod(text, &used);
      if (used == text.size())
      {
        return value;
      }
    }
    else if (std::holds_alternative<std::vector<double>>(parameter.Default))
    {
      std::vector<double> numbers;
      std::size_t         begin = 0;
      for (std::size_t end = 0; end != std::string::npos; begin = end + 1)
      {
        end = text.find(',', begin);
        const std::string word = text.substr(begin, end - begin);
        numbers.push_back(std::stod(word, &used));
        if (used != word.size())
        {
          throw std::invalid_argument(word);
        }
      }
      return numbers;
    }
    else
    {
      return text;
    }
  }
  catch (const std::exception &)
  {}
  if (std::holds_alternative<std::vector<double>>(parameter.Default))
  {
    throw CLI::ValidationError("--" + ToOptionName(parameter.Name),
                               parameter.Name + " must be numbers with commas between them, but is " + text + ".");
  }
  const bool isWhole = std::holds_alternative<std::int64_t>(parameter.Default);
  throw CLI::ValidationError("--" + ToOptionName(parameter.Name),
                             parameter.Name + " must be a " + (isWhole ? "whole " : "") + "number, but is " + text +
                               ".");
}

/** \throws CLI::ValidationError for a value outside the range or too large for its type */
void
Read(const TorchParameter & parameter, const TorchParameterReference & parameters, const std::string & text)
{
  const TorchParameterValue value = Parse(parameter, text);
  parameters.Set(parameter, value);
  std::string problem = parameters.Check(parameter);
  if (std::holds_alternative<std::int64_t>(value) && parameters.Get(parameter) != value)
  {
    const std::string range = parameter.Range.Describe();
    problem = parameter.Name + " must be " + (range.empty() ? "a number that its type holds" : range) + ", but is ";
  }
  if (!problem.empty())
  {
    // Neither an enumeration nor a wrapped number holds, and so reports, what was asked for.
    problem = problem.substr(0, problem.rfind("but is ")) + "but is " + text + ".";
    throw CLI::ValidationError("--" + ToOptionName(parameter.Name), problem);
  }
}

std::string
DescribeOption(const TorchParameter & parameter)
{
  const std::string unit = GetEnumerationText(parameter.Unit);
  const std::string range = parameter.Range.Describe();
  const std::string both = unit + (unit.empty() || range.empty() ? "" : ", ") + range;
  return parameter.Description + (both.empty() ? "" : " (" + both + ")");
}

std::string
TypeName(const TorchParameter & parameter)
{
  if (parameter.Choices.empty())
  {
    return std::holds_alternative<std::int64_t>(parameter.Default) ? "INTEGER"
           : std::holds_alternative<double>(parameter.Default)     ? "NUMBER"
           : parameter.IsInterval                                  ? "LOWER,UPPER"
                                                                   : "NUMBER,NUMBER,…";
  }
  std::string names;
  for (const auto & choice : parameter.Choices)
  {
    names += (names.empty() ? "" : "|") + std::string(choice.Text);
  }
  return names;
}
/** "WeightMap" → "weight map". */
std::string
ToWords(const std::string & name)
{
  std::string words = ToOptionName(name);
  std::replace(words.begin(), words.end(), '-', ' ');
  return words;
}
} // namespace

std::string
ToOptionName(const std::string & parameterName)
{
  std::string name;
  for (const char letter : parameterName)
  {
    if (std::isupper(static_cast<unsigned char>(letter)) && !name.empty())
    {
      name += '-';
    }
    name += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  }
  return name;
}

void
AddParameterOptions(CLI::App &                      app,
                    const TorchParameterReference & parameters,
                    const std::string &             group,
                    const std::set<std::string> &   leftOut)
{
  for (const auto & parameter : parameters.GetList().GetParameters())
  {
    if (leftOut.count(parameter.Name) > 0)
    {
      continue;
    }
    const std::string name = ToOptionName(parameter.Name);
    const std::string heading = parameter.Group.empty() ? group : group + ", " + ToWords(parameter.Group);
    if (std::holds_alternative<bool>(parameter.Default))
    {
      app
        .add_flag_function(
          "--" + name + ",!--no-" + name,
          [&parameter, parameters](std::int64_t count) { parameters.Set(parameter, count > 0); },
          DescribeOption(parameter) + " [" + TorchParameter::Format(parameters.Get(parameter)) + "]")
        ->group(heading);
      continue;
    }
    app
      .add_option_function<std::string>(
        "--" + name,
        [&parameter, parameters](const std::string & text) { Read(parameter, parameters, text); },
        DescribeOption(parameter))
      ->type_name(TypeName(parameter))
      ->default_str(TorchParameter::Format(parameters.Get(parameter)))
      ->group(heading);
  }
}

void
CopyGivenParameters(const CLI::App & app, const TorchParameterReference & from, const TorchParameterReference & to)
{
  for (const auto & parameter : from.GetList().GetParameters())
  {
    const CLI::Option * const option = app.get_option_no_throw("--" + ToOptionName(parameter.Name));
    if (option != nullptr && option->count() > 0)
    {
      to.Set(parameter, from.Get(parameter));
    }
  }
}

void
AddDeviceOptions(CLI::App & app, std::string & device, unsigned int & threads)
{
  const auto problemOf = [](const std::string & name)
  {
    return TorchDevice(name).GetKind() == TorchDevice::Kind::Unknown
             ? "Device must be auto, cpu, cuda or cuda:N, but is " + name + "."
             : std::string{};
  };
  app.add_option("--device", device, "auto, cpu, cuda or cuda:N.")
    ->capture_default_str()
    ->type_name("NAME")
    ->check(CLI::Validator(problemOf, ""));
  app.add_option("--threads", threads, "Number of threads; 0 for all processors.")->capture_default_str();
}

void
AddLabelsOption(CLI::App & app, bool & areColors)
{
  app
    .add_option_function<std::string>(
      "--labels",
      [&areColors](const std::string & text) { areColors = text == "colors"; },
      "What labels are in files: numbers, or colors, each of which is an object.")
    ->check(CLI::IsMember({ "numbers", "colors" }))
    ->type_name("NAME")
    ->default_str("numbers");
}

void
AddLabelsOption(CLI::App & app, const TorchParameterReference & parameters, const std::string & group, bool & areColors)
{
  const TorchParameter &   parameter = parameters.GetList().GetParameter("Labels");
  std::vector<std::string> choices{ "colors" };
  for (const TorchEnumerator & choice : parameter.Choices)
  {
    choices.emplace_back(choice.Text);
  }
  app
    .add_option_function<std::string>(
      "--labels",
      [&parameter, parameters, &areColors](const std::string & text)
      {
        areColors = text == "colors";
        parameters.Set(parameter, TorchParameterValue(areColors ? std::string("objects") : text));
      },
      DescribeOption(parameter) + " colors: objects, each of which has a color of its own in its file.")
    ->check(CLI::IsMember(choices))
    ->type_name("NAME")
    ->default_str(TorchParameter::Format(parameters.Get(parameter)))
    ->group(group);
}

void
AddGridToleranceOption(CLI::App & app, double & tolerance)
{
  app
    .add_option(
      "--grid-tolerance", tolerance, "By how many pixels corners of images may lie apart that must have one grid.")
    ->check(CLI::Validator(
      [](const std::string & text)
      {
        char *       end = nullptr;
        const double number = std::strtod(text.c_str(), &end);
        return *end == '\0' && end != text.c_str() && number >= 0.0 && number <= 1e6
                 ? std::string{}
                 : "Grid tolerance must be in [0, 1e6] pixels, but is " + text + ".";
      },
      ""))
    ->capture_default_str();
}
} // namespace itk
