// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkRunCommand.h"
#include "itkAtomicFileWrite.h"
#include "itkAugmentationSheet.h"
#include "itkCommandLineParameters.h"
#include "itkImageGrid.h"
#include "itkLabelFiles.h"
#include "itkMiddlePlane.h"
#include "itkRandomAugmentationImageFilter.h"
#include "itkReadLabelFile.h"
#include "itkSayNotes.h"
#include "itkTorchRuntime.h"
#include "itkWriteImageFile.h"
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>

namespace itk
{
namespace
{
namespace fs = std::filesystem;

struct AugmentOptions
{
  std::string                  Image;
  std::string                  Label;
  std::string                  Weights;
  std::string                  Sheet;
  std::string                  Output;
  std::string                  Replay;
  unsigned int                 Count{ 16 };
  std::uint32_t                Epoch{ 0 };
  std::uint32_t                FirstSample{ 0 };
  std::string                  Device{ "auto" };
  unsigned int                 Threads{ 0 };
  double                       GridTolerance{ defaultGridTolerance };
  bool                         AreColors{ false };
  RandomAugmentationParameters Parameters{ RandomAugmentationParameters::FromPreset(RandomAugmentationPreset::Nuclei) };
};

std::string
ReadText(const std::string & fileName)
{
  VerifyIsNoDevice(fileName);
  std::ifstream file(fileName);
  if (!file)
  {
    itkGenericExceptionMacro(<< fileName << ": there is no such file.");
  }
  std::ostringstream text;
  text << file.rdbuf();
  if (text.str().empty())
  {
    itkGenericExceptionMacro(<< fileName << ": it is empty or not a file.");
  }
  return text.str();
}

/** "brain.nii.gz" → "brain" and ".nii.gz". Formats that lose pixels become PNG. */
std::pair<std::string, std::string>
SplitName(const std::string & fileName)
{
  const std::string name = fs::path(fileName).filename().string();
  std::size_t       dot = name.rfind('.');
  if (dot != std::string::npos && name.substr(dot) == ".gz" && dot > 0)
  {
    dot = name.rfind('.', dot - 1);
  }
  const std::string extension = dot == std::string::npos ? ".mha" : name.substr(dot);
  return { name.substr(0, dot), extension == ".jpg" || extension == ".jpeg" ? ".png" : extension };
}

template <typename TFilter>
void
WriteDraw(TFilter * filter, const AugmentOptions & options, std::uint32_t sample)
{
  const auto [stem, extension] = SplitName(options.Image);
  char number[16];
  std::snprintf(number, sizeof(number), "-%04u", sample);
  const std::string base = (fs::path(options.Output) / (stem + number)).string();
  VerifyOutputsAreNoInputs({ base + extension, base + "-label" + extension, base + "-weight.mha", base + ".json" },
                           { options.Image, options.Label, options.Weights, options.Replay });
  WriteImageFile(filter->GetOutput(), base + extension);
  if (!options.Label.empty())
  {
    WriteLabels<TFilter::ImageDimension>(filter->GetAugmentedLabels(), base + "-label" + extension);
  }
  if (!options.Weights.empty())
  {
    WriteImageFile(filter->GetAugmentedWeights(), base + "-weight.mha");
  }
  AtomicFileWrite(base + ".json",
                  [&](const std::string & temporaryName)
                  {
                    std::ofstream file(temporaryName);
                    file << filter->GetRecord() << '\n';
                  });
}

/** The middle plane as floats. */
template <typename TImage>
VectorImage<float, 2>::Pointer
ToShownImage(TImage * image)
{
  auto cast = CastImageFilter<TImage, VectorImage<float, TImage::ImageDimension>>::New();
  cast->SetInput(image);
  cast->Update();
  return MiddlePlane(cast->GetOutput());
}

template <typename TComponent, unsigned int VDimension>
void
Augment(const AugmentOptions & options)
{
  using ImageType = VectorImage<TComponent, VDimension>;
  using FilterType = RandomAugmentationImageFilter<ImageType, LabelImageType<VDimension>>;
  auto filter = FilterType::New();
  auto reader = VerifiedImageReader<ImageType>::New();
  reader->SetFileName(options.Image);
  filter->SetInput(reader->GetOutput());
  const auto labels = options.Label.empty() ? LabelImageType<VDimension>::New()
                                            : ReadLabelFile<VDimension>(options.Label, options.AreColors, false);
  reader->UpdateOutputInformation();
  const auto match = [&](ImageBase<VDimension> * companion, const std::string & fileName)
  { MatchGrid<VDimension>(reader->GetOutput(), options.Image, companion, fileName, options.GridTolerance); };
  if (!options.Label.empty())
  {
    match(labels, options.Label);
    filter->SetLabels(labels);
  }
  using WeightImage = Image<float, VDimension>;
  const auto weights = options.Weights.empty() ? WeightImage::New() : ReadVerifiedImage<WeightImage>(options.Weights);
  if (!options.Weights.empty())
  {
    match(weights, options.Weights);
    filter->SetWeights(weights);
  }
  filter->SetParameters(options.Parameters);
  filter->SetEpoch(options.Epoch);
  filter->SetDevice(options.Device);
  std::uint32_t firstSample = options.FirstSample;
  if (!options.Replay.empty())
  {
    const std::string record = ReadText(options.Replay);
    filter->SetRecord(record);
    firstSample = RandomAugmentationRecord::FromJson(record).Sample;
  }

  AugmentationSheet sheet;
  const auto        show = [&](ImageType * image, LabelImageType<VDimension> * label, Image<float, VDimension> * weight)
  {
    const auto shownLabel = options.Label.empty() ? nullptr : MiddlePlane(label);
    const auto shownWeight = options.Weights.empty() ? nullptr : MiddlePlane(weight);
    sheet.Add(ToShownImage(image), shownLabel, shownWeight);
  };
  const unsigned int count = options.Replay.empty() ? options.Count : 1;
  for (unsigned int draw = 0; draw < count; ++draw)
  {
    filter->SetSample(firstSample + draw);
    filter->Update();
    if (draw == 0)
    {
      SayNotes(options.Image, reader->GetInformation().Notes);
    }
    if (draw == 0 && !options.Sheet.empty() && options.Parameters.CropSize.empty() && options.Replay.empty())
    {
      show(reader->GetOutput(), labels, weights);
    }
    if (!options.Sheet.empty())
    {
      show(filter->GetOutput(), filter->GetAugmentedLabels(), filter->GetAugmentedWeights());
    }
    if (!options.Output.empty())
    {
      fs::create_directories(options.Output);
      WriteDraw(filter.GetPointer(), options, firstSample + draw);
    }
  }
  if (!options.Sheet.empty())
  {
    sheet.Write(options.Sheet);
    std::cout << options.Sheet << std::endl;
  }
  if (!options.Output.empty())
  {
    std::cout << options.Output << std::endl;
  }
}

void
VerifyWeights(const std::string & fileName, unsigned int dimension)
{
  const auto io = OpenImageFile(fileName);
  if (GetImageFileDimension(*io) != dimension || io->GetNumberOfComponents() != 1)
  {
    itkGenericExceptionMacro(<< fileName << ": it must have the image's dimension, " << dimension
                             << ", and 1 component, but has dimension " << GetImageFileDimension(*io) << " and "
                             << io->GetNumberOfComponents() << '.');
  }
}

template <unsigned int VDimension>
void
AugmentAs(IOComponentEnum type, const AugmentOptions & options)
{
  switch (type)
  {
    case IOComponentEnum::UCHAR:
      return Augment<unsigned char, VDimension>(options);
    case IOComponentEnum::USHORT:
      return Augment<unsigned short, VDimension>(options);
    case IOComponentEnum::SHORT:
      return Augment<short, VDimension>(options);
    default:
      return Augment<float, VDimension>(options);
  }
}

void
Run(const AugmentOptions & options)
{
  VerifyOutputsAreNoInputs({ options.Sheet }, { options.Image, options.Label, options.Weights, options.Replay });
  const auto         io = OpenImageFile(options.Image);
  const unsigned int dimension = GetImageFileDimension(*io);
  if (!options.Weights.empty())
  {
    VerifyWeights(options.Weights, dimension);
  }
  dimension == 3 ? AugmentAs<3>(io->GetComponentType(), options) : AugmentAs<2>(io->GetComponentType(), options);
}

void
AddAugmentCommand(CLI::App & command)
{
  auto options = std::make_shared<AugmentOptions>();
  command.add_option("image", options->Image, "Image of any number of components, 2D or 3D.")->required();
  command.add_option(
    "--label", options->Label, "Label image on the image's grid; transformed with it, by nearest neighbor.");
  command.add_option(
    "--weight", options->Weights, "Weight image on the image's grid; transformed with it, by linear interpolation.");
  command.add_option(
    "--sheet",
    options->Sheet,
    "PNG file to write: the image (unless it is cropped) and its draws; for 3D images the middle plane.");
  command.add_option("--output", options->Output, "Folder for the images of each draw and a .json file for --replay.");
  command.add_option("--count", options->Count, "Number of draws.")
    ->check(CLI::Range(1, 1000000))
    ->capture_default_str();
  command.add_option("--epoch", options->Epoch, "Epoch of the draws.")->capture_default_str();
  command.add_option("--first-sample", options->FirstSample, "Sample number of the first draw.")->capture_default_str();
  command.add_option("--replay", options->Replay, "The .json file of a draw to repeat, instead of drawing.");
  // Before the parameters, which change what it sets.
  command
    .add_option_function<std::string>(
      "--preset",
      [options](const std::string & name)
      {
        options->Parameters =
          RandomAugmentationParameters::FromPreset(GetEnumerationValue<RandomAugmentationPreset>(name));
      },
      "Preset of the parameters. The options below override it; the defaults shown there are those of the preset none.")
    ->check(CLI::IsMember(GetEnumerationTexts<RandomAugmentationPreset>()))
    ->type_name("NAME")
    ->default_str("nuclei");
  AddLabelsOption(command, options->AreColors);
  AddGridToleranceOption(command, options->GridTolerance);
  AddDeviceOptions(command, options->Device, options->Threads);
  AddParameterOptions(command, options->Parameters, "Augmentation");
  command.callback(
    [options]
    {
      if (options->Sheet.empty() && options->Output.empty())
      {
        throw CLI::ValidationError("augment", "--sheet or --output must be given; otherwise there is nothing to write");
      }
      TorchRuntime::SetNumberOfThreads(options->Threads);
      Run(*options);
    });
}
} // namespace
} // namespace itk

itkTorchCommandMacro("augment", itk::AddAugmentCommand);
