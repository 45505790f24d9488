// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
// What a script logs, for tests with TensorBoard's own reader.
//
// Usage: WriteTensorBoardFile FOLDER < entries
// An entry is a line of JSON with "Tag", "Step" and one of "Scalar", a number as text, such as "nan"; "Text"; "Png", a
// PNG file, with its "Width", "Height" and "Channels"; "Gray" or "Color", the bytes of an image of "Width" columns.
// Prints the name of the file that was written.
#include "itkErrorSentence.h"
#include "itkTensorBoardWriter.h"
#include <nlohmann/json.hpp>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>

namespace
{
using Json = nlohmann::json;

template <typename TImage>
typename TImage::Pointer
MakeImage(const std::vector<unsigned char> & bytes, std::size_t width)
{
  auto image = TImage::New();
  image->SetRegions(itk::Size<2>{ { width, bytes.size() / sizeof(typename TImage::PixelType) / width } });
  image->Allocate();
  std::memcpy(image->GetBufferPointer(), bytes.data(), bytes.size());
  return image;
}

void
Add(itk::TensorBoardWriter & writer, const Json & entry)
{
  const auto tag = entry.at("Tag").get<std::string>();
  const auto step = entry.at("Step").get<std::int64_t>();
  const auto bytes = [&](const char * kind) { return entry.at(kind).get<std::vector<unsigned char>>(); };
  if (entry.contains("Scalar"))
  {
    // Also where std::stof throws: numbers below the normal ones.
    writer.AddScalar(tag, step, std::strtof(entry.at("Scalar").get<std::string>().c_str(), nullptr));
  }
  else if (entry.contains("Text"))
  {
    writer.AddText(tag, step, entry.at("Text").get<std::string>());
  }
  else if (entry.contains("Png"))
  {
    std::ifstream     stream(entry.at("Png").get<std::string>(), std::ios::binary);
    const std::string png((std::istreambuf_iterator<char>(stream)), {});
    writer.AddImage(tag, step, png, entry.at("Width"), entry.at("Height"), entry.at("Channels"));
  }
  else if (entry.contains("Gray"))
  {
    writer.AddImage(tag, step, MakeImage<itk::Image<unsigned char, 2>>(bytes("Gray"), entry.at("Width")).GetPointer());
  }
  else
  {
    using ColorImage = itk::Image<itk::RGBPixel<unsigned char>, 2>;
    writer.AddImage(tag, step, MakeImage<ColorImage>(bytes("Color"), entry.at("Width")).GetPointer());
  }
}
} // namespace

int
main(int argc, char * argv[])
{
  if (argc != 2)
  {
    std::cerr << "Usage: WriteTensorBoardFile FOLDER < entries" << std::endl;
    return 2;
  }
  try
  {
    itk::TensorBoardWriter writer(argv[1]);
    for (std::string line; std::getline(std::cin, line);)
    {
      Add(writer, Json::parse(line));
    }
    std::cout << writer.GetFileName() << std::endl;
  }
  catch (const std::exception & error)
  {
    std::cerr << itk::ErrorSentence(error) << std::endl;
    return 1;
  }
  return 0;
}
