// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchBenchmark.h"

#include "itkCaseRecord.h"
#include "itkImageReadingProgram.h"
#include "itkImageSegmenter.h"
#include "itkNucleiPhantomImageSource.h"
#include "itkSegmentationCohort.h"
#include "itkTorchRuntime.h"
#include "itkUNetModelWriter.h"
#include "itkVerifiedImageReader.h"
#include "itkWriteImageFile.h"
#include "itkImageFileWriter.h"
#include "itkRescaleIntensityImageFilter.h"
#include <csetjmp>
#include <filesystem>
#include <png.h>
#include <tiffio.h>

namespace
{
namespace fs = std::filesystem;
using itk::Benchmark::Row;
using Bytes = std::vector<unsigned char>;
using BytesImage = itk::VectorImage<unsigned char, 2>;

constexpr std::uint32_t edge = 2048;

/** A phantom of nuclei in 8 bits, its values repeated in each component. */
Bytes
MakePixels(unsigned int components)
{
  using FloatImage = itk::Image<float, 2>;
  auto phantom = itk::NucleiPhantomImageSource<FloatImage>::New();
  phantom->SetSize(itk::Size<2>::Filled(edge));
  auto rescale = itk::RescaleIntensityImageFilter<FloatImage, itk::Image<unsigned char, 2>>::New();
  rescale->SetInput(phantom->GetOutput());
  rescale->Update();
  Bytes pixels;
  for (std::size_t i = 0; i < std::size_t{ edge } * edge; ++i)
  {
    pixels.insert(pixels.end(), components, rescale->GetOutput()->GetBufferPointer()[i]);
  }
  return pixels;
}

void
WritePng(const std::string & name, const Bytes & pixels, unsigned int components)
{
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = image.height = edge;
  image.format = components == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  png_image_write_to_file(&image, name.c_str(), 0, pixels.data(), 0, nullptr);
}

/** libpng's manual, "reading PNG files", for 8 bits without conversions. */
Bytes
ReadPng(const std::string & name)
{
  std::FILE * const file = std::fopen(name.c_str(), "rb");
  png_structp       png = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop         information = png_create_info_struct(png);
  if (setjmp(png_jmpbuf(png)) != 0)
  {
    std::exit(1);
  }
  png_init_io(png, file);
  png_read_info(png, information);
  const std::size_t height = png_get_image_height(png, information);
  const std::size_t rowBytes = png_get_rowbytes(png, information);
  Bytes             pixels(height * rowBytes);
  for (std::size_t row = 0; row < height; ++row)
  {
    png_read_row(png, pixels.data() + row * rowBytes, nullptr);
  }
  png_read_end(png, nullptr);
  png_destroy_read_struct(&png, &information, nullptr);
  std::fclose(file);
  return pixels;
}

struct TiffKind
{
  std::uint16_t Compression;
  std::uint32_t Tile; // 0 for strips of 16 rows
};

void
WriteTiff(const std::string & name, const Bytes & pixels, std::uint32_t size, const TiffKind & kind)
{
  TIFF * const tiff = TIFFOpen(name.c_str(), "w8");
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, size);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, size);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, kind.Compression);
  if (kind.Tile == 0)
  {
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 16);
    Bytes strip(std::size_t{ 16 } * size);
    for (std::uint32_t row = 0; row < size; row += 16)
    {
      std::copy_n(pixels.data() + std::size_t{ row } * size, strip.size(), strip.data());
      TIFFWriteEncodedStrip(tiff, row / 16, strip.data(), static_cast<tmsize_t>(strip.size()));
    }
  }
  else
  {
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, kind.Tile);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, kind.Tile);
    Bytes tile(std::size_t{ kind.Tile } * kind.Tile);
    for (std::uint32_t y = 0; y < size; y += kind.Tile)
    {
      for (std::uint32_t x = 0; x < size; x += kind.Tile)
      {
        // Of the phantom, repeated.
        for (std::uint32_t row = 0; row < kind.Tile; ++row)
        {
          const std::size_t from = std::size_t{ (y + row) % edge } * edge;
          for (std::uint32_t column = 0; column < kind.Tile; ++column)
          {
            tile[row * kind.Tile + column] = pixels[from + (x + column) % edge];
          }
        }
        TIFFWriteTile(tiff, tile.data(), x, y, 0, 0);
      }
    }
  }
  TIFFClose(tiff);
}

Bytes
ReadStrips(const std::string & name)
{
  TIFF * const  tiff = TIFFOpen(name.c_str(), "r");
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint32_t rows = 0;
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height);
  TIFFGetField(tiff, TIFFTAG_ROWSPERSTRIP, &rows);
  Bytes pixels(std::size_t{ width } * height);
  for (std::uint32_t strip = 0; strip < TIFFNumberOfStrips(tiff); ++strip)
  {
    TIFFReadEncodedStrip(tiff, strip, pixels.data() + std::size_t{ strip } * rows * width, -1);
  }
  TIFFClose(tiff);
  return pixels;
}

/** A region through a buffer of one tile. */
Bytes
ReadTiles(const std::string & name, std::uint32_t left, std::uint32_t top, std::uint32_t width, std::uint32_t height)
{
  TIFF * const  tiff = TIFFOpen(name.c_str(), "r");
  std::uint32_t tileWidth = 0;
  std::uint32_t tileHeight = 0;
  TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &tileWidth);
  TIFFGetField(tiff, TIFFTAG_TILELENGTH, &tileHeight);
  Bytes pixels(std::size_t{ width } * height);
  Bytes tile(static_cast<std::size_t>(TIFFTileSize(tiff)));
  for (std::uint32_t y = top / tileHeight * tileHeight; y < top + height; y += tileHeight)
  {
    for (std::uint32_t x = left / tileWidth * tileWidth; x < left + width; x += tileWidth)
    {
      TIFFReadTile(tiff, tile.data(), x, y, 0, 0);
      const std::uint32_t begin = std::max(x, left);
      const std::uint32_t end = std::min(x + tileWidth, left + width);
      for (std::uint32_t row = std::max(y, top); row < std::min(y + tileHeight, top + height); ++row)
      {
        std::copy_n(tile.data() + std::size_t{ row - y } * tileWidth + (begin - x),
                    end - begin,
                    pixels.data() + std::size_t{ row - top } * width + (begin - left));
      }
    }
  }
  TIFFClose(tiff);
  return pixels;
}

BytesImage::Pointer
ReadOurs(const std::string & name, const BytesImage::RegionType * region = nullptr)
{
  auto reader = itk::VerifiedImageReader<BytesImage>::New();
  reader->SetFileName(name);
  if (region != nullptr)
  {
    reader->UpdateOutputInformation();
    reader->GetOutput()->SetRequestedRegion(*region);
  }
  reader->Update();
  return reader->GetOutput();
}

void
Compare(int                            pairs,
        const std::string &            operation,
        const std::string &            size,
        const std::string &            peer,
        const std::string &            name,
        const std::function<Bytes()> & readPeer,
        const BytesImage::RegionType * region = nullptr)
{
  BytesImage::Pointer image;
  Bytes               pixels;
  Row                 row{ operation, size, peer, {}, {}, false };
  itk::Benchmark::Alternate(
    row, pairs, [&] { image = ReadOurs(name, region); }, [&] { pixels = readPeer(); });
  row.IsEqual = image->GetPixelContainer()->Size() == pixels.size() &&
                std::equal(pixels.begin(), pixels.end(), image->GetBufferPointer());
  itk::Benchmark::Write(row);
}

/** Beside five milliseconds. */
void
MeasureHeader(int pairs, const std::string & operation, const std::string & name)
{
  constexpr double goal = 5e-3;
  Row              row{ operation, std::to_string(edge) + "x" + std::to_string(edge), "5 ms", {}, {}, true };
  itk::OpenImageFile(name);
  for (int pair = 0; pair < pairs; ++pair)
  {
    row.Ours.push_back(itk::Benchmark::Seconds([&] { itk::OpenImageFile(name); }));
    row.Peers.push_back(goal);
  }
  itk::Benchmark::Write(row);
}

void
MeasureProcess(int pairs, const std::string & program, const std::string & picture, const fs::path & work)
{
  constexpr unsigned int images = 6;
  itk::UNetSpecification specification;
  specification.BaseFilters = 8;
  specification.Levels = 3;
  auto model = itk::UNetModel::New();
  model->SetSpecification(specification);
  model->InitializeWeights(1);
  const std::string modelFile = work / "model.safetensors";
  auto              writer = itk::UNetModelWriter::New();
  writer->SetInput(model);
  writer->SetFileName(modelFile);
  writer->Update();

  std::vector<itk::SegmentationCase> cases;
  for (unsigned int i = 0; i < images; ++i)
  {
    const std::string number = std::to_string(i);
    const std::string name = work / (number + ".png");
    fs::copy_file(picture, name, fs::copy_options::overwrite_existing);
    cases.push_back({ number, name, work / "out" / (number + ".png") });
  }
  itk::SegmentationSettings settings;
  settings.Output = itk::SegmentationSettings::Kind::Mask;
  const auto             segmenter = itk::MakeImageSegmenter(model, "cpu", settings);
  const itk::CaseRecords records(modelFile, itk::WriteSegmentationSettings(settings), "1");
  itk::CohortListener    listener;
  listener.Case = [](const std::string &) {};
  listener.Progress = [](const itk::CohortSummary &, double) {};
  listener.Note = [](const std::string & note) { std::cerr << note << std::endl; };
  bool       isDone = true;
  const auto run = [&](const std::vector<std::string> & reading)
  {
    itk::SetImageReadingProgram(reading);
    const auto summary = itk::SegmentCohort(cases, *segmenter, records, true, listener);
    isDone = isDone && summary.Done == images;
  };
  Row row{ "reading in a process of its own",
           std::to_string(images) + " images of 2048x2048, 8 filters, 3 levels",
           "the same in one process",
           {},
           {},
           false };
  itk::Benchmark::Alternate(
    row,
    pairs,
    [&] {
      run({ program, "read-images" });
    },
    [&] { run({}); });
  row.IsEqual = isDone;
  itk::Benchmark::Write(row);
}

std::string
GetArgument(int argc, char ** argv, const std::string & name)
{
  for (int i = 1; i + 1 < argc; ++i)
  {
    if (argv[i] == name)
    {
      return argv[i + 1];
    }
  }
  std::cerr << "itkTorchReadingBenchmark needs " << name << std::endl;
  std::exit(2);
}
} // namespace

int
main(int argc, char ** argv)
{
  const int      pairs = itk::Benchmark::GetPairs(argc, argv);
  const fs::path work = GetArgument(argc, argv, "--work");
  fs::create_directories(work);
  itk::TorchRuntime::SetNumberOfThreads(1);
  const std::string square = std::to_string(edge) + "x" + std::to_string(edge);
  const Bytes       gray = MakePixels(1);
  const std::string grayPng = work / "gray.png";
  const std::string colorPng = work / "color.png";
  WritePng(grayPng, gray, 1);
  WritePng(colorPng, MakePixels(3), 3);
  Compare(pairs, "PNG, gray", square + ", 8 bits", "libpng", grayPng, [&] { return ReadPng(grayPng); });
  Compare(pairs, "PNG, RGB", square + ", 8 bits", "libpng", colorPng, [&] { return ReadPng(colorPng); });

  const std::string strips = work / "strips.tif";
  WriteTiff(strips, gray, edge, { COMPRESSION_NONE, 0 });
  Compare(pairs, "TIFF, strips", square + ", 8 bits", "libtiff", strips, [&] { return ReadStrips(strips); });
  const std::string lzw = work / "lzw.tif";
  WriteTiff(lzw, gray, edge, { COMPRESSION_LZW, 0 });
  Compare(pairs, "TIFF, strips, LZW", square + ", 8 bits", "libtiff", lzw, [&] { return ReadStrips(lzw); });
  const std::string tiles = work / "tiles.tif";
  WriteTiff(tiles, gray, edge, { COMPRESSION_ADOBE_DEFLATE, 256 });
  Compare(pairs,
          "TIFF, tiles, deflate",
          square + ", 8 bits",
          "libtiff",
          tiles,
          [&] { return ReadTiles(tiles, 0, 0, edge, edge); });

  const std::string            slide = work / "slide.tif";
  constexpr std::uint32_t      slideEdge = 20000;
  const BytesImage::RegionType region{ { { 9000, 11000 } }, { { 1024, 1024 } } };
  WriteTiff(slide, gray, slideEdge, { COMPRESSION_LZW, 256 });
  Compare(
    pairs,
    "region of a tiled TIFF",
    "1024x1024 of 20000x20000, LZW",
    "libtiff",
    slide,
    [&] { return ReadTiles(slide, 9000, 11000, 1024, 1024); },
    &region);

  const auto        image = ReadOurs(grayPng);
  const std::string nifti = work / "image.nii";
  itk::WriteImageFile(image.GetPointer(), nifti);
  MeasureHeader(pairs, "header of a PNG", grayPng);
  MeasureHeader(pairs, "header of a TIFF", strips);
  MeasureHeader(pairs, "header of a NIfTI", nifti);
  MeasureProcess(pairs, GetArgument(argc, argv, "--itktorch"), grayPng, work);
  return 0;
}
