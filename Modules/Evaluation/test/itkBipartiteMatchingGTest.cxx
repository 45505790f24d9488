// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkBipartiteMatching.h"
#include "itkTorchRandom.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace
{
/** Tries every way to give left nodes a right one or none. */
double
BestWeight(const itk::BipartiteGraph & graph, std::size_t left, std::vector<bool> & isUsed)
{
  if (left == graph.EdgesOfLeft.size())
  {
    return 0.0;
  }
  double best = BestWeight(graph, left + 1, isUsed);
  for (const auto & edge : graph.EdgesOfLeft[left])
  {
    if (!isUsed[edge.Right])
    {
      isUsed[edge.Right] = true;
      best = std::max(best, edge.Weight + BestWeight(graph, left + 1, isUsed));
      isUsed[edge.Right] = false;
    }
  }
  return best;
}

itk::BipartiteGraph
RandomGraph(itk::TorchRandom & random, bool areWeightsEqual)
{
  itk::BipartiteGraph graph;
  graph.EdgesOfLeft.resize(random.Integer(8));
  graph.NumberOfRightNodes = 1 + random.Integer(7);
  const double density = random.Uniform();
  for (auto & edges : graph.EdgesOfLeft)
  {
    for (std::uint32_t right = 0; right < graph.NumberOfRightNodes; ++right)
    {
      if (random.Uniform() < density)
      {
        // Many equal weights, and some that dwarf the others.
        edges.push_back({ right, areWeightsEqual ? 1.0 : random.Integer(4) / 4.0 + (random.Integer(3) == 0 ? 20 : 0) });
      }
    }
  }
  return graph;
}

/** The sum of the weights of a matching, which must use edges of the graph and each right node once. */
double
WeightOf(const itk::BipartiteGraph & graph, const std::vector<std::uint32_t> & matching)
{
  EXPECT_EQ(matching.size(), graph.EdgesOfLeft.size());
  double                     weight = 0.0;
  std::vector<std::uint32_t> used;
  for (std::size_t left = 0; left < matching.size(); ++left)
  {
    if (matching[left] != itk::NoMatch)
    {
      const auto & edges = graph.EdgesOfLeft[left];
      const auto   edge =
        std::find_if(edges.begin(), edges.end(), [&](const auto & e) { return e.Right == matching[left]; });
      EXPECT_NE(edge, edges.end()) << "no edge between " << left << " and " << matching[left];
      weight += edge == edges.end() ? 0.0 : edge->Weight;
      EXPECT_EQ(std::count(used.begin(), used.end(), matching[left]), 0) << "right node used twice";
      used.push_back(matching[left]);
    }
  }
  return weight;
}

std::vector<std::vector<std::uint32_t>>
WithoutWeights(const itk::BipartiteGraph & graph)
{
  std::vector<std::vector<std::uint32_t>> result;
  for (const auto & edges : graph.EdgesOfLeft)
  {
    result.emplace_back();
    for (const auto & edge : edges)
    {
      result.back().push_back(edge.Right);
    }
  }
  return result;
}
} // namespace

TEST(BipartiteMatching, WeightIsThatOfTheBestOfAllMatchings)
{
  itk::TorchRandom random(1);
  for (int i = 0; i < 3000; ++i)
  {
    const auto        graph = RandomGraph(random, false);
    std::vector<bool> isUsed(graph.NumberOfRightNodes, false);
    EXPECT_NEAR(WeightOf(graph, itk::FindMaximumWeightMatching(graph)), BestWeight(graph, 0, isUsed), 1e-9) << i;
  }
}

TEST(BipartiteMatching, CardinalityIsThatOfTheLargestOfAllMatchings)
{
  itk::TorchRandom random(2);
  for (int i = 0; i < 3000; ++i)
  {
    const auto        graph = RandomGraph(random, true);
    std::vector<bool> isUsed(graph.NumberOfRightNodes, false);
    const auto        matching = itk::FindMaximumCardinalityMatching(WithoutWeights(graph), graph.NumberOfRightNodes);
    EXPECT_EQ(WeightOf(graph, matching), BestWeight(graph, 0, isUsed)) << i;
  }
}

// Node i has i and i + 1, the last one only 0: every earlier choice must be changed, one after the other.
TEST(BipartiteMatching, LongAlternatingPathsAreFollowed)
{
  constexpr std::uint32_t                 count = 20'000;
  std::vector<std::vector<std::uint32_t>> edges;
  for (std::uint32_t i = 0; i + 1 < count; ++i)
  {
    edges.push_back({ i, i + 1 });
  }
  edges.push_back({ 0 });
  const auto matching = itk::FindMaximumCardinalityMatching(edges, count);
  EXPECT_EQ(std::count(matching.begin(), matching.end(), itk::NoMatch), 0);
  EXPECT_EQ(matching.back(), 0u);
}
