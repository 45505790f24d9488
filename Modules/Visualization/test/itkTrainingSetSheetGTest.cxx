// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTrainingSetSheet.h"
#include "itkComparisonSheet.h"
#include "itkFolderTest.h"
#include "itkVerifiedImageReader.h"
#include "itkWriteImageFile.h"
#include <random>

namespace
{
/** A table of images of noise with labels, all in fold 0 but for rows that are added. */
class TrainingSetSheet : public itk::Test::FolderTest
{
protected:
  void
  AddRow(unsigned int seed, unsigned char label)
  {
    using ImageType = itk::Image<unsigned char, 2>;
    const std::string number = std::to_string(++m_Rows);
    std::mt19937      random(seed);
    auto              image = ImageType::New();
    image->SetRegions(itk::Size<2>{ { 40, 40 } });
    image->Allocate();
    auto labels = ImageType::New();
    labels->SetRegions(itk::Size<2>{ { 40, 40 } });
    labels->Allocate(true);
    for (int i = 0; i < 1600; ++i)
    {
      image->GetBufferPointer()[i] = static_cast<unsigned char>(random() % 200);
      labels->GetBufferPointer()[i] = i % 40 < 20 ? label : i % 40 < 30 ? 2 * label : 0;
    }
    itk::WriteImageFile(image.GetPointer(), this->In(number + ".png"));
    itk::WriteImageFile(labels.GetPointer(), this->In(number + "-labels.png"));
    m_Table += number + ".png," + number + "-labels.png\n";
  }

  itk::TrainingSetReport
  Report() const
  {
    itk::Test::WriteFileBytes(this->In("pairs.csv"), m_Table);
    itk::TrainingSetOptions options;
    options.Labels = itk::LabelMeaning::Objects;
    return itk::TrainingSetReport(this->In("pairs.csv"), options, {});
  }

  std::string m_Table{ "image,label\n" };
  int         m_Rows{ 0 };
};
} // namespace

TEST_F(TrainingSetSheet, ErrorsComeBeforeWarningsAndTheRestIsSpreadOverTheTable)
{
  for (unsigned int row = 0; row < 20; ++row)
  {
    // Row 3 has no label; row 8 is row 5 again.
    this->AddRow(row == 8 ? 5 : row, row == 3 ? 0 : 1);
  }
  m_Table += "absent.png,1-labels.png\n";
  const auto report = this->Report();
  // The absent image, the empty one, the copy and the first of it; then 4 of the 17 others.
  EXPECT_EQ(itk::ChoosePairsOfSheet(report, 8), (std::vector<std::size_t>{ 20, 3, 8, 5, 0, 6, 11, 15 }));
  EXPECT_EQ(itk::ChoosePairsOfSheet(report, 3), (std::vector<std::size_t>{ 20, 3, 8 }));
  EXPECT_EQ(itk::ChoosePairsOfSheet(report, 100).size(), 21u);
}

TEST_F(TrainingSetSheet, FramesShowProblemsAndImagesThatCannotBeReadAreGray)
{
  this->AddRow(1, 1);
  this->AddRow(2, 0);
  m_Table += "absent.png,1-labels.png\n";
  itk::WriteTrainingSetSheet(this->Report(), 12, this->In("sheet.png"));
  const auto    sheet = itk::ReadVerifiedImage<itk::VectorImage<unsigned char, 2>>(this->In("sheet.png"));
  constexpr int step = itk::ComparisonSheet::CellSize + itk::ComparisonSheet::Margin;
  EXPECT_EQ(sheet->GetBufferedRegion().GetSize(0), 3 * step + itk::ComparisonSheet::Margin);
  const auto at = [&](int column, int inset)
  {
    // The cells begin below a margin and the place for titles.
    const auto pixel = sheet->GetPixel({ { itk::ComparisonSheet::Margin + column * step + inset, 30 + inset } });
    return std::vector<int>{ pixel[0], pixel[1], pixel[2] };
  };
  EXPECT_EQ(at(0, 2), (std::vector<int>{ 230, 30, 30 }));
  EXPECT_EQ(at(0, 50)[0], at(0, 50)[2]);
  EXPECT_EQ(at(1, 2), (std::vector<int>{ 255, 150, 0 }));
  EXPECT_NE(at(2, 2), at(1, 2));
}
