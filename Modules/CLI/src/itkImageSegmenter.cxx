// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkImageSegmenter.h"
#include "itkInstanceSegmentationImageFilter.h"
#include "itkLabelFiles.h"
#include "itkPngIntegrity.h"
#include "itkTorchParameterText.h"
#include "itkUNetOnImageGrid.h"
#include "itkWriteImage.h"
#include "itkBinaryThresholdImageFilter.h"
#include "itkImageFileReader.h"
#include "itkVectorImage.h"
#include <nlohmann/json.hpp>
#include <cmath>

namespace itk
{
namespace
{
using Kind = SegmentationSettings::Kind;

template <typename TImage>
SegmentedImage
MakeSegmentedImage(TImage * image, std::function<void(const std::string &)> write)
{
  const auto & size = image->GetLargestPossibleRegion().GetSize();
  return { { size.begin(), size.end() }, std::nullopt, std::move(write) };
}

template <typename TImage>
SegmentedImage
MakeSegmentedImage(const typename TImage::Pointer & image)
{
  return MakeSegmentedImage(image.GetPointer(),
                            [image](const std::string & fileName) { WriteImage(image.GetPointer(), fileName); });
}

template <unsigned int VDimension>
class Segmenter : public ImageSegmenter
{
public:
  using ImageType = VectorImage<float, VDimension>;
  using ProbabilityType = Image<float, VDimension>;
  using MaskType = Image<unsigned short, VDimension>;
  using LabelType = LabelImageType<VDimension>;

  Segmenter(UNetModel * model, const std::string & device, const SegmentationSettings & settings)
    : m_Settings(settings)
    , m_Network(model, device)
  {
    m_Network.GetNetwork()->SetParameters(settings.Network);
  }

  ProcessObject *
  GetNetwork() override
  {
    return m_Network.GetNetwork();
  }

  DataObject::Pointer
  Read(const std::string & fileName) const override
  {
    VerifyImageFile(fileName);
    auto reader = ImageFileReader<ImageType>::New();
    reader->SetFileName(fileName);
    reader->UpdateOutputInformation();
    VerifyImageFileDimension(*reader->GetImageIO(), VDimension);
    reader->Update();
    const typename ImageType::Pointer image = reader->GetOutput();
    image->DisconnectPipeline();
    return image.GetPointer();
  }

  SegmentedImage
  Compute(DataObject * image) override
  {
    const auto probabilities = m_Network.Compute(dynamic_cast<ImageType *>(image));
    switch (m_Settings.Output)
    {
      case Kind::Probabilities:
        return MakeSegmentedImage<ProbabilityType>(probabilities);
      case Kind::Mask:
        return this->MakeMask(probabilities);
      default:
        return this->MakeObjects(probabilities);
    }
  }

private:
  SegmentedImage
  MakeMask(ProbabilityType * probabilities) const
  {
    auto threshold = BinaryThresholdImageFilter<ProbabilityType, MaskType>::New();
    threshold->SetInput(probabilities);
    threshold->SetLowerThreshold(std::nextafter(static_cast<float>(m_Settings.Objects.MaskThreshold), 2.0f));
    threshold->SetInsideValue(1);
    threshold->Update();
    const typename MaskType::Pointer mask = threshold->GetOutput();
    mask->DisconnectPipeline();
    return MakeSegmentedImage<MaskType>(mask);
  }

  SegmentedImage
  MakeObjects(ProbabilityType * probabilities) const
  {
    auto objects = InstanceSegmentationImageFilter<ProbabilityType, LabelType>::New();
    objects->SetInput(probabilities);
    objects->SetParameters(m_Settings.Objects);
    objects->Update();
    const SizeValueType               numberOfObjects = objects->GetNumberOfObjects();
    const typename LabelType::Pointer labels = objects->GetOutput();
    labels->DisconnectPipeline();
    auto segmented = MakeSegmentedImage(labels.GetPointer(),
                                        [labels](const std::string & fileName)
                                        { WriteLabels<VDimension>(labels.GetPointer(), fileName); });
    segmented.NumberOfObjects = numberOfObjects;
    return segmented;
  }

  const SegmentationSettings m_Settings;
  UNetOnImageGrid<ImageType> m_Network;
};
} // namespace

const std::set<std::string> SegmentationSettings::UnusedNetworkParameters{ "Threshold" };

std::string
WriteSegmentationSettings(const SegmentationSettings & settings)
{
  constexpr const char * kinds[] = { "objects", "mask", "probabilities" };

  const auto parse = [](const TorchParameterTable & table, const void * values)
  { return nlohmann::ordered_json::parse(WriteParameters(table, values)); };
  nlohmann::ordered_json json{ { "Output", kinds[static_cast<int>(settings.Output)] } };
  json["Network"] = parse(UNetInferenceParameters::Describe(), &settings.Network);
  for (const auto & name : SegmentationSettings::UnusedNetworkParameters)
  {
    json["Network"].erase(name);
  }
  const auto objects = parse(InstanceSegmentationParameters::Describe(), &settings.Objects);
  if (settings.Output == Kind::Objects)
  {
    json["Objects"] = objects;
  }
  else if (settings.Output == Kind::Mask)
  {
    json["MaskThreshold"] = objects["MaskThreshold"];
  }
  return json.dump();
}

std::unique_ptr<ImageSegmenter>
MakeImageSegmenter(UNetModel * model, const std::string & device, const SegmentationSettings & settings)
{
  if (model->GetSpecification().Classes > 2)
  {
    itkGenericExceptionMacro("Model must be of 1 or 2 classes for this command, but has "
                             << model->GetSpecification().Classes << '.');
  }
  TorchDevice(device).Resolve();
  if (model->GetSpecification().Dimension == 3)
  {
    return std::make_unique<Segmenter<3>>(model, device, settings);
  }
  return std::make_unique<Segmenter<2>>(model, device, settings);
}
} // namespace itk
