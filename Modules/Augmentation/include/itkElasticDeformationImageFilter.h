// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkElasticDeformationImageFilter_h
#define itkElasticDeformationImageFilter_h

#include "itkElasticDeformation.h"
#include "itkTorchImageToImageFilter.h"
#include "itkVector.h"
#include <optional>

namespace itk
{
/** \class ElasticDeformationImageFilter
 * \brief Deforms an image by one random smooth displacement.
 *
 * | output | name | pixels |
 * |---|---|---|
 * | primary | | output pixel x shows the input at x + u(x) |
 * | `DisplacementField` | GetDisplacementField() | u in physical units, with ProduceDisplacementFieldOn() |
 *
 * The field fed to itk::WarpImageFilter, or to a resampler as itk::DisplacementFieldTransform, gives the same image. u is a
 * function of Seed, the largest possible region's size and the parameters alone: an image and its label image, run through
 * two filters with one seed, move together (with Interpolation nearest for the labels), and a streamed image is the whole
 * one, bit for bit. See ElasticDeformation for the two models.
 * \tparam TImage scalar, RGB or vector pixels of integers, float or double; 2D or 3D
 * \ingroup ITKTorchAugmentation
 */
template <typename TImage>
class ITK_TEMPLATE_EXPORT ElasticDeformationImageFilter : public TorchImageToImageFilter<TImage, TImage>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(ElasticDeformationImageFilter);

  using Self = ElasticDeformationImageFilter;
  using Superclass = TorchImageToImageFilter<TImage, TImage>;
  using Pointer = SmartPointer<Self>;
  using ConstPointer = SmartPointer<const Self>;
  itkNewMacro(Self);
  itkTypeMacro(ElasticDeformationImageFilter, TorchImageToImageFilter);

  static constexpr unsigned int ImageDimension = TImage::ImageDimension;
  using DisplacementFieldType = Image<Vector<float, ImageDimension>, ImageDimension>;
  using typename Superclass::DataObjectIdentifierType;
  using typename Superclass::DataObjectPointer;

  static_assert(ImageDimension == 2 || ImageDimension == 3, "Images have 2 or 3 dimensions.");

  /** Empty unless ProduceDisplacementField is on. */
  DisplacementFieldType *
  GetDisplacementField();

  /** Whether to make the second output. Default: off. */
  itkSetMacro(ProduceDisplacementField, bool);
  itkGetConstMacro(ProduceDisplacementField, bool);
  itkBooleanMacro(ProduceDisplacementField);

  itkTorchParametersMacro(ElasticDeformationParameters);
  itkTorchParameterMacro(Model);
  itkTorchParameterMacro(GridSize);
  itkTorchParameterMacro(Deviation);
  itkTorchParameterMacro(Amplitude);
  itkTorchParameterMacro(Sigma);
  itkTorchParameterMacro(Unit);
  itkTorchParameterMacro(LockedAxes);
  itkTorchParameterMacro(PreventFolding);
  itkBooleanMacro(PreventFolding);
  itkTorchParameterMacro(Interpolation);
  itkTorchParameterMacro(PaddingMode);
  itkTorchParameterMacro(PaddingValue);
  itkTorchParameterMacro(Seed);

  /** Of the input's grid, which must be up to date; computed when it is asked for.
   * See ElasticDeformation::GetMinimumJacobianDeterminant(). */
  double
  GetMinimumJacobianDeterminant() const;

  using Superclass::MakeOutput;
  DataObjectPointer
  MakeOutput(const DataObjectIdentifierType & name) override;

protected:
  ElasticDeformationImageFilter();
  ~ElasticDeformationImageFilter() override = default;

  void
  VerifyPreconditions() ITKv5_CONST override;
  void
  GenerateInputRequestedRegion() override;
  void
  GenerateTensors() override;
  void
  PrintSelf(std::ostream & os, Indent indent) const override;

private:
  /** Of the input's grid; kept until parameters or grid change. */
  const ElasticDeformation &
  GetDeformation() const;

  ElasticDeformationParameters m_Parameters;
  bool                         m_ProduceDisplacementField{ false };

  struct Kept
  {
    ElasticDeformation        Deformation;
    ModifiedTimeType          Time;
    std::vector<std::int64_t> Size;
    std::vector<double>       Spacing;
  };
  mutable std::optional<Kept> m_Kept;
};
} // namespace itk

#ifndef ITK_MANUAL_INSTANTIATION
#  include "itkElasticDeformationImageFilter.hxx"
#endif

#endif
