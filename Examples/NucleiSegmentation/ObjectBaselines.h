// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef ObjectBaselines_h
#define ObjectBaselines_h

#include "NucleiImages.h"
#include "itkSegmentationScoreSet.h"

#include <string>
#include <vector>

/** \class ObjectBaselines
 * \brief The scores of what needs no network: a global threshold, and the truth itself seen through the steps that turn
 * a network's output into objects. */
class ObjectBaselines
{
public:
  struct Row
  {
    std::string               Name;
    itk::SegmentationScoreSet Scores;
  };

  void
  Add(const std::string & name, const Nuclei::ImageType * image, const Nuclei::LabelType * truth);

  /** 1. Otsu's threshold: pixels of its mask, objects of at least 10 pixels.
   * 2. Components of the true mask: what a perfect mask is worth without separation.
   * 3. Components of it without the pixels of an object that touch another one, at a face or a corner.
   * 4. Those as seeds, grown back into the mask. */
  const std::vector<Row> &
  GetRows() const
  {
    return m_Rows;
  }

private:
  std::vector<Row> m_Rows{ { "Otsu threshold, components", {} },
                           { "perfect mask, components", {} },
                           { "touching pixels removed, components", {} },
                           { "the same, regrown into the mask", {} } };
};

#endif
