// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetTraining.h"
#include "itkTorchExecution.h"
#include <chrono>
#include <exception>

namespace itk
{
namespace
{
/** From where the trainer stands to the end. */
UNetTraining::Ending
RunToTheEnd(UNetTrainer &                  trainer,
            bool                           validates,
            const UNetTrainingParameters & parameters,
            const UNetTraining::Observer & observer)
{
  const auto          start = std::chrono::steady_clock::now();
  const std::uint64_t steps = trainer.GetNumberOfSteps();
  const auto &        position = trainer.GetPosition();
  const std::uint64_t firstStep = position.Step;
  const auto fraction = [steps](std::uint64_t step) { return static_cast<double>(step) / static_cast<double>(steps); };
  while (true)
  {
    if (!position.IsEpochEnded)
    {
      if (validates && (position.Step == steps || position.Epoch % parameters.ValidationInterval == 0))
      {
        trainer.Validate(PartOfProgress(observer.Progress, fraction(position.Step), fraction(position.Step)),
                         [&](const UNetValidationCase & each) { observer.ValidationCase(trainer, each); });
      }
      trainer.EndEpoch();
      trainer.UpdateState();
      observer.Epoch(trainer.GetHistory().back());
    }
    if (position.Step >= steps)
    {
      break;
    }
    // Only then could a score have become better.
    const bool isAfterValidation =
      validates && position.StepOfEpoch == 0 && position.Epoch % parameters.ValidationInterval == 0;
    const double minutes = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / 60.0;
    if (isAfterValidation && parameters.Patience > 0 && position.EpochsSinceBest >= parameters.Patience)
    {
      return UNetTraining::Ending::NoProgress;
    }
    if (parameters.MaximumMinutes > 0.0 && position.Step > firstStep && minutes >= parameters.MaximumMinutes)
    {
      return UNetTraining::Ending::OutOfTime;
    }
    const UNetTrainingStep step =
      trainer.Step(PartOfProgress(observer.Progress, fraction(position.Step), fraction(position.Step + 1)));
    observer.Step(trainer, step);
  }
  return UNetTraining::Ending::Complete;
}
} // namespace

UNetTraining::Ending
UNetTraining::Run(UNetTrainingState &            state,
                  const UNetTrainingData &       data,
                  const UNetTrainingData *       validation,
                  const UNetTrainingParameters & parameters,
                  const TorchDevice &            device,
                  const Observer &               observer)
try
{
  UNetTrainer trainer(state, data, validation, parameters, device);
  trainer.Prepare(observer.Progress);
  for (const std::string & note : trainer.GetNotes())
  {
    observer.Note(note);
  }
  if (observer.Cost)
  {
    observer.Cost(trainer, trainer.Measure([&](double) { observer.Progress(0.0); }));
  }
  const bool          validates = validation != nullptr && validation->GetNumberOfPairs() > 0;
  const std::uint64_t firstStep = state.GetPosition().Step;
  const bool          wasEpochEnded = state.GetPosition().IsEpochEnded;
  try
  {
    const Ending ending = RunToTheEnd(trainer, validates, parameters, observer);
    trainer.UpdateState();
    return ending;
  }
  catch (const UNetTrainingDiverged &)
  {
    throw;
  }
  catch (...)
  {
    const auto                   cause = std::current_exception();
    const UNetTrainingPosition & position = trainer.GetPosition();
    if (position.Step > firstStep || position.IsEpochEnded != wasEpochEnded)
    {
      try
      {
        trainer.UpdateState();
      }
      catch (const UNetTrainingDiverged &)
      {
        throw;
      }
      catch (const std::exception &)
      {
        // The device that failed may not give its weights back; the first error is the one to report.
      }
    }
    std::rethrow_exception(cause);
  }
}
catch (...)
{
  TorchExecution::Rethrow("UNetTraining::Run()");
}
} // namespace itk
