// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Subjects.h"
#include "itkImageBase.h"
#include <sstream>

/** Where the results are in space, and what filters say about themselves. */

namespace client
{
class Geometry : public ::testing::TestWithParam<NamedSubject>
{};

TEST_P(Geometry, OfEachImageIsThatOfTheInput)
{
  const auto & named = GetParam();
  const auto   subject = named.Make({ "cpu", true });
  subject.Filter->UpdateOutputInformation();
  std::vector<std::string> information;
  const auto               describe = [](const itk::DataObject * object)
  {
    std::ostringstream text;
    const auto         write = [&](const auto * image) {
      text << image->GetLargestPossibleRegion() << image->GetSpacing() << image->GetOrigin() << image->GetDirection();
    };
    if (const auto * const plane = dynamic_cast<const itk::ImageBase<2> *>(object))
    {
      write(plane);
    }
    else
    {
      write(dynamic_cast<const itk::ImageBase<3> *>(object));
    }
    return text.str();
  };
  for (const auto & image : subject.GetImages())
  {
    information.push_back(describe(image));
  }
  const auto results = subject.Update();
  const auto images = subject.GetImages();
  for (std::size_t i = 0; i < results.size(); ++i)
  {
    VERIFY(describe(images[i]) == information[i]) << "output " << i << " before and after the update";
    if (subject.Inputs.empty())
    {
      continue;
    }
    const auto input = Read(subject.Inputs.front());
    VERIFY(results[i].Place == input.Place) << "output " << i;
    VERIFY(results[i].Index == input.Index) << "output " << i;
    if (named.Name.find("RandomAugmentation") == std::string::npos)
    {
      VERIFY(results[i].Size == input.Size) << "output " << i;
    }
    else
    {
      VERIFY(results[i].Size == std::vector<std::size_t>(input.Size.size(), 12)) << "output " << i;
    }
  }
}

TEST_P(Geometry, PrintsItself)
{
  const auto subject = GetParam().Make({ "staged" });
  subject.Update();
  std::ostringstream text;
  VERIFY(Works([&] { subject.Filter->Print(text); }));
  VERIFY(text.str().find(subject.Filter->GetNameOfClass()) != std::string::npos);
  for (const auto & image : subject.GetImages())
  {
    VERIFY(Works([&] { image->Print(text); }));
  }
}

INSTANTIATE_TEST_SUITE_P(Every, Geometry, ::testing::ValuesIn(GetSubjects()), NameOfTest);
} // namespace client
