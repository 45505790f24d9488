// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTrainingSettings.h"
#include "itkImageLabelPairs.h"
#include "itkTorchParameterText.h"
#include <nlohmann/json.hpp>
#include <algorithm>

namespace itk
{
namespace
{
using Json = nlohmann::ordered_json;

bool
IsOneOf(const std::vector<int> & folds, int fold)
{
  return std::find(folds.begin(), folds.end(), fold) != folds.end();
}

/** Calls function(name, member) for each member but the parameters. */
template <typename TSettings, typename TFunction>
void
ForEachMember(TSettings & settings, const TFunction & function)
{
  function("Pairs", settings.Pairs);
  function("Folds", settings.Folds);
  function("ValidationFolds", settings.ValidationFolds);
  function("ValidationPairs", settings.ValidationPairs);
  function("InitialModel", settings.InitialModel);
  function("Output", settings.Output);
  function("ClassNames", settings.ClassNames);
  function("Device", settings.Device);
  function("Threads", settings.Threads);
  function("GridTolerance", settings.GridTolerance);
  function("Spacing", settings.Spacing);
  function("ColorsAreLabels", settings.ColorsAreLabels);
  function("CheckpointMinutes", settings.CheckpointMinutes);
  function("WritesTensorBoard", settings.WritesTensorBoard);
}

/** \param isWanted whether the pairs of a fold are to be in it */
template <typename TIsWanted>
UNetTrainingData::Pointer
MakeData(const TrainingSettings &   settings,
         const std::string &        table,
         const TIsWanted &          isWanted,
         std::vector<std::string> & files)
{
  auto data = UNetTrainingData::New();
  data->SetDimension(settings.Specification.Dimension);
  data->SetGridTolerance(settings.GridTolerance);
  data->SetSpacing(settings.Spacing);
  data->SetColorsAreLabels(settings.ColorsAreLabels);
  for (const ImageLabelPair & pair : ReadImageLabelPairs(table))
  {
    if (isWanted(pair.Fold))
    {
      data->AddPairOfFiles({ pair.Image, pair.Label, pair.Weight, pair.Ignored, pair.Category, pair.SamplingWeight });
      files.insert(files.end(), { pair.Image, pair.Label, pair.Weight, pair.Ignored });
    }
  }
  if (data->GetNumberOfPairs() == 0)
  {
    itkGenericExceptionMacro(<< table << ": there must be at least 1 pair of the chosen folds, but there are 0.");
  }
  return data;
}
} // namespace

void
TrainingSettings::Verify() const
{
  for (const int fold : ValidationFolds)
  {
    if (IsOneOf(Folds, fold))
    {
      itkGenericExceptionMacro("Folds must be either trained on or scored, but " << fold << " is both.");
    }
  }
  if (!ValidationFolds.empty() && !ValidationPairs.empty())
  {
    itkGenericExceptionMacro("Validation images must be those of folds or of a table, but both are given.");
  }
}

UNetTrainingData::Pointer
TrainingSettings::MakeTrainingData(std::vector<std::string> & files) const
{
  return MakeData(
    *this,
    Pairs,
    [this](int fold) { return (Folds.empty() || IsOneOf(Folds, fold)) && !IsOneOf(ValidationFolds, fold); },
    files);
}

UNetTrainingData::Pointer
TrainingSettings::MakeValidationData(std::vector<std::string> & files) const
{
  if (!ValidationPairs.empty())
  {
    return MakeData(
      *this, ValidationPairs, [](int) { return true; }, files);
  }
  return ValidationFolds.empty() ? UNetTrainingData::Pointer()
                                 : MakeData(
                                     *this, Pairs, [this](int fold) { return IsOneOf(ValidationFolds, fold); }, files);
}

std::string
TrainingSettings::ToJson() const
{
  Json json;
  ForEachMember(*this, [&json](const char * name, const auto & member) { json[name] = member; });
  json["Specification"] = Json::parse(WriteParameters(Specification));
  json["IntensityNormalization"] = Json::parse(WriteParameters(IntensityNormalization));
  json["Training"] = Json::parse(WriteParameters(Training));
  return json.dump();
}

TrainingSettings
TrainingSettings::FromJson(const std::string & text)
{
  TrainingSettings settings;
  try
  {
    const Json json = Json::parse(text);
    ForEachMember(settings, [&json](const char * name, auto & member) { json.at(name).get_to(member); });
    ReadParameters(json.at("Specification").dump(), settings.Specification);
    ReadParameters(json.at("IntensityNormalization").dump(), settings.IntensityNormalization);
    ReadParameters(json.at("Training").dump(), settings.Training);
  }
  catch (const nlohmann::json::exception & error)
  {
    itkGenericExceptionMacro("The settings of a training cannot be read: " << error.what() << '.');
  }
  return settings;
}
} // namespace itk
