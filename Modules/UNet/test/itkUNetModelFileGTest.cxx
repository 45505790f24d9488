// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetModelReader.h"
#include "itkUNetModelWriter.h"
#include "itkTorchTensorAccess.h"
#include "itkUNetTestHelpers.h"
#include <fstream>
#include <nlohmann/json.hpp>

using itk::UNetModel;
using namespace itk::Test;

namespace
{
void
Write(const UNetModel * model, const std::string & fileName)
{
  auto writer = itk::UNetModelWriter::New();
  writer->SetInput(model);
  writer->SetFileName(fileName);
  writer->Update();
}

UNetModel::Pointer
Read(const std::string & fileName)
{
  auto reader = itk::UNetModelReader::New();
  reader->SetFileName(fileName);
  reader->Update();
  return reader->GetOutput();
}

void
WriteBytes(const std::string & fileName, const std::string & bytes)
{
  std::ofstream(fileName, std::ios::binary) << bytes;
}

std::string
ReadBytes(const std::string & fileName)
{
  std::ifstream file(fileName, std::ios::binary);
  return { std::istreambuf_iterator<char>(file), {} };
}

/** A file of the format: length, header, data. */
std::string
MakeFile(const std::string & header, const std::string & data)
{
  std::string bytes;
  for (int i = 0; i < 8; ++i)
  {
    bytes += static_cast<char>((header.size() >> (8 * i)) & 0xFF);
  }
  return bytes + header + data;
}

TEST(UNetModelFile, ReadingGivesWhatWasWritten)
{
  const TemporaryFolder folder;
  auto                  specification = SmallSpecification(3, 2, 3);
  specification.Normalization = itk::UNetNormalization::Group;
  specification.BaseFilters = 8;
  specification.NormalizationEpsilon = 1e-3;
  specification.Dropout = 0.25;
  const auto model = MakeModel(specification, itk::UNetColour::Keep);
  model->SetClassNames({ "background", "inside, \"quoted\"", "Zellkern \xc3\xa4" });
  model->SetSpacing({ 0.5, 0.25, 2.0 });
  model->SetRecipe("20 epochs");
  Write(model, folder.File("model.safetensors"));
  EXPECT_EQ(folder.GetNumberOfFiles(), 1u) << "no temporary file is left";

  const auto read = Read(folder.File("model.safetensors"));
  EXPECT_EQ(read->GetSpecification(), specification);
  EXPECT_EQ(read->GetIntensityRule().Colour, itk::UNetColour::Keep);
  EXPECT_EQ(read->GetIntensityRule().UpperPercentile, 99.8);
  EXPECT_EQ(read->GetClassNames(), model->GetClassNames());
  EXPECT_EQ(read->GetSpacing(), model->GetSpacing());
  EXPECT_EQ(read->GetRecipe(), "20 epochs");
  ASSERT_EQ(read->GetWeights().size(), model->GetWeights().size());
  for (const auto & [name, tensor] : model->GetWeights())
  {
    EXPECT_TRUE(itk::GetATensor(tensor).equal(itk::GetATensor(read->GetWeights().at(name)))) << name;
  }
}

TEST(UNetModelFile, InformationIsThereBeforeTheWeightsAreRead)
{
  const TemporaryFolder folder;
  Write(MakeModel(SmallSpecification()), folder.File("model.safetensors"));
  auto reader = itk::UNetModelReader::New();
  reader->SetFileName(folder.File("model.safetensors"));
  reader->UpdateOutputInformation();
  EXPECT_EQ(reader->GetOutput()->GetSpecification(), SmallSpecification());
  EXPECT_TRUE(reader->GetOutput()->GetWeights().empty());
}

TEST(UNetModelFile, HalfPrecisionWeightsAreRead)
{
  const TemporaryFolder folder;
  Write(MakeModel(SmallSpecification()), folder.File("model.safetensors"));
  // The bias of the classifier, the first tensor of the file by name, as bfloat16: 1.5 and −2.
  const std::string bytes = ReadBytes(folder.File("model.safetensors"));
  std::uint64_t     size = 0;
  std::memcpy(&size, bytes.data(), 8);
  auto        header = nlohmann::json::parse(bytes.substr(8, size));
  std::string data = bytes.substr(8 + size);
  for (auto & [name, entry] : header.items())
  {
    if (name != "__metadata__" && name != "classifier.bias")
    {
      entry["data_offsets"][0] = entry["data_offsets"][0].get<int>() - 4;
      entry["data_offsets"][1] = entry["data_offsets"][1].get<int>() - 4;
    }
  }
  header["classifier.bias"]["dtype"] = "BF16";
  header["classifier.bias"]["data_offsets"] = { 0, 4 };
  data = std::string("\xC0\x3F\x00\xC0", 4) + data.substr(8);
  WriteBytes(folder.File("half.safetensors"), MakeFile(header.dump(), data));
  const auto bias = itk::GetATensor(Read(folder.File("half.safetensors"))->GetWeights().at("classifier.bias"));
  EXPECT_EQ(bias[0].item<float>(), 1.5f);
  EXPECT_EQ(bias[1].item<float>(), -2.0f);
}

TEST(UNetModelFile, AMissingFileIsNamed)
{
  ExpectContains(MessageOf([] { Read("/nonexistent/model.safetensors"); }),
                 "Cannot read /nonexistent/model.safetensors: No such file or directory.");
  ExpectContains(MessageOf([] { Read(""); }), "FileName must be the name of a model file, but is empty.");
}

TEST(UNetModelFile, EveryTruncationIsRefused)
{
  const TemporaryFolder folder;
  Write(MakeModel(SmallSpecification()), folder.File("model.safetensors"));
  const std::string bytes = ReadBytes(folder.File("model.safetensors"));
  for (const std::size_t size :
       { std::size_t{ 0 }, std::size_t{ 7 }, std::size_t{ 8 }, std::size_t{ 100 }, bytes.size() - 1 })
  {
    WriteBytes(folder.File("cut.safetensors"), bytes.substr(0, size));
    ExpectContains(MessageOf([&] { Read(folder.File("cut.safetensors")); }), "is not a usable safetensors file");
  }
}

TEST(UNetModelFile, HeadersThatLieAreRefusedWithTheReason)
{
  const TemporaryFolder folder;
  const auto            messageFor = [&](const std::string & bytes)
  {
    WriteBytes(folder.File("bad.safetensors"), bytes);
    return MessageOf([&] { Read(folder.File("bad.safetensors")); });
  };
  ExpectContains(messageFor(std::string(8, '\xFF') + "{}"),
                 "its header must be at most 100000000 bytes long, but claims");
  ExpectContains(messageFor(std::string("\x10\0\0\0\0\0\0\0{}", 10)),
                 "its header claims 16 bytes, but the file ends after 2");
  ExpectContains(messageFor(MakeFile("not json", "")), "its header is not the JSON that the format asks for");
  ExpectContains(messageFor(MakeFile(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", "1234")),
                 "tensor \"a\" claims bytes 0 to 8, but the file holds 4");
  ExpectContains(messageFor(MakeFile(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", "1234")),
                 "tensor \"a\" needs 8 bytes, but has 4");
  ExpectContains(
    messageFor(MakeFile(R"({"a":{"dtype":"F32","shape":[9007199254740992,4096],"data_offsets":[0,4]}})", "1234")),
    "the shape of tensor \"a\" is impossible");
  ExpectContains(messageFor(MakeFile(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", "1234")),
                 "\"shape\" of tensor \"a\" must hold whole numbers of at least 0");
  ExpectContains(messageFor(MakeFile(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,1e30]}})", "1234")),
                 "\"data_offsets\" of tensor \"a\" must hold whole numbers of at least 0");
  // No element, but strides that no machine can count.
  EXPECT_THROW(
    {
      WriteBytes(folder.File("bad.safetensors"),
                 MakeFile(R"({"a":{"dtype":"F32","shape":[0,4611686018427387904,4],"data_offsets":[0,0]}})", ""));
      Read(folder.File("bad.safetensors"));
    },
    itk::ExceptionObject);
  ExpectContains(messageFor(MakeFile(R"({"a":{"dtype":"I8","shape":[4],"data_offsets":[0,4]}})", "1234")),
                 "the type of tensor \"a\" must be F64, F32, F16 or BF16, but is I8");
  ExpectContains(messageFor(MakeFile(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                                     R"("b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                                     "1234")),
                 "its tensors overlap or leave a gap before \"b\"");
  ExpectContains(messageFor(MakeFile(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "12345678")),
                 "its tensors end at byte 4 of 8 data bytes");
  ExpectContains(
    messageFor(MakeFile(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "1234")),
    "is not a U-Net model of this project: the metadata \"format\" must be \"ITKTorch U-Net 1\", but is absent");
}

TEST(UNetModelFile, MetadataOutsideTheSpecificationsRangesIsRefused)
{
  const TemporaryFolder folder;
  const auto            messageFor = [&](const std::string & specification)
  {
    const nlohmann::json header{ { "__metadata__",
                                   { { "format", "ITKTorch U-Net 1" },
                                     { "specification", specification },
                                     { "intensity", "{}" },
                                     { "classes", "[]" },
                                     { "spacing", "[]" } } } };
    WriteBytes(folder.File("bad.safetensors"), MakeFile(header.dump(), ""));
    return MessageOf([&] { Read(folder.File("bad.safetensors")); });
  };
  ExpectContains(messageFor(R"({"Levels":99})"), "Levels must be in [1, 8], but is 99.");
  ExpectContains(messageFor(R"({"Levels":2.5})"), "Levels must be a value of its type (in [1, 8]), but is 2.5.");
  ExpectContains(messageFor(R"({"Channels":4294967297})"), "Channels must be a value of its type");
  ExpectContains(messageFor(R"({"Normalization":"layer"})"),
                 "Normalization must be a value of its type (a named choice), but is \"layer\".");
  ExpectContains(messageFor(R"({"Depth":3})"), "There is no parameter \"Depth\".");
  ExpectContains(messageFor(R"({"Levels":"deep"})"),
                 "Levels must be a value of its type (in [1, 8]), but is \"deep\".");
  ExpectContains(messageFor("[1"), "does not hold a valid model. Parameters cannot be read");
  ExpectContains(messageFor("{}"), "The model has no weight \"encoder.0.0.convolution.weight\"");
}

TEST(UNetModelFile, AnUnwritablePlaceLeavesNothingBehind)
{
  const TemporaryFolder folder;
  const auto            model = MakeModel(SmallSpecification());
  ExpectContains(MessageOf([&] { Write(model, folder.File("absent/model.safetensors")); }), "Cannot write");
  std::filesystem::create_directory(folder.File("taken"));
  ExpectContains(MessageOf([&] { Write(model, folder.File("taken")); }), "it is a folder");
  EXPECT_EQ(folder.GetNumberOfFiles(), 1u);
}

TEST(UNetModelFile, AnIncompleteModelIsNotWrittenOverAGoodOne)
{
  const TemporaryFolder folder;
  Write(MakeModel(SmallSpecification()), folder.File("model.safetensors"));
  const std::string before = ReadBytes(folder.File("model.safetensors"));
  auto              incomplete = UNetModel::New();
  incomplete->SetSpecification(SmallSpecification());
  ExpectContains(MessageOf([&] { Write(incomplete, folder.File("model.safetensors")); }), "The model has no weight");
  EXPECT_EQ(ReadBytes(folder.File("model.safetensors")), before);
}

TEST(UNetModel, AWeightOfAnotherShapeOrNameIsNamed)
{
  const auto model = MakeModel(SmallSpecification());
  auto       weights = model->GetWeights();
  weights["classifier.bias"] = weights.at("encoder.1.0.normalization.bias");
  model->SetWeights(weights);
  ExpectContains(MessageOf([&] { model->Verify(); }), "\"classifier.bias\" must be of shape 2, but is of shape 4.");
  const auto other = MakeModel(SmallSpecification());
  weights = other->GetWeights();
  weights["extra"] = weights.at("classifier.bias");
  other->SetWeights(weights);
  ExpectContains(MessageOf([&] { other->Verify(); }), "has no weight \"extra\"");
}
} // namespace
