// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkBitmapText_h
#define itkBitmapText_h

#include "ITKTorchVisualizationExport.h"
#include "itkImage.h"
#include "itkRGBPixel.h"

#include <string>
#include <vector>

namespace itk
{
/** Text in the pixels of an image, from a small built-in font: no display, no font file. Characters outside printable
 * ASCII show as '?'. */
namespace BitmapText
{
using ColorType = RGBPixel<unsigned char>;
using ImageType = Image<ColorType, 2>;

/** Height of a line with the space below it, in pixels. */
constexpr int LineHeight = 20;

/** Width in pixels. */
ITKTorchVisualization_EXPORT int
Width(const std::string & text);

/** The text as lines of at most `width` pixels, broken at spaces or, in longer words, anywhere. */
ITKTorchVisualization_EXPORT std::vector<std::string>
Wrap(const std::string & text, int width);

/** Draws one line; pixels outside the image are left out.
 * \param x,y upper left corner */
void
Draw(ImageType * image, int x, int y, const std::string & text, const ColorType & color);
} // namespace BitmapText
} // namespace itk

#endif
