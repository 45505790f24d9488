// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetTargets.h"
#include "itkBoundaryWeightMap.h"
#include "itkTestHelpers.h"
#include "itkTorchRandom.h"
#include "itkTorchTensorAccess.h"
#include <ATen/ops/empty.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>
#include <map>

using itk::MakeInteriorAndBorder;
using itk::UNetTrainingParameters;
using namespace itk::Test;

namespace
{
using Picture = std::vector<std::string>;

/** A digit is a label, a dot the background, a question mark an ignored pixel. */
at::Tensor
LabelsOf(const Picture & rows)
{
  const auto height = static_cast<std::int64_t>(rows.size());
  const auto width = static_cast<std::int64_t>(rows.front().size());
  at::Tensor labels = at::zeros({ 1, 1, height, width }, at::kLong);
  auto *     pixel = labels.mutable_data_ptr<std::int64_t>();
  for (const std::string & row : rows)
  {
    for (const char c : row)
    {
      *pixel++ = c == '.' ? 0 : c == '?' ? -1 : c - '0';
    }
  }
  return labels;
}

/** \param letters of 0, 1, 2; −1 is a question mark */
Picture
Draw(const at::Tensor & values, const std::string & letters)
{
  const at::Tensor plane = values.to(at::kLong)[0][0];
  Picture          rows(static_cast<std::size_t>(plane.size(0)));
  for (std::int64_t y = 0; y < plane.size(0); ++y)
  {
    for (std::int64_t x = 0; x < plane.size(1); ++x)
    {
      const auto value = plane[y][x].item<std::int64_t>();
      rows[static_cast<std::size_t>(y)] += value < 0 ? '?' : letters.at(static_cast<std::size_t>(value));
    }
  }
  return rows;
}

/** What a definition by all pairs of pixels gives. */
struct SlowTarget
{
  at::Tensor Target;
  at::Tensor Contacts;
};

SlowTarget
MakeSlowly(const at::Tensor & labels, double width)
{
  const at::Tensor flat = labels.flatten();
  SlowTarget       result{ at::zeros_like(labels), at::zeros_like(labels) };
  const auto       dimension = labels.dim() - 2;
  const auto       placeOf = [&](std::int64_t i)
  {
    std::vector<double> place(static_cast<std::size_t>(dimension));
    for (std::int64_t axis = dimension - 1; axis >= 0; --axis)
    {
      place[static_cast<std::size_t>(axis)] = static_cast<double>(i % labels.size(axis + 2));
      i /= labels.size(axis + 2);
    }
    return place;
  };
  const auto * const value = flat.const_data_ptr<std::int64_t>();
  for (std::int64_t p = 0; p < flat.numel(); ++p)
  {
    bool isBorder = false;
    bool isContact = false;
    for (std::int64_t q = 0; q < flat.numel() && value[p] > 0; ++q)
    {
      double     squared = 0.0;
      const auto a = placeOf(p);
      const auto b = placeOf(q);
      for (std::size_t axis = 0; axis < a.size(); ++axis)
      {
        squared += (a[axis] - b[axis]) * (a[axis] - b[axis]);
      }
      const bool isNear = squared <= width * width && value[q] >= 0 && value[q] != value[p];
      isBorder = isBorder || isNear;
      isContact = isContact || (isNear && value[q] > 0);
    }
    result.Target.mutable_data_ptr<std::int64_t>()[p] = value[p] <= 0 ? 0 : isBorder ? 2 : 1;
    result.Contacts.mutable_data_ptr<std::int64_t>()[p] = isContact ? 1 : 0;
  }
  return result;
}

itk::TorchTensor
OnHost(const at::Tensor & tensor)
{
  return itk::MakeTorchTensor(tensor, itk::TorchDevice::CPU());
}

/** Two objects that touch and have a notch between them, one of one pixel, one at the image's right border. */
const Picture objects{ "111222..4", //
                       "111222..4", //
                       "11.222...", //
                       ".........", //
                       "....3....", //
                       "........." };

UNetTrainingParameters
InteriorBorder(double width)
{
  UNetTrainingParameters parameters;
  parameters.Target = itk::UNetTarget::InteriorBorder;
  parameters.BorderWidth = width;
  return parameters;
}

const std::vector<double> isotropic{ 1.0, 1.0 };
} // namespace

TEST(UNetTargets, InteriorAndBorderAreThoseOfAHandDrawnPicture)
{
  const std::map<double, Picture> expected{ { 1.0,
                                              { "iibbib..b", //
                                                "iibbib..b", //
                                                "bb.bbb...", //
                                                ".........", //
                                                "....b....", //
                                                "........." } },
                                            { 1.5,
                                              { "iibbib..b", //
                                                "ibbbib..b", //
                                                "bb.bbb...", //
                                                ".........", //
                                                "....b....", //
                                                "........." } },
                                            { 2.0,
                                              { "ibbbbb..b", //
                                                "bbbbbb..b", //
                                                "bb.bbb...", //
                                                ".........", //
                                                "....b....", //
                                                "........." } } };
  for (const auto & [width, picture] : expected)
  {
    EXPECT_EQ(Draw(MakeInteriorAndBorder(LabelsOf(objects), width, nullptr), ".ib"), picture) << width;
  }
}

TEST(UNetTargets, ContactsAreThoseOfAHandDrawnPicture)
{
  const std::map<double, Picture> expected{ { 1.0,
                                              { "..cc.....", //
                                                "..cc.....", //
                                                ".........", //
                                                ".........", //
                                                ".........", //
                                                "........." } },
                                            { 1.5,
                                              { "..cc.....", //
                                                "..cc.....", //
                                                "...c.....", //
                                                ".........", //
                                                ".........", //
                                                "........." } },
                                            // The object of one pixel is 2 below the large one.
                                            { 2.0,
                                              { ".cccc....", //
                                                ".cccc....", //
                                                ".c.cc....", //
                                                ".........", //
                                                "....c....", //
                                                "........." } } };
  for (const auto & [width, picture] : expected)
  {
    at::Tensor contacts;
    MakeInteriorAndBorder(LabelsOf(objects), width, &contacts);
    EXPECT_EQ(Draw(contacts, ".c"), picture) << width;
  }
}

TEST(UNetTargets, InteriorBorderAndContactsAreThoseOfAllPairsOfPixels)
{
  for (const auto & shape :
       std::vector<std::vector<std::int64_t>>{ { 1, 1, 13, 11 }, { 1, 1, 1, 9 }, { 1, 1, 6, 7, 5 } })
  {
    for (const double width : { 1.0, 1.5, 2.0, 2.9, 4.0 })
    {
      itk::TorchRandom random(static_cast<std::uint64_t>(10.0 * width), static_cast<std::uint32_t>(shape[2]));
      at::Tensor       labels = at::zeros(shape, at::kLong);
      // Blocks, so that there is an interior, and single pixels.
      for (std::int64_t i = 0; i < labels.numel(); ++i)
      {
        labels.mutable_data_ptr<std::int64_t>()[i] =
          random.Integer(30) == 0 ? static_cast<std::int64_t>(random.Integer(5)) - 1 : i / (labels.numel() / 3 + 1);
      }
      const SlowTarget expected = MakeSlowly(labels, width);
      at::Tensor       contacts;
      const at::Tensor target = MakeInteriorAndBorder(labels, width, &contacts);
      EXPECT_TRUE(target.to(at::kLong).equal(expected.Target)) << shape << ' ' << width;
      EXPECT_TRUE(contacts.to(at::kLong).equal(expected.Contacts)) << shape << ' ' << width;
      EXPECT_TRUE(target.ne(0).equal(labels.gt(0))) << "interior and border are the objects";
      EXPECT_EQ(target.scalar_type(), at::kShort);
    }
  }
}

TEST(UNetTargets, IgnoredPixelsStayIgnoredAndMakeNoBorder)
{
  // Nobody knows whether an object goes on there.
  const auto targetOf = [](const Picture & picture, double width)
  {
    itk::AugmentationImages images;
    images.Label = OnHost(LabelsOf(picture));
    return Draw(itk::GetATensor(itk::MakeUNetTargets(images, isotropic, 3, InteriorBorder(width), "labels").Label),
                ".ib");
  };
  EXPECT_EQ(targetOf({ "11?11" }, 1.0), (Picture{ "ii?ii" }));
  EXPECT_EQ(targetOf({ "11?.." }, 1.0), (Picture{ "ii?.." }));
  EXPECT_EQ(targetOf({ "11?.." }, 2.0), (Picture{ "ib?.." }));
  EXPECT_EQ(targetOf({ "11?22" }, 2.0), (Picture{ "ib?bi" }));
  EXPECT_EQ(targetOf({ "??1??" }, 2.0), (Picture{ "??i??" }));
}

TEST(UNetTargets, ContactWeightWeightMapAndWeightImageAreMultiplied)
{
  const at::Tensor labels = LabelsOf(objects);
  at::Tensor       weight = at::empty({ 1, 1, 6, 9 }, at::kFloat);
  itk::TorchRandom random(4);
  std::generate_n(weight.mutable_data_ptr<float>(), 54, [&] { return static_cast<float>(random.Uniform(0.5, 2.0)); });
  UNetTrainingParameters parameters = InteriorBorder(1.5);
  parameters.ContactWeight = 3.0;
  parameters.SetWeightMap(itk::UNetWeightMap::Paper);
  itk::AugmentationImages images;
  images.Label = OnHost(labels);
  images.Weight = OnHost(weight);
  const auto made = itk::MakeUNetTargets(images, isotropic, 3, parameters, "labels");
  const auto map = itk::BoundaryWeightMap::Compute(images.Label, isotropic, parameters.WeightMap, {}, [](double) {});
  const at::Tensor factor = at::where(MakeSlowly(labels, 1.5).Contacts.ne(0), 3.0, 1.0);
  const at::Tensor expected = weight * itk::GetATensor(map.Weight) * factor;
  // Products of three floats in another order.
  EXPECT_TRUE(itk::GetATensor(made.Weight).to(at::kDouble).allclose(expected.to(at::kDouble), 1e-6, 0.0));
  EXPECT_EQ(itk::GetATensor(made.Weight).scalar_type(), at::kFloat);
  EXPECT_GT(itk::GetATensor(map.Weight).max().item<double>(), 2.0) << "the map is not flat";

  // Alone, each of them is what it is by itself.
  images.Weight = {};
  parameters.SetWeightMap(itk::UNetWeightMap::None);
  EXPECT_TRUE(itk::GetATensor(itk::MakeUNetTargets(images, isotropic, 3, parameters, "labels").Weight)
                .equal(factor.to(at::kFloat)));
  parameters.ContactWeight = 1.0;
  EXPECT_FALSE(itk::MakeUNetTargets(images, isotropic, 3, parameters, "labels").Weight.IsDefined());
}

TEST(UNetTargets, ForAWeightMapAndGapsIgnoredPixelsAreBackground)
{
  const Picture withIgnored{ "1111222", "11?1222", "1111222", "...?...", "33333?." };
  const Picture withBackground{ "1111222", "11.1222", "1111222", ".......", "33333.." };
  for (const unsigned int gap : { 0u, 1u, 2u })
  {
    UNetTrainingParameters parameters;
    parameters.Labels = itk::LabelMeaning::Objects;
    parameters.SetWeightMap(itk::UNetWeightMap::Paper);
    parameters.WeightMap.GapWidth = gap;
    itk::AugmentationImages images;
    images.Label = OnHost(LabelsOf(withIgnored));
    const auto ignored = itk::MakeUNetTargets(images, isotropic, 2, parameters, "labels");
    images.Label = OnHost(LabelsOf(withBackground));
    const auto known = itk::MakeUNetTargets(images, isotropic, 2, parameters, "labels");
    EXPECT_TRUE(itk::GetATensor(ignored.Weight).equal(itk::GetATensor(known.Weight)));
    const at::Tensor isIgnored = LabelsOf(withIgnored).eq(-1);
    EXPECT_TRUE(itk::GetATensor(ignored.Label).equal(itk::GetATensor(known.Label).masked_fill(isIgnored, -1)));
    const auto foreground = itk::GetATensor(known.Label).sum().item<std::int64_t>();
    EXPECT_EQ(foreground == LabelsOf(withBackground).gt(0).sum().item<std::int64_t>(), gap == 0) << "a gap is cut";
  }
}

TEST(UNetTargets, ForegroundIsTheLastClassAndClassesAreTheirNumbers)
{
  itk::AugmentationImages images;
  images.Label = OnHost(LabelsOf({ "012?" }));
  UNetTrainingParameters parameters;
  const auto             targetOf = [&](unsigned int classes) {
    return Draw(itk::GetATensor(itk::MakeUNetTargets(images, isotropic, classes, parameters, "labels").Label), "012");
  };
  EXPECT_EQ(targetOf(1), Picture{ "011?" });
  EXPECT_EQ(targetOf(2), Picture{ "011?" });
  parameters.Labels = itk::LabelMeaning::Classes;
  EXPECT_EQ(targetOf(3), Picture{ "012?" });
}

TEST(UNetTargets, AClassBeyondTheLastIsRefusedUnlessItIsIgnored)
{
  UNetTrainingParameters parameters;
  parameters.Labels = itk::LabelMeaning::Classes;
  itk::AugmentationImages images;
  images.Label = OnHost(LabelsOf({ "0125" }));
  ExpectContains(MessageOf([&] { itk::MakeUNetTargets(images, isotropic, 3, parameters, "a.png"); }),
                 "a.png: labels must be class numbers in [0, 2], but one is 5.");
  ExpectContains(MessageOf([&] { itk::MakeUNetTargets(images, isotropic, 1, parameters, "a.png"); }),
                 "a.png: labels must be class numbers in [0, 1], but one is 5.");
  images.Label = itk::MarkIgnoredLabels(images.Label, {}, 5);
  EXPECT_EQ(MessageOf([&] { itk::MakeUNetTargets(images, isotropic, 3, parameters, "a.png"); }), "");
}

TEST(UNetTargets, AnIgnoredLabelAndAnImageOfIgnoredPixelsAreTheSame)
{
  const auto       label = OnHost(LabelsOf({ "0129", "9931" }));
  const auto       ignored = OnHost(itk::GetATensor(label).eq(9).to(at::kLong) * 4);
  const at::Tensor byLabel = itk::GetATensor(itk::MarkIgnoredLabels(label, {}, 9));
  EXPECT_EQ(Draw(byLabel, "0123"), (Picture{ "012?", "??31" }));
  EXPECT_TRUE(byLabel.equal(itk::GetATensor(itk::MarkIgnoredLabels(label, ignored, -1))));
  // Both together.
  EXPECT_EQ(Draw(itk::GetATensor(itk::MarkIgnoredLabels(label, ignored, 1)), "0123"), (Picture{ "0?2?", "??3?" }));
  // The given tensor stays as it is.
  EXPECT_TRUE(itk::GetATensor(label).equal(LabelsOf({ "0129", "9931" })));
}

TEST(UNetTargets, NegativeLabelsAreRefused)
{
  const auto label = OnHost(LabelsOf({ "01?2" }));
  ExpectContains(MessageOf([&] { itk::MarkIgnoredLabels(label, {}, -1); }),
                 "labels must be at least 0, but one is -1.");
}
