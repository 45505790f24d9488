// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Subjects.h"

/** Filters and images that go while others remain. */

namespace client
{
class Destruction : public ::testing::TestWithParam<NamedSubject>
{};

TEST_P(Destruction, ImagesOutliveTheirFilter)
{
  for (const std::string device : { "cpu", "staged" })
  {
    std::vector<itk::DataObject::Pointer> images;
    std::vector<Pixels>                   expected;
    {
      const auto subject = GetParam().Make({ device, true });
      expected = subject.Update();
      images = subject.GetImages();
    }
    for (std::size_t i = 0; i < images.size(); ++i)
    {
      VERIFY(Works([&] { VERIFY(Same(Read(images[i]), expected[i])) << device << ", output " << i; }));
      VERIFY(Same(NativeBehind(images[i]).Update(), expected[i])) << device << ", output " << i;
      VERIFY(Works([&] { OursBehind(images[i], device).Update(); })) << device << ", output " << i;
    }
    if (!GetParam().IsOnDevice)
    {
      break;
    }
  }
}

TEST_P(Destruction, ImagesInTheMiddleOutliveTheChain)
{
  for (const std::string device : { "cpu", "staged" })
  {
    const auto expected = GetParam().Make({ device }).Update();
    for (std::size_t i = 0; i < expected.size(); ++i)
    {
      itk::DataObject::Pointer image;
      Behind                   ours;
      {
        const auto subject = GetParam().Make({ device, true });
        image = subject.GetImages()[i];
        ours = OursBehind(image, device);
        ours.Update();
      }
      // The filter before it is gone, the one behind it stays.
      VERIFY(Works(
        [&]
        {
          ours.Filter->Modified();
          ours.Update();
        }))
        << device << ", output " << i;
      ours = {};
      VERIFY(Works([&] { VERIFY(Same(Read(image), expected[i])) << device << ", output " << i; }))
        << device << ", output " << i;
      VERIFY(Works([&] { VERIFY(Same(NativeBehind(image).Update(), expected[i])) << device << ", output " << i; }))
        << device << ", output " << i;
    }
    if (!GetParam().IsOnDevice)
    {
      break;
    }
  }
}

TEST_P(Destruction, DisconnectedImagesStayAsTheyAre)
{
  for (const std::string device : { "cpu", "staged" })
  {
    const auto subject = GetParam().Make({ device });
    const auto expected = subject.Update();
    const auto images = subject.GetImages();
    for (std::size_t i = 0; i < images.size(); ++i)
    {
      images[i]->DisconnectPipeline();
    }
    subject.Filter->Modified();
    const auto again = subject.Update();
    ASSERT_EQ(again.size(), expected.size());
    for (std::size_t i = 0; i < images.size(); ++i)
    {
      VERIFY(Same(Read(images[i]), expected[i])) << device << ", output " << i;
      VERIFY(Same(again[i], expected[i])) << device << ", new output " << i;
    }
    if (!GetParam().IsOnDevice)
    {
      break;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Every, Destruction, ::testing::ValuesIn(GetSubjects()), NameOfTest);
} // namespace client
