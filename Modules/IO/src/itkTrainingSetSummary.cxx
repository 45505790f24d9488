// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTrainingSetSummary.h"
#include <algorithm>
#include <set>
#include <sstream>

namespace itk
{
namespace
{
std::string
CountImages(std::size_t count)
{
  return std::to_string(count) + (count == 1 ? " image" : " images");
}

using Severity = TrainingSetSeverity;

constexpr std::int64_t largestClass = 9;
/** Of the foreground that is brighter than the background, for dark and for bright objects. */
constexpr double darkShare = 0.4;
constexpr double brightShare = 0.6;

std::string
PrintPercent(std::uint64_t part, std::uint64_t whole)
{
  char text[32];
  std::snprintf(
    text, sizeof(text), "%.3g %%", whole == 0 ? 0.0 : 100 * static_cast<double>(part) / static_cast<double>(whole));
  return text;
}

template <typename TNumber>
std::string
PrintNumbers(const std::vector<TNumber> & numbers)
{
  std::ostringstream text;
  for (std::size_t i = 0; i < numbers.size(); ++i)
  {
    text << (i == 0 ? "" : " x ") << numbers[i];
  }
  return text.str();
}

bool
HasLabels(const TrainingPairContent & content)
{
  return content.LabelProblem.empty() && !content.Parts.empty();
}

LabelMeaning
GuessMeaning(const std::vector<TrainingPairContent> & contents)
{
  std::set<std::int64_t> labels;
  std::size_t            images = 0;
  for (const auto & content : contents)
  {
    images += HasLabels(content) ? 1 : 0;
    for (const auto & [label, parts] : content.Parts)
    {
      labels.insert(label);
      if (labels.size() > largestClass)
      {
        return LabelMeaning::Objects;
      }
    }
  }
  if (labels.size() <= 1)
  {
    return images > 1 ? LabelMeaning::Foreground : LabelMeaning::Objects;
  }
  const std::int64_t largest = *labels.rbegin();
  std::size_t        withLargest = 0;
  std::size_t        inParts = 0;
  for (const auto & content : contents)
  {
    withLargest += content.Parts.count(largest);
    inParts +=
      std::any_of(content.Parts.begin(), content.Parts.end(), [](const auto & label) { return label.second.Parts > 1; })
        ? 1
        : 0;
  }
  const bool areClasses = 2 * withLargest > images || 2 * inParts > images;
  return largest <= largestClass && areClasses ? LabelMeaning::Classes : LabelMeaning::Objects;
}

/** Sizes or spacings of an image's axes as training takes them: by the axes of the world that they lie along.
 * \param orientation such as "ASR"; of images without one, as they are */
template <typename TNumber>
std::vector<TNumber>
OrderByWorldAxes(const std::vector<TNumber> & numbers, const std::string & orientation)
{
  const std::string    letters = "RLAPIS";
  std::vector<TNumber> ordered = numbers;
  for (std::size_t axis = 0; axis < std::min(numbers.size(), orientation.size()); ++axis)
  {
    ordered.at(letters.find(orientation[axis]) / 2) = numbers[axis];
  }
  return ordered;
}

/** Values of one property, and the pairs that have each. */
using Values = std::map<std::string, std::vector<std::size_t>>;

struct Property
{
  std::string Name;
  /** What stands before and after its value in a sentence. */
  std::string  Before;
  std::string  After;
  const char * Kind{ nullptr };
  Severity     Seriousness{ Severity::Warning };
};

/** Adds a property to the summary, and a problem for each value but the most frequent one. */
void
Compare(const Property &                  property,
        const Values &                    values,
        TrainingSetSummary &              summary,
        std::vector<TrainingSetProblem> & problems)
{
  if (values.empty())
  {
    return;
  }
  std::vector<std::pair<std::string, std::size_t>> counts;
  for (const auto & [value, pairs] : values)
  {
    counts.emplace_back(value, pairs.size());
  }
  std::stable_sort(counts.begin(), counts.end(), [](const auto & a, const auto & b) { return a.second > b.second; });
  const auto print = [](const std::string & value) { return value.empty() ? std::string("none") : value; };
  for (std::size_t i = 1; i < counts.size(); ++i)
  {
    const auto &       pairs = values.at(counts[i].first);
    std::ostringstream sentence;
    sentence << pairs.size() << (pairs.size() == 1 ? " image has " : " images have ") << property.Before
             << print(counts[i].first) << property.After << ", " << counts[0].second
             << (counts[0].second == 1 ? " has " : " have ") << print(counts[0].first) << '.';
    problems.push_back({ property.Seriousness, property.Kind, pairs, sentence.str(), false });
  }
  for (auto & count : counts)
  {
    count.first = print(count.first);
  }
  summary.Properties.emplace_back(property.Name, counts);
}

void
CompareImages(const std::vector<TrainingPairContent> & contents,
              TrainingSetSummary &                     summary,
              std::vector<TrainingSetProblem> &        problems)
{
  Values dimensions;
  Values sizes;
  Values components;
  Values types;
  Values spacings;
  Values orientations;
  for (std::size_t i = 0; i < contents.size(); ++i)
  {
    const auto & content = contents[i];
    if (content.ImageProblem.empty())
    {
      dimensions[std::to_string(content.Dimension)].push_back(i);
      sizes[PrintNumbers(OrderByWorldAxes(content.Size, content.Orientation))].push_back(i);
      components[std::to_string(content.Components)].push_back(i);
      types[content.ComponentType].push_back(i);
      spacings[PrintNumbers(OrderByWorldAxes(content.Spacing, content.Orientation)) +
               (content.Spacing.empty() ? "" : " mm")]
        .push_back(i);
      if (content.Dimension == 3)
      {
        orientations[content.Orientation].push_back(i);
      }
    }
  }
  Compare({ "Dimension", "the dimension ", "", "dimension", Severity::Error }, dimensions, summary, problems);
  std::vector<TrainingSetProblem> ofSizes;
  Compare({ "Size", "the size ", "", "size", Severity::Note }, sizes, summary, ofSizes);
  // Where sizes vary, none of them is odd.
  const auto isMost = [&](const auto & size) { return 2 * size.second.size() > contents.size(); };
  if (std::any_of(sizes.begin(), sizes.end(), isMost))
  {
    problems.insert(problems.end(), ofSizes.begin(), ofSizes.end());
  }
  Compare({ "Components", "", " components", "components", Severity::Warning }, components, summary, problems);
  Compare(
    { "ComponentType", "the component type ", "", "component-type", Severity::Warning }, types, summary, problems);
  Compare({ "Spacing", "the spacing ", "", "spacing", Severity::Warning }, spacings, summary, problems);
  Compare({ "Orientation", "the orientation ", "", "orientation", Severity::Note }, orientations, summary, problems);
}

void
ComparePolarity(const std::vector<TrainingPairContent> & contents,
                TrainingSetSummary &                     summary,
                std::vector<TrainingSetProblem> &        problems)
{
  std::vector<std::size_t> bright;
  std::vector<std::size_t> dark;
  std::vector<std::size_t> unclear;
  for (std::size_t i = 0; i < contents.size(); ++i)
  {
    const double share = contents[i].BrightShare;
    if (share >= 0)
    {
      (share >= brightShare ? bright : share <= darkShare ? dark : unclear).push_back(i);
    }
  }
  summary.Bright = bright.size();
  summary.Dark = dark.size();
  summary.Unclear = unclear.size();
  if (summary.Meaning != LabelMeaning::Classes && !bright.empty() && !dark.empty())
  {
    const bool         areDarkFewer = dark.size() <= bright.size();
    std::ostringstream sentence;
    sentence << "The foreground of " << (areDarkFewer ? dark : bright).size() << " images is "
             << (areDarkFewer ? "darker" : "brighter") << " than their background, that of "
             << (areDarkFewer ? bright : dark).size() << ' ' << (areDarkFewer ? "brighter" : "darker") << '.';
    problems.push_back({ Severity::Note, "polarity", areDarkFewer ? dark : bright, sentence.str(), false });
  }
}

void
FindMissingClasses(const std::vector<ImageLabelPair> & pairs,
                   const TrainingSetSummary &          summary,
                   std::vector<TrainingSetProblem> &   problems)
{
  for (const auto & [label, pixels] : summary.All.PixelsOfClass)
  {
    for (const auto & [fold, shares] : summary.Folds)
    {
      if (shares.PixelsOfClass.count(label) == 0)
      {
        std::ostringstream sentence;
        sentence << "No label image of fold " << fold << " has class " << label << ", which others have.";
        const auto first =
          std::find_if(pairs.begin(), pairs.end(), [fold = fold](const auto & pair) { return pair.Fold == fold; });
        problems.push_back(
          { Severity::Warning, "missing-class", { static_cast<std::size_t>(first - pairs.begin()) }, sentence.str() });
      }
    }
  }
}
} // namespace

TrainingSetSummary
SummarizeTrainingSet(const std::vector<ImageLabelPair> &      pairs,
                     const std::vector<TrainingPairContent> & contents,
                     std::optional<LabelMeaning>              meaning,
                     std::vector<TrainingSetProblem> &        problems)
{
  TrainingSetSummary summary;
  summary.Meaning = meaning.value_or(GuessMeaning(contents));
  std::vector<std::size_t> labels;
  for (std::size_t i = 0; i < pairs.size(); ++i)
  {
    const auto & content = contents[i];
    for (auto * const shares : { &summary.All, &summary.Folds[pairs[i].Fold] })
    {
      ++shares->Pairs;
      if (!content.LabelProblem.empty() || !content.ImageProblem.empty())
      {
        continue;
      }
      shares->Pixels += content.Pixels;
      shares->Foreground += content.Foreground;
      shares->Labels += content.Parts.size();
      for (const auto & [label, parts] : content.Parts)
      {
        if (summary.Meaning == LabelMeaning::Classes)
        {
          shares->PixelsOfClass[label] += parts.Pixels;
        }
      }
    }
    if (content.LabelProblem.empty())
    {
      labels.push_back(content.Parts.size());
    }
  }
  if (!labels.empty())
  {
    std::sort(labels.begin(), labels.end());
    summary.FewestLabels = labels.front();
    summary.MedianLabels = labels[labels.size() / 2];
    summary.MostLabels = labels.back();
  }
  CompareImages(contents, summary, problems);
  ComparePolarity(contents, summary, problems);
  FindMissingClasses(pairs, summary, problems);
  return summary;
}

std::string
PrintSummaryLine(const std::string & name, const std::string & value)
{
  constexpr std::size_t width = 16;
  return "  " + name + std::string(width - std::min(width, name.size()), ' ') + value + '\n';
}

std::string
PrintTrainingSetSummary(const TrainingSetSummary & summary, const std::string & file, std::size_t pairs)
{
  constexpr std::size_t mostValues = 6;
  std::ostringstream    text;
  text << file << ": " << pairs << " pairs in " << summary.Folds.size()
       << (summary.Folds.size() == 1 ? " fold" : " folds") << '\n';
  for (const auto & [name, values] : summary.Properties)
  {
    std::string line;
    for (std::size_t i = 0; i < std::min(mostValues, values.size()); ++i)
    {
      line +=
        (i == 0 ? "" : ", ") + values[i].first + (values.size() > 1 ? " (" + CountImages(values[i].second) + ')' : "");
    }
    line += values.size() > mostValues ? " and " + std::to_string(values.size() - mostValues) + " more" : "";
    text << PrintSummaryLine(name, line);
  }
  const bool areObjects = summary.Meaning == LabelMeaning::Objects;
  text << PrintSummaryLine("Labels",
                           GetEnumerationText(summary.Meaning) +
                             (areObjects
                                ? ": " + std::to_string(summary.All.Labels) + ", in an image " +
                                    std::to_string(summary.FewestLabels) + " to " + std::to_string(summary.MostLabels) +
                                    ", median " + std::to_string(summary.MedianLabels)
                                : ""));
  text << PrintSummaryLine("Foreground", PrintPercent(summary.All.Foreground, summary.All.Pixels) + " of the pixels");
  text << PrintSummaryLine("Polarity",
                           "foreground brighter in " + std::to_string(summary.Bright) + " images, darker in " +
                             std::to_string(summary.Dark) + ", neither in " + std::to_string(summary.Unclear));
  for (const auto & [fold, shares] : summary.Folds)
  {
    std::string line = std::to_string(shares.Pairs) + " pairs, ";
    line += areObjects ? std::to_string(shares.Labels) + " objects, " : "";
    line += "foreground " + PrintPercent(shares.Foreground, shares.Pixels);
    for (const auto & [label, pixels] : shares.PixelsOfClass)
    {
      line += ", class " + std::to_string(label) + ' ' + PrintPercent(pixels, shares.Pixels);
    }
    text << PrintSummaryLine("Fold " + std::to_string(fold), line);
  }
  return text.str();
}
} // namespace itk
