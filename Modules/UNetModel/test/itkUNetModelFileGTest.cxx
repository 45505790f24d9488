// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetModelReader.h"
#include "itkUNetModelWriter.h"
#include "itkTorchTensorAccess.h"
#include "itkUNetTestHelpers.h"
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
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
  const auto model = MakeModel(specification, itk::UNetColor::Keep);
  model->SetClassNames({ "background", "inside, \"quoted\"", "Zellkern \xc3\xa4" });
  model->SetSpacing({ 0.5, 0.25, 2.0 });
  model->SetRecipe("20 epochs");
  Write(model, folder.File("model.safetensors"));
  EXPECT_EQ(folder.GetNumberOfFiles(), 1u) << "no temporary file is left";

  const auto read = Read(folder.File("model.safetensors"));
  EXPECT_EQ(read->GetSpecification(), specification);
  EXPECT_EQ(read->GetIntensityNormalization().Color, itk::UNetColor::Keep);
  EXPECT_EQ(read->GetIntensityNormalization().UpperPercentile, 99.8);
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

TEST(UNetModelFile, SpacingsAndIntensityFactorsThatAreNoneAreRefused)
{
  const TemporaryFolder folder;
  const auto            messageFor = [&](const std::string & spacing, const std::string & intensity)
  {
    const nlohmann::json header{ { "__metadata__",
                                   { { "format", "ITKTorch U-Net 1" },
                                     { "specification", "{}" },
                                     { "intensity", intensity },
                                     { "classes", "[]" },
                                     { "spacing", spacing } } } };
    WriteBytes(folder.File("bad.safetensors"), MakeFile(header.dump(), ""));
    // Information is enough.
    auto reader = itk::UNetModelReader::New();
    reader->SetFileName(folder.File("bad.safetensors"));
    const std::string message = MessageOf([&] { reader->UpdateOutputInformation(); });
    ExpectContains(message, "bad.safetensors");
    return message;
  };
  ExpectContains(messageFor("[0.5,0]", "{}"), "Spacing must be 2 numbers in [1e-07, 1000] mm, but is [0.5,0].");
  ExpectContains(messageFor("[0.5,-1.5]", "{}"), "Spacing must be 2 numbers in [1e-07, 1000] mm");
  ExpectContains(messageFor("[0.5]", "{}"), "Spacing must be 2 numbers in [1e-07, 1000] mm");
  ExpectContains(messageFor("[0.5,1e999]", "{}"), "does not hold a valid model. Its metadata cannot be read");
  ExpectContains(messageFor("[0.5,null]", "{}"), "does not hold a valid model. Its metadata cannot be read");
  ExpectContains(messageFor("[0.5,NaN]", "{}"), "does not hold a valid model. Its metadata cannot be read");
  ExpectContains(messageFor("[]", R"({"Factor":0})"), "Factor must be in [1e-30, 1e+30], but is 0.");
  ExpectContains(messageFor("[]", R"({"Factor":-1})"), "Factor must be in [1e-30, 1e+30], but is -1.");
  ExpectContains(messageFor("[]", R"({"Factor":1e999})"), "Parameters cannot be read");
  ExpectContains(messageFor("[]", R"({"Factor":null})"), "Factor must be a value of its type");
  ExpectContains(messageFor("[]", R"({"LowerPercentile":-1})"), "LowerPercentile must be in [0, 100), but is -1.");
  auto model = MakeModel(SmallSpecification());
  model->SetSpacing({ 1.0, std::numeric_limits<double>::infinity() });
  ExpectContains(MessageOf([&] { Write(model, folder.File("bad.safetensors")); }), "Spacing must be 2 numbers in");
}

TEST(UNetModelFile, WeightsThatAreNotFiniteAreNeitherWrittenNorRead)
{
  const TemporaryFolder folder;
  const std::string     good = folder.File("model.safetensors");
  const std::string     bad = folder.File("bad.safetensors");
  Write(MakeModel(SmallSpecification()), good);
  const std::string before = ReadBytes(good);
  const float       infinity = std::numeric_limits<float>::infinity();
  const std::string convolution = "encoder.0.0.convolution.weight";
  const std::string variance = "decoder.1.0.normalization.running_var";
  struct Case
  {
    std::string Name;
    float       Value;
    std::string Message;
  };
  for (const Case & test : {
         Case{ convolution, std::nanf(""), " must be finite, but 2 of its 18 values are NaN or infinite." },
         Case{ convolution, infinity, " must be finite, but 2 of its 18 values are NaN or infinite." },
         Case{ convolution, -infinity, " must be finite, but 2 of its 18 values are NaN or infinite." },
         Case{ variance, -infinity, " must be finite, but 2 of its 4 values are NaN or infinite." },
         Case{ variance, -1e-30f, " must hold variances of at least 0, but 2 of its 4 values are less than 0." },
       })
  {
    const auto model = MakeModel(SmallSpecification());
    auto       weights = model->GetWeights();
    const auto tensor = itk::GetATensor(weights.at(test.Name)).clone();
    tensor.view(-1)[0].fill_(test.Value);
    tensor.view(-1)[-1].fill_(test.Value);
    weights[test.Name] = itk::MakeTorchTensor(tensor, itk::TorchDevice::CPU());
    model->SetWeights(weights);
    ExpectContains(MessageOf([&] { Write(model, good); }),
                   good + ": The model's weight \"" + test.Name + "\"" + test.Message);
    EXPECT_TRUE(ReadBytes(good) == before);
    EXPECT_EQ(folder.GetNumberOfFiles(), 1u);

    // The same values put into the file.
    std::uint64_t size = 0;
    std::memcpy(&size, before.data(), 8);
    const auto  offsets = nlohmann::json::parse(before.substr(8, size)).at(test.Name).at("data_offsets");
    std::string bytes = before;
    for (const std::size_t place : { offsets[0].get<std::size_t>(), offsets[1].get<std::size_t>() - 4 })
    {
      std::memcpy(bytes.data() + 8 + size + place, &test.Value, 4);
    }
    WriteBytes(bad, bytes);
    ExpectContains(MessageOf([&] { Read(bad); }),
                   bad + " does not hold a valid model. The model's weight \"" + test.Name + "\"" + test.Message);
    std::filesystem::remove(bad);

    ExpectContains(MessageOf([&] { model->Verify(); }), test.Name + "\"" + test.Message);
  }
}

TEST(UNetModelFile, AVarianceOfZeroAndTheLargestNumberAreTaken)
{
  const TemporaryFolder folder;
  const auto            model = MakeModel(SmallSpecification());
  auto                  weights = model->GetWeights();
  for (const auto & [name, value] : { std::pair<const char *, float>{ "decoder.1.0.normalization.running_var", 0.0f },
                                      { "decoder.1.1.normalization.running_var", -0.0f },
                                      { "classifier.bias", -std::numeric_limits<float>::max() } })
  {
    const auto tensor = itk::GetATensor(weights.at(name)).clone();
    tensor.fill_(value);
    weights[name] = itk::MakeTorchTensor(tensor, itk::TorchDevice::CPU());
  }
  model->SetWeights(weights);
  Write(model, folder.File("model.safetensors"));
  const auto bias = itk::GetATensor(Read(folder.File("model.safetensors"))->GetWeights().at("classifier.bias"));
  EXPECT_EQ(bias[0].item<float>(), -std::numeric_limits<float>::max());
}

/** Numbers that a damaged file must not bring into a model. */
void
ExpectSound(const UNetModel * model)
{
  const auto tensors = model->GetSpecification().GetTensors();
  ASSERT_EQ(model->GetWeights().size(), tensors.size());
  for (const auto & [name, tensor] : model->GetWeights())
  {
    const at::Tensor values = itk::GetATensor(tensor);
    EXPECT_TRUE((values - values).eq(0).all().item<bool>()) << name;
    if (name.find("running_var") != std::string::npos)
    {
      EXPECT_GE(values.min().item<float>(), 0.0f) << name;
    }
  }
  for (const double spacing : model->GetSpacing())
  {
    EXPECT_TRUE(std::isfinite(spacing) && spacing > 0.0) << spacing;
  }
  const auto & rule = model->GetIntensityNormalization();
  EXPECT_TRUE(std::isfinite(rule.Factor) && rule.Factor > 0.0) << rule.Factor;
  EXPECT_TRUE(rule.LowerPercentile >= 0.0 && rule.LowerPercentile < rule.UpperPercentile &&
              rule.UpperPercentile <= 100.0);
  const double epsilon = model->GetSpecification().NormalizationEpsilon;
  EXPECT_TRUE(std::isfinite(epsilon) && epsilon > 0.0) << epsilon;
}

TEST(UNetModelFile, ADamagedFileIsRefusedOrGivesASoundModel)
{
  const TemporaryFolder folder;
  const std::string     file = folder.File("damaged.safetensors");
  const auto            good = MakeModel(SmallSpecification());
  good->SetSpacing({ 0.25, 1.5 });
  Write(good, file);
  const std::string bytes = ReadBytes(file);
  std::uint64_t     size = 0;
  std::memcpy(&size, bytes.data(), 8);
  const std::size_t header = 8 + static_cast<std::size_t>(size);

  std::size_t      numberOfRefused = 0;
  std::size_t      numberOfTaken = 0;
  itk::TorchRandom random(11);
  const auto       expect = [&](const std::string & damaged)
  {
    WriteBytes(file, damaged);
    auto reader = itk::UNetModelReader::New();
    reader->SetFileName(file);
    try
    {
      reader->Update();
      ++numberOfTaken;
      ExpectSound(reader->GetOutput());
    }
    catch (const itk::ExceptionObject & error)
    {
      ++numberOfRefused;
      ExpectContains(error.GetDescription(), file);
    }
    // No other exception, and no crash.
  };

  // Bytes of length and header, and one to three among the weights.
  for (std::size_t place = 0; place < header; place += static_cast<std::size_t>(Draw(random, 1, 5)))
  {
    std::string damaged = bytes;
    damaged[place] ^= static_cast<char>(Draw(random, 1, 255));
    expect(damaged);
  }
  const std::size_t refusedHeaders = numberOfRefused;
  EXPECT_GT(refusedHeaders, header / 12);
  for (int run = 0; run < 1000; ++run)
  {
    std::string damaged = bytes;
    for (std::int64_t flips = Draw(random, 1, 3); flips > 0; --flips)
    {
      const auto place = static_cast<std::size_t>(
        Draw(random, static_cast<std::int64_t>(header), static_cast<std::int64_t>(bytes.size()) - 1));
      damaged[place] ^= static_cast<char>(Draw(random, 1, 255));
    }
    expect(damaged);
  }
  // Seldom an exponent of all ones; most other damage is a number like any other.
  EXPECT_GT(numberOfRefused - refusedHeaders, 2u);
  EXPECT_GT(numberOfTaken, 500u);
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
  EXPECT_TRUE(ReadBytes(folder.File("model.safetensors")) == before);
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
