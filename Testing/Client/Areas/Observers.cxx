// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Subjects.h"
#include "itkCommand.h"

/** Start, progress, end and abort. */

namespace client
{
namespace
{
/** What a filter tells. */
class Ear : public itk::Command
{
public:
  using Self = Ear;
  using Pointer = itk::SmartPointer<Self>;
  itkNewMacro(Self);

  std::vector<float> Progress;
  unsigned int       Starts{ 0 };
  unsigned int       Ends{ 0 };
  unsigned int       Aborts{ 0 };
  bool               Aborting{ false };

  void
  Execute(itk::Object * caller, const itk::EventObject & event) override
  {
    auto * const filter = dynamic_cast<itk::ProcessObject *>(caller);
    if (Aborting)
    {
      filter->AbortGenerateDataOn();
    }
    this->Execute(const_cast<const itk::Object *>(caller), event);
  }
  void
  Execute(const itk::Object * caller, const itk::EventObject & event) override
  {
    const auto * const filter = dynamic_cast<const itk::ProcessObject *>(caller);
    Starts += itk::StartEvent().CheckEvent(&event) ? 1 : 0;
    Ends += itk::EndEvent().CheckEvent(&event) ? 1 : 0;
    Aborts += itk::AbortEvent().CheckEvent(&event) ? 1 : 0;
    if (itk::ProgressEvent().CheckEvent(&event))
    {
      Progress.push_back(filter->GetProgress());
    }
  }
};
} // namespace

class Observers : public ::testing::TestWithParam<NamedSubject>
{};

TEST_P(Observers, HearOneStartRisingProgressAndOneEnd)
{
  for (const std::string device : { "cpu", "staged" })
  {
    const auto subject = GetParam().Make({ device });
    const auto ear = Ear::New();
    subject.Filter->AddObserver(itk::AnyEvent(), ear);
    subject.Update();
    // A training and its prediction are two runs.
    const unsigned int runs = GetParam().Name.find("Training") == 0 ? 2 : 1;
    VERIFY(ear->Starts == runs) << device << ": " << ear->Starts;
    VERIFY(ear->Ends == runs) << device << ": " << ear->Ends;
    VERIFY(ear->Aborts == 0) << device;
    VERIFY(runs == 2 || std::is_sorted(ear->Progress.begin(), ear->Progress.end())) << device;
    // ITK's threads tell of what they did on the calling thread only.
    VERIFY(!GetParam().IsOnDevice || (!ear->Progress.empty() && ear->Progress.back() == 1.0f)) << device;
    VERIFY(ear->Progress.empty() || ear->Progress.front() >= 0.0f) << device;
    subject.Update();
    VERIFY(ear->Starts == runs) << device << ", up to date";
    if (!GetParam().IsOnDevice)
    {
      break;
    }
  }
}

TEST_P(Observers, AbortAndTheFilterWorksAfterwards)
{
  for (const std::string device : { "cpu", "staged" })
  {
    const auto expected = GetParam().Make({ device }).Update();
    const auto subject = GetParam().Make({ device, true });
    const auto ear = Ear::New();
    ear->Aborting = true;
    const auto tag = subject.Filter->AddObserver(itk::ProgressEvent(), ear);
    const auto abortEar = Ear::New();
    subject.Filter->AddObserver(itk::AbortEvent(), abortEar);
    bool isAborted = false;
    try
    {
      subject.Update();
    }
    catch (const itk::ProcessAborted &)
    {
      isAborted = true;
    }
    VERIFY(isAborted) << device;
    VERIFY(abortEar->Aborts == 1) << device << ": " << abortEar->Aborts << " abort events";
    subject.Filter->RemoveObserver(tag);
    subject.Filter->AbortGenerateDataOff();
    VERIFY(Works(
      [&]
      {
        const auto results = subject.Update();
        for (std::size_t i = 0; i < expected.size(); ++i)
        {
          VERIFY(Same(results[i], expected[i])) << device << ", output " << i;
        }
      }))
      << device;
    if (!GetParam().IsOnDevice)
    {
      break;
    }
  }
}

TEST_P(Observers, ThatThrowEndTheFilterAndItWorksAfterwards)
{
  if (!GetParam().IsOnDevice)
  {
    GTEST_SKIP() << "an exception in itk::TotalProgressReporter ends the process";
  }
  const auto expected = GetParam().Make({ "cpu" }).Update();
  const auto subject = GetParam().Make({ "cpu", true });
  const auto tag = subject.Filter->AddObserver(
    itk::ProgressEvent(), [](const itk::EventObject &) { itkGenericExceptionMacro("The observer has had enough."); });
  bool isThrown = false;
  try
  {
    subject.Update();
  }
  catch (const itk::ExceptionObject & error)
  {
    isThrown = std::string(error.GetDescription()).find("had enough") != std::string::npos;
  }
  VERIFY(isThrown);
  subject.Filter->RemoveObserver(tag);
  subject.Filter->ResetPipeline();
  const auto results = subject.Update();
  for (std::size_t i = 0; i < expected.size(); ++i)
  {
    VERIFY(Same(results[i], expected[i])) << "output " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Every, Observers, ::testing::ValuesIn(GetSubjects()), NameOfTest);
} // namespace client
