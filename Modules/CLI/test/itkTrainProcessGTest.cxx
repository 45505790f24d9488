// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkFolderTest.h"
#include "itkNucleiPhantomImageSource.h"
#include "itkProgramProcess.h"
#include "itkTestHelpers.h"
#include "itkUNetModelReader.h"
#include "itkWriteImageFile.h"
#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

// `itktorch train` as a process that somebody ends with Ctrl-C.
namespace
{
class TrainProcess : public itk::Test::FolderTest
{
protected:
  std::string
  Log() const
  {
    std::ifstream stream(In("out.log"), std::ios::binary);
    return { std::istreambuf_iterator<char>(stream), {} };
  }

  /** A training of far more epochs than a test waits for: a tenth of them brings the first line. */
  pid_t
  Start(const std::vector<std::string> & output) const
  {
    auto phantom = itk::NucleiPhantomImageSource<itk::Image<unsigned char, 2>, itk::Image<unsigned short, 2>>::New();
    phantom->SetSize({ { 48, 48 } });
    itk::WriteImageFile(phantom->GetOutput(), In("a.png"));
    itk::WriteImageFile(phantom->GetLabelOutput(), In("a-label.png"));
    std::ofstream(In("pairs.csv")) << "image,label\na.png,a-label.png\n";
    std::vector<std::string> arguments{ "train",    In("pairs.csv"), "--levels",    "2",  "--device",       "cpu",
                                        "--epochs", "4000",          "--crop-size", "16", "--base-filters", "8" };
    arguments.insert(arguments.end(), output.begin(), output.end());
    return itk::Test::StartProgram(arguments,
                                   In("out"),
                                   []
                                   {
                                     for (const int each : { SIGINT, SIGTERM, SIGUSR1 })
                                     {
                                       std::signal(each, SIG_DFL);
                                     }
                                   });
  }

  void
  WaitForFirstEpoch() const
  {
    for (int i = 0; i < 60000 && this->Log().find(", loss") == std::string::npos; ++i)
    {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ASSERT_NE(this->Log().find(", loss"), std::string::npos) << this->Log();
  }
};
} // namespace

TEST_F(TrainProcess, AfterCtrlCTheModelSoFarIsWritten)
{
  const pid_t process = this->Start({ "-o", In("m.safetensors") });
  this->WaitForFirstEpoch();
  kill(process, SIGINT);
  EXPECT_EQ(itk::Test::WaitForProgram(process), 1);
  itk::Test::ExpectContains(this->Log(), "Training was interrupted after ");
  itk::Test::ExpectContains(this->Log(), " of 4000 epochs; the model so far is in " + In("m.safetensors") + ".");
  auto reader = itk::UNetModelReader::New();
  reader->SetFileName(In("m.safetensors"));
  reader->Update();
  EXPECT_EQ(reader->GetOutput()->GetSpecification().BaseFilters, 8u);
  EXPECT_EQ(Names().size(), 6u) << "images, pairs, what was said, and the model";
}

TEST_F(TrainProcess, ASignalForRequeuingHasAStatusOfItsOwnAndTheRunGoesOn)
{
  const pid_t process = this->Start({ "--run", In("run") });
  this->WaitForFirstEpoch();
  // While it runs, no other process may train there.
  EXPECT_EQ(itk::Test::WaitForProgram(itk::Test::StartProgram({ "train", "--resume", In("run") }, In("second"))), 1);
  std::ifstream second(In("second.log"));
  itk::Test::ExpectContains({ std::istreambuf_iterator<char>(second), {} },
                            In("run") + ": only one process may train in a folder, but process " +
                              std::to_string(process) + " does.");
  kill(process, SIGUSR1);
  EXPECT_EQ(itk::Test::WaitForProgram(process), 75);
  itk::Test::ExpectContains(this->Log(), "itktorch train --resume " + In("run") + " goes on.");
  EXPECT_EQ(
    itk::Test::WaitForProgram(itk::Test::StartProgram({ "train", "--resume", In("run"), "--epochs", "1" }, In("out"))),
    0)
    << "it has more epochs than that already";
  itk::Test::ExpectContains(this->Log(), "The training goes on after step ");
  EXPECT_EQ(
    itk::Test::WaitForProgram(itk::Test::StartProgram({ "train", "--resume", In("run"), "--seed", "1" }, In("out"))),
    2);
  itk::Test::ExpectContains(this->Log(), "--seed: it is that of the run with --resume, and cannot be given.");
}

TEST_F(TrainProcess, SigtermEndsItWithTheModelSoFar)
{
  const pid_t process = this->Start({ "--run", In("run"), "-o", In("m.safetensors") });
  this->WaitForFirstEpoch();
  kill(process, SIGTERM);
  EXPECT_EQ(itk::Test::WaitForProgram(process), 1);
  for (const char * const name : { "m.safetensors", "run/last.safetensors" })
  {
    auto reader = itk::UNetModelReader::New();
    reader->SetFileName(In(name));
    EXPECT_NO_THROW(reader->Update()) << name;
  }
}
