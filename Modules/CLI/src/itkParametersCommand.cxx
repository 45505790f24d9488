// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkRunCommand.h"
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
#include <iostream>

namespace itk
{
namespace
{
void
AddParametersCommand(CLI::App & command)
{
  command.callback(
    []
    {
      const auto write = [](const char * title, const TorchParameterList & table)
      {
        std::cout << "\n## " << title << "\n\n";
        table.WriteMarkdown(std::cout);
      };
      std::cout << "# Parameters\n\nMade by `itktorch parameters` from the tables in the code.\n";
      write("UNetSpecification", UNetSpecification::Describe());
      write("UNetIntensityNormalization", UNetIntensityNormalization::Describe());
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
} // namespace
} // namespace itk

itkTorchCommandMacro("parameters", itk::AddParametersCommand);
