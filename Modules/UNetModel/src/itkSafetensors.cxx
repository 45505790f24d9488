// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSafetensors.h"
#include "itkAtomicFileWrite.h"
#include "itkMacro.h"
#include "itkTorchTensorAccess.h"
#include <ATen/ops/empty.h>
#include <ATen/ops/isfinite.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

namespace itk
{
namespace
{
constexpr std::uint64_t maximumHeaderSize = 100'000'000;

[[noreturn]] void
Refuse(const std::string & fileName, const std::string & why)
{
  itkGenericExceptionMacro(<< fileName << " is not a usable safetensors file: " << why << '.');
}

c10::ScalarType
ScalarTypeOf(const std::string & fileName, const std::string & tensor, const std::string & name)
{
  static const std::map<std::string, c10::ScalarType> types{
    { "F64", c10::kDouble }, { "F32", c10::kFloat }, { "F16", c10::kHalf }, { "BF16", c10::kBFloat16 }
  };
  const auto found = types.find(name);
  if (found == types.end())
  {
    Refuse(fileName, "the type of tensor \"" + tensor + "\" must be F64, F32, F16 or BF16, but is " + name);
  }
  return found->second;
}

std::uint64_t
ReadHeaderSize(std::istream & file, const std::string & fileName, std::uint64_t fileSize)
{
  unsigned char bytes[8] = {};
  file.read(reinterpret_cast<char *>(bytes), 8);
  if (!file)
  {
    Refuse(fileName, "it is shorter than the 8 bytes that every such file begins with");
  }
  std::uint64_t size = 0;
  for (int i = 7; i >= 0; --i)
  {
    size = (size << 8) | bytes[i];
  }
  if (size > maximumHeaderSize)
  {
    Refuse(fileName,
           "its header must be at most " + std::to_string(maximumHeaderSize) + " bytes long, but claims " +
             std::to_string(size));
  }
  if (size > fileSize - 8)
  {
    Refuse(fileName,
           "its header claims " + std::to_string(size) + " bytes, but the file ends after " +
             std::to_string(fileSize - 8));
  }
  return size;
}

struct Entry
{
  std::string               Name;
  c10::ScalarType           Type;
  std::vector<std::int64_t> Shape;
  std::uint64_t             Begin;
  std::uint64_t             End;
};

Entry
ParseEntry(const std::string & fileName, const std::string & name, const nlohmann::json & json, std::uint64_t dataSize)
{
  for (const char * key : { "shape", "data_offsets" })
  {
    for (const auto & number : json.at(key))
    {
      if (!number.is_number_unsigned())
      {
        Refuse(fileName,
               std::string("\"") + key + "\" of tensor \"" + name + "\" must hold whole numbers of at least 0");
      }
    }
  }
  Entry         entry{ name,
               ScalarTypeOf(fileName, name, json.at("dtype").get<std::string>()),
               json.at("shape").get<std::vector<std::int64_t>>(),
               json.at("data_offsets").at(0).get<std::uint64_t>(),
               json.at("data_offsets").at(1).get<std::uint64_t>() };
  std::uint64_t expected = c10::elementSize(entry.Type);
  for (const auto size : entry.Shape)
  {
    if (size < 0 ||
        (size > 0 && expected > std::numeric_limits<std::uint64_t>::max() / static_cast<std::uint64_t>(size)))
    {
      Refuse(fileName, "the shape of tensor \"" + name + "\" is impossible");
    }
    expected *= static_cast<std::uint64_t>(size);
  }
  if (entry.Begin > entry.End || entry.End > dataSize)
  {
    Refuse(fileName,
           "tensor \"" + name + "\" claims bytes " + std::to_string(entry.Begin) + " to " + std::to_string(entry.End) +
             ", but the file holds " + std::to_string(dataSize));
  }
  if (entry.End - entry.Begin != expected)
  {
    Refuse(fileName,
           "tensor \"" + name + "\" needs " + std::to_string(expected) + " bytes, but has " +
             std::to_string(entry.End - entry.Begin));
  }
  return entry;
}

at::Tensor
ToHalf(const std::string & fileName, const std::string & name, const at::Tensor & values)
{
  const at::Tensor half = values.to(at::kHalf);
  const auto       lost = (at::isfinite(values) & ~at::isfinite(half)).sum().item<std::int64_t>();
  if (lost > 0)
  {
    itkGenericExceptionMacro("Cannot write " << fileName << ": values of the tensor \"" << name
                                             << "\" must be within 65504 of 0 for half precision, but " << lost
                                             << " of " << values.numel() << " are not.");
  }
  return half;
}
} // namespace

Safetensors
Safetensors::Read(const std::string & fileName, bool readsTensors)
{
  std::error_code     error;
  const std::uint64_t fileSize = std::filesystem::file_size(fileName, error);
  VerifyIsNoDevice(fileName);
  std::ifstream file(fileName, std::ios::binary);
  if (error || !file)
  {
    itkGenericExceptionMacro("Cannot read " << fileName << ": " << (error ? error.message() : std::strerror(errno))
                                            << '.');
  }
  const std::uint64_t headerSize = ReadHeaderSize(file, fileName, fileSize);
  std::string         text(headerSize, '\0');
  file.read(text.data(), static_cast<std::streamsize>(headerSize));
  const std::uint64_t dataSize = fileSize - 8 - headerSize;

  Safetensors        result;
  std::vector<Entry> entries;
  try
  {
    const auto header = nlohmann::json::parse(text);
    for (const auto & [name, value] : header.items())
    {
      if (name == "__metadata__")
      {
        result.Metadata = value.get<std::map<std::string, std::string>>();
      }
      else
      {
        entries.push_back(ParseEntry(fileName, name, value, dataSize));
      }
    }
  }
  catch (const nlohmann::json::exception &)
  {
    Refuse(fileName, "its header is not the JSON that the format asks for");
  }

  std::sort(entries.begin(), entries.end(), [](const Entry & a, const Entry & b) { return a.Begin < b.Begin; });
  std::uint64_t position = 0;
  for (const auto & entry : entries)
  {
    if (entry.Begin != position)
    {
      Refuse(fileName, "its tensors overlap or leave a gap before \"" + entry.Name + "\"");
    }
    position = entry.End;
  }
  if (position != dataSize)
  {
    Refuse(fileName,
           "its tensors end at byte " + std::to_string(position) + " of " + std::to_string(dataSize) + " data bytes");
  }
  if (readsTensors)
  {
    for (const auto & entry : entries)
    {
      const at::Tensor tensor = at::empty(entry.Shape, at::TensorOptions(entry.Type));
      file.read(static_cast<char *>(tensor.mutable_data_ptr()), static_cast<std::streamsize>(entry.End - entry.Begin));
      if (!file)
      {
        Refuse(fileName, "it could not be read to its end");
      }
      result.Tensors.emplace(entry.Name, MakeTorchTensor(tensor.to(at::kFloat), TorchDevice::CPU()));
    }
  }
  return result;
}

void
Safetensors::Write(const std::string & fileName, bool usesHalfPrecision) const
{
  nlohmann::json          header;
  std::vector<at::Tensor> dense;
  std::uint64_t           position = 0;
  header["__metadata__"] = Metadata;
  for (const auto & [name, tensor] : Tensors)
  {
    const at::Tensor values = GetATensor(tensor).to(at::kCPU, at::kFloat).contiguous();
    dense.push_back(usesHalfPrecision ? ToHalf(fileName, name, values) : values);
    const std::uint64_t size = dense.back().nbytes();
    header[name] = { { "dtype", usesHalfPrecision ? "F16" : "F32" },
                     { "shape", dense.back().sizes().vec() },
                     { "data_offsets", { position, position + size } } };
    position += size;
  }
  std::string text = header.dump();
  // The data begins at a multiple of 8 bytes.
  text.append((8 - text.size() % 8) % 8, ' ');

  AtomicFileWrite(fileName,
                  [&](const std::string & temporaryName)
                  {
                    std::ofstream file(temporaryName, std::ios::binary);
                    for (int i = 0; i < 8; ++i)
                    {
                      file.put(static_cast<char>((static_cast<std::uint64_t>(text.size()) >> (8 * i)) & 0xFF));
                    }
                    file << text;
                    for (const auto & tensor : dense)
                    {
                      file.write(static_cast<const char *>(tensor.const_data_ptr()),
                                 static_cast<std::streamsize>(tensor.nbytes()));
                    }
                    file.close();
                    if (!file)
                    {
                      itkGenericExceptionMacro("Cannot write " << fileName << ": " << std::strerror(errno) << '.');
                    }
                  });
}
} // namespace itk
