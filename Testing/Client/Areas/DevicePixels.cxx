// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Subjects.h"
#include "itkTorchTensor.h"
#include <filesystem>

/** Images in the middle of a chain on a device with memory of its own. */

namespace client
{
class DevicePixels : public ::testing::TestWithParam<NamedSubject>
{
protected:
  void
  SetUp() override
  {
    m_Expected = GetParam().Make({ "staged" }).Update();
  }

  /** The image in the middle after `update` of a chain on the staged device. */
  void
  ForEachImage(const std::function<void(const Behind & ours)> &                                   update,
               const std::function<void(const itk::DataObject::Pointer & image, std::size_t i)> & check)
  {
    for (std::size_t i = 0; i < m_Expected.size(); ++i)
    {
      const auto subject = GetParam().Make({ "staged", true });
      const auto image = subject.GetImages()[i];
      update(OursBehind(image, "staged"));
      VERIFY(Works([&] { check(image, i); })) << "output " << i;
    }
  }

  std::vector<Pixels> m_Expected;
};

namespace
{
void
UpdateFilter(const Behind & ours)
{
  ours.Filter->Update();
}
void
UpdateOutput(const Behind & ours)
{
  ours.Output->Update();
}
void
UpdateNativeBehind(const Behind & ours)
{
  NativeBehind(ours.Output).Filter->Update();
}
void
Stream(const Behind & ours)
{
  StreamingBehind(ours.Output, 2).Filter->Update();
}
} // namespace

TEST_P(DevicePixels, AreInIteratorsAfterTheUpdateOfAFilterBehind)
{
  for (const auto & update : { UpdateFilter, UpdateOutput, UpdateNativeBehind })
  {
    ForEachImage(update,
                 [&](const auto & image, std::size_t i)
                 { VERIFY(SameValues(Read(image).Values, m_Expected[i].Values, GetParam().PieceTolerance)); });
  }
}

TEST_P(DevicePixels, AreInGetPixel)
{
  for (const auto & update : { UpdateFilter, UpdateOutput, UpdateNativeBehind })
  {
    ForEachImage(update,
                 [&](const auto & image, std::size_t i)
                 { VERIFY(SameValues(ReadByGetPixel(image), m_Expected[i].Values, GetParam().PieceTolerance)) << i; });
  }
}

TEST_P(DevicePixels, AreInAGraft)
{
  for (const auto & update : { UpdateFilter, UpdateOutput, UpdateNativeBehind })
  {
    ForEachImage(update,
                 [&](const auto & image, std::size_t i) {
                   VERIFY(SameValues(ReadByGraft(image).Values, m_Expected[i].Values, GetParam().PieceTolerance)) << i;
                 });
  }
}

TEST_P(DevicePixels, OfTheLastPieceAreInIterators)
{
  ForEachImage(Stream,
               [&](const auto & image, std::size_t)
               { VERIFY(Works([&] { Read(image); })) << "has " << HasBuffer(image); });
}

TEST_P(DevicePixels, OfSiblingsAreThere)
{
  for (std::size_t i = 0; i < m_Expected.size(); ++i)
  {
    const auto subject = GetParam().Make({ "staged", true });
    const auto images = subject.GetImages();
    OursBehind(images[i], "staged").Filter->Update();
    for (std::size_t sibling = 0; sibling < images.size(); ++sibling)
    {
      VERIFY(Works(
        [&]
        { VERIFY(SameValues(Read(images[sibling]).Values, m_Expected[sibling].Values, GetParam().PieceTolerance)); }))
        << "output " << sibling << " after one behind output " << i;
    }
  }
}

TEST_P(DevicePixels, AreThereAfterAWriter)
{
  const auto file =
    (std::filesystem::temp_directory_path() / ("itktorch-client-device-" + GetParam().Name + ".mha")).string();
  ForEachImage([&](const Behind & ours) { ThroughFile(ours.Output, file); },
               [&](const auto & image, std::size_t i)
               { VERIFY(SameValues(Read(image).Values, m_Expected[i].Values, GetParam().PieceTolerance)) << i; });
  std::filesystem::remove(file);
}

TEST_P(DevicePixels, OfAllOutputsAreThereAfterTheUpdateOfOne)
{
  const auto update = [&](const std::string & name, const std::function<void(const Subject &)> & action)
  {
    const auto subject = GetParam().Make({ "staged", true });
    action(subject);
    const auto images = subject.GetImages();
    for (std::size_t i = 0; i < images.size(); ++i)
    {
      VERIFY(Works([&] { VERIFY(Same(Read(images[i]), m_Expected[i])) << "output " << i << " after " << name; }))
        << "output " << i << " after " << name;
    }
  };
  update("UpdateLargestPossibleRegion()",
         [](const Subject & subject) { subject.Filter->UpdateLargestPossibleRegion(); });
  update("Update() of the filter", [](const Subject & subject) { subject.Filter->Update(); });
  update("Update() of the last image", [](const Subject & subject) { subject.GetImages().back()->Update(); });
  update("a native filter behind the first image",
         [](const Subject & subject) { NativeBehind(subject.GetImages().front()).Update(); });
}

TEST_P(DevicePixels, AreThereAfterTheUpdateOfADecoratedOutput)
{
  if (GetParam().Name.find("Training") == 0)
  {
    GTEST_SKIP() << "a prediction is not computed where the model alone is asked for";
  }
  const auto subject = GetParam().Make({ "staged", true });
  for (const auto & output : subject.Filter->GetOutputs())
  {
    const auto images = subject.GetImages();
    if (std::find(images.begin(), images.end(), output) != images.end())
    {
      continue;
    }
    subject.Filter->Modified();
    output->Update();
    for (std::size_t i = 0; i < images.size(); ++i)
    {
      VERIFY(Works([&] { VERIFY(Same(Read(images[i]), m_Expected[i])) << "output " << i; })) << "output " << i;
    }
  }
}

/** With KeepIntermediatesOnDevice an image in the middle is not copied to the host until its own update. */
TEST_P(DevicePixels, StayOnTheDeviceWhereItIsAskedFor)
{
  for (std::size_t i = 0; i < m_Expected.size(); ++i)
  {
    std::uint64_t downloads[2] = { 0, 0 };
    for (const bool keeps : { false, true })
    {
      const auto subject = GetParam().Make({ "staged" });
      const auto first = OursBehind(subject.GetImages()[i], "staged", keeps);
      const auto second = OursBehind(first.Output, "staged");
      itk::TorchTransferCounters::Reset();
      second.Filter->Update();
      downloads[keeps ? 1 : 0] = itk::TorchTransferCounters::Get().Downloads;
      VERIFY(HasBuffer(first.Output) != keeps) << "output " << i;
      first.Output->Update();
      VERIFY(Works([&] { VERIFY(Same(Read(first.Output), OursBehind(Copy(subject.GetImages()[i]), "cpu").Update())); }))
        << "output " << i << (keeps ? ", kept" : "");
    }
    VERIFY(downloads[1] + 1 == downloads[0]) << "output " << i << ": " << downloads[1] << " and " << downloads[0];
  }
}

INSTANTIATE_TEST_SUITE_P(Every,
                         DevicePixels,
                         ::testing::ValuesIn(
                           []
                           {
                             std::vector<NamedSubject> subjects;
                             for (const auto & subject : GetSubjects())
                             {
                               if (subject.IsOnDevice)
                               {
                                 subjects.push_back(subject);
                               }
                             }
                             return subjects;
                           }()),
                         NameOfTest);
} // namespace client
