// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSafetensors_h
#define itkSafetensors_h

#include "ITKTorchUNetModelExport.h"
#include "itkTorchTensor.h"
#include <map>

namespace itk
{
/** \class Safetensors
 * \brief A file of named tensors with text beside them.
 *
 * Format: 8 bytes header length (little-endian), a JSON header, then the tensors' bytes. Nothing in such a file is
 * executed. Reads F64, F32, F16 and BF16 and gives float32; writes F32 or F16.
 */
struct ITKTorchUNetModel_EXPORT Safetensors
{
  std::map<std::string, TorchTensor> Tensors;
  std::map<std::string, std::string> Metadata;

  /** \param readsTensors false: the metadata alone
   * \throws ExceptionObject that names the file and what is wrong with it */
  static Safetensors
  Read(const std::string & fileName, bool readsTensors = true);

  /** Written under a temporary name and renamed.
   * \param usesHalfPrecision writes F16, rounded to nearest
   * \throws ExceptionObject if a finite number is beyond ±65504, the largest of F16 */
  void
  Write(const std::string & fileName, bool usesHalfPrecision = false) const;
};
} // namespace itk

#endif
