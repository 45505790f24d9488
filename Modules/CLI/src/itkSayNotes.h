// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSayNotes_h
#define itkSayNotes_h

#include <iostream>
#include <string>
#include <vector>

namespace itk
{
/** Says on standard error what is to be known of a file that was read. */
inline void
SayNotes(const std::string & fileName, const std::vector<std::string> & notes)
{
  for (const std::string & note : notes)
  {
    std::cerr << "itktorch: " << fileName << ": " << note << std::endl;
  }
}
} // namespace itk

#endif
