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
  auto phantom = itk::NucleiPhantomImageSource<itk::Image<unsigned char, 2>, itk::Image<unsigned short, 2>>::New();
  phantom->SetSize({ { 48, 48 } });
  itk::WriteImageFile(phantom->GetOutput(), In("a.png"));
  itk::WriteImageFile(phantom->GetLabelOutput(), In("a-label.png"));
  std::ofstream(In("pairs.csv")) << "image,label\na.png,a-label.png\n";
  // Far more epochs than the test waits for: a tenth of them brings the first line.
  const pid_t process = itk::Test::StartProgram({ "train",
                                                  In("pairs.csv"),
                                                  "-o",
                                                  In("m.safetensors"),
                                                  "--levels",
                                                  "2",
                                                  "--device",
                                                  "cpu",
                                                  "--epochs",
                                                  "4000",
                                                  "--crop-size",
                                                  "16",
                                                  "--base-filters",
                                                  "8" },
                                                In("out"),
                                                [] { std::signal(SIGINT, SIG_DFL); });
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
