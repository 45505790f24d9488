// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Subjects.h"
#include "ImageTypes.h"
#include "itkCastImageFilter.h"
#include "itkComposeImageFilter.h"
#include "itkVectorIndexSelectionCastImageFilter.h"
#include <filesystem>
#include <fstream>

/** Every output in every file format that holds a plain image of its type: the same file as the plain image's. */

namespace client
{
namespace
{
class VectorImageFiles : public ::testing::TestWithParam<NamedSubject>
{
protected:
  void
  SetUp() override
  {
    m_Folder = std::filesystem::temp_directory_path() / ("itktorch-client-files-" + GetParam().Name);
    std::filesystem::remove_all(m_Folder);
    std::filesystem::create_directories(m_Folder);
  }
  void
  TearDown() override
  {
    std::filesystem::remove_all(m_Folder);
  }

  /** What ITK makes of a plain image in this format. */
  bool
  IsHeld(itk::DataObject * plain, const std::string & extension, Pixels & pixels) const
  {
    try
    {
      pixels = ThroughFile(plain, (m_Folder / ("plain" + extension)).string());
    }
    catch (const itk::ExceptionObject &)
    {
      return false;
    }
    return SameValues(pixels.Values, Read(plain).Values);
  }

  static bool
  SameBytes(const std::filesystem::path & first, const std::filesystem::path & second)
  {
    const auto read = [](const std::filesystem::path & path)
    {
      std::ifstream file(path, std::ios::binary);
      return std::string(std::istreambuf_iterator<char>(file), {});
    };
    return read(first) == read(second);
  }

  std::filesystem::path m_Folder;
};
} // namespace

TEST_P(VectorImageFiles, AreThoseOfAPlainImage)
{
  for (const std::string device : { "cpu", "staged" })
  {
    const auto alone = GetParam().Make({ device });
    alone.Update();
    std::vector<itk::DataObject::Pointer> plain;
    for (const auto & image : alone.GetImages())
    {
      plain.push_back(Copy(image));
    }
    for (const std::string extension : { ".mha", ".nrrd", ".nii.gz", ".tif" })
    {
      for (std::size_t i = 0; i < plain.size(); ++i)
      {
        const std::string place = device + ", output " + std::to_string(i) + " as " + extension;
        Pixels            expected;
        if (!IsHeld(plain[i], extension, expected))
        {
          continue;
        }
        const auto file = (m_Folder / ("ours" + extension)).string();
        VERIFY(Works(
          [&]
          {
            const auto subject = GetParam().Make({ device, true });
            VERIFY(Same(ThroughFile(subject.GetImages()[i], file), expected)) << place << ", by the writer's update";
          }))
          << place;
        if (extension == ".mha" || extension == ".nrrd")
        {
          VERIFY(SameBytes(file, m_Folder / ("plain" + extension))) << place << ", byte for byte";
        }
        VERIFY(Works([&] { VERIFY(Same(ThroughFile(alone.GetImages()[i], file), expected)) << place; })) << place;
        VERIFY(Works(
          [&]
          {
            const auto subject = GetParam().Make({ device, true });
            VERIFY(Same(ThroughFile(NativeBehind(subject.GetImages()[i]).Output, file), expected))
              << place << ", behind a native filter";
          }))
          << place;
        if (GetParam().PieceTolerance == 0.0 && extension == ".mha")
        {
          VERIFY(Works(
            [&]
            {
              const auto subject = GetParam().Make({ device, true });
              VERIFY(Same(ThroughFile(subject.GetImages()[i], file, 3), expected)) << place << ", in pieces";
            }))
            << place;
        }
      }
    }
    if (!GetParam().IsOnDevice)
    {
      break;
    }
  }
}

/** Through itk::VectorIndexSelectionCastImageFilter and itk::ComposeImageFilter, and itk::CastImageFilter. */
TEST_P(VectorImageFiles, OfSelectedAndComposedComponentsAreTheSame)
{
  for (const std::string device : { "cpu", "staged" })
  {
    const auto alone = GetParam().Make({ device });
    alone.Update();
    for (const auto & output : alone.GetImages())
    {
      const auto expected = Read(output);
      Visit(
        output,
        [&](auto * image)
        {
          using ImageType = std::remove_pointer_t<decltype(image)>;
          if constexpr (IsVectorImage<ImageType>)
          {
            using ComponentImage = itk::Image<float, ImageType::ImageDimension>;
            const auto compose = itk::ComposeImageFilter<ComponentImage, ImageType>::New();
            for (unsigned int component = 0; component < image->GetNumberOfComponentsPerPixel(); ++component)
            {
              const auto select = itk::VectorIndexSelectionCastImageFilter<ImageType, ComponentImage>::New();
              select->SetIndex(component);
              select->SetInput(image);
              select->Update();
              compose->SetInput(component, select->GetOutput());
            }
            compose->Update();
            VERIFY(Same(Read(compose->GetOutput()), expected)) << device;
            const auto file = (m_Folder / "composed.mha").string();
            VERIFY(Works([&] { VERIFY(SameValues(ThroughFile(compose->GetOutput(), file).Values, expected.Values)); }))
              << device;
            const auto cast = itk::CastImageFilter<ImageType, ImageType>::New();
            cast->SetInput(image);
            VERIFY(Works([&] { VERIFY(SameValues(ThroughFile(cast->GetOutput(), file).Values, expected.Values)); }))
              << device;
          }
        });
    }
    if (!GetParam().IsOnDevice)
    {
      break;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Every, VectorImageFiles, ::testing::ValuesIn(GetSubjects()), NameOfTest);
} // namespace client
