// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkMetaImageLabelFile_h
#define itkMetaImageLabelFile_h

#include "ITKTorchIOExport.h"
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

namespace itk
{
/** \class MetaImageLabelFile
 * \brief A MetaImage whose labels are written in raster order, with 16 bits per pixel, or 32 from the first larger
 * label on.
 *
 * At that label, the labels written so far are copied once. The file is uncompressed; a file that ends in .mhd is a
 * header, and its pixels are in a second file that ends in .raw.
 * \ingroup ITKTorchIO
 */
class ITKTorchIO_EXPORT MetaImageLabelFile
{
public:
  struct Geometry
  {
    /** Along x, y, … */
    std::vector<std::int64_t> Size;
    std::vector<double>       Spacing;
    /** Where the first pixel is. */
    std::vector<double> Origin;
    /** Row by row; the columns are the directions of the axes. */
    std::vector<double> Direction;
  };

  /** \param nameInMessages of the file that is meant, where this one is temporary
   * \throws ExceptionObject as Append() */
  MetaImageLabelFile(std::string fileName, Geometry geometry, std::string nameInMessages);

  /** Adds the labels of the next pixels.
   * \throws ExceptionObject with name and cause if they cannot be written */
  void
  Append(const std::uint32_t * labels, std::int64_t count);

  /** \throws ExceptionObject as Append(), and unless the labels of all pixels were added */
  void
  Close();

  /** \throws ExceptionObject unless the name is that of a MetaImage */
  static void
  VerifyName(const std::string & fileName);

private:
  void
  Open();
  void
  Widen();
  void
  Write(const void * data, std::int64_t bytes);
  [[noreturn]] void
  ThrowForSystem() const;

  std::string   m_FileName;
  std::string   m_PixelFileName;
  Geometry      m_Geometry;
  std::string   m_NameInMessages;
  std::ofstream m_File;
  std::int64_t  m_Start{ 0 }; // of the pixels, in bytes
  std::int64_t  m_Count{ 0 };
  bool          m_IsWide{ false };

  std::vector<std::uint16_t> m_Narrow;
};
} // namespace itk

#endif
