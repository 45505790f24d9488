// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetModelFits.h"
#include "itkMacro.h"
#include <algorithm>
#include <sstream>

namespace itk
{
namespace
{
template <typename TValue>
std::string
Listed(const std::vector<TValue> & values, const char * separator)
{
  std::ostringstream text;
  for (std::size_t i = 0; i < values.size(); ++i)
  {
    text << (i > 0 ? separator : "") << values[i];
  }
  return text.str();
}
} // namespace

void
VerifyUNetModelFitsImage(const UNetModel &                model,
                         const std::vector<std::size_t> & size,
                         unsigned int                     numberOfComponents)
{
  if (std::find(size.begin(), size.end(), 0) != size.end())
  {
    itkGenericExceptionMacro("The image must have at least 1 pixel, but its size is [" << Listed(size, ", ") << "].");
  }
  const auto & specification = model.GetSpecification();
  if (specification.Dimension != size.size())
  {
    itkGenericExceptionMacro("The model is for images of dimension "
                             << specification.Dimension << ", but the image is of dimension " << size.size() << '.');
  }
  const unsigned int channels = model.GetIntensityNormalization().GetNumberOfChannels(numberOfComponents);
  if (channels != specification.Channels)
  {
    itkGenericExceptionMacro("The model takes " << specification.Channels
                                                << " channel(s), but the intensity normalization makes " << channels
                                                << " from the image's " << numberOfComponents << " component(s).");
  }
}

void
VerifyUNetModelFitsOutput(const UNetModel & model, UNetInferenceOutput output, double largest)
{
  const double classes = model.GetSpecification().Classes;
  if (output == UNetInferenceOutput::ForegroundProbability && classes > 2)
  {
    itkGenericExceptionMacro("An image of one probability needs a model of 1 or 2 classes, but the model has "
                             << classes << "; use a VectorImage.");
  }
  if (output == UNetInferenceOutput::Labels && classes - 1.0 > largest)
  {
    itkGenericExceptionMacro("The model's classes must be at most "
                             << largest + 1.0 << " for labels of this pixel type, but are " << classes << '.');
  }
}

void
VerifyUNetModelFitsGrid(const UNetModel & model, const std::vector<double> & spacing, bool mayResample)
{
  if (!mayResample && !model.IsForSpacing(spacing))
  {
    itkGenericExceptionMacro("The model is for pixels of "
                             << Listed(model.GetSpacing(), " x ") << " mm, but the image's are of "
                             << Listed(spacing, " x ") << " mm; turn on ResampleToModelSpacing to resample the image.");
  }
}
} // namespace itk
