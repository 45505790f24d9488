// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkLabelOverlaps.h"
#include "itkTorchImageToImageFilter.h"
#include "itkNthElementImageAdaptor.h"

// Compiled by a test that reads the compiler's messages.
using ImageType = itk::Image<float, 2>;
using AdaptorType = itk::NthElementImageAdaptor<itk::Image<itk::FixedArray<float, 2>, 2>, float>;
using LabelType = itk::Image<unsigned short, 2>;
using LabelAdaptorType = itk::NthElementImageAdaptor<itk::Image<itk::FixedArray<unsigned short, 2>, 2>, unsigned short>;

class FilterIntoAnAdaptor : public itk::TorchImageToImageFilter<ImageType, AdaptorType>
{};

itk::LabelOverlaps
OverlapsWithAnAdaptor(const LabelAdaptorType * prediction, const LabelType * truth)
{
  return itk::CountLabelOverlaps(prediction, truth);
}
