// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
// What the front door reads in files, for scripts that hold it against other readers.
//
// Usage: DumpImages PROGRAM FOLDER < questions
// PROGRAM is itktorch, which reads the files. A question is a line of JSON: {"File": …, "Labels": false, "Level": 0}.
// The answer is a line of JSON; pixels as they are in memory go to FOLDER/<number of the question>.raw.
#include "itkErrorSentence.h"
#include "itkImageReadingProgram.h"
#include "itkVerifiedImageReader.h"
#include <nlohmann/json.hpp>
#include <cstring>
#include <chrono>
#include <fstream>
#include <iostream>
#include <sstream>
#include <sys/resource.h>
#include <unistd.h>

namespace
{
using Json = nlohmann::ordered_json;

/** Of the reading process, which may have ended: most memory in kilobytes since the last call, and seconds of its
 * processor's time. */
struct ProcessUse
{
  double Memory{ 0 };
  double Seconds{ 0 };
};

ProcessUse
GetUse()
{
  ProcessUse    use;
  std::ifstream children("/proc/self/task/" + std::to_string(getpid()) + "/children");
  for (std::string child; children >> child;)
  {
    std::ifstream status("/proc/" + child + "/status");
    for (std::string line; std::getline(status, line);)
    {
      if (line.rfind("VmHWM:", 0) == 0)
      {
        use.Memory = std::max(use.Memory, std::atof(line.c_str() + 6));
      }
    }
    std::ofstream("/proc/" + child + "/clear_refs") << "5";
    std::ifstream      stat("/proc/" + child + "/stat");
    std::string        text((std::istreambuf_iterator<char>(stat)), {});
    std::istringstream words(text.substr(std::min(text.find(')') + 1, text.size())));
    std::string        word;
    for (int i = 0; i < 11; ++i)
    {
      words >> word;
    }
    double user = 0;
    double system = 0;
    words >> user >> system;
    use.Seconds += (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
  }
  return use;
}

itk::ImageIORegion
MakeRegion(const itk::ImageIOBase & io, bool isPart)
{
  itk::ImageIORegion region(io.GetNumberOfDimensions());
  for (unsigned int axis = 0; axis < io.GetNumberOfDimensions(); ++axis)
  {
    const auto size = io.GetDimensions(axis);
    region.SetIndex(axis, isPart ? static_cast<itk::IndexValueType>(size / 3) : 0);
    region.SetSize(axis, isPart ? std::max<std::size_t>(size / 2, 1) : size);
  }
  return region;
}

std::vector<char>
Read(itk::VerifiedImageIO & io, const itk::ImageIORegion & region, bool isStreamed)
{
  io.SetUseStreamedReading(isStreamed);
  io.SetIORegion(region);
  std::vector<char> pixels(region.GetNumberOfPixels() * io.GetNumberOfComponents() * io.GetComponentSize());
  io.Read(pixels.data());
  return pixels;
}

/** Whether a part that was read alone is as in the whole. */
bool
IsPartOf(const std::vector<char> &  part,
         const itk::ImageIORegion & region,
         const std::vector<char> &  whole,
         const itk::ImageIOBase &   io)
{
  const std::size_t pixel = io.GetNumberOfComponents() * io.GetComponentSize();
  const std::size_t row = region.GetSize(0) * pixel;
  for (std::size_t number = 0; number * row < part.size(); ++number)
  {
    std::size_t rest = number;
    std::size_t offset = static_cast<std::size_t>(region.GetIndex(0));
    std::size_t stride = io.GetDimensions(0);
    for (unsigned int axis = 1; axis < region.GetImageDimension(); ++axis)
    {
      offset += (static_cast<std::size_t>(region.GetIndex(axis)) + rest % region.GetSize(axis)) * stride;
      stride *= io.GetDimensions(axis);
      rest /= region.GetSize(axis);
    }
    if (std::memcmp(part.data() + number * row, whole.data() + offset * pixel, row) != 0)
    {
      return false;
    }
  }
  return true;
}

void
Dump(const Json & question, const std::string & pixelFile, Json & answer)
{
  auto io = itk::VerifiedImageIO::New();
  io->SetReadsLabels(question.value("Labels", false));
  io->SetLevel(question.value("Level", 0u));
  io->SetFileName(question.at("File").get<std::string>());
  io->ReadImageInformation();
  const unsigned int dimension = itk::GetImageFileDimension(*io);
  const auto         whole = Read(*io, MakeRegion(*io, false), false);
  const bool         isStreamed = io->CanStreamRead();
  const auto         part = MakeRegion(*io, true);
  if (isStreamed && !IsPartOf(Read(*io, part, true), part, whole, *io))
  {
    itkGenericExceptionMacro("WRONG: a part of it differs from the whole.");
  }
  Json sizes = Json::array();
  Json spacing = Json::array();
  Json origin = Json::array();
  Json direction = Json::array();
  for (unsigned int axis = 0; axis < io->GetNumberOfDimensions(); ++axis)
  {
    sizes.push_back(io->GetDimensions(axis));
    spacing.push_back(io->GetSpacing(axis));
    origin.push_back(io->GetOrigin(axis));
    direction.push_back(io->GetDirection(axis));
  }
  const auto & information = io->GetInformation();
  answer.update({ { "Dimension", dimension },
                  { "Size", sizes },
                  { "Components", io->GetNumberOfComponents() },
                  { "ComponentType", itk::ImageIOBase::GetComponentTypeAsString(io->GetComponentType()) },
                  { "Format", information.Format },
                  { "Compression", information.Compression },
                  { "SpacingFrom", information.SpacingSource },
                  { "Spacing", spacing },
                  { "Origin", origin },
                  { "Axes", direction },
                  { "Levels", information.Levels },
                  { "IsStreamed", isStreamed },
                  { "Notes", information.Notes } });
  std::ofstream stream(pixelFile, std::ios::binary);
  stream.write(whole.data(), static_cast<std::streamsize>(whole.size()));
}
} // namespace

int
main(int argc, char * argv[])
{
  if (argc != 3)
  {
    std::cerr << "Usage: DumpImages PROGRAM FOLDER < questions" << std::endl;
    return 2;
  }
  itk::SetImageReadingProgram({ argv[1], "read-images" });
  std::string line;
  for (int number = 0; std::getline(std::cin, line); ++number)
  {
    using Clock = std::chrono::steady_clock;
    const auto       begin = Clock::now();
    const ProcessUse before = GetUse();
    Json             answer = Json::object();
    try
    {
      Dump(Json::parse(line), std::string(argv[2]) + '/' + std::to_string(number) + ".raw", answer);
    }
    catch (const std::exception & error)
    {
      answer["Refused"] = itk::ErrorSentence(error);
    }
    const ProcessUse after = GetUse();
    answer["Seconds"] = std::chrono::duration<double>(Clock::now() - begin).count();
    answer["ProcessorSeconds"] = std::max(after.Seconds - before.Seconds, 0.0);
    answer["Megabytes"] = after.Memory / 1024;
    std::cout << answer.dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
  }
  return 0;
}
