// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTensorBoardWriter_h
#define itkTensorBoardWriter_h

#include "ITKTorchIOExport.h"
#include "itkImage.h"
#include "itkRGBPixel.h"
#include <cstdint>
#include <string>

namespace itk
{
/** \class TensorBoardWriter
 * \brief A log of numbers, pictures and text that `tensorboard --logdir FOLDER` shows while it grows.
 *
 * A folder is a run. A writer makes a file of its own there, `events.out.tfevents.SECONDS.HOST.PROCESS.NUMBER`, and
 * never changes another one, so a process that goes on with a run makes a writer for the same folder. TensorBoard reads
 * a run's files in the order of their names; SECONDS, since 1970, are therefore at least one more than those of the
 * files that are there. At most one writer of a folder is to be in use at a time, since TensorBoard leaves a file when
 * there is a later one.
 *
 * What was logged before a run was continued stays in its file. If steps are logged again, TensorBoard shows the newest
 * values: the first step that is not greater than the one before it, of the same tag, replaces all of that tag from
 * this step on. (TensorBoard's own reader for Python, EventAccumulator, and `tensorboard --load_fast=false` give the
 * old values too, before the new ones.)
 *
 * Every call hands a whole record to the operating system before it returns, so a process that is killed loses nothing,
 * and at worst leaves an unfinished record at the file's end, which readers pass over. If a record cannot be written,
 * as on a full disk, what was written of it is taken back and an exception says so; it may be ignored, and later calls
 * add records if there is room again.
 *
 * A tag is a name, in which slashes make groups. Steps count whatever the caller likes and should grow for each tag.
 * Bytes of tags and texts that are not UTF-8, which would stop readers, become the replacement character U+FFFD. A
 * record must be smaller than 2 GiB. Calls from several threads must be made one after the other.
 *
 * The format is that of TensorFlow: TFRecord files of `Event` messages, version "brain.Event:2", without `SessionLog`.
 * \ingroup ITKTorchIO */
class ITKTorchIO_EXPORT TensorBoardWriter
{
public:
  /** \param folder is made if it is not there, with those above it
   * \throws ExceptionObject that names the folder if it cannot be made, or the file if that cannot be written */
  explicit TensorBoardWriter(const std::string & folder);
  ~TensorBoardWriter();
  TensorBoardWriter(const TensorBoardWriter &) = delete;
  TensorBoardWriter &
  operator=(const TensorBoardWriter &) = delete;

  /** \param value also infinite or not a number
   * \throws ExceptionObject that names the file if it could not be written to */
  void
  AddScalar(const std::string & tag, std::int64_t step, float value);

  /** \param png content of a PNG file
   * \param width,height in pixels, as the PNG file says
   * \param channels 1 for gray, 2 for gray with opacity, 3 for RGB or a color table, 4 for RGB with opacity
   * \throws ExceptionObject that names the file if it could not be written to, or if `png` is no PNG file or of another
   * size, or `channels` is not 1 to 4 */
  void
  AddImage(const std::string & tag,
           std::int64_t        step,
           const std::string & png,
           unsigned int        width,
           unsigned int        height,
           unsigned int        channels);

  /** Adds the buffered region of an image that is up to date, as a PNG. Spacing, origin and direction are not kept.
   * \throws ExceptionObject that names the file if it could not be written to, or the image has no pixels or more than
   * 2³⁰ bytes of them */
  void
  AddImage(const std::string & tag, std::int64_t step, const Image<unsigned char, 2> * image);
  void
  AddImage(const std::string & tag, std::int64_t step, const Image<RGBPixel<unsigned char>, 2> * image);

  /** \param markdown text in Markdown
   * \throws ExceptionObject that names the file if it could not be written to */
  void
  AddText(const std::string & tag, std::int64_t step, const std::string & markdown);

  const std::string &
  GetFileName() const
  {
    return m_FileName;
  }

private:
  template <typename TPixel>
  void
  AddPixels(const std::string & tag, std::int64_t step, const Image<TPixel, 2> * image, unsigned int channels);

  void
  WriteValue(std::int64_t step, const std::string & value);

  void
  WriteRecord(const std::string & event);

  /** Takes back what an unfinished record left at the end. */
  bool
  TruncateToWholeRecords();

  std::string  m_FileName;
  int          m_File{ -1 };
  std::int64_t m_Size{ 0 };
};
} // namespace itk

#endif
