// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkDicomSliceStack.h"
#include "itkMacro.h"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <sstream>

namespace itk
{
namespace
{
using Vector = std::array<double, 3>;

double
Dot(const Vector & a, const Vector & b)
{
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

Vector
Normalize(const Vector & a)
{
  const double length = std::sqrt(Dot(a, a));
  return { a[0] / length, a[1] / length, a[2] / length };
}

Vector
Cross(const Vector & a, const Vector & b)
{
  return { a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0] };
}

std::string
Print(double millimeters)
{
  std::ostringstream text;
  text.precision(7);
  text << (std::abs(millimeters) < 1e-9 ? 0.0 : millimeters) << " mm";
  return text.str();
}

std::string
At(const DicomSlice & slice)
{
  return slice.Name + " at " + Print(slice.Height);
}

/** Whether pixels and what follows them are the same in both files. */
bool
HoldSamePixels(const DicomSlice & a, const DicomSlice & b)
{
  std::ifstream first(a.File, std::ios::binary);
  std::ifstream second(b.File, std::ios::binary);
  first.seekg(static_cast<std::streamoff>(a.Header.PixelPosition));
  second.seekg(static_cast<std::streamoff>(b.Header.PixelPosition));
  std::vector<char> ofFirst(std::size_t{ 1 } << 16);
  std::vector<char> ofSecond(ofFirst.size());
  do
  {
    first.read(ofFirst.data(), static_cast<std::streamsize>(ofFirst.size()));
    second.read(ofSecond.data(), static_cast<std::streamsize>(ofSecond.size()));
    if (first.gcount() != second.gcount() ||
        std::memcmp(ofFirst.data(), ofSecond.data(), static_cast<std::size_t>(first.gcount())) != 0)
    {
      return false;
    }
  }
  while (first && second);
  return true;
}

Vector
GetPosition(const DicomSlice & slice)
{
  return { slice.Position[0], slice.Position[1], slice.Position[2] };
}
} // namespace

DicomSliceStack::DicomSliceStack(std::vector<DicomSlice> & slices, DicomSeries & series)
  : m_Slices(slices)
  , m_Series(series)
{}

void
DicomSliceStack::Arrange()
{
  this->Orient();
  std::stable_sort(
    m_Slices.begin(), m_Slices.end(), [](const DicomSlice & a, const DicomSlice & b) { return a.Height < b.Height; });
  this->RemoveCopies();
  if (m_Slices.size() > 1)
  {
    this->VerifySteps();
    this->VerifyIsStraight();
  }
}

void
DicomSliceStack::Orient()
{
  const auto unplaced =
    std::find_if(m_Slices.begin(),
                 m_Slices.end(),
                 [](const DicomSlice & slice) { return slice.Position.size() != 3 || slice.Orientation.size() != 6; });
  if (unplaced != m_Slices.end())
  {
    itkGenericExceptionMacro("its slices must state their positions (ImagePositionPatient, ImageOrientationPatient), "
                             "but "
                             << unplaced->Name << " does not.");
  }
  const auto & orientation = m_Slices.front().Orientation;
  const Vector along{ orientation[0], orientation[1], orientation[2] };
  const Vector down{ orientation[3], orientation[4], orientation[5] };
  const Vector normal = Cross(along, down);
  if (!(std::abs(Dot(along, along) - 1) < 0.01 && std::abs(Dot(down, down) - 1) < 0.01 &&
        std::abs(Dot(along, down)) < 0.001))
  {
    itkGenericExceptionMacro("the directions of its rows and columns must be perpendicular vectors of length 1, but "
                             "are not in "
                             << m_Slices.front().Name << '.');
  }
  m_Series.Directions = { Normalize(along), Normalize(down), Normalize(normal) };
  const auto & spacing = m_Slices.front().PixelSpacing;
  m_Series.Spacing = spacing.size() == 2 ? Vector{ spacing[1], spacing[0], 1 } : Vector{ 1, 1, 1 };
  for (DicomSlice & slice : m_Slices)
  {
    slice.Height = Dot(GetPosition(slice), m_Series.Directions[2]);
  }
}

double
DicomSliceStack::GetStep() const
{
  constexpr double    least = 1e-6;
  std::vector<double> steps;
  for (std::size_t i = 1; i < m_Slices.size(); ++i)
  {
    const double step = m_Slices[i].Height - m_Slices[i - 1].Height;
    if (step > least)
    {
      steps.push_back(step);
    }
  }
  if (steps.empty())
  {
    return 0;
  }
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>((steps.size() - 1) / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return *middle;
}

void
DicomSliceStack::RemoveCopies()
{
  constexpr double        onePosition = 0.01;
  const double            tolerance = onePosition * this->GetStep() + 1e-9;
  std::vector<DicomSlice> kept;
  std::size_t             copies = 0;
  std::string             example;
  for (DicomSlice & slice : m_Slices)
  {
    const bool isAtLast = !kept.empty() && slice.Height - kept.back().Height <= tolerance;
    if (!isAtLast)
    {
      kept.push_back(std::move(slice));
      continue;
    }
    const std::string instance = slice.Header.GetText(DicomTag::Instance);
    if (instance.empty() || instance != kept.back().Header.GetText(DicomTag::Instance) ||
        !HoldSamePixels(slice, kept.back()))
    {
      itkGenericExceptionMacro("two of its slices are at one position, such as of several times or echoes: "
                               << kept.back().Name << " and " << At(slice) << '.');
    }
    ++copies;
    example = example.empty() ? slice.Name : example;
  }
  m_Slices = std::move(kept);
  if (copies > 0)
  {
    m_Series.Notes.push_back(copies == 1 ? "A copy of one of its slices is left out: " + example + '.'
                                         : std::to_string(copies) + " copies of its slices are left out, such as " +
                                             example + '.');
  }
}

void
DicomSliceStack::VerifySteps()
{
  // Of the distance of neighbors; positions may be rounded to hundredths of a millimeter.
  constexpr double relative = 0.01;
  constexpr double rounding = 0.01;
  constexpr double largest = 0.05;
  const double     step = this->GetStep();
  const double     tolerance = std::max(relative * step, std::min(rounding, largest * step)) * (1 + 1e-6);
  for (std::size_t i = 1; i < m_Slices.size(); ++i)
  {
    const double found = m_Slices[i].Height - m_Slices[i - 1].Height;
    if (std::abs(found - step) <= tolerance)
    {
      continue;
    }
    const double missing = std::round(found / step) - 1;
    const bool   isGap = missing >= 1 && std::abs(found - (missing + 1) * step) <= 0.1 * step;
    std::string  problem = "its slices must be evenly spaced, but ";
    if (isGap)
    {
      problem = std::to_string(static_cast<long>(missing)) +
                (missing == 1 ? " of its slices is missing" : " of its slices are missing") + " between ";
    }
    itkGenericExceptionMacro(<< problem << At(m_Slices[i - 1]) << " and " << At(m_Slices[i])
                             << (isGap ? ": others are " : " are " + Print(found) + " apart, others ") << Print(step)
                             << (isGap ? " apart." : "."));
  }
  m_Series.Spacing[2] = (m_Slices.back().Height - m_Slices.front().Height) / static_cast<double>(m_Slices.size() - 1);
}

void
DicomSliceStack::VerifyIsStraight()
{
  constexpr double tolerance = 0.5;
  const Vector     first = GetPosition(m_Slices.front());
  m_Series.Origin = first;
  for (const DicomSlice & slice : m_Slices)
  {
    const Vector position = GetPosition(slice);
    const Vector shift{ position[0] - first[0], position[1] - first[1], position[2] - first[2] };
    for (unsigned int axis = 0; axis < 2; ++axis)
    {
      const double aside = std::abs(Dot(shift, m_Series.Directions[axis]));
      if (aside > tolerance * m_Series.Spacing[axis])
      {
        itkGenericExceptionMacro("its slices must lie straight above each other, but "
                                 << slice.Name << " is " << Print(aside) << " beside " << m_Slices.front().Name
                                 << ", as with a tilted gantry.");
      }
    }
  }
}
} // namespace itk
