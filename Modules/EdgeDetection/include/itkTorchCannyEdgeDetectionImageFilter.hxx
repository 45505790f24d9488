// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchCannyEdgeDetectionImageFilter_hxx
#define itkTorchCannyEdgeDetectionImageFilter_hxx

#include "itkTorchCannyEdgeDetectionImageFilter.h"
#include "itkTorchImageGeometry.h"
#include <algorithm>
#include <utility>

namespace itk
{
template <typename TInputImage, typename TOutputImage>
TorchCannyEdgeDetectionImageFilter<TInputImage, TOutputImage>::TorchCannyEdgeDetectionImageFilter()
{
  for (const char * const name : { "GradientMagnitude", "GradientDirection", "NonMaximumSuppression" })
  {
    this->ProcessObject::SetOutput(name, Self::MakeOutput(name));
  }
}

template <typename TInputImage, typename TOutputImage>
auto
TorchCannyEdgeDetectionImageFilter<TInputImage, TOutputImage>::MakeOutput(const DataObjectIdentifierType & name)
  -> DataObjectPointer
{
  return name == "GradientDirection" ? TorchImage<DirectionImageType>::New().GetPointer()
                                     : Superclass::MakeOutput(name);
}

template <typename TInputImage, typename TOutputImage>
void
TorchCannyEdgeDetectionImageFilter<TInputImage, TOutputImage>::SetNumbers(
  std::vector<double> CannyEdgeDetectionParameters::*member,
  const std::vector<double> &                        values)
{
  const auto onePerAxis = [](const std::vector<double> & numbers)
  { return numbers.size() == 1 ? std::vector<double>(ImageDimension, numbers.front()) : numbers; };
  if (onePerAxis(m_Parameters.*member) != onePerAxis(values))
  {
    m_Parameters.*member = values;
    this->Modified();
  }
}

template <typename TInputImage, typename TOutputImage>
auto
TorchCannyEdgeDetectionImageFilter<TInputImage, TOutputImage>::ToArray(const std::vector<double> & values) -> ArrayType
{
  ArrayType array;
  array.Fill(values.empty() ? 0.0 : values.front());
  std::copy_n(values.begin(), std::min<std::size_t>(values.size(), ImageDimension), array.Begin());
  return array;
}

template <typename TInputImage, typename TOutputImage>
void
TorchCannyEdgeDetectionImageFilter<TInputImage, TOutputImage>::SetVariance(const ArrayType & variance)
{
  this->SetNumbers(&CannyEdgeDetectionParameters::Variance, { variance.Begin(), variance.End() });
}

template <typename TInputImage, typename TOutputImage>
void
TorchCannyEdgeDetectionImageFilter<TInputImage, TOutputImage>::SetVariance(double variance)
{
  this->SetNumbers(&CannyEdgeDetectionParameters::Variance, { variance });
}

template <typename TInputImage, typename TOutputImage>
auto
TorchCannyEdgeDetectionImageFilter<TInputImage, TOutputImage>::GetVariance() const -> ArrayType
{
  return ToArray(m_Parameters.Variance);
}

template <typename TInputImage, typename TOutputImage>
void
TorchCannyEdgeDetectionImageFilter<TInputImage, TOutputImage>::SetMaximumError(const ArrayType & error)
{
  this->SetNumbers(&CannyEdgeDetectionParameters::MaximumError, { error.Begin(), error.End() });
}

template <typename TInputImage, typename TOutputImage>
void
TorchCannyEdgeDetectionImageFilter<TInputImage, TOutputImage>::SetMaximumError(double error)
{
  this->SetNumbers(&CannyEdgeDetectionParameters::MaximumError, { error });
}

template <typename TInputImage, typename TOutputImage>
auto
TorchCannyEdgeDetectionImageFilter<TInputImage, TOutputImage>::GetMaximumError() const -> ArrayType
{
  return ToArray(m_Parameters.MaximumError);
}

template <typename TInputImage, typename TOutputImage>
void
TorchCannyEdgeDetectionImageFilter<TInputImage, TOutputImage>::SetUpperThreshold(OutputImagePixelType threshold)
{
  if (m_Parameters.UpperThreshold != threshold)
  {
    m_Parameters.UpperThreshold = threshold;
    this->Modified();
  }
}

template <typename TInputImage, typename TOutputImage>
auto
TorchCannyEdgeDetectionImageFilter<TInputImage, TOutputImage>::GetUpperThreshold() const -> OutputImagePixelType
{
  return static_cast<OutputImagePixelType>(m_Parameters.UpperThreshold);
}

template <typename TInputImage, typename TOutputImage>
void
TorchCannyEdgeDetectionImageFilter<TInputImage, TOutputImage>::SetLowerThreshold(OutputImagePixelType threshold)
{
  if (m_Parameters.LowerThreshold != threshold)
  {
    m_Parameters.LowerThreshold = threshold;
    this->Modified();
  }
}

template <typename TInputImage, typename TOutputImage>
auto
TorchCannyEdgeDetectionImageFilter<TInputImage, TOutputImage>::GetLowerThreshold() const -> OutputImagePixelType
{
  return static_cast<OutputImagePixelType>(m_Parameters.LowerThreshold);
}

template <typename TInputImage, typename TOutputImage>
void
TorchCannyEdgeDetectionImageFilter<TInputImage, TOutputImage>::VerifyPreconditions() const
{
  Superclass::VerifyPreconditions();
  VerifyCannyEdgeDetection(m_Parameters, ImageDimension);
}

template <typename TInputImage, typename TOutputImage>
void
TorchCannyEdgeDetectionImageFilter<TInputImage, TOutputImage>::VerifyInputInformation() const
{
  Superclass::VerifyInputInformation();
  VerifyCannySpacing(m_Parameters, GetTorchSpacing<ImageDimension>(this->GetInput()));
}

template <typename TInputImage, typename TOutputImage>
void
TorchCannyEdgeDetectionImageFilter<TInputImage, TOutputImage>::EnlargeOutputRequestedRegion(DataObject * output)
{
  const std::pair<const char *, bool> optionalOutputs[] = { { "GradientMagnitude", m_ProduceGradientMagnitude },
                                                            { "GradientDirection", m_ProduceGradientDirection },
                                                            { "NonMaximumSuppression",
                                                              m_ProduceNonMaximumSuppression } };
  for (const auto & [name, isProduced] : optionalOutputs)
  {
    if (output == this->ProcessObject::GetOutput(name) && !isProduced)
    {
      itkExceptionMacro("Produce" << name << " must be on for the output " << name << ", but is off.");
    }
  }
  output->SetRequestedRegionToLargestPossibleRegion();
}

template <typename TInputImage, typename TOutputImage>
void
TorchCannyEdgeDetectionImageFilter<TInputImage, TOutputImage>::GenerateInputRequestedRegion()
{
  Superclass::GenerateInputRequestedRegion();
  const_cast<TInputImage *>(this->GetInput())->SetRequestedRegionToLargestPossibleRegion();
}

template <typename TInputImage, typename TOutputImage>
void
TorchCannyEdgeDetectionImageFilter<TInputImage, TOutputImage>::GenerateTensors()
{
  const CannyEdgeDetectionOutputs outputs{ m_ProduceGradientMagnitude,
                                           m_ProduceGradientDirection,
                                           m_ProduceNonMaximumSuppression };
  const TInputImage * const       input = this->GetInput();
  const auto                      result =
    CannyEdgeDetection::Compute(this->GetInputTensor(input),
                                GetTorchSpacing<ImageDimension>(input),
                                m_Parameters,
                                outputs,
                                [this](double fraction) { this->ReportProgress(static_cast<float>(fraction)); });
  m_UsedLowerThreshold = static_cast<OutputImagePixelType>(result.LowerThreshold);
  m_UsedUpperThreshold = static_cast<OutputImagePixelType>(result.UpperThreshold);
  this->SetOutputTensor(this->GetOutput(), result.Edges);
  const auto setOrEmpty = [this](auto * output, const TorchTensor & tensor)
  {
    if (tensor.IsDefined())
    {
      this->SetOutputTensor(output, tensor);
    }
    else
    {
      output->Initialize();
    }
  };
  setOrEmpty(this->GetGradientMagnitudeImage(), result.GradientMagnitude);
  setOrEmpty(this->GetGradientDirectionImage(), result.GradientDirection);
  setOrEmpty(this->GetNonMaximumSuppressionImage(), result.NonMaximumSuppression);
}

template <typename TInputImage, typename TOutputImage>
void
TorchCannyEdgeDetectionImageFilter<TInputImage, TOutputImage>::PrintSelf(std::ostream & os, Indent indent) const
{
  Superclass::PrintSelf(os, indent);
  const auto print = [&](const char * name, bool isOn)
  { os << indent << name << ": " << (isOn ? "true" : "false") << std::endl; };
  print("ProduceGradientMagnitude", m_ProduceGradientMagnitude);
  print("ProduceGradientDirection", m_ProduceGradientDirection);
  print("ProduceNonMaximumSuppression", m_ProduceNonMaximumSuppression);
  os << indent << "UsedLowerThreshold: " << m_UsedLowerThreshold << std::endl;
  os << indent << "UsedUpperThreshold: " << m_UsedUpperThreshold << std::endl;
}
} // namespace itk

#endif
