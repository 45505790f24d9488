// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkImageFolder.h"
#include "itkImageFileFormat.h"
#include "itkImageIOBase.h"
#include "itkObjectFactoryBase.h"
#include "itksys/SystemTools.hxx"
#include <algorithm>
#include <filesystem>
#include <set>

namespace itk
{
namespace
{
namespace fs = std::filesystem;

/** In small letters, of all formats that can be read here. */
std::set<std::string>
GetImageEndings()
{
  // Some of ITK's readers leave out their own.
  std::set<std::string> endings = GetAllImageFormatEndings();
  for (const auto & object : ObjectFactoryBase::CreateAllInstance("itkImageIOBase"))
  {
    if (const auto * const format = dynamic_cast<const ImageIOBase *>(object.GetPointer()))
    {
      for (const auto & ending : format->GetSupportedReadExtensions())
      {
        endings.insert(itksys::SystemTools::LowerCase(ending));
      }
    }
  }
  return endings;
}

/** The pixels of a header are not an image of their own. */
bool
BelongsToHeader(const fs::path & path)
{
  const std::string name = path.string();
  const std::string ending = GetImageEnding(name);
  const bool        isPixels =
    itksys::SystemTools::LowerCase(ending) == ".img" || itksys::SystemTools::LowerCase(ending) == ".img.gz";
  return isPixels && fs::exists(name.substr(0, name.size() - ending.size()) + ".hdr");
}
} // namespace

std::string
GetImageEnding(const std::string & fileName)
{
  const fs::path    name = fs::path(fileName).filename();
  const std::string ending = name.extension().string();
  return itksys::SystemTools::LowerCase(ending) == ".gz" ? name.stem().extension().string() + ending : ending;
}

bool
IsFolder(const std::string & name)
{
  std::error_code error;
  return fs::is_directory(name, error);
}

std::vector<std::string>
ListImages(const std::string & folder)
{
  const auto               endings = GetImageEndings();
  std::vector<std::string> images;
  std::error_code          error;
  for (const auto & entry : fs::directory_iterator(folder))
  {
    const std::string name = entry.path().filename().string();
    if (name[0] != '.' && endings.count(itksys::SystemTools::LowerCase(GetImageEnding(name))) > 0 &&
        !entry.is_directory(error) && !BelongsToHeader(entry.path()))
    {
      images.push_back(entry.path().string());
    }
  }
  std::sort(images.begin(), images.end());
  return images;
}
} // namespace itk
