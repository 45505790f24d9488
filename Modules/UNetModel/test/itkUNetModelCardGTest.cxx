// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchTensorAccess.h"
#include "itkUNetModelReader.h"
#include "itkUNetModelWriter.h"
#include "itkUNetTestHelpers.h"
#include <filesystem>

using itk::UNetModelCard;
using namespace itk::Test;

namespace
{
itk::UNetModel::Pointer
WriteAndRead(const itk::UNetModel * model, const std::string & fileName, bool usesHalfPrecision = false)
{
  auto writer = itk::UNetModelWriter::New();
  writer->SetInput(model);
  writer->SetFileName(fileName);
  writer->SetUseHalfPrecision(usesHalfPrecision);
  writer->Update();
  auto reader = itk::UNetModelReader::New();
  reader->SetFileName(fileName);
  reader->Update();
  return reader->GetOutput();
}

UNetModelCard
MakeCard()
{
  UNetModelCard card;
  card.Name = "nuclei";
  card.Domain = "Nuclei in \"2D\" images.";
  card.License = "CC0-1.0";
  card.ObjectParameters = R"({"MaskThreshold":0.4})";
  card.Permitted = { { { itk::UNetPrecision::BFloat16, itk::UNetConvolution::Winograd }, 0.9995 },
                     { { itk::UNetPrecision::Float16, itk::UNetConvolution::Direct }, 1.0 } };
  return card;
}

TEST(UNetModelCard, IsInTheModelsFile)
{
  const TemporaryFolder folder;
  const auto            model = MakeModel(SmallSpecification());
  EXPECT_TRUE(WriteAndRead(model, folder.File("a.safetensors"))->GetCard().IsEmpty());

  model->SetCard(MakeCard());
  const UNetModelCard read = WriteAndRead(model, folder.File("b.safetensors"))->GetCard();
  EXPECT_EQ(read.Name, "nuclei");
  EXPECT_EQ(read.Domain, "Nuclei in \"2D\" images.");
  EXPECT_EQ(read.License, "CC0-1.0");
  EXPECT_EQ(read.ObjectParameters, R"({"MaskThreshold":0.4})");
  ASSERT_EQ(read.Permitted.size(), 2u);
  EXPECT_EQ(read.Permitted[0].Computation.Precision, itk::UNetPrecision::BFloat16);
  EXPECT_EQ(read.Permitted[0].Computation.Convolution, itk::UNetConvolution::Winograd);
  EXPECT_EQ(read.Permitted[0].EqualPixels, 0.9995);
  EXPECT_EQ(read.Permitted[1].Computation.Precision, itk::UNetPrecision::Float16);
}

TEST(UNetModelCard, GoesWithAModelThatIsGrafted)
{
  const auto model = MakeModel(SmallSpecification());
  model->SetCard(MakeCard());
  auto other = itk::UNetModel::New();
  other->Graft(model);
  EXPECT_EQ(other->GetCard().ToJson(), model->GetCard().ToJson());
}

TEST(UNetModelCardErrors, WhatIsNoCardIsRefused)
{
  const auto message = [](const std::string & permitted)
  {
    return MessageOf(
      [&] { UNetModelCard::FromJson(R"({"Name":"","Domain":"","License":"","Permitted":[)" + permitted + "]}"); });
  };
  EXPECT_EQ(message(""), "");
  ExpectContains(message(R"({"Precision":"float8","Convolution":"direct","EqualPixels":1})"),
                 "Precision must be one of auto, float32, bfloat16, float16, but is float8.");
  ExpectContains(message(R"({"Precision":"auto","Convolution":"direct","EqualPixels":1})"), "but is auto.");
  ExpectContains(message(R"({"Precision":"bfloat16","Convolution":"direct","EqualPixels":0.5})"),
                 "EqualPixels must be in [0.999, 1], but is 0.5.");
  ExpectContains(message(R"({"Precision":"bfloat16"})"), "Its card cannot be read");
  ExpectContains(MessageOf([] { UNetModelCard::FromJson("7"); }), "Its card cannot be read");
}

TEST(UNetModelFile, HalfPrecisionRoundsWeightsToElevenBits)
{
  const TemporaryFolder folder;
  const auto            model = MakeModel(SmallSpecification());
  const auto            whole = WriteAndRead(model, folder.File("whole.safetensors"));
  const auto            half = WriteAndRead(model, folder.File("half.safetensors"), true);
  for (const auto & [name, tensor] : whole->GetWeights())
  {
    const at::Tensor expected = itk::GetATensor(tensor);
    // Half of the last of 11 bits, and the smallest denormal number.
    const at::Tensor difference = (itk::GetATensor(half->GetWeights().at(name)) - expected).abs();
    EXPECT_TRUE((difference <= expected.abs() / 2048 + 3e-8).all().item<bool>()) << name;
  }
  model->RoundWeightsToHalfPrecision();
  for (const auto & [name, tensor] : model->GetWeights())
  {
    EXPECT_TRUE(itk::GetATensor(half->GetWeights().at(name)).equal(itk::GetATensor(tensor))) << name;
  }
  const auto bytes = [&](const char * name) { return std::filesystem::file_size(folder.File(name)); };
  const auto numbers = model->GetSpecification().GetNumberOfParameters();
  EXPECT_GE(bytes("whole.safetensors") - bytes("half.safetensors"), 2 * numbers);
}

TEST(UNetModelFileErrors, WeightsThatHalfPrecisionLosesAreRefused)
{
  const TemporaryFolder folder;
  const auto            model = MakeModel(SmallSpecification());
  auto                  weights = model->GetWeights();
  const std::string     name = weights.begin()->first;
  weights.begin()->second =
    itk::MakeTorchTensor(itk::GetATensor(weights.begin()->second) + 1e6, itk::TorchDevice::CPU());
  model->SetWeights(weights);
  ExpectContains(MessageOf([&] { WriteAndRead(model, folder.File("half.safetensors"), true); }),
                 "\"" + name + "\" must be within 65504 of 0 for half precision");
  EXPECT_EQ(folder.GetNumberOfFiles(), 0u);
}
} // namespace
