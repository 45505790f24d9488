// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetTrainingData.h"
#include "itkPngIntegrity.h"
#include "itkWholeNumberLabels.h"
#include "itkImageFileReader.h"

namespace itk
{
namespace
{
template <typename TImage>
typename TImage::Pointer
ReadImage(const std::string & fileName)
{
  VerifyImageFile(fileName);
  auto reader = ImageFileReader<TImage>::New();
  reader->SetFileName(fileName);
  try
  {
    reader->Update();
  }
  catch (const ExceptionObject &)
  {
    itkGenericExceptionMacro(<< fileName << ": it is not an image that can be read.");
  }
  VerifyImageFileDimension(*reader->GetImageIO(), TImage::ImageDimension);
  return reader->GetOutput();
}

/** As real numbers first where the file holds such, so that none is rounded. */
template <unsigned int VDimension>
typename Image<std::int64_t, VDimension>::Pointer
ReadLabels(const std::string & fileName)
{
  VerifyImageFile(fileName);
  const auto io = ImageIOFactory::CreateImageIO(fileName.c_str(), ImageIOFactory::IOFileModeEnum::ReadMode);
  if (io)
  {
    io->SetFileName(fileName);
    io->ReadImageInformation();
    const auto type = io->GetComponentType();
    if (type == IOComponentEnum::FLOAT || type == IOComponentEnum::DOUBLE)
    {
      return MakeWholeNumberLabels<VDimension>(ReadImage<Image<double, VDimension>>(fileName), fileName);
    }
  }
  return ReadImage<Image<std::int64_t, VDimension>>(fileName);
}

/** \throws ExceptionObject unless `problem` is empty */
void
Require(const std::string & fileName, const std::string & problem)
{
  if (!problem.empty())
  {
    itkGenericExceptionMacro(<< fileName << ": " << problem << '.');
  }
}

template <unsigned int VDimension>
UNetTrainingSample
ReadSample(const std::string & imageFile, const std::string & labelFile, const std::string & weightFile)
{
  using FloatImage = Image<float, VDimension>;
  const auto image = ReadImage<VectorImage<float, VDimension>>(imageFile);
  const auto label = ReadLabels<VDimension>(labelFile);
  Require(labelFile, DescribeGridDifference<VDimension>(image, label, "label image"));

  UNetTrainingSample sample;
  const auto         all = GetTorchTensor(image.GetPointer(), image->GetBufferedRegion(), TorchDevice::CPU());
  sample.Image = all.Clone();
  sample.Label = GetTorchTensor(label.GetPointer(), label->GetBufferedRegion(), TorchDevice::CPU()).Clone();
  sample.Spacing.assign(image->GetSpacing().Begin(), image->GetSpacing().End());
  if (!weightFile.empty())
  {
    const auto weight = ReadImage<FloatImage>(weightFile);
    Require(weightFile, DescribeGridDifference<VDimension>(image, weight, "weight image"));
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
                [this, imageFile, labelFile, weightFile]
                {
                  return m_Dimension == 3 ? ReadSample<3>(imageFile, labelFile, weightFile)
                                          : ReadSample<2>(imageFile, labelFile, weightFile);
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
  os << indent << "Dimension: " << m_Dimension << std::endl;
  os << indent << "Number of pairs: " << m_Pairs.size() << std::endl;
}
} // namespace itk
