// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetTrainingData.h"
#include "itkLabelImageReader.h"
#include "itkVerifiedImageReader.h"

namespace itk
{
namespace
{
template <unsigned int VDimension>
UNetTrainingSample
ReadSample(const std::string & imageFile,
           const std::string & labelFile,
           const std::string & weightFile,
           double              gridTolerance)
{
  using FloatImage = Image<float, VDimension>;
  const auto image = ReadVerifiedImage<VectorImage<float, VDimension>>(imageFile);
  const auto label = ReadLabels<VDimension>(labelFile);
  MatchGrid<VDimension>(image, imageFile, label, labelFile, gridTolerance);

  UNetTrainingSample sample;
  const auto         all = GetTorchTensor(image.GetPointer(), image->GetBufferedRegion(), TorchDevice::CPU());
  sample.Image = all.Clone();
  sample.Label = GetTorchTensor(label.GetPointer(), label->GetBufferedRegion(), TorchDevice::CPU()).Clone();
  sample.Spacing.assign(image->GetSpacing().Begin(), image->GetSpacing().End());
  sample.HasUnknownSpacing =
    HasUnknownSpacing(image->GetMetaDataDictionary()) && HasUnknownSpacing(label->GetMetaDataDictionary());
  if (!weightFile.empty())
  {
    const auto weight = ReadVerifiedImage<FloatImage>(weightFile);
    MatchGrid<VDimension>(image, imageFile, weight, weightFile, gridTolerance);
    sample.Weight = GetTorchTensor(weight.GetPointer(), weight->GetBufferedRegion(), TorchDevice::CPU()).Clone();
  }
  return sample;
}
} // namespace

void
UNetTrainingData::AddPairOfFiles(const std::string & imageFile,
                                 const std::string & labelFile,
                                 const std::string & weightFile)
{
  this->AddPair(imageFile,
                labelFile,
                [this, imageFile, labelFile, weightFile, tolerance = m_GridTolerance]
                {
                  return m_Dimension == 3 ? ReadSample<3>(imageFile, labelFile, weightFile, tolerance)
                                          : ReadSample<2>(imageFile, labelFile, weightFile, tolerance);
                });
}

void
UNetTrainingData::AddPair(const std::string &                 name,
                          const std::string &                 labelName,
                          std::function<UNetTrainingSample()> load)
{
  m_Pairs.push_back({ name, labelName, std::move(load) });
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
  os << indent << "Dimension: " << m_Dimension << std::endl;
  os << indent << "Number of pairs: " << m_Pairs.size() << std::endl;
}
} // namespace itk
