// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetTrainer_h
#define itkUNetTrainer_h

#include "ITKTorchUNetTrainingExport.h"
#include "itkTorchProgress.h"
#include "itkUNetTrainingData.h"
#include "itkUNetTrainingState.h"
#include "itkUNetValidationCase.h"
#include <memory>

namespace itk
{
class UNetGradientReduction;

/** What one step of the optimizer did. */
struct UNetTrainingStep
{
  /** Mean over the crops, before the step. */
  double Loss{ 0.0 };
  double LearningRate{ 0.0 };
  /** Euclidean norm of all gradients together, before it is limited. */
  double GradientNorm{ 0.0 };
};

/** The loss, a gradient or a weight became infinite or NaN, or the loss grew without limit.
 * \ingroup ITKTorchUNetTraining */
class ITKTorchUNetTraining_EXPORT UNetTrainingDiverged : public ExceptionObject
{
public:
  using ExceptionObject::ExceptionObject;
  itkOverrideGetNameOfClassMacro(UNetTrainingDiverged);
};

/** What a step takes, measured. */
struct UNetTrainingCost
{
  double SecondsOfStep{ 0.0 };
  /** Largest memory that the process had so far, on the host. */
  std::uint64_t Memory{ 0 };
};

/** \class UNetTrainer
 * \brief A training that is driven from outside: one step, or one validation, at a time.
 *
 * The trainer goes on where its state stands, and changes the state only in UpdateState(). All numbers are functions of
 * the state, the data and the parameters: a training that was stopped and goes on in another process gives the same
 * bits on the CPU with the same number of threads.
 *
 * \code
 * UNetTrainer trainer(state, data, validation, parameters, device);
 * trainer.Prepare(progress);
 * while (trainer.GetPosition().Epoch < parameters.Epochs)
 * {
 *   trainer.Step(progress);
 * }
 * trainer.UpdateState();
 * \endcode
 * \ingroup ITKTorchUNetTraining
 */
class ITKTorchUNetTraining_EXPORT UNetTrainer
{
public:
  /** \param state with a model that has weights
   * \param validation may be null
   * \throws ExceptionObject if the state is not valid; the parameters do not fit the network or the state, which may
   * have made more steps of its epoch than that would have now; or there is no pair */
  UNetTrainer(UNetTrainingState &            state,
              const UNetTrainingData &       data,
              const UNetTrainingData *       validation,
              const UNetTrainingParameters & parameters,
              const TorchDevice &            device);
  ~UNetTrainer();
  UNetTrainer(const UNetTrainer &) = delete;
  UNetTrainer &
  operator=(const UNetTrainer &) = delete;

  /** Loads every pair once, decides what follows from all of them (polarity, spacing), and writes that into the state's
   * model. Parameters, auxiliary weights and moments of the state become this training's.
   * \throws ExceptionObject with a line for each pair that cannot be used; for labels that are background alone, and
   * images that are all constant */
  void
  Prepare(const TorchProgress & progress);

  /** Sentences about the pairs. */
  std::vector<std::string>
  GetNotes() const;

  std::uint64_t
  GetStepsPerEpoch() const;

  /** Those that the state has made and those of the epochs that are left, or as many as MaximumSteps. */
  std::uint64_t
  GetNumberOfSteps() const;

  /** Measures a step that changes nothing. */
  UNetTrainingCost
  Measure(const TorchProgress & progress);

  /** The next step of the optimizer. After the last one of an epoch, the epoch is a line of the history, and the
   * position is at the beginning of the next one.
   * \throws UNetTrainingDiverged, with the names of the step's images, if the loss or a gradient is not finite, or the
   * loss is over a thousand times the first one and 1; the weights are then as they were before the step */
  UNetTrainingStep
  Step(const TorchProgress & progress);

  /** How well the trained network, with averaged weights where there are averages, does on the validation pairs. Keeps
   * its weights if no validation before was better. Between epochs, the scores belong to the last line of the history.
   * \param observer is told of each image when it has been scored */
  UNetValidationScores
  Validate(
    const TorchProgress &          progress,
    const UNetValidationObserver & observer = [](const UNetValidationCase &) {});

  /** After the last step of an epoch, and its validation where there is one: a training that goes on from here does not
   * validate it again. */
  void
  EndEpoch();

  /** Makes the state that of the training now.
   * \throws UNetTrainingDiverged that names a weight that is not finite; the state then keeps what it had */
  void
  UpdateState();

  const UNetTrainingPosition &
  GetPosition() const;

  /** A line for each complete epoch. */
  const std::vector<UNetTrainingEpoch> &
  GetHistory() const;

  /** What becomes of gradients before they change the weights; for several processes. The default does nothing. */
  void
  SetGradientReduction(std::shared_ptr<UNetGradientReduction> reduction);

private:
  class Implementation;
  std::unique_ptr<Implementation> m_Implementation;
};

/** \throws ExceptionObject if the parameters do not fit the network */
ITKTorchUNetTraining_EXPORT void
VerifyUNetTraining(const UNetSpecification & specification, const UNetTrainingParameters & parameters);
} // namespace itk

#endif
