// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkElasticDeformationImageFilter.h"
#include "itkLabelOverlaps.h"
#include "itkNthElementImageAdaptor.h"
#include "itkTorchConnectedComponentImageFilter.h"
#include "itkUNetInferenceImageFilter.h"

// Compiled by a test that reads the compiler's messages: each line in quotes must be among them.
template <unsigned int D>
using ImageType = itk::Image<float, D>;
using LabelType = itk::Image<unsigned short, 2>;
using AdaptorType = itk::NthElementImageAdaptor<itk::Image<itk::FixedArray<float, 2>, 2>, float>;
using LabelAdaptorType = itk::NthElementImageAdaptor<itk::Image<itk::FixedArray<unsigned short, 2>, 2>, unsigned short>;

// "The output must be an itk::Image or itk::VectorImage, not an adaptor."
template class itk::TorchImageToImageFilter<ImageType<2>, AdaptorType>;

// "Prediction and truth must be itk::Images, not adaptors: cast them first."
itk::LabelOverlaps
OverlapsWithAnAdaptor(const LabelAdaptorType * prediction, const LabelType * truth)
{
  return itk::CountLabelOverlaps(prediction, truth);
}

// "Images have 2 or 3 dimensions."
template class itk::ElasticDeformationImageFilter<ImageType<1>>;
template class itk::UNetInferenceImageFilter<ImageType<4>, ImageType<4>>;

// "Input and output must have the same dimension"
template class itk::UNetInferenceImageFilter<ImageType<3>, ImageType<2>>;

// "The output must be an itk::VectorImage for the probabilities of all classes"
template class itk::UNetInferenceImageFilter<ImageType<2>, itk::Image<itk::Vector<float, 3>, 2>>;

// "A mask's pixels are integers."
template class itk::TorchConnectedComponentImageFilter<itk::Image<itk::Vector<float, 3>, 2>, LabelType>;
