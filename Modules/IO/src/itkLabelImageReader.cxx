// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkLabelImageReader.h"
#include "itkSegmentationLayers.h"
#include "itkVerifiedImageReader.h"
#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>
#include <type_traits>

namespace itk
{
namespace
{
/** Calls `function` with a null pointer to the type of the components. */
template <typename TFunction>
void
CallWithComponentType(IOComponentEnum type, TFunction && function)
{
  switch (type)
  {
    case IOComponentEnum::UCHAR:
      return function(static_cast<const unsigned char *>(nullptr));
    case IOComponentEnum::CHAR:
      return function(static_cast<const signed char *>(nullptr));
    case IOComponentEnum::USHORT:
      return function(static_cast<const unsigned short *>(nullptr));
    case IOComponentEnum::SHORT:
      return function(static_cast<const short *>(nullptr));
    case IOComponentEnum::UINT:
      return function(static_cast<const unsigned int *>(nullptr));
    case IOComponentEnum::INT:
      return function(static_cast<const int *>(nullptr));
    case IOComponentEnum::ULONG:
      return function(static_cast<const unsigned long *>(nullptr));
    case IOComponentEnum::LONG:
      return function(static_cast<const long *>(nullptr));
    case IOComponentEnum::ULONGLONG:
      return function(static_cast<const unsigned long long *>(nullptr));
    case IOComponentEnum::LONGLONG:
      return function(static_cast<const long long *>(nullptr));
    case IOComponentEnum::FLOAT:
      return function(static_cast<const float *>(nullptr));
    case IOComponentEnum::DOUBLE:
      return function(static_cast<const double *>(nullptr));
    default:
      itkGenericExceptionMacro("labels of its type of numbers cannot be read.");
  }
}

/** \throws ExceptionObject with the value, unless it is a whole number from 0 to 2^53 */
template <typename TNumber>
std::int64_t
ToLabel(TNumber number)
{
  constexpr double largest = 0x1p53;
  if constexpr (std::is_floating_point_v<TNumber>)
  {
    if (!(std::trunc(number) == number))
    {
      std::ostringstream value;
      value.precision(std::numeric_limits<TNumber>::max_digits10);
      value << number;
      itkGenericExceptionMacro("labels must be whole numbers, but one is " << value.str() << '.');
    }
  }
  if (number < TNumber{} || static_cast<double>(number) > largest)
  {
    itkGenericExceptionMacro("labels must be in [0, 2^53], but one is " << +number << '.');
  }
  return static_cast<std::int64_t>(number);
}

/** Numbers of colors, from the smallest red, green and blue on. */
class ColorNumbers
{
public:
  ColorNumbers(const unsigned char * pixels, std::size_t components, std::size_t count)
    : m_Pixels(pixels)
    , m_Components(components)
  {
    for (std::size_t i = 0; i < count; ++i)
    {
      m_Numbers[this->GetColor(i)] = 0;
    }
    std::int64_t next = 0;
    for (auto & [color, number] : m_Numbers)
    {
      number = color == 0 ? 0 : ++next;
    }
  }

  std::int64_t
  Get(std::size_t pixel) const
  {
    return m_Numbers.at(this->GetColor(pixel));
  }

private:
  std::uint32_t
  GetColor(std::size_t pixel) const
  {
    const unsigned char * const at = m_Pixels + pixel * m_Components;
    return static_cast<std::uint32_t>(at[0] << 16 | at[1] << 8 | at[2]);
  }

  const unsigned char *                 m_Pixels;
  std::size_t                           m_Components;
  std::map<std::uint32_t, std::int64_t> m_Numbers;
};

/** \throws ExceptionObject that names the file, unless it holds labels */
void
VerifyHoldsLabels(const VerifiedImageIO & io, bool areColors)
{
  const auto refuse = [&io](const std::string & sentence)
  { itkGenericExceptionMacro(<< io.GetFileName() << ": " << sentence); };
  if (io.GetInformation().IsLossy)
  {
    refuse("labels must be stored as they are, but it is compressed by " + io.GetInformation().Compression +
           ", which changes pixels.");
  }
  const unsigned int components = io.GetNumberOfComponents();
  if (areColors && (io.GetComponentType() != IOComponentEnum::UCHAR || components != 3))
  {
    refuse("labels that are colors must have 3 components of 8 bits, but have " + std::to_string(components) + " of " +
           std::to_string(8 * io.GetComponentSize()) + '.');
  }
  if (!areColors && components != 1 && !HasSegmentationLayers(io))
  {
    const bool isRgb = components == 3 && io.GetPixelType() == IOPixelEnum::RGB;
    refuse("labels must have 1 component, but have " + std::to_string(components) +
           (isRgb ? ", red, green and blue." : "."));
  }
}

/** All pixels as they are stored. */
std::vector<char>
ReadAll(VerifiedImageIO & io)
{
  ImageIORegion region(io.GetNumberOfDimensions());
  for (unsigned int axis = 0; axis < io.GetNumberOfDimensions(); ++axis)
  {
    region.SetSize(axis, io.GetDimensions(axis));
  }
  io.SetIORegion(region);
  std::vector<char> pixels(io.GetImageSizeInBytes());
  io.Read(pixels.data());
  return pixels;
}
} // namespace

template <unsigned int VDimension>
LabelImageReader<VDimension>::LabelImageReader() = default;

template <unsigned int VDimension>
LabelImageReader<VDimension>::~LabelImageReader() = default;

template <unsigned int VDimension>
void
LabelImageReader<VDimension>::GenerateOutputInformation()
{
  auto header = VerifiedImageReader<Image<float, VDimension>>::New();
  m_IO = header->GetVerifiedIO();
  m_IO->SetReadsLabels(true);
  header->SetFileName(m_FileName);
  header->UpdateOutputInformation();
  m_HasColors = m_ColorsAreLabels && m_IO->GetNumberOfComponents() > 1 && !HasSegmentationLayers(*m_IO);
  VerifyHoldsLabels(*m_IO, m_HasColors);
  this->GetOutput()->CopyInformation(header->GetOutput());
  this->GetOutput()->SetMetaDataDictionary(header->GetOutput()->GetMetaDataDictionary());
  m_Information = m_IO->GetInformation();
}

template <unsigned int VDimension>
void
LabelImageReader<VDimension>::EnlargeOutputRequestedRegion(DataObject * output)
{
  Superclass::EnlargeOutputRequestedRegion(output);
  output->SetRequestedRegionToLargestPossibleRegion();
}

template <unsigned int VDimension>
void
LabelImageReader<VDimension>::GenerateData()
{
  this->AllocateOutputs();
  auto * const            labels = this->GetOutput()->GetBufferPointer();
  const std::size_t       count = this->GetOutput()->GetLargestPossibleRegion().GetNumberOfPixels();
  const unsigned int      components = m_IO->GetNumberOfComponents();
  const std::vector<char> pixels = ReadAll(*m_IO);
  m_Information = m_IO->GetInformation();
  m_Names.clear();
  if (m_HasColors)
  {
    const ColorNumbers numbers(reinterpret_cast<const unsigned char *>(pixels.data()), components, count);
    for (std::size_t i = 0; i < count; ++i)
    {
      labels[i] = numbers.Get(i);
    }
    return;
  }
  try
  {
    std::vector<std::int64_t> layers(components > 1 ? count * components : 0);
    auto * const              target = components > 1 ? layers.data() : labels;
    CallWithComponentType(
      m_IO->GetComponentType(),
      [&](const auto * type)
      {
        const auto * const numbers = reinterpret_cast<decltype(type)>(static_cast<const void *>(pixels.data()));
        std::transform(numbers, numbers + count * components, target, [](auto number) { return ToLabel(number); });
      });
    m_Names = MergeSegmentationLayers(*m_IO, target, components, count, labels);
  }
  catch (const ExceptionObject & error)
  {
    itkExceptionMacro(<< m_FileName << ": " << ErrorSentence(error));
  }
}

template <unsigned int VDimension>
void
LabelImageReader<VDimension>::PrintSelf(std::ostream & os, Indent indent) const
{
  Superclass::PrintSelf(os, indent);
  os << indent << "FileName: " << m_FileName << std::endl;
  os << indent << "ColorsAreLabels: " << (m_ColorsAreLabels ? "yes" : "no") << std::endl;
  for (const auto & [label, name] : m_Names)
  {
    os << indent << "Label " << label << ": " << name << std::endl;
  }
}

template class LabelImageReader<2>;
template class LabelImageReader<3>;

unsigned int
GetLabelFileDimension(const std::string & fileName, bool colorsAreLabels)
{
  auto io = VerifiedImageIO::New();
  io->SetReadsLabels(true);
  io->SetFileName(fileName);
  io->ReadImageInformation();
  VerifyHoldsLabels(*io, colorsAreLabels && io->GetNumberOfComponents() > 1 && !HasSegmentationLayers(*io));
  return GetImageFileDimension(*io);
}
} // namespace itk
