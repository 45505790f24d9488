// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTrainingRunFolder.h"
#include "itkFolderTest.h"
#include "itkTestHelpers.h"
#include "itkUNetModelReader.h"
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sys/resource.h>

namespace
{
using itk::TrainingRunFolder;
using itk::Test::ExpectContains;
using itk::Test::MessageOf;

class TrainingRunFolderTest : public itk::Test::FolderTest
{
protected:
  static itk::UNetTrainingState::Pointer
  MakeState(std::uint64_t step)
  {
    itk::UNetSpecification specification;
    specification.Levels = 1;
    specification.BaseFilters = 2;
    auto state = itk::UNetTrainingState::New();
    state->GetModel()->SetSpecification(specification);
    state->GetModel()->InitializeWeights(step);
    itk::UNetTrainingPosition position;
    position.Step = step;
    state->SetPosition(position);
    return state;
  }

  /** Step of the checkpoint that is read; 0 for none. */
  std::uint64_t
  ReadStep(std::vector<std::string> * notes = nullptr) const
  {
    TrainingRunFolder folder(In("run"));
    const auto        state = folder.ReadCheckpoint(
      [notes](const std::string & note)
      {
        if (notes != nullptr)
        {
          notes->push_back(note);
        }
      });
    return state.IsNull() ? 0 : state->GetPosition().Step;
  }
};
} // namespace

TEST_F(TrainingRunFolderTest, TheNewestCheckpointIsReadAndTheOlderOneReplaced)
{
  EXPECT_EQ(this->ReadStep(), 0u);
  {
    TrainingRunFolder folder(In("run"));
    for (const std::uint64_t step : { 1, 2, 3 })
    {
      folder.WriteCheckpoint(*MakeState(step));
    }
  }
  EXPECT_EQ(this->ReadStep(), 3u);
  {
    // Another process, which first looks where it goes on.
    TrainingRunFolder folder(In("run"));
    folder.ReadCheckpoint([](const std::string &) {});
    folder.WriteCheckpoint(*MakeState(4));
  }
  EXPECT_EQ(this->ReadStep(), 4u);
  std::filesystem::remove(In("run/checkpoint-1.safetensors"));
  EXPECT_EQ(this->ReadStep(), 3u) << "3 was left when 4 was written";
}

TEST_F(TrainingRunFolderTest, OfADamagedCheckpointTheOneBeforeIsUsedAndThatIsSaid)
{
  {
    TrainingRunFolder folder(In("run"));
    folder.WriteCheckpoint(*MakeState(7));
    folder.WriteCheckpoint(*MakeState(8));
  }
  std::filesystem::resize_file(In("run/checkpoint-1.safetensors"),
                               std::filesystem::file_size(In("run/checkpoint-1.safetensors")) / 2);
  std::vector<std::string> notes;
  EXPECT_EQ(this->ReadStep(&notes), 7u);
  ASSERT_EQ(notes.size(), 1u);
  ExpectContains(notes[0], "checkpoint-1.safetensors is not a usable safetensors file");
}

TEST_F(TrainingRunFolderTest, ATrainingWithoutAReadableCheckpointDoesNotBeginAnew)
{
  TrainingRunFolder folder(In("run"));
  folder.WriteCheckpoint(*MakeState(7));
  folder.WriteCheckpoint(*MakeState(8));
  std::filesystem::resize_file(In("run/checkpoint-0.safetensors"), 100);
  // Of another version.
  std::string bytes = itk::Test::ReadFileBytes(In("run/checkpoint-1.safetensors"));
  bytes.replace(bytes.find("training 1"), 10, "training 9");
  itk::Test::WriteFileBytes(In("run/checkpoint-1.safetensors"), bytes);
  unsigned int      notes = 0;
  const std::string message = MessageOf([&] { folder.ReadCheckpoint([&](const std::string &) { ++notes; }); });
  ExpectContains(message,
                 In("run") + ": at least 1 checkpoint must be readable for a training to go on, but 2 of 2 cannot be "
                             "read: ");
  ExpectContains(message, "checkpoint-1.safetensors is no training of this version");
  EXPECT_EQ(notes, 0u);
}

TEST_F(TrainingRunFolderTest, ACheckpointThatFindsNoRoomLeavesBothAsTheyWere)
{
  TrainingRunFolder folder(In("run"));
  folder.WriteCheckpoint(*MakeState(1));
  folder.WriteCheckpoint(*MakeState(2));
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{ 4096, before.rlim_max };
  const auto   handler = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  const std::string problem = MessageOf([&] { folder.WriteCheckpoint(*MakeState(3)); });
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  ExpectContains(problem, "Cannot write " + In("run/checkpoint-0.safetensors"));
  EXPECT_EQ(folder.ReadCheckpoint([](const std::string &) {})->GetPosition().Step, 2u);
  folder.WriteCheckpoint(*MakeState(4));
  EXPECT_EQ(folder.ReadCheckpoint([](const std::string &) {})->GetPosition().Step, 4u);
}

TEST_F(TrainingRunFolderTest, AFolderIsHeldByOneObjectAtATime)
{
  {
    const TrainingRunFolder folder(In("run"));
    ExpectContains(MessageOf([&] { TrainingRunFolder(In("run")); }),
                   In("run") + ": only one process may train in a folder, but process ");
  }
  EXPECT_EQ(MessageOf([&] { TrainingRunFolder(In("run")); }), "");
  std::ofstream(In("file")) << "x";
  ExpectContains(MessageOf([&] { TrainingRunFolder(In("file")); }), "Cannot make the folder " + In("file"));
}

TEST_F(TrainingRunFolderTest, WhatKilledTrainingsLeftIsRemovedAfterAnHour)
{
  namespace fs = std::filesystem;
  for (const char * const name : { "run/.partial-old", "run/.partial-new" })
  {
    fs::create_directories(In(name));
    std::ofstream(In(std::string(name) + "/checkpoint-0")) << "half";
  }
  const auto twoHoursAgo = fs::file_time_type::clock::now() - std::chrono::hours(2);
  fs::last_write_time(In("run/.partial-old/checkpoint-0"), twoHoursAgo);
  fs::last_write_time(In("run/.partial-old"), twoHoursAgo);
  const TrainingRunFolder folder(In("run"));
  EXPECT_FALSE(fs::exists(In("run/.partial-old")));
  EXPECT_TRUE(fs::exists(In("run/.partial-new"))) << "another program may write it";
}

TEST_F(TrainingRunFolderTest, SettingsAreReadAsTheyWereWritten)
{
  itk::TrainingSettings settings;
  settings.Pairs = "/data/pairs.csv";
  settings.Folds = { 0, 2 };
  settings.ValidationFolds = { 7 };
  settings.ClassNames = { "background", "a, \"b\"" };
  settings.Spacing = { 0.5, 0.25 };
  settings.CheckpointMinutes = 2.5;
  settings.Specification.BaseFilters = 24;
  settings.Training = itk::UNetTrainingParameters::FromPreset(itk::UNetTrainingPreset::Nuclei);
  TrainingRunFolder folder(In("run"));
  EXPECT_FALSE(folder.HasRun());
  folder.WriteRecord(settings, "running", nullptr);
  EXPECT_TRUE(folder.HasRun());
  const itk::TrainingSettings read = TrainingRunFolder::ReadSettings(In("run"));
  EXPECT_EQ(read.ToJson(), settings.ToJson());
  EXPECT_EQ(read.ValidationFolds, settings.ValidationFolds);
  EXPECT_EQ(read.Training.Loss.Dice, settings.Training.Loss.Dice);
  std::ofstream(In("run/run.json")) << "{}";
  ExpectContains(MessageOf([&] { TrainingRunFolder::ReadSettings(In("run")); }),
                 "run.json is no record of a training.");
}

TEST_F(TrainingRunFolderTest, MetricsAreThoseOfTheHistoryWithEmptyFieldsForWhatIsNotKnown)
{
  const auto             state = MakeState(8);
  itk::UNetTrainingEpoch first;
  first.Step = 4;
  first.Loss = 0.5;
  itk::UNetTrainingEpoch second = first;
  second.Epoch = 1;
  second.Step = 8;
  second.Validation.Dice = 0.25;
  second.IsBest = true;
  state->SetHistory({ first, second });
  TrainingRunFolder folder(In("run"));
  folder.WriteMetrics(*state);
  std::ifstream     file(In("run/metrics.csv"));
  const std::string text{ std::istreambuf_iterator<char>(file), {} };
  EXPECT_EQ(text,
            "epoch,step,loss,learning_rate,gradient_norm,seconds,validation_loss,validation_dice,validation_iou,"
            "validation_map,validation_seconds,best\n1,4,0.5,0,0,0,,,,,0,0\n2,8,0.5,0,0,0,,0.25,,,0,1\n");
}
