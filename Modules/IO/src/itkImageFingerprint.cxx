// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkImageFingerprint.h"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <map>
#include <numeric>
#include <tuple>
#include <unordered_map>

namespace itk
{
namespace
{
constexpr std::size_t   rowLength = 32;
constexpr std::uint64_t oneIn = 256;
constexpr std::size_t   fewestChanges = 8;
constexpr std::size_t   fewestMarks = 4;

/** Steele and others' SplitMix64: every bit of the result depends on every bit of the number. */
std::uint64_t
Mix(std::uint64_t number)
{
  number += 0x9e3779b97f4a7c15;
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
  number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
  return number ^ (number >> 31);
}

std::uint64_t
DigestPixel(const float * pixel, unsigned int components)
{
  const bool    isGray = std::all_of(pixel, pixel + components, [pixel](float value) { return value == *pixel; });
  std::uint64_t digest = 0;
  for (unsigned int component = 0; component < (isGray ? 1 : components); ++component)
  {
    // So that -0 is 0.
    const float   value = pixel[component] + 0.0f;
    std::uint32_t bits = 0;
    std::memcpy(&bits, &value, sizeof(bits));
    digest = Mix(digest ^ (std::uint64_t{ component } << 32 | bits));
  }
  return digest;
}

/** Sums over pixels, so that their order does not matter, of which one each is for a way to turn the image. */
class TurnedDigests
{
public:
  explicit TurnedDigests(const std::array<std::size_t, 3> & size)
    : m_Size(size)
  {}

  void
  Add(std::uint64_t pixel, std::size_t x, std::size_t y, std::size_t z)
  {
    const std::array<std::size_t, 2> xs{ x, m_Size[0] - 1 - x };
    const std::array<std::size_t, 2> ys{ y, m_Size[1] - 1 - y };
    const bool                       isPlane = m_Size[2] == 1;
    for (std::size_t way = 0; way < (isPlane ? 8 : 1); ++way)
    {
      const std::size_t u = xs[way & 1];
      const std::size_t v = ys[way >> 1 & 1];
      m_Sums[way] += Mix(pixel ^ Mix((way & 4) != 0 ? GetPlace(v, u, z) : GetPlace(u, v, z)));
    }
  }

  std::uint64_t
  GetDigest() const
  {
    return Mix(m_Sums[0] ^ GetPlace(m_Size[0], m_Size[1], m_Size[2]));
  }

  std::uint64_t
  GetTurnedDigest() const
  {
    return m_Size[2] == 1 ? *std::min_element(m_Sums.begin(), m_Sums.end()) : this->GetDigest();
  }

private:
  static std::uint64_t
  GetPlace(std::size_t x, std::size_t y, std::size_t z)
  {
    return static_cast<std::uint64_t>(x) | static_cast<std::uint64_t>(y) << 24 | static_cast<std::uint64_t>(z) << 48;
  }

  std::array<std::size_t, 3>   m_Size;
  std::array<std::uint64_t, 8> m_Sums{};
};

/** Slides along a row of the image. */
class RowDigest
{
public:
  RowDigest()
  {
    for (std::size_t i = 0; i < rowLength; ++i)
    {
      m_Highest *= factor;
    }
  }

  void
  Start()
  {
    m_Digest = 0;
    m_Changes = 0;
  }

  /** \param pixels digests of the row's pixels */
  void
  Move(const std::vector<std::uint64_t> & pixels, std::size_t x)
  {
    m_Digest = m_Digest * factor + pixels[x];
    m_Changes += x > 0 && pixels[x] != pixels[x - 1] ? 1 : 0;
    if (x >= rowLength)
    {
      m_Digest -= m_Highest * pixels[x - rowLength];
      m_Changes -= pixels[x - rowLength + 1] != pixels[x - rowLength] ? 1 : 0;
    }
  }

  bool
  HasContent() const
  {
    return m_Changes >= fewestChanges;
  }

  std::uint64_t
  Get() const
  {
    return Mix(m_Digest);
  }

private:
  static constexpr std::uint64_t factor = 0x9ddfea08eb382d69;

  std::uint64_t m_Highest{ 1 };
  std::uint64_t m_Digest{ 0 };
  std::size_t   m_Changes{ 0 };
};

/** Collects the means of an image's parts. */
class PartMeans
{
public:
  PartMeans(const std::array<std::size_t, 3> & size, std::size_t parts)
  {
    std::size_t count = 1;
    for (unsigned int axis = 0; axis < 3; ++axis)
    {
      const std::size_t partsOfAxis = std::min(parts, size[axis]);
      for (std::size_t i = 0; i < size[axis]; ++i)
      {
        m_Places[axis].push_back(i * partsOfAxis / size[axis] * count);
      }
      count *= partsOfAxis;
    }
    m_Sums.resize(count);
    m_Counts.resize(count);
  }

  void
  Add(float value, std::size_t x, std::size_t y, std::size_t z)
  {
    const std::size_t place = m_Places[0][x] + m_Places[1][y] + m_Places[2][z];
    m_Sums[place] += value;
    ++m_Counts[place];
  }

  std::vector<float>
  GetNormalized() const
  {
    std::vector<double> means(m_Sums);
    for (std::size_t i = 0; i < means.size(); ++i)
    {
      means[i] /= std::max<double>(1, m_Counts[i]);
    }
    const double mean = std::accumulate(means.begin(), means.end(), 0.0) / static_cast<double>(means.size());
    double       squares = 0;
    for (double & value : means)
    {
      value -= mean;
      squares += value * value;
    }
    std::vector<float> normalized(means.size());
    std::transform(means.begin(),
                   means.end(),
                   normalized.begin(),
                   [root = std::sqrt(squares)](double value)
                   { return root > 0 ? static_cast<float>(value / root) : 0.0f; });
    return normalized;
  }

private:
  std::array<std::vector<std::size_t>, 3> m_Places;
  std::vector<double>                     m_Sums;
  std::vector<std::uint32_t>              m_Counts;
};

using Offset = std::array<std::int64_t, 3>;

/** \return the part of the first image that the second one covers: index and size along x, y, z */
std::pair<Offset, std::array<std::size_t, 3>>
GetCommonPart(const ImageFingerprint & first, const ImageFingerprint & second, const Offset & offset)
{
  Offset                     index{};
  std::array<std::size_t, 3> size{};
  for (unsigned int axis = 0; axis < 3; ++axis)
  {
    index[axis] = std::max<std::int64_t>(0, offset[axis]);
    const auto end = std::min(static_cast<std::int64_t>(first.Size[axis]),
                              offset[axis] + static_cast<std::int64_t>(second.Size[axis]));
    size[axis] = static_cast<std::size_t>(std::max<std::int64_t>(0, end - index[axis]));
  }
  return { index, size };
}

/** \return how many marks have their whole row in a part of the image */
std::size_t
CountMarks(const ImageFingerprint & image, const Offset & index, const std::array<std::size_t, 3> & size)
{
  const auto isInside = [&](const ImageFingerprint::Mark & mark)
  {
    for (unsigned int axis = 0; axis < 3; ++axis)
    {
      const std::int64_t from = mark.Index[axis] - index[axis];
      const auto         length = static_cast<std::int64_t>(axis == 0 ? rowLength : 1);
      if (from < 0 || from + length > static_cast<std::int64_t>(size[axis]))
      {
        return false;
      }
    }
    return true;
  };
  return static_cast<std::size_t>(std::count_if(image.Marks.begin(), image.Marks.end(), isInside));
}

/** Adds what images share whose digests are equal; each is named with the first one.
 * \param isNamed whether an image is named, as the later of two */
template <typename TGet>
void
FindEqualDigests(const std::vector<const ImageFingerprint *> & images,
                 SharedPixels::Kind                            kind,
                 TGet                                          getDigest,
                 std::vector<bool> &                           isNamed,
                 std::vector<SharedPixels> &                   shared)
{
  std::unordered_map<std::uint64_t, std::size_t> firsts;
  for (std::size_t i = 0; i < images.size(); ++i)
  {
    if (images[i] == nullptr || images[i]->IsFlat || isNamed[i])
    {
      continue;
    }
    const auto [found, isNew] = firsts.try_emplace(getDigest(*images[i]), i);
    if (!isNew)
    {
      shared.push_back({ found->second, i, kind, {}, images[i]->Size, 1 });
      isNamed[i] = true;
    }
  }
}

/** Whether the sizes of two images differ by one factor, within 2 %. */
bool
HaveSameProportions(const ImageFingerprint & a, const ImageFingerprint & b)
{
  constexpr double largest = 1.02;
  double           least = std::numeric_limits<double>::max();
  double           most = 0;
  for (unsigned int axis = 0; axis < 3; ++axis)
  {
    // A plane has no proportion along z.
    if (a.Size[axis] > 1 || b.Size[axis] > 1)
    {
      const double ratio = static_cast<double>(a.Size[axis]) / static_cast<double>(b.Size[axis]);
      least = std::min(least, ratio);
      most = std::max(most, ratio);
    }
  }
  return most <= largest * least;
}

/** The correlation of two images' means without what they have in common with the mean of all other images, such as a
 * shading.
 * \param all sum over `count` images, these two among them */
double
CorrelateApart(const std::vector<float> &  a,
               const std::vector<float> &  b,
               const std::vector<double> & all,
               std::size_t                 count)
{
  constexpr std::size_t fewest = 4;
  std::vector<double>   others(all);
  for (std::size_t i = 0; i < others.size(); ++i)
  {
    others[i] = count < fewest ? 0.0 : others[i] - a[i] - b[i];
  }
  const double square = std::inner_product(others.begin(), others.end(), others.begin(), 0.0);
  const auto   remove = [&](const std::vector<float> & means)
  {
    const double        along = std::inner_product(means.begin(), means.end(), others.begin(), 0.0);
    std::vector<double> rest(means.begin(), means.end());
    for (std::size_t i = 0; i < rest.size() && square > 0; ++i)
    {
      rest[i] -= along / square * others[i];
    }
    return rest;
  };
  const auto   restOfA = remove(a);
  const auto   restOfB = remove(b);
  const double ab = std::inner_product(restOfA.begin(), restOfA.end(), restOfB.begin(), 0.0);
  const double aa = std::inner_product(restOfA.begin(), restOfA.end(), restOfA.begin(), 0.0);
  const double bb = std::inner_product(restOfB.begin(), restOfB.end(), restOfB.begin(), 0.0);
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0.0;
}

/** Adds images that show the same. */
void
FindAlike(const std::vector<const ImageFingerprint *> & images,
          const std::vector<bool> &                     isNamed,
          std::vector<SharedPixels> &                   shared)
{
  constexpr double least = 0.95;
  constexpr double leastOfCoarse = 0.85;
  const auto       correlate = [](const std::vector<float> & a, const std::vector<float> & b)
  { return a.size() == b.size() ? std::inner_product(a.begin(), a.end(), b.begin(), 0.0) : 0.0; };
  struct Sum
  {
    std::vector<double> Means;
    std::size_t         Count{ 0 };
  };
  // By the number of means.
  std::map<std::size_t, Sum> sums;
  std::vector<std::size_t>   all;
  for (std::size_t i = 0; i < images.size(); ++i)
  {
    if (images[i] != nullptr && !images[i]->IsFlat && !isNamed[i])
    {
      const auto & means = images[i]->Fine;
      auto &       sum = sums[means.size()];
      sum.Means.resize(means.size());
      std::transform(means.begin(), means.end(), sum.Means.begin(), sum.Means.begin(), std::plus<>());
      ++sum.Count;
      all.push_back(i);
    }
  }
  std::vector<std::size_t> candidates;
  for (const std::size_t i : all)
  {
    SharedPixels best{ 0, i, SharedPixels::Kind::Alike, {}, images[i]->Size, 0 };
    for (const std::size_t j : candidates)
    {
      if (correlate(images[i]->Coarse, images[j]->Coarse) >= leastOfCoarse &&
          HaveSameProportions(*images[i], *images[j]))
      {
        const auto & fine = images[i]->Fine;
        const bool   isCandidate = correlate(fine, images[j]->Fine) >= least;
        const Sum &  sum = sums[fine.size()];
        const double correlation = isCandidate ? CorrelateApart(fine, images[j]->Fine, sum.Means, sum.Count) : 0.0;
        best.First = correlation > best.Correlation ? j : best.First;
        best.Correlation = std::max(best.Correlation, correlation);
      }
    }
    candidates.push_back(i);
    if (best.Correlation >= least)
    {
      shared.push_back(best);
    }
  }
}

/** Adds what images share that are not the same as a whole. */
void
FindParts(const std::vector<const ImageFingerprint *> & images,
          const std::vector<bool> &                     isNamed,
          std::vector<SharedPixels> &                   shared)
{
  struct Place
  {
    std::uint64_t               Digest;
    std::size_t                 Image;
    std::array<std::int32_t, 3> Index;
  };
  std::vector<Place> places;
  for (std::size_t i = 0; i < images.size(); ++i)
  {
    if (images[i] != nullptr && !images[i]->IsFlat && !isNamed[i])
    {
      for (const auto & mark : images[i]->Marks)
      {
        places.push_back({ mark.Digest, i, mark.Index });
      }
    }
  }
  std::sort(places.begin(),
            places.end(),
            [](const Place & a, const Place & b)
            { return std::tie(a.Digest, a.Image, a.Index) < std::tie(b.Digest, b.Image, b.Index); });

  // What is in many places, such as a frame around all images, tells nothing.
  constexpr std::size_t                                               mostPlaces = 64;
  std::map<std::tuple<std::size_t, std::size_t, Offset>, std::size_t> votes;
  for (std::size_t begin = 0, end = 0; begin < places.size(); begin = end)
  {
    while (end < places.size() && places[end].Digest == places[begin].Digest)
    {
      ++end;
    }
    for (std::size_t i = begin; i < end && end - begin <= mostPlaces; ++i)
    {
      for (std::size_t j = i + 1; j < end; ++j)
      {
        if (places[i].Image != places[j].Image)
        {
          Offset offset{};
          for (unsigned int axis = 0; axis < 3; ++axis)
          {
            offset[axis] = places[i].Index[axis] - places[j].Index[axis];
          }
          ++votes[{ places[i].Image, places[j].Image, offset }];
        }
      }
    }
  }
  std::map<std::pair<std::size_t, std::size_t>, std::pair<std::size_t, Offset>> best;
  for (const auto & [vote, count] : votes)
  {
    const auto & [first, second, offset] = vote;
    auto & pair = best[{ first, second }];
    pair = count > pair.first ? std::pair(count, offset) : pair;
  }
  for (const auto & [pair, vote] : best)
  {
    const auto & [count, offset] = vote;
    const auto & first = *images[pair.first];
    const auto & second = *images[pair.second];
    const auto   common = GetCommonPart(first, second, offset);
    Offset       inSecond{};
    for (unsigned int axis = 0; axis < 3; ++axis)
    {
      inSecond[axis] = common.first[axis] - offset[axis];
    }
    const std::size_t possible =
      std::max(CountMarks(first, common.first, common.second), CountMarks(second, inSecond, common.second));
    if (count >= fewestMarks && 2 * count >= possible)
    {
      shared.push_back({ pair.first, pair.second, SharedPixels::Kind::Part, offset, common.second, 1 });
    }
  }
}
} // namespace

template <unsigned int VDimension>
ImageFingerprint
GetImageFingerprint(const VectorImage<float, VDimension> * image)
{
  ImageFingerprint fingerprint;
  const auto       size = image->GetBufferedRegion().GetSize();
  std::copy(size.begin(), size.end(), fingerprint.Size.begin());
  const unsigned int         components = image->GetNumberOfComponentsPerPixel();
  const float *              pixel = image->GetBufferPointer();
  TurnedDigests              digests(fingerprint.Size);
  RowDigest                  row;
  PartMeans                  coarse(fingerprint.Size, VDimension == 2 ? 8 : 4);
  PartMeans                  fine(fingerprint.Size, VDimension == 2 ? 32 : 10);
  std::vector<std::uint64_t> pixels(fingerprint.Size[0]);
  std::uint64_t              firstPixel = 0;
  for (std::size_t z = 0; z < fingerprint.Size[2]; ++z)
  {
    for (std::size_t y = 0; y < fingerprint.Size[1]; ++y)
    {
      row.Start();
      for (std::size_t x = 0; x < fingerprint.Size[0]; ++x, pixel += components)
      {
        pixels[x] = DigestPixel(pixel, components);
        firstPixel = x + y + z == 0 ? pixels[x] : firstPixel;
        fingerprint.IsFlat = fingerprint.IsFlat && pixels[x] == firstPixel;
        digests.Add(pixels[x], x, y, z);
        const float gray = std::accumulate(pixel, pixel + components, 0.0f) / static_cast<float>(components);
        if (std::isfinite(gray))
        {
          coarse.Add(gray, x, y, z);
          fine.Add(gray, x, y, z);
        }
        row.Move(pixels, x);
        if (x + 1 >= rowLength && row.HasContent() && row.Get() % oneIn == 0)
        {
          fingerprint.Marks.push_back({ row.Get(),
                                        { static_cast<std::int32_t>(x + 1 - rowLength),
                                          static_cast<std::int32_t>(y),
                                          static_cast<std::int32_t>(z) } });
        }
      }
    }
  }
  fingerprint.Digest = digests.GetDigest();
  fingerprint.TurnedDigest = digests.GetTurnedDigest();
  fingerprint.Coarse = coarse.GetNormalized();
  fingerprint.Fine = fine.GetNormalized();
  return fingerprint;
}

template ImageFingerprint
GetImageFingerprint<2>(const VectorImage<float, 2> * image);
template ImageFingerprint
GetImageFingerprint<3>(const VectorImage<float, 3> * image);

std::vector<SharedPixels>
FindSharedPixels(const std::vector<const ImageFingerprint *> & images)
{
  std::vector<SharedPixels> shared;
  std::vector<bool>         isNamed(images.size(), false);
  FindEqualDigests(
    images, SharedPixels::Kind::Same, [](const ImageFingerprint & image) { return image.Digest; }, isNamed, shared);
  FindEqualDigests(
    images,
    SharedPixels::Kind::Turned,
    [](const ImageFingerprint & image) { return image.TurnedDigest; },
    isNamed,
    shared);
  FindParts(images, isNamed, shared);
  FindAlike(images, isNamed, shared);
  return shared;
}
} // namespace itk
