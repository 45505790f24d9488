// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkComponentRuns_h
#define itkComponentRuns_h

#include "itkTorchProgress.h"
#include <cstdint>
#include <functional>
#include <vector>

namespace itk
{
/** The connected components of a grid's pixels other than 0, held as runs of its rows.
 *
 * Runs of a row are merged with those of the rows before it by union-find; the first run of a component in raster order
 * is its root, so that numbers follow from the pixels alone and not from how the work was shared out. */
class ComponentRuns
{
public:
  /** Pixels of a row up to the one at End. */
  struct Run
  {
    std::int32_t Begin;
    std::int32_t End;
  };

  /** \param size along x, y, z, …; none is 0 */
  ComponentRuns(std::vector<std::int64_t> size, bool isFullyConnected);

  /** Finds the components.
   * \tparam TPixel unsigned integer
   * \param areLabelsApart only pixels of equal values are connected
   * \param progress called on the calling thread with the fraction done; an exception ends the computation */
  template <typename TPixel>
  void
  Connect(const TPixel * pixels, bool areLabelsApart, const std::function<void(double)> & progress);

  /** Pixels of each component, in raster order of the components' first pixels. */
  const std::vector<std::int64_t> &
  GetSizes() const
  {
    return m_Sizes;
  }

  /** Writes the whole image: `labelOf` each component, counted from 0, and 0 elsewhere. */
  template <typename TLabel>
  void
  Write(const std::vector<TLabel> & labelOf, TLabel * labels) const;

  /** Calls visit(row, run, component) for all runs in raster order. */
  template <typename TVisit>
  void
  ForEachRun(const TVisit & visit) const
  {
    for (std::int64_t row = 0; row < m_Rows; ++row)
    {
      for (std::size_t run = m_FirstRun[row]; run < m_FirstRun[row + 1]; ++run)
      {
        visit(row, m_Runs[run], m_Parents[run]);
      }
    }
  }

private:
  /** A row before another one whose pixels are neighbors of that one's. */
  struct EarlierRow
  {
    std::vector<std::int64_t> Offset; // along y, z, …
    std::int64_t              Rows;
  };

  template <typename TPixel>
  void
  FindRuns(const TPixel * pixels, bool areLabelsApart, const TorchProgress & progress);
  template <typename TMerge>
  void
  MergeRows(std::int64_t begin, std::int64_t end, std::int64_t from, std::int64_t to, const TMerge & merge);
  template <typename TPixel>
  void
  MergeRuns(const TPixel * pixels, bool areLabelsApart, std::int64_t before, std::int64_t row);
  std::uint32_t
  FindRoot(std::uint32_t run);
  void
  Unite(std::uint32_t a, std::uint32_t b);
  void
  NumberComponents();

  std::vector<std::int64_t> m_Size;
  std::int64_t              m_Width;
  std::int64_t              m_Rows;
  std::int32_t              m_Reach; // in x, of a row's pixels into another row
  std::vector<EarlierRow>   m_EarlierRows;
  std::vector<std::int64_t> m_Strips; // first rows, and the end
  std::vector<std::size_t>  m_FirstRun;
  std::vector<Run>          m_Runs;
  /** While components are found an earlier run of the same one, or itself; then the number of its component. */
  std::vector<std::uint32_t> m_Parents;
  std::vector<std::int64_t>  m_Sizes;
};
} // namespace itk

#endif
