// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkRunCommand.h"
#include "itkImageReadingProgram.h"
// Registers the formats of ITK.
#include "itkVerifiedImageReader.h"

namespace itk
{
namespace
{
void
AddReadImagesCommand(CLI::App & command)
{
  command.callback([] { std::exit(ServeImageReading()); });
}
} // namespace
} // namespace itk

itkTorchCommandMacro("read-images", itk::AddReadImagesCommand);
