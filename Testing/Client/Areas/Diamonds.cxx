// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Subjects.h"
#include "ImageTypes.h"
#include "itkAddImageFilter.h"

/** Two consumers of one image, which meet again or not. */

namespace client
{
namespace
{
/** Sum of two images of numbers; nothing for other pixels. */
Behind
SumOf(itk::DataObject * first, itk::DataObject * second)
{
  Behind behind;
  Visit(first,
        [&](auto * image)
        {
          using ImageType = std::remove_pointer_t<decltype(image)>;
          if constexpr (std::is_arithmetic<typename ImageType::PixelType>::value)
          {
            auto filter = itk::AddImageFilter<ImageType>::New();
            filter->SetInput1(image);
            filter->SetInput2(dynamic_cast<ImageType *>(second));
            behind = { filter.GetPointer(), filter->GetOutput() };
          }
        });
  return behind;
}
} // namespace

class Diamonds : public ::testing::TestWithParam<NamedSubject>
{
protected:
  static std::vector<std::string>
  Devices()
  {
    return GetParam().IsOnDevice ? std::vector<std::string>{ "cpu", "staged" } : std::vector<std::string>{ "cpu" };
  }

  static std::vector<itk::DataObject::Pointer>
  CopiesOfResults(const std::string & device)
  {
    const auto alone = GetParam().Make({ device });
    alone.Update();
    std::vector<itk::DataObject::Pointer> copies;
    for (const auto & image : alone.GetImages())
    {
      copies.push_back(Copy(image));
    }
    return copies;
  }
};

TEST_P(Diamonds, OfANativeFilterAndOneOfOursMeetAgain)
{
  for (const auto & device : Devices())
  {
    const auto copies = CopiesOfResults(device);
    const auto subject = GetParam().Make({ device, true });
    const auto images = subject.GetImages();
    for (std::size_t i = 0; i < images.size(); ++i)
    {
      const auto expectedOurs = OursBehind(copies[i], "cpu");
      const auto expected = SumOf(copies[i], expectedOurs.Output);
      if (expected.Filter.IsNull())
      {
        continue;
      }
      const auto native = NativeBehind(images[i]);
      const auto ours = OursBehind(images[i], device);
      const auto sum = expected.Update();
      VERIFY(Same(SumOf(native.Output, ours.Output).Update(), sum)) << device << ", output " << i;
      subject.Filter->Modified();
      VERIFY(Same(SumOf(ours.Output, native.Output).Update(), sum)) << device << ", output " << i << ", exchanged";
    }
  }
}

TEST_P(Diamonds, OfTwoConsumersGiveEachItsOwnRegion)
{
  for (const auto & device : Devices())
  {
    const auto copies = CopiesOfResults(device);
    for (const bool isOursFirst : { true, false })
    {
      const auto subject = GetParam().Make({ device, true });
      const auto images = subject.GetImages();
      for (std::size_t i = 0; i < images.size(); ++i)
      {
        const auto whole = NativeBehind(copies[i]).Update();
        const auto middleOfOurs = MiddleOf(OursBehind(copies[i], "cpu").Update());
        const auto native = NativeBehind(images[i]);
        const auto ours = OursBehind(images[i], device);
        const auto updateOurs = [&]
        {
          VERIFY(Works(
            [&]
            {
              RequestMiddle(ours.Output);
              ours.Output->Update();
              const auto all = Read(ours.Output);
              VERIFY(SameValues(
                (all.Size == whole.Size ? MiddleOf(all) : all).Values, middleOfOurs.Values, GetParam().PieceTolerance))
                << device << ", output " << i;
            }))
            << device << ", output " << i;
        };
        if (isOursFirst)
        {
          updateOurs();
        }
        VERIFY(Same(native.Update(), whole, GetParam().PieceTolerance)) << device << ", output " << i;
        if (!isOursFirst)
        {
          updateOurs();
        }
        VERIFY(Same(Read(native.Output), whole, GetParam().PieceTolerance))
          << device << ", output " << i << ", after the other consumer";
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Every, Diamonds, ::testing::ValuesIn(GetSubjects()), NameOfTest);
} // namespace client
