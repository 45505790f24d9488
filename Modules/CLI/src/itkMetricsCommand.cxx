// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkRunCommand.h"
#include "itkSegmentationMetric.h"
#include <iostream>

namespace itk
{
namespace
{
void
AddMetricsCommand(CLI::App & command)
{
  command.callback(
    []
    {
      std::cout << "# Metrics\n\nMade by `itktorch metrics` from the list in the code. P is the predicted, T the true "
                   "pixels of any object. What the words mean: "
                   "[Evaluation](Filters/Evaluation.md).\n\n| name | meaning | kind |\n|---|---|---|\n";
      constexpr const char * kinds[] = { "ratio", "count", "distance" };
      for (const auto & metric : SegmentationMetric::GetAll())
      {
        std::string meaning = metric.Description;
        for (std::size_t bar = 0; (bar = meaning.find('|', bar)) != std::string::npos; bar += 2)
        {
          meaning.insert(bar, "\\");
        }
        std::cout << "| " << metric.Name << " | " << meaning << " | " << kinds[static_cast<int>(metric.What)] << " |\n";
      }
    });
}
} // namespace
} // namespace itk

itkTorchCommandMacro("metrics", itk::AddMetricsCommand);
