// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTrainingRun.h"
#include "itkAtomicFileWrite.h"
#include "itkErrorSentence.h"
#include "itkTrainingRunFolder.h"
#include "itkUNetModelReader.h"
#include "itkUNetModelWriter.h"
#include "itkUNetTrainingImageFilter.h"
#include "itkVerifiedImageReader.h"
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>

namespace itk
{
namespace
{
using Clock = std::chrono::steady_clock;

/** \class FileTraining
 * \brief One run of a training of files, with images of one dimension. */
template <unsigned int VDimension>
class FileTraining
{
public:
  using ImageType = VectorImage<float, VDimension>;
  using FilterType = UNetTrainingImageFilter<ImageType, Image<unsigned short, VDimension>>;

  FileTraining(const TrainingSettings &    settings,
               const std::string &         folder,
               bool                        goesOn,
               const TrainingRunObserver & observer)
    : m_Settings(settings)
    , m_Observer(observer)
  {
    m_Settings.Verify();
    if (!m_Settings.Output.empty())
    {
      VerifyFileCanBeWritten(m_Settings.Output);
    }
    std::vector<std::string> inputs{ m_Settings.Pairs, m_Settings.ValidationPairs, m_Settings.InitialModel };
    m_Filter->SetTrainingData(m_Settings.MakeTrainingData(inputs));
    const std::string shownImage = inputs[3];
    const auto        validation = m_Settings.MakeValidationData(inputs);
    m_Filter->SetValidationData(validation);
    if (!m_Settings.Output.empty())
    {
      VerifyOutputsAreNoInputs({ m_Settings.Output }, inputs);
    }
    m_Filter->SetDevice(m_Settings.Device);
    m_Filter->SetParameters(m_Settings.Training);
    m_Filter->SetSpecification(m_Settings.Specification);
    m_Filter->SetIntensityNormalization(m_Settings.IntensityNormalization);
    m_Filter->SetClassNames(m_Settings.ClassNames);
    m_Reader->SetFileName(shownImage);
    m_Reader->SetSpacing(m_Settings.Spacing);
    m_Reader->UpdateOutputInformation();
    m_Filter->SetInput(m_Reader->GetOutput());
    if (!m_Settings.InitialModel.empty())
    {
      m_Initial->SetFileName(m_Settings.InitialModel);
      m_Filter->SetInitialModel(m_Initial->GetOutput());
    }
    if (!folder.empty())
    {
      this->OpenFolder(folder, goesOn);
    }
  }

  TrainingRunResult
  Run()
  {
    const UNetTrainingData * const validation = m_Filter->GetValidationData();
    m_Observer.Begin(*m_Filter,
                     m_Filter->GetTrainingData()->GetNumberOfPairs(),
                     validation == nullptr ? 0 : validation->GetNumberOfPairs());
    m_Filter->AddObserver(ProgressEvent(), [this](const EventObject &) { this->ObserveProgress(); });
    m_Filter->AddObserver(IterationEvent(), [this](const EventObject &) { this->ObserveEpoch(); });
    m_Filter->AddObserver(UNetTrainingStepEvent(), [this](const EventObject &) { this->ObserveStep(); });
    m_Filter->AddObserver(UNetValidationCaseEvent(), [this](const EventObject & event) { this->ObserveCase(event); });
    m_Filter->MeasureCostOn();
    TrainingRunResult result;
    try
    {
      m_Filter->GetModel()->Update();
      result.Ending = m_Filter->GetEnding();
    }
    catch (const ProcessAborted &)
    {
      result.Ending = UNetTraining::Ending::Interrupted;
    }
    catch (const ExceptionObject & error)
    {
      this->Fail(error);
    }
    this->WriteAll(result.Ending == UNetTraining::Ending::Interrupted);
    result.Position = m_Filter->GetState()->GetPosition();
    result.FirstLoss = result.Position.FirstLoss;
    const auto & history = m_Filter->GetHistory();
    result.LastLoss = history.empty() ? result.FirstLoss : history.back().Loss;
    const auto polarity = m_Filter->GetModel()->GetIntensityNormalization().Polarity;
    if (polarity != m_Settings.IntensityNormalization.Polarity && m_Settings.InitialModel.empty())
    {
      result.Polarity = GetEnumerationText(polarity);
    }
    return result;
  }

private:
  void
  OpenFolder(const std::string & folder, bool goesOn)
  {
    m_Folder.emplace(folder);
    if (!goesOn && m_Folder->HasRun())
    {
      itkGenericExceptionMacro(<< folder
                               << ": a new training must have a folder of its own, but there is one in it; go "
                               << "on with it, or name another folder.");
    }
    if (goesOn)
    {
      m_State = m_Folder->ReadCheckpoint(m_Observer.Say);
    }
    if (m_State.IsNotNull() && m_State->GetModel()->GetSpecification() != m_Settings.Specification)
    {
      itkGenericExceptionMacro(<< folder << ": the network of the newest checkpoint must be that of run.json, but is "
                               << "another one.");
    }
    if (m_State.IsNotNull())
    {
      const UNetTrainingPosition & position = m_State->GetPosition();
      m_Observer.Say("The training goes on after step " + std::to_string(position.Step) + ", in epoch " +
                     std::to_string(position.Epoch + 1) + '.');
      m_Filter->SetInitialState(m_State);
    }
    if (m_Settings.WritesTensorBoard)
    {
      m_Folder->BeginTensorBoard();
    }
    m_Folder->WriteRecord(m_Settings, "running", m_State);
  }

  void
  ObserveProgress()
  {
    if (!m_IsCostTold && m_Filter->GetNumberOfSteps() > 0)
    {
      m_IsCostTold = true;
      this->TellCost();
    }
    if (m_Observer.IsInterrupted())
    {
      m_Filter->AbortGenerateDataOn();
    }
  }

  void
  TellCost()
  {
    const UNetTrainingCost & cost = m_Filter->GetCost();
    const auto               steps = static_cast<double>(m_Filter->GetNumberOfSteps());
    const auto               left = steps - static_cast<double>(m_Filter->GetPosition().Step);
    m_Observer.Say("A step takes about " + FormatSeconds(cost.SecondsOfStep) + ", an epoch " +
                   FormatSeconds(cost.SecondsOfStep * steps / m_Settings.Training.Epochs) + " and the training " +
                   FormatSeconds(cost.SecondsOfStep * left) +
                   " without validation; memory so far: " + std::to_string(cost.Memory >> 20) + " MiB.");
  }

  static std::string
  FormatSeconds(double seconds)
  {
    char text[32];
    std::snprintf(text,
                  sizeof(text),
                  seconds < 10         ? "%.2g s"
                  : seconds < 120      ? "%.0f s"
                  : seconds < 2 * 3600 ? "%.0f min"
                                       : "%.1f h",
                  seconds < 120        ? seconds
                  : seconds < 2 * 3600 ? seconds / 60
                                       : seconds / 3600);
    return text;
  }

  void
  ObserveEpoch()
  {
    if (m_Folder)
    {
      this->Try([this] { m_Folder->WriteMetrics(*m_Filter->GetState()); });
    }
    m_Observer.Epoch(m_Filter->GetHistory().back());
  }

  void
  ObserveStep()
  {
    const double minutes = std::chrono::duration<double>(Clock::now() - m_LastCheckpoint).count() / 60.0;
    if (m_Folder && minutes >= m_Settings.CheckpointMinutes)
    {
      m_Filter->UpdateTrainingOutputs();
      this->Try([this] { m_Folder->WriteCheckpoint(*m_Filter->GetState()); });
      m_LastCheckpoint = Clock::now();
    }
  }

  void
  ObserveCase(const EventObject & event)
  {
    if (m_Folder)
    {
      const auto & each = dynamic_cast<const UNetValidationCaseEvent &>(event).GetCase();
      this->Try([&] { m_Folder->WritePicture(each, m_Filter->GetPosition().Step); });
    }
  }

  /** A file that cannot be written does not end a training. */
  template <typename TFunction>
  void
  Try(const TFunction & write)
  {
    try
    {
      write();
    }
    catch (const ExceptionObject & error)
    {
      m_Observer.Say(ErrorSentence(error) + " The training goes on; it is tried again later.");
    }
  }

  /** Writes what there is, once no more is computed. */
  void
  WriteAll(bool isInterrupted, bool writesOutput = true)
  {
    const UNetTrainingState & state = *m_Filter->GetState();
    if (m_Folder && state.IsBegun())
    {
      m_Folder->WriteCheckpoint(state);
      m_Folder->WriteMetrics(state);
    }
    if (m_Folder)
    {
      m_Folder->WriteRecord(m_Settings, isInterrupted ? "interrupted" : "complete", &state);
    }
    const UNetModel::Pointer best = state.GetBestModel();
    if (!m_Settings.Output.empty() && writesOutput && state.IsBegun())
    {
      auto writer = UNetModelWriter::New();
      writer->SetFileName(m_Settings.Output);
      writer->SetInput(best.IsNotNull() ? best : state.GetTrainedModel());
      writer->Update();
    }
  }

  [[noreturn]] void
  Fail(const ExceptionObject & error)
  {
    const UNetTrainingState & state = *m_Filter->GetState();
    const std::size_t         epochs = state.GetHistory().size();
    if (epochs == 0)
    {
      if (m_Folder)
      {
        m_Folder->WriteRecord(m_Settings, "failed: " + ErrorSentence(error), nullptr);
      }
      throw error;
    }
    // The last good state need not be good: a model that is there is worth more.
    const bool isDiverged = dynamic_cast<const UNetTrainingDiverged *>(&error) != nullptr;
    const bool writesOutput = !isDiverged || !std::filesystem::exists(m_Settings.Output);
    this->WriteAll(true, writesOutput);
    const std::string where = m_Settings.Output.empty() ? "the models so far are in " + m_Folder->GetName()
                              : writesOutput            ? "the model so far is in " + m_Settings.Output
                                                        : m_Settings.Output + " stays as it was";
    itkGenericExceptionMacro("Training failed after " << epochs << " of " << m_Settings.Training.Epochs << " epochs; "
                                                      << where << ". Cause: " << ErrorSentence(error));
  }

  TrainingSettings                                 m_Settings;
  const TrainingRunObserver &                      m_Observer;
  std::optional<TrainingRunFolder>                 m_Folder;
  UNetTrainingState::Pointer                       m_State;
  typename FilterType::Pointer                     m_Filter{ FilterType::New() };
  typename VerifiedImageReader<ImageType>::Pointer m_Reader{ VerifiedImageReader<ImageType>::New() };
  UNetModelReader::Pointer                         m_Initial{ UNetModelReader::New() };
  Clock::time_point                                m_LastCheckpoint{ Clock::now() };
  bool                                             m_IsCostTold{ false };
};
} // namespace

TrainingRunResult
RunTraining(const TrainingSettings &    settings,
            const std::string &         folder,
            bool                        goesOn,
            const TrainingRunObserver & observer)
{
  return settings.Specification.Dimension == 3 ? FileTraining<3>(settings, folder, goesOn, observer).Run()
                                               : FileTraining<2>(settings, folder, goesOn, observer).Run();
}
} // namespace itk
