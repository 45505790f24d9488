// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors

// Reads a PNG with ITK and convolves it with LibTorch. Exit status 0 when the result is right.

#include <ATen/ops/conv2d.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/ones.h>
#include "itkImageFileReader.h"
#include "itkImageFileWriter.h"
#include "itkPNGImageIO.h"
#include "itkPNGImageIOFactory.h"
#include <iostream>

int
main(int, char * argv[])
{
  try
  {
    using ImageType = itk::Image<unsigned char, 2>;
    itk::PNGImageIOFactory::RegisterOneFactory();
    auto image = ImageType::New();
    image->SetRegions(ImageType::SizeType{ { 4, 4 } });
    image->Allocate();
    image->FillBuffer(2);
    auto writer = itk::ImageFileWriter<ImageType>::New();
    writer->SetFileName(argv[1]);
    writer->SetInput(image);
    writer->Update();
    auto reader = itk::ImageFileReader<ImageType>::New();
    reader->SetFileName(argv[1]);
    reader->Update();
    const at::Tensor pixels = at::from_blob(reader->GetOutput()->GetBufferPointer(), { 1, 1, 4, 4 }, at::kByte);
    const float      sum = at::conv2d(pixels.to(at::kFloat), at::ones({ 1, 1, 3, 3 })).max().item<float>();
    if (sum != 18.0f)
    {
      std::cerr << "a 3x3 sum of twos gave " << sum << " and not 18";
      return 1;
    }
  }
  catch (const std::exception & error)
  {
    std::cerr << error.what();
    return 1;
  }
  return 0;
}
