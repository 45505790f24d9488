// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTrainingRunFolder.h"
#include "itkAtomicFileWrite.h"
#include "itkErrorSentence.h"
#include "itkTensorBoardWriter.h"
#include "itkTorchRuntime.h"
#include "itkUNetModelWriter.h"
#include "itkUNetTrainingStateReader.h"
#include "itkUNetTrainingStateWriter.h"
#include "itkValidationPicture.h"
#include <nlohmann/json.hpp>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/file.h>
#include <sys/utsname.h>
#include <thread>
#include <unistd.h>

namespace itk
{
namespace
{
namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char * recordName = "run.json";
constexpr unsigned int numberOfCheckpoints = 2;

std::string
CheckpointName(unsigned int number)
{
  return "checkpoint-" + std::to_string(number) + ".safetensors";
}

std::string
GetTime()
{
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm           parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

Json
DescribeMachine()
{
  utsname name{};
  uname(&name);
  std::ifstream cpus("/proc/cpuinfo");
  std::string   processor;
  for (std::string line; processor.empty() && std::getline(cpus, line);)
  {
    const auto colon = line.find(": ");
    processor = line.rfind("model name", 0) == 0 && colon != std::string::npos ? line.substr(colon + 2) : "";
  }
  return { { "Host", name.nodename },
           { "System", std::string(name.sysname) + ' ' + name.release },
           { "Processor", processor },
           { "Cores", std::thread::hardware_concurrency() } };
}

/** What is not known is left out. */
std::string
PrintNumber(double number)
{
  if (!std::isfinite(number))
  {
    return std::isnan(number) ? "" : number > 0 ? "inf" : "-inf";
  }
  char text[32];
  std::snprintf(text, sizeof(text), "%.9g", number);
  return text;
}

struct MetricColumn
{
  const char * Name;
  const char * Tag;
  double (*Value)(const UNetTrainingEpoch &);
};

const MetricColumn metricColumns[] = {
  { "loss", "loss/training", [](const UNetTrainingEpoch & epoch) { return epoch.Loss; } },
  { "learning_rate", "learning rate", [](const UNetTrainingEpoch & epoch) { return epoch.LearningRate; } },
  { "gradient_norm", "gradient norm", [](const UNetTrainingEpoch & epoch) { return epoch.GradientNorm; } },
  { "seconds", "seconds/training", [](const UNetTrainingEpoch & epoch) { return epoch.Seconds; } },
  { "validation_loss", "loss/validation", [](const UNetTrainingEpoch & epoch) { return epoch.Validation.Loss; } },
  { "validation_dice", "validation/Dice", [](const UNetTrainingEpoch & epoch) { return epoch.Validation.Dice; } },
  { "validation_iou",
    "validation/IoU",
    [](const UNetTrainingEpoch & epoch) { return epoch.Validation.IntersectionOverUnion; } },
  { "validation_map",
    "validation/mAP",
    [](const UNetTrainingEpoch & epoch) { return epoch.Validation.AveragePrecision; } },
  { "validation_seconds",
    "seconds/validation",
    [](const UNetTrainingEpoch & epoch) { return epoch.ValidationSeconds; } },
};

void
WriteModel(const UNetModel * model, const std::string & fileName)
{
  auto writer = UNetModelWriter::New();
  writer->SetInput(model);
  writer->SetFileName(fileName);
  writer->Update();
}
} // namespace

TrainingRunFolder::TrainingRunFolder(const std::string & folder)
  : m_Folder(folder)
{
  std::error_code error;
  fs::create_directories(folder, error);
  if (!fs::is_directory(folder))
  {
    itkGenericExceptionMacro("Cannot make the folder " << folder << ": " << (error ? error.message() : "it is a file")
                                                       << '.');
  }
  const std::string name = this->GetFile("lock");
  m_Lock = open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (m_Lock < 0)
  {
    itkGenericExceptionMacro("Cannot write " << name << ": " << std::strerror(errno) << '.');
  }
  if (flock(m_Lock, LOCK_EX | LOCK_NB) != 0)
  {
    char          holder[64] = {};
    const ssize_t length = pread(m_Lock, holder, sizeof(holder) - 1, 0);
    close(m_Lock);
    itkGenericExceptionMacro(<< folder << ": only one process may train in a folder, but "
                             << (length > 0 ? holder : "another one") << " does.");
  }
  const std::string text = "process " + std::to_string(getpid());
  if (ftruncate(m_Lock, 0) != 0 || pwrite(m_Lock, text.data(), text.size(), 0) < 0)
  {
    // The lock holds without the name of its holder.
  }
  // Of trainings that were killed; other programs may write here, too.
  RemoveAbandonedWrites(folder, std::chrono::hours(1));
}

TrainingRunFolder::~TrainingRunFolder()
{
  close(m_Lock);
}

std::string
TrainingRunFolder::GetFile(const std::string & name) const
{
  return (fs::path(m_Folder) / name).string();
}

bool
TrainingRunFolder::HasRun() const
{
  return fs::exists(this->GetFile(recordName));
}

TrainingSettings
TrainingRunFolder::ReadSettings(const std::string & folder)
{
  const std::string name = (fs::path(folder) / recordName).string();
  std::ifstream     file(name);
  if (!file)
  {
    itkGenericExceptionMacro("Cannot read " << name << ": " << std::strerror(errno)
                                            << "; a training can go on in the folder of a run only.");
  }
  try
  {
    return TrainingSettings::FromJson(Json::parse(file).at("Settings").dump());
  }
  catch (const nlohmann::json::exception &)
  {
    itkGenericExceptionMacro(<< name << " is no record of a training.");
  }
  catch (const ExceptionObject & error)
  {
    itkGenericExceptionMacro(<< name << ": " << ErrorSentence(error));
  }
}

void
TrainingRunFolder::WriteRecord(const TrainingSettings &  settings,
                               const std::string &       status,
                               const UNetTrainingState * state)
{
  Json record;
  record["Version"] = ITKTorch_VERSION;
  record["LibTorch"] = TorchRuntime::GetLibTorchVersion();
  record["Status"] = status;
  record["Time"] = GetTime();
  record["Machine"] = DescribeMachine();
  if (state != nullptr)
  {
    const UNetTrainingPosition & position = state->GetPosition();
    record["DataDigest"] = state->GetDataDigest();
    record["Epochs"] = position.Epoch;
    record["Steps"] = position.Step;
    record["Seconds"] = position.TotalSeconds;
    if (position.BestScore >= 0.0)
    {
      record["BestScore"] = position.BestScore;
    }
  }
  record["Settings"] = Json::parse(settings.ToJson());
  AtomicFileWrite(this->GetFile(recordName), record.dump(2) + '\n');
}

UNetTrainingState::Pointer
TrainingRunFolder::ReadCheckpoint(const std::function<void(const std::string &)> & note)
{
  UNetTrainingState::Pointer newest;
  std::vector<std::string>   problems;
  for (unsigned int number = 0; number < numberOfCheckpoints; ++number)
  {
    const std::string name = this->GetFile(CheckpointName(number));
    if (!fs::exists(name))
    {
      continue;
    }
    try
    {
      auto reader = UNetTrainingStateReader::New();
      reader->SetFileName(name);
      reader->Update();
      UNetTrainingState::Pointer state = reader->GetOutput();
      state->DisconnectPipeline();
      const bool isNewer = newest.IsNull() || state->GetPosition().Step > newest->GetPosition().Step;
      if (isNewer)
      {
        newest = state;
        m_NextCheckpoint = (number + 1) % numberOfCheckpoints;
      }
    }
    catch (const ExceptionObject & error)
    {
      problems.push_back(ErrorSentence(error));
    }
  }
  if (newest.IsNull() && !problems.empty())
  {
    itkGenericExceptionMacro(<< m_Folder << ": at least 1 checkpoint must be readable for a training to go on, but "
                             << problems.size() << " of " << problems.size() << " cannot be read: " << problems.back());
  }
  for (const std::string & problem : problems)
  {
    note("The other checkpoint is used, since one is damaged: " + problem);
  }
  return newest;
}

void
TrainingRunFolder::WriteCheckpoint(const UNetTrainingState & state)
{
  // Not an output of a filter, which the writer would bring up to date.
  const auto copy = UNetTrainingState::New();
  copy->Graft(&state);
  auto writer = UNetTrainingStateWriter::New();
  writer->SetInput(copy);
  writer->SetFileName(this->GetFile(CheckpointName(m_NextCheckpoint)));
  writer->Update();
  m_NextCheckpoint = (m_NextCheckpoint + 1) % numberOfCheckpoints;
  WriteModel(state.GetTrainedModel(), this->GetFile("last.safetensors"));
  const UNetModel::Pointer best = state.GetBestModel();
  if (best.IsNotNull() && state.GetPosition().BestScore != m_BestScore)
  {
    WriteModel(best, this->GetFile("best.safetensors"));
    m_BestScore = state.GetPosition().BestScore;
  }
}

void
TrainingRunFolder::WriteMetrics(const UNetTrainingState & state)
{
  std::string table = "epoch,step";
  for (const MetricColumn & column : metricColumns)
  {
    table += std::string(",") + column.Name;
  }
  table += ",best\n";
  for (const UNetTrainingEpoch & epoch : state.GetHistory())
  {
    table += std::to_string(epoch.Epoch + 1) + ',' + std::to_string(epoch.Step);
    for (const MetricColumn & column : metricColumns)
    {
      table += ',' + PrintNumber(column.Value(epoch));
    }
    table += epoch.IsBest ? ",1\n" : ",0\n";
  }
  AtomicFileWrite(this->GetFile("metrics.csv"), table);
  if (m_TensorBoard && !state.GetHistory().empty() && state.GetHistory().back().Step != m_LoggedStep)
  {
    const UNetTrainingEpoch & epoch = state.GetHistory().back();
    m_LoggedStep = epoch.Step;
    for (const MetricColumn & column : metricColumns)
    {
      const double value = column.Value(epoch);
      if (!std::isnan(value))
      {
        m_TensorBoard->AddScalar(column.Tag, static_cast<std::int64_t>(epoch.Step), static_cast<float>(value));
      }
    }
  }
}

void
TrainingRunFolder::WritePicture(const UNetValidationCase & validationCase, std::uint64_t step)
{
  if (m_TensorBoard && HasValidationPicture(validationCase.Number, validationCase.Count))
  {
    const std::string name = fs::path(validationCase.Name).filename().string();
    // Files of different folders may have the same name.
    m_TensorBoard->AddImage("validation pictures/" + std::to_string(validationCase.Number + 1) + ' ' + name,
                            static_cast<std::int64_t>(step),
                            DrawValidationPicture(validationCase).GetPointer());
  }
}

void
TrainingRunFolder::BeginTensorBoard()
{
  m_TensorBoard = std::make_unique<TensorBoardWriter>(m_Folder);
}
} // namespace itk
