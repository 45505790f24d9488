// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef Images_h
#define Images_h

#include "Checks.h"
#include "itkProcessObject.h"

/** \file
 * What areas do with an image whose type they need not know: all pixel types of the library's outputs, in 2D and in
 * 3D. */

namespace client
{
/** What ITK's iterators find in an image. */
struct Pixels
{
  std::vector<double>      Values;
  std::vector<std::size_t> Size;
  std::vector<long>        Index;
  std::vector<double>      Place; // spacing, origin, direction
  unsigned int             Components{ 0 };
};

/** The buffered region. */
Pixels
Read(const itk::DataObject * image);

/** Same region, same place in space, values within `tolerance`. */
::testing::AssertionResult
Same(const Pixels & actual, const Pixels & expected, double tolerance = 0.0);

/** Same values, wherever the images are. */
::testing::AssertionResult
SameValues(const std::vector<double> & actual, const std::vector<double> & expected, double tolerance = 0.0);

/** A filter with an output that is connected to `Output`'s pipeline. */
struct Behind
{
  itk::ProcessObject::Pointer Filter;
  itk::DataObject::Pointer    Output;

  Pixels
  Update() const
  {
    Filter->UpdateLargestPossibleRegion();
    return Read(Output);
  }
};

/** An image of its own with the same pixels, of ITK's plain type. */
itk::DataObject::Pointer
Copy(const itk::DataObject * image);

/** itk::ExtractImageFilter of the whole image: streams, and copies. */
Behind
NativeBehind(itk::DataObject * image);

/** itk::UnaryFunctorImageFilter in place that adds 1 to each component. */
Behind
InPlaceBehind(itk::DataObject * image);

/** itk::StreamingImageFilter. */
Behind
StreamingBehind(itk::DataObject * image, unsigned int divisions);

/** A filter of this client on LibTorch that adds 2 to each component; see OwnFilters.h. */
Behind
OursBehind(itk::DataObject * image, const std::string & device, bool keepsIntermediatesOnDevice = false);

/** Asks for the middle part of the image only. */
void
RequestMiddle(itk::DataObject * image);

/** The values of the middle part in an image of the whole. */
Pixels
MiddleOf(const Pixels & whole);

/** GetPixel() of each pixel, as Read() gives them. */
std::vector<double>
ReadByGetPixel(itk::DataObject * image);

/** The pixels of a plain itk::Image or itk::VectorImage onto which `image` was grafted. */
Pixels
ReadByGraft(itk::DataObject * image);

/** Whether ITK's buffer holds the pixels of the buffered region. */
bool
HasBuffer(const itk::DataObject * image);

/** Writes by itk::ImageFileWriter and reads by itk::ImageFileReader, with the same type.
 * \param divisions of the writer */
Pixels
ThroughFile(itk::DataObject * image, const std::string & fileName, unsigned int divisions = 1);
} // namespace client

#endif
