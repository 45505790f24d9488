// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkFileAlias_h
#define itkFileAlias_h

#include <cstdint>
#include <memory>
#include <string>

namespace itk
{
/** \class FileAlias
 * \brief Another name for a file while this lives, for readers that decide by a name's ending or take a neighbor: it
 * is alone in a folder of its own. */
class FileAlias
{
public:
  /** A link to a file.
   * \throws ExceptionObject if there is no room for a temporary folder */
  static std::unique_ptr<FileAlias>
  OfFile(const std::string & fileName, const std::string & ending);

  /** A file in memory. */
  static std::unique_ptr<FileAlias>
  OfContent(const std::string & content, const std::string & ending);

  /** A text and what a stream of gzip or zlib holds, in memory. All of the stream is checked.
   * \param offset where the stream begins in the file
   * \param mostBytes that the stream may hold
   * \param isExact whether the stream must hold as many bytes
   * \throws ExceptionObject with a sentence, if the stream is damaged, or holds more or less than it must */
  static std::unique_ptr<FileAlias>
  OfDecompressed(const std::string & fileName,
                 std::uint64_t       offset,
                 const std::string & text,
                 std::uint64_t       mostBytes,
                 bool                isExact,
                 const std::string & ending);

  /** A copy of a file in memory.
   * \param text in place of as many bytes of the file
   * \param offset of these
   * \throws ExceptionObject with a sentence, if there is no memory */
  static std::unique_ptr<FileAlias>
  OfChanged(const std::string & fileName, std::uint64_t offset, const std::string & text, const std::string & ending);

  ~FileAlias();
  FileAlias(const FileAlias &) = delete;
  FileAlias &
  operator=(const FileAlias &) = delete;

  /** Puts another file before it, whose name GetName() is from now on: a header whose pixels are those of the alias.
   * \throws ExceptionObject if it cannot be written */
  void
  AddHeader(const std::string & content, const std::string & ending);

  const std::string &
  GetName() const
  {
    return m_Name;
  }

private:
  FileAlias(const std::string & target, const std::string & ending);
  static std::unique_ptr<FileAlias>
  InMemory(const std::string & ending);

  std::string m_Folder;
  std::string m_Name;
  int         m_Memory{ -1 };
};
} // namespace itk

#endif
