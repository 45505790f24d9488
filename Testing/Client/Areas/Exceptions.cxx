// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Images.h"
#include "Networks.h"
#include "itkBoundaryDistances.h"
#include "itkBoundaryWeightMap.h"
#include "itkCannyComparison.h"
#include "itkCannyEdgeDetection.h"
#include "itkConnectedComponents.h"
#include "itkElasticDeformation.h"
#include "itkInstanceSegmentation.h"
#include "itkInstanceSegmentationStream.h"
#include "itkLabelPixels.h"
#include "itkMarkerWatershed.h"
#include "itkPixelSet.h"
#include "itkRandomAugmentation.h"
#include "itkSegmentationEvaluation.h"
#include "itkTorchTensorAccess.h"
#include "itkTwoNearestObjectsDistance.h"
#include "itkUNetInference.h"
#include "itkUNetIntensityMeasurement.h"
#include "itkUNetIntensityNormalization.h"
#include <ATen/ops/ones.h>
#include <ATen/ops/scalar_tensor.h>

/** Public functions with tensors that they cannot take: every error is ITK's, in one sentence. */

namespace client
{
namespace
{
using itk::TorchDevice;
using itk::TorchTensor;

TorchTensor
Ones(std::vector<std::int64_t> shape, at::ScalarType type = at::kFloat)
{
  return itk::MakeTorchTensor(at::ones(shape, type), TorchDevice::CPU());
}

struct BadTensor
{
  std::string Name;
  TorchTensor Tensor;
};

std::vector<BadTensor>
BadTensors()
{
  return { { "undefined", {} },
           { "without an axis", Ones({}) },
           { "of one axis", Ones({ 5 }) },
           { "of two axes", Ones({ 5, 5 }) },
           { "of truth values", Ones({ 1, 1, 5, 5 }, at::kBool) },
           { "of half numbers", Ones({ 1, 1, 5, 5 }, at::kHalf) },
           { "of complex numbers", Ones({ 1, 1, 5, 5 }, at::kComplexFloat) },
           { "without pixels", Ones({ 1, 1, 0, 5 }) },
           { "of seven axes", Ones({ 1, 1, 2, 2, 2, 2, 2 }) } };
}

/** Neither ends the process nor lets an exception through that is not ITK's; an ITK exception is one sentence. */
void
IsITKsOrNone(const std::string & name, const std::function<void()> & action)
{
  const auto ends = EndsByItself(action);
  VERIFY(ends) << name;
  if (!ends)
  {
    return;
  }
  bool isThrown = false;
  try
  {
    action();
  }
  catch (const itk::ExceptionObject &)
  {
    isThrown = true;
  }
  if (isThrown)
  {
    VERIFY(SaysOneSentence(action)) << name;
  }
}

void
IsSentence(const std::string & name, const std::function<void()> & action)
{
  const auto ends = EndsByItself(action);
  VERIFY(ends) << name;
  if (ends)
  {
    VERIFY(SaysOneSentence(action)) << name;
  }
}
} // namespace

TEST(Exceptions, OfTorchTensorAreITKs)
{
  for (const auto & [name, tensor] : BadTensors())
  {
    const auto & bad = tensor;
    IsITKsOrNone("ToInterleaved() of a tensor " + name, [&] { bad.ToInterleaved(); });
    IsITKsOrNone("Clone() of a tensor " + name, [&] { bad.Clone(); });
    IsITKsOrNone("GetShape() of a tensor " + name, [&] { bad.GetShape(); });
    IsITKsOrNone("GetNumberOfBytes() of a tensor " + name, [&] { bad.GetNumberOfBytes(); });
    IsITKsOrNone("GetPointer() of a tensor " + name, [&] { bad.GetPointer(); });
    IsITKsOrNone("GetComponentType() of a tensor " + name, [&] { bad.GetComponentType(); });
    IsITKsOrNone("To() of a tensor " + name, [&] { bad.To("staged").To("cpu"); });
    IsITKsOrNone("Crop() of a tensor " + name, [&] { bad.Crop({ 0, 0 }, { 2, 2 }); });
    IsITKsOrNone("SharesMemoryWith() of a tensor " + name, [&] { bad.SharesMemoryWith(bad); });
    IsITKsOrNone("ToPixels() of a tensor " + name,
                 [&] {
                   bad.ToPixels({ 1, 1, 5, 5 }, itk::TorchComponentType::Float32, { bad }, "Client");
                 });
  }
}

TEST(Exceptions, OfTorchTensorSayWhatIsWrong)
{
  const auto good = Ones({ 1, 1, 4, 5 });
  IsSentence("Crop() beyond the end", [&] { good.Crop({ 3, 0 }, { 3, 4 }); });
  IsSentence("Crop() before the beginning", [&] { good.Crop({ -1, 0 }, { 3, 4 }); });
  IsSentence("Crop() of a negative size", [&] { good.Crop({ 0, 0 }, { -2, 4 }); });
  IsSentence("Crop() of too many axes", [&] { good.Crop({ 0, 0, 0, 0, 0 }, { 1, 1, 1, 1, 1 }); });
  IsSentence("Crop() with fewer starts than sizes", [&] { good.Crop({ 0 }, { 2, 2 }); });
  IsSentence("Crop() of an undefined tensor", [&] { TorchTensor{}.Crop({ 0 }, { 1 }); });
  IsSentence("To() of an unknown device", [&] { good.To("toaster"); });
  IsSentence("GetComponentType() of an undefined tensor", [] { TorchTensor{}.GetComponentType(); });
  IsSentence("GetComponentType() of truth values", [] { Ones({ 1, 1, 4, 5 }, at::kBool).GetComponentType(); });
  IsSentence("GetComponentType() of half numbers", [] { Ones({ 1, 1, 4, 5 }, at::kHalf).GetComponentType(); });
  IsSentence("ToPixels() of another shape",
             [&] {
               good.ToPixels({ 1, 1, 5, 5 }, itk::TorchComponentType::Float32, {}, "Client");
             });
  IsSentence("ToPixels() of another type",
             [&] {
               good.ToPixels({ 1, 1, 4, 5 }, itk::TorchComponentType::UInt8, {}, "Client");
             });
  IsSentence("FromPixels() of a negative size",
             []
             {
               float pixel = 0.0f;
               TorchTensor::FromPixels(&pixel, itk::TorchComponentType::Float32, { -1, 1 }, 1);
             });
  IsSentence("To() the staged device without memory",
             [&]
             {
               TorchDevice::SetStagedAllocationsUntilFailure(0);
               try
               {
                 good.To("staged");
               }
               catch (...)
               {
                 TorchDevice::SetStagedAllocationsUntilFailure(-1);
                 throw;
               }
               TorchDevice::SetStagedAllocationsUntilFailure(-1);
             });
}

TEST(Exceptions, OfSpacingsThatAreNoSpacingsAreITKs)
{
  const auto none = [](double) {};
  const auto image = Ones({ 1, 1, 5, 5 });
  const auto labels = Ones({ 1, 1, 5, 5 }, at::kInt);
  for (const auto & bad :
       std::vector<std::vector<double>>{ {}, { 1.0 }, { 1.0, 0.0 }, { -1.0, 1.0 }, { 1.0, 1.0, 1.0 } })
  {
    const std::string name = " of " + std::to_string(bad.size()) + " numbers";
    IsSentence("CannyEdgeDetection" + name, [&] { itk::CannyEdgeDetection::Compute(image, bad, {}); });
    IsSentence("TwoNearestObjectsDistance" + name,
               [&]
               { itk::TwoNearestObjectsDistance::Compute(labels, bad, {}, itk::TorchComponentType::Float32, none); });
    IsSentence("BoundaryWeightMap" + name, [&] { itk::BoundaryWeightMap::Compute(labels, bad, {}, {}, none); });
    IsSentence("InstanceSegmentation" + name,
               [&] { itk::InstanceSegmentation::Compute(image, bad, {}, itk::TorchComponentType::UInt32, none); });
    IsSentence("SegmentationEvaluation" + name, [&] { itk::SegmentationEvaluation::Compute(labels, labels, bad, {}); });
    IsSentence("CannyComparison" + name, [&] { itk::CannyComparison::Compute(image, labels, labels, bad, {}, {}); });
  }
}

TEST(Exceptions, OfTheMathematicsAreITKs)
{
  const auto                            none = [](double) {};
  const std::vector<double>             spacing{ 1.0, 1.0 };
  const auto                            image = Ones({ 1, 1, 5, 5 });
  const auto                            labels = Ones({ 1, 1, 5, 5 }, at::kInt);
  const auto                            model = SmallModel(2, 1, 2);
  const itk::UNetIntensityNormalization rule;
  const itk::UNetInferenceParameters    parameters;

  for (const auto & [adjective, tensor] : BadTensors())
  {
    const auto &      bad = tensor;
    const std::string name = " of a tensor " + adjective;
    IsITKsOrNone("CannyEdgeDetection" + name, [&] { itk::CannyEdgeDetection::Compute(bad, spacing, {}); });
    IsITKsOrNone(
      "TwoNearestObjectsDistance" + name,
      [&] { itk::TwoNearestObjectsDistance::Compute(bad, spacing, {}, itk::TorchComponentType::Float32, none); });
    IsITKsOrNone("BoundaryWeightMap" + name, [&] { itk::BoundaryWeightMap::Compute(bad, spacing, {}, {}, none); });
    IsITKsOrNone("ConnectedComponents" + name,
                 [&] { itk::ConnectedComponents::Compute(bad, {}, itk::TorchComponentType::UInt32, none); });
    IsITKsOrNone("MarkerWatershed, landscape" + name,
                 [&] { itk::MarkerWatershed::Compute(bad, labels, {}, {}, none); });
    IsITKsOrNone("MarkerWatershed, markers" + name, [&] { itk::MarkerWatershed::Compute(image, bad, {}, {}, none); });
    IsITKsOrNone("MarkerWatershed, mask" + name, [&] { itk::MarkerWatershed::Compute(image, labels, bad, {}, none); });
    IsITKsOrNone("InstanceSegmentation" + name,
                 [&] { itk::InstanceSegmentation::Compute(bad, spacing, {}, itk::TorchComponentType::UInt32, none); });
    IsITKsOrNone("SegmentationEvaluation, prediction" + name,
                 [&] { itk::SegmentationEvaluation::Compute(bad, labels, spacing, {}); });
    IsITKsOrNone("SegmentationEvaluation, truth" + name,
                 [&] { itk::SegmentationEvaluation::Compute(labels, bad, spacing, {}); });
    IsITKsOrNone("CannyComparison, image" + name,
                 [&] { itk::CannyComparison::Compute(bad, labels, labels, spacing, {}, {}); });
    IsITKsOrNone("CannyComparison, segmentation" + name,
                 [&] { itk::CannyComparison::Compute(image, bad, labels, spacing, {}, {}); });
    IsITKsOrNone("CannyComparison, truth" + name,
                 [&] { itk::CannyComparison::Compute(image, labels, bad, spacing, {}, {}); });
    IsITKsOrNone("LabelPixels" + name, [&] { itk::LabelPixels{ bad }; });
    IsITKsOrNone("PixelSet::FromMask" + name, [&] { itk::PixelSet::FromMask(bad); });
    IsITKsOrNone("PixelSet::FromOutline" + name, [&] { itk::PixelSet::FromOutline(bad, {}, true); });
    IsITKsOrNone("PixelSet::FromObjects" + name, [&] { itk::PixelSet::FromObjects(bad, {}); });
    IsITKsOrNone("RandomAugmentation::GetIntensityRange" + name,
                 [&] { itk::RandomAugmentation::GetIntensityRange(bad); });
    IsITKsOrNone("RandomAugmentation::Draw, image" + name,
                 [&] {
                   itk::RandomAugmentation::Draw({}, { bad, {}, {} }, spacing, {});
                 });
    IsITKsOrNone("RandomAugmentation::Draw, labels" + name,
                 [&]
                 {
                   itk::RandomAugmentationParameters random;
                   random.ForegroundProbability = 1.0;
                   random.CropSize = { 2.0 };
                   itk::RandomAugmentation::Draw(random, { image, bad, {} }, spacing, {});
                 });
    IsITKsOrNone("RandomAugmentation::Apply" + name,
                 [&]
                 {
                   const auto record = itk::RandomAugmentation::Draw({}, { image, labels, {} }, spacing, {});
                   itk::RandomAugmentation::Apply({ record }, { { bad, bad, bad } }, TorchDevice::CPU());
                 });
    IsITKsOrNone("ElasticDeformation" + name,
                 [&] {
                   itk::ElasticDeformation({}, { 5, 5 }, spacing).Sample(bad, { 0, 0 }, { 0, 0 }, { 5, 5 }, none);
                 });
    IsITKsOrNone("UNetIntensityNormalization::Apply" + name, [&] { rule.Apply(bad); });
    IsITKsOrNone("UNetIntensityNormalization::Measure" + name, [&] { rule.Measure(bad); });
    IsITKsOrNone("UNetModel's weights" + name,
                 [&]
                 {
                   auto weights = model->GetWeights();
                   weights.begin()->second = bad;
                   auto other = SmallModel(2, 1, 2);
                   other->SetWeights(weights);
                   other->Verify();
                 });
  }
}
} // namespace client
