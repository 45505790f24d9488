// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchParameterText.h"
#include "itkTestHelpers.h"
#include <limits>

namespace
{
enum class Shape : std::uint8_t
{
  Round,
  Square
};
} // namespace

namespace itk
{
itkTorchEnumerationMacro(Shape, { "Round", "round" }, { "Square", "square" });
} // namespace itk

namespace
{

struct Parameters
{
  double              Width{ 1.5 };
  std::int64_t        Count{ 3 };
  unsigned int        Size{ 7 };
  bool                Filled{ false };
  Shape               Kind{ Shape::Round };
  std::vector<double> List{ 1.0, 2.0 };

  static const itk::TorchParameterTable<Parameters> &
  Describe()
  {
    using P = Parameters;
    static const auto table = itk::TorchParameterTable<Parameters>()
                                .Add("Width", &P::Width, "", itk::TorchParameterRange::AtLeast(0))
                                .Add("Count", &P::Count, "")
                                .Formerly("Number")
                                .Add("Size", &P::Size, "")
                                .Add("Filled", &P::Filled, "")
                                .AddChoice("Kind", &P::Kind, "")
                                .Formerly("Edged", { { "true", "square" }, { "false", "round" } })
                                .Add("List", &P::List, "");
    return table;
  }
};

std::string
ErrorOf(const std::string & json)
{
  Parameters parameters;
  return itk::Test::MessageOf([&] { itk::ReadParameters(json, parameters); });
}
} // namespace

TEST(TorchParameterText, InfiniteNumbersAreRead)
{
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Parameters       written;
  written.Width = infinity;
  written.List = { -infinity, 2.0, infinity };
  const auto text = itk::WriteParameters(written);
  itk::Test::ExpectContains(text, R"("Width":"inf")");
  Parameters read;
  itk::ReadParameters(text, read);
  EXPECT_EQ(read.Width, infinity);
  EXPECT_EQ(read.List, written.List);
  itk::Test::ExpectContains(ErrorOf(R"({"Width": "infinite"})"), "Width must be a value of its type");
}

TEST(TorchParameterText, WhatIsWrittenIsRead)
{
  const Parameters written{ 0.1, -5, 4000000000u, true, Shape::Square, { 0.5 } };
  const auto       text = itk::WriteParameters(written);
  EXPECT_EQ(text, R"({"Width":0.1,"Count":-5,"Size":4000000000,"Filled":true,"Kind":"square","List":[0.5]})");
  Parameters read;
  itk::ReadParameters(text, read);
  EXPECT_EQ(read.Width, 0.1);
  EXPECT_EQ(read.Count, -5);
  EXPECT_EQ(read.Size, 4000000000u);
  EXPECT_TRUE(read.Filled);
  EXPECT_EQ(read.Kind, Shape::Square);
  EXPECT_EQ(read.List, std::vector<double>{ 0.5 });
}

TEST(TorchParameterText, WhatIsNotNamedStays)
{
  Parameters parameters;
  parameters.Width = 9.0;
  itk::ReadParameters(R"({"Count": 4})", parameters);
  EXPECT_EQ(parameters.Count, 4);
  EXPECT_EQ(parameters.Width, 9.0);
}

TEST(TorchParameterText, WhatEarlierVersionsWroteIsRead)
{
  Parameters parameters;
  itk::ReadParameters(R"({"Number": 6})", parameters);
  EXPECT_EQ(parameters.Count, 6);
  EXPECT_EQ(itk::WriteParameters(parameters).find("Number"), std::string::npos);
  itk::ReadParameters(R"({"Edged": true})", parameters);
  EXPECT_EQ(parameters.Kind, Shape::Square);
  itk::ReadParameters(R"({"Edged": false})", parameters);
  EXPECT_EQ(parameters.Kind, Shape::Round);
}

TEST(TorchParameterText, WrongTextIsNamed)
{
  itk::Test::ExpectContains(ErrorOf("[1, 2]"), "must be a JSON object, but are [1,2]");
  itk::Test::ExpectContains(ErrorOf("{"), "cannot be read");
  itk::Test::ExpectContains(ErrorOf(R"({"Widht": 1})"), "Widht");
  itk::Test::ExpectContains(ErrorOf(R"({"Width": "wide"})"),
                            "Width must be a value of its type (at least 0), but is \"wide\"");
  itk::Test::ExpectContains(ErrorOf(R"({"Count": 2.5})"), "Count must be a value of its type");
  itk::Test::ExpectContains(ErrorOf(R"({"Size": -1})"), "Size must be a value of its type");
  itk::Test::ExpectContains(ErrorOf(R"({"Kind": "oval"})"),
                            "Kind must be a value of its type (a named choice), but is \"oval\"");
}
