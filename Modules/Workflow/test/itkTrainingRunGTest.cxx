// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTrainingRun.h"
#include "itkClockSetBack.h"
#include "itkFolderTest.h"
#include "itkNucleiPhantomImageSource.h"
#include "itkTestHelpers.h"
#include "itkTrainingRunFolder.h"
#include "itkWriteImageFile.h"
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

namespace
{
using itk::TrainingSettings;
using itk::Test::ExpectContains;
using itk::Test::MessageOf;

class TrainingRunTest : public itk::Test::FolderTest
{
protected:
  /** Of two images, one in fold 0 and one in fold 7. */
  void
  SetUp() override
  {
    FolderTest::SetUp();
    auto phantom = itk::NucleiPhantomImageSource<itk::Image<unsigned char, 2>, itk::Image<unsigned short, 2>>::New();
    phantom->SetSize({ { 32, 32 } });
    itk::WriteImageFile(phantom->GetOutput(), In("a.png"));
    itk::WriteImageFile(phantom->GetLabelOutput(), In("a-label.png"));
    std::ofstream(In("pairs.csv")) << "image,label,fold\na.png,a-label.png,0\na.png,a-label.png,7\n";
  }

  TrainingSettings
  MakeSettings() const
  {
    TrainingSettings settings;
    settings.Pairs = In("pairs.csv");
    settings.ValidationFolds = { 7 };
    settings.Device = "cpu";
    settings.Specification.Levels = 1;
    settings.Specification.BaseFilters = 2;
    settings.Training.Epochs = 3;
    settings.Training.CropSize = 16;
    settings.Training.BatchSize = 2;
    return settings;
  }

  static itk::TrainingRunResult
  Run(const TrainingSettings & settings, const std::string & folder, bool goesOn)
  {
    return itk::RunTraining(settings, folder, goesOn, {});
  }
};
} // namespace

TEST_F(TrainingRunTest, AFoldWithoutImagesIsRefusedForTrainingAndForValidation)
{
  auto settings = MakeSettings();
  settings.Folds = { 3 };
  ExpectContains(MessageOf([&] { Run(settings, In("run"), false); }),
                 In("pairs.csv") + ": there must be at least 1 pair of the chosen folds, but there are 0.");
  settings = MakeSettings();
  settings.ValidationFolds = { 3 };
  ExpectContains(MessageOf([&] { Run(settings, In("run"), false); }),
                 In("pairs.csv") + ": there must be at least 1 pair of the chosen folds, but there are 0.");
  EXPECT_FALSE(std::filesystem::exists(In("run")));
}

TEST_F(TrainingRunTest, AFoldIsEitherTrainedOnOrScored)
{
  auto settings = MakeSettings();
  settings.Folds = { 0, 7 };
  ExpectContains(MessageOf([&] { Run(settings, In("run"), false); }),
                 "Folds must be either trained on or scored, but 7 is both.");
  EXPECT_FALSE(std::filesystem::exists(In("run")));
}

TEST_F(TrainingRunTest, ALearningRateThatIsNotPositiveIsRefusedBeforeTheFirstStep)
{
  for (const auto & [rate, text] : std::vector<std::pair<double, std::string>>{
         { 0.0, "0" }, { -1e-3, "-0.001" }, { std::numeric_limits<double>::quiet_NaN(), "nan" } })
  {
    auto settings = MakeSettings();
    settings.Training.LearningRate = rate;
    ExpectContains(MessageOf([&] { Run(settings, In("run" + text), false); }),
                   "LearningRate must be greater than 0, but is " + text + '.');
    EXPECT_FALSE(std::filesystem::exists(In("run" + text + "/checkpoint-0.safetensors")));
  }
}

TEST_F(TrainingRunTest, ACheckpointOfAnotherNetworkIsRefused)
{
  const auto settings = MakeSettings();
  auto       other = settings;
  other.Specification.BaseFilters = 4;
  Run(settings, In("run"), false);
  Run(other, In("other"), false);
  EXPECT_EQ(MessageOf([&] { Run(settings, In("run"), true); }), "");
  std::filesystem::remove(In("run/checkpoint-1.safetensors"));
  std::filesystem::copy(In("other/checkpoint-0.safetensors"),
                        In("run/checkpoint-0.safetensors"),
                        std::filesystem::copy_options::overwrite_existing);
  ExpectContains(MessageOf([&] { Run(settings, In("run"), true); }),
                 In("run") + ": the network of the newest checkpoint must be that of run.json, but is another one.");
}

TEST_F(TrainingRunTest, TimesAreThoseThatPassAlsoWhileTheClockIsSetBack)
{
  auto settings = MakeSettings();
  // Not reached by less than a day of a wrong clock.
  settings.Training.MaximumMinutes = 1000.0;
  settings.CheckpointMinutes = 1000.0;
  const auto begin = std::chrono::steady_clock::now();
  {
    const itk::Test::ClockSetBack clock;
    const auto                    first = std::chrono::system_clock::now();
    ASSERT_LT(std::chrono::system_clock::now(), first) << "the test does not reach the clock";
    EXPECT_EQ(Run(settings, In("run"), false).Ending, itk::UNetTraining::Ending::Complete);
  }
  const double  elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const auto    record = nlohmann::json::parse(itk::Test::ReadFileBytes(In("run/run.json")));
  std::ifstream metrics(In("run/metrics.csv"));
  std::string   line;
  std::getline(metrics, line);
  EXPECT_GT(record.at("Seconds").get<double>(), 0.0);
  EXPECT_LT(record.at("Seconds").get<double>(), elapsed);
  unsigned int epochs = 0;
  for (; std::getline(metrics, line); ++epochs)
  {
    std::istringstream       row(line);
    std::vector<std::string> fields;
    for (std::string field; std::getline(row, field, ',');)
    {
      fields.push_back(field);
    }
    // Of the training and of the validation.
    for (const std::size_t column : { 5u, 10u })
    {
      ASSERT_GT(fields.size(), column);
      EXPECT_GT(std::stod(fields[column]), 0.0) << line;
      EXPECT_LT(std::stod(fields[column]), elapsed) << line;
    }
  }
  EXPECT_EQ(epochs, 3u);
}
