// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetInferenceImageFilter_hxx
#define itkUNetInferenceImageFilter_hxx

#include "itkUNetInferenceImageFilter.h"
#include "itkUNetModelFits.h"
#include "itkImageRegionSplitterSlowDimension.h"
#include "itkTorchExecution.h"
#include "itkUNetReceptiveField.h"
#include "itkUNetRegions.h"
#include <algorithm>
#include <optional>

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
  VerifyUNetModelFitsImage(model, { size.begin(), size.end() }, GetTorchNumberOfComponents(image));
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
  const UNetModel &         model = *this->GetModel();
  const TInputImage * const image = this->GetInput();
  VerifyUNetFilterInput<TOutputImage>(model, image);
  std::vector<double> direction;
  for (unsigned int i = 0; i < ImageDimension * ImageDimension; ++i)
  {
    direction.push_back(image->GetDirection()[i / ImageDimension][i % ImageDimension]);
  }
  VerifyUNetModelFitsGrid(
    model, { image->GetSpacing().Begin(), image->GetSpacing().End() }, direction, m_Parameters.ResampleToModelSpacing);
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
  if (!isLocal && !this->GetPlan(this->GetInput()->GetLargestPossibleRegion()).IsBlended())
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
  input->SetRequestedRegion(this->GetInputRegion(this->GetOutput()->GetRequestedRegion()));
}

template <typename TInputImage, typename TOutputImage>
auto
UNetInferenceImageFilter<TInputImage, TOutputImage>::GetInputRegion(const InputRegionType & outputRegion) const
  -> InputRegionType
{
  const auto inputRegion = [this](const InputRegionType & region, const InputRegionType & largest)
  { return ToImageRegion(this->GetPlan(largest).GetInputRegion(ToUNetRegion(region, largest)), largest); };
  const auto grids = this->MakeGrids();
  if (grids.empty())
  {
    return inputRegion(outputRegion, this->GetInput()->GetLargestPossibleRegion());
  }
  InputRegionType all = outputRegion;
  for (const GridType & grid : grids)
  {
    all =
      GetRegionAround(all, grid.GetImageRegion(inputRegion(grid.GetGridRegion(outputRegion), grid.GetLargestRegion())));
  }
  return all;
}

template <typename TInputImage, typename TOutputImage>
auto
UNetInferenceImageFilter<TInputImage, TOutputImage>::MakeGrids() const -> std::vector<GridType>
{
  const TInputImage * const image = this->GetInput();
  const UNetModel * const   model = this->GetModel();
  std::vector<double>       spacing(image->GetSpacing().Begin(), image->GetSpacing().End());
  const bool                isForImage = model->IsForSpacing(spacing);
  std::vector<GridType>     grids;
  if (isForImage && m_Parameters.ScaleStep == 1.0)
  {
    return grids;
  }
  spacing = isForImage ? spacing : model->GetSpacing();
  grids.emplace_back(image, spacing);
  if (m_Parameters.ScaleStep > 1.0)
  {
    for (const double factor : { 1.0 / m_Parameters.ScaleStep, m_Parameters.ScaleStep })
    {
      std::vector<double> scaled = spacing;
      std::transform(spacing.begin(), spacing.end(), scaled.begin(), [factor](double s) { return s * factor; });
      grids.emplace_back(image, scaled);
    }
  }
  return grids;
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
UNetInferenceImageFilter<TInputImage, TOutputImage>::GetPlan(const InputRegionType & largest) const
{
  const auto        extent = ToUNetRegion(largest, largest).Size;
  const TorchDevice device = this->GetResolvedDevice();
  if (this->IsPrepared(device))
  {
    std::optional<UNetInferencePlan> plan;
    TorchExecution::Run(*this, device, [&] { plan.emplace(m_Inference->GetPlan(m_Parameters, extent)); });
    return *plan;
  }
  return { this->GetModel()->GetSpecification(), m_Parameters, UNetPrecision::Float32, extent };
}

template <typename TInputImage, typename TOutputImage>
void
UNetInferenceImageFilter<TInputImage, TOutputImage>::Prepare()
{
  this->UpdateOutputInformation();
  const_cast<UNetModel *>(this->GetModel())->Update();
  const TorchDevice device = this->GetResolvedDevice();
  TorchExecution::Run(*this, device, [&] { this->PrepareInference(device); });
}

template <typename TInputImage, typename TOutputImage>
std::uint64_t
UNetInferenceImageFilter<TInputImage, TOutputImage>::EstimateMemory(const typename TOutputImage::RegionType & region)
{
  const UNetInferenceCost cost = this->EstimateCost(region);
  const auto              input = this->GetInputRegion(region);
  using OutputType = typename UNetOutputTraits<TOutputImage>::ComponentType;
  using InputType = TorchComponentOf<TInputImage>;
  return cost.Memory + input.GetNumberOfPixels() * GetTorchNumberOfComponents(this->GetInput()) * sizeof(InputType) +
         region.GetNumberOfPixels() * this->GetOutput()->GetNumberOfComponentsPerPixel() * sizeof(OutputType);
}

template <typename TInputImage, typename TOutputImage>
UNetInferenceCost
UNetInferenceImageFilter<TInputImage, TOutputImage>::EstimateCost(const typename TOutputImage::RegionType & region)
{
  this->Prepare();
  const auto grids = this->MakeGrids();
  if (grids.empty())
  {
    const auto largest = this->GetInput()->GetLargestPossibleRegion();
    return this->GetPlan(largest).EstimateCost(ToUNetRegion(region, largest));
  }
  const std::uint64_t classes = this->GetModel()->GetSpecification().Classes;
  UNetInferenceCost   sum;
  for (const GridType & grid : grids)
  {
    const auto largest = grid.GetLargestRegion();
    const auto plan = this->GetPlan(largest);
    const auto ofGrid = ToUNetRegion(grid.GetGridRegion(region), largest);
    const auto cost = plan.EstimateCost(ofGrid);
    const auto part = ToImageRegion(plan.GetInputRegion(ofGrid), largest);
    // Pixels before and after resampling, probabilities on the grid, and those on the image that wait for the other grids.
    const SizeValueType pixels = part.GetNumberOfPixels() + grid.GetImageRegion(part).GetNumberOfPixels();
    const std::uint64_t memory =
      cost.Memory + sizeof(float) * (pixels * GetTorchNumberOfComponents(this->GetInput()) +
                                     grid.GetGridRegion(region).GetNumberOfPixels() * classes +
                                     grids.size() * region.GetNumberOfPixels() * classes);
    sum.WindowSize = memory > sum.Memory ? cost.WindowSize : sum.WindowSize;
    sum.Memory = std::max(sum.Memory, memory);
    sum.NumberOfWindows += cost.NumberOfWindows;
    sum.MultiplyAdds += cost.MultiplyAdds;
  }
  sum.Factor = sum.MultiplyAdds / (this->GetModel()->GetSpecification().GetMultiplyAddsPerPixel() *
                                   static_cast<double>(region.GetNumberOfPixels()));
  return sum;
}

template <typename TInputImage, typename TOutputImage>
unsigned int
UNetInferenceImageFilter<TInputImage, TOutputImage>::GetNumberOfStreamDivisions()
{
  this->Prepare();
  const auto grids = this->MakeGrids();
  if (grids.empty())
  {
    return this->GetPlan(this->GetInput()->GetLargestPossibleRegion()).GetNumberOfStreamDivisions();
  }
  unsigned int divisions = 1;
  for (const GridType & grid : grids)
  {
    divisions = std::max(divisions, this->GetPlan(grid.GetLargestRegion()).GetNumberOfStreamDivisions());
  }
  return divisions;
}

template <typename TInputImage, typename TOutputImage>
void
UNetInferenceImageFilter<TInputImage, TOutputImage>::WarmUp()
{
  this->Prepare();
  const auto window = this->EstimateCost(this->GetInput()->GetLargestPossibleRegion()).WindowSize;
  TorchExecution::Run(*this, m_InferenceDevice, [&] { m_Inference->WarmUp(m_Parameters, window); });
}

template <typename TInputImage, typename TOutputImage>
void
UNetInferenceImageFilter<TInputImage, TOutputImage>::ReleaseDeviceMemory()
{
  if (m_Inference)
  {
    m_Inference.reset();
    m_InferenceModel = nullptr;
    m_InferenceDevice.ReleaseUnusedMemory();
  }
}

template <typename TInputImage, typename TOutputImage>
void
UNetInferenceImageFilter<TInputImage, TOutputImage>::UpdateOutputData(DataObject * output)
{
  if (!this->m_Updating)
  {
    // Its rule and spacing are known when it is trained.
    auto * const model = const_cast<UNetModel *>(this->GetModel());
    const auto   time = model->GetMTime();
    model->UpdateOutputData();
    if (model->GetMTime() != time)
    {
      this->VerifyInputInformation();
      this->PropagateRequestedRegion(output);
    }
    auto * const        input = const_cast<TInputImage *>(this->GetInput());
    const SizeValueType pixels = this->GetInputRequestedRegion(input).GetNumberOfPixels();
    if (pixels < input->GetLargestPossibleRegion().GetNumberOfPixels() && !m_Scale.IsKnown(input, model))
    {
      this->SetAbortGenerateData(false);
      this->SetProgress(0.0f);
      m_Scale.Measure(input, model, pixels, [this] { this->ReportProgress(0.0f); });
      this->PropagateRequestedRegion(output);
    }
  }
  Superclass::UpdateOutputData(output);
}

template <typename TInputImage, typename TOutputImage>
void
UNetInferenceImageFilter<TInputImage, TOutputImage>::GenerateTensors()
{
  const TInputImage * const input = this->GetInput();
  const UNetModel * const   model = this->GetModel();
  const TorchTensor         pixels = this->GetInputTensor(input);
  this->PrepareInference(pixels.GetDevice());
  m_UsedPrecision = m_Inference->GetPrecision(m_Parameters.Precision, m_Parameters.Convolution);

  constexpr double         shareOfMeasurement = 0.02; // of the time
  const auto               largest = input->GetLargestPossibleRegion();
  const auto               requested = this->GetInputRequestedRegion(input);
  const UNetIntensityScale scale =
    requested == largest
      ? model->GetIntensityNormalization().Measure(pixels, this->MakeObserver(0.0, shareOfMeasurement).Progress)
      : m_Scale.Get();
  using Traits = UNetOutputTraits<TOutputImage>;
  const auto grids = this->MakeGrids();
  if (!grids.empty())
  {
    this->SetOutputTensor(this->GetOutput(), this->ComputeOnGrids(grids, scale));
    return;
  }
  this->WarnOf(this->GetPlan(largest));
  const UNetRegion part = ToUNetRegion(requested, largest);
  this->SetOutputTensor(this->GetOutput(),
                        m_Inference->Compute({ pixels, part.Start, ToUNetRegion(largest, largest).Size },
                                             ToUNetRegion(this->GetOutput()->GetRequestedRegion(), largest),
                                             scale,
                                             Traits::Output,
                                             m_Parameters,
                                             GetTorchComponentType<typename Traits::ComponentType>(),
                                             this->MakeObserver(shareOfMeasurement, 1.0)));
}

template <typename TInputImage, typename TOutputImage>
TorchTensor
UNetInferenceImageFilter<TInputImage, TOutputImage>::ComputeOnGrids(const std::vector<GridType> & grids,
                                                                    const UNetIntensityScale &    scale)
{
  using Traits = UNetOutputTraits<TOutputImage>;
  constexpr SizeValueType largestPiece = SizeValueType{ 1 } << 28;
  const auto              whole = this->GetOutput()->GetRequestedRegion();
  const SizeValueType     classes = this->GetModel()->GetSpecification().Classes;
  const bool              isForeground = !Traits::IsVectorImage && classes <= 2;
  const SizeValueType     components = isForeground ? 1 : classes;
  const SizeValueType     bytes = whole.GetNumberOfPixels() * components * sizeof(float);
  // Of one slice there is one piece: pieces are joined along the last axis.
  const SizeValueType wanted = (bytes + largestPiece - 1) / largestPiece;
  const auto          splitter = ImageRegionSplitterSlowDimension::New();
  const unsigned int  pieces =
    splitter->GetNumberOfSplits(whole, static_cast<unsigned int>(std::min(wanted, whole.GetSize(ImageDimension - 1))));
  const double steps = static_cast<double>(pieces) * static_cast<double>(grids.size());

  std::vector<TorchTensor> results;
  double                   done = 0.0;
  for (unsigned int i = 0; i < pieces; ++i)
  {
    auto piece = whole;
    splitter->GetSplit(i, pieces, piece);
    std::vector<TorchTensor> probabilities;
    for (const GridType & grid : grids)
    {
      probabilities.push_back(this->ComputeOnGrid(grid,
                                                  piece,
                                                  scale,
                                                  isForeground ? UNetInferenceOutput::ForegroundProbability
                                                               : UNetInferenceOutput::Probabilities,
                                                  this->MakeObserver(done / steps, (done + 1.0) / steps)));
      done += 1.0;
    }
    results.push_back(UNetOutputOfProbabilities(
      probabilities, Traits::Output, m_Parameters.Threshold, GetTorchComponentType<typename Traits::ComponentType>()));
  }
  return JoinAlongLastAxis(results);
}

template <typename TInputImage, typename TOutputImage>
TorchTensor
UNetInferenceImageFilter<TInputImage, TOutputImage>::ComputeOnGrid(const GridType &              grid,
                                                                   const InputRegionType &       region,
                                                                   const UNetIntensityScale &    scale,
                                                                   UNetInferenceOutput           output,
                                                                   const UNetInferenceObserver & observer)
{
  const auto       largest = grid.GetLargestRegion();
  const auto       gridRegion = grid.GetGridRegion(region);
  const auto       plan = this->GetPlan(largest);
  const UNetRegion outputRegion = ToUNetRegion(gridRegion, largest);
  const UNetRegion part = plan.GetInputRegion(outputRegion);
  const auto       partRegion = ToImageRegion(part, largest);
  const auto       imageRegion = grid.GetImageRegion(partRegion);
  this->WarnOf(plan);

  if (!this->GetInput()->GetBufferedRegion().IsInside(imageRegion))
  {
    throw TorchOutOfMemoryError(__FILE__,
                                __LINE__,
                                "Device " + m_InferenceDevice.GetName() +
                                  " ran out of memory, and smaller windows need more of the input: update again.",
                                ITK_LOCATION);
  }
  const auto pixels = GetTorchTensor(this->GetInput(), imageRegion, TorchDevice::CPU());
  const auto onGrid = grid.ToGrid(pixels, imageRegion, partRegion).To(m_InferenceDevice);
  const auto values = m_Inference->Compute({ onGrid, part.Start, ToUNetRegion(largest, largest).Size },
                                           outputRegion,
                                           scale,
                                           output,
                                           m_Parameters,
                                           TorchComponentType::Float32,
                                           observer);
  return grid.ToImage(values, gridRegion, region);
}

template <typename TInputImage, typename TOutputImage>
UNetInferenceObserver
UNetInferenceImageFilter<TInputImage, TOutputImage>::MakeObserver(double begin, double end)
{
  UNetInferenceObserver observer;
  observer.Progress = [this, begin, end](double done)
  { this->ReportProgress(static_cast<float>(begin + done * (end - begin))); };
  observer.Warning = [this](const std::string & message) { this->ReportWarning(message); };
  return observer;
}

template <typename TInputImage, typename TOutputImage>
void
UNetInferenceImageFilter<TInputImage, TOutputImage>::WarnOf(const UNetInferencePlan & plan)
{
  // Once for an image, not for each of its pieces.
  const std::string warning = plan.GetReason();
  if (!warning.empty() && (warning != m_Warning || m_WarnedInput != this->GetInput()))
  {
    this->ReportWarning(warning);
    m_Warning = warning;
    m_WarnedInput = this->GetInput();
  }
}
} // namespace itk

#endif
