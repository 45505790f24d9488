// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkFileBytes_h
#define itkFileBytes_h

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

namespace itk
{
/** \class FileBytes
 * \brief Numbers in a piece of a file; 0 beyond its end. */
class FileBytes
{
public:
  explicit FileBytes(std::vector<std::uint8_t> bytes)
    : m_Bytes(std::move(bytes))
  {}

  std::size_t
  GetSize() const
  {
    return m_Bytes.size();
  }

  /** Whether numbers are in the other byte order than the machine's. */
  void
  SetIsSwapped(bool isSwapped)
  {
    m_IsSwapped = isSwapped;
  }
  bool
  GetIsSwapped() const
  {
    return m_IsSwapped;
  }
  void
  SetIsBigEndian()
  {
    const std::uint16_t one = 1;
    std::uint8_t        first;
    std::memcpy(&first, &one, 1);
    m_IsSwapped = first == 1;
  }

  template <typename TNumber>
  TNumber
  Get(std::size_t at) const
  {
    return this->GetNumber<TNumber>(at, m_IsSwapped);
  }
  /** Bytes as they are. */
  const std::vector<std::uint8_t> &
  GetAll() const
  {
    return m_Bytes;
  }

  /** In the other order. */
  template <typename TNumber>
  TNumber
  GetSwapped(std::size_t at) const
  {
    return this->GetNumber<TNumber>(at, !m_IsSwapped);
  }

private:
  template <typename TNumber>
  TNumber
  GetNumber(std::size_t at, bool isSwapped) const
  {
    std::array<std::uint8_t, sizeof(TNumber)> part{};
    if (at + sizeof(TNumber) <= m_Bytes.size())
    {
      std::copy_n(m_Bytes.begin() + static_cast<std::ptrdiff_t>(at), sizeof(TNumber), part.begin());
    }
    if (isSwapped)
    {
      std::reverse(part.begin(), part.end());
    }
    TNumber number;
    std::memcpy(&number, part.data(), sizeof(TNumber));
    return number;
  }

  std::vector<std::uint8_t> m_Bytes;
  bool                      m_IsSwapped{ false };
};

/** The first bytes of a file, decompressed if it is compressed by gzip; fewer if it is shorter. */
FileBytes
ReadBeginning(const std::string & fileName, std::size_t count);

/** What a gzip file of one member says about the length of what it holds, modulo 2^32. */
std::uint32_t
GetGzipLength(const std::string & fileName);

/** Length of what a gzip file holds, by decompressing it, or `most` if it is longer; less where its data end early or
 * are damaged. */
std::uint64_t
CountDecompressed(const std::string & fileName, std::uint64_t most);

/** What deflate makes of runs. */
constexpr double largestDeflateRatio = 1033;

/** 0 for a file that is absent. */
std::uint64_t
SizeOf(const std::filesystem::path & file);

/** \throws ExceptionObject unless the file has the bytes of the pixels
 * \param wanted by the header, as they are decompressed; may be more than an integer holds */
void
RequireBytes(double wanted, std::uint64_t present, double largestRatio = 1);

/** What a file of this many bytes may hold: all of its bytes, or those of a gzip file of one member, modulo 2^32.
 * \throws ExceptionObject unless it may hold as many */
void
RequireStored(double wanted, const std::string & fileName, bool isGzip);
} // namespace itk

#endif
