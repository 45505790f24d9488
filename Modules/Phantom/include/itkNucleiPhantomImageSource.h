// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkNucleiPhantomImageSource_h
#define itkNucleiPhantomImageSource_h

#include "itkNucleiPhantom.h"
#include "itkGenerateImageSource.h"
#include "itkImage.h"

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
  itkTypeMacro(NucleiPhantomImageSource, GenerateImageSource);

  using ImageType = TImage;
  using LabelImageType = TLabelImage;
  using RegionType = typename TImage::RegionType;
  using DataObjectIdentifierType = ProcessObject::DataObjectIdentifierType;

  static constexpr unsigned int ImageDimension = TImage::ImageDimension;

  LabelImageType *
  GetLabelOutput();
  const LabelImageType *
  GetLabelOutput() const;

  using Superclass::MakeOutput;
  DataObject::Pointer
  MakeOutput(const DataObjectIdentifierType & name) override;

  itkTorchParametersMacro(NucleiPhantomParameters);
  itkTorchParameterMacro(Seed);
  itkTorchParameterMacro(NumberOfNuclei);
  itkTorchParameterMacro(Coverage);
  itkTorchParameterMacro(MeanRadius);
  itkTorchParameterMacro(RadiusVariation);
  itkTorchParameterMacro(Eccentricity);
  itkTorchParameterMacro(Irregularity);
  itkTorchParameterMacro(TouchingFraction);
  itkTorchParameterMacro(Foreground);
  itkTorchParameterMacro(ForegroundVariation);
  itkTorchParameterMacro(Texture);
  itkTorchParameterMacro(Background);
  itkTorchParameterMacro(BackgroundVariation);
  itkTorchParameterMacro(Blur);
  itkTorchParameterMacro(Noise);
  itkTorchParameterMacro(ShotNoise);

  static_assert(ImageDimension == 2 || ImageDimension == 3, "Nuclei are drawn in 2D and in 3D.");
  static_assert(TLabelImage::ImageDimension == ImageDimension, "Image and labels must have the same dimension.");
  static_assert(std::is_arithmetic<typename TImage::PixelType>::value, "The image must be scalar.");
  static_assert(std::is_integral<typename TLabelImage::PixelType>::value, "Labels are integers.");

protected:
  NucleiPhantomImageSource();
  ~NucleiPhantomImageSource() override = default;

  void
  VerifyPreconditions() ITKv5_CONST override;
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
