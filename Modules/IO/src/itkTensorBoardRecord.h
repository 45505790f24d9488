// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTensorBoardRecord_h
#define itkTensorBoardRecord_h

#include "ITKTorchIOExport.h"
#include <cstdint>
#include <string>

namespace itk
{
/** CRC-32C: Castagnoli's polynomial, as in RFC 3720. */
ITKTorchIO_EXPORT std::uint32_t
Crc32C(const std::string & bytes);

/** As records hold a check sum c: c turned right by 15 bits, plus 0xa282ead8, modulo 2³². */
ITKTorchIO_EXPORT std::uint32_t
MaskCrc32C(std::uint32_t crc);

/** TensorFlow's TFRecord, all numbers with the lowest byte first: the length of `event` (64 bits), the masked check sum
 * of these 8 bytes (32 bits), `event`, its masked check sum (32 bits). */
ITKTorchIO_EXPORT std::string
EncodeTensorBoardRecord(const std::string & event);

/** The event with which a file begins: the version of its format.
 * \param wallTime in seconds since 1970, as below */
ITKTorchIO_EXPORT std::string
EncodeTensorBoardVersion(double wallTime);

/** An event that holds one value.
 * \param value by one of the functions below */
ITKTorchIO_EXPORT std::string
EncodeTensorBoardEvent(double wallTime, std::int64_t step, const std::string & value);

ITKTorchIO_EXPORT std::string
EncodeTensorBoardScalar(const std::string & tag, float value);

/** A picture as a PNG file.
 * \param channels 1 for gray, 2 for gray with opacity, 3 for RGB, 4 for RGB with opacity */
ITKTorchIO_EXPORT std::string
EncodeTensorBoardImage(const std::string & tag,
                       const std::string & png,
                       unsigned int        width,
                       unsigned int        height,
                       unsigned int        channels);

/** Text in Markdown, as a tensor of one string. */
ITKTorchIO_EXPORT std::string
EncodeTensorBoardText(const std::string & tag, const std::string & markdown);
} // namespace itk

#endif
