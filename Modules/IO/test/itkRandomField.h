// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkRandomField_h
#define itkRandomField_h

#include "itkVectorImage.h"
#include <cmath>
#include <random>

namespace itk
{
namespace Test
{
using FieldType = VectorImage<float, 2>;

inline FieldType::Pointer
MakeField(SizeValueType width, SizeValueType height, unsigned int components = 1)
{
  auto field = FieldType::New();
  field->SetNumberOfComponentsPerPixel(components);
  field->SetRegions(Size<2>{ { width, height } });
  field->Allocate(true);
  return field;
}

/** Bright blobs on a dark background with noise: whole numbers in [0, 255]. */
inline FieldType::Pointer
MakeRandomField(unsigned int seed, SizeValueType width, SizeValueType height, float noise = 2)
{
  std::mt19937                          random(seed);
  std::uniform_real_distribution<float> unit(0, 1);
  auto                                  field = MakeField(width, height);
  float * const                         pixels = field->GetBufferPointer();
  for (std::size_t blob = 0; blob < width * height / 400; ++blob)
  {
    const float x = unit(random) * static_cast<float>(width);
    const float y = unit(random) * static_cast<float>(height);
    const float radius = 4 + 8 * unit(random);
    const float peak = 20 + 80 * unit(random);
    for (std::size_t i = 0; i < width * height; ++i)
    {
      const float dx = static_cast<float>(i % width) - x;
      const float dy = static_cast<float>(i / width) - y;
      pixels[i] += peak * std::exp(-(dx * dx + dy * dy) / (2 * radius * radius));
    }
  }
  for (std::size_t i = 0; i < width * height; ++i)
  {
    pixels[i] = std::round(std::min(255.0f, 10 + pixels[i] + noise * unit(random)));
  }
  return field;
}

/** Also beyond the field, where the tile is 0. */
inline FieldType::Pointer
CutTile(const FieldType * field, IndexValueType x, IndexValueType y, SizeValueType width, SizeValueType height)
{
  const unsigned int components = field->GetNumberOfComponentsPerPixel();
  auto               tile = MakeField(width, height, components);
  for (std::size_t i = 0; i < width * height; ++i)
  {
    const Index<2> index{ { x + static_cast<IndexValueType>(i % width), y + static_cast<IndexValueType>(i / width) } };
    if (field->GetBufferedRegion().IsInside(index))
    {
      const auto pixel = field->GetPixel(index);
      std::copy(pixel.GetDataPointer(), pixel.GetDataPointer() + components, tile->GetBufferPointer() + i * components);
    }
  }
  return tile;
}

/** \param function of x and y */
template <typename TFunction>
FieldType::Pointer
MakeFieldOf(SizeValueType width, SizeValueType height, TFunction && function)
{
  auto field = MakeField(width, height);
  for (std::size_t i = 0; i < width * height; ++i)
  {
    field->GetBufferPointer()[i] = static_cast<float>(function(i % width, i / width));
  }
  return field;
}
} // namespace Test
} // namespace itk

#endif
