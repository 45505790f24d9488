// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkNucleiPhantomImageSource.h"
#include "itkTorchDevice.h"
#include "itkTorchRuntime.h"
#include <iostream>

int
main()
{
  const auto source = itk::NucleiPhantomImageSource<itk::Image<float, 2>>::New();
  source->Update();
  std::cout << source->GetOutput()->GetLargestPossibleRegion().GetSize() << " with LibTorch "
            << itk::TorchRuntime::GetLibTorchVersion() << " on " << itk::TorchDevice().Resolve() << '\n';
}
