// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTrainingOptions.h"
#include "itkCommandLineParameters.h"
#include <CLI/CLI.hpp>
#include <algorithm>

namespace itk
{
void
AddTrainingOptions(CLI::App & app, UNetTrainingParameters & parameters)
{
  const auto add = [&app](const char *                                    name,
                          const std::vector<std::string> &                choices,
                          const char *                                    description,
                          const std::function<void(std::size_t number)> & choose)
  {
    app
      .add_option_function<std::string>(
        name,
        [choices, choose](const std::string & choice)
        { choose(static_cast<std::size_t>(std::find(choices.begin(), choices.end(), choice) - choices.begin())); },
        description)
      ->check(CLI::IsMember(choices))
      ->type_name("NAME")
      ->default_str("none")
      ->group("Training");
  };
  add("--weight-map",
      { "none", "paper", "falk" },
      "Named settings of UseWeightMap and the weight map; the options below change them.",
      [&parameters](std::size_t number) { parameters.SetWeightMap(static_cast<UNetWeightMap>(number)); });
  add("--augmentation",
      GetRandomAugmentationPresetNames(),
      "Named settings of the augmentation; the options below change them.",
      [&parameters](std::size_t number) {
        parameters.Augmentation =
          RandomAugmentationParameters::FromPreset(static_cast<RandomAugmentationPreset>(number));
      });
  AddParameterOptions(app, parameters, "Training");
}
} // namespace itk
