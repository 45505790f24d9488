// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Subjects.h"

/** Native filters that write into the images of the library's filters. */

namespace client
{
class InPlace : public ::testing::TestWithParam<NamedSubject>
{};

TEST_P(InPlace, NativeFiltersBehindChangeNeitherInputsNorLaterResults)
{
  const auto & named = GetParam();
  for (const std::string device : { "cpu", "staged" })
  {
    const auto alone = named.Make({ device });
    alone.Update();
    std::vector<itk::DataObject::Pointer> copies;
    for (const auto & image : alone.GetImages())
    {
      copies.push_back(Copy(image));
    }
    const auto          subject = named.Make({ device });
    std::vector<Pixels> inputs;
    for (const auto & input : subject.Inputs)
    {
      inputs.push_back(Read(input));
    }
    const auto images = subject.GetImages();
    for (std::size_t i = 0; i < images.size(); ++i)
    {
      const auto expected = InPlaceBehind(copies[i]).Update();
      const auto native = InPlaceBehind(images[i]);
      VERIFY(Same(native.Update(), expected)) << device << ", output " << i;
      subject.Filter->Modified();
      VERIFY(Same(native.Update(), expected)) << device << ", output " << i << ", a second time";
      for (std::size_t input = 0; input < inputs.size(); ++input)
      {
        VERIFY(Same(Read(subject.Inputs[input]), inputs[input])) << device << ", input " << input;
      }
    }
    if (!named.IsOnDevice)
    {
      break;
    }
  }
}

TEST_P(InPlace, ResultsThatAreWrittenToAreComputedAnew)
{
  const auto & named = GetParam();
  for (const std::string device : { "cpu", "staged" })
  {
    const auto subject = named.Make({ device });
    const auto expected = subject.Update();
    const auto native = InPlaceBehind(subject.GetImages().front());
    native.Update();
    const auto again = subject.UpdateEachImage();
    for (std::size_t i = 0; i < expected.size(); ++i)
    {
      VERIFY(Same(again[i], expected[i])) << device << ", output " << i;
    }
    if (!named.IsOnDevice)
    {
      break;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Every, InPlace, ::testing::ValuesIn(GetSubjects()), NameOfTest);
} // namespace client
