// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkRemoteImageIO.h"
#include "itkDicomSeries.h"
#include "itkErrorSentence.h"
#include "itkImageReadingProcess.h"
#include "itkImageReadingProgram.h"
#include "itkMemoryLimit.h"
#include "itkMetaDataObject.h"
#include "itkVerifiedImageIO.h"
#include <nlohmann/json.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <sys/mman.h>
#include <unistd.h>

namespace itk
{
// What the two processes say to each other: an object of JSON on each line.

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ImageFileInformation,
                                   Format,
                                   Compression,
                                   IsLossy,
                                   BitsPerComponent,
                                   HasAlpha,
                                   HasColorTable,
                                   Orientation,
                                   SpacingSource,
                                   ChannelNames,
                                   Levels,
                                   Notes)

namespace
{
using Json = nlohmann::json;

/** \class ImageReadingProcesses
 * \brief Those that wait for a file. */
class ImageReadingProcesses
{
public:
  static ImageReadingProcesses &
  Get()
  {
    static ImageReadingProcesses processes;
    return processes;
  }

  void
  SetCommandLine(const std::vector<std::string> & commandLine)
  {
    const std::lock_guard<std::mutex> lock(m_Mutex);
    m_CommandLine = commandLine;
    m_Waiting.clear();
  }

  bool
  HasCommandLine()
  {
    const std::lock_guard<std::mutex> lock(m_Mutex);
    return !m_CommandLine.empty();
  }

  std::unique_ptr<ImageReadingProcess>
  Take()
  {
    const std::lock_guard<std::mutex> lock(m_Mutex);
    if (m_Waiting.empty())
    {
      return std::make_unique<ImageReadingProcess>(m_CommandLine);
    }
    auto process = std::move(m_Waiting.back());
    m_Waiting.pop_back();
    return process;
  }

  void
  GiveBack(std::unique_ptr<ImageReadingProcess> process)
  {
    const std::lock_guard<std::mutex> lock(m_Mutex);
    if (process && process->IsRunning() && !m_CommandLine.empty())
    {
      m_Waiting.push_back(std::move(process));
    }
  }

private:
  std::mutex                                        m_Mutex;
  std::vector<std::string>                          m_CommandLine;
  std::vector<std::unique_ptr<ImageReadingProcess>> m_Waiting;
};

/** Two seconds, and one for each four megabytes. */
double
GetSecondsFor(const std::string & fileName, double pixelBytes)
{
  constexpr double bytesInASecond = 4e6;
  return 2 + (pixelBytes + GetImageFileBytes(fileName)) / bytesInASecond;
}

/** \throws ExceptionObject with what the answer says */
Json
Ask(ImageReadingProcess & process, const Json & question, double seconds)
{
  const Json answer =
    Json::parse(process.Ask(question.dump(-1, ' ', false, Json::error_handler_t::replace), seconds), nullptr, false);
  if (!answer.is_object() || answer.contains("Error"))
  {
    itkGenericExceptionMacro(<< answer.value("Error", "it is damaged."));
  }
  return answer;
}

Json
Describe(VerifiedImageIO & io)
{
  Json                             json;
  std::vector<std::size_t>         sizes;
  std::vector<double>              spacing;
  std::vector<double>              origin;
  std::vector<std::vector<double>> directions;
  for (unsigned int axis = 0; axis < io.GetNumberOfDimensions(); ++axis)
  {
    sizes.push_back(io.GetDimensions(axis));
    spacing.push_back(io.GetSpacing(axis));
    origin.push_back(io.GetOrigin(axis));
    directions.push_back(io.GetDirection(axis));
  }
  json["Sizes"] = sizes;
  json["Spacing"] = spacing;
  json["Origin"] = origin;
  json["Directions"] = directions;
  json["Components"] = io.GetNumberOfComponents();
  json["ComponentType"] = static_cast<int>(io.GetComponentType());
  json["PixelType"] = static_cast<int>(io.GetPixelType());
  json["CanStream"] = io.CanStreamRead();
  json["Information"] = io.GetInformation();
  Json texts = Json::object();
  for (const std::string & key : io.GetMetaDataDictionary().GetKeys())
  {
    std::string text;
    if (ExposeMetaData<std::string>(io.GetMetaDataDictionary(), key, text))
    {
      texts[key] = text;
    }
  }
  json["Texts"] = texts;
  return json;
}

/** A multiple of the file, of which libraries keep copies, and of the pixels. */
double
GetMemoryFor(const VerifiedImageIO & io, double pixelBytes)
{
  constexpr double forLibraries = 256e6;
  std::error_code  error;
  const auto       bytes = std::filesystem::file_size(io.GetFileName(), error);
  return forLibraries + 16 * (error ? 0.0 : static_cast<double>(bytes)) + 8 * pixelBytes;
}

Json
ReadInto(int memory, VerifiedImageIO & io, const Json & question)
{
  const auto    index = question.at("Index").get<std::vector<std::int64_t>>();
  const auto    size = question.at("Size").get<std::vector<std::uint64_t>>();
  ImageIORegion region(static_cast<unsigned int>(index.size()));
  std::size_t   bytes = io.GetNumberOfComponents() * io.GetComponentSize();
  for (unsigned int axis = 0; axis < index.size(); ++axis)
  {
    region.SetIndex(axis, index[axis]);
    region.SetSize(axis, size[axis]);
    bytes *= size[axis];
  }
  io.SetUseStreamedReading(question.at("IsStreamed").get<bool>());
  io.SetIORegion(region);
  void * const pixels = ftruncate(memory, static_cast<off_t>(bytes)) != 0
                          ? MAP_FAILED
                          : mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
  if (pixels == MAP_FAILED)
  {
    itkGenericExceptionMacro("there is no memory for its pixels: " << std::strerror(errno) << '.');
  }
  io.Read(pixels);
  munmap(pixels, bytes);
  return { { "Notes", io.GetInformation().Notes } };
}

Json
Answer(VerifiedImageIO & io, const Json & question)
{
  try
  {
    if (!question.contains("File"))
    {
      const MemoryLimit limit(GetMemoryFor(io, static_cast<double>(io.GetImageSizeInBytes())));
      return ReadInto(ImageReadingProcess::MemoryFile, io, question);
    }
    io.SetReadsLabels(question.at("ReadsLabels").get<bool>());
    io.SetLevel(question.at("Level").get<unsigned int>());
    io.SetFileName(question.at("File").get<std::string>());
    const MemoryLimit limit(GetMemoryFor(io, 0));
    io.ReadImageInformation();
    return Describe(io);
  }
  catch (const std::bad_alloc &)
  {
    return { { "Error", "it is damaged: reading it takes more memory than a file of its size may take." } };
  }
  catch (const std::exception & error)
  {
    // The process that asks has its own name for the file.
    const std::string sentence = ErrorSentence(error);
    const std::string begin = io.GetFileName() + std::string(": ");
    return { { "Error", sentence.rfind(begin, 0) == 0 ? sentence.substr(begin.size()) : sentence } };
  }
}
} // namespace

void
SetImageReadingProgram(const std::vector<std::string> & commandLine)
{
  ImageReadingProcesses::Get().SetCommandLine(commandLine);
}

bool
HasImageReadingProgram()
{
  return ImageReadingProcesses::Get().HasCommandLine();
}

int
ServeImageReading()
{
  // What libraries print must not come between the answers.
  const int answers = dup(STDOUT_FILENO);
  dup2(STDERR_FILENO, STDOUT_FILENO);
  auto        io = VerifiedImageIO::New();
  std::string answer = "ready\n";
  for (std::string line;;)
  {
    for (std::size_t sent = 0; sent < answer.size();)
    {
      const auto count = write(answers, answer.data() + sent, answer.size() - sent);
      if (count <= 0)
      {
        return 1;
      }
      sent += static_cast<std::size_t>(count);
    }
    if (!std::getline(std::cin, line))
    {
      return 0;
    }
    answer = Answer(*io, Json::parse(line)).dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
  }
}

RemoteImageIO::RemoteImageIO() = default;

RemoteImageIO::~RemoteImageIO()
{
  ImageReadingProcesses::Get().GiveBack(std::move(m_Process));
}

void
RemoteImageIO::ReadImageInformation()
{
  if (!m_Process || !m_Process->IsRunning())
  {
    m_Process = ImageReadingProcesses::Get().Take();
  }
  const std::string file = std::filesystem::absolute(m_FileName).string();
  this->TakeInformation(this->AskProcess({ { "File", file }, { "ReadsLabels", m_ReadsLabels }, { "Level", m_Level } },
                                         GetSecondsFor(m_FileName, 0)));
}

Json
RemoteImageIO::AskProcess(const Json & question, double seconds)
{
  try
  {
    return Ask(*m_Process, question, seconds);
  }
  catch (const ExceptionObject &)
  {
    if (!m_Process->IsRunning())
    {
      this->NameCrashingSlice();
    }
    throw;
  }
}

/** \throws ExceptionObject that names the first slice of a series over which a process ends */
void
RemoteImageIO::NameCrashingSlice() const
{
  if (!NamesDicomFolder(m_FileName))
  {
    return;
  }
  for (const std::string & file : ListImageFiles(m_FileName))
  {
    auto slice = Self::New();
    try
    {
      slice->SetFileName(file);
      slice->ReadImageInformation();
      ImageIORegion whole(slice->GetNumberOfDimensions());
      for (unsigned int axis = 0; axis < slice->GetNumberOfDimensions(); ++axis)
      {
        whole.SetSize(axis, slice->GetDimensions(axis));
      }
      slice->SetIORegion(whole);
      std::vector<char> pixels(slice->GetImageSizeInBytes());
      slice->Read(pixels.data());
    }
    catch (const ExceptionObject & error)
    {
      if (slice->m_Process && !slice->m_Process->IsRunning())
      {
        itkGenericExceptionMacro(<< std::filesystem::path(file).filename().string() << ": " << ErrorSentence(error));
      }
    }
  }
}

void
RemoteImageIO::TakeInformation(const Json & reply)
{
  const auto sizes = reply.at("Sizes").get<std::vector<std::size_t>>();
  this->SetNumberOfDimensions(static_cast<unsigned int>(sizes.size()));
  for (unsigned int axis = 0; axis < sizes.size(); ++axis)
  {
    this->SetDimensions(axis, sizes[axis]);
    this->SetSpacing(axis, reply.at("Spacing")[axis].get<double>());
    this->SetOrigin(axis, reply.at("Origin")[axis].get<double>());
    this->SetDirection(axis, reply.at("Directions")[axis].get<std::vector<double>>());
  }
  this->SetNumberOfComponents(reply.at("Components").get<unsigned int>());
  this->SetComponentType(static_cast<IOComponentEnum>(reply.at("ComponentType").get<int>()));
  this->SetPixelType(static_cast<IOPixelEnum>(reply.at("PixelType").get<int>()));
  m_CanStream = reply.at("CanStream").get<bool>();
  m_Information = reply.at("Information").get<ImageFileInformation>();
  this->GetMetaDataDictionary().Clear();
  for (const auto & [key, text] : reply.at("Texts").items())
  {
    EncapsulateMetaData<std::string>(this->GetMetaDataDictionary(), key, text.get<std::string>());
  }
}

void
RemoteImageIO::Read(void * buffer)
{
  std::vector<std::int64_t>  index;
  std::vector<std::uint64_t> size;
  std::size_t                bytes = this->GetNumberOfComponents() * this->GetComponentSize();
  for (unsigned int axis = 0; axis < m_IORegion.GetImageDimension(); ++axis)
  {
    index.push_back(m_IORegion.GetIndex(axis));
    size.push_back(m_IORegion.GetSize(axis));
    bytes *= m_IORegion.GetSize(axis);
  }
  const Json reply =
    this->AskProcess({ { "Index", index }, { "Size", size }, { "IsStreamed", this->GetUseStreamedReading() } },
                     GetSecondsFor(m_FileName, static_cast<double>(bytes)));
  m_Process->CopyMemory(buffer, bytes);
  m_Information.Notes = reply.at("Notes").get<std::vector<std::string>>();
}

ImageIORegion
RemoteImageIO::GenerateStreamableReadRegionFromRequestedRegion(const ImageIORegion & requested) const
{
  return m_CanStream && this->GetUseStreamedReading()
           ? requested
           : Superclass::GenerateStreamableReadRegionFromRequestedRegion(requested);
}

} // namespace itk
