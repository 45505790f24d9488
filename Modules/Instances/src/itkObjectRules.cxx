// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkObjectRules.h"
#include "cpu/itkComponentRuns.h"
#include "itkFloodLevels.h"
#include "itkGridNeighbors.h"
#include "itkHoleSearch.h"
#include "itkObjectNumbers.h"
#include <ATen/Parallel.h>
#include <algorithm>
#include <numeric>
#include <unordered_map>

namespace itk
{
namespace
{
constexpr std::int64_t grain = 50000;

/** The faces between two objects. */
struct Contact
{
  std::int64_t Faces{ 0 };
  std::int64_t Levels{ 0 }; // sum of the higher one on each face
};

/** By both labels, the lesser one in the upper bits. */
using Contacts = std::unordered_map<std::uint64_t, Contact>;

Contacts
FindContacts(const std::vector<std::int64_t> & size, const std::uint32_t * labels, const std::uint16_t * interior)
{
  Contacts           contacts;
  const std::int64_t pixels = NumberOfPixels(size);
  std::int64_t       stride = 1;
  for (const std::int64_t length : size)
  {
    for (std::int64_t pixel = 0; pixel < pixels; ++pixel)
    {
      const std::uint32_t label = labels[pixel];
      if (label == 0 || pixel / stride % length == length - 1)
      {
        continue;
      }
      const std::uint32_t other = labels[pixel + stride];
      if (other != 0 && other != label)
      {
        Contact & contact =
          contacts[(static_cast<std::uint64_t>(std::min(label, other)) << 32) | std::max(label, other)];
        ++contact.Faces;
        contact.Levels += std::max(interior[pixel], interior[pixel + stride]);
      }
    }
    stride *= length;
  }
  return contacts;
}
} // namespace

ObjectRules::ObjectRules(std::vector<std::int64_t> size, std::uint32_t * labels, std::uint32_t count)
  : m_Size(std::move(size))
  , m_Pixels(NumberOfPixels(m_Size))
  , m_Labels(labels)
  , m_Table(static_cast<std::size_t>(count) + 1)
{
  std::iota(m_Table.begin(), m_Table.end(), 0u);
}

void
ObjectRules::Merge(const std::uint16_t * interior, double threshold)
{
  const auto rootOf = [this](std::uint32_t label)
  {
    while (m_Table[label] != label)
    {
      label = m_Table[label];
    }
    return label;
  };
  for (const auto & [labels, contact] : FindContacts(m_Size, m_Labels, interior))
  {
    const double level = static_cast<double>(contact.Levels) / static_cast<double>(contact.Faces);
    if (1.0 - level / highestFloodLevel > threshold)
    {
      const std::uint32_t a = rootOf(static_cast<std::uint32_t>(labels >> 32));
      const std::uint32_t b = rootOf(static_cast<std::uint32_t>(labels));
      m_Table[std::max(a, b)] = std::min(a, b);
    }
  }
  for (std::uint32_t & label : m_Table)
  {
    label = rootOf(label);
  }
}

std::vector<std::int64_t>
ObjectRules::CountPixels() const
{
  std::vector<std::int64_t> counts(m_Table.size(), 0);
  for (std::int64_t pixel = 0; pixel < m_Pixels; ++pixel)
  {
    ++counts[m_Labels[pixel]];
  }
  std::vector<std::int64_t> ofObjects(m_Table.size(), 0);
  for (std::size_t label = 0; label < counts.size(); ++label)
  {
    ofObjects[m_Table[label]] += counts[label];
  }
  return ofObjects;
}

void
ObjectRules::DropSmall(std::uint64_t minimumSize)
{
  const auto sizes = this->CountPixels();
  for (std::uint32_t & label : m_Table)
  {
    label = static_cast<std::uint64_t>(sizes[label]) < minimumSize ? 0 : label;
  }
}

void
ObjectRules::FillHoles(bool isFullyConnected, const std::function<void(double)> & progress)
{
  const auto                objectAt = [this](std::int64_t pixel) { return m_Table[m_Labels[pixel]]; };
  std::vector<std::uint8_t> isBackground(static_cast<std::size_t>(m_Pixels));
  at::parallel_for(0,
                   m_Pixels,
                   grain,
                   [&](std::int64_t begin, std::int64_t end)
                   {
                     for (std::int64_t pixel = begin; pixel < end; ++pixel)
                     {
                       isBackground[static_cast<std::size_t>(pixel)] = objectAt(pixel) == 0;
                     }
                   });
  ComponentRuns background(m_Size, !isFullyConnected);
  background.Connect(isBackground.data(), false, progress);
  const HoleSearch           search(m_Size, !isFullyConnected);
  std::vector<std::uint32_t> found(background.GetSizes().size(), HoleSearch::None);
  background.ForEachRun(
    [&](std::int64_t row, const ComponentRuns::Run & run, std::uint32_t component)
    {
      if (found[component] != HoleSearch::Open)
      {
        search.Add(found[component], row, run, objectAt);
      }
    });
  background.ForEachRun(
    [&](std::int64_t row, const ComponentRuns::Run & run, std::uint32_t component)
    {
      const std::uint32_t object = found[component];
      if (object != HoleSearch::Open && object != HoleSearch::None)
      {
        std::fill(m_Labels + row * m_Size[0] + run.Begin, m_Labels + row * m_Size[0] + run.End, object);
      }
    });
}

std::vector<std::int64_t>
ObjectRules::Write(TorchComponentType labelType, void * numbers) const
{
  std::vector<std::int64_t> sizes;
  std::vector<std::int64_t> numberOf(m_Table.size(), 0);
  for (std::int64_t pixel = 0; pixel < m_Pixels; ++pixel)
  {
    const std::uint32_t object = m_Table[m_Labels[pixel]];
    if (object == 0)
    {
      continue;
    }
    if (numberOf[object] == 0)
    {
      sizes.push_back(0);
      numberOf[object] = static_cast<std::int64_t>(sizes.size());
    }
    ++sizes[static_cast<std::size_t>(numberOf[object]) - 1];
  }
  VerifyLabelType(sizes.size(), labelType);
  VisitUnsignedType(labelType,
                    [&](auto number)
                    {
                      using NumberType = decltype(number);
                      std::vector<NumberType> table;
                      for (const std::uint32_t object : m_Table)
                      {
                        table.push_back(static_cast<NumberType>(numberOf[object]));
                      }
                      auto * const to = static_cast<NumberType *>(numbers);
                      at::parallel_for(0,
                                       m_Pixels,
                                       grain,
                                       [&](std::int64_t begin, std::int64_t end)
                                       {
                                         for (std::int64_t pixel = begin; pixel < end; ++pixel)
                                         {
                                           to[pixel] = table[m_Labels[pixel]];
                                         }
                                       });
                    });
  return sizes;
}
} // namespace itk
