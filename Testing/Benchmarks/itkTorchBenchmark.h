// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchBenchmark_h
#define itkTorchBenchmark_h

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

namespace itk
{
namespace Benchmark
{
/** One line of compare.py's table: the seconds of each run, and whether both results were equal. */
struct Row
{
  std::string         Operation;
  std::string         Size;
  std::string         Peer;
  std::vector<double> Ours;
  std::vector<double> Peers;
  bool                IsEqual{ false };
};

inline double
Seconds(const std::function<void()> & body)
{
  const auto start = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/** Runs both once to warm up, then in turns, and changes who is first each time. */
inline void
Alternate(Row & row, int pairs, const std::function<void()> & ours, const std::function<void()> & peer)
{
  ours();
  peer();
  for (int pair = 0; pair < pairs; ++pair)
  {
    if (pair % 2 == 0)
    {
      row.Ours.push_back(Seconds(ours));
      row.Peers.push_back(Seconds(peer));
    }
    else
    {
      row.Peers.push_back(Seconds(peer));
      row.Ours.push_back(Seconds(ours));
    }
  }
}

/** As one line of JSON. Texts hold neither quotes nor backslashes. */
inline void
Write(const Row & row)
{
  const auto list = [](const std::vector<double> & seconds)
  {
    std::string text;
    for (const double value : seconds)
    {
      char number[32];
      std::snprintf(number, sizeof(number), "%.9g", value);
      text += (text.empty() ? "" : ", ") + std::string(number);
    }
    return "[" + text + "]";
  };
  std::cout << R"({"operation": ")" << row.Operation << R"(", "size": ")" << row.Size << R"(", "peer": ")" << row.Peer
            << R"(", "ours": )" << list(row.Ours) << R"(, "peers": )" << list(row.Peers) << R"(, "equal": )"
            << (row.IsEqual ? "true" : "false") << "}" << std::endl;
}

/** The number after `--pairs`, at least 7. */
inline int
GetPairs(int argc, char ** argv)
{
  for (int i = 1; i + 1 < argc; ++i)
  {
    if (std::strcmp(argv[i], "--pairs") == 0)
    {
      return std::max(7, std::atoi(argv[i + 1]));
    }
  }
  return 7;
}
} // namespace Benchmark
} // namespace itk

#endif
