// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkErrorSentence.h"
#include "itkNucleiPhantomImageSource.h"
#include "itkWriteImage.h"
#include <iostream>

/** Writes two small images of nuclei, their labels and pairs.csv into the folder that is named, and large.mha, which can be read
 * in pieces. */
int
main(int argc, char * argv[])
{
  if (argc != 2)
  {
    return 2;
  }
  using ImageType = itk::Image<unsigned char, 2>;
  using LabelType = itk::Image<unsigned short, 2>;
  const std::string folder = std::string(argv[1]) + "/";
  std::string       pairs = "image,label\n";
  try
  {
    for (const std::string name : { "a", "b" })
    {
      auto phantom = itk::NucleiPhantomImageSource<ImageType, LabelType>::New();
      phantom->SetSize({ { 64, 48 } });
      phantom->SetSeed(name == "a" ? 1 : 2);
      itk::WriteImage(phantom->GetOutput(), folder + name + ".png");
      itk::WriteImage(phantom->GetLabelOutput(), folder + name + "-label.png");
      pairs += name + ".png," + name + "-label.png\n";
    }
    itk::AtomicFileWrite(folder + "pairs.csv", pairs);
    auto large = itk::NucleiPhantomImageSource<ImageType, LabelType>::New();
    large->SetSize({ { 300, 400 } });
    itk::WriteImageInPieces(large->GetOutput(), folder + "large.mha", 1);
  }
  catch (const std::exception & error)
  {
    std::cerr << itk::ErrorSentence(error) << std::endl;
    return 1;
  }
  return 0;
}
