// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSegmentationEvaluationImageFilter_h
#define itkSegmentationEvaluationImageFilter_h

#include "itkSegmentationOverlap.h"

#include "itkImage.h"
#include "itkImageToImageFilter.h"
#include "itkSimpleDataObjectDecorator.h"

#include <mutex>

namespace itk
{
/** \class SegmentationEvaluationImageFilter
 * \brief Compares a predicted segmentation with the true one, pixel by pixel.
 *
 * A pixel belongs to an object if its label is not zero; which object is of no account. Output 0 is an image of
 * SegmentationAgreement values. The counts and ratios of SegmentationOverlap (formulas and the convention for empty
 * sets are stated there) are further, decorated outputs: they may feed other filters, and updating one of them runs the
 * filter. Each metric is one named output.
 *
 * Both inputs must lie on the same grid: same origin, spacing and direction within the tolerances of
 * ImageToImageFilter, and the same region; otherwise `Update()` throws an exception that names both. The values
 * describe the whole image, so the filter asks for its whole inputs and makes its whole output, whatever region is
 * requested. They are the same for any number of threads. */
template <typename TPredictionImage,
          typename TTruthImage = TPredictionImage,
          typename TAgreementImage = Image<unsigned char, TPredictionImage::ImageDimension>>
class ITK_TEMPLATE_EXPORT SegmentationEvaluationImageFilter
  : public ImageToImageFilter<TPredictionImage, TAgreementImage>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(SegmentationEvaluationImageFilter);

  using Self = SegmentationEvaluationImageFilter;
  using Superclass = ImageToImageFilter<TPredictionImage, TAgreementImage>;
  using Pointer = SmartPointer<Self>;
  using ConstPointer = SmartPointer<const Self>;
  itkNewMacro(Self);
  itkTypeMacro(SegmentationEvaluationImageFilter, ImageToImageFilter);

  using PredictionImageType = TPredictionImage;
  using TruthImageType = TTruthImage;
  using AgreementImageType = TAgreementImage;
  using RegionType = typename TAgreementImage::RegionType;
  using DataObjectIdentifierType = ProcessObject::DataObjectIdentifierType;

  static constexpr unsigned int ImageDimension = TPredictionImage::ImageDimension;

  /** The true labels; required. The prediction is the primary input, `SetInput()`. */
  itkSetInputMacro(Truth, TruthImageType);
  itkGetInputMacro(Truth, TruthImageType);

  /** Results, valid after `Update()`. `GetXOutput()` is the decorated output, `GetX()` its value. */
  itkGetDecoratedOutputMacro(Dice, double);
  itkGetDecoratedOutputMacro(IntersectionOverUnion, double);
  itkGetDecoratedOutputMacro(Precision, double);
  itkGetDecoratedOutputMacro(Recall, double);
  itkGetDecoratedOutputMacro(TruePositives, SizeValueType);
  itkGetDecoratedOutputMacro(FalsePositives, SizeValueType);
  itkGetDecoratedOutputMacro(FalseNegatives, SizeValueType);
  itkGetDecoratedOutputMacro(TrueNegatives, SizeValueType);

  /** All counts at once, for adding up images. */
  SegmentationOverlap
  GetOverlap() const;

  using Superclass::MakeOutput;
  DataObject::Pointer
  MakeOutput(const DataObjectIdentifierType & name) override;

  static_assert(TTruthImage::ImageDimension == ImageDimension && TAgreementImage::ImageDimension == ImageDimension,
                "Prediction, truth and agreement image must have the same dimension.");

protected:
  SegmentationEvaluationImageFilter();
  ~SegmentationEvaluationImageFilter() override = default;

  void
  VerifyInputInformation() const override;

  void
  EnlargeOutputRequestedRegion(DataObject * output) override;

  void
  GenerateInputRequestedRegion() override;

  void
  BeforeThreadedGenerateData() override;

  void
  DynamicThreadedGenerateData(const RegionType & region) override;

  void
  AfterThreadedGenerateData() override;

  void
  PrintSelf(std::ostream & os, Indent indent) const override;

private:
  itkSetDecoratedOutputMacro(Dice, double);
  itkSetDecoratedOutputMacro(IntersectionOverUnion, double);
  itkSetDecoratedOutputMacro(Precision, double);
  itkSetDecoratedOutputMacro(Recall, double);
  itkSetDecoratedOutputMacro(TruePositives, SizeValueType);
  itkSetDecoratedOutputMacro(FalsePositives, SizeValueType);
  itkSetDecoratedOutputMacro(FalseNegatives, SizeValueType);
  itkSetDecoratedOutputMacro(TrueNegatives, SizeValueType);

  SegmentationOverlap m_Overlap;
  std::mutex          m_Mutex;
};
} // namespace itk

#ifndef ITK_MANUAL_INSTANTIATION
#  include "itkSegmentationEvaluationImageFilter.hxx"
#endif

#endif
