// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkErrorSentence.h"
#include "itkNucleiPhantomImageSource.h"
#include "itkWriteImageFile.h"
#include "itkImageFileReader.h"
#include "itkVectorImage.h"
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <limits>

namespace
{
using ImageType = itk::Image<unsigned char, 2>;
using LabelType = itk::Image<unsigned short, 2>;

/** The same image to a network that scales by percentiles. */
template <typename TPixel>
void
WriteScaled(const ImageType * image, const std::string & file)
{
  auto scaled = itk::Image<TPixel, 2>::New();
  scaled->CopyInformation(image);
  scaled->SetRegions(image->GetBufferedRegion());
  scaled->Allocate();
  std::transform(image->GetBufferPointer(),
                 image->GetBufferPointer() + image->GetBufferedRegion().GetNumberOfPixels(),
                 scaled->GetBufferPointer(),
                 [](unsigned char value) { return static_cast<TPixel>(value * 200); });
  itk::WriteImageFileInPieces(scaled.GetPointer(), file, 1);
}

void
WriteObjects(const std::string & folder)
{
  std::string pairs = "image,label\n";
  for (const std::string name : { "a", "b" })
  {
    auto phantom = itk::NucleiPhantomImageSource<ImageType, LabelType>::New();
    phantom->SetSize({ { 64, 48 } });
    phantom->SetSeed(name == "a" ? 1 : 2);
    itk::WriteImageFile(phantom->GetOutput(), folder + name + ".png");
    itk::WriteImageFile(phantom->GetLabelOutput(), folder + name + "-label.png");
    WriteScaled<unsigned short>(phantom->GetOutput(), folder + name + "-words.mha");
    WriteScaled<float>(phantom->GetOutput(), folder + name + "-floats.mha");
    pairs += name + ".png," + name + "-label.png\n";
  }
  itk::AtomicFileWrite(folder + "pairs.csv", pairs);
  auto large = itk::NucleiPhantomImageSource<ImageType, LabelType>::New();
  large->SetSize({ { 300, 400 } });
  large->UpdateLargestPossibleRegion();
  const double spacing[]{ 0.5, 1.25 };
  const double origin[]{ 4.0, -3.0 };
  large->GetOutput()->SetSpacing(spacing);
  large->GetOutput()->SetOrigin(origin);
  itk::WriteImageFileInPieces(large->GetOutput(), folder + "large.mha", 1);
}

/** Nuclei of two classes that differ in brightness, on a grid that is not the default one. */
template <unsigned int VDimension>
void
WriteClasses(const std::string & folder, const itk::Size<VDimension> & size)
{
  using ClassImageType = itk::Image<unsigned char, VDimension>;
  std::filesystem::create_directories(folder + "images");
  std::filesystem::create_directories(folder + "labels");
  std::string pairs = "image,label\n";
  for (const std::string name : { "a", "b" })
  {
    auto phantom = itk::NucleiPhantomImageSource<ClassImageType, itk::Image<unsigned short, VDimension>>::New();
    phantom->SetSize(size);
    phantom->SetSeed(name == "a" ? 1 : 2);
    phantom->UpdateLargestPossibleRegion();
    const typename ClassImageType::Pointer image = phantom->GetOutput();
    auto                                   labels = ClassImageType::New();
    labels->SetRegions(image->GetBufferedRegion());
    labels->Allocate();
    for (itk::SizeValueType i = 0; i < image->GetBufferedRegion().GetNumberOfPixels(); ++i)
    {
      const unsigned int object = phantom->GetLabelOutput()->GetBufferPointer()[i];
      const unsigned int number = object == 0 ? 0 : 1 + object % 2;
      labels->GetBufferPointer()[i] = static_cast<unsigned char>(number);
      image->GetBufferPointer()[i] = static_cast<unsigned char>(20 + 100 * number + i * 7919 % 16);
    }
    for (auto * const each : { image.GetPointer(), labels.GetPointer() })
    {
      typename ClassImageType::SpacingType spacing(0.5);
      typename ClassImageType::PointType   origin(-3.0);
      spacing[VDimension - 1] = 1.25;
      origin[0] = 4.0;
      each->SetSpacing(spacing);
      each->SetOrigin(origin);
      itk::WriteImageFileInPieces(each, folder + (each == image ? "images/" : "labels/") + name + ".mha", 1);
    }
    pairs += "images/" + name + ".mha,labels/" + name + ".mha\n";
  }
  itk::AtomicFileWrite(folder + "pairs.csv", pairs);
}

/** Says how much two images on one grid differ, and what the first one holds, as one line of numbers: the largest
 * difference of a component (infinite where one is not a number), the smallest and the largest value. */
void
Compare(const std::string & one, const std::string & other)
{
  using VectorImageType = itk::VectorImage<float, 3>;
  const auto read = [](const std::string & file)
  {
    auto reader = itk::ImageFileReader<VectorImageType>::New();
    reader->SetFileName(file);
    reader->Update();
    return VectorImageType::Pointer(reader->GetOutput());
  };
  const auto a = read(one);
  const auto b = read(other);
  if (a->GetBufferedRegion() != b->GetBufferedRegion() || a->GetSpacing() != b->GetSpacing() ||
      a->GetOrigin() != b->GetOrigin() || a->GetDirection() != b->GetDirection() ||
      a->GetNumberOfComponentsPerPixel() != b->GetNumberOfComponentsPerPixel())
  {
    itkGenericExceptionMacro("The images' grids or components differ: " << *a << *b);
  }
  const auto count = a->GetBufferedRegion().GetNumberOfPixels() * a->GetNumberOfComponentsPerPixel();
  float      difference = 0.0f;
  for (itk::SizeValueType i = 0; i < count; ++i)
  {
    const float d = std::abs(a->GetBufferPointer()[i] - b->GetBufferPointer()[i]);
    difference = std::isnan(d) ? std::numeric_limits<float>::infinity() : std::max(difference, d);
  }
  const auto [least, most] = std::minmax_element(a->GetBufferPointer(), a->GetBufferPointer() + count);
  std::cout << difference << ' ' << *least << ' ' << *most << std::endl;
}
} // namespace

/** With a folder, writes into it: two small images of nuclei, their labels and pairs.csv; large.mha, which can be read
 * in pieces; and the same with class numbers into classes2 and, of volumes, classes3. With two images, compares
 * them. */
int
main(int argc, char * argv[])
{
  if (argc != 2 && argc != 3)
  {
    return 2;
  }
  const std::string folder = std::string(argv[1]) + "/";
  try
  {
    if (argc == 3)
    {
      Compare(argv[1], argv[2]);
      return 0;
    }
    WriteObjects(folder);
    WriteClasses<2>(folder + "classes2/", { { 72, 56 } });
    WriteClasses<3>(folder + "classes3/", { { 40, 32, 24 } });
  }
  catch (const std::exception & error)
  {
    std::cerr << itk::ErrorSentence(error) << std::endl;
    return 1;
  }
  return 0;
}
