// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Images.h"
#include "TestImages.h"
#include "itkImageFileReader.h"
#include "itkImageFileWriter.h"
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>

/** The installed program: several classes from training to scores, in 2D and in 3D. */

namespace client
{
namespace
{
template <unsigned int D>
using Labels = itk::Image<unsigned char, D>;

/** Ground 0, blobs of the classes 1 and 2 in turn. */
template <unsigned int D>
typename Labels<D>::Pointer
MakeClasses()
{
  return MakeBlobImage<Labels<D>>(
    1, [](const BlobPixel & blob) { return static_cast<unsigned char>(blob.Label == 0 ? 0 : 1 + blob.Label % 2); });
}

/** Bright as the class is. */
template <unsigned int D>
typename Labels<D>::Pointer
MakePicture()
{
  return MakeBlobImage<Labels<D>>(1,
                                  [](const BlobPixel & blob)
                                  {
                                    const double mean = blob.Label == 0 ? 30.0 : (blob.Label % 2 == 0 ? 110.0 : 200.0);
                                    return static_cast<unsigned char>(mean + 20.0 * Noise(blob.Number));
                                  });
}

class CommandLine : public ::testing::Test
{
protected:
  void
  SetUp() override
  {
    m_Folder = std::filesystem::temp_directory_path() / "itktorch-client-command-line";
    std::filesystem::remove_all(m_Folder);
    std::filesystem::create_directories(m_Folder);
  }
  void
  TearDown() override
  {
    std::filesystem::remove_all(m_Folder);
  }

  std::string
  In(const std::string & name) const
  {
    return (m_Folder / name).string();
  }

  /** Standard output and error; the exit status is checked. */
  std::string
  Run(const std::string & arguments, int status = 0) const
  {
    const std::string command =
      "cd '" + m_Folder.string() + "' && '" ITKTorch_CLIENT_PROGRAM "' " + arguments + " 2>&1";
    std::string output;
    if (FILE * const pipe = popen(command.c_str(), "r"))
    {
      std::array<char, 4096> buffer;
      while (const std::size_t count = fread(buffer.data(), 1, buffer.size(), pipe))
      {
        output.append(buffer.data(), count);
      }
      const int result = pclose(pipe);
      VERIFY(WIFEXITED(result) && WEXITSTATUS(result) == status) << arguments << "\n" << output;
    }
    return output;
  }

  template <unsigned int D>
  void
  TrainsSegmentsAndEvaluates(const std::string & extension)
  {
    itk::WriteImage(MakePicture<D>().GetPointer(), In("a" + extension));
    itk::WriteImage(MakeClasses<D>().GetPointer(), In("a-classes" + extension));
    std::ofstream(In("pairs.csv")) << "image,label\na" << extension << ",a-classes" << extension << '\n';
    Run("train pairs.csv -o model.safetensors --classes 3 --labels classes --epochs 60 --levels 1 "
        "--base-filters 8 --crop-size 8 --crops-per-image 8 --batch-size 4 --learning-rate 0.01 --device cpu "
        "--dimension " +
        std::to_string(D));
    Run("segment a" + extension + " found" + extension + " -m model.safetensors --device cpu");
    ASSERT_TRUE(Count(std::filesystem::exists(In("found" + extension))));
    const auto found = itk::ReadImage<itk::Image<unsigned short, D>>(In("found" + extension));
    const auto pixels = Read(found);
    const auto truth = Read(MakeClasses<D>());
    // Classes, not objects; most of them right.
    const std::set<double> classes(pixels.Values.begin(), pixels.Values.end());
    VERIFY(classes == (std::set<double>{ 0.0, 1.0, 2.0 })) << classes.size() << " numbers up to " << *classes.rbegin();
    std::size_t right = 0;
    for (std::size_t i = 0; i < truth.Values.size(); ++i)
    {
      right += pixels.Values[i] == truth.Values[i] ? 1 : 0;
    }
    VERIFY(right > truth.Values.size() * 8 / 10) << right << " of " << truth.Values.size() << " pixels are right";
    // The same on the staged device.
    Run("segment a" + extension + " staged" + extension + " -m model.safetensors --device staged");
    VERIFY(
      SameValues(Read(itk::ReadImage<itk::Image<unsigned short, D>>(In("staged" + extension))).Values, pixels.Values));

    // Scores of each class.
    const auto        shown = Run("evaluate found" + extension + " a-classes" + extension +
                           " --labels classes --json scores.json --csv scores.csv");
    std::ifstream     file(In("scores.json"));
    const std::string json(std::istreambuf_iterator<char>(file), {});
    VERIFY(json.find("\"classes\"") != std::string::npos) << shown;
    VERIFY(json.find("\"1\"") != std::string::npos && json.find("\"2\"") != std::string::npos) << json.substr(0, 2000);

    // Two classes stay what they were: objects.
    Run("train pairs.csv -o two.safetensors --epochs 1 --levels 1 --base-filters 4 --crop-size 8 --batch-size 1 "
        "--device cpu --dimension " +
        std::to_string(D));
    Run("segment a" + extension + " objects" + extension + " -m two.safetensors --device cpu");
    VERIFY(std::filesystem::exists(In("objects" + extension)));
  }

  std::filesystem::path m_Folder;
};
} // namespace

TEST_F(CommandLine, TrainsSegmentsAndEvaluatesThreeClassesOfImages)
{
  TrainsSegmentsAndEvaluates<2>(".png");
}

TEST_F(CommandLine, TrainsSegmentsAndEvaluatesThreeClassesOfVolumes)
{
  TrainsSegmentsAndEvaluates<3>(".nrrd");
}

TEST_F(CommandLine, RefusesLabelsThatAreNoClasses)
{
  auto labels = MakeClasses<2>();
  labels->SetPixel(labels->GetBufferedRegion().GetIndex(), 7);
  itk::WriteImage(MakePicture<2>().GetPointer(), In("a.png"));
  itk::WriteImage(labels.GetPointer(), In("b.png"));
  std::ofstream(In("pairs.csv")) << "image,label\na.png,b.png\n";
  const auto said = Run("train pairs.csv -o model.safetensors --classes 3 --labels classes --epochs 1 --levels 1 "
                        "--base-filters 4 --crop-size 8 --batch-size 1 --device cpu",
                        1);
  VERIFY(said.find('7') != std::string::npos) << said;
  VERIFY(!std::filesystem::exists(In("model.safetensors")));
}

TEST_F(CommandLine, SaysItsVersionAndItsCommands)
{
  const auto help = Run("--help");
  for (const std::string command : { "train", "segment", "evaluate", "canny", "weight-map", "augment", "tune" })
  {
    VERIFY(help.find(command) != std::string::npos) << command;
    VERIFY(Run(command + " --help").find("--help") != std::string::npos) << command;
  }
  Run("no-such-command", 2);
}
} // namespace client
