// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetOnImageGrid_h
#define itkUNetOnImageGrid_h

#include "itkResampleOntoGrid.h"
#include "itkUNetInferenceImageFilter.h"

namespace itk
{
/** \class UNetOnImageGrid
 * \brief The foreground's probability on an image's own grid, whatever its spacing: the image is resampled to the model's
 * spacing, and the probability back. One network for many images: its weights are made ready once. */
template <typename TImage>
class UNetOnImageGrid
{
public:
  using ProbabilityType = Image<float, TImage::ImageDimension>;
  using NetworkType = UNetInferenceImageFilter<TImage, ProbabilityType>;

  /** \param model of one or two classes */
  UNetOnImageGrid(UNetModel * model, const std::string & device)
    : m_Spacing(model->GetSpacing())
  {
    m_Network->SetModel(model);
    m_Network->SetDevice(device);
  }

  NetworkType *
  GetNetwork()
  {
    return m_Network;
  }

  typename ProbabilityType::Pointer
  Compute(TImage * image)
  {
    const auto toModel = ResampleToSpacing(image, m_Spacing);
    m_Network->SetInput(toModel->GetOutput());
    const auto toImage = ResampleOntoGrid(m_Network->GetOutput(), image);
    toImage->Update();
    return toImage->GetOutput();
  }

private:
  const std::vector<double>     m_Spacing;
  typename NetworkType::Pointer m_Network{ NetworkType::New() };
};
} // namespace itk

#endif
