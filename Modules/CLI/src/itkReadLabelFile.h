// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkReadLabelFile_h
#define itkReadLabelFile_h

#include "itkLabelImageReader.h"
#include "itkLabelParts.h"
// Registers the formats of ITK.
#include "itkVerifiedImageReader.h"
#include <iostream>

namespace itk
{
/** Reads labels for a command. What is odd about the file goes to standard error.
 * \param areColors as LabelImageReader's ColorsAreLabels
 * \param areObjects whether each label is to be an object in one part */
template <unsigned int VDimension>
typename LabelImageType<VDimension>::Pointer
ReadLabelFile(const std::string & fileName, bool areColors, bool areObjects)
{
  auto reader = LabelImageReader<VDimension>::New();
  reader->SetFileName(fileName);
  reader->SetColorsAreLabels(areColors);
  reader->Update();
  const typename LabelImageType<VDimension>::Pointer labels = reader->GetOutput();
  labels->DisconnectPipeline();
  const auto note = [&fileName](const std::string & sentence)
  { std::cerr << "itktorch: " << fileName << ": " << sentence << std::endl; };
  for (const std::string & sentence : reader->GetInformation().Notes)
  {
    note(sentence);
  }
  const std::string odd =
    areObjects ? DescribeOddObjects(FindLabelParts<VDimension>(labels.GetPointer())) : std::string{};
  if (!odd.empty())
  {
    note(odd);
  }
  return labels;
}
} // namespace itk

#endif
