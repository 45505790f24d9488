// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTrainingRunFolder_h
#define itkTrainingRunFolder_h

#include "ITKTorchWorkflowExport.h"
#include "itkTrainingSettings.h"
#include "itkUNetTrainingState.h"
#include "itkUNetValidationCase.h"
#include <functional>
#include <memory>
#include <string>

namespace itk
{
class TensorBoardWriter;

/** \class TrainingRunFolder
 * \brief The folder of a training: what another process needs to go on, and what people want to look at.
 *
 * | file | contains |
 * |---|---|
 * | `run.json` | all settings, versions, machine, digest of the data, how the run ended |
 * | `metrics.csv` | a row for each epoch |
 * | `checkpoint-0.safetensors`, `checkpoint-1.safetensors` | the two newest states, in turns |
 * | `best.safetensors`, `last.safetensors` | models: of the best validation, and of the last checkpoint |
 * | `events.out.tfevents.…` | for TensorBoard, where that is asked for |
 * | `lock` | held by the process that trains |
 *
 * Each file appears under its name when it is complete, so that a process that is killed leaves either the file before
 * or the new one.
 * \ingroup ITKTorchWorkflow */
class ITKTorchWorkflow_EXPORT TrainingRunFolder
{
public:
  /** Makes the folder if it is not there, and locks it as long as the object or its process lives.
   * \throws ExceptionObject that names the folder if it cannot be made, and the process that trains in it */
  explicit TrainingRunFolder(const std::string & folder);
  ~TrainingRunFolder();
  TrainingRunFolder(const TrainingRunFolder &) = delete;
  TrainingRunFolder &
  operator=(const TrainingRunFolder &) = delete;

  const std::string &
  GetName() const
  {
    return m_Folder;
  }

  /** Whether a training began here. */
  bool
  HasRun() const;

  /** Those of a run, also while another process trains.
   * \throws ExceptionObject that names the file if there are none, or they cannot be read */
  static TrainingSettings
  ReadSettings(const std::string & folder);

  /** Writes run.json.
   * \param status such as "running", "complete"
   * \param state what is known of the training; may be null before it */
  void
  WriteRecord(const TrainingSettings & settings, const std::string & status, const UNetTrainingState * state);

  /** The newest checkpoint that can be read, which the next one will not replace; null if there is none.
   * \param note is told of one that is damaged, beside one that is used
   * \throws ExceptionObject if there are some, but none that can be read */
  UNetTrainingState::Pointer
  ReadCheckpoint(const std::function<void(const std::string &)> & note);

  /** Replaces the older checkpoint, and last.safetensors; best.safetensors if the best model is another one.
   * \throws ExceptionObject if one cannot be written; those before it stay */
  void
  WriteCheckpoint(const UNetTrainingState & state);

  /** Writes metrics.csv anew from the history, and the last line for TensorBoard unless that was written before. */
  void
  WriteMetrics(const UNetTrainingState & state);

  /** Writes a picture for TensorBoard, if that has begun, for each of the images that HasValidationPicture().
   * \param step of the optimizer after which they were scored */
  void
  WritePicture(const UNetValidationCase & validationCase, std::uint64_t step);

  /** From now on, WriteMetrics() and WritePicture() write for TensorBoard. */
  void
  BeginTensorBoard();

  std::string
  GetFile(const std::string & name) const;

private:
  std::string                        m_Folder;
  int                                m_Lock{ -1 };
  unsigned int                       m_NextCheckpoint{ 0 };
  double                             m_BestScore{ -1.0 };
  std::uint64_t                      m_LoggedStep{ 0 };
  std::unique_ptr<TensorBoardWriter> m_TensorBoard;
};
} // namespace itk

#endif
