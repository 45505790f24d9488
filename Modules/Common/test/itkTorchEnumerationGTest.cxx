// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchEnumeration.h"
#include "itkTorchParameterTable.h"

#include <gtest/gtest.h>
#include <sstream>

namespace itk
{
enum class TestFruit : unsigned char
{
  Apple,
  BloodOrange
};
itkTorchEnumerationMacro(TestFruit, { "Apple", "apple" }, { "BloodOrange", "blood-orange" });
} // namespace itk

namespace
{
using itk::TestFruit;

/** Allows one of the values only. */
struct Basket
{
  TestFruit Fruit{ TestFruit::BloodOrange };

  static const itk::TorchParameterTable<Basket> &
  Describe()
  {
    static const auto table =
      itk::TorchParameterTable<Basket>().AddChoice("Fruit", &Basket::Fruit, "Sort.", { TestFruit::BloodOrange });
    return table;
  }
};

template <typename TValue>
std::string
Streamed(const TValue & value)
{
  std::ostringstream text;
  text << value;
  return text.str();
}
} // namespace

TEST(TorchEnumeration, AValueIsStreamedAsItsNameInCxx)
{
  EXPECT_EQ(Streamed(TestFruit::BloodOrange), "itk::TestFruit::BloodOrange");
  EXPECT_EQ(Streamed(static_cast<TestFruit>(7)), "itk::TestFruit::7");
  EXPECT_EQ(Streamed(itk::TorchParameterUnit::Mebibytes), "itk::TorchParameterUnit::Mebibytes");
}

TEST(TorchEnumeration, TextsAndValuesAreOneToOne)
{
  EXPECT_EQ(itk::GetEnumerationTexts<TestFruit>(), (std::vector<std::string>{ "apple", "blood-orange" }));
  for (const TestFruit fruit : { TestFruit::Apple, TestFruit::BloodOrange })
  {
    EXPECT_EQ(itk::GetEnumerationValue<TestFruit>(itk::GetEnumerationText(fruit)), fruit);
  }
}

TEST(TorchEnumeration, AnUnknownTextIsAValueThatNoTextHas)
{
  const auto unknown = itk::GetEnumerationValue<TestFruit>("pear");
  EXPECT_EQ(itk::GetEnumerationText(unknown), "2");
}

TEST(TorchEnumeration, AParameterMayAllowSomeOfTheValues)
{
  Basket basket;
  EXPECT_EQ(itk::TorchParameterView(basket).Check(Basket::Describe().GetParameter("Fruit")), "");
  basket.Fruit = TestFruit::Apple;
  EXPECT_EQ(itk::TorchParameterView(basket).Check(Basket::Describe().GetParameter("Fruit")),
            "Fruit must be one of blood-orange, but is apple.");
}
