// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkImageFolder.h"
#include "itkFolderTest.h"
#include "itkVerifiedImageReader.h"
#include <sys/stat.h>

namespace
{
namespace fs = std::filesystem;

class ImageFolder : public itk::Test::FolderTest
{
protected:
  std::vector<std::string>
  List() const
  {
    std::vector<std::string> names;
    for (const std::string & image : itk::ListImages(m_Folder.string()))
    {
      names.push_back(fs::path(image).filename().string());
    }
    return names;
  }
};
} // namespace

TEST_F(ImageFolder, FilesOfFormatsAreListedByTheirNamesAlone)
{
  for (const std::string name : { "b.PNG", "a.nii.gz", "pair.hdr", "pair.img", ".hidden.png", "notes.txt" })
  {
    itk::Test::WriteFileBytes(In(name), "not looked at");
  }
  fs::create_directory(In("folder.png"));
  EXPECT_EQ(this->List(), (std::vector<std::string>{ "a.nii.gz", "b.PNG", "pair.hdr" }));
}

TEST_F(ImageFolder, WhatCannotBeOpenedIsListedSoThatItIsReported)
{
  ASSERT_EQ(mkfifo(In("pipe.png").c_str(), 0600), 0);
  fs::create_symlink("nowhere", In("dangling.png"));
  fs::create_symlink("loop.png", In("loop.png"));
  EXPECT_EQ(this->List(), (std::vector<std::string>{ "dangling.png", "loop.png", "pipe.png" }));
  const auto problem = [this](const std::string & name)
  { return itk::Test::ProblemOf([&] { itk::OpenImageFile(In(name)); }); };
  EXPECT_EQ(problem("dangling.png"), In("dangling.png") + ": there is no such file.");
  EXPECT_EQ(problem("loop.png"), In("loop.png") + ": it cannot be opened: Too many levels of symbolic links.");
  EXPECT_EQ(problem("pipe.png"), In("pipe.png") + ": it must be a regular file, but is a pipe, a socket or a device.");
  EXPECT_FALSE(itk::IsFolder(In("loop.png")));
  EXPECT_TRUE(itk::IsFolder(m_Folder.string()));
}
