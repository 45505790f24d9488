// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "NucleiImporter.h"

#include "NucleiList.h"

#include "itkAtomicFileWrite.h"
#include "itkVerifiedImageReader.h"
#include "itkWriteImageFile.h"

#include "itkImage.h"
#include "itkMultiThreaderBase.h"
#include "itkRGBPixel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <filesystem>
#include <limits>
#include <mutex>
#include <ostream>

namespace itk
{
namespace
{
namespace fs = std::filesystem;

using ColorImage = Image<RGBPixel<unsigned char>, 2>;
using LabelImage = Image<std::uint16_t, 2>;

struct ImageResult
{
  std::size_t              Nuclei{ 0 };
  std::uint64_t            OverlappingPixels{ 0 };
  std::vector<std::string> Problems;
};

template <typename TImage>
typename TImage::Pointer
ReadPng(const fs::path & file, std::vector<std::string> & problems, bool only8Bit = false)
{
  auto reader = VerifiedImageReader<TImage>::New();
  reader->SetFileName(file.string());
  bool isRead = true;
  try
  {
    reader->Update();
  }
  catch (const ExceptionObject &)
  {
    isRead = false;
  }
  if (!isRead || reader->GetInformation().Format != "PNG")
  {
    problems.push_back(file.string() + " cannot be read as a PNG image.");
    return nullptr;
  }
  if (only8Bit && reader->GetVerifiedIO()->GetComponentSize() != 1)
  {
    problems.push_back(file.string() + " has more than 8 bits per component.");
    return nullptr;
  }
  return reader->GetOutput();
}

std::string
SizeText(const ImageBase<2> * image)
{
  const auto & size = image->GetLargestPossibleRegion().GetSize();
  return std::to_string(size[0]) + "x" + std::to_string(size[1]);
}

// Writes the label into the free pixels of the mask; returns how many there were.
std::size_t
AddMask(const LabelImage * mask, std::uint16_t label, LabelImage * labels, std::uint64_t & overlappingPixels)
{
  const auto            pixels = labels->GetLargestPossibleRegion().GetNumberOfPixels();
  const std::uint16_t * from = mask->GetBufferPointer();
  std::uint16_t *       to = labels->GetBufferPointer();
  std::size_t           added = 0;
  for (std::size_t i = 0; i < pixels; ++i)
  {
    if (from[i] != 0)
    {
      const bool isFree = to[i] == 0;
      to[i] = isFree ? label : to[i];
      added += isFree;
      overlappingPixels += !isFree;
    }
  }
  return added;
}

LabelImage::Pointer
MergeMasks(const fs::path & folder, const ImageBase<2> * image, ImageResult & result)
{
  auto labels = LabelImage::New();
  labels->SetRegions(image->GetLargestPossibleRegion());
  labels->Allocate(true);
  const auto masks = fs::is_directory(folder) ? VisibleEntries(folder) : std::vector<fs::path>{};
  if (masks.empty())
  {
    result.Problems.push_back(folder.string() + " holds no mask.");
  }
  if (masks.size() > std::numeric_limits<std::uint16_t>::max())
  {
    result.Problems.push_back(folder.string() + " holds more masks than a 16-bit label image can tell apart.");
    return labels;
  }
  for (const auto & file : masks)
  {
    const auto mask = ReadPng<LabelImage>(file, result.Problems);
    if (!mask)
    {
      continue;
    }
    if (mask->GetLargestPossibleRegion() != labels->GetLargestPossibleRegion())
    {
      result.Problems.push_back(file.string() + " has " + SizeText(mask) + " pixels, but its image has " +
                                SizeText(image) + '.');
      continue;
    }
    ++result.Nuclei;
    const auto label = static_cast<std::uint16_t>(result.Nuclei);
    if (AddMask(mask, label, labels, result.OverlappingPixels) == 0)
    {
      result.Problems.push_back(file.string() + " is empty or lies wholly under masks whose names sort before it.");
    }
  }
  return labels;
}

ImageResult
ImportImage(const NucleiImportOptions & options, const NucleiEntry & entry)
{
  ImageResult    result;
  const fs::path folder = fs::path(options.Input) / entry.Id;
  const fs::path file = folder / "images" / (entry.Id + ".png");
  if (!fs::exists(file))
  {
    result.Problems.push_back(file.string() + " is missing.");
    return result;
  }
  const auto image = ReadPng<ColorImage>(file, result.Problems, true);
  if (!image)
  {
    return result;
  }
  const auto labels = MergeMasks(folder / "masks", image, result);
  if (result.Problems.empty())
  {
    const fs::path output = options.Output;
    WriteImageFile(image.GetPointer(), (output / "images" / entry.FileName).string(), options.CompressionLevel);
    WriteImageFile(labels.GetPointer(), (output / "labels" / entry.FileName).string(), options.CompressionLevel);
  }
  return result;
}

void
WritePairs(const std::string & file, const std::vector<NucleiEntry> & entries)
{
  std::string text = "image,label,fold\n";
  for (const auto & entry : entries)
  {
    text += "images/" + entry.FileName + ",labels/" + entry.FileName + ',' + std::to_string(entry.Fold) + '\n';
  }
  AtomicFileWrite(file, text);
}
} // namespace

NucleiImportSummary
ImportNuclei(const NucleiImportOptions & options, std::ostream & progress)
{
  if (!fs::is_directory(options.Input))
  {
    itkGenericExceptionMacro(<< options.Input << " is not a folder.");
  }
  NucleiImportSummary summary;
  const auto          entries = ListNuclei(options, summary.Problems);

  const fs::path output = options.Output;
  fs::create_directories(output / "images");
  fs::create_directories(output / "labels");
  fs::remove(output / "pairs.csv");

  // ParallelizeArray may return by an exception while other threads still work, so none may leave the function.
  std::vector<ImageResult> results(entries.size());
  std::mutex               mutex;
  std::exception_ptr       failure;
  std::atomic<bool>        hasFailed{ false };
  std::size_t              done = 0;
  MultiThreaderBase::New()->ParallelizeArray(
    0,
    entries.size(),
    [&](SizeValueType i)
    {
      if (hasFailed)
      {
        return;
      }
      try
      {
        results[i] = ImportImage(options, entries[i]);
      }
      catch (...)
      {
        const std::lock_guard<std::mutex> lock(mutex);
        failure = std::current_exception();
        hasFailed = true;
        return;
      }
      const std::lock_guard<std::mutex> lock(mutex);
      if (++done % 50 == 0 || done == entries.size())
      {
        progress << done << " of " << entries.size() << " images" << std::endl;
      }
    },
    nullptr);
  if (failure)
  {
    std::rethrow_exception(failure);
  }

  for (const auto & result : results)
  {
    summary.Images += result.Problems.empty();
    summary.Nuclei += result.Nuclei;
    summary.OverlappingPixels += result.OverlappingPixels;
    summary.Problems.insert(summary.Problems.end(), result.Problems.begin(), result.Problems.end());
  }
  if (summary.Problems.empty())
  {
    WritePairs((output / "pairs.csv").string(), entries);
  }
  return summary;
}
} // namespace itk
