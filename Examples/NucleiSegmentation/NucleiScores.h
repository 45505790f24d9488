// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef NucleiScores_h
#define NucleiScores_h

#include "itkCannyComparison.h"
#include "itkSegmentationScoreSet.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

/** \class NucleiScores
 * \brief The scores of several ways to segment the same images, as a table and a file. */
class NucleiScores
{
public:
  static constexpr std::size_t NumberOfTolerances = 3;
  using Numbers = std::array<double, NumberOfTolerances>; // F at 1, 2 and 3 pixels

  /** What is known of one image under one way. */
  struct Score
  {
    itk::SegmentationScores Objects;
    Numbers                 BoundaryF;
    /** Canny's edges are no objects. */
    bool HasObjects{ true };
  };

  /** What is shown of the scores. */
  enum class Extent : std::uint8_t
  {
    /** Overlap, objects and outlines. */
    All,
    /** Overlap alone. */
    Pixels
  };

  /** \param ways their names */
  explicit NucleiScores(std::vector<std::string> ways, Extent extent = Extent::All)
    : m_Ways(std::move(ways))
    , m_Extent(extent)
  {}

  /** \param scores one for each way */
  void
  Add(const std::string & image, std::vector<Score> scores)
  {
    m_Images.push_back({ image, std::move(scores) });
  }

  std::size_t
  GetNumberOfImages() const
  {
    return m_Images.size();
  }

  double
  GetMean(std::size_t way, const std::string & metric) const;

  /** A line for each way: means over images and, with Extent::All, the average precision of all objects together. */
  void
  Print() const;

  /** A line for each image and way. */
  void
  Write(const std::string & fileName) const;

private:
  struct Image
  {
    std::string        Name;
    std::vector<Score> Scores;
  };

  itk::SegmentationScoreSet
  GetSet(std::size_t way) const;

  std::vector<std::string> m_Ways;
  Extent                   m_Extent;
  std::vector<Image>       m_Images;
};

#endif
