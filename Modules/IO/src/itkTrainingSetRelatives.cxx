// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTrainingSetRelatives.h"
#include <algorithm>
#include <map>
#include <numeric>
#include <sstream>

namespace itk
{
namespace
{
using Severity = TrainingSetSeverity;

constexpr const char * sameImage = "same-image";
constexpr const char * turnedImage = "turned-image";
constexpr const char * alike = "alike";
constexpr const char * commonPart = "common-part";
constexpr const char * continuation = "continuation";

/** Of the fine means of images that surely show the same. */
constexpr double certainCorrelation = 0.99;

std::string
PrintExtent(const std::array<std::size_t, 3> & extent)
{
  std::ostringstream text;
  text << extent[0] << " x " << extent[1];
  if (extent[2] > 1)
  {
    text << " x " << extent[2];
  }
  return text.str();
}

std::vector<TrainingSetRelative>
FindRelatives(const std::vector<TrainingPairContent> & contents, std::vector<double> & chanceScores)
{
  std::vector<TrainingSetRelative>      relatives;
  std::vector<const ImageFingerprint *> fingerprints;
  std::vector<const ImageBorders *>     borders;
  for (const auto & content : contents)
  {
    const bool isImage = content.ImageProblem.empty();
    fingerprints.push_back(isImage ? &content.Fingerprint : nullptr);
    borders.push_back(isImage && content.Dimension == 2 ? &content.Borders : nullptr);
  }
  for (const SharedPixels & shared : FindSharedPixels(fingerprints))
  {
    const bool   isCertain = shared.Sharing != SharedPixels::Kind::Alike || shared.Correlation >= certainCorrelation;
    const char * kind = sameImage;
    std::string  sentence = "has the same pixels as";
    switch (shared.Sharing)
    {
      case SharedPixels::Kind::Same:
        break;
      case SharedPixels::Kind::Turned:
        kind = turnedImage;
        sentence = "is, turned or mirrored, the same as";
        break;
      case SharedPixels::Kind::Alike:
        kind = alike;
        sentence = isCertain ? "shows the same as" : "shows nearly the same as";
        break;
      case SharedPixels::Kind::Part:
        kind = commonPart;
        sentence = "has " + PrintExtent(shared.Extent) + " pixels in common with";
        break;
    }
    relatives.push_back({ kind, shared.First, shared.Second, isCertain, shared.Correlation, sentence });
    if (shared.Sharing != SharedPixels::Kind::Part && isCertain)
    {
      borders[shared.Second] = nullptr;
    }
  }
  const auto found = FindImageContinuations(borders);
  chanceScores = found.ChanceScores;
  for (const auto & pair : found.Found)
  {
    relatives.push_back({ continuation,
                          pair.First,
                          pair.Second,
                          pair.IsCertain,
                          pair.Score,
                          std::string(pair.IsCertain ? "goes on" : "seems to go on") +
                            (pair.Axis == 0 ? " at its right in" : " below in") });
  }
  return relatives;
}

/** Groups of numbers that are connected. */
std::vector<std::vector<std::size_t>>
Connect(std::size_t count, const std::vector<TrainingSetRelative> & relatives)
{
  std::vector<std::size_t> firsts(count);
  std::iota(firsts.begin(), firsts.end(), std::size_t{ 0 });
  const auto find = [&firsts](std::size_t i)
  {
    while (firsts[i] != i)
    {
      i = firsts[i] = firsts[firsts[i]];
    }
    return i;
  };
  for (const auto & relative : relatives)
  {
    if (relative.IsCertain)
    {
      const std::size_t a = find(relative.First);
      const std::size_t b = find(relative.Second);
      firsts[std::max(a, b)] = std::min(a, b);
    }
  }
  std::map<std::size_t, std::vector<std::size_t>> members;
  for (std::size_t i = 0; i < count; ++i)
  {
    members[find(i)].push_back(i);
  }
  std::vector<std::vector<std::size_t>> groups;
  for (auto & [first, group] : members)
  {
    if (group.size() > 1)
    {
      groups.push_back(std::move(group));
    }
  }
  return groups;
}
} // namespace

TrainingSetRelatives
FindTrainingSetRelatives(const std::vector<ImageLabelPair> &      pairs,
                         const std::vector<TrainingPairContent> & contents,
                         std::vector<TrainingSetProblem> &        problems)
{
  TrainingSetRelatives result;
  result.All = FindRelatives(contents, result.ChanceScores);
  result.Fields = Connect(pairs.size(), result.All);

  for (const auto & relative : result.All)
  {
    const auto & first = pairs[relative.First];
    const auto & second = pairs[relative.Second];
    const bool   isLeak = first.Fold != second.Fold;
    const bool   isCopy = relative.Kind == sameImage || relative.Kind == turnedImage;
    const bool   hasOtherLabels = relative.Kind == sameImage && contents[relative.First].LabelProblem.empty() &&
                                contents[relative.Second].LabelProblem.empty() &&
                                contents[relative.First].LabelDigest != contents[relative.Second].LabelDigest;
    if (!isLeak && !isCopy)
    {
      continue;
    }
    // A copy is named first; of tiles, the left or upper one.
    const std::size_t      subject = isCopy ? relative.Second : relative.First;
    const std::size_t      object = isCopy ? relative.First : relative.Second;
    const ImageLabelPair & named = pairs[subject];
    const ImageLabelPair & other = pairs[object];
    std::ostringstream     sentence;
    sentence << named.Image << ' ' << relative.Sentence << ' ' << other.Image << " of line " << other.Line
             << (hasOtherLabels ? ", but other labels" : "");
    if (isLeak)
    {
      sentence << "; they are in folds " << named.Fold << " and " << other.Fold;
    }
    sentence << '.';
    problems.push_back({ isLeak && relative.IsCertain ? Severity::Error : Severity::Warning,
                         isLeak           ? "leakage"
                         : hasOtherLabels ? "other-labels"
                                          : "duplicate",
                         { subject, object },
                         sentence.str(),
                         true });
  }
  return result;
}
} // namespace itk
