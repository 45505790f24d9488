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
 * itk::WarpImageFilter with this field, or a resampler with it as itk::DisplacementFieldTransform, gives the same
 * image. u depends only on Seed, the size of the largest possible region and the parameters. So two filters with the
 * same seed deform an image and its label image alike (with Interpolation nearest for the labels), and a streamed image
 * is bit-identical to the whole one. See ElasticDeformation for the two models.
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
  itkOverrideGetNameOfClassMacro(ElasticDeformationImageFilter);

  static constexpr unsigned int ImageDimension = TImage::ImageDimension;
  using DisplacementFieldType = Image<Vector<float, ImageDimension>, ImageDimension>;
  using typename Superclass::DataObjectIdentifierType;
  using typename Superclass::DataObjectPointer;


  static_assert(ImageDimension == 2 || ImageDimension == 3, "Images have 2 or 3 dimensions.");

  /** Empty unless ProduceDisplacementField is on. */
  itkTorchNamedOutputMacro(DisplacementField, "DisplacementField", DisplacementFieldType);

  /** Whether to make the second output. Default: off. */
  itkSetMacro(ProduceDisplacementField, bool);
  itkGetConstMacro(ProduceDisplacementField, bool);
  itkBooleanMacro(ProduceDisplacementField);

  itkTorchParametersMacro(ElasticDeformationParameters);
  /** Random displacements on a coarse grid interpolated by B-splines, or smoothed noise at every pixel. Default:
   * grid. */
  itkTorchParameterMacro(Model);
  /** Number of grid nodes along each axis; the outer nodes lie on the corner pixels. Default: 3 (each in [1, 64]). */
  itkTorchParameterMacro(GridSize);
  itkTorchPerAxisParameterMacro(GridSize);
  /** Standard deviation of the displacement at the grid nodes, in Unit. Default: 10 (each in [0, 1000000]). */
  itkTorchParameterMacro(Deviation);
  itkTorchPerAxisParameterMacro(Deviation);
  /** Factor of the smoothed noise (Simard's alpha), in Unit. Default: 300 (each in [0, 1000000]). */
  itkTorchParameterMacro(Amplitude);
  itkTorchPerAxisParameterMacro(Amplitude);
  /** Standard deviation of the Gaussian that smooths the noise, in Unit. Default: 10 (each in [0, 1000]). */
  itkTorchParameterMacro(Sigma);
  itkTorchPerAxisParameterMacro(Sigma);
  /** Unit of Deviation, Amplitude and Sigma: pixels, or the image's physical unit. Default: pixels. */
  itkTorchParameterMacro(Unit);
  /** Axes without displacement, such as 2 for z. Default: empty (each in [0, 2]). */
  itkTorchParameterMacro(LockedAxes);
  /** Draw again until the Jacobian determinant is positive at all pixels. Default: false. */
  itkTorchParameterMacro(PreventFolding);
  itkBooleanMacro(PreventFolding);
  /** Interpolation of images; labels always use nearest. Default: linear. */
  itkTorchParameterMacro(Interpolation);
  /** Values beyond the border: mirrored with the border pixel repeated (reflect) or not (mirror), the border pixel
   * (edge), PaddingValue (constant), or the other side (wrap). Default: reflect. */
  itkTorchParameterMacro(PaddingMode);
  /** Image value beyond the border if PaddingMode is constant; labels and weights get 0. Default: 0. */
  itkTorchParameterMacro(PaddingValue);
  /** Seed of the displacement. Default: 0. */
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
  VerifyPreconditions() const override;
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
