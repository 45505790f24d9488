// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Subjects.h"

/** Images that are released as soon as their consumer has run. */

namespace client
{
class ReleasedData : public ::testing::TestWithParam<NamedSubject>
{};

TEST_P(ReleasedData, IsComputedAnewWhereItIsNeeded)
{
  const auto & named = GetParam();
  for (const std::string device : { "cpu", "staged" })
  {
    const auto expected = named.Make({ device }).Update();
    const auto subject = named.Make({ device, true, true });
    const auto images = subject.GetImages();
    for (std::size_t i = 0; i < images.size(); ++i)
    {
      images[i]->ReleaseDataFlagOn();
      const auto native = NativeBehind(images[i]);
      VERIFY(Same(native.Update(), expected[i])) << device << ", output " << i;
      VERIFY(images[i]->GetDataReleased()) << device << ", output " << i;
      native.Filter->Modified();
      VERIFY(Same(native.Update(), expected[i])) << device << ", output " << i << ", a second time";
    }
    for (const auto & native : subject.InFront)
    {
      VERIFY(native->GetOutputs().front()->GetDataReleased()) << device;
    }
    for (const auto & image : images)
    {
      image->ReleaseDataFlagOff();
    }
    const auto again = subject.UpdateEachImage();
    for (std::size_t i = 0; i < again.size(); ++i)
    {
      VERIFY(Same(again[i], expected[i])) << device << ", output " << i << ", kept again";
    }
    if (!named.IsOnDevice)
    {
      break;
    }
  }
}

TEST_P(ReleasedData, OfAllTheProcessChangesNoResult)
{
  const auto & named = GetParam();
  for (const std::string device : { "cpu", "staged" })
  {
    const auto alone = named.Make({ device });
    alone.Update();
    std::vector<Pixels> expected;
    for (const auto & image : alone.GetImages())
    {
      const auto copy = Copy(image);
      expected.push_back(OursBehind(copy, "cpu").Update());
    }
    const auto subject = named.Make({ device, true });
    const auto images = subject.GetImages();
    for (std::size_t i = 0; i < images.size(); ++i)
    {
      const auto ours = OursBehind(images[i], device);
      const auto native = NativeBehind(ours.Output);
      itk::DataObject::SetGlobalReleaseDataFlag(true);
      VERIFY(Works([&] { native.Filter->UpdateLargestPossibleRegion(); })) << device << ", output " << i;
      itk::DataObject::SetGlobalReleaseDataFlag(false);
      VERIFY(Same(Read(native.Output), expected[i])) << device << ", output " << i;
    }
    if (!named.IsOnDevice)
    {
      break;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Every, ReleasedData, ::testing::ValuesIn(GetSubjects()), NameOfTest);
} // namespace client
