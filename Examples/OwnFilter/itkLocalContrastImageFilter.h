// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkLocalContrastImageFilter_h
#define itkLocalContrastImageFilter_h

#include "itkTorchImageToImageFilter.h"
#include "itkTorchMacros.h"

namespace itk
{
/** Parameters of LocalContrastImageFilter. */
struct LocalContrastParameters
{
  unsigned int Radius{ 5 };
  double       Epsilon{ 1e-3 };

  static const TorchParameterTable<LocalContrastParameters> &
  Describe()
  {
    using P = LocalContrastParameters;
    using Range = TorchParameterRange;
    static const auto table =
      TorchParameterTable<P>()
        .Add("Radius", &P::Radius, "Half width of the window.", Range::Between(1, 100), TorchParameterUnit::Pixels)
        .Add("Epsilon", &P::Epsilon, "Added to the standard deviation.", Range::GreaterThan(0));
    return table;
  }
};

/** \class LocalContrastImageFilter
 * \brief Makes the mean 0 and the standard deviation 1 in the window around each pixel, for each component by itself.
 *
 * Output = (I − m) / (s + Epsilon), with the mean m and the standard deviation s over (2 · Radius + 1)^D pixels.
 * Windows end at the image's border.
 * \tparam TInputImage image or VectorImage of numbers
 * \tparam TOutputImage image of floats with as many components
 */
template <typename TInputImage, typename TOutputImage>
class ITK_TEMPLATE_EXPORT LocalContrastImageFilter : public TorchImageToImageFilter<TInputImage, TOutputImage>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(LocalContrastImageFilter);

  using Self = LocalContrastImageFilter;
  using Superclass = TorchImageToImageFilter<TInputImage, TOutputImage>;
  using Pointer = SmartPointer<Self>;
  using ConstPointer = SmartPointer<const Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(LocalContrastImageFilter);

  static constexpr unsigned int ImageDimension = TInputImage::ImageDimension;

  static_assert(std::is_same<TorchComponentOf<TOutputImage>, float>::value, "The output's components are float.");

  itkTorchParametersMacro(LocalContrastParameters);
  /** Half width of the window. Default: 5 pixels (in [1, 100]). */
  itkTorchParameterMacro(Radius);
  /** Added to the standard deviation. Default: 0.001 (greater than 0). */
  itkTorchParameterMacro(Epsilon);

protected:
  LocalContrastImageFilter() = default;
  ~LocalContrastImageFilter() override = default;

  /** As many components as the input's. */
  void
  GenerateOutputInformation() override;

  /** The output's region and Radius pixels around it. */
  void
  GenerateInputRequestedRegion() override;

  TorchTensor
  GenerateTensor(const TorchTensor & input) override;

private:
  LocalContrastParameters m_Parameters;
};
} // namespace itk

#ifndef ITK_MANUAL_INSTANTIATION
#  include "itkLocalContrastImageFilter.hxx"
#endif

#endif
