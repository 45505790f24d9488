// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Subjects.h"
#include "itkImageBase.h"

namespace client
{
namespace
{
bool
IsImage(const itk::DataObject * object)
{
  return dynamic_cast<const itk::ImageBase<2> *>(object) != nullptr ||
         dynamic_cast<const itk::ImageBase<3> *>(object) != nullptr;
}
} // namespace

std::vector<itk::DataObject::Pointer>
Subject::GetImages() const
{
  std::vector<itk::DataObject::Pointer> images;
  for (const auto & output : Filter->GetOutputs())
  {
    if (IsImage(output))
    {
      images.push_back(output);
    }
  }
  return images;
}

std::vector<Pixels>
Subject::Update() const
{
  Filter->Update();
  std::vector<Pixels> results;
  for (const auto & image : this->GetImages())
  {
    results.push_back(Read(image));
  }
  return results;
}

std::vector<Pixels>
Subject::UpdateEachImage() const
{
  std::vector<Pixels> results;
  for (const auto & image : this->GetImages())
  {
    image->Update();
    results.push_back(Read(image));
  }
  return results;
}

const itk::DataObject *
Subject::FeedObject(itk::DataObject * image, const Setting & setting)
{
  Inputs.emplace_back(image);
  if (!setting.IsNativeInFront)
  {
    return image;
  }
  const auto native = NativeBehind(image);
  native.Output->SetReleaseDataFlag(setting.IsInputReleased);
  InFront.push_back(native.Filter);
  return native.Output;
}

std::ostream &
operator<<(std::ostream & os, const NamedSubject & subject)
{
  return os << subject.Name;
}

std::vector<NamedSubject>
GetSubjects(const std::string & part)
{
  static const std::vector<NamedSubject> all = []
  {
    std::vector<NamedSubject> subjects;
    AddAugmentationSubjects(subjects);
    AddEdgeSubjects(subjects);
    AddLabelSubjects(subjects);
    AddNetworkSubjects(subjects);
    return subjects;
  }();
  std::vector<NamedSubject> found;
  for (const auto & subject : all)
  {
    if (subject.Name.find(part) != std::string::npos)
    {
      found.push_back(subject);
    }
  }
  return found;
}

std::string
NameOfTest(const ::testing::TestParamInfo<NamedSubject> & info)
{
  return info.param.Name;
}
} // namespace client
