// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkNucleiPhantomImageSource_h
#define itkNucleiPhantomImageSource_h

#include "itkGenerateImageSource.h"
#include "itkImage.h"
#include "itkNucleiPhantom.h"
#include "itkTorchMacros.h"
#include "itkTorchParameterized.h"

namespace itk
{
/** \class NucleiPhantomImageSource
 * \brief Images of touching cell nuclei and their labels, for examples, tests and benchmarks.
 *
 * Output 0 is the image, GetLabelOutput() the labels 1 … N on the same grid. See NucleiPhantom for what they show and
 * NucleiPhantomParameters for the parameters. Size, spacing, origin, direction and start index, or a reference image
 * to take them from, are set as in GenerateImageSource.
 *
 * The same seed gives the same pixels for any number of threads and any requested region. Intensities are rounded to
 * an integer pixel type and kept within its range.
 *
 * Update() throws an ExceptionObject where a parameter is outside its range, and where the label type cannot count the
 * nuclei.
 * \tparam TImage scalar image of 2 or 3 dimensions
 * \tparam TLabelImage image of integers
 * \ingroup ITKTorchPhantom
 */
template <typename TImage, typename TLabelImage = Image<unsigned short, TImage::ImageDimension>>
class ITK_TEMPLATE_EXPORT NucleiPhantomImageSource
  : public GenerateImageSource<TImage>
  , public TorchParameterized
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(NucleiPhantomImageSource);

  using Self = NucleiPhantomImageSource;
  using Superclass = GenerateImageSource<TImage>;
  using Pointer = SmartPointer<Self>;
  using ConstPointer = SmartPointer<const Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(NucleiPhantomImageSource);

  using ImageType = TImage;
  using LabelImageType = TLabelImage;
  using RegionType = typename TImage::RegionType;
  using DataObjectIdentifierType = ProcessObject::DataObjectIdentifierType;

  static constexpr unsigned int ImageDimension = TImage::ImageDimension;

  itkTorchNamedOutputMacro(LabelOutput, "Labels", LabelImageType);

  using Superclass::MakeOutput;
  DataObject::Pointer
  MakeOutput(const DataObjectIdentifierType & name) override;

  itkTorchParametersMacro(NucleiPhantomParameters);
  /** Seed of all random numbers. Default: 0 (at least 0). */
  itkTorchParameterMacro(Seed);
  /** Number of nuclei to place; 0 for as many as Coverage requires. Default: 0 (at least 0). */
  itkTorchParameterMacro(NumberOfNuclei);
  /** Fraction of the image to cover with nuclei. Default: 0.25 (in [0, 1]). */
  itkTorchParameterMacro(Coverage);
  /** Mean radius of a disc or ball with the size of a nucleus. Default: 10 pixels (at least 1). */
  itkTorchParameterMacro(MeanRadius);
  /** Standard deviation of the radius, as a fraction of its mean. Default: 0.2 (in [0, 0.3]). */
  itkTorchParameterMacro(RadiusVariation);
  /** Mean eccentricity of the ellipses: 0 for circles. Default: 0.6 (in [0, 0.9]). */
  itkTorchParameterMacro(Eccentricity);
  /** Largest amplitude of each of the three waves on a nucleus's outline, as a fraction of its radius. Default: 0.05
   * (in [0, 0.15]). */
  itkTorchParameterMacro(Irregularity);
  /** Fraction of the nuclei that touch another one. Default: 0.5 (in [0, 1]). */
  itkTorchParameterMacro(TouchingFraction);
  /** Mean intensity inside nuclei. Default: 120. */
  itkTorchParameterMacro(Foreground);
  /** Standard deviation of the brightness between nuclei, as a fraction of its mean. Default: 0.25 (at least 0). */
  itkTorchParameterMacro(ForegroundVariation);
  /** Standard deviation of the chromatin's brightness within a nucleus, as a fraction of its mean. Default: 0.3 (in
   * [0, 1]). */
  itkTorchParameterMacro(Texture);
  /** Mean intensity outside nuclei. Default: 16. */
  itkTorchParameterMacro(Background);
  /** Largest deviation of the background from its mean, as a fraction of the mean. Default: 0.3 (in [0, 1]). */
  itkTorchParameterMacro(BackgroundVariation);
  /** Standard deviation of the Gaussian point spread function. Default: 1 pixels (in [0, 50]). */
  itkTorchParameterMacro(Blur);
  /** Standard deviation of the camera's noise. Default: 2 (at least 0). */
  itkTorchParameterMacro(Noise);
  /** Standard deviation of the photon noise at intensity 1; it grows with the square root of the intensity. Default:
   * 0.5 (at least 0). */
  itkTorchParameterMacro(ShotNoise);

  static_assert(ImageDimension == 2 || ImageDimension == 3, "Nuclei are drawn in 2D and in 3D.");
  static_assert(TLabelImage::ImageDimension == ImageDimension, "Image and labels must have the same dimension.");
  static_assert(std::is_arithmetic<typename TImage::PixelType>::value, "The image must be scalar.");
  static_assert(std::is_integral<typename TLabelImage::PixelType>::value, "Labels are integers.");

protected:
  NucleiPhantomImageSource();
  ~NucleiPhantomImageSource() override = default;

  void
  VerifyPreconditions() const override;
  void
  GenerateOutputInformation() override;
  void
  BeforeThreadedGenerateData() override;
  void
  DynamicThreadedGenerateData(const RegionType & region) override;
  void
  AfterThreadedGenerateData() override;
  void
  PrintSelf(std::ostream & os, Indent indent) const override;

private:
  void
  RenderRegion(const RegionType & region);

  ParametersType                       m_Parameters;
  std::unique_ptr<const NucleiPhantom> m_Phantom;
};
} // namespace itk

#ifndef ITK_MANUAL_INSTANTIATION
#  include "itkNucleiPhantomImageSource.hxx"
#endif

#endif
