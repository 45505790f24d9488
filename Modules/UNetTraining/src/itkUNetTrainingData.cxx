// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetTrainingData.h"
#include "itkLabelImageReader.h"
#include "itkTorchParameterTable.h"
#include "itkVerifiedImageReader.h"
#include <cmath>

namespace itk
{
namespace
{
/** The files of a pair, and how they are read. */
struct PairOfFiles : UNetTrainingFiles
{
  std::vector<double> Spacing;
  double              GridTolerance;
  bool                ColorsAreLabels;
};

template <unsigned int VDimension>
UNetTrainingSample
ReadSample(const PairOfFiles & files)
{
  auto imageReader = VerifiedImageReader<VectorImage<float, VDimension>>::New();
  imageReader->SetFileName(files.Image);
  imageReader->SetSpacing(files.Spacing);
  imageReader->Update();
  auto * const image = imageReader->GetOutput();
  auto         labelReader = LabelImageReader<VDimension>::New();
  labelReader->SetFileName(files.Label);
  labelReader->SetColorsAreLabels(files.ColorsAreLabels);
  labelReader->Update();
  auto * const label = labelReader->GetOutput();
  // Whoever states the images' spacing states that of their labels.
  const auto matchGrid = [&](ImageBase<VDimension> * other, const std::string & name)
  {
    if (!files.Spacing.empty())
    {
      MarkSpacingAsUnknown(other->GetMetaDataDictionary());
    }
    MatchGrid<VDimension>(image, files.Image, other, name, files.GridTolerance);
  };
  matchGrid(label, files.Label);

  UNetTrainingSample sample;
  sample.Image = GetTorchTensor(image, image->GetBufferedRegion(), TorchDevice::CPU()).Clone();
  sample.Label = GetTorchTensor(label, label->GetBufferedRegion(), TorchDevice::CPU()).Clone();
  sample.Spacing.assign(image->GetSpacing().Begin(), image->GetSpacing().End());
  sample.Direction = GetDirectionByRows<VDimension>(image);
  sample.HasUnknownSpacing =
    HasUnknownSpacing(image->GetMetaDataDictionary()) && HasUnknownSpacing(label->GetMetaDataDictionary());
  sample.Notes = imageReader->GetInformation().Notes;
  if (!files.Weight.empty())
  {
    const auto weight = ReadVerifiedImage<Image<float, VDimension>>(files.Weight);
    matchGrid(weight, files.Weight);
    sample.Weight = GetTorchTensor(weight.GetPointer(), weight->GetBufferedRegion(), TorchDevice::CPU()).Clone();
  }
  if (!files.Ignored.empty())
  {
    auto reader = LabelImageReader<VDimension>::New();
    reader->SetFileName(files.Ignored);
    reader->Update();
    matchGrid(reader->GetOutput(), files.Ignored);
    sample.Ignored =
      GetTorchTensor(reader->GetOutput(), reader->GetOutput()->GetBufferedRegion(), TorchDevice::CPU()).Clone();
  }
  return sample;
}
} // namespace

void
UNetTrainingData::SetSpacing(const std::vector<double> & spacing)
{
  if (spacing != m_Spacing)
  {
    m_Spacing = spacing;
    this->Modified();
  }
}

void
UNetTrainingData::AddPairOfFiles(const std::string & imageFile,
                                 const std::string & labelFile,
                                 const std::string & weightFile)
{
  this->AddPairOfFiles(UNetTrainingFiles{ imageFile, labelFile, weightFile, {}, {} });
}

void
UNetTrainingData::AddPairOfFiles(const UNetTrainingFiles & files)
{
  const PairOfFiles pair{ files, m_Spacing, m_GridTolerance, m_ColorsAreLabels };
  this->AddPair(
    files.Image, files.Label, [this, pair] { return m_Dimension == 3 ? ReadSample<3>(pair) : ReadSample<2>(pair); });
  m_Pairs.back().Category = files.Category;
  this->SetSamplingWeight(m_Pairs.size() - 1, files.SamplingWeight);
}

void
UNetTrainingData::SetCategory(std::size_t pair, const std::string & category)
{
  if (m_Pairs.at(pair).Category != category)
  {
    m_Pairs[pair].Category = category;
    this->Modified();
  }
}

void
UNetTrainingData::SetSamplingWeight(std::size_t pair, double weight)
{
  if (!(weight >= 0.0) || !std::isfinite(weight))
  {
    itkExceptionMacro("The sampling weight of " << m_Pairs.at(pair).Name << " must be finite and at least 0, but is "
                                                << weight << '.');
  }
  if (m_Pairs.at(pair).SamplingWeight != weight)
  {
    m_Pairs[pair].SamplingWeight = weight;
    this->Modified();
  }
}

void
UNetTrainingData::AddPair(const std::string &                 name,
                          const std::string &                 labelName,
                          std::function<UNetTrainingSample()> load)
{
  m_Pairs.push_back({ name, labelName, std::move(load), {} });
  this->Modified();
}

void
UNetTrainingData::Initialize()
{
  // The pairs are the user's: releasing data does not forget them.
  Superclass::Initialize();
}

void
UNetTrainingData::PrintSelf(std::ostream & os, Indent indent) const
{
  Superclass::PrintSelf(os, indent);
  os << indent << "GridTolerance: " << m_GridTolerance << std::endl;
  os << indent << "Spacing: " << TorchParameter::Format(m_Spacing) << std::endl;
  os << indent << "ColorsAreLabels: " << m_ColorsAreLabels << std::endl;
  os << indent << "Dimension: " << m_Dimension << std::endl;
  os << indent << "Number of pairs: " << m_Pairs.size() << std::endl;
}
} // namespace itk
