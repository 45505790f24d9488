// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCaseRecord.h"
#include "itkFolderTest.h"
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <filesystem>
#include <fstream>

namespace
{
namespace fs = std::filesystem;

constexpr const char * settings =
  R"({"Output":"objects","Network":{"MaximumWindowSize":0,"MaximumMemory":0},"Objects":{"A":0.5}})";

class CaseRecord : public itk::Test::FolderTest
{
protected:
  void
  SetUp() override
  {
    FolderTest::SetUp();
    for (const std::string name : { "in/a.png", "in/b.png", "model.safetensors", "out/a.png" })
    {
      this->Make(name, name);
    }
    this->SetAge("out/a.png", 1);
  }

  // Files are ten hours old, unless they are given another age.
  void
  Make(const std::string & name, const std::string & content) const
  {
    fs::create_directories(fs::path(In(name)).parent_path());
    std::ofstream(In(name)) << content;
    this->SetAge(name, 10);
  }

  void
  SetAge(const std::string & name, int hours) const
  {
    fs::last_write_time(In(name), fs::file_time_type::clock::now() - std::chrono::hours(hours));
  }

  itk::SegmentationCase
  Case(const std::string & input = "in/a.png") const
  {
    return { input, In(input), In("out/a.png") };
  }

  itk::CaseRecords
  Records(const std::string & text = settings, const std::string & version = "1.0") const
  {
    return { In("model.safetensors"), text, version };
  }

  void
  Finish() const
  {
    itk::CaseRecords::Write(this->Case(), this->Records().MakeLine(this->Case(), done));
  }

  bool
  IsFinished() const
  {
    return this->Records().FindFinished(this->Case()).has_value();
  }

  const itk::CaseResult done{ itk::CaseStatus::Done, "", 1.5, { 64, 48 }, 7, {} };
};

std::string
Fnv1a(std::string_view bytes)
{
  itk::Fnv1aHash hash;
  hash.Add(bytes);
  return hash.ToString();
}
} // namespace

// Values of the reference in draft-eastlake-fnv.
TEST_F(CaseRecord, TheHashIsFnv1a)
{
  EXPECT_EQ(Fnv1a(""), "cbf29ce484222325");
  EXPECT_EQ(Fnv1a("a"), "af63dc4c8601ec8c");
  EXPECT_EQ(Fnv1a("foobar"), "85944171f73967e8");
  this->Make("large", std::string(200000, 'x') + "\xff");
  EXPECT_EQ(itk::HashFile(In("large")), Fnv1a(std::string(200000, 'x') + "\xff"));
  EXPECT_THROW(itk::HashFile(In("absent")), itk::ExceptionObject);
}

TEST_F(CaseRecord, ALineTellsWhatCameOfACase)
{
  const auto line = nlohmann::json::parse(this->Records().MakeLine(this->Case(), done));
  EXPECT_EQ(line["case"], "in/a.png");
  EXPECT_EQ(line["status"], "done");
  EXPECT_EQ(line["input"], In("in/a.png"));
  EXPECT_EQ(line["output"], In("out/a.png"));
  EXPECT_EQ(line["seconds"], 1.5);
  EXPECT_EQ(line["size"], (std::vector<int>{ 64, 48 }));
  EXPECT_EQ(line["objects"], 7);
  EXPECT_EQ(line["parameters"], this->Records().GetHash());
  EXPECT_EQ(line["model"], In("model.safetensors"));
  EXPECT_EQ(line["modelHash"], Fnv1a("model.safetensors"));
  EXPECT_EQ(line["version"], "1.0");
  EXPECT_EQ(line["settings"], nlohmann::json::parse(settings));
  EXPECT_FALSE(line.contains("error"));
  EXPECT_FALSE(line.contains("notes"));
  auto noted = done;
  noted.Notes = { "It is resampled.", "It is dark." };
  EXPECT_EQ(nlohmann::json::parse(this->Records().MakeLine(this->Case(), noted))["notes"],
            (std::vector<std::string>{ "It is resampled.", "It is dark." }));

  const auto failed = nlohmann::json::parse(
    this->Records().MakeLine(this->Case(), { itk::CaseStatus::Failed, "No.", 0.0, {}, {}, {} }));
  EXPECT_EQ(failed["status"], "failed");
  EXPECT_EQ(failed["error"], "No.");
  EXPECT_FALSE(failed.contains("objects") || failed.contains("size"));
}

TEST_F(CaseRecord, ALineIsOneLineForAnyFileName)
{
  const itk::SegmentationCase odd{ "a\n\"\xff.png", "a\n\"\xff.png", "b.png" };
  const std::string           line = this->Records().MakeLine(odd, done);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_FALSE(nlohmann::json::parse(line, nullptr, false).is_discarded());
}

TEST_F(CaseRecord, TheParametersHashIsThatOfWhatDecidesTheResult)
{
  const std::string hash = this->Records().GetHash();
  EXPECT_EQ(hash.size(), 16u);
  const auto with = [this](std::string text, const std::string & old, const std::string & other)
  { return this->Records(text.replace(text.find(old), old.size(), other)).GetHash(); };
  EXPECT_NE(with(settings, "0.5", "0.6"), hash);
  EXPECT_NE(with(settings, "objects", "mask"), hash);
  EXPECT_NE(with(settings, "\"MaximumWindowSize\":0", "\"MaximumWindowSize\":64"), hash);
  EXPECT_NE(this->Records(settings, "1.1").GetHash(), hash);
  EXPECT_EQ(with(settings, "\"MaximumMemory\":0", "\"MaximumMemory\":100"), hash);
  EXPECT_EQ(
    with(settings, "\"MaximumWindowSize\":0,\"MaximumMemory\":0", "\"MaximumMemory\":0,\"MaximumWindowSize\":0"), hash);
  this->Make("model.safetensors", "another");
  EXPECT_NE(this->Records().GetHash(), hash);
}

TEST_F(CaseRecord, ACaseIsFinishedWhenItsRecordFits)
{
  EXPECT_FALSE(this->IsFinished());
  this->Finish();
  ASSERT_TRUE(this->IsFinished());
  const auto line = *this->Records().FindFinished(this->Case());
  auto       skipped = nlohmann::json::parse(line);
  EXPECT_EQ(skipped["status"], "skipped");
  skipped["status"] = "done";
  EXPECT_EQ(skipped, nlohmann::json::parse(this->Records().MakeLine(this->Case(), done)));

  EXPECT_FALSE(this->Records(settings, "1.1").FindFinished(this->Case()));
  EXPECT_FALSE(this->Records().FindFinished(this->Case("in/b.png"))) << "Its output is another image's.";
  itk::CaseRecords::Remove(this->Case());
  EXPECT_FALSE(this->IsFinished());
  itk::CaseRecords::Remove(this->Case());
}

TEST_F(CaseRecord, AnOutputThatIsNotTheNewestFileIsMadeAgain)
{
  this->Finish();
  for (const std::string name : { "in/a.png", "model.safetensors" })
  {
    this->SetAge(name, 0);
    EXPECT_FALSE(this->IsFinished()) << name;
    this->SetAge(name, 10);
    EXPECT_TRUE(this->IsFinished());
  }
  fs::last_write_time(In("in/a.png"), fs::last_write_time(In("out/a.png")));
  EXPECT_FALSE(this->IsFinished()) << "An equal time is not newer.";
  this->SetAge("in/a.png", 10);
  fs::remove(In("in/a.png"));
  EXPECT_FALSE(this->IsFinished());
  this->Make("in/a.png", "");
  fs::remove(In("out/a.png"));
  EXPECT_FALSE(this->IsFinished());
}

TEST_F(CaseRecord, ADamagedRecordIsNone)
{
  this->Finish();
  for (const std::string text : { "", "{", "[]", "3", "{}", R"({"status":"done"})", R"({"status":1,"parameters":2})" })
  {
    this->Make("out/a.png.json", text);
    EXPECT_FALSE(this->IsFinished()) << text;
  }
  const auto failed = this->Records().MakeLine(this->Case(), { itk::CaseStatus::Failed, "No.", 0.0, {}, {}, {} });
  itk::CaseRecords::Write(this->Case(), failed);
  EXPECT_FALSE(this->IsFinished());
}

TEST_F(CaseRecord, FoldersThatMoveTogetherStayFinished)
{
  this->Finish();
  const fs::path moved = m_Folder.string() + "-moved";
  fs::remove_all(moved);
  fs::rename(m_Folder, moved);
  m_Folder = moved;
  EXPECT_TRUE(this->IsFinished());
}
