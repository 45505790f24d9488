// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetTrainingStateFile.h"
#include "itkErrorSentence.h"
#include "itkSafetensors.h"
#include "itkTorchParameterText.h"
#include "itkTorchTensorAccess.h"
#include "itkUNetModelFile.h"
#include <nlohmann/json.hpp>
#include <algorithm>
#include <cstring>

namespace itk
{
namespace
{
using Json = nlohmann::ordered_json;
using WeightsType = UNetTrainingState::WeightsType;

constexpr const char * formatName = "ITKTorch U-Net training 1";

// Tensors' names begin with what they are.
constexpr const char * weightPrefix = "weights/";
constexpr const char * averagePrefix = "averages/";
constexpr const char * momentPrefix = "moments/";
constexpr const char * auxiliaryPrefix = "auxiliary/";
constexpr const char * bestPrefix = "best/";

/** Calls function(name, member) for each member of a position, and of a line of the history. */
template <typename TPosition, typename TFunction>
void
ForEachOfPosition(TPosition & position, const TFunction & function)
{
  function("Epoch", position.Epoch);
  function("StepOfEpoch", position.StepOfEpoch);
  function("IsEpochEnded", position.IsEpochEnded);
  function("Step", position.Step);
  function("LossSum", position.LossSum);
  function("GradientNormSum", position.GradientNormSum);
  function("Seconds", position.Seconds);
  function("FirstLoss", position.FirstLoss);
  function("EpochsSinceBest", position.EpochsSinceBest);
  function("BestScore", position.BestScore);
  function("TotalSeconds", position.TotalSeconds);
}

template <typename TEpoch, typename TFunction>
void
ForEachOfEpoch(TEpoch & epoch, const TFunction & function)
{
  function("Epoch", epoch.Epoch);
  function("Step", epoch.Step);
  function("Loss", epoch.Loss);
  function("LearningRate", epoch.LearningRate);
  function("GradientNorm", epoch.GradientNorm);
  function("Seconds", epoch.Seconds);
  function("ValidationSeconds", epoch.ValidationSeconds);
  function("ValidationLoss", epoch.Validation.Loss);
  function("Dice", epoch.Validation.Dice);
  function("IntersectionOverUnion", epoch.Validation.IntersectionOverUnion);
  function("AveragePrecision", epoch.Validation.AveragePrecision);
  function("IsBest", epoch.IsBest);
}

/** Puts members into JSON, or takes them out of it; NaN is null there. */
auto
PutInto(Json & json)
{
  return [&json](const char * name, const auto & value) { json[name] = value; };
}

auto
TakeFrom(const Json & json)
{
  return [&json](const char * name, auto & value)
  {
    using ValueType = std::decay_t<decltype(value)>;
    if constexpr (std::is_floating_point<ValueType>::value)
    {
      value = json.at(name).is_null() ? std::numeric_limits<double>::quiet_NaN() : json.at(name).get<double>();
    }
    else
    {
      value = json.at(name).get<ValueType>();
    }
  };
}

void
Insert(const char * prefix, const WeightsType & tensors, Safetensors & file)
{
  for (const auto & [name, tensor] : tensors)
  {
    file.Tensors.emplace(prefix + name, tensor);
  }
}

WeightsType
Extract(const char * prefix, const Safetensors & file)
{
  const std::size_t length = std::strlen(prefix);
  WeightsType       tensors;
  for (const auto & [name, tensor] : file.Tensors)
  {
    if (name.compare(0, length, prefix) == 0)
    {
      tensors.emplace(name.substr(length), tensor);
    }
  }
  return tensors;
}

/** FNV-1a over words of 4 bytes of all tensors, in the order of their names. */
std::string
GetDigest(const Safetensors & file)
{
  std::uint64_t digest = 0xcbf29ce484222325;
  for (const auto & entry : file.Tensors)
  {
    const at::Tensor  values = GetATensor(entry.second).contiguous();
    const auto *      words = static_cast<const char *>(values.const_data_ptr());
    const std::size_t size = values.nbytes();
    for (std::size_t i = 0; i + sizeof(std::uint32_t) <= size; i += sizeof(std::uint32_t))
    {
      std::uint32_t word = 0;
      std::memcpy(&word, words + i, sizeof(word));
      digest = (digest ^ word) * 0x100000001b3;
    }
  }
  return std::to_string(digest);
}

void
TakeMetadata(const std::map<std::string, std::string> & metadata, UNetTrainingState & state)
{
  ReadUNetModelMetadata(metadata, *state.GetModel());
  UNetTrainingParameters parameters;
  ReadParameters(metadata.at("parameters"), parameters);
  state.SetParameters(parameters);
  UNetTrainingPosition position;
  const Json           json = Json::parse(metadata.at("position"));
  ForEachOfPosition(position, TakeFrom(json));
  // Not in files of earlier versions.
  position.StepsBeforeOptimizer = json.value("StepsBeforeOptimizer", std::uint64_t{ 0 });
  state.SetPosition(position);
  std::vector<UNetTrainingEpoch> history;
  for (const Json & line : Json::parse(metadata.at("history")))
  {
    ForEachOfEpoch(history.emplace_back(), TakeFrom(line));
  }
  state.SetHistory(history);
  state.SetDataDigest(metadata.at("data"));
}

void
TakeTensors(const Safetensors & file, UNetTrainingState & state)
{
  if (file.Metadata.at("digest") != GetDigest(file))
  {
    itkGenericExceptionMacro("Its tensors are not those that were written.");
  }
  state.GetModel()->SetWeights(Extract(weightPrefix, file));
  state.SetAverages(Extract(averagePrefix, file));
  state.SetMoments(Extract(momentPrefix, file));
  state.SetAuxiliaryWeights(Extract(auxiliaryPrefix, file));
  state.SetBestWeights(Extract(bestPrefix, file));
  state.Verify();
}
} // namespace

void
ReadUNetTrainingStateFile(const std::string & fileName, UNetTrainingState & state, bool readsTensors)
{
  const Safetensors file = Safetensors::Read(fileName, readsTensors);
  const auto        format = file.Metadata.find("format");
  if (format == file.Metadata.end() || format->second != formatName)
  {
    itkGenericExceptionMacro(<< fileName << " is no training of this version: the metadata \"format\" must be \""
                             << formatName << "\", but is "
                             << (format == file.Metadata.end() ? "absent" : '"' + format->second + '"') << '.');
  }
  try
  {
    TakeMetadata(file.Metadata, state);
    if (readsTensors)
    {
      TakeTensors(file, state);
    }
  }
  catch (const ExceptionObject & error)
  {
    itkGenericExceptionMacro(<< fileName << " does not hold a valid training. " << ErrorSentence(error));
  }
  catch (const std::exception &)
  {
    itkGenericExceptionMacro(<< fileName << " does not hold a valid training: its metadata are incomplete.");
  }
}

void
WriteUNetTrainingStateFile(const std::string & fileName, const UNetTrainingState & state)
{
  try
  {
    state.Verify();
  }
  catch (const ExceptionObject & error)
  {
    itkGenericExceptionMacro("Cannot write " << fileName << ": " << ErrorSentence(error));
  }
  Safetensors file;
  Insert(weightPrefix, state.GetModel()->GetWeights(), file);
  Insert(averagePrefix, state.GetAverages(), file);
  Insert(momentPrefix, state.GetMoments(), file);
  Insert(auxiliaryPrefix, state.GetAuxiliaryWeights(), file);
  Insert(bestPrefix, state.GetBestWeights(), file);

  Json position;
  ForEachOfPosition(state.GetPosition(), PutInto(position));
  position["StepsBeforeOptimizer"] = state.GetPosition().StepsBeforeOptimizer;
  Json history = Json::array();
  for (const UNetTrainingEpoch & epoch : state.GetHistory())
  {
    Json line;
    ForEachOfEpoch(epoch, PutInto(line));
    history.push_back(line);
  }
  WriteUNetModelMetadata(*state.GetModel(), file.Metadata);
  file.Metadata["format"] = formatName;
  file.Metadata["parameters"] = WriteParameters(state.GetParameters());
  file.Metadata["position"] = position.dump();
  file.Metadata["history"] = history.dump();
  file.Metadata["data"] = state.GetDataDigest();
  file.Metadata["digest"] = GetDigest(file);
  file.Write(fileName);
}
} // namespace itk
