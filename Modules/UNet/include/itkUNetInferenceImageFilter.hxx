// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetInferenceImageFilter_hxx
#define itkUNetInferenceImageFilter_hxx

#include "itkUNetInferenceImageFilter.h"
#include "itkPipelineTime.h"
#include "itkUNetReceptiveField.h"
#include <algorithm>

namespace itk
{
template <typename TOutputImage, typename TInputImage>
void
VerifyUNetFilterInput(const UNetModel & model, const TInputImage * image)
{
  using Traits = UNetOutputTraits<TOutputImage>;
  using ComponentType = typename Traits::ComponentType;
  static_assert(!Traits::IsVectorImage || std::is_floating_point<ComponentType>::value,
                "Probabilities need float or double components.");
  const auto & size = image->GetLargestPossibleRegion().GetSize();
  VerifyUNetModelFitsImage(model, { size.begin(), size.end() }, image->GetNumberOfComponentsPerPixel());
  VerifyUNetModelFitsOutput(model, Traits::Output, static_cast<double>(NumericTraits<ComponentType>::max()));
}

template <typename TInputImage, typename TOutputImage>
UNetInferenceImageFilter<TInputImage, TOutputImage>::UNetInferenceImageFilter()
{
  this->AddRequiredInputName("Model");
}

template <typename TInputImage, typename TOutputImage>
void
UNetInferenceImageFilter<TInputImage, TOutputImage>::VerifyInputInformation() ITKv5_CONST
{
  Superclass::VerifyInputInformation();
  VerifyUNetFilterInput<TOutputImage>(*this->GetModel(), this->GetInput());
}

template <typename TInputImage, typename TOutputImage>
void
UNetInferenceImageFilter<TInputImage, TOutputImage>::GenerateOutputInformation()
{
  Superclass::GenerateOutputInformation();
  this->GetOutput()->SetNumberOfComponentsPerPixel(
    UNetOutputTraits<TOutputImage>::IsVectorImage ? this->GetModel()->GetSpecification().Classes : 1);
}

template <typename TInputImage, typename TOutputImage>
void
UNetInferenceImageFilter<TInputImage, TOutputImage>::EnlargeOutputRequestedRegion(DataObject * output)
{
  const bool isLocal = UNetReceptiveField(this->GetModel()->GetSpecification()).IsLocal();
  if (!isLocal && !this->GetPlan().IsBlended())
  {
    output->SetRequestedRegionToLargestPossibleRegion();
  }
}

template <typename TInputImage, typename TOutputImage>
void
UNetInferenceImageFilter<TInputImage, TOutputImage>::GenerateInputRequestedRegion()
{
  Superclass::GenerateInputRequestedRegion();
  auto * const input = const_cast<TInputImage *>(this->GetInput());
  const auto   whole = input->GetLargestPossibleRegion();
  const auto region = this->GetPlan().GetInputRegion(this->GetRelativeRegion(this->GetOutput()->GetRequestedRegion()));
  typename TInputImage::RegionType requested;
  for (unsigned int axis = 0; axis < ImageDimension; ++axis)
  {
    requested.SetIndex(axis, whole.GetIndex(axis) + region.Start[axis]);
    requested.SetSize(axis, static_cast<SizeValueType>(region.Size[axis]));
  }
  input->SetRequestedRegion(requested);
}

template <typename TInputImage, typename TOutputImage>
bool
UNetInferenceImageFilter<TInputImage, TOutputImage>::IsPrepared(const TorchDevice & device) const
{
  const UNetModel * const model = this->GetModel();
  return m_Inference && m_InferenceModel == model && m_InferenceTime >= model->GetMTime() &&
         m_InferenceDevice == device;
}

template <typename TInputImage, typename TOutputImage>
void
UNetInferenceImageFilter<TInputImage, TOutputImage>::PrepareInference(const TorchDevice & device)
{
  if (!this->IsPrepared(device))
  {
    const UNetModel * const model = this->GetModel();
    m_Inference.reset();
    m_Inference = std::make_unique<UNetInference>(*model, device);
    m_InferenceModel = model;
    m_InferenceTime.Modified();
    m_InferenceDevice = device;
    m_Warning.clear();
  }
}

template <typename TInputImage, typename TOutputImage>
UNetInferencePlan
UNetInferenceImageFilter<TInputImage, TOutputImage>::GetPlan() const
{
  const auto extent = this->GetRelativeRegion(this->GetInput()->GetLargestPossibleRegion()).Size;
  if (this->IsPrepared(this->GetResolvedDevice()))
  {
    return m_Inference->GetPlan(m_Parameters, extent);
  }
  return { this->GetModel()->GetSpecification(), m_Parameters, UNetPrecision::Float32, extent };
}

template <typename TInputImage, typename TOutputImage>
UNetInferencePlan
UNetInferenceImageFilter<TInputImage, TOutputImage>::PreparePlan()
{
  this->UpdateOutputInformation();
  const_cast<UNetModel *>(this->GetModel())->Update();
  this->PrepareInference(this->GetResolvedDevice());
  return this->GetPlan();
}

template <typename TInputImage, typename TOutputImage>
std::uint64_t
UNetInferenceImageFilter<TInputImage, TOutputImage>::EstimateMemory(const typename TOutputImage::RegionType & region)
{
  const UNetInferencePlan plan = this->PreparePlan();
  const UNetRegion        relative = this->GetRelativeRegion(region);
  std::uint64_t           pixels = 1;
  for (const std::int64_t size : plan.GetInputRegion(relative).Size)
  {
    pixels *= static_cast<std::uint64_t>(size);
  }
  using OutputType = typename UNetOutputTraits<TOutputImage>::ComponentType;
  using InputType = typename NumericTraits<typename TInputImage::PixelContainer::Element>::ValueType;
  return plan.EstimateCost(relative).Memory +
         pixels * this->GetInput()->GetNumberOfComponentsPerPixel() * sizeof(InputType) +
         region.GetNumberOfPixels() * this->GetOutput()->GetNumberOfComponentsPerPixel() * sizeof(OutputType);
}

template <typename TInputImage, typename TOutputImage>
UNetInferenceCost
UNetInferenceImageFilter<TInputImage, TOutputImage>::EstimateCost(const typename TOutputImage::RegionType & region)
{
  return this->PreparePlan().EstimateCost(this->GetRelativeRegion(region));
}

template <typename TInputImage, typename TOutputImage>
unsigned int
UNetInferenceImageFilter<TInputImage, TOutputImage>::GetNumberOfStreamDivisions()
{
  return this->PreparePlan().GetNumberOfStreamDivisions();
}

template <typename TInputImage, typename TOutputImage>
void
UNetInferenceImageFilter<TInputImage, TOutputImage>::ReleaseDeviceMemory()
{
  m_Inference.reset();
  m_InferenceModel = nullptr;
  m_InferenceDevice.ReleaseUnusedMemory();
}

template <typename TInputImage, typename TOutputImage>
UNetRegion
UNetInferenceImageFilter<TInputImage, TOutputImage>::GetRelativeRegion(
  const typename TInputImage::RegionType & region) const
{
  const auto whole = this->GetInput()->GetLargestPossibleRegion();
  UNetRegion relative;
  for (unsigned int axis = 0; axis < ImageDimension; ++axis)
  {
    relative.Start.push_back(region.GetIndex(axis) - whole.GetIndex(axis));
    relative.Size.push_back(static_cast<std::int64_t>(region.GetSize(axis)));
  }
  return relative;
}

template <typename TInputImage, typename TOutputImage>
bool
UNetInferenceImageFilter<TInputImage, TOutputImage>::NeedsMeasurementInPieces() const
{
  const auto * const input = this->GetInput();
  const auto * const model = this->GetModel();
  const bool         isWhole = input->GetRequestedRegion() == input->GetLargestPossibleRegion();
  const bool isKnown = m_ScaleInput == input && m_ScaleInputTime == GetPipelineTime(input) && m_ScaleModel == model &&
                       m_ScaleModelTime == model->GetMTime();
  return !isWhole && !isKnown;
}

template <typename TInputImage, typename TOutputImage>
void
UNetInferenceImageFilter<TInputImage, TOutputImage>::UpdateOutputData(DataObject * output)
{
  if (!this->m_Updating && this->NeedsMeasurementInPieces())
  {
    // Its rule is known when it is trained.
    const_cast<UNetModel *>(this->GetModel())->UpdateOutputData();
    this->MeasureInPieces();
    this->PropagateRequestedRegion(output);
  }
  Superclass::UpdateOutputData(output);
}

template <typename TInputImage, typename TOutputImage>
void
UNetInferenceImageFilter<TInputImage, TOutputImage>::MeasureInPieces()
{
  auto * const        input = const_cast<TInputImage *>(this->GetInput());
  const auto * const  model = this->GetModel();
  const auto          whole = input->GetLargestPossibleRegion();
  const SizeValueType slabs = whole.GetSize(ImageDimension - 1);
  const SizeValueType pixelsOfSlab = whole.GetNumberOfPixels() / slabs;
  const SizeValueType step = std::max<SizeValueType>(1, input->GetRequestedRegion().GetNumberOfPixels() / pixelsOfSlab);

  UNetIntensityMeasurement measurement(model->GetIntensityRule());
  while (measurement.NeedsPass())
  {
    for (SizeValueType slab = 0; slab < slabs; slab += step)
    {
      auto piece = whole;
      piece.SetIndex(ImageDimension - 1, whole.GetIndex(ImageDimension - 1) + static_cast<IndexValueType>(slab));
      piece.SetSize(ImageDimension - 1, std::min(step, slabs - slab));
      input->SetRequestedRegion(piece);
      input->PropagateRequestedRegion();
      input->UpdateOutputData();
      measurement.Add(GetTorchTensor(input, piece, TorchDevice::CPU()));
    }
    measurement.EndPass();
  }
  m_Scale = measurement.GetScale();
  m_ScaleInput = input;
  m_ScaleInputTime = GetPipelineTime(input);
  m_ScaleModel = model;
  m_ScaleModelTime = model->GetMTime();
}

template <typename TInputImage, typename TOutputImage>
TorchTensor
UNetInferenceImageFilter<TInputImage, TOutputImage>::GenerateTensor(const TorchTensor & input)
{
  const UNetModel * const model = this->GetModel();
  this->PrepareInference(input.GetDevice());
  m_UsedPrecision = m_Inference->GetPrecision(m_Parameters.Precision);
  using Traits = UNetOutputTraits<TOutputImage>;
  const auto               whole = this->GetInput()->GetLargestPossibleRegion();
  const auto               requested = this->GetInput()->GetRequestedRegion();
  const UNetIntensityScale scale = requested == whole ? model->GetIntensityRule().Measure(input) : m_Scale;
  const UNetImagePart      part{ input, this->GetRelativeRegion(requested).Start, this->GetRelativeRegion(whole).Size };
  const std::string        warning = m_Inference->GetPlan(m_Parameters, part.Extent).GetReason();
  if (!warning.empty() && warning != m_Warning)
  {
    this->ReportWarning(warning);
    m_Warning = warning;
  }
  UNetInferenceObserver observer;
  observer.Progress = [this](double done) { this->ReportProgress(static_cast<float>(done)); };
  observer.Warning = [this](const std::string & message) { this->ReportWarning(message); };
  return m_Inference->Compute(part,
                              this->GetRelativeRegion(this->GetOutput()->GetRequestedRegion()),
                              scale,
                              Traits::Output,
                              m_Parameters,
                              GetTorchComponentType<typename Traits::ComponentType>(),
                              observer);
}
} // namespace itk

#endif
