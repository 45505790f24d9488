// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetInferenceImageFilter_hxx
#define itkUNetInferenceImageFilter_hxx

#include "itkUNetInferenceImageFilter.h"
#include "itkUNetModelFits.h"
#include "itkImageRegionSplitterSlowDimension.h"
#include "itkTorchExecution.h"
#include "itkUnknownSpacing.h"
#include "itkUNetRegions.h"
#include <algorithm>
#include <cmath>
#include <sstream>

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
UNetInferenceImageFilter<TInputImage, TOutputImage>::VerifyInputInformation() const
{
  Superclass::VerifyInputInformation();
  const UNetModel &         model = *this->GetModel();
  const TInputImage * const image = this->GetInput();
  VerifyUNetFilterInput<TOutputImage>(model, image);
  model.VerifyGrid();
  VerifyUNetModelFitsGrid(model,
                          GetSpacingAlongModelAxes<ImageDimension>(image, model),
                          m_Parameters.ResampleToModelSpacing || HasUnknownSpacing(image->GetMetaDataDictionary()));
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
  m_Session.BeginPass();
  const bool isLocal = UNetLayerList(this->GetModel()->GetSpecification()).IsLocal();
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
  return MakeUNetGrids<ImageDimension>(this->GetInput(), *this->GetModel(), m_Parameters.ScaleStep);
}

template <typename TInputImage, typename TOutputImage>
const UNetInferencePlan &
UNetInferenceImageFilter<TInputImage, TOutputImage>::GetPlan(const InputRegionType & largest) const
{
  const TorchDevice         device = this->GetResolvedDevice();
  const UNetInferencePlan * plan = nullptr;
  TorchExecution::Run(
    *this,
    device,
    [&] { plan = &m_Session.GetPlan(*this->GetModel(), device, m_Parameters, ToUNetRegion(largest, largest).Size); });
  return *plan;
}

template <typename TInputImage, typename TOutputImage>
void
UNetInferenceImageFilter<TInputImage, TOutputImage>::Prepare()
{
  this->UpdateOutputInformation();
  const_cast<UNetModel *>(this->GetModel())->Update();
  const TorchDevice device = this->GetResolvedDevice();
  m_Session.BeginPass();
  TorchExecution::Run(*this, device, [&] { m_Session.Prepare(*this->GetModel(), device); });
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
  std::vector<UNetInferencePlan> plans;
  for (const GridType & grid : grids)
  {
    plans.push_back(this->GetPlan(grid.GetLargestRegion()));
  }
  return EstimateUNetGridCost<ImageDimension>(grids, plans, region, GetTorchNumberOfComponents(this->GetInput()));
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
  TorchExecution::Run(*this, m_Session.GetDevice(), [&] { m_Session.GetInference().WarmUp(m_Parameters, window); });
}

template <typename TInputImage, typename TOutputImage>
void
UNetInferenceImageFilter<TInputImage, TOutputImage>::ReleaseDeviceMemory()
{
  m_Session.Release();
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
      this->UpdateProgress(0.0f);
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
  const auto                grids = this->MakeGrids();
  // What is resampled is resampled on the host, and goes to the device as the network sees it.
  const TorchTensor pixels = grids.empty()
                               ? this->GetInputTensor(input)
                               : GetTorchTensor(input, this->GetInputRequestedRegion(input), TorchDevice::CPU());
  m_Session.Prepare(*model, this->GetResolvedDevice());
  const auto choice = m_Session.GetInference().GetChoice({ m_Parameters.Precision, m_Parameters.Convolution });
  m_UsedPrecision = choice.GetPrecision();
  m_UsedConvolution = choice.GetConvolution();

  constexpr double         shareOfMeasurement = 0.02; // of the time
  const auto               largest = input->GetLargestPossibleRegion();
  const auto               requested = this->GetInputRequestedRegion(input);
  const UNetIntensityScale scale =
    requested == largest
      ? model->GetIntensityNormalization().Measure(pixels, this->MakeObserver(0.0, shareOfMeasurement).Progress)
      : m_Scale.Get();
  this->WarnOf(scale);
  using Traits = UNetOutputTraits<TOutputImage>;
  if (!grids.empty())
  {
    this->SetOutputTensor(this->GetOutput(), this->ComputeOnGrids(grids, scale));
    return;
  }
  const UNetInferencePlan & plan = this->GetPlan(largest);
  this->WarnOnce(plan.GetReason());
  const UNetRegion part = ToUNetRegion(requested, largest);
  this->SetOutputTensor(this->GetOutput(),
                        m_Session.GetInference().Compute({ pixels, part.Start, ToUNetRegion(largest, largest).Size },
                                                         ToUNetRegion(this->GetOutput()->GetRequestedRegion(), largest),
                                                         scale,
                                                         Traits::Output,
                                                         plan,
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
  const auto &     plan = this->GetPlan(largest);
  const UNetRegion outputRegion = ToUNetRegion(gridRegion, largest);
  const UNetRegion part = plan.GetInputRegion(outputRegion);
  const auto       partRegion = ToImageRegion(part, largest);
  const auto       imageRegion = grid.GetImageRegion(partRegion);
  this->WarnOnce(plan.GetReason());

  if (!this->GetInput()->GetBufferedRegion().IsInside(imageRegion))
  {
    throw TorchOutOfMemoryError(
      __FILE__,
      __LINE__,
      "Device " + m_Session.GetDevice().GetName() +
        " ran out of memory, and smaller windows need a larger part of the input: call Update() again.",
      ITK_LOCATION);
  }
  const auto pixels = GetTorchTensor(this->GetInput(), imageRegion, TorchDevice::CPU());
  const auto onGrid = grid.ToGrid(pixels, imageRegion, partRegion).To(m_Session.GetDevice());
  const auto values = m_Session.GetInference().Compute({ onGrid, part.Start, ToUNetRegion(largest, largest).Size },
                                                       outputRegion,
                                                       scale,
                                                       output,
                                                       plan,
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
UNetInferenceImageFilter<TInputImage, TOutputImage>::WarnOnce(const std::string & warning)
{
  const auto time = GetPipelineTime(this->GetInput());
  if (m_WarnedInput != this->GetInput() || m_WarnedTime != time)
  {
    m_Warnings.clear();
    m_WarnedInput = this->GetInput();
    m_WarnedTime = time;
  }
  if (!warning.empty() && m_Warnings.insert(warning).second)
  {
    this->ReportWarning(warning);
  }
}

template <typename TInputImage, typename TOutputImage>
void
UNetInferenceImageFilter<TInputImage, TOutputImage>::WarnOf(const UNetIntensityScale & scale)
{
  if (scale.IsPolarityDoubtful())
  {
    std::ostringstream text;
    text << "Whether its objects are bright or dark is a guess: " << std::lround(100.0f * scale.BrightShare)
         << " % of it are bright, so they are taken for " << (scale.IsInverted ? "dark" : "bright")
         << "; Polarity states it.";
    this->WarnOnce(text.str());
  }
}
} // namespace itk

#endif
