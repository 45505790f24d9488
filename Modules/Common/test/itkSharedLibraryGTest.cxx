// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSharedLibrary.h"
#include "itkMacro.h"
#include <gtest/gtest.h>

TEST(SharedLibrary, ALibraryThatCannotBeLoadedIsNamedInTheReason)
{
  try
  {
    itk::SharedLibrary("/absent/library.so");
    FAIL() << "There is no such library.";
  }
  catch (const itk::ExceptionObject & error)
  {
    EXPECT_NE(std::string(error.GetDescription()).find("/absent/library.so"), std::string::npos) << error;
  }
}

TEST(SharedLibrary, SymbolsAreThoseOfTheLibrary)
{
  const itk::SharedLibrary mathematics("libm.so.6");
  const auto               cosine = reinterpret_cast<double (*)(double)>(mathematics.Find("cos"));
  ASSERT_NE(cosine, nullptr);
  EXPECT_EQ(cosine(0.0), 1.0);
  EXPECT_EQ(mathematics.Find("itkNoSuchSymbol"), nullptr);
  EXPECT_NE(itk::SharedLibrary::FindAnywhere("malloc"), nullptr);
  EXPECT_EQ(itk::SharedLibrary::FindAnywhere("itkNoSuchSymbol"), nullptr);
}

TEST(SharedLibrary, TheFolderOfAnAddressIsThatOfItsLibrary)
{
  const itk::SharedLibrary mathematics("libm.so.6");
  const std::string        folder = itk::SharedLibrary::FolderOf(mathematics.Find("cos"));
  EXPECT_EQ(folder.substr(0, 1), "/");
  EXPECT_EQ(folder.substr(folder.size() - 1), "/");
  EXPECT_NO_THROW(itk::SharedLibrary(folder + "libm.so.6"));
  EXPECT_EQ(itk::SharedLibrary::FolderOf(nullptr), "");
}
