// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkNucleiPhantomImageSource.h"
#include "itkUNetInferenceImageFilter.h"
#include <iostream>

int
main()
{
  const auto phantom = itk::NucleiPhantomImageSource<itk::Image<float, 2>>::New();
  const auto model = itk::UNetModel::New();
  model->InitializeWeights(0);
  const auto network = itk::UNetInferenceImageFilter<itk::Image<float, 2>, itk::Image<unsigned char, 2>>::New();
  network->SetInput(phantom->GetOutput());
  network->SetModel(model);
  network->Update();
  std::cout << network->GetOutput()->GetLargestPossibleRegion().GetSize() << " on " << network->GetDevice() << '\n';
}
