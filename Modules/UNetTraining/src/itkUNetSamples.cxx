// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetSamples.h"
#include "itkUNetModelFits.h"
#include "itkBoundaryWeightMap.h"
#include "itkErrorSentence.h"
#include "itkTorchTensorAccess.h"
#include "itkLabelParts.h"
#include "itkUNetInference.h"
#include "itkVolumeTurn.h"
#include <ATen/ops/cat.h>
#include <ATen/ops/ones_like.h>
#include <algorithm>
#include <cmath>

namespace itk
{
namespace
{
std::size_t
GetNumberOfBytes(const AugmentationImages & images)
{
  return images.Image.GetNumberOfBytes() + images.Label.GetNumberOfBytes() +
         (images.Weight.IsDefined() ? images.Weight.GetNumberOfBytes() : 0);
}

/** \param labels shape (1, 1, …), 64 bits */
template <unsigned int VDimension>
std::string
DescribeOddObjectsOf(const TorchTensor & labels)
{
  const at::Tensor                              pixels = GetATensor(labels).contiguous();
  typename LabelImageType<VDimension>::SizeType size;
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    size[axis] = static_cast<SizeValueType>(pixels.size(-1 - static_cast<std::int64_t>(axis)));
  }
  auto image = LabelImageType<VDimension>::New();
  image->SetRegions(size);
  // Read only.
  image->GetPixelContainer()->SetImportPointer(const_cast<std::int64_t *>(pixels.const_data_ptr<std::int64_t>()),
                                               static_cast<SizeValueType>(pixels.numel()),
                                               false);
  return DescribeOddObjects(FindLabelParts<VDimension>(image));
}
} // namespace

RandomAugmentationParameters
GetAugmentationParameters(const UNetTrainingParameters & parameters)
{
  RandomAugmentationParameters       augmentation = parameters.Augmentation;
  const RandomAugmentationParameters none;
  if (TorchParameterView(augmentation) == TorchParameterView(none))
  {
    augmentation.PaddingMode = SamplingPaddingMode::Mirror;
  }
  augmentation.CropSize = { static_cast<double>(parameters.CropSize) };
  return augmentation;
}

UNetSamples::UNetSamples(const UNetModel &              model,
                         const UNetTrainingData &       data,
                         const UNetTrainingParameters & parameters,
                         const TorchDevice &            device)
  : m_Model(model)
  , m_Data(data)
  , m_Parameters(parameters)
  , m_Device(device)
  , m_Augmentation(GetAugmentationParameters(parameters))
  , m_IsTargetMadeOfCrops(parameters.AugmentedWeights == UNetAugmentedWeights::Recomputed &&
                          (parameters.UseWeightMap || parameters.WeightMap.GapWidth > 0))
  , m_Cached(data.GetNumberOfPairs())
  , m_Normalization(model.GetIntensityNormalization())
  , m_Scales(data.GetNumberOfPairs())
  , m_Notes(data.GetNumberOfPairs())
{}

void
UNetSamples::Verify(const std::function<void(double)> & progress)
{
  std::string problems;
  for (std::size_t pair = 0; pair < m_Cached.size(); ++pair)
  {
    progress(0.0);
    try
    {
      Get(pair);
    }
    catch (const ExceptionObject & error)
    {
      problems += "\n  " + ErrorSentence(error);
    }
  }
  if (!problems.empty())
  {
    throw ExceptionObject(__FILE__, __LINE__, "Training data that cannot be used:" + problems, ITK_LOCATION);
  }
  DecidePolarity();
  m_IsVerified = true;
}

void
UNetSamples::NotePair(std::size_t pair, const UNetIntensityScale & scale, const UNetTrainingSample & sample)
{
  m_Scales[pair] = scale;
  m_Notes[pair].clear();
  for (const std::string & note : sample.Notes)
  {
    m_Notes[pair].push_back(m_Data.GetName(pair) + ": " + note);
  }
  const std::string odd = DescribeLabels(sample.Label);
  if (!odd.empty())
  {
    m_Notes[pair].push_back(m_Data.GetLabelName(pair) + ": " + odd);
  }
}

UNetSamples::Polarities
UNetSamples::GetPolarities() const
{
  Polarities polarities;
  for (std::size_t pair = 0; pair < m_Scales.size(); ++pair)
  {
    const UNetIntensityScale & scale = m_Scales[pair];
    const bool                 isConstant = !std::isfinite(scale.Divisor);
    if (scale.BrightShare >= 0.0f && !isConstant)
    {
      (scale.IsPolarityDoubtful() ? polarities.Doubtful
       : scale.IsInverted         ? polarities.Dark
                                  : polarities.Bright)
        .push_back(pair);
    }
  }
  return polarities;
}

void
UNetSamples::DecidePolarity()
{
  const Polarities polarities = GetPolarities();
  if (polarities.Bright.empty() == polarities.Dark.empty())
  {
    return;
  }
  m_Normalization.Polarity = polarities.Dark.empty() ? UNetPolarity::Bright : UNetPolarity::Dark;
  for (std::size_t pair = 0; pair < m_Cached.size(); ++pair)
  {
    const bool isDecidedOtherwise = m_Scales[pair].IsInverted == polarities.Dark.empty();
    if (m_Cached[pair] && isDecidedOtherwise)
    {
      m_NumberOfBytes -= GetNumberOfBytes(m_Cached[pair]->Images);
      m_Cached[pair].reset();
    }
  }
}

std::vector<std::string>
UNetSamples::GetNotes() const
{
  constexpr std::size_t    most = 10;
  std::vector<std::string> notes;
  for (std::size_t pair = 0; pair < m_Notes.size(); ++pair)
  {
    notes.insert(notes.end(), m_Notes[pair].begin(), m_Notes[pair].end());
  }
  if (notes.size() > most)
  {
    const std::string others = std::to_string(notes.size() - most) + " more notes of this kind.";
    notes.resize(most);
    notes.push_back(others);
  }
  const Polarities polarities = GetPolarities();
  if (m_Normalization.Polarity == UNetPolarity::Automatic && !polarities.Bright.empty())
  {
    notes.push_back("Objects are taken for bright in " + std::to_string(polarities.Bright.size()) +
                    " images and for dark in " + std::to_string(polarities.Dark.size()) + ", such as " +
                    m_Data.GetName(polarities.Dark.front()) + '.');
  }
  if (m_Normalization.Polarity == UNetPolarity::Automatic && !polarities.Doubtful.empty())
  {
    notes.push_back("Whether objects are bright or dark is doubtful, since about half of the image is bright, in " +
                    ListNames(polarities.Doubtful) + "; Polarity states it.");
  }
  return notes;
}

std::string
UNetSamples::ListNames(const std::vector<std::size_t> & pairs) const
{
  constexpr std::size_t most = 3;
  std::string           text;
  for (std::size_t i = 0; i < std::min(pairs.size(), most); ++i)
  {
    text += (i == 0 ? "" : ", ") + m_Data.GetName(pairs[i]);
  }
  return pairs.size() <= most ? text : text + " and " + std::to_string(pairs.size() - most) + " others";
}

std::string
UNetSamples::DescribeLabels(const TorchTensor & labels) const
{
  const bool areObjects =
    m_Parameters.Labels == LabelMeaning::Objects || m_Parameters.UseWeightMap || m_Parameters.WeightMap.GapWidth > 0;
  if (!areObjects)
  {
    return {};
  }
  return m_Model.GetSpecification().Dimension == 3 ? DescribeOddObjectsOf<3>(labels) : DescribeOddObjectsOf<2>(labels);
}

std::vector<double>
UNetSamples::GetCommonSpacing() const
{
  const bool isStated =
    std::any_of(m_CommonSpacing.begin(), m_CommonSpacing.end(), [](double spacing) { return spacing != 1.0; });
  return isStated && !m_HasSeveralSpacings ? m_CommonSpacing : std::vector<double>{};
}

UNetBatch
UNetSamples::MakeBatch(const std::vector<std::uint32_t> & samples, unsigned int epoch)
{
  std::vector<AugmentationImages>       images;
  std::vector<RandomAugmentationRecord> records;
  std::vector<std::vector<double>>      spacings;
  std::vector<std::string>              names;
  for (const std::uint32_t sample : samples)
  {
    const std::size_t pair = sample % m_Cached.size();
    const Prepared &  prepared = Get(pair);
    auto              augmentation = m_Augmentation;
    if (augmentation.IntensityRange.empty() && prepared.IntensityRange[0] < prepared.IntensityRange[1])
    {
      augmentation.IntensityRange = prepared.IntensityRange;
    }
    records.push_back(
      RandomAugmentation::Draw(augmentation, prepared.Images, prepared.Spacing, { m_Parameters.Seed, epoch, sample }));
    images.push_back(prepared.Images);
    spacings.push_back(prepared.Spacing);
    names.push_back(m_Data.GetLabelName(pair));
  }
  images = RandomAugmentation::Apply(records, images, m_Device);

  std::vector<at::Tensor> batchImages;
  std::vector<at::Tensor> targets;
  std::vector<at::Tensor> weights;
  bool                    hasWeights = false;
  for (std::size_t i = 0; i < images.size(); ++i)
  {
    const auto crop = m_IsTargetMadeOfCrops ? MakeTarget(images[i], spacings[i], names[i]) : images[i];
    batchImages.push_back(GetATensor(crop.Image));
    targets.push_back(GetATensor(crop.Label));
    weights.push_back(crop.Weight.IsDefined() ? GetATensor(crop.Weight)
                                              : at::ones_like(batchImages.back().narrow(1, 0, 1)));
    hasWeights |= crop.Weight.IsDefined();
  }
  return { at::cat(batchImages).contiguous(),
           at::cat(targets).contiguous(),
           hasWeights ? at::cat(weights) : at::Tensor{} };
}

bool
UNetSamples::IsSameSpacing(const std::vector<double> & a, const std::vector<double> & b)
{
  return std::equal(
    a.begin(), a.end(), b.begin(), b.end(), [](double x, double y) { return std::abs(x - y) <= 1e-3 * y; });
}

void
UNetSamples::NoteSpacing(std::size_t pair, const std::vector<double> & spacing)
{
  if (!m_Model.IsForSpacing(spacing))
  {
    itkGenericExceptionMacro(<< m_Data.GetName(pair) << ": spacing must be the initial model's, which is "
                             << m_Model.GetSpacing()[0] << " along x, but is " << spacing[0] << '.');
  }
  m_HasSeveralSpacings |= !m_CommonSpacing.empty() && !IsSameSpacing(spacing, m_CommonSpacing);
  m_CommonSpacing = spacing;
}

UNetSamples::Prepared
UNetSamples::Prepare(std::size_t pair)
{
  const UNetTrainingSample sample = m_Data.GetSample(pair);
  const auto               shape = sample.Image.GetShape();
  const VolumeTurn<3>      turn =
    sample.Spacing.size() == 3 ? VolumeTurn<3>(sample.Direction, m_Model.GetOrientation()) : VolumeTurn<3>();
  Prepared prepared;
  prepared.Spacing = sample.Spacing.size() == 3 ? turn.Turn(sample.Spacing) : sample.Spacing;
  if (!sample.HasUnknownSpacing)
  {
    NoteSpacing(pair, prepared.Spacing);
  }
  try
  {
    VerifyUNetModelFitsImage(m_Model, { shape.rbegin(), shape.rend() - 2 }, static_cast<unsigned int>(shape[1]));
    prepared.Scale = m_Normalization.Measure(sample.Image);
    prepared.Images.Image = turn.Turn(m_Normalization.Apply(sample.Image, prepared.Scale));
  }
  catch (const ExceptionObject & error)
  {
    itkGenericExceptionMacro(<< m_Data.GetName(pair) << ": " << error.GetDescription());
  }
  prepared.IntensityRange = RandomAugmentation::GetIntensityRange(prepared.Images.Image);
  prepared.Images.Label = turn.Turn(sample.Label);
  prepared.Images.Weight = turn.Turn(sample.Weight);
  if (!m_IsVerified)
  {
    NotePair(pair, prepared.Scale, sample);
  }
  if (!m_IsTargetMadeOfCrops)
  {
    prepared.Images = MakeTarget(prepared.Images, prepared.Spacing, m_Data.GetLabelName(pair));
  }
  return prepared;
}

const UNetSamples::Prepared &
UNetSamples::Get(std::size_t pair)
{
  if (m_Cached[pair])
  {
    return *m_Cached[pair];
  }
  Prepared          prepared = Prepare(pair);
  const std::size_t bytes = GetNumberOfBytes(prepared.Images);
  if (m_NumberOfBytes + bytes <= std::size_t{ m_Parameters.MaximumCacheSize } << 20)
  {
    m_NumberOfBytes += bytes;
    m_Cached[pair] = std::move(prepared);
    return *m_Cached[pair];
  }
  m_Uncached = std::move(prepared);
  return m_Uncached;
}

AugmentationImages
UNetSamples::MakeTarget(const AugmentationImages &  images,
                        const std::vector<double> & spacing,
                        const std::string &         name) const
{
  AugmentationImages result = images;
  if (m_Parameters.UseWeightMap || m_Parameters.WeightMap.GapWidth > 0)
  {
    auto parameters = m_Parameters.WeightMap;
    if (!m_Parameters.UseWeightMap)
    {
      parameters = {};
      parameters.GapWidth = m_Parameters.WeightMap.GapWidth;
      parameters.BorderWeight = 0.0;
    }
    const auto map = BoundaryWeightMap::Compute(images.Label, spacing, parameters, {}, [](double) {});
    result.Label = map.SeparatedLabels;
    if (m_Parameters.UseWeightMap)
    {
      result.Weight = images.Weight.IsDefined()
                        ? MakeTorchTensor(GetATensor(images.Weight) * GetATensor(map.Weight), images.Weight.GetDevice())
                        : map.Weight;
    }
  }
  const at::Tensor label = GetATensor(result.Label);
  const auto       classes = m_Model.GetSpecification().Classes;
  if (m_Parameters.Labels != LabelMeaning::Classes)
  {
    result.Label =
      MakeTorchTensor(label.ne(0).to(at::kShort).mul_(std::max(1u, classes - 1)), result.Label.GetDevice());
    return result;
  }
  const auto largest = label.max().item<std::int64_t>();
  const auto smallest = label.min().item<std::int64_t>();
  const auto last = static_cast<std::int64_t>(std::max(2u, classes)) - 1;
  if (smallest < 0 || largest > last)
  {
    itkGenericExceptionMacro(<< name << ": labels must be class numbers in [0, " << last << "], but one is "
                             << (smallest < 0 ? smallest : largest) << '.');
  }
  result.Label = MakeTorchTensor(label.to(at::kShort), result.Label.GetDevice());
  return result;
}
} // namespace itk
