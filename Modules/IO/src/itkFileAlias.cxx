// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkFileAlias.h"
#include "itkMacro.h"
#include "itk_zlib.h"
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

namespace itk
{
namespace fs = std::filesystem;

FileAlias::FileAlias(const std::string & target, const std::string & ending)
{
  std::error_code error;
  std::string     folder = (fs::temp_directory_path(error) / "itktorch-XXXXXX").string();
  if (error || mkdtemp(folder.data()) == nullptr)
  {
    itkGenericExceptionMacro("no temporary folder can be made for it: " << std::strerror(errno) << '.');
  }
  m_Folder = folder;
  m_Name = folder + "/image" + ending;
  fs::create_symlink(target, m_Name, error);
  if (error)
  {
    fs::remove_all(m_Folder);
    itkGenericExceptionMacro("no temporary link can be made to it: " << error.message() << '.');
  }
}

FileAlias::~FileAlias()
{
  std::error_code ignored;
  fs::remove_all(m_Folder, ignored);
  if (m_Memory >= 0)
  {
    close(m_Memory);
  }
}

std::unique_ptr<FileAlias>
FileAlias::OfFile(const std::string & fileName, const std::string & ending)
{
  return std::unique_ptr<FileAlias>(new FileAlias(fs::absolute(fileName).string(), ending));
}

void
FileAlias::AddHeader(const std::string & content, const std::string & ending)
{
  const std::string name = m_Folder + "/image" + ending;
  std::ofstream     stream(name, std::ios::binary);
  stream << content;
  stream.close();
  if (!stream)
  {
    itkGenericExceptionMacro("no temporary file can be written for it: " << std::strerror(errno) << '.');
  }
  m_Name = name;
}

namespace
{
void
WriteAll(int file, const char * bytes, std::size_t count)
{
  while (count > 0)
  {
    const auto written = write(file, bytes, count);
    if (written <= 0)
    {
      itkGenericExceptionMacro("there is no memory for a copy of it: " << std::strerror(errno) << '.');
    }
    bytes += written;
    count -= static_cast<std::size_t>(written);
  }
}

/** \class Inflater
 * \brief Decompresses the members of a gzip or zlib stream, whose check sums zlib compares. */
class Inflater
{
public:
  Inflater()
  {
    constexpr int eitherFormat = 32 + 15;
    if (inflateInit2(&m_Stream, eitherFormat) != Z_OK)
    {
      itkGenericExceptionMacro("there is no memory to decompress it.");
    }
  }
  ~Inflater() { inflateEnd(&m_Stream); }
  Inflater(const Inflater &) = delete;
  Inflater &
  operator=(const Inflater &) = delete;

  /** Calls `take` with pieces of what the stream holds. */
  template <typename TTake>
  void
  Run(std::istream & stream, TTake && take)
  {
    std::vector<char> stored(std::size_t{ 1 } << 18);
    std::vector<char> held(std::size_t{ 1 } << 20);
    bool              isAtEnd = false;
    while (!isAtEnd || m_Stream.avail_in > 0)
    {
      if (m_Stream.avail_in == 0)
      {
        stream.read(stored.data(), static_cast<std::streamsize>(stored.size()));
        m_Stream.next_in = reinterpret_cast<Bytef *>(stored.data());
        m_Stream.avail_in = static_cast<uInt>(stream.gcount());
        if (m_Stream.avail_in == 0)
        {
          itkGenericExceptionMacro("the file ends before its pixels do.");
        }
      }
      m_Stream.next_out = reinterpret_cast<Bytef *>(held.data());
      m_Stream.avail_out = static_cast<uInt>(held.size());
      const int result = inflate(&m_Stream, Z_NO_FLUSH);
      if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
      {
        itkGenericExceptionMacro("it is damaged: its compressed pixels: "
                                 << (m_Stream.msg == nullptr ? "unknown error" : m_Stream.msg) << '.');
      }
      take(held.data(), held.size() - m_Stream.avail_out);
      if (result == Z_STREAM_END)
      {
        // Another member may follow; what is none is of no meaning, as for gzip.
        const bool follows = m_Stream.avail_in >= 2 && m_Stream.next_in[0] == 0x1f && m_Stream.next_in[1] == 0x8b;
        isAtEnd = true;
        if (!follows)
        {
          return;
        }
        inflateReset(&m_Stream);
        isAtEnd = false;
      }
    }
  }

private:
  z_stream m_Stream{};
};
} // namespace

/** An empty one. */
std::unique_ptr<FileAlias>
FileAlias::InMemory(const std::string & ending)
{
  const int memory = memfd_create("image", MFD_CLOEXEC);
  if (memory < 0)
  {
    itkGenericExceptionMacro("there is no memory for a copy of it: " << std::strerror(errno) << '.');
  }
  std::unique_ptr<FileAlias> alias(new FileAlias("/proc/self/fd/" + std::to_string(memory), ending));
  alias->m_Memory = memory;
  return alias;
}

std::unique_ptr<FileAlias>
FileAlias::OfChanged(const std::string & fileName,
                     std::uint64_t       offset,
                     const std::string & text,
                     const std::string & ending)
{
  auto              alias = InMemory(ending);
  std::ifstream     stream(fileName, std::ios::binary);
  std::vector<char> part(std::size_t{ 1 } << 18);
  do
  {
    stream.read(part.data(), static_cast<std::streamsize>(part.size()));
    WriteAll(alias->m_Memory, part.data(), static_cast<std::size_t>(stream.gcount()));
  }
  while (stream);
  lseek(alias->m_Memory, static_cast<off_t>(offset), SEEK_SET);
  WriteAll(alias->m_Memory, text.data(), text.size());
  return alias;
}

std::unique_ptr<FileAlias>
FileAlias::OfContent(const std::string & content, const std::string & ending)
{
  auto alias = InMemory(ending);
  WriteAll(alias->m_Memory, content.data(), content.size());
  return alias;
}

std::unique_ptr<FileAlias>
FileAlias::OfDecompressed(const std::string & fileName,
                          std::uint64_t       offset,
                          const std::string & text,
                          std::uint64_t       mostBytes,
                          bool                isExact,
                          const std::string & ending)
{
  auto      alias = InMemory(ending);
  const int memory = alias->m_Memory;
  WriteAll(memory, text.data(), text.size());

  std::ifstream stream(fileName, std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(offset));
  std::uint64_t count = 0;
  Inflater().Run(stream,
                 [&](const char * bytes, std::size_t size)
                 {
                   count += size;
                   if (count > mostBytes)
                   {
                     itkGenericExceptionMacro("it must hold " << (isExact ? "" : "at most ") << mostBytes
                                                              << " bytes, but decompressed it holds more.");
                   }
                   WriteAll(memory, bytes, size);
                 });
  if (isExact && count != mostBytes)
  {
    itkGenericExceptionMacro("it must hold " << mostBytes << " bytes of pixels, but holds " << count << '.');
  }
  return alias;
}
} // namespace itk
