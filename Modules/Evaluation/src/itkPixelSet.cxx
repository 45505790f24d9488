// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkPixelSet.h"
#include "itkImageTensor.h"
#include "itkLabelPixels.h"
#include "itkMacro.h"
#include "itkTorchTensorAccess.h"
#include <ATen/Parallel.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/ne.h>
#include <algorithm>
#include <numeric>

namespace itk
{
namespace
{
std::int64_t
CountPixels(const std::vector<std::int64_t> & size)
{
  return std::accumulate(size.begin(), size.end(), std::int64_t{ 1 }, std::multiplies<>());
}

std::vector<std::int64_t>
SizeOf(const TorchTensor & image)
{
  const auto shape = image.GetShape();
  if (shape.size() < 3 || shape[0] != 1 || shape[1] != 1 || GetATensor(image).numel() == 0)
  {
    itkGenericExceptionMacro("An image must be of shape (1, 1, …, y, x) with at least 1 pixel, but is of "
                             << GetATensor(image).sizes() << '.');
  }
  return { shape.rbegin(), shape.rend() - 2 };
}

constexpr std::int64_t PixelsOfATask = 1 << 16;

/** Marks the pixels of one row that differ from a neighbor. */
template <typename TLabel>
class RowOutline
{
public:
  RowOutline(const TLabel * labels, const std::vector<std::int64_t> & size, bool isOutsideBackground)
    : m_Labels(labels)
    , m_Size(size)
    , m_IsOutsideBackground(isOutsideBackground)
  {}

  void
  Mark(std::int64_t row, std::uint8_t * marks) const
  {
    const std::int64_t   width = m_Size[0];
    const TLabel * const here = m_Labels + row * width;
    std::fill_n(marks, width, std::uint8_t{ 0 });
    for (std::int64_t x = 1; x < width; ++x)
    {
      marks[x] |= here[x] != here[x - 1];
    }
    for (std::int64_t x = 0; x + 1 < width; ++x)
    {
      marks[x] |= here[x] != here[x + 1];
    }
    marks[0] |= m_IsOutsideBackground;
    marks[width - 1] |= m_IsOutsideBackground;
    std::int64_t stride = 1;
    for (std::size_t axis = 1; axis < m_Size.size(); ++axis)
    {
      const std::int64_t place = row / stride % m_Size[axis];
      this->MarkAgainst(here, place > 0 ? here - stride * width : nullptr, marks);
      this->MarkAgainst(here, place + 1 < m_Size[axis] ? here + stride * width : nullptr, marks);
      stride *= m_Size[axis];
    }
    for (std::int64_t x = 0; x < width; ++x)
    {
      marks[x] &= here[x] != 0;
    }
  }

private:
  void
  MarkAgainst(const TLabel * here, const TLabel * neighbors, std::uint8_t * marks) const
  {
    for (std::int64_t x = 0; x < m_Size[0]; ++x)
    {
      marks[x] |= neighbors == nullptr ? m_IsOutsideBackground : here[x] != neighbors[x];
    }
  }

  const TLabel *                    m_Labels;
  const std::vector<std::int64_t> & m_Size;
  bool                              m_IsOutsideBackground;
};

template <typename TLabel>
void
MarkOutline(const TLabel * labels, bool isOutsideBackground, PixelSet & outline)
{
  const auto &             size = outline.GetSize();
  const RowOutline<TLabel> rows(labels, size, isOutsideBackground);
  const std::int64_t       width = size[0];
  std::uint8_t * const     marks = outline.GetBytes();
  at::parallel_for(0,
                   outline.GetNumberOfImagePixels() / width,
                   std::max<std::int64_t>(1, PixelsOfATask / width),
                   [&](std::int64_t begin, std::int64_t end)
                   {
                     for (std::int64_t row = begin; row < end; ++row)
                     {
                       rows.Mark(row, marks + row * width);
                     }
                   });
}
} // namespace

PixelSet::PixelSet(std::vector<std::int64_t> size)
  : m_Size(std::move(size))
  , m_Bytes(CountPixels(m_Size), 0)
{}

PixelSet
PixelSet::FromMask(const TorchTensor & mask)
try
{
  VerifyImageTensor(mask, "PixelSet::FromMask()", "mask");
  const TorchComponentType type = mask.GetComponentType();
  if (type != TorchComponentType::Float32 && type != TorchComponentType::Float64)
  {
    return FromObjects(mask.To(TorchDevice::CPU()).ToInterleaved(), { ObjectSelection::Kind::AnyLabel, 0 });
  }
  PixelSet         set(SizeOf(mask));
  const at::Tensor isInside = GetATensor(mask).ne(0).contiguous().cpu();
  std::copy_n(static_cast<const std::uint8_t *>(isInside.data_ptr()), isInside.numel(), set.GetBytes());
  return set;
}
catch (...)
{
  TorchExecution::Rethrow("PixelSet::FromMask()");
}

PixelSet
PixelSet::FromObjects(const TorchTensor & labels, const ObjectSelection & objects)
try
{
  VerifyImageTensor(labels, "PixelSet::FromObjects()", "labels");
  PixelSet          set(SizeOf(labels));
  const LabelPixels pixels(labels);
  const bool        isOneLabel = objects.What == ObjectSelection::Kind::OneLabel;
  pixels.Visit(
    [&](const auto * label)
    {
      using LabelType = std::decay_t<decltype(*label)>;
      const auto wanted = static_cast<LabelType>(objects.Label);
      const bool isPossible = pixels.ToLabel(wanted) == objects.Label;
      at::parallel_for(0,
                       set.GetNumberOfImagePixels(),
                       PixelsOfATask,
                       [&](std::int64_t begin, std::int64_t end)
                       {
                         for (std::int64_t i = begin; i < end; ++i)
                         {
                           set.m_Bytes[i] = isOneLabel ? isPossible && label[i] == wanted : label[i] != 0;
                         }
                       });
    });
  return set;
}
catch (...)
{
  TorchExecution::Rethrow("PixelSet::FromObjects()");
}

PixelSet
PixelSet::FromOutline(const TorchTensor & labels, const ObjectSelection & objects, bool isOutsideBackground)
try
{
  VerifyImageTensor(labels, "PixelSet::FromOutline()", "labels");
  PixelSet outline(SizeOf(labels));
  if (objects.What == ObjectSelection::Kind::EachLabel)
  {
    LabelPixels(labels).Visit([&](const auto * label) { MarkOutline(label, isOutsideBackground, outline); });
  }
  else
  {
    MarkOutline(FromObjects(labels, objects).GetBytes(), isOutsideBackground, outline);
  }
  if (!isOutsideBackground && outline.Count() == 0)
  {
    // Without any object this is empty, too.
    return FromOutline(labels, objects, true);
  }
  return outline;
}
catch (...)
{
  TorchExecution::Rethrow("PixelSet::FromOutline()");
}

std::int64_t
PixelSet::Count() const
{
  return std::accumulate(m_Bytes.begin(), m_Bytes.end(), std::int64_t{ 0 });
}
} // namespace itk
