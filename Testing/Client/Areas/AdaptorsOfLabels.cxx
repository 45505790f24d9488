// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Images.h"
#include "TestImages.h"
#include "itkCannyComparisonImageFilter.h"
#include "itkImageAdaptor.h"
#include "itkSegmentationEvaluationImageFilter.h"

/** itk::ImageAdaptors as label images. Filters whose outputs are of the label image's type take no adaptor as an
 * output: they say so when they are compiled, and are not here. */

namespace client
{
namespace
{
template <unsigned int D>
using Labels = itk::Image<unsigned short, D>;

/** Labels that are stored less 300. */
struct ShiftAccessor
{
  using InternalType = short;
  using ExternalType = unsigned short;
  void
  Set(InternalType & output, const ExternalType & input) const
  {
    output = static_cast<InternalType>(input - 300);
  }
  ExternalType
  Get(const InternalType & input) const
  {
    return static_cast<ExternalType>(input + 300);
  }
};
template <unsigned int D>
using ShiftedLabels = itk::ImageAdaptor<itk::Image<short, D>, ShiftAccessor>;

template <unsigned int D>
typename ShiftedLabels<D>::Pointer
Shift(Labels<D> * labels)
{
  auto image = itk::Image<short, D>::New();
  image->CopyInformation(labels);
  image->SetRegions(labels->GetBufferedRegion());
  image->Allocate();
  itk::ImageRegionIteratorWithIndex<Labels<D>> from(labels, labels->GetBufferedRegion());
  for (; !from.IsAtEnd(); ++from)
  {
    image->SetPixel(from.GetIndex(), static_cast<short>(from.Get() - 300));
  }
  auto adaptor = ShiftedLabels<D>::New();
  adaptor->SetImage(image);
  return adaptor;
}

template <unsigned int D>
void
EvaluatesTheSame()
{
  const auto prediction = MakeOtherLabels<Labels<D>>();
  const auto truth = MakeLabels<Labels<D>>();
  const auto shiftedPrediction = Shift<D>(prediction);
  const auto shiftedTruth = Shift<D>(truth);
  for (const std::string device : { "cpu", "staged" })
  {
    const auto expected = itk::SegmentationEvaluationImageFilter<Labels<D>>::New();
    expected->SetDevice(device);
    expected->SetInput(prediction);
    expected->SetTruth(truth);
    expected->Update();
    const auto filter = itk::SegmentationEvaluationImageFilter<ShiftedLabels<D>>::New();
    filter->SetDevice(device);
    filter->SetInput(shiftedPrediction);
    filter->SetTruth(shiftedTruth);
    VERIFY(Works([&] { filter->Update(); })) << device;
    VERIFY(Near(filter->GetDice(), expected->GetDice())) << device;
    VERIFY(Near(filter->GetPanopticQuality(), expected->GetPanopticQuality())) << device;
    VERIFY(Near(filter->GetHausdorffDistance(), expected->GetHausdorffDistance())) << device;
    VERIFY(Same(Read(filter->GetOutput()), Read(expected->GetOutput()))) << device;
  }
}

template <unsigned int D>
void
ComparesTheSame()
{
  using ImageType = itk::Image<float, D>;
  const auto segmentation = MakeOtherLabels<Labels<D>>();
  const auto truth = MakeLabels<Labels<D>>();
  const auto image = MakeIntensities<ImageType>();
  for (const std::string device : { "cpu", "staged" })
  {
    const auto expected = itk::CannyComparisonImageFilter<ImageType>::New();
    expected->SetDevice(device);
    expected->SetInput(image);
    expected->SetSegmentation(segmentation);
    expected->SetTruth(truth);
    expected->Update();
    const auto filter = itk::CannyComparisonImageFilter<ImageType, ShiftedLabels<D>>::New();
    filter->SetDevice(device);
    filter->SetInput(image);
    filter->SetSegmentation(Shift<D>(segmentation));
    filter->SetTruth(Shift<D>(truth));
    VERIFY(Works([&] { filter->Update(); })) << device;
    VERIFY(Same(Read(filter->GetOutput()), Read(expected->GetOutput()))) << device;
    VERIFY(SameValues(filter->GetSegmentationF(), expected->GetSegmentationF())) << device;
  }
}
} // namespace

TEST(AdaptorsOfLabels, AreEvaluatedAsImagesAre)
{
  EvaluatesTheSame<2>();
  EvaluatesTheSame<3>();
}

TEST(AdaptorsOfLabels, AreComparedAsImagesAre)
{
  ComparesTheSame<2>();
  ComparesTheSame<3>();
}
} // namespace client
