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
  const auto size = network->GetOutput()->GetLargestPossibleRegion().GetSize();
  std::cout << size << " on " << network->GetDevice() << '\n';
  return size[0] == 64 && size[1] == 64 && network->GetDevice().GetName() == "auto" ? 0 : 1;
}
