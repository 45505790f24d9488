// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkBipartiteMatching.h"
#include <algorithm>
#include <limits>
#include <queue>
#include <utility>

namespace itk
{
namespace
{
constexpr double Infinity = std::numeric_limits<double>::infinity();

/** Costs are largest weight − weight; a left node may stay alone at the cost of the largest weight, which weighs 0. */
class WeightMatcher
{
public:
  explicit WeightMatcher(const BipartiteGraph & graph)
    : m_Graph(graph)
    , m_RightOfLeft(graph.EdgesOfLeft.size(), NoMatch)
    , m_LeftOfRight(graph.NumberOfRightNodes, NoMatch)
    , m_RightPotential(graph.NumberOfRightNodes, 0.0)
    , m_Distance(graph.NumberOfRightNodes, Infinity)
    , m_Previous(graph.NumberOfRightNodes, NoMatch)
    , m_IsDone(graph.NumberOfRightNodes, false)
  {
    for (const auto & edges : graph.EdgesOfLeft)
    {
      for (const auto & edge : edges)
      {
        m_Largest = std::max(m_Largest, edge.Weight);
      }
    }
  }

  std::vector<std::uint32_t>
  Match()
  {
    for (std::uint32_t left = 0; left < m_RightOfLeft.size(); ++left)
    {
      this->Augment(left);
    }
    return m_RightOfLeft;
  }

private:
  using QueueEntry = std::pair<double, std::uint32_t>; // distance, right node

  double
  CostOfMatch(std::uint32_t left) const
  {
    for (const auto & edge : m_Graph.EdgesOfLeft[left])
    {
      if (edge.Right == m_RightOfLeft[left])
      {
        return m_Largest - edge.Weight;
      }
    }
    return m_Largest;
  }

  /** Dijkstra from a left node to the nearest free right node, or to the nearest left node that had better be alone. */
  void
  Augment(std::uint32_t start)
  {
    std::priority_queue<QueueEntry, std::vector<QueueEntry>, std::greater<QueueEntry>> queue;
    std::vector<std::uint32_t>                                                         touched;
    std::vector<std::uint32_t>                                                         done;
    double        best = Infinity; // of ending with a left node alone, or with a free right node
    std::uint32_t bestLeft = NoMatch;
    std::uint32_t bestRight = NoMatch;
    std::uint32_t left = start;
    double        reached = 0.0;
    double        leftPotential = 0.0;
    while (true)
    {
      if (reached + m_Largest - leftPotential < best)
      {
        best = reached + m_Largest - leftPotential;
        bestLeft = left;
        bestRight = NoMatch;
      }
      this->Relax(left, reached - leftPotential, queue, touched);
      while (!queue.empty() && m_IsDone[queue.top().second])
      {
        queue.pop();
      }
      if (queue.empty() || queue.top().first >= best)
      {
        break;
      }
      const auto [distance, right] = queue.top();
      queue.pop();
      m_IsDone[right] = true;
      done.push_back(right);
      if (m_LeftOfRight[right] == NoMatch)
      {
        best = distance;
        bestRight = right;
        break;
      }
      left = m_LeftOfRight[right];
      reached = distance;
      leftPotential = this->CostOfMatch(left) - m_RightPotential[right];
    }
    for (const auto right : done)
    {
      m_RightPotential[right] += m_Distance[right] - best;
    }
    this->Exchange(start, bestLeft, bestRight);
    for (const auto right : touched)
    {
      m_Distance[right] = Infinity;
      m_IsDone[right] = false;
    }
  }

  template <typename TQueue>
  void
  Relax(std::uint32_t left, double offset, TQueue & queue, std::vector<std::uint32_t> & touched)
  {
    for (const auto & edge : m_Graph.EdgesOfLeft[left])
    {
      const double distance = offset + m_Largest - edge.Weight - m_RightPotential[edge.Right];
      if (!m_IsDone[edge.Right] && distance < m_Distance[edge.Right])
      {
        if (m_Distance[edge.Right] == Infinity)
        {
          touched.push_back(edge.Right);
        }
        m_Distance[edge.Right] = distance;
        m_Previous[edge.Right] = left;
        queue.push({ distance, edge.Right });
      }
    }
  }

  void
  Exchange(std::uint32_t start, std::uint32_t lastLeft, std::uint32_t lastRight)
  {
    if (lastRight == NoMatch)
    {
      lastRight = m_RightOfLeft[lastLeft];
      m_RightOfLeft[lastLeft] = NoMatch;
      if (lastLeft == start)
      {
        return;
      }
    }
    for (std::uint32_t right = lastRight, left = NoMatch; left != start;)
    {
      left = m_Previous[right];
      m_LeftOfRight[right] = left;
      std::swap(right, m_RightOfLeft[left]);
    }
  }

  const BipartiteGraph &     m_Graph;
  std::vector<std::uint32_t> m_RightOfLeft;
  std::vector<std::uint32_t> m_LeftOfRight;
  std::vector<double>        m_RightPotential;
  std::vector<double>        m_Distance;
  std::vector<std::uint32_t> m_Previous;
  std::vector<bool>          m_IsDone;
  double                     m_Largest{ 0.0 };
};

/** Phases of breadth-first layers and depth-first augmentation along them, without recursion. */
class CardinalityMatcher
{
public:
  CardinalityMatcher(const std::vector<std::vector<std::uint32_t>> & rightOfLeft, std::uint32_t numberOfRightNodes)
    : m_Edges(rightOfLeft)
    , m_RightOfLeft(rightOfLeft.size(), NoMatch)
    , m_LeftOfRight(numberOfRightNodes, NoMatch)
  {}

  std::vector<std::uint32_t>
  Match()
  {
    while (this->MakeLayers())
    {
      m_NextEdge.assign(m_Edges.size(), 0);
      for (std::uint32_t left = 0; left < m_Edges.size(); ++left)
      {
        if (m_RightOfLeft[left] == NoMatch)
        {
          this->Augment(left);
        }
      }
    }
    return m_RightOfLeft;
  }

private:
  bool
  MakeLayers()
  {
    m_Layer.assign(m_Edges.size(), NoMatch);
    std::vector<std::uint32_t> queue;
    for (std::uint32_t left = 0; left < m_Edges.size(); ++left)
    {
      if (m_RightOfLeft[left] == NoMatch)
      {
        m_Layer[left] = 0;
        queue.push_back(left);
      }
    }
    bool isFreeNodeFound = false;
    for (std::size_t i = 0; i < queue.size(); ++i)
    {
      for (const auto right : m_Edges[queue[i]])
      {
        const auto next = m_LeftOfRight[right];
        isFreeNodeFound = isFreeNodeFound || next == NoMatch;
        if (next != NoMatch && m_Layer[next] == NoMatch)
        {
          m_Layer[next] = m_Layer[queue[i]] + 1;
          queue.push_back(next);
        }
      }
    }
    return isFreeNodeFound;
  }

  void
  Augment(std::uint32_t start)
  {
    std::vector<std::uint32_t> path{ start };
    while (!path.empty())
    {
      const std::uint32_t left = path.back();
      if (m_NextEdge[left] == m_Edges[left].size())
      {
        path.pop_back();
        continue;
      }
      const auto right = m_Edges[left][m_NextEdge[left]++];
      const auto next = m_LeftOfRight[right];
      if (next == NoMatch)
      {
        for (const auto node : path)
        {
          m_RightOfLeft[node] = m_Edges[node][m_NextEdge[node] - 1];
          m_LeftOfRight[m_RightOfLeft[node]] = node;
        }
        return;
      }
      if (m_Layer[next] == m_Layer[left] + 1)
      {
        path.push_back(next);
      }
    }
  }

  const std::vector<std::vector<std::uint32_t>> & m_Edges;
  std::vector<std::uint32_t>                      m_RightOfLeft;
  std::vector<std::uint32_t>                      m_LeftOfRight;
  std::vector<std::uint32_t>                      m_Layer;
  std::vector<std::size_t>                        m_NextEdge;
};
} // namespace

std::vector<std::uint32_t>
FindMaximumWeightMatching(const BipartiteGraph & graph)
{
  return WeightMatcher(graph).Match();
}

std::vector<std::uint32_t>
FindMaximumCardinalityMatching(const std::vector<std::vector<std::uint32_t>> & rightOfLeft,
                               std::uint32_t                                   numberOfRightNodes)
{
  return CardinalityMatcher(rightOfLeft, numberOfRightNodes).Match();
}
} // namespace itk
