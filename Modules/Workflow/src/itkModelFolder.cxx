// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkModelFolder.h"
#include "itkMacro.h"
#include "itkSharedLibrary.h"
#include <algorithm>
#include <filesystem>
#include <set>
#include <vector>

namespace itk
{
namespace
{
namespace fs = std::filesystem;

constexpr const char * extension = ".safetensors";

/** Of a build tree or a bundle, and of an installation, whose libraries may lie deeper. */
std::vector<fs::path>
GetModelFolders()
{
  const fs::path folder = SharedLibrary::FolderOf(reinterpret_cast<const void *>(&FindModelFile));
  return { folder / "../share/ITKTorch/Models", folder / ITKTorch_MODEL_FOLDER };
}

std::string
ListModels(const std::vector<fs::path> & folders)
{
  std::set<std::string> names;
  for (const fs::path & folder : folders)
  {
    std::error_code absent;
    for (const auto & entry : fs::directory_iterator(folder, absent))
    {
      if (entry.path().extension() == extension)
      {
        names.insert(entry.path().stem().string());
      }
    }
  }
  std::string list;
  for (const std::string & name : names)
  {
    list += (list.empty() ? "" : ", ") + name;
  }
  return list;
}
} // namespace

std::string
FindModelFile(const std::string & model)
{
  const fs::path  path(model);
  std::error_code error;
  if (fs::exists(path, error) || path.has_parent_path() || path.has_extension())
  {
    return model;
  }
  const auto folders = GetModelFolders();
  for (const fs::path & folder : folders)
  {
    const fs::path file = (folder / (model + extension)).lexically_normal();
    if (fs::exists(file, error))
    {
      return file.string();
    }
  }
  const std::string list = ListModels(folders);
  itkGenericExceptionMacro("Model must be a file or the name of a model that comes with this library ("
                           << (list.empty() ? "there is none in " + folders.front().lexically_normal().string() : list)
                           << "), but is \"" << model << "\".");
}
} // namespace itk
