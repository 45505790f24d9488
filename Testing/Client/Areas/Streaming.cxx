// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Subjects.h"
#include "itkImageBase.h"

/** Parts of an image, by streaming filters and by requests. */

namespace client
{
class Streaming : public ::testing::TestWithParam<NamedSubject>
{};

TEST_P(Streaming, PiecesAreTheWhole)
{
  const auto & named = GetParam();
  for (const std::string device : { "cpu", "staged" })
  {
    const auto expected = named.Make({ device }).Update();
    for (const unsigned int divisions : { 2u, 5u })
    {
      const auto subject = named.Make({ device, true });
      const auto images = subject.GetImages();
      for (std::size_t i = 0; i < images.size(); ++i)
      {
        VERIFY(Same(StreamingBehind(images[i], divisions).Update(), expected[i], named.PieceTolerance))
          << device << ", output " << i << " in " << divisions << " pieces";
        VERIFY(Works(
          [&]
          {
            const auto ours = OursBehind(images[i], device);
            const auto shifted = StreamingBehind(ours.Output, divisions).Update();
            const auto copy = StreamingBehind(images[i], 1);
            copy.Update();
            VERIFY(Same(shifted, OursBehind(Copy(copy.Output), "cpu").Update(), 2.0 * named.PieceTolerance))
              << device << ", output " << i << " in " << divisions << " pieces, by another of our filters";
          }))
          << device << ", output " << i << " in " << divisions << " pieces, by another of our filters";
      }
    }
    if (!named.IsOnDevice)
    {
      break;
    }
  }
}

TEST_P(Streaming, ThePartThatIsAskedForIsThatOfTheWhole)
{
  const auto & named = GetParam();
  for (const std::string device : { "cpu", "staged" })
  {
    const auto expected = named.Make({ device }).Update();
    for (std::size_t i = 0; i < expected.size(); ++i)
    {
      const auto subject = named.Make({ device, true });
      const auto image = subject.GetImages()[i];
      RequestMiddle(image);
      image->Update();
      const auto part = Read(image);
      VERIFY(SameValues((part.Size == expected[i].Size ? MiddleOf(part) : part).Values,
                        MiddleOf(expected[i]).Values,
                        named.PieceTolerance))
        << device << ", output " << i;
      subject.Filter->UpdateLargestPossibleRegion();
      VERIFY(Same(Read(image), expected[i], named.PieceTolerance)) << device << ", output " << i << ", then the whole";
    }
    if (!named.IsOnDevice)
    {
      break;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Every, Streaming, ::testing::ValuesIn(GetSubjects()), NameOfTest);
} // namespace client
