// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkRandomAugmentationRecord.h"
#include "itkMacro.h"
#include <nlohmann/json.hpp>
#include <algorithm>
#include <cmath>

namespace itk
{
NLOHMANN_JSON_SERIALIZE_ENUM(SamplingInterpolation,
                             { { SamplingInterpolation::Nearest, "nearest" },
                               { SamplingInterpolation::Linear, "linear" },
                               { SamplingInterpolation::Cubic, "cubic" } })
NLOHMANN_JSON_SERIALIZE_ENUM(SamplingPaddingMode,
                             { { SamplingPaddingMode::Reflect, "reflect" },
                               { SamplingPaddingMode::Mirror, "mirror" },
                               { SamplingPaddingMode::Edge, "edge" },
                               { SamplingPaddingMode::Constant, "constant" },
                               { SamplingPaddingMode::Wrap, "wrap" } })

namespace
{
using Json = nlohmann::ordered_json;

/** Calls `field(section, name, member)` for every entry of the file, so that reading and writing cannot differ. */
template <typename TRecord, typename TField>
void
VisitFields(TRecord & record, const TField & field)
{
  field("key", "seed", record.Seed);
  field("key", "epoch", record.Epoch);
  field("key", "sample", record.Sample);
  field("grid", "inputSize", record.InputSize);
  field("grid", "outputSize", record.OutputSize);
  field("grid", "components", record.Components);
  field("drawn", "flip", record.Flip);
  field("drawn", "quarterTurns", record.QuarterTurns);
  field("drawn", "rotation", record.Rotation);
  field("drawn", "tilt", record.Tilt);
  field("drawn", "zoom", record.Zoom);
  field("drawn", "shear", record.Shear);
  field("drawn", "shift", record.Translation);
  field("drawn", "cropStart", record.CropStart);
  field("map", "matrix", record.Map.Matrix);
  field("map", "offset", record.Map.Offset);
  field("map", "interpolation", record.Interpolation);
  field("map", "fill", record.PaddingMode);
  field("map", "fillValue", record.PaddingValue);
  field("elastic", "grid", record.ElasticGrid);
  field("elastic", "nodes", record.ElasticNodes);
  field("elastic", "noiseKey", record.ElasticNoiseKey);
  field("elastic", "amplitude", record.ElasticAmplitude);
  field("elastic", "sigma", record.ElasticSigma);
  field("intensity", "low", record.Low);
  field("intensity", "high", record.High);
  field("intensity", "blur", record.Blur);
  field("intensity", "contrast", record.Contrast);
  field("intensity", "gain", record.Gain);
  field("intensity", "offset", record.Offset);
  field("intensity", "gamma", record.Gamma);
  field("intensity", "isInverted", record.IsInverted);
  field("intensity", "noise", record.Noise);
  field("intensity", "poissonPeak", record.PoissonPeak);
  field("intensity", "noiseKey", record.NoiseKey);
  field("intensity", "channelOrder", record.ChannelOrder);
}

[[noreturn]] void
Refuse(const std::string & reason)
{
  itkGenericExceptionMacro("The augmentation record cannot be used: " << reason << '.');
}

void
Require(bool condition, const char * reason)
{
  if (!condition)
  {
    Refuse(reason);
  }
}

/** What Apply() relies on. */
void
Verify(const RandomAugmentationRecord & record)
{
  const std::size_t dimension = record.InputSize.size();
  const auto        areSizes = [](const std::vector<std::int64_t> & sizes)
  { return std::all_of(sizes.begin(), sizes.end(), [](std::int64_t size) { return size >= 1 && size <= (1 << 30); }); };
  const auto areFinite = [](const auto & numbers)
  { return std::all_of(numbers.begin(), numbers.end(), [](double number) { return std::isfinite(number); }); };
  Require(dimension == 2 || dimension == 3, "inputSize must hold 2 or 3 sizes");
  Require(record.OutputSize.size() == dimension, "outputSize must hold as many sizes as inputSize");
  Require(areSizes(record.InputSize) && areSizes(record.OutputSize), "sizes must be in [1, 2^30]");
  Require(record.Components >= 1, "components must be at least 1");
  Require(areFinite(record.Map.Offset) && std::all_of(record.Map.Matrix.begin(), record.Map.Matrix.end(), areFinite),
          "matrix and offset must be finite");
  if (!record.ElasticGrid.empty())
  {
    std::int64_t count = static_cast<std::int64_t>(dimension);
    Require(record.ElasticGrid.size() == dimension && areSizes(record.ElasticGrid),
            "elastic.grid must hold a number of nodes for each axis");
    for (const std::int64_t nodes : record.ElasticGrid)
    {
      count *= nodes <= 4096 ? nodes : 0;
    }
    Require(static_cast<std::int64_t>(record.ElasticNodes.size()) == count && areFinite(record.ElasticNodes),
            "elastic.nodes must hold a displacement for each node of elastic.grid");
  }
  if (!record.ElasticNoiseKey.empty())
  {
    Require(record.ElasticNoiseKey.size() == 2 && record.ElasticAmplitude.size() == dimension &&
              record.ElasticSigma.size() == dimension && areFinite(record.ElasticAmplitude) &&
              areFinite(record.ElasticSigma) &&
              std::all_of(
                record.ElasticSigma.begin(), record.ElasticSigma.end(), [](double s) { return s >= 0 && s <= 1e3; }),
            "elastic.noiseKey must hold 2 numbers, and amplitude and sigma one for each axis");
  }
  const auto isWithin = [](double number, double lower, double upper) { return number >= lower && number <= upper; };
  const auto areWithin = [&isWithin](const auto & numbers, double limit) {
    return std::all_of(numbers.begin(), numbers.end(), [&](double number) { return isWithin(number, -limit, limit); });
  };
  Require(std::all_of(record.Map.Matrix.begin(),
                      record.Map.Matrix.end(),
                      [&](const auto & row) { return areWithin(row, 1e6); }) &&
            areWithin(record.Map.Offset, 1e9),
          "map.matrix must be within 1e6, and map.offset within 1e9");
  Require(areWithin(record.ElasticNodes, 1e9) && areWithin(record.ElasticAmplitude, 1e9),
          "elastic displacements must be within 1e9");
  Require(std::isfinite(record.PaddingValue), "map.fillValue must be finite");
  Require(std::isfinite(record.Low) && std::isfinite(record.High) && record.Low <= record.High,
          "intensity.low must be at most intensity.high");
  Require(isWithin(record.Blur, 0, 100) && isWithin(record.Contrast, 0, 100) && isWithin(record.Gain, 0, 100) &&
            isWithin(record.Offset, -100, 100) && isWithin(record.Noise, 0, 100),
          "blur, contrast, gain and noise must be in [0, 100], and offset in [-100, 100]");
  Require(isWithin(record.Gamma, 0.01, 100) && isWithin(record.PoissonPeak, 0, 1e6),
          "intensity.gamma must be in [0.01, 100], and poissonPeak in [0, 1e6]");
  Require(record.NoiseKey.size() == 2, "intensity.noiseKey must hold 2 numbers");
  std::vector<std::int64_t> order = record.ChannelOrder;
  std::sort(order.begin(), order.end());
  for (std::size_t channel = 0; channel < order.size(); ++channel)
  {
    Require(order.size() == static_cast<std::size_t>(record.Components) &&
              order[channel] == static_cast<std::int64_t>(channel),
            "intensity.channelOrder must hold every component once");
  }
}
} // namespace

std::string
RandomAugmentationRecord::ToJson() const
{
  Json json;
  json["format"] = "ITKTorch augmentation";
  json["version"] = CurrentVersion;
  VisitFields(*this,
              [&json](const char * section, const char * name, const auto & member) { json[section][name] = member; });
  return json.dump(2);
}

RandomAugmentationRecord
RandomAugmentationRecord::FromJson(const std::string & text)
{
  RandomAugmentationRecord record;
  const Json               json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object() || json.value("format", Json()) != "ITKTorch augmentation")
  {
    Refuse("it is not a JSON file that RandomAugmentationImageFilter wrote");
  }
  if (json.value("version", Json()) != CurrentVersion)
  {
    Refuse("its version must be " + std::to_string(CurrentVersion) + ", but is " +
           json.value("version", Json()).dump());
  }
  try
  {
    VisitFields(record,
                [&json](const char * section, const char * name, auto & member)
                {
                  const Json & value = json.at(section).at(name);
                  value.get_to(member);
                  // Unknown names of enumerations and numbers that the type cannot hold are read as others.
                  if (value != Json(member))
                  {
                    Refuse(std::string(section) + '.' + name + " cannot be " + value.dump());
                  }
                });
  }
  catch (const Json::exception & error)
  {
    const std::string what = error.what();
    Refuse(what.substr(what.find("] ") == std::string::npos ? 0 : what.find("] ") + 2));
  }
  Verify(record);
  return record;
}
} // namespace itk
