// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkNucleiPhantomImageSource_hxx
#define itkNucleiPhantomImageSource_hxx

#include "itkNucleiPhantomImageSource.h"
#include "itkImageRegionIterator.h"
#include "itkMath.h"
#include "itkTotalProgressReporter.h"
#include <algorithm>
#include <vector>

namespace itk
{
template <typename TImage, typename TLabelImage>
NucleiPhantomImageSource<TImage, TLabelImage>::NucleiPhantomImageSource()
{
  this->DynamicMultiThreadingOn();
  // The reporter counts pixels; the threader would count pieces of work beside it.
  this->ThreaderUpdateProgressOff();
  this->ProcessObject::SetOutput("Labels", TLabelImage::New());
}

template <typename TImage, typename TLabelImage>
DataObject::Pointer
NucleiPhantomImageSource<TImage, TLabelImage>::MakeOutput(const DataObjectIdentifierType & name)
{
  return name == "Labels" ? TLabelImage::New().GetPointer() : Superclass::MakeOutput(name);
}

template <typename TImage, typename TLabelImage>
void
NucleiPhantomImageSource<TImage, TLabelImage>::VerifyPreconditions() const
{
  Superclass::VerifyPreconditions();
  this->VerifyParameters(this->GetNameOfClass());
}

template <typename TImage, typename TLabelImage>
void
NucleiPhantomImageSource<TImage, TLabelImage>::GenerateOutputInformation()
{
  // Not the superclass's, which takes every output for a TImage.
  auto * const       image = this->GetOutput();
  const auto * const reference = this->GetReferenceImage();
  if (this->GetUseReferenceImage() && reference != nullptr)
  {
    image->CopyInformation(reference);
  }
  else
  {
    image->SetLargestPossibleRegion(RegionType(this->GetStartIndex(), this->GetSize()));
    image->SetSpacing(this->GetSpacing());
    image->SetOrigin(this->GetOrigin());
    image->SetDirection(this->GetDirection());
  }
  this->GetLabelOutput()->CopyInformation(image);
}

template <typename TImage, typename TLabelImage>
void
NucleiPhantomImageSource<TImage, TLabelImage>::BeforeThreadedGenerateData()
{
  NucleiPhantom::IndexType size{ { 1, 1, 1 } };
  for (unsigned int axis = 0; axis < ImageDimension; ++axis)
  {
    size[axis] = static_cast<std::int64_t>(this->GetOutput()->GetLargestPossibleRegion().GetSize(axis));
  }
  m_Phantom = std::make_unique<const NucleiPhantom>(m_Parameters, size, ImageDimension);
  constexpr auto most = std::numeric_limits<typename TLabelImage::PixelType>::max();
  if (m_Phantom->GetNumberOfNuclei() > static_cast<std::uint64_t>(most))
  {
    itkExceptionMacro("There are " << m_Phantom->GetNumberOfNuclei()
                                   << " nuclei, but the largest label of the label type is "
                                   << static_cast<std::uint64_t>(most) << '.');
  }
}

template <typename TImage, typename TLabelImage>
void
NucleiPhantomImageSource<TImage, TLabelImage>::DynamicThreadedGenerateData(const RegionType & region)
{
  // Short of 1, where rounding would make ITK's counter of all threads begin at 0 again.
  constexpr float       weight = 0.99f;
  TotalProgressReporter progress(this, this->GetOutput()->GetRequestedRegion().GetNumberOfPixels(), 100, weight);
  // In slabs, which bound the memory.
  constexpr unsigned int  axis = ImageDimension - 1;
  constexpr SizeValueType thickness = ImageDimension == 2 ? 1024 : 64;
  const auto              end = region.GetIndex(axis) + static_cast<IndexValueType>(region.GetSize(axis));
  RegionType              slab = region;
  for (auto start = region.GetIndex(axis); start < end; start += static_cast<IndexValueType>(thickness))
  {
    slab.SetIndex(axis, start);
    slab.SetSize(axis, std::min(thickness, static_cast<SizeValueType>(end - start)));
    this->RenderRegion(slab);
    progress.Completed(slab.GetNumberOfPixels());
  }
}

template <typename TImage, typename TLabelImage>
void
NucleiPhantomImageSource<TImage, TLabelImage>::RenderRegion(const RegionType & region)
{
  using ImagePixelType = typename TImage::PixelType;
  const RegionType         whole = this->GetOutput()->GetLargestPossibleRegion();
  NucleiPhantom::IndexType start{};
  NucleiPhantom::IndexType size{ { 1, 1, 1 } };
  for (unsigned int axis = 0; axis < ImageDimension; ++axis)
  {
    start[axis] = region.GetIndex(axis) - whole.GetIndex(axis);
    size[axis] = static_cast<std::int64_t>(region.GetSize(axis));
  }
  std::vector<float>         pixels(region.GetNumberOfPixels());
  std::vector<std::uint32_t> labels(region.GetNumberOfPixels());
  m_Phantom->Render(start, size, pixels.data(), labels.data());

  ImageRegionIterator<TImage>      pixel(this->GetOutput(), region);
  ImageRegionIterator<TLabelImage> label(this->GetLabelOutput(), region);
  for (std::size_t i = 0; i < pixels.size(); ++i, ++pixel, ++label)
  {
    if constexpr (std::is_integral<ImagePixelType>::value)
    {
      constexpr auto lowest = static_cast<double>(std::numeric_limits<ImagePixelType>::lowest());
      constexpr auto highest = static_cast<double>(std::numeric_limits<ImagePixelType>::max());
      const double   value = std::clamp<double>(pixels[i], lowest, highest);
      pixel.Set(value == highest ? std::numeric_limits<ImagePixelType>::max() : Math::Round<ImagePixelType>(value));
    }
    else
    {
      pixel.Set(static_cast<ImagePixelType>(pixels[i]));
    }
    label.Set(static_cast<typename TLabelImage::PixelType>(labels[i]));
  }
}

template <typename TImage, typename TLabelImage>
void
NucleiPhantomImageSource<TImage, TLabelImage>::AfterThreadedGenerateData()
{
  m_Phantom.reset();
}

template <typename TImage, typename TLabelImage>
void
NucleiPhantomImageSource<TImage, TLabelImage>::PrintSelf(std::ostream & os, Indent indent) const
{
  Superclass::PrintSelf(os, indent);
  this->PrintParameters(os, indent);
}
} // namespace itk

#endif
