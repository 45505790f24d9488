// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCommandLineParameters.h"
#include <gtest/gtest.h>
#include <CLI/CLI.hpp>

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
itkTorchEnumerationMacro(Shape, { "Round", "Round" }, { "Square", "Square" });
} // namespace itk

namespace
{

struct Parameters
{
  double       LearningRate{ 0.001 };
  unsigned int Epochs{ 24 };
  unsigned int Seed{ 0 };
  bool         IsFast{ true };
  Shape        Form{ Shape::Square };

  std::vector<double> Weights{ 1.0, 0.5 };

  static const itk::TorchParameterTable<Parameters> &
  Describe()
  {
    using P = Parameters;
    using Range = itk::TorchParameterRange;
    static const auto table = itk::TorchParameterTable<Parameters>()
                                .Add("LearningRate", &P::LearningRate, "Step size.", Range::GreaterThan(0))
                                .Add("Epochs", &P::Epochs, "Passes.", Range::Between(1, 100))
                                .Add("Seed", &P::Seed, "Start.")
                                .Add("IsFast", &P::IsFast, "Speed.")
                                .AddChoice("Form", &P::Form, "Shape.")
                                .Add("Weights", &P::Weights, "Of classes.", Range::AtLeast(0));
    return table;
  }
};

struct CommandLine
{
  Parameters   Values;
  std::string  Device{ "auto" };
  unsigned int Threads{ 0 };
  std::string  Problem;
  std::string  Help;

  explicit CommandLine(std::vector<std::string> arguments)
  {
    CLI::App app;
    itk::AddParameterOptions(app, Values, "Training");
    itk::AddDeviceOptions(app, Device, Threads);
    Help = app.help();
    std::reverse(arguments.begin(), arguments.end());
    try
    {
      app.parse(arguments);
    }
    catch (const CLI::ParseError & error)
    {
      Problem = error.what();
    }
  }
};
} // namespace

TEST(CommandLineParameters, OptionNamesAreTheParametersWordsWithHyphens)
{
  EXPECT_EQ(itk::ToOptionName("Epochs"), "epochs");
  EXPECT_EQ(itk::ToOptionName("LearningRate"), "learning-rate");
  EXPECT_EQ(itk::ToOptionName("CropsPerImage"), "crops-per-image");
}

TEST(CommandLineParameters, WithoutOptionsTheDefaultsStay)
{
  const CommandLine line({});
  EXPECT_EQ(line.Problem, "");
  EXPECT_EQ(line.Values.LearningRate, 0.001);
  EXPECT_EQ(line.Values.Epochs, 24u);
  EXPECT_TRUE(line.Values.IsFast);
  EXPECT_EQ(line.Values.Form, Shape::Square);
  EXPECT_EQ(line.Device, "auto");
}

TEST(CommandLineParameters, OptionsWriteTheirValues)
{
  const CommandLine line({ "--learning-rate",
                           "2e-3",
                           "--epochs=7",
                           "--no-is-fast",
                           "--form",
                           "Round",
                           "--device",
                           "cuda:1",
                           "--threads",
                           "3" });
  EXPECT_EQ(line.Problem, "");
  EXPECT_EQ(line.Values.LearningRate, 0.002);
  EXPECT_EQ(line.Values.Epochs, 7u);
  EXPECT_FALSE(line.Values.IsFast);
  EXPECT_EQ(line.Values.Form, Shape::Round);
  EXPECT_EQ(line.Device, "cuda:1");
  EXPECT_EQ(line.Threads, 3u);
  EXPECT_TRUE(CommandLine({ "--is-fast" }).Values.IsFast);
}

TEST(CommandLineParameters, ARefusalNamesOptionParameterRangeAndValue)
{
  EXPECT_EQ(CommandLine({ "--learning-rate", "0" }).Problem,
            "--learning-rate: LearningRate must be greater than 0, but is 0.");
  EXPECT_EQ(CommandLine({ "--learning-rate", "nan" }).Problem,
            "--learning-rate: LearningRate must be greater than 0, but is nan.");
  EXPECT_EQ(CommandLine({ "--epochs", "101" }).Problem, "--epochs: Epochs must be in [1, 100], but is 101.");
  EXPECT_EQ(CommandLine({ "--form", "Oval" }).Problem, "--form: Form must be one of Round, Square, but is Oval.");
  EXPECT_EQ(CommandLine({ "--device", "gpu" }).Problem,
            "--device: Device must be auto, cpu, cuda or cuda:N, but is gpu.");
}

TEST(CommandLineParameters, TextThatIsNoNumberIsRefused)
{
  EXPECT_EQ(CommandLine({ "--epochs", "ten" }).Problem, "--epochs: Epochs must be a whole number, but is ten.");
  EXPECT_EQ(CommandLine({ "--epochs", "2.5" }).Problem, "--epochs: Epochs must be a whole number, but is 2.5.");
  EXPECT_EQ(CommandLine({ "--learning-rate", "0.1x" }).Problem,
            "--learning-rate: LearningRate must be a number, but is 0.1x.");
}

TEST(CommandLineParameters, ANumberTooLargeForItsTypeIsRefused)
{
  EXPECT_EQ(CommandLine({ "--epochs", "4294967297" }).Problem,
            "--epochs: Epochs must be in [1, 100], but is 4294967297.");
  EXPECT_EQ(CommandLine({ "--epochs", "-4294967295" }).Problem,
            "--epochs: Epochs must be in [1, 100], but is -4294967295.");
  EXPECT_EQ(CommandLine({ "--seed", "4294967296" }).Problem,
            "--seed: Seed must be a number that its type holds, but is 4294967296.");
  EXPECT_EQ(CommandLine({ "--seed", "4294967295" }).Problem, "");
}

TEST(CommandLineParameters, TheHelpShowsGroupRangeDefaultAndChoices)
{
  const std::string help = CommandLine({}).Help;
  for (const auto * const words : { "Training:",
                                    "--learning-rate NUMBER=0.001",
                                    "Step size. (greater than 0)",
                                    "--epochs INTEGER=24",
                                    "--form Round|Square=Square",
                                    "--no-is-fast" })
  {
    EXPECT_NE(help.find(words), std::string::npos) << words << " in\n" << help;
  }
}

TEST(CommandLineParameters, AListIsNumbersWithCommasBetweenThem)
{
  EXPECT_EQ(CommandLine({ "--weights", "2,0.25,1e1" }).Values.Weights, (std::vector<double>{ 2.0, 0.25, 10.0 }));
  EXPECT_EQ(CommandLine({ "--weights", "3" }).Values.Weights, (std::vector<double>{ 3.0 }));
  for (const char * const wrong : { "1,", "a", "1;2", "" })
  {
    EXPECT_NE(CommandLine({ "--weights", wrong }).Problem.find("Weights must be numbers"), std::string::npos) << wrong;
  }
  EXPECT_NE(CommandLine({ "--weights", "1,-2" }).Problem.find("Weights must be numbers, each at least 0, but is 1,-2."),
            std::string::npos);
  EXPECT_NE(CommandLine({}).Help.find("NUMBER,NUMBER"), std::string::npos);
}
