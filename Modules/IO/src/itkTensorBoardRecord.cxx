// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTensorBoardRecord.h"
#include <array>
#include <cstring>

namespace itk
{
namespace
{
/** The change of a check sum by one byte. */
constexpr std::array<std::uint32_t, 256>
MakeCrcTable()
{
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte)
  {
    std::uint32_t rest = byte;
    for (int bit = 0; bit < 8; ++bit)
    {
      rest = (rest >> 1) ^ ((rest & 1) != 0 ? 0x82F63B78u : 0u);
    }
    table[byte] = rest;
  }
  return table;
}

/** The lowest byte first. */
template <typename TNumber>
std::string
FixedBytes(TNumber number)
{
  std::string bytes;
  for (std::size_t byte = 0; byte < sizeof(number); ++byte)
  {
    bytes += static_cast<char>(number >> (8 * byte) & 0xff);
  }
  return bytes;
}

/** Seven bits to a byte, the lowest first; the highest bit tells that more follow. */
std::string
VariableBytes(std::uint64_t number)
{
  std::string bytes;
  for (; number >= 0x80; number >>= 7)
  {
    bytes += static_cast<char>(number | 0x80);
  }
  return bytes + static_cast<char>(number);
}

/** How Protocol Buffers encode a field's value. */
enum class WireType : std::uint8_t
{
  Variable = 0,
  Fixed64 = 1,
  Counted = 2,
  Fixed32 = 5
};

std::string
FieldKey(unsigned int field, WireType type)
{
  return VariableBytes(field << 3 | static_cast<unsigned int>(type));
}

std::string
IntegerField(unsigned int field, std::int64_t value)
{
  return FieldKey(field, WireType::Variable) + VariableBytes(static_cast<std::uint64_t>(value));
}

std::string
DoubleField(unsigned int field, double value)
{
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(bits));
  return FieldKey(field, WireType::Fixed64) + FixedBytes(bits);
}

std::string
FloatField(unsigned int field, float value)
{
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof(bits));
  return FieldKey(field, WireType::Fixed32) + FixedBytes(bits);
}

/** Text, bytes or a message. */
std::string
BytesField(unsigned int field, const std::string & bytes)
{
  return FieldKey(field, WireType::Counted) + VariableBytes(bytes.size()) + bytes;
}

// TensorFlow's messages Event, Summary, Summary.Value, Summary.Image, SummaryMetadata and its PluginData, TensorProto,
// TensorShapeProto and its Dim. Fields stand in the order of their numbers.

std::string
EventTime(double wallTime)
{
  return DoubleField(1, wallTime);
}

std::string
Tag(const std::string & tag)
{
  return BytesField(1, tag);
}
} // namespace

std::uint32_t
Crc32C(const std::string & bytes)
{
  static constexpr auto table = MakeCrcTable();
  std::uint32_t         crc = ~0u;
  for (const char byte : bytes)
  {
    crc = (crc >> 8) ^ table[(crc ^ static_cast<unsigned char>(byte)) & 0xff];
  }
  return ~crc;
}

std::uint32_t
MaskCrc32C(std::uint32_t crc)
{
  return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

std::string
EncodeTensorBoardRecord(const std::string & event)
{
  const std::string length = FixedBytes(std::uint64_t{ event.size() });
  return length + FixedBytes(MaskCrc32C(Crc32C(length))) + event + FixedBytes(MaskCrc32C(Crc32C(event)));
}

std::string
EncodeTensorBoardVersion(double wallTime)
{
  return EventTime(wallTime) + BytesField(3, "brain.Event:2");
}

std::string
EncodeTensorBoardEvent(double wallTime, std::int64_t step, const std::string & value)
{
  const std::string summary = BytesField(1, value);
  return EventTime(wallTime) + IntegerField(2, step) + BytesField(5, summary);
}

std::string
EncodeTensorBoardScalar(const std::string & tag, float value)
{
  return Tag(tag) + FloatField(2, value);
}

std::string
EncodeTensorBoardImage(const std::string & tag,
                       const std::string & png,
                       unsigned int        width,
                       unsigned int        height,
                       unsigned int        channels)
{
  const std::string image =
    IntegerField(1, height) + IntegerField(2, width) + IntegerField(3, channels) + BytesField(4, png);
  return Tag(tag) + BytesField(4, image);
}

std::string
EncodeTensorBoardText(const std::string & tag, const std::string & markdown)
{
  constexpr int typeString = 7;
  // A tensor without axes; others are shown as a table.
  const std::string shape;
  const std::string tensor = IntegerField(1, typeString) + BytesField(2, shape) + BytesField(8, markdown);
  const std::string metadata = BytesField(1, BytesField(1, "text"));
  return Tag(tag) + BytesField(8, tensor) + BytesField(9, metadata);
}
} // namespace itk
