// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkDicomTestFiles.h"
#include "itkProgramProcess.h"
#include "itkUNetModelWriter.h"
#include "itkWriteImageFile.h"
#include <nlohmann/json.hpp>
#include <fstream>
#include <map>

// Commands with folders of DICOM slices.
namespace
{
using Json = nlohmann::json;

class DicomCommand : public itk::Test::FolderTest
{
protected:
  void
  SetUp() override
  {
    FolderTest::SetUp();
    itk::Test::DicomSlice like;
    like.Columns = 12;
    like.Rows = 10;
    like.Pixels.resize(120);
    this->Write("a", itk::Test::MakeDicomStack({ 3, 1, 0, 2 }, 2.5, like));
    like.Series = "1.2.9";
    like.Number = "12";
    like.Description = "T1 axial";
    like.Modality = "MR";
    this->Write("sub/b", itk::Test::MakeDicomStack({ 0, 1, 2 }, 3, like));
    like.Series = "1.2.20";
    like.Number = "20";
    like.Description = "\xb5-map";
    this->Write("sub/gap", itk::Test::MakeDicomStack({ 0, 1, 3 }, 3, like));
  }

  void
  Write(const std::string & prefix, const std::vector<itk::Test::DicomSlice> & slices) const
  {
    std::filesystem::create_directories(this->In("study/sub"));
    for (std::size_t i = 0; i < slices.size(); ++i)
    {
      itk::Test::WriteFileBytes(this->In("study/" + prefix + std::to_string(i)), MakeDicomFile(slices[i]));
    }
  }

  void
  MakeModel(unsigned int dimension) const
  {
    itk::UNetSpecification specification;
    specification.Dimension = dimension;
    specification.Levels = 1;
    specification.BaseFilters = 2;
    auto model = itk::UNetModel::New();
    model->SetSpecification(specification);
    model->InitializeWeights(1);
    auto writer = itk::UNetModelWriter::New();
    writer->SetInput(model);
    writer->SetFileName(this->In("model.safetensors"));
    writer->Update();
  }

  /** \return the exit status */
  int
  Run(std::vector<std::string> arguments) const
  {
    if (arguments.front() == "segment")
    {
      arguments.insert(arguments.end(), { "--model", this->In("model.safetensors"), "--device", "cpu", "--mask" });
    }
    return itk::Test::WaitForProgram(itk::Test::StartProgram(arguments, this->In("output")));
  }

  std::string
  GetErrors() const
  {
    return itk::Test::ReadFileBytes(this->In("output.log"));
  }

  std::vector<Json>
  GetLines() const
  {
    std::vector<Json> lines;
    std::ifstream     stream(this->In("output"));
    for (std::string line; std::getline(stream, line);)
    {
      lines.push_back(Json::parse(line));
    }
    return lines;
  }

  /** Name → status. */
  std::map<std::string, std::string>
  GetStatuses() const
  {
    std::map<std::string, std::string> statuses;
    for (const Json & line : this->GetLines())
    {
      statuses[line["case"]] = line["status"];
    }
    return statuses;
  }
};

using Statuses = std::map<std::string, std::string>;
} // namespace

TEST_F(DicomCommand, SegmentMakesOneOutputOfEachSeries)
{
  this->MakeModel(3);
  EXPECT_EQ(this->Run({ "segment", this->In("study"), this->In("out") }), 1);
  EXPECT_EQ(this->GetStatuses(),
            (Statuses{ { "1-CT", "done" }, { "sub-12-T1-axial", "done" }, { "sub-20-map", "failed" } }));
  EXPECT_NE(this->GetErrors().find("1 of its slices is missing between gap1 at 3 mm and gap2 at 9 mm"),
            std::string::npos)
    << this->GetErrors();
  const auto output = itk::ReadVerifiedImage<itk::Image<float, 3>>(this->In("out/1-CT.nrrd"));
  EXPECT_EQ(output->GetLargestPossibleRegion().GetSize(), (itk::Size<3>{ { 12, 10, 4 } }));
  EXPECT_EQ(output->GetSpacing()[2], 2.5);
  EXPECT_EQ(this->GetLines()[1]["size"], (std::vector<int>{ 12, 10, 3 }));

  EXPECT_EQ(this->Run({ "segment", this->In("study"), this->In("out") }), 1);
  EXPECT_EQ(this->GetStatuses()["1-CT"], "skipped");
  EXPECT_EQ(this->GetStatuses()["sub-12-T1-axial"], "skipped");
  // A slice that changes is computed again.
  std::filesystem::last_write_time(this->In("study/sub/b1"), std::filesystem::file_time_type::clock::now());
  EXPECT_EQ(this->Run({ "segment", this->In("study"), this->In("out") }), 1);
  EXPECT_EQ(this->GetStatuses()["1-CT"], "skipped");
  EXPECT_EQ(this->GetStatuses()["sub-12-T1-axial"], "done");

  EXPECT_EQ(this->Run({ "segment", this->In("study#1"), this->In("one.nrrd") }), 0) << this->GetErrors();
  EXPECT_EQ(itk::Test::ReadFileBytes(this->In("one.nrrd")), itk::Test::ReadFileBytes(this->In("out/1-CT.nrrd")));
  EXPECT_EQ(this->Run({ "segment", this->In("study#7"), this->In("seven.nrrd") }), 1);
  EXPECT_NE(this->GetErrors().find("but there is no #7: #1 (series 1, CT, 12 x 10, 4 slices), #2 (series 12"),
            std::string::npos)
    << this->GetErrors();
}

TEST_F(DicomCommand, SegmentTakesSlicesAsImagesForAModelOfTwoDimensions)
{
  this->MakeModel(2);
  std::filesystem::rename(this->In("study/a0"), this->In("study/a0.dcm"));
  EXPECT_EQ(this->Run({ "segment", this->In("study"), this->In("out") }), 0) << this->GetErrors();
  EXPECT_EQ(this->GetStatuses(), (Statuses{ { "a0.dcm", "done" } }));
}

TEST_F(DicomCommand, AListAndCannyTakeASeriesByItsName)
{
  this->MakeModel(3);
  std::ofstream(this->In("list.csv")) << "image,output\nstudy/sub#1.2.9,listed.nrrd\nstudy#1,first.nrrd\n";
  EXPECT_EQ(this->Run({ "segment", this->In("list.csv") }), 0) << this->GetErrors();
  EXPECT_EQ(this->GetStatuses(), (Statuses{ { "study/sub#1.2.9", "done" }, { "study#1", "done" } }));
  EXPECT_EQ(this->Run({ "canny", this->In("study#1"), this->In("edges.nrrd"), "--device", "cpu" }), 0)
    << this->GetErrors();
  std::filesystem::rename(this->In("study/a0"), this->In("study/a0.dcm"));
  const std::string slice = itk::Test::ReadFileBytes(this->In("study/a0.dcm"));
  EXPECT_EQ(this->Run({ "canny", this->In("study#1"), this->In("study/a0.dcm"), "--device", "cpu" }), 1);
  EXPECT_EQ(itk::Test::ReadFileBytes(this->In("study/a0.dcm")), slice);
  EXPECT_NE(this->GetErrors().find("it is one of the files that are read"), std::string::npos) << this->GetErrors();
}

TEST_F(DicomCommand, InfoShowsEachSeries)
{
  EXPECT_EQ(this->Run({ "info", "--json", this->In("study") }), 1);
  const auto lines = this->GetLines();
  ASSERT_EQ(lines.size(), 3u) << this->GetErrors();
  EXPECT_EQ(lines[0]["File"], this->In("study#1.2.3"));
  EXPECT_EQ(lines[0]["Size"], (std::vector<int>{ 12, 10, 4 }));
  EXPECT_EQ(lines[1]["File"], this->In("study/sub#1.2.9"));
  EXPECT_EQ(
    lines[1]["Series"],
    (Json{
      { "Number", "12" }, { "Description", "T1 axial" }, { "Modality", "MR" }, { "UID", "1.2.9" }, { "Slices", 3 } }));
  EXPECT_EQ(lines[2]["Series"]["Description"], "\xef\xbf\xbd-map") << "what is not UTF-8 is marked";
  EXPECT_EQ(lines[2]["Refused"],
            "1 of its slices is missing between gap1 at 3 mm and gap2 at 9 mm: others are 3 mm apart.");
  EXPECT_NE(this->GetErrors().find("1 of 3 files cannot be read."), std::string::npos) << this->GetErrors();
}

TEST_F(DicomCommand, EvaluateTakesAFolderOfSlicesAsOneImage)
{
  const std::string labels = this->In("labels.nrrd");
  itk::WriteImageFile(itk::ReadVerifiedImage<itk::Image<short, 3>>(this->In("study#1")).GetPointer(), labels);
  std::filesystem::create_directories(this->In("series"));
  for (const char * const slice : { "a0", "a1", "a2", "a3" })
  {
    std::filesystem::rename(this->In("study") + '/' + slice, this->In("series") + '/' + slice);
  }
  EXPECT_EQ(this->Run({ "evaluate", this->In("series"), labels }), 0) << this->GetErrors();
  EXPECT_EQ(this->Run({ "evaluate", labels, this->In("series") }), 0) << this->GetErrors();
}

TEST_F(DicomCommand, HelpThatCannotBePrintedIsAnError)
{
  for (const auto & arguments : { std::vector<std::string>{ "--help" }, { "evaluate", "--help" }, { "--version" } })
  {
    EXPECT_EQ(itk::Test::WaitForProgram(itk::Test::StartProgram(
                arguments, this->In("output"), [] { dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO); })),
              1);
    EXPECT_EQ(this->GetErrors(), "itktorch: Cannot write to standard output: No space left on device.\n");
  }
}
