// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Images.h"
#include "ImageTypes.h"
#include "itkImageFileReader.h"
#include "itkImageFileWriter.h"

namespace client
{
Pixels
ThroughFile(itk::DataObject * object, const std::string & fileName, unsigned int divisions)
{
  Pixels pixels;
  Visit(object,
        [&](auto * image)
        {
          using ImageType = std::remove_pointer_t<decltype(image)>;
          auto writer = itk::ImageFileWriter<ImageType>::New();
          writer->SetFileName(fileName);
          writer->SetInput(image);
          writer->SetNumberOfStreamDivisions(divisions);
          writer->Update();
          auto reader = itk::ImageFileReader<ImageType>::New();
          reader->SetFileName(fileName);
          reader->Update();
          pixels = Read(reader->GetOutput());
        });
  return pixels;
}
} // namespace client
