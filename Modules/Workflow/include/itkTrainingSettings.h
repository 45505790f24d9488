// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTrainingSettings_h
#define itkTrainingSettings_h

#include "ITKTorchWorkflowExport.h"
#include "itkImageGrid.h"
#include "itkUNetTrainingData.h"
#include "itkUNetIntensityNormalization.h"
#include "itkUNetSpecification.h"
#include "itkUNetTrainingParameters.h"
#include <string>
#include <vector>

namespace itk
{
/** What a training of files is made with, so that a run can go on with its folder alone.
 * \ingroup ITKTorchWorkflow */
struct ITKTorchWorkflow_EXPORT TrainingSettings
{
  /** Table of pairs; see ReadImageLabelPairs(). */
  std::string Pairs;
  /** Folds that are trained on; empty for all but those of the validation. */
  std::vector<int> Folds;
  /** Folds of the table that are scored after epochs. */
  std::vector<int> ValidationFolds;
  /** Another table, whose pairs are all scored after epochs; empty for none. */
  std::string ValidationPairs;
  /** Model to begin with, which determines the network; empty for a new one. */
  std::string InitialModel;
  /** File of the model in the end; empty for none but those in the run's folder. */
  std::string                Output;
  std::vector<std::string>   ClassNames;
  std::string                Device{ "auto" };
  unsigned int               Threads{ 0 };
  double                     GridTolerance{ defaultGridTolerance };
  std::vector<double>        Spacing;
  bool                       ColorsAreLabels{ false };
  double                     CheckpointMinutes{ 10.0 };
  bool                       WritesTensorBoard{ false };
  UNetSpecification          Specification;
  UNetIntensityNormalization IntensityNormalization;
  UNetTrainingParameters     Training;

  /** \throws ExceptionObject if a fold is trained on and scored, too */
  void
  Verify() const;

  /** Pairs that are trained on, or those that are scored.
   * \param files becomes their names
   * \throws ExceptionObject for a table that cannot be read, and if no row is of the chosen folds */
  UNetTrainingData::Pointer
  MakeTrainingData(std::vector<std::string> & files) const;
  /** Null where nothing is scored. */
  UNetTrainingData::Pointer
  MakeValidationData(std::vector<std::string> & files) const;

  /** A JSON object. */
  std::string
  ToJson() const;

  /** \throws ExceptionObject that says what is missing or of another type */
  static TrainingSettings
  FromJson(const std::string & text);
};
} // namespace itk

#endif
