// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkClassNames.h"
#include "itkTestHelpers.h"
#include "itkUNetModel.h"

using itk::ClassNames;

namespace
{
itk::UNetModel::Pointer
MakeModel(unsigned int classes, const std::vector<std::string> & names)
{
  auto                   model = itk::UNetModel::New();
  itk::UNetSpecification specification;
  specification.Classes = classes;
  model->SetSpecification(specification);
  model->SetClassNames(names);
  return model;
}

std::string
ProblemOf(const ClassNames & classes, const std::vector<std::int64_t> & labels)
{
  return itk::Test::MessageOf([&] { classes.VerifyLabels(labels.data(), labels.data() + labels.size(), "a.mha"); });
}
} // namespace

TEST(ClassNames, NamesWithCommasAreInTheOrderOfTheClasses)
{
  const auto classes = ClassNames::Parse("background,left lung,right lung");
  EXPECT_EQ(classes.GetNumberOfClasses(), 3u);
  EXPECT_EQ(classes.GetName(0), "background");
  EXPECT_EQ(classes.GetName(2), "right lung");
  EXPECT_EQ(classes.GetName(3), "");
  EXPECT_EQ(classes.GetName(-1), "");
}

TEST(ClassNames, EmptyAndRepeatedNamesAreRefused)
{
  for (const std::string text : { "", "a,,b", "a,b,", ",a", "a,b,a" })
  {
    itk::Test::ExpectContains(itk::Test::MessageOf([&] { ClassNames::Parse(text); }),
                              "Names of classes must differ and must not be empty, but are " + text + '.');
  }
}

TEST(ClassNames, AModelGivesAsManyClassesAsItTellsApart)
{
  const auto named = ClassNames::FromModel(*MakeModel(3, { "background", "anterior", "posterior" }));
  EXPECT_TRUE(named.HasNames());
  EXPECT_EQ(named.GetName(1), "anterior");
  const auto unnamed = ClassNames::FromModel(*MakeModel(5, {}));
  EXPECT_FALSE(unnamed.HasNames());
  EXPECT_EQ(unnamed.GetNumberOfClasses(), 5u);
  const auto sigmoid = ClassNames::FromModel(*MakeModel(1, { "nucleus" }));
  EXPECT_EQ(sigmoid.GetNumberOfClasses(), 2u);
  EXPECT_EQ(sigmoid.GetName(1), "nucleus");
}

TEST(ClassNames, LabelsThatAreNoClassesAreNamedWithTheirFile)
{
  const auto classes = ClassNames::Parse("a,b,c");
  EXPECT_EQ(ProblemOf(classes, { 0, 1, 2 }), "");
  itk::Test::ExpectContains(ProblemOf(classes, { 0, 3, 7 }),
                            "a.mha: labels must be class numbers in [0, 2], but one is 3.");
  itk::Test::ExpectContains(ProblemOf(classes, { 0, -1 }), "in [0, 2], but one is -1.");
  EXPECT_EQ(ProblemOf(ClassNames(), { -5, 99 }), "") << "without classes any number may be one";
}
