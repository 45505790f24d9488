// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchCannyEdgeDetectionImageFilter.h"
#include "itkUNetInferenceImageFilter.h"

/** What a host loads: a plug-in that is linked to the library. */

/** 0 after pipelines on both devices. */
extern "C" int
RunPipelines()
try
{
  using ImageType = itk::Image<float, 2>;
  for (const char * const device : { "cpu", "staged" })
  {
    auto image = ImageType::New();
    image->SetRegions(itk::Size<2>{ { 32, 32 } });
    image->Allocate(true);
    image->SetPixel({ { 7, 8 } }, 1.0f);
    auto                   model = itk::UNetModel::New();
    itk::UNetSpecification specification;
    specification.BaseFilters = 4;
    specification.Levels = 1;
    model->SetSpecification(specification);
    model->InitializeWeights(0);
    const auto network = itk::UNetInferenceImageFilter<ImageType, ImageType>::New();
    network->SetDevice(device);
    network->SetInput(image);
    network->SetModel(model);
    const auto edges = itk::TorchCannyEdgeDetectionImageFilter<ImageType>::New();
    edges->SetDevice(device);
    edges->SetInput(network->GetOutput());
    edges->Update();
  }
  return 0;
}
catch (const std::exception &)
{
  return 1;
}
