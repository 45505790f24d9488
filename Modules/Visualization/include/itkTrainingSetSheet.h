// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTrainingSetSheet_h
#define itkTrainingSetSheet_h

#include "ITKTorchVisualizationExport.h"
#include "itkTrainingSetReport.h"

namespace itk
{
/** Which pairs a sheet shows, as numbers of the report's pairs: those with errors, then those with warnings, relatives
 * beside each other, in at most three quarters of the places; then others, evenly spread over the table.
 * \param places at least 1 */
ITKTorchVisualization_EXPORT std::vector<std::size_t>
ChoosePairsOfSheet(const TrainingSetReport & report, std::size_t places);

/** Writes a picture of images with the outlines of their labels and captions: line, fold, and what is wrong. Images of
 * pairs with errors have a red frame, with warnings an orange one. Volumes are shown by their middle plane. The files
 * are read once more.
 * \param places how many images are shown at most, at least 1
 * \throws ExceptionObject that names the picture, if it cannot be written */
ITKTorchVisualization_EXPORT void
WriteTrainingSetSheet(const TrainingSetReport & report, std::size_t places, const std::string & fileName);
} // namespace itk

#endif
