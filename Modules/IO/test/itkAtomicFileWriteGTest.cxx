// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkAtomicFileWrite.h"
#include "itkFolderTest.h"
#include "itkMacro.h"
#include <gtest/gtest.h>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <stdexcept>
#include <thread>
#include <vector>
#include <unistd.h>

namespace
{
namespace fs = std::filesystem;

class AtomicFileWrite : public itk::Test::FolderTest
{
protected:
};

using Files = std::vector<std::string>;

void
Write(const std::string & fileName, const std::string & text)
{
  std::ofstream(fileName, std::ios::binary) << text;
}

std::string
Read(const std::string & fileName)
{
  std::ifstream stream(fileName, std::ios::binary);
  return { std::istreambuf_iterator<char>(stream), {} };
}

using itk::Test::ProblemOf;
} // namespace

TEST_F(AtomicFileWrite, ReplacesAFileOnlyWhenTheNewOneIsWhole)
{
  const std::string file = In("a.nii.gz");
  Write(file, "old");
  itk::AtomicFileWrite(file,
                       [&](const std::string & temporaryName)
                       {
                         EXPECT_EQ(fs::path(temporaryName).filename(), "a.nii.gz");
                         // On one file system, so that the last step is one move.
                         EXPECT_EQ(fs::path(temporaryName).parent_path().parent_path(), m_Folder);
                         Write(temporaryName, "new");
                         EXPECT_EQ(Read(file), "old");
                       });
  EXPECT_EQ(Read(file), "new");
  EXPECT_EQ(Names(), Files{ "a.nii.gz" });
}

TEST_F(AtomicFileWrite, AFailureKeepsTheOldFileAndLeavesNothingBehind)
{
  const std::string file = In("a.txt");
  Write(file, "old");
  const auto fail = [](const std::string & temporaryName)
  {
    Write(temporaryName, "half");
    throw std::runtime_error("the pen broke");
  };
  EXPECT_EQ(ProblemOf([&] { itk::AtomicFileWrite(file, fail); }), "the pen broke");
  EXPECT_EQ(Read(file), "old");
  EXPECT_EQ(Names(), Files{ "a.txt" });
}

TEST_F(AtomicFileWrite, AHeaderBringsItsSecondFile)
{
  itk::AtomicFileWrite(In("a.mhd"),
                       [](const std::string & temporaryName)
                       {
                         Write(temporaryName, "header");
                         Write(fs::path(temporaryName).replace_extension("raw").string(), "pixels");
                       });
  EXPECT_EQ(Names(), (Files{ "a.mhd", "a.raw" }));
  EXPECT_EQ(Read(In("a.raw")), "pixels");
}

TEST_F(AtomicFileWrite, ContentAtHandIsWrittenAsItIs)
{
  const std::string content("a\r\n\0b", 5);
  itk::AtomicFileWrite(In("a.csv"), content);
  EXPECT_EQ(Read(In("a.csv")), content);
}

TEST_F(AtomicFileWrite, AnOutputIsNeitherAnInputNorAnotherOutput)
{
  std::ofstream(this->In("a")) << "a";
  fs::create_hard_link(this->In("a"), this->In("hard"));
  fs::create_symlink(this->In("a"), this->In("soft"));
  const auto problem = [&](const std::vector<std::string> & outputs) {
    return itk::Test::ProblemOf([&] { itk::VerifyOutputsAreNoInputs(outputs, { this->In("a"), "" }); });
  };
  EXPECT_EQ(problem({ this->In("b"), this->In("c"), "", "" }), "");
  for (const std::string name : { "a", "hard", "soft", "./a" })
  {
    EXPECT_EQ(problem({ this->In(name) }),
              "Cannot write " + this->In(name) + ": it is one of the files that are read.");
  }
  EXPECT_EQ(problem({ this->In("b"), this->In("./b") }),
            "Cannot write " + this->In("./b") + ": it would be written twice.");
}

TEST_F(AtomicFileWrite, WhatIsNoRegularFileIsNotReplaced)
{
  ASSERT_EQ(mkfifo(In("pipe").c_str(), 0600), 0);
  EXPECT_EQ(itk::Test::ProblemOf([&] { itk::AtomicFileWrite(In("pipe"), "x"); }),
            "Cannot write " + In("pipe") + ": it is a pipe, a socket or a device.");
  EXPECT_EQ(itk::Test::ProblemOf([&] { itk::AtomicFileWrite("/dev/full", "x"); }),
            "Cannot write /dev/full: it is a pipe, a socket or a device.");
  EXPECT_TRUE(std::filesystem::is_fifo(In("pipe")));
  EXPECT_EQ(itk::Test::ProblemOf([&] { itk::VerifyIsNoDevice(In("pipe")); }),
            In("pipe") + ": it must be a regular file, but is a pipe, a socket or a device.");
}

TEST_F(AtomicFileWrite, PixelsOfAnotherHeaderAreNotReplaced)
{
  itk::AtomicFileWrite(In("A.raw"), "of in.mhd");
  const auto write = [](const std::string & name)
  {
    std::ofstream(name) << "header";
    std::ofstream(name.substr(0, name.size() - 3) + "raw") << "pixels";
  };
  EXPECT_EQ(itk::Test::ProblemOf([&] { itk::AtomicFileWrite(In("A.mhd"), write); }),
            "Cannot write " + In("A.mhd") + ": its pixels would replace the file " + In("A.raw") + '.');
  EXPECT_EQ(Names(), (std::vector<std::string>{ "A.raw" }));
  itk::AtomicFileWrite(In("B.mhd"), write);
  itk::AtomicFileWrite(In("B.mhd"), write);
  itk::AtomicFileWrite(In("C.hdr"), "header");
  EXPECT_EQ(itk::Test::ProblemOf([&] { itk::VerifyOutputsAreNoInputs({ In("C.img") }, { In("C.hdr") }); }),
            "Cannot write " + In("C.img") + ": it is one of the files that are read.");
}

TEST_F(AtomicFileWrite, AnEndingInCapitalsIsThatOfItsFormat)
{
  EXPECT_EQ(itk::WithSmallEnding("Some.Dir/A.NII.GZ"), "Some.Dir/A.nii.gz");
  EXPECT_EQ(itk::WithSmallEnding("A.PNG"), "A.png");
  EXPECT_EQ(itk::WithSmallEnding("NO/ENDING"), "NO/ENDING");
  EXPECT_EQ(itk::WithSmallEnding("A.B.PNG"), "A.B.png");
  EXPECT_EQ(itk::WithSmallEnding(""), "");
  std::string temporary;
  itk::AtomicFileWrite(In("A.NII.GZ"),
                       [&](const std::string & name)
                       {
                         temporary = name;
                         std::ofstream(name) << "x";
                       });
  EXPECT_EQ(temporary.substr(temporary.size() - 9), "/A.nii.gz");
  EXPECT_EQ(Names(), (std::vector<std::string>{ "A.NII.GZ" }));
}

TEST_F(AtomicFileWrite, AFileNameWithoutAFolderIsInTheCurrentOne)
{
  const auto before = fs::current_path();
  fs::current_path(m_Folder);
  itk::AtomicFileWrite("a.txt", "text");
  fs::current_path(before);
  EXPECT_EQ(Names(), Files{ "a.txt" });
}

TEST_F(AtomicFileWrite, WritersAtTheSameTimeDoNotMix)
{
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
  {
    threads.emplace_back([&, i]
                         { itk::AtomicFileWrite(In("a.txt"), std::string(100000, static_cast<char>('a' + i))); });
  }
  for (auto & thread : threads)
  {
    thread.join();
  }
  const std::string text = Read(In("a.txt"));
  EXPECT_EQ(text, std::string(100000, text.front()));
  EXPECT_EQ(Names(), Files{ "a.txt" });
}

TEST_F(AtomicFileWrite, WhatCannotBeWrittenIsNamedWithTheReason)
{
  fs::create_directory(In("folder"));
  EXPECT_EQ(ProblemOf([&] { itk::AtomicFileWrite(In("absent/a.txt"), ""); }),
            "Cannot write " + In("absent/a.txt") + ": there is no folder " + In("absent") + ".");
  EXPECT_EQ(ProblemOf([&] { itk::AtomicFileWrite(In("folder"), ""); }),
            "Cannot write " + In("folder") + ": it is a folder.");
  EXPECT_EQ(ProblemOf([&] { itk::AtomicFileWrite(In("a.txt"), [](const std::string &) {}); }),
            "Cannot write " + In("a.txt") + ": No such file or directory.");
  EXPECT_EQ(Names(), Files{ "folder" });
}

TEST_F(AtomicFileWrite, RoomIsAskedForBeforeWritingAndNothingIsLeftOfIt)
{
  itk::VerifyRoomForFile(In("a.txt"), In("b.txt"), 100000);
  EXPECT_EQ(Names(), Files{});
  const auto problem = ProblemOf([&] { itk::VerifyRoomForFile(In("a.txt"), In("b.txt"), std::uintmax_t{ 1 } << 60); });
  // Too large for the disk, or already for its file system.
  EXPECT_EQ(problem.rfind("Cannot write " + In("a.txt") + ": ", 0), 0u) << problem;
  EXPECT_EQ(Names(), Files{});
}

TEST_F(AtomicFileWrite, AFolderThatMayNotBeWrittenToIsNamed)
{
  fs::permissions(m_Folder, fs::perms::owner_read | fs::perms::owner_exec);
  std::ofstream probe(In("probe"));
  const bool    isPrivileged = probe.is_open();
  const auto    problem = ProblemOf([&] { itk::AtomicFileWrite(In("a.txt"), ""); });
  fs::permissions(m_Folder, fs::perms::owner_all);
  if (isPrivileged)
  {
    GTEST_SKIP() << "This user may write everywhere.";
  }
  EXPECT_EQ(problem, "Cannot write " + In("a.txt") + ": Permission denied.");
}

TEST_F(AtomicFileWrite, WhatAKilledProcessLeftBehindIsInNobodysWay)
{
  // Any process that is killed may leave the folder that the next one with its number would make.
  for (int number = 0; number < 3; ++number)
  {
    fs::create_directory(In(".partial-" + std::to_string(getpid()) + "-" + std::to_string(number)));
  }
  itk::AtomicFileWrite(In("a.txt"), "text");
  EXPECT_EQ(Read(In("a.txt")), "text");
}

TEST_F(AtomicFileWrite, OnlyOldTemporaryFoldersAreRemoved)
{
  const auto old = fs::file_time_type::clock::now() - std::chrono::hours(25);
  for (const std::string name : { ".partial-old", ".partial-busy", ".partial-new", "old" })
  {
    fs::create_directory(In(name));
    Write(In(name + "/a.txt"), "half");
    if (name != ".partial-new")
    {
      fs::last_write_time(In(name), old);
    }
    if (name != ".partial-new" && name != ".partial-busy")
    {
      fs::last_write_time(In(name + "/a.txt"), old);
    }
  }
  Write(In(".partial-file"), "");
  fs::last_write_time(In(".partial-file"), old);
  itk::RemoveAbandonedWrites(m_Folder.string());
  EXPECT_EQ(Names(), (Files{ ".partial-busy", ".partial-file", ".partial-new", "old" }));
  itk::RemoveAbandonedWrites(In("absent"));
}
