// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkImageRegistrationMethod.h"
#include "itkLinearInterpolateImageFunction.h"
#include "itkMeanSquaresImageToImageMetric.h"
#include "itkNucleiPhantomImageSource.h"
#include "itkRegularStepGradientDescentOptimizer.h"
#include "itkTransformFileReader.h"
#include "itkTransformFileWriter.h"
#include "itkTranslationTransform.h"
#include <iostream>

/** Registers an image with itself, and takes the transform through a file of a format that ITKTorch does not need. */
int
main(int, char * argv[])
{
  using ImageType = itk::Image<float, 2>;
  using TransformType = itk::TranslationTransform<double, 2>;
  auto phantom = itk::NucleiPhantomImageSource<ImageType>::New();
  phantom->SetSize(itk::Size<2>{ { 48, 48 } });
  phantom->Update();

  auto registration = itk::ImageRegistrationMethod<ImageType, ImageType>::New();
  auto transform = TransformType::New();
  auto optimizer = itk::RegularStepGradientDescentOptimizer::New();
  optimizer->SetNumberOfIterations(30);
  registration->SetMetric(itk::MeanSquaresImageToImageMetric<ImageType, ImageType>::New());
  registration->SetInterpolator(itk::LinearInterpolateImageFunction<ImageType, double>::New());
  registration->SetOptimizer(optimizer);
  registration->SetTransform(transform);
  registration->SetFixedImage(phantom->GetOutput());
  registration->SetMovingImage(phantom->GetOutput());
  registration->SetFixedImageRegion(phantom->GetOutput()->GetBufferedRegion());
  TransformType::ParametersType start(2);
  start.Fill(1.0);
  registration->SetInitialTransformParameters(start);
  registration->Update();
  transform->SetParameters(registration->GetLastTransformParameters());

  auto writer = itk::TransformFileWriter::New();
  writer->SetFileName(argv[1]);
  writer->SetInput(transform);
  writer->Update();
  auto reader = itk::TransformFileReader::New();
  reader->SetFileName(argv[1]);
  reader->Update();
  const auto parameters = reader->GetTransformList()->front()->GetParameters();
  std::cout << parameters << '\n';
  return parameters.two_norm() < 0.2 ? 0 : 1;
}
