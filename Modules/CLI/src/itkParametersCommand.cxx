// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCommands.h"
#include "itkBoundaryWeightMap.h"
#include "itkCannyComparison.h"
#include "itkConnectedComponents.h"
#include "itkInstanceSegmentation.h"
#include "itkMarkerWatershed.h"
#include "itkNucleiPhantom.h"
#include "itkRandomAugmentation.h"
#include "itkSegmentationEvaluation.h"
#include "itkUNetInference.h"
#include "itkUNetTraining.h"
#include <CLI/CLI.hpp>
#include <iostream>

namespace itk
{
void
AddParametersCommand(CLI::App & app)
{
  app.add_subcommand("parameters", "Prints Documentation/Parameters.md.")
    ->group("")
    ->callback(
      []
      {
        const auto write = [](const char * title, const TorchParameterTable & table)
        {
          std::cout << "\n## " << title << "\n\n";
          table.WriteMarkdown(std::cout);
        };
        std::cout << "# Parameters\n\nMade by `itktorch parameters` from the tables in the code.\n";
        write("UNetSpecification", UNetSpecification::Describe());
        write("UNetIntensityRule", UNetIntensityRule::Describe());
        write("UNetTrainingImageFilter", UNetTrainingParameters::Describe());
        write("UNetInferenceImageFilter", UNetInferenceParameters::Describe());
        write("BoundaryWeightMapImageFilter", BoundaryWeightMapParameters::Describe());
        write("TwoNearestObjectsDistanceImageFilter", TwoNearestObjectsDistanceParameters::Describe());
        write("ElasticDeformationImageFilter", ElasticDeformationParameters::Describe());
        write("RandomAugmentationImageFilter", RandomAugmentationParameters::Describe());
        write("TorchCannyEdgeDetectionImageFilter", CannyEdgeDetectionParameters::Describe());
        write("CannyComparisonImageFilter", CannyComparisonParameters::Describe());
        write("TorchConnectedComponentImageFilter", ConnectedComponentsParameters::Describe());
        write("TorchMarkerWatershedImageFilter", MarkerWatershedParameters::Describe());
        write("InstanceSegmentationImageFilter", InstanceSegmentationParameters::Describe());
        write("SegmentationEvaluationImageFilter", SegmentationEvaluationParameters::Describe());
        write("NucleiPhantomImageSource", NucleiPhantomParameters::Describe());
      });
}

void
AddMetricsCommand(CLI::App & app)
{
  app.add_subcommand("metrics", "Prints Documentation/Metrics.md.")
    ->group("")
    ->callback(
      []
      {
        std::cout
          << "# Metrics\n\nMade by `itktorch metrics` from the list in the code. P is the predicted, T the true "
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
          std::cout << "| " << metric.Name << " | " << meaning << " | " << kinds[static_cast<int>(metric.What)]
                    << " |\n";
        }
      });
}
} // namespace itk
