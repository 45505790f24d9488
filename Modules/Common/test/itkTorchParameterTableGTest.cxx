// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchParameterTable.h"

#include "itkMacro.h"
#include <gtest/gtest.h>
#include <limits>
#include <map>
#include <sstream>

using itk::TorchParameterRange;
using itk::TorchParameterTable;
using itk::TorchParameterUnit;
using itk::TorchParameterValue;

namespace
{
enum class Shape : unsigned char
{
  Round,
  Square
};
} // namespace

namespace itk
{
itkTorchEnumerationMacro(Shape, { "Round", "Round" }, { "Square", "Square" });
} // namespace itk

namespace
{

struct Parameters
{
  double        Sigma{ 2.5 };
  float         Weight{ 0.25f };
  int           Count{ 3 };
  std::uint32_t Seed{ 4000000000u };
  bool          IsFast{ true };
  std::string   Title{ "none" };
  Shape         Form{ Shape::Square };

  static const TorchParameterTable<Parameters> &
  Describe()
  {
    using P = Parameters;
    static const auto table =
      TorchParameterTable<Parameters>()
        .Add("Sigma", &P::Sigma, "Width.", TorchParameterRange::GreaterThan(0.0), TorchParameterUnit::Pixels)
        .Add("Weight", &P::Weight, "Share.", TorchParameterRange::FromBelow(0.0, 1.0), TorchParameterUnit::Percent)
        .Add("Count", &P::Count, "How many.", TorchParameterRange::Between(1, 8))
        .Add("Seed", &P::Seed, "Start of the random numbers.")
        .Add("IsFast", &P::IsFast, "Speed.")
        .Add("Title", &P::Title, "Name of the result.", {}, TorchParameterUnit::Millimeters)
        .AddChoice("Form", &P::Form, "Shape.");
    return table;
  }
};

std::string
MessageFor(const Parameters & parameters)
{
  try
  {
    itk::TorchParameterView(parameters).Verify("MyFilter");
  }
  catch (const itk::ExceptionObject & error)
  {
    return error.GetDescription();
  }
  return {};
}

TEST(TorchParameterTable, DefaultsAreThoseOfADefaultConstructedStruct)
{
  const itk::TorchParameterList & table = Parameters::Describe();
  EXPECT_EQ(table.GetParameter("Sigma").Default, TorchParameterValue(2.5));
  EXPECT_EQ(table.GetParameter("Weight").Default, TorchParameterValue(0.25));
  EXPECT_EQ(table.GetParameter("Count").Default, TorchParameterValue(std::int64_t{ 3 }));
  EXPECT_EQ(table.GetParameter("Seed").Default, TorchParameterValue(std::int64_t{ 4000000000 }));
  EXPECT_EQ(table.GetParameter("IsFast").Default, TorchParameterValue(true));
  EXPECT_EQ(table.GetParameter("Title").Default, TorchParameterValue(std::string("none")));
  EXPECT_EQ(table.GetParameter("Form").Default, TorchParameterValue(std::string("Square")));
  EXPECT_EQ(MessageFor({}), "");
}

TEST(TorchParameterTable, AnIntervalIsTwoNumbersInItsRangeTheLowerOneFirst)
{
  struct Interval
  {
    std::vector<double> Angle{ -5.0, 5.0 };
  };
  TorchParameterTable<Interval> table;
  table.AddInterval(
    "Angle", &Interval::Angle, "Turn.", TorchParameterRange::Between(-90, 90), TorchParameterUnit::Degrees);
  const auto messageFor = [&](const std::vector<double> & angle)
  {
    const Interval interval{ angle };
    return table.GetParameter("Angle").Check(&interval);
  };
  EXPECT_EQ(messageFor({ -5.0, 5.0 }), "");
  EXPECT_EQ(messageFor({ 3.0, 3.0 }), "");
  const std::string rule = "Angle must be two numbers in [-90, 90], the lower one first, but is ";
  EXPECT_EQ(messageFor({ 5.0, -5.0 }), rule + "5,-5.");
  EXPECT_EQ(messageFor({ 5.0 }), rule + "5.");
  EXPECT_EQ(messageFor({ 1.0, 2.0, 3.0 }), rule + "1,2,3.");
  EXPECT_EQ(messageFor({ 1.0, 91.0 }), rule + "1,91.");
  EXPECT_NE(messageFor({ std::numeric_limits<double>::quiet_NaN(), 1.0 }), "");
  EXPECT_NE(messageFor({}), "");
}

TEST(TorchParameterTable, SetThenGetGivesTheValueBack)
{
  Parameters                                       parameters;
  const std::map<std::string, TorchParameterValue> values{
    { "Sigma", 0.125 },
    { "Weight", 0.5 },
    { "Count", std::int64_t{ 8 } },
    { "Seed", std::int64_t{ 4294967295 } },
    { "IsFast", false },
    { "Title", std::string("a, b") },
    { "Form", std::string("Round") },
  };
  for (const auto & parameter : Parameters::Describe().GetParameters())
  {
    parameter.Set(&parameters, values.at(parameter.Name));
    EXPECT_EQ(parameter.Get(&parameters), values.at(parameter.Name)) << parameter.Name;
  }
  EXPECT_EQ(parameters.Weight, 0.5f);
  EXPECT_EQ(parameters.Seed, 4294967295u);
  EXPECT_EQ(parameters.Form, Shape::Round);
}

TEST(TorchParameterTable, AMessageNamesOwnerParameterRangeAndValueOfEachProblem)
{
  Parameters parameters;
  parameters.Sigma = 0.0;
  parameters.Weight = 1.0f;
  parameters.Count = 9;
  EXPECT_EQ(MessageFor(parameters),
            "MyFilter: Sigma must be greater than 0, but is 0. Weight must be in [0, 1), but is 1. "
            "Count must be in [1, 8], but is 9.");
}

TEST(TorchParameterTable, NaNIsOutsideEveryRange)
{
  Parameters parameters;
  parameters.Sigma = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(MessageFor(parameters), "MyFilter: Sigma must be greater than 0, but is nan.");

  const auto anyNumber = TorchParameterTable<Parameters>().Add("Sigma", &Parameters::Sigma, "Width.");
  EXPECT_EQ(anyNumber.GetParameter("Sigma").Check(&parameters), "Sigma must be a number, but is nan.");
}

TEST(TorchParameterTable, AnUnknownChoiceNamesTheChoices)
{
  Parameters parameters;
  Parameters::Describe().GetParameter("Form").Set(&parameters, std::string("Triangle"));
  EXPECT_EQ(MessageFor(parameters), "MyFilter: Form must be one of Round, Square, but is 2.");
}

namespace
{
struct Derived : public Parameters
{
  Parameters Inner;
  double     Own{ 7.0 };

  static const TorchParameterTable<Derived> &
  Describe()
  {
    static const auto table = TorchParameterTable<Derived>()
                                .AddInherited<Parameters>()
                                .AddGroup("Inner", &Derived::Inner)
                                .Add("Own", &Derived::Own, "");
    return table;
  }
};

struct Outermost
{
  Outermost() { Middle.Inner.Sigma = 9.0; }
  Derived Middle;

  static const TorchParameterTable<Outermost> &
  Describe()
  {
    static const auto table = TorchParameterTable<Outermost>().AddGroup("Middle", &Outermost::Middle);
    return table;
  }
};
} // namespace

TEST(TorchParameterTable, GroupsNestAndTheirParametersAreNamedBehindThem)
{
  const auto & parameters = Outermost::Describe().GetParameters();
  ASSERT_EQ(parameters.size(), 2 * Parameters::Describe().GetParameters().size() + 1);
  EXPECT_EQ(parameters.front().Name, "MiddleSigma");
  EXPECT_EQ(parameters.back().Name, "MiddleOwn");
  const auto & inner = Outermost::Describe().GetParameter("MiddleInnerSigma");
  // The default is that of the whole, not of the group by itself.
  EXPECT_EQ(inner.Default, TorchParameterValue(9.0));
  Outermost                          outermost;
  const itk::TorchParameterReference reference(outermost);
  reference.Set(inner, 4.0);
  EXPECT_EQ(outermost.Middle.Inner.Sigma, 4.0);
  EXPECT_EQ(outermost.Middle.Sigma, 2.5);
  reference.Set(Outermost::Describe().GetParameter("MiddleSigma"), 3.0);
  EXPECT_EQ(outermost.Middle.Sigma, 3.0);
  reference.Set(inner, -1.0);
  EXPECT_EQ(reference.Check(inner), "MiddleInnerSigma must be greater than 0, but is -1.");
}

TEST(TorchParameterTable, StructsAreEqualIfAllTheirParametersAre)
{
  const Outermost a;
  Outermost       b;
  EXPECT_TRUE(itk::TorchParameterView(a) == itk::TorchParameterView(b));
  b.Middle.Inner.Form = Shape::Round;
  EXPECT_FALSE(itk::TorchParameterView(a) == itk::TorchParameterView(b));
}

TEST(TorchParameterTable, AnUnknownNameIsAnException)
{
  EXPECT_THROW(Parameters::Describe().GetParameter("sigma"), itk::ExceptionObject);
}

TEST(TorchParameterTable, RangesHoldTheirEndsAsTheyAreDescribed)
{
  constexpr double tiny = std::numeric_limits<double>::denorm_min();
  EXPECT_TRUE(TorchParameterRange::AtLeast(1.0).Contains(1.0));
  EXPECT_FALSE(TorchParameterRange::GreaterThan(0.0).Contains(0.0));
  EXPECT_TRUE(TorchParameterRange::GreaterThan(0.0).Contains(tiny));
  EXPECT_TRUE(TorchParameterRange::Between(1.0, 2.0).Contains(2.0));
  EXPECT_TRUE(TorchParameterRange::FromBelow(1.0, 2.0).Contains(1.0));
  EXPECT_FALSE(TorchParameterRange::FromBelow(1.0, 2.0).Contains(2.0));
  EXPECT_EQ(TorchParameterRange::AtLeast(1.0).Describe(), "at least 1");
  EXPECT_EQ(TorchParameterRange{}.Describe(), "");
  TorchParameterRange below;
  below.Maximum = 7.5;
  EXPECT_EQ(below.Describe(), "at most 7.5");
  below.IsMaximumAllowed = false;
  EXPECT_EQ(below.Describe(), "less than 7.5");
}

TEST(TorchParameterTable, PrintWritesOneLinePerParameter)
{
  std::ostringstream text;
  const Parameters   parameters;
  itk::TorchParameterView(parameters).Print(text, itk::Indent(2));
  EXPECT_EQ(text.str(),
            "  Sigma: 2.5\n  Weight: 0.25\n  Count: 3\n  Seed: 4000000000\n  IsFast: true\n  Title: none\n"
            "  Form: Square\n");
}

TEST(TorchParameterTable, MarkdownIsATableWithDefaultRangeUnitAndMeaning)
{
  std::ostringstream text;
  Parameters::Describe().WriteMarkdown(text);
  EXPECT_EQ(text.str(),
            "| parameter | default | allowed | unit | meaning |\n"
            "|---|---|---|---|---|\n"
            "| `Sigma` | 2.5 | greater than 0 | pixels | Width. |\n"
            "| `Weight` | 0.25 | in [0, 1) | % | Share. |\n"
            "| `Count` | 3 | in [1, 8] |  | How many. |\n"
            "| `Seed` | 4000000000 |  |  | Start of the random numbers. |\n"
            "| `IsFast` | true |  |  | Speed. |\n"
            "| `Title` | none |  | mm | Name of the result. |\n"
            "| `Form` | Square | Round, Square ([`Shape`](#enumerations)) |  | Shape. |\n");
}

TEST(TorchParameterTable, TheCommentOfASetterHasDescriptionDefaultUnitAndRange)
{
  const auto & table = Parameters::Describe();
  EXPECT_EQ(table.GetParameter("Sigma").Document(), "Width. Default: 2.5 pixels (greater than 0).");
  EXPECT_EQ(table.GetParameter("IsFast").Document(), "Speed. Default: true.");
  EXPECT_EQ(table.GetParameter("Form").Document(), "Shape. Default: Square.");
}
} // namespace
