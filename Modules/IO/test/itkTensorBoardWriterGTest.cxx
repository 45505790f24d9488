// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTensorBoardWriter.h"
#include "itkFileSizeLimit.h"
#include "itkFolderTest.h"
#include "itkTensorBoardRecord.h"
#include "itkVerifiedImageReader.h"
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstring>
#include <regex>
#include <set>
#include <thread>

namespace
{
namespace fs = std::filesystem;

using itk::Test::ProblemOf;
using itk::Test::ReadFileBytes;
using itk::Test::WriteFileBytes;
using GrayImage = itk::Image<unsigned char, 2>;
using ColorImage = itk::Image<itk::RGBPixel<unsigned char>, 2>;

/** Bit by bit: the remainder of the bytes as a polynomial. */
std::uint32_t
SlowCrc32C(const std::string & bytes)
{
  std::uint32_t crc = 0xffffffff;
  for (const unsigned char byte : bytes)
  {
    for (int bit = 0; bit < 8; ++bit)
    {
      const bool isOdd = ((crc ^ (byte >> bit)) & 1) != 0;
      crc = (crc >> 1) ^ (isOdd ? 0x82f63b78 : 0);
    }
  }
  return crc ^ 0xffffffff;
}

/** What records hold in 8 or 4 bytes; processors that the tests run on have the lowest byte first too. */
template <typename TNumber>
TNumber
NumberAt(const std::string & bytes, std::size_t at)
{
  TNumber number{};
  std::memcpy(&number, bytes.data() + at, sizeof(number));
  return number;
}

/** As readers do: to the end, or to the first record that is not whole or has a wrong check sum. */
std::vector<std::string>
ReadEvents(const std::string & bytes, std::size_t & end)
{
  std::vector<std::string> events;
  end = 0;
  const auto isSum = [&](std::size_t at, const std::string & summed)
  {
    const std::uint32_t crc = SlowCrc32C(summed);
    return NumberAt<std::uint32_t>(bytes, at) == ((crc >> 15) | (crc << 17)) + 0xa282ead8;
  };
  while (end + 16 <= bytes.size() && isSum(end + 8, bytes.substr(end, 8)))
  {
    const auto length = NumberAt<std::uint64_t>(bytes, end);
    if (end + 16 + length > bytes.size() || !isSum(end + 12 + length, bytes.substr(end + 12, length)))
    {
      break;
    }
    events.push_back(bytes.substr(end + 12, length));
    end += 16 + length;
  }
  return events;
}

class TensorBoardWriter : public itk::Test::FolderTest
{
protected:
  /** Of a file without anything else. */
  static std::vector<std::string>
  EventsIn(const std::string & fileName)
  {
    const std::string bytes = ReadFileBytes(fileName);
    std::size_t       end = 0;
    auto              events = ReadEvents(bytes, end);
    EXPECT_EQ(end, bytes.size()) << fileName;
    return events;
  }

  /** Of the last event but its time, which is its first field. */
  static std::string
  LastEventIn(const std::string & fileName)
  {
    return EventsIn(fileName).back().substr(9);
  }

  static std::string
  ScalarEvent(const std::string & tag, std::int64_t step, float value)
  {
    return itk::EncodeTensorBoardEvent(0, step, itk::EncodeTensorBoardScalar(tag, value)).substr(9);
  }

  std::string
  FileInPicture(const std::string & event) const
  {
    const auto begin = event.find("\x89PNG");
    WriteFileBytes(this->In("picture.png"), event.substr(begin));
    return this->In("picture.png");
  }
};

std::string
Bytes(std::initializer_list<int> values)
{
  return { values.begin(), values.end() };
}
} // namespace

TEST(TensorBoardRecord, CheckSumsAreThoseOfTheStandard)
{
  EXPECT_EQ(itk::Crc32C(""), 0u);
  EXPECT_EQ(itk::Crc32C("123456789"), 0xe3069283u);
  EXPECT_EQ(itk::MaskCrc32C(itk::Crc32C("123456789")), 0xc78ab0e5u);
  // RFC 3720, appendix B.4.
  EXPECT_EQ(itk::Crc32C(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(itk::Crc32C(std::string(32, '\xff')), 0x62a8ab43u);
}

TEST(TensorBoardRecord, AScalarIsAsWorkedOutByHand)
{
  const std::string event = itk::EncodeTensorBoardEvent(2.0, 300, itk::EncodeTensorBoardScalar("ab", -1.5f));
  const auto        expected = Bytes({
           0x09, 0,    0,    0,    0,   0, 0, 0, 0x40, // 1, 64 bits: the double 2
           0x10, 0xac, 0x02,                           // 2, variable: 300 = 2 * 128 + 44
           0x2a, 0x0b,                                 // 5, 11 bytes: the summary
           0x0a, 0x09,                                 // 1, 9 bytes: its value
           0x0a, 0x02, 'a',  'b',                      // 1, 2 bytes: the tag
           0x15, 0,    0,    0xc0, 0xbf                // 2, 32 bits: the float -1.5
  });
  EXPECT_EQ(event, expected);
  const std::string record = itk::EncodeTensorBoardRecord(event);
  ASSERT_EQ(record.size(), 16 + event.size());
  EXPECT_EQ(record.substr(0, 8), Bytes({ 25, 0, 0, 0, 0, 0, 0, 0 }));
  std::size_t end = 0;
  EXPECT_EQ(ReadEvents(record, end), std::vector<std::string>{ event });
}

TEST(TensorBoardRecord, APictureAndATextAreAsWorkedOutByHand)
{
  EXPECT_EQ(itk::EncodeTensorBoardImage("t", "PNG", 200, 3, 4),
            Bytes({ 0x0a, 1, 't', 0x22, 12, 0x08, 3, 0x10, 0xc8, 1, 0x18, 4, 0x22, 3, 'P', 'N', 'G' }));
  const auto text = Bytes({
    0x0a, 1, 't',                                    // 1: the tag
    0x42, 9, 0x08, 7,   0x12, 0,                     // 8: a string tensor without axes
    0x42, 3, '*',  'm', '*',                         // its string
    0x4a, 8, 0x0a, 6,   0x0a, 4, 't', 'e', 'x', 't', // 9: of the plug-in "text"
  });
  EXPECT_EQ(itk::EncodeTensorBoardText("t", "*m*"), text);
}

TEST(TensorBoardRecord, NegativeStepsTakeTenBytes)
{
  const std::string event = itk::EncodeTensorBoardEvent(0, -1, "");
  EXPECT_EQ(event.substr(9), Bytes({ 0x10, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 0x2a, 2, 0x0a, 0 }));
}

TEST_F(TensorBoardWriter, AFileHasTheNameAndTheFirstRecordThatTensorBoardExpects)
{
  const auto                   before = std::chrono::system_clock::now().time_since_epoch();
  const itk::TensorBoardWriter writer(this->In("a/b"));
  const auto                   after = std::chrono::system_clock::now().time_since_epoch();
  const fs::path               file = writer.GetFileName();
  EXPECT_EQ(file.parent_path(), this->In("a/b"));
  std::smatch       parts;
  const std::string name = file.filename().string();
  ASSERT_TRUE(std::regex_match(name, parts, std::regex(R"(events\.out\.tfevents\.(\d{10})\.[\w.-]+\.(\d+)\.0)")))
    << name;
  EXPECT_GE(std::stoll(parts[1]), std::chrono::duration_cast<std::chrono::seconds>(before).count());
  EXPECT_LE(std::stoll(parts[1]), std::chrono::duration_cast<std::chrono::seconds>(after).count());
  EXPECT_EQ(std::stoi(parts[2]), getpid());
  const auto events = EventsIn(file.string());
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].substr(9),
            "\x1a\x0d"
            "brain.Event:2");
  const auto time = NumberAt<double>(events[0], 1);
  EXPECT_GE(time, std::chrono::duration<double>(before).count());
  EXPECT_LE(time, std::chrono::duration<double>(after).count());
}

TEST_F(TensorBoardWriter, ValuesAndTagsAreWrittenAsTheyAre)
{
  itk::TensorBoardWriter writer(m_Folder.string());
  for (const std::string tag : { "", "Loss/a b/µ∂ 細胞", "../../x", "a\nb" })
  {
    for (const float value : { 0.0f, -0.0f, 1e-45f, HUGE_VALF, -HUGE_VALF, std::nanf("") })
    {
      writer.AddScalar(tag, 0, value);
      EXPECT_EQ(LastEventIn(writer.GetFileName()), ScalarEvent(tag, 0, value));
    }
  }
  writer.AddText("Text", 5, "| a |\n|---|\n| **ü** |");
  const auto text = itk::EncodeTensorBoardText("Text", "| a |\n|---|\n| **ü** |");
  EXPECT_EQ(LastEventIn(writer.GetFileName()), itk::EncodeTensorBoardEvent(0, 5, text).substr(9));
  EXPECT_EQ(EventsIn(writer.GetFileName()).size(), 1u + 24u + 1u);
}

TEST_F(TensorBoardWriter, WhatIsNoUtf8IsReplaced)
{
  itk::TensorBoardWriter writer(m_Folder.string());
  // Latin-1, and a surrogate.
  writer.AddScalar("Z\xfcrich", 1, 2.0f);
  EXPECT_EQ(LastEventIn(writer.GetFileName()), ScalarEvent("Z\uFFFDrich", 1, 2.0f));
  writer.AddText("\xff", 1, "\xfc");
  EXPECT_EQ(LastEventIn(writer.GetFileName()),
            itk::EncodeTensorBoardEvent(0, 1, itk::EncodeTensorBoardText("\uFFFD", "\uFFFD")).substr(9));
}

TEST_F(TensorBoardWriter, APictureHasTheImagesPixels)
{
  auto gray = GrayImage::New();
  auto color = ColorImage::New();
  // Not square, so that swapped sides are seen, and not at the origin.
  const GrayImage::RegionType region({ { 3, -4 } }, { { 5, 2 } });
  gray->SetRegions(region);
  gray->Allocate();
  color->SetRegions(region);
  color->Allocate();
  for (unsigned int i = 0; i < 10; ++i)
  {
    gray->GetBufferPointer()[i] = static_cast<unsigned char>(250 - 27 * i);
    for (unsigned int c = 0; c < 3; ++c)
    {
      color->GetBufferPointer()[i][c] = static_cast<unsigned char>(255 - 7 * i - 50 * c);
    }
  }
  itk::TensorBoardWriter writer(this->In("run"));
  const auto             verify = [&](unsigned int channels, const unsigned char * pixels)
  {
    const std::string event = LastEventIn(writer.GetFileName());
    const std::string png = this->FileInPicture(event);
    const auto        value = itk::EncodeTensorBoardImage("Image", ReadFileBytes(png), 5, 2, channels);
    EXPECT_EQ(event, itk::EncodeTensorBoardEvent(0, 7, value).substr(9));
    const auto read = itk::ReadVerifiedImage<itk::VectorImage<unsigned char, 2>>(png);
    ASSERT_EQ(read->GetLargestPossibleRegion().GetSize(), region.GetSize());
    ASSERT_EQ(read->GetNumberOfComponentsPerPixel(), channels);
    EXPECT_EQ(std::memcmp(read->GetBufferPointer(), pixels, 10 * channels), 0);
  };
  writer.AddImage("Image", 7, gray.GetPointer());
  verify(1, gray->GetBufferPointer());
  writer.AddImage("Image", 7, color.GetPointer());
  verify(3, color->GetBufferPointer()->GetDataPointer());
  const std::string png = ReadFileBytes(this->In("picture.png"));
  writer.AddImage("Image", 7, png, 5, 2, 3);
  verify(3, color->GetBufferPointer()->GetDataPointer());
}

TEST_F(TensorBoardWriter, WhatIsNoPictureIsNamedAndNotWritten)
{
  itk::TensorBoardWriter writer(m_Folder.string());
  auto                   image = GrayImage::New();
  image->SetRegions(itk::Size<2>{ { 2, 3 } });
  image->Allocate(true);
  writer.AddImage("a", 0, image.GetPointer());
  const std::string all = ReadFileBytes(writer.GetFileName());
  const std::string png = ReadFileBytes(this->FileInPicture(all));
  const std::string begin = "Cannot write a picture to " + writer.GetFileName() + ": ";
  EXPECT_EQ(ProblemOf([&] { writer.AddImage("a", 0, png, 2, 3, 5); }),
            begin + "the number of its channels must be 1 to 4, but is 5.");
  EXPECT_EQ(ProblemOf([&] { writer.AddImage("a", 0, png, 3, 2, 1); }),
            begin + "its size must be that of the PNG file, 2 x 3, but is 3 x 2.");
  EXPECT_EQ(ProblemOf([&] { writer.AddImage("a", 0, png.substr(0, 23), 2, 3, 1); }), begin + "it is not a PNG file.");
  EXPECT_EQ(ProblemOf([&] { writer.AddImage("a", 0, std::string(100, 'x'), 2, 3, 1); }),
            begin + "it is not a PNG file.");
  const auto problemOfSize = [&](itk::Size<2> size, bool isAllocated)
  {
    auto wrong = ColorImage::New();
    wrong->SetRegions(size);
    if (isAllocated)
    {
      wrong->Allocate();
    }
    return ProblemOf([&] { writer.AddImage("a", 0, wrong.GetPointer()); });
  };
  EXPECT_EQ(problemOfSize({ { 0, 5 } }, true), begin + "its pixels must take 1 to 1073741824 bytes, but take 0.");
  EXPECT_EQ(problemOfSize({ { 32768, 32768 } }, false),
            begin + "its pixels must take 1 to 1073741824 bytes, but take 3221225472.");
  // libpng's limit is a million; the sentence's end is its own.
  const std::string tooWide = problemOfSize({ { 1000001, 1 } }, true);
  EXPECT_EQ(tooWide.rfind(begin, 0), 0u) << tooWide;
  EXPECT_EQ(ReadFileBytes(writer.GetFileName()), all);
}

TEST_F(TensorBoardWriter, FilesOfARunComeInTheOrderOfTheirNames)
{
  WriteFileBytes(this->In("events.out.tfevents.x"), "");
  WriteFileBytes(this->In("events.out.tfevents.99999999999.a"), "");
  std::vector<std::string> names;
  for (int i = 0; i < 12; ++i)
  {
    names.push_back(itk::TensorBoardWriter(m_Folder.string()).GetFileName());
  }
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
  // Of a machine whose clock is wrong.
  WriteFileBytes(this->In("events.out.tfevents.4000000000.zzz.1.0"), "");
  const std::string name = itk::TensorBoardWriter(m_Folder.string()).GetFileName();
  EXPECT_EQ(name.rfind(this->In("events.out.tfevents.4000000001."), 0), 0u) << name;
  EXPECT_EQ(ReadFileBytes(this->In("events.out.tfevents.4000000000.zzz.1.0")), "");
}

// Of two that look for files before either has made one, both choose the same seconds; that happens in some rounds.
TEST_F(TensorBoardWriter, WritersOfOneProcessAndSecondHaveFilesOfTheirOwn)
{
  for (int round = 0; round < 100; ++round)
  {
    const std::string        run = this->In(std::to_string(round));
    std::atomic<int>         waiting{ 2 };
    std::vector<std::thread> threads;
    std::string              names[2];
    for (int i = 0; i < 2; ++i)
    {
      threads.emplace_back(
        [&, i]
        {
          for (--waiting; waiting > 0;)
          {
            std::this_thread::yield();
          }
          itk::TensorBoardWriter writer(run);
          writer.AddScalar("a", i, 1.0f);
          names[i] = writer.GetFileName();
        });
    }
    for (auto & thread : threads)
    {
      thread.join();
    }
    ASSERT_NE(names[0], names[1]);
    for (int i = 0; i < 2; ++i)
    {
      ASSERT_EQ(EventsIn(names[i]).size(), 2u);
      ASSERT_EQ(LastEventIn(names[i]), ScalarEvent("a", i, 1.0f));
    }
  }
}

TEST_F(TensorBoardWriter, AKillLosesNothing)
{
  const auto logAndDie = [&]
  {
    itk::TensorBoardWriter writer(m_Folder.string());
    writer.AddScalar("a", 1, 2.0f);
    writer.AddText("b", 1, "text");
    std::raise(SIGKILL);
  };
  EXPECT_EXIT(logAndDie(), ::testing::KilledBySignal(SIGKILL), "");
  ASSERT_EQ(this->Names().size(), 1u);
  EXPECT_EQ(EventsIn(this->In(this->Names()[0])).size(), 3u);
}

TEST_F(TensorBoardWriter, AFullDiskIsOneSentenceAndLeavesWholeRecords)
{
  itk::TensorBoardWriter writer(m_Folder.string());
  const std::string      problem = "Cannot write " + writer.GetFileName() + ": File too large.";
  writer.AddScalar("first", 1, 1.0f);
  const std::string whole = ReadFileBytes(writer.GetFileName());
  {
    // Room for a part of the text, and for a scalar after it.
    const itk::Test::FileSizeLimit limit(whole.size() + 100);
    EXPECT_EQ(ProblemOf([&] { writer.AddText("large", 1, std::string(1000, 'x')); }), problem);
    EXPECT_EQ(ReadFileBytes(writer.GetFileName()), whole);
    writer.AddScalar("small", 2, 2.0f);
    EXPECT_EQ(LastEventIn(writer.GetFileName()), ScalarEvent("small", 2, 2.0f));
  }
  writer.AddText("large", 3, std::string(1000, 'x'));
  EXPECT_EQ(EventsIn(writer.GetFileName()).size(), 4u);
}

TEST_F(TensorBoardWriter, WhatIsLeftOfARecordDoesNotStayBeforeTheNext)
{
  itk::TensorBoardWriter writer(m_Folder.string());
  writer.AddScalar("a", 1, 1.0f);
  // As if it could not be taken back when it happened.
  std::ofstream(writer.GetFileName(), std::ios::binary | std::ios::app)
    << "half a record that is longer than a whole one";
  writer.AddScalar("a", 2, 2.0f);
  EXPECT_EQ(EventsIn(writer.GetFileName()).size(), 3u);
  EXPECT_EQ(LastEventIn(writer.GetFileName()), ScalarEvent("a", 2, 2.0f));
}

TEST_F(TensorBoardWriter, ADiskThatIsFullAtOnceLeavesNoFile)
{
  const itk::Test::FileSizeLimit limit(10);
  const std::string              problem = ProblemOf([&] { const itk::TensorBoardWriter writer(m_Folder.string()); });
  EXPECT_EQ(problem.rfind("Cannot write " + this->In("events.out.tfevents."), 0), 0u) << problem;
  EXPECT_NE(problem.find(": File too large."), std::string::npos) << problem;
  EXPECT_EQ(this->Names(), std::vector<std::string>{});
}

TEST_F(TensorBoardWriter, AFolderThatCannotBeMadeIsNamed)
{
  WriteFileBytes(this->In("file"), "text");
  const auto problem = [](const std::string & folder)
  { return ProblemOf([&] { const itk::TensorBoardWriter writer(folder); }); };
  EXPECT_EQ(problem(this->In("file")),
            "Cannot make the folder '" + this->In("file") + "' for TensorBoard: Not a directory.");
  EXPECT_EQ(problem(this->In("file/run")),
            "Cannot make the folder '" + this->In("file/run") + "' for TensorBoard: Not a directory.");
  EXPECT_EQ(problem("").rfind("Cannot make the folder '' for TensorBoard: ", 0), 0u) << problem("");
  fs::create_directory_symlink(m_Folder, this->In("link"));
  EXPECT_EQ(problem(this->In("link")), "");
  EXPECT_EQ(problem(this->In("new/")), "");
}
