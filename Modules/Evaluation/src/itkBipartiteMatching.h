// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkBipartiteMatching_h
#define itkBipartiteMatching_h

#include "ITKTorchEvaluationExport.h"
#include <cstdint>
#include <vector>

namespace itk
{
/** A bipartite graph: for each left node its edges. */
struct BipartiteGraph
{
  struct Edge
  {
    std::uint32_t Right;
    double        Weight;
  };

  std::vector<std::vector<Edge>> EdgesOfLeft;
  std::uint32_t                  NumberOfRightNodes{ 0 };
};

constexpr std::uint32_t NoMatch = 0xffffffffu;

/** The right node of each left one, or NoMatch, so that the sum of weights is largest. Weights are not negative.
 * Shortest augmenting paths with potentials: for n left nodes and m edges O(n m log m), in practice near m, as the
 * paths are short. R. Jonker, A. Volgenant, "A shortest augmenting path algorithm for dense and sparse linear
 * assignment problems", Computing 38, 1987. */
ITKTorchEvaluation_EXPORT std::vector<std::uint32_t>
FindMaximumWeightMatching(const BipartiteGraph & graph);

/** The right node of each left one, or NoMatch, so that as many as possible have one; weights are of no account. J.
 * Hopcroft, R. Karp, "An n^5/2 algorithm for maximum matchings in bipartite graphs", SIAM Journal on Computing 2,
 * 1973. */
ITKTorchEvaluation_EXPORT std::vector<std::uint32_t>
FindMaximumCardinalityMatching(const std::vector<std::vector<std::uint32_t>> & rightOfLeft,
                               std::uint32_t                                   numberOfRightNodes);
} // namespace itk

#endif
