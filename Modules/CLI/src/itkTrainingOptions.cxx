// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTrainingOptions.h"
#include "itkCommandLineParameters.h"
#include <CLI/CLI.hpp>

namespace itk
{
void
AddTrainingOptions(CLI::App & app, UNetTrainingParameters & parameters, bool & colorsAreLabels)
{
  const auto add = [&app](const char *                                     name,
                          const std::vector<std::string> &                 choices,
                          const char *                                     usual,
                          const char *                                     description,
                          const std::function<void(const std::string &)> & choose)
  {
    app.add_option_function<std::string>(name, choose, description)
      ->check(CLI::IsMember(choices))
      ->type_name("NAME")
      ->default_str(usual)
      ->group("Training");
  };
  add("--preset",
      GetEnumerationTexts<UNetTrainingPreset>(),
      "default",
      "Preset of all that follows here, which overrides it.",
      [&parameters](const std::string & choice)
      { parameters = UNetTrainingParameters::FromPreset(GetEnumerationValue<UNetTrainingPreset>(choice)); });
  add("--weight-map",
      GetEnumerationTexts<UNetWeightMap>(),
      "none",
      "Preset of UseWeightMap and the weight map; the options below override it.",
      [&parameters](const std::string & choice)
      { parameters.SetWeightMap(GetEnumerationValue<UNetWeightMap>(choice)); });
  add("--augmentation",
      GetEnumerationTexts<RandomAugmentationPreset>(),
      "none",
      "Preset of the augmentation; the options below override it.",
      [&parameters](const std::string & choice)
      {
        parameters.Augmentation =
          RandomAugmentationParameters::FromPreset(GetEnumerationValue<RandomAugmentationPreset>(choice));
      });
  AddLabelsOption(app, parameters, "Training", colorsAreLabels);
  AddParameterOptions(app, parameters, "Training", { "Labels" });
}
} // namespace itk
