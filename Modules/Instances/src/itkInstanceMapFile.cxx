// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkInstanceMapFile.h"
#include "itkMacro.h"
#include <ATen/ops/empty.h>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace itk
{
InstanceMapFile::InstanceMapFile(const std::string & fileName)
  : m_FileName(fileName)
  , m_File(fileName, std::ios::binary | std::ios::in | std::ios::out | std::ios::trunc)
{
  if (!m_File)
  {
    this->Throw("write");
  }
  std::error_code error;
  std::filesystem::remove(fileName, error);
}

void
InstanceMapFile::Append(const InstanceMaps & maps)
{
  for (const at::Tensor & map : { maps.Mask, maps.Seeds, maps.Interior })
  {
    m_File.write(static_cast<const char *>(map.const_data_ptr()), static_cast<std::streamsize>(map.nbytes()));
  }
  m_Shapes.push_back(maps.Mask.sizes().vec());
  if (!m_File.flush())
  {
    this->Throw("write");
  }
}

void
InstanceMapFile::ReadAll(const std::function<void(const InstanceMaps & maps)> & visit)
{
  m_File.seekg(0);
  for (const auto & shape : m_Shapes)
  {
    const InstanceMaps maps{ at::empty(shape, c10::kByte),
                             at::empty(shape, c10::kByte),
                             at::empty(shape, c10::kUInt16) };
    for (const at::Tensor & map : { maps.Mask, maps.Seeds, maps.Interior })
    {
      if (!m_File.read(static_cast<char *>(map.data_ptr()), static_cast<std::streamsize>(map.nbytes())))
      {
        this->Throw("read");
      }
    }
    visit(maps);
  }
}

void
InstanceMapFile::Throw(const char * action) const
{
  itkGenericExceptionMacro("Cannot " << action << " the temporary file " << m_FileName << ": " << std::strerror(errno)
                                     << '.');
}
} // namespace itk
