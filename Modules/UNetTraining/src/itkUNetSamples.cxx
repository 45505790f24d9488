// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetSamples.h"
#include "itkUNetModelFits.h"
#include "itkErrorSentence.h"
#include "itkTorchTensorAccess.h"
#include "itkLabelParts.h"
#include "itkUNetTargets.h"
#include "itkVolumeTurn.h"
#include <ATen/ops/cat.h>
#include <ATen/ops/ones_like.h>
#include <algorithm>
#include <cmath>
#include <cstring>

namespace itk
{
namespace
{
std::size_t
GetNumberOfBytes(const UNetSamples::Prepared & prepared)
{
  std::size_t bytes = 0;
  for (const TorchTensor & tensor :
       { prepared.Images.Image, prepared.Images.Label, prepared.Images.Weight, prepared.Labels })
  {
    bytes += tensor.IsDefined() ? tensor.GetNumberOfBytes() : 0;
  }
  return bytes;
}

/** FNV-1a over words of 8 bytes. */
std::uint64_t
GetDigestOf(const TorchTensor & tensor, std::uint64_t digest)
{
  constexpr std::uint64_t prime = 0x100000001b3;
  if (!tensor.IsDefined())
  {
    return digest;
  }
  const at::Tensor  pixels = GetATensor(tensor).contiguous();
  const auto *      bytes = static_cast<const char *>(pixels.const_data_ptr());
  const std::size_t size = pixels.nbytes();
  for (std::size_t i = 0; i < size; i += sizeof(std::uint64_t))
  {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + i, std::min(sizeof(word), size - i));
    digest = (digest ^ word) * prime;
  }
  return (digest ^ size) * prime;
}

constexpr std::uint64_t emptyDigest = 0xcbf29ce484222325;

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
  const RandomAugmentationParameters none;
  RandomAugmentationParameters       augmentation = parameters.OverfitCrops > 0 ? none : parameters.Augmentation;
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
                         const TorchDevice &            device,
                         bool                           keepsLabels)
  : m_Model(model)
  , m_Data(data)
  , m_Parameters(parameters)
  , m_Device(device)
  , m_Augmentation(GetAugmentationParameters(parameters))
  , m_IsTargetMadeOfCrops(parameters.AugmentedWeights == UNetAugmentedWeights::Recomputed &&
                          (parameters.UseWeightMap || parameters.WeightMap.GapWidth > 0) && !keepsLabels)
  , m_KeepsLabels(keepsLabels)
  , m_Cached(data.GetNumberOfPairs())
  , m_Normalization(model.GetIntensityNormalization())
  , m_Scales(data.GetNumberOfPairs())
  , m_Notes(data.GetNumberOfPairs())
  , m_Digests(data.GetNumberOfPairs(), 0)
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
    const std::string what = m_KeepsLabels ? "Validation" : "Training";
    throw ExceptionObject(__FILE__, __LINE__, what + " data that cannot be used:" + problems, ITK_LOCATION);
  }
  VerifyContent();
  if (!m_KeepsLabels)
  {
    DecidePolarity();
  }
  m_IsVerified = true;
}

void
UNetSamples::VerifyContent() const
{
  if (!m_HasForeground && !m_Parameters.AllowOnlyBackground)
  {
    itkGenericExceptionMacro("Labels must be more than background for a training, but are 0 in all "
                             << m_Cached.size() << " label images; AllowOnlyBackground trains nevertheless.");
  }
  const bool isFlat = std::all_of(
    m_Scales.begin(), m_Scales.end(), [](const UNetIntensityScale & scale) { return !std::isfinite(scale.Divisor); });
  if (isFlat)
  {
    itkGenericExceptionMacro("Images must have more than one value for a "
                             << (m_KeepsLabels ? "validation" : "training") << ", but all " << m_Cached.size()
                             << " are constant.");
  }
}

std::uint64_t
UNetSamples::GetDigest() const
{
  std::uint64_t digest = emptyDigest;
  for (const std::uint64_t ofPair : m_Digests)
  {
    digest = (digest ^ ofPair) * 0x100000001b3;
  }
  return digest;
}

void
UNetSamples::NotePair(std::size_t pair, const UNetIntensityScale & scale, const UNetTrainingSample & sample)
{
  m_Scales[pair] = scale;
  m_Digests[pair] = GetDigestOf(
    sample.Ignored, GetDigestOf(sample.Weight, GetDigestOf(sample.Label, GetDigestOf(sample.Image, emptyDigest))));
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
      m_NumberOfBytes -= GetNumberOfBytes(*m_Cached[pair]);
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
  const bool areObjects = m_Parameters.Labels == LabelMeaning::Objects ||
                          m_Parameters.Target == UNetTarget::InteriorBorder || m_Parameters.UseWeightMap ||
                          m_Parameters.WeightMap.GapWidth > 0;
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
UNetSamples::MakeBatch(const std::vector<UNetCrop> & crops, unsigned int epoch)
{
  std::vector<AugmentationImages>       images;
  std::vector<RandomAugmentationRecord> records;
  std::vector<std::vector<double>>      spacings;
  std::vector<std::string>              names;
  for (const UNetCrop & crop : crops)
  {
    const auto prepared = Get(crop.Pair);
    auto       augmentation = m_Augmentation;
    if (augmentation.IntensityRange.empty() && prepared->IntensityRange[0] < prepared->IntensityRange[1])
    {
      augmentation.IntensityRange = prepared->IntensityRange;
    }
    const unsigned int epochOfCrop = m_Parameters.OverfitCrops > 0 ? 0 : epoch;
    records.push_back(RandomAugmentation::Draw(
      augmentation, prepared->Images, prepared->Spacing, { m_Parameters.Seed, epochOfCrop, crop.Sample }));
    images.push_back(prepared->Images);
    spacings.push_back(prepared->Spacing);
    names.push_back(m_Data.GetLabelName(crop.Pair));
  }
  images = RandomAugmentation::Apply(records, images, m_Device);

  std::vector<at::Tensor> batchImages;
  std::vector<at::Tensor> targets;
  std::vector<at::Tensor> weights;
  bool                    hasWeights = false;
  for (std::size_t i = 0; i < images.size(); ++i)
  {
    const auto crop = m_IsTargetMadeOfCrops ? MakeTargets(images[i], spacings[i], names[i]) : images[i];
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
    itkGenericExceptionMacro(<< m_Data.GetName(pair) << ": spacing must be the model's, which is "
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
  if (!sample.HasUnknownSpacing && !m_IsVerified)
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
  try
  {
    prepared.Images.Label = turn.Turn(MarkIgnoredLabels(sample.Label, sample.Ignored, m_Parameters.IgnoreLabel));
  }
  catch (const ExceptionObject & error)
  {
    itkGenericExceptionMacro(<< m_Data.GetLabelName(pair) << ": " << error.GetDescription());
  }
  prepared.Images.Weight = turn.Turn(sample.Weight);
  if (!m_IsVerified)
  {
    NotePair(pair, prepared.Scale, sample);
    m_HasForeground = m_HasForeground || GetATensor(prepared.Images.Label).gt(0).any().item<bool>();
  }
  if (m_KeepsLabels)
  {
    prepared.Labels = prepared.Images.Label;
  }
  if (!m_IsTargetMadeOfCrops)
  {
    prepared.Images = MakeTargets(prepared.Images, prepared.Spacing, m_Data.GetLabelName(pair));
  }
  return prepared;
}

std::shared_ptr<const UNetSamples::Prepared>
UNetSamples::Get(std::size_t pair)
{
  {
    const std::lock_guard<std::mutex> lock(m_Mutex);
    if (m_Cached[pair])
    {
      return m_Cached[pair];
    }
  }
  const auto                        prepared = std::make_shared<const Prepared>(Prepare(pair));
  const std::size_t                 bytes = GetNumberOfBytes(*prepared);
  const std::lock_guard<std::mutex> lock(m_Mutex);
  if (!m_Cached[pair] && m_NumberOfBytes + bytes <= std::size_t{ m_Parameters.MaximumCacheSize } << 20)
  {
    m_NumberOfBytes += bytes;
    m_Cached[pair] = prepared;
  }
  return prepared;
}

AugmentationImages
UNetSamples::MakeTargets(const AugmentationImages &  images,
                         const std::vector<double> & spacing,
                         const std::string &         name) const
{
  return MakeUNetTargets(images, spacing, m_Model.GetSpecification().Classes, m_Parameters, name);
}
} // namespace itk
