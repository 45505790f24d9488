// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef NucleiImages_h
#define NucleiImages_h

#include "itkSegmentationScores.h"
#include "itkTorchImageGeometry.h"
#include "itkTorchTensor.h"

#include "itkImage.h"
#include "itkRGBPixel.h"

/** What the programs of this example do with images of nuclei. */
namespace Nuclei
{
using ImageType = itk::Image<itk::RGBPixel<unsigned char>, 2>;
using FloatType = itk::Image<float, 2>;
using LabelType = itk::Image<unsigned short, 2>;

/** How the ten folds of a set are used: 0 to 6 for training, 7 for choosing, 8 and 9 for testing. */
constexpr bool
IsTrainingFold(int fold)
{
  return fold <= 6;
}
constexpr int validationFold = 7;
constexpr bool
IsTestFold(int fold)
{
  return fold >= 8;
}

/** 8-bit luminance, as the Otsu threshold sees it. */
FloatType::Pointer
MakeLuminance(const ImageType * image);

/** A global threshold, and its connected components of at least 10 pixels: smaller specks are no nuclei. */
struct OtsuObjects
{
  explicit OtsuObjects(const ImageType * image);

  LabelType::Pointer Mask;
  LabelType::Pointer Objects;
};

/** Connected components at the faces of pixels. */
LabelType::Pointer
FindComponents(const LabelType * mask);

/** Overlap and objects; not boundaries and surfaces. */
itk::SegmentationScores
EvaluateObjects(const LabelType * prediction, const LabelType * truth);

/** The pixels of an image as a tensor that shares them. */
template <typename TImage>
itk::TorchTensor
AsTensor(TImage * image)
{
  return itk::TorchTensor::FromPixels(image->GetBufferPointer(),
                                      itk::GetTorchComponentType<typename TImage::PixelType>(),
                                      itk::GetTorchSize(image->GetBufferedRegion()),
                                      1);
}
} // namespace Nuclei

#endif
