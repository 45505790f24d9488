// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkReadLabelFile_h
#define itkReadLabelFile_h

#include "itkLabelImageReader.h"
#include "itkLabelParts.h"
#include "itkSayNotes.h"
// Registers the formats of ITK.
#include "itkVerifiedImageReader.h"

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
  SayNotes(fileName, reader->GetInformation().Notes);
  const std::string odd =
    areObjects ? DescribeOddObjects(FindLabelParts<VDimension>(labels.GetPointer())) : std::string{};
  if (!odd.empty())
  {
    SayNotes(fileName, { odd });
  }
  return labels;
}
} // namespace itk

#endif
