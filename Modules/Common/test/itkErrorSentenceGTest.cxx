// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkErrorSentence.h"
#include "itkImageFileReader.h"
#include "itkTorchMacros.h"
#include <gtest/gtest.h>
#include <stdexcept>

namespace
{
template <typename TFunction>
std::string
SentenceOf(const TFunction & function)
{
  try
  {
    function();
  }
  catch (const std::exception & error)
  {
    return itk::ErrorSentence(error);
  }
  return "no exception";
}

class Thrower : public itk::Object
{
public:
  using Self = Thrower;
  using Pointer = itk::SmartPointer<Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(Thrower);

  void
  Throw() const
  {
    itkExceptionMacro("Sigma must be greater than 0, but is -1.");
  }
};
} // namespace

TEST(ErrorSentence, LeavesOutWhatTheMacrosPutBefore)
{
  EXPECT_EQ(SentenceOf([] { itkGenericExceptionMacro(<< "There is no file x.png."); }), "There is no file x.png.");
  EXPECT_EQ(SentenceOf([] { Thrower::New()->Throw(); }), "Sigma must be greater than 0, but is -1.");
}

TEST(ErrorSentence, IsOneLineWithSingleSpaces)
{
  EXPECT_EQ(SentenceOf([] { throw std::runtime_error(" first \n\t second\r\n\n"); }), "first second");
  const std::string sentence = SentenceOf([] { itk::ReadImage<itk::Image<float, 2>>("no-such-file.png"); });
  EXPECT_EQ(sentence.find('\n'), std::string::npos);
  EXPECT_NE(sentence.find("no-such-file.png"), std::string::npos) << sentence;
}

TEST(ErrorSentence, LongTextsTakeNoStack)
{
  const std::string blanks(10'000'000, ' ');
  EXPECT_EQ(SentenceOf([&] { throw std::runtime_error("ITK ERROR: first" + blanks + "second"); }), "first second");
  const std::string words(10'000'000, 'x');
  EXPECT_EQ(SentenceOf([&] { throw std::runtime_error("itk::ERROR: " + words); }), words);
}

TEST(ErrorSentence, IsEmptyForAnEmptyDescription)
{
  EXPECT_EQ(SentenceOf([] { throw std::runtime_error(" \n "); }), "");
}
