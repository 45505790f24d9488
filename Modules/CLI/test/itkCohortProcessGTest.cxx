// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkNucleiPhantomImageSource.h"
#include "itkProgramProcess.h"
#include "itkTestHelpers.h"
#include "itkUNetModelWriter.h"
#include "itkWriteImageFile.h"
#include <nlohmann/json.hpp>
#include <chrono>
#include <filesystem>
#include <csignal>
#include <fstream>
#include <functional>
#include <map>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>

// `itktorch segment` as processes that are killed, run at the same time, or find no room.
namespace
{
namespace fs = std::filesystem;

constexpr std::size_t numberOfCases = 12;

std::string
ReadText(const fs::path & file)
{
  std::ifstream stream(file, std::ios::binary);
  return { std::istreambuf_iterator<char>(stream), {} };
}

class CohortProcess : public ::testing::Test
{
protected:
  using Names = std::vector<std::string>;

  void
  SetUp() override
  {
    ASSERT_TRUE(fs::exists(ITKTORCH_PROGRAM));
    m_Folder = fs::temp_directory_path() /
               (std::string("itkCohortProcess-") + ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(m_Folder);
    fs::create_directories(m_Folder / "images");
    this->MakeModel();
    for (std::size_t i = 0; i < numberOfCases; ++i)
    {
      auto phantom = itk::NucleiPhantomImageSource<itk::Image<unsigned char, 2>, itk::Image<unsigned short, 2>>::New();
      phantom->SetSize({ { 96 + i, 80 } });
      phantom->SetSeed(i);
      m_Names.push_back(std::string(1, static_cast<char>('a' + i)) + ".mha");
      itk::WriteImageFile(phantom->GetOutput(), (m_Folder / "images" / m_Names.back()).string());
    }
  }

  void
  TearDown() override
  {
    umount2((m_Folder / "full").c_str(), MNT_DETACH);
    fs::remove_all(m_Folder);
  }

  void
  MakeModel() const
  {
    itk::UNetSpecification specification;
    specification.Levels = 2;
    specification.BaseFilters = 8;
    auto model = itk::UNetModel::New();
    model->SetSpecification(specification);
    model->InitializeWeights(1);
    auto writer = itk::UNetModelWriter::New();
    writer->SetInput(model);
    writer->SetFileName((m_Folder / "model.safetensors").string());
    writer->Update();
  }

  /** A list of all images, with outputs in a folder. */
  std::string
  MakeList(const std::string & folder) const
  {
    const auto    list = m_Folder / (folder + ".csv");
    std::ofstream stream(list);
    stream << "image,output\n";
    for (const auto & name : m_Names)
    {
      stream << "images/" << name << "," << folder << "/" << name << "\n";
    }
    return list.string();
  }

  /** \param name of the file for standard output
   * \param prepare called in the new process */
  pid_t
  Start(
    const std::string &           list,
    const std::string &           name,
    Names                         options = {},
    const std::function<void()> & prepare = [] {}) const
  {
    Names arguments{ "segment",
                     list,
                     "--model",
                     (m_Folder / "model.safetensors").string(),
                     "--probabilities",
                     "--device",
                     "cpu",
                     "--threads",
                     "1",
                     "--shard",
                     "1/1" };
    arguments.insert(arguments.end(), options.begin(), options.end());
    return itk::Test::StartProgram(arguments, (m_Folder / name).string(), prepare);
  }

  /** Output's name → status, from a file of standard output; each case once. */
  std::map<std::string, std::string>
  Statuses(const std::string & name) const
  {
    std::map<std::string, std::string> statuses;
    std::ifstream                      stream(m_Folder / name);
    for (std::string line; std::getline(stream, line);)
    {
      const auto json = nlohmann::json::parse(line);
      EXPECT_TRUE(statuses.emplace(fs::path(json["output"].get<std::string>()).filename(), json["status"]).second);
    }
    return statuses;
  }

  /** What has a record in a folder. */
  Names
  Recorded(const std::string & folder) const
  {
    Names names;
    for (const auto & name : m_Names)
    {
      if (fs::exists(m_Folder / folder / (name + ".json")))
      {
        names.push_back(name);
      }
    }
    return names;
  }

  std::size_t
  CountPartial(const std::string & folder) const
  {
    std::size_t count = 0;
    for (const auto & entry : fs::directory_iterator(m_Folder / folder))
    {
      count += entry.path().filename().string().rfind(".partial", 0) == 0 ? 1 : 0;
    }
    return count;
  }

  /** Whatever stands under its final name is what an undisturbed run makes. */
  void
  ExpectNothingHalf(const std::string & folder) const
  {
    for (const auto & name : m_Names)
    {
      if (const auto output = m_Folder / folder / name; fs::exists(output))
      {
        EXPECT_EQ(ReadText(output), ReadText(m_Folder / "calm" / name)) << output;
      }
      if (const auto record = m_Folder / folder / (name + ".json"); fs::exists(record))
      {
        EXPECT_TRUE(fs::exists(m_Folder / folder / name));
        EXPECT_EQ(nlohmann::json::parse(ReadText(record))["status"], "done") << record;
      }
    }
  }

  void
  RunCalmly() const
  {
    ASSERT_EQ(itk::Test::WaitForProgram(this->Start(this->MakeList("calm"), "calm.jsonl")), 0)
      << ReadText(m_Folder / "calm.jsonl.log");
    ASSERT_EQ(this->Recorded("calm"), m_Names);
  }

  void
  WaitForRecords(const std::string & folder, std::size_t count) const
  {
    for (int i = 0; i < 60000 && this->Recorded(folder).size() < count; ++i)
    {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ASSERT_GE(this->Recorded(folder).size(), count);
  }

  fs::path m_Folder;
  Names    m_Names;
};

/** In a mount namespace of this process, so that nothing of it is left. */
bool
MountSmallDisk(const fs::path & folder, const std::string & size)
{
  const auto user = std::to_string(getuid());
  if (unshare(CLONE_NEWNS) != 0)
  {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
    {
      return false;
    }
    std::ofstream("/proc/self/uid_map") << "0 " + user + " 1";
  }
  return mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         mount("none", folder.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
}
} // namespace

TEST_F(CohortProcess, AKilledRunGoesOnWhereItWas)
{
  this->RunCalmly();
  const std::string list = this->MakeList("killed");
  // Nobody writes to this image, so that no run comes to its end.
  const auto last = m_Folder / "images" / m_Names.back();
  fs::rename(last, m_Folder / "last");
  ASSERT_EQ(mkfifo(last.c_str(), 0600), 0);
  Names before;
  for (const std::size_t count : { 2, 5, 9 })
  {
    const pid_t process = this->Start(list, "killed.jsonl");
    this->WaitForRecords("killed", count);
    kill(process, SIGKILL);
    ASSERT_EQ(itk::Test::WaitForProgram(process), -SIGKILL) << ReadText(m_Folder / "killed.jsonl.log");
    this->ExpectNothingHalf("killed");
    // The last line may have been cut off, or its record be there already.
    const Names now = this->Recorded("killed");
    EXPECT_TRUE(std::includes(now.begin(), now.end(), before.begin(), before.end()));
    before = now;
  }
  fs::remove(last);
  fs::rename(m_Folder / "last", last);

  ASSERT_EQ(itk::Test::WaitForProgram(this->Start(list, "killed.jsonl")), 0) << ReadText(m_Folder / "killed.jsonl.log");
  const auto statuses = this->Statuses("killed.jsonl");
  ASSERT_EQ(statuses.size(), numberOfCases);
  for (const auto & [name, status] : statuses)
  {
    const bool wasDone = std::find(before.begin(), before.end(), name) != before.end();
    EXPECT_EQ(status, wasDone ? "skipped" : "done") << name;
  }
  EXPECT_EQ(this->Recorded("killed"), m_Names);
  this->ExpectNothingHalf("killed");

  ASSERT_EQ(itk::Test::WaitForProgram(this->Start(list, "again.jsonl")), 0);
  for (const auto & [name, status] : this->Statuses("again.jsonl"))
  {
    EXPECT_EQ(status, "skipped") << name;
  }
}

TEST_F(CohortProcess, WhatAKillLeavesBehindIsNoImage)
{
  this->RunCalmly();
  fs::create_directories(m_Folder / "images" / ".partial-abcdef");
  fs::copy_file(m_Folder / "images" / "a.mha", m_Folder / "images" / ".partial-abcdef" / "x.mha");
  fs::create_directories(m_Folder / "out" / ".partial-abcdef");
  fs::last_write_time(m_Folder / "out" / ".partial-abcdef", fs::file_time_type::clock::now() - std::chrono::hours(48));
  const std::string images = (m_Folder / "images").string();
  ASSERT_EQ(itk::Test::WaitForProgram(this->Start(images, "out.jsonl", { (m_Folder / "out").string() })), 0);
  EXPECT_EQ(this->Statuses("out.jsonl").size(), numberOfCases);
  EXPECT_EQ(this->CountPartial("out"), 0u);
  this->ExpectNothingHalf("out");
}

TEST_F(CohortProcess, TwoProcessesOnOneListDoNotDisturbEachOther)
{
  this->RunCalmly();
  const std::string list = this->MakeList("twice");
  const pid_t       first = this->Start(list, "first.jsonl", { "--again" });
  const pid_t       second = this->Start(list, "second.jsonl", { "--again" });
  EXPECT_EQ(itk::Test::WaitForProgram(first), 0) << ReadText(m_Folder / "first.jsonl.log");
  EXPECT_EQ(itk::Test::WaitForProgram(second), 0) << ReadText(m_Folder / "second.jsonl.log");
  EXPECT_EQ(this->Recorded("twice"), m_Names);
  EXPECT_EQ(this->CountPartial("twice"), 0u);
  this->ExpectNothingHalf("twice");
}

TEST_F(CohortProcess, AFileThatCannotGrowFailsItsCaseAndLeavesNothing)
{
  this->RunCalmly();
  const std::string list = this->MakeList("stuck");
  const pid_t       process = this->Start(list,
                                    "stuck.jsonl",
                                    {},
                                    []
                                    {
                                      const rlimit limit{ 16384, 16384 };
                                      setrlimit(RLIMIT_FSIZE, &limit);
                                      signal(SIGXFSZ, SIG_IGN);
                                    });
  EXPECT_EQ(itk::Test::WaitForProgram(process), 1);
  const auto statuses = this->Statuses("stuck.jsonl");
  EXPECT_EQ(statuses.size(), numberOfCases);
  for (const auto & [name, status] : statuses)
  {
    EXPECT_EQ(status, "failed") << name;
    EXPECT_FALSE(fs::exists(m_Folder / "stuck" / name));
  }
  EXPECT_TRUE(fs::is_empty(m_Folder / "stuck"));
}

TEST_F(CohortProcess, AFullDiskFailsTheCasesThatHaveNoRoom)
{
  this->RunCalmly();
  const std::string list = this->MakeList("full");
  fs::create_directory(m_Folder / "full");
  if (!MountSmallDisk(m_Folder / "full", "256k"))
  {
    GTEST_SKIP() << "This user may not mount a small disk.";
  }
  EXPECT_EQ(itk::Test::WaitForProgram(this->Start(list, "full.jsonl")), 1);
  std::map<std::string, int> counts;
  for (const auto & [name, status] : this->Statuses("full.jsonl"))
  {
    ++counts[status];
    EXPECT_EQ(fs::exists(m_Folder / "full" / name), status == "done") << name;
  }
  EXPECT_GT(counts["done"], 0);
  EXPECT_GT(counts["failed"], 0);
  EXPECT_EQ(counts["done"] + counts["failed"], static_cast<int>(numberOfCases));
  EXPECT_EQ(this->CountPartial("full"), 0u);
  this->ExpectNothingHalf("full");
  EXPECT_NE(ReadText(m_Folder / "full.jsonl.log").find("too little space is left on the disk"), std::string::npos);
}
