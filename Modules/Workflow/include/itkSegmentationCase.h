// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSegmentationCase_h
#define itkSegmentationCase_h

#include "ITKTorchWorkflowExport.h"
#include <string>
#include <vector>

namespace itk
{
/** An image file and the file of its segmentation. */
struct SegmentationCase
{
  /** What the folder or the list calls the image. */
  std::string Name;
  std::string Input;
  std::string Output;
};

/** Whether a name is that of a folder or of a list (.csv), not of an image. */
ITKTorchWorkflow_EXPORT bool
NamesManyImages(const std::string & name);

/** The ending of an image file whose format also holds its segmentation without loss, else ".nrrd". */
ITKTorchWorkflow_EXPORT std::string
GetSegmentationEnding(const std::string & fileName, bool holdsProbabilities);

struct SegmentationCaseOptions
{
  /** Folder of the outputs. For a list with the column output it may be empty: the list's folder. */
  std::string OutputFolder;
  /** What outputs end in, if they are named after their images; empty for GetSegmentationEnding(). */
  std::string Ending;
  bool        WritesProbabilities{ false };
  /** Whether the DICOM files of a folder are slices, so that each series with several is one image; see
   * FindDicomSeries(). Else each file is an image. */
  bool TakesSeries{ false };
};

/** The images of a folder, sorted by name, then its DICOM series, or those of a list in its order, with the columns
 * `image` and, optionally, `output`. Without that column an output has its image's name. Relative names in the list are
 * taken from its folder, those of outputs from OutputFolder if that is given. Images are told by their names' endings
 * and are not opened; folders in the folder, and what begins with a dot, are left out. The output of a series is called
 * by the place of its files in the folder, its number and its description or modality: "patient-1-3-T1-axial.nrrd".
 * \throws ExceptionObject if there is no image, if two images have one output, and if an output is one of the images */
ITKTorchWorkflow_EXPORT std::vector<SegmentationCase>
ListSegmentationCases(const std::string & folderOrList, const SegmentationCaseOptions & options);
} // namespace itk

#endif
