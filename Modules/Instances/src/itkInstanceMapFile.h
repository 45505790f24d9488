// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkInstanceMapFile_h
#define itkInstanceMapFile_h

#include "itkInstanceMaps.h"
#include <fstream>
#include <functional>
#include <string>
#include <vector>

namespace itk
{
/** Maps on the disk, to be read again; the file has no name any more as soon as it is open. */
class InstanceMapFile
{
public:
  /** \throws ExceptionObject that names the file */
  explicit InstanceMapFile(const std::string & fileName);

  /** \throws ExceptionObject that names the file */
  void
  Append(const InstanceMaps & maps);

  /** Calls visit(maps) for all of them in their order.
   * \throws ExceptionObject that names the file */
  void
  ReadAll(const std::function<void(const InstanceMaps & maps)> & visit);

private:
  [[noreturn]] void
  Throw(const char * action) const;

  std::string                            m_FileName;
  std::fstream                           m_File;
  std::vector<std::vector<std::int64_t>> m_Shapes;
};
} // namespace itk

#endif
