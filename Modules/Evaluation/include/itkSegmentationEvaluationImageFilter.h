// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSegmentationEvaluationImageFilter_h
#define itkSegmentationEvaluationImageFilter_h

#include "itkSegmentationEvaluation.h"
#include "itkSegmentationScoreSet.h"
#include "itkTorchImageToImageFilter.h"
#include "itkTorchMacros.h"

#include "itkImage.h"
#include "itkSimpleDataObjectDecorator.h"

#include <memory>

namespace itk
{
/** A metric of SegmentationMetric::GetAll() as a decorated output, `GetXOutput()`, and its value, `GetX()`. */
#define itkSegmentationMetricMacro(name)                                                                               \
  const MetricOutputType * Get##name##Output() const                                                                   \
  {                                                                                                                    \
    return this->GetMetricOutput(#name);                                                                               \
  }                                                                                                                    \
  double Get##name() const                                                                                             \
  {                                                                                                                    \
    return this->GetMetric(#name);                                                                                     \
  }                                                                                                                    \
  static_assert(true, "needs a semicolon")

/** \class SegmentationEvaluationImageFilter
 * \brief Compares a predicted segmentation with the true one: pixels, outlines, surfaces and objects.
 *
 * Output 0 is an image of SegmentationAgreement values: a pixel belongs to an object if its label is not zero,
 * regardless of which object. Every metric defined by SegmentationMetric is a decorated output of that name, valid
 * after `Update()`: it can be the input of other filters, and updating one of them runs the filter. GetScores() returns
 * all of them, with the numbers of each class, for combining images in a SegmentationScoreSet. A metric that the
 * parameters turn off is NaN, as are all metrics before the first `Update()`. The default device is the CPU, where
 * pixels are compared.
 *
 * Both inputs must lie on the same grid: same origin, spacing and direction within the tolerances of
 * ImageToImageFilter, and the same region; otherwise `Update()` throws an exception that names both. The values
 * describe the whole image, so the filter asks for its whole inputs and makes its whole output, whatever region is
 * requested. They are the same for any number of threads.
 * \tparam TPredictionImage image of integers
 * \tparam TTruthImage image of integers
 * \ingroup ITKTorchEvaluation */
template <typename TPredictionImage, typename TTruthImage = TPredictionImage>
class ITK_TEMPLATE_EXPORT SegmentationEvaluationImageFilter
  : public TorchImageToImageFilter<TPredictionImage, Image<unsigned char, TPredictionImage::ImageDimension>>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(SegmentationEvaluationImageFilter);

  using AgreementImageType = Image<unsigned char, TPredictionImage::ImageDimension>;
  using Self = SegmentationEvaluationImageFilter;
  using Superclass = TorchImageToImageFilter<TPredictionImage, AgreementImageType>;
  using Pointer = SmartPointer<Self>;
  using ConstPointer = SmartPointer<const Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(SegmentationEvaluationImageFilter);

  using PredictionImageType = TPredictionImage;
  using TruthImageType = TTruthImage;
  using MetricOutputType = SimpleDataObjectDecorator<double>;
  using typename Superclass::DataObjectIdentifierType;
  using typename Superclass::DataObjectPointer;

  static constexpr unsigned int ImageDimension = TPredictionImage::ImageDimension;

  static_assert(TTruthImage::ImageDimension == ImageDimension, "Prediction and truth must have the same dimension.");
  static_assert(std::is_integral<typename TPredictionImage::PixelType>::value &&
                  std::is_integral<typename TTruthImage::PixelType>::value,
                "Labels are integers.");

  /** The true labels; required. The prediction is the primary input, `SetInput()`. */
  itkSetInputMacro(Truth, TruthImageType);
  itkGetInputMacro(Truth, TruthImageType);

  itkTorchParametersMacro(SegmentationEvaluationParameters);
  /** Whether each label other than 0 is an object, which may match an object of any label, or a class. Default:
   * objects. */
  itkTorchParameterMacro(Labels);
  /** Largest distance at which outlines agree in BoundaryPrecision, BoundaryRecall and BoundaryF. Default: 2 pixels
   * (at least 0). */
  itkTorchParameterMacro(BoundaryTolerance);
  /** Largest distance at which surfaces agree in SurfaceDice. Default: 1 mm (at least 0). */
  itkTorchParameterMacro(SurfaceTolerance);
  /** Whether to compute BoundaryPrecision, BoundaryRecall and BoundaryF. Default: true. */
  itkTorchParameterMacro(EvaluateBoundary);
  itkBooleanMacro(EvaluateBoundary);
  /** Whether to compute the distances between surfaces. Default: true. */
  itkTorchParameterMacro(EvaluateSurface);
  itkBooleanMacro(EvaluateSurface);

  /** \param name of a metric of SegmentationMetric::GetAll(); there is an exception for others */
  const MetricOutputType *
  GetMetricOutput(const std::string & name) const;
  double
  GetMetric(const std::string & name) const
  {
    return this->GetMetricOutput(name)->Get();
  }

  itkSegmentationMetricMacro(Dice);
  itkSegmentationMetricMacro(IntersectionOverUnion);
  itkSegmentationMetricMacro(Precision);
  itkSegmentationMetricMacro(Recall);
  itkSegmentationMetricMacro(Specificity);
  itkSegmentationMetricMacro(Accuracy);
  itkSegmentationMetricMacro(TruePositives);
  itkSegmentationMetricMacro(FalsePositives);
  itkSegmentationMetricMacro(FalseNegatives);
  itkSegmentationMetricMacro(TrueNegatives);
  itkSegmentationMetricMacro(BoundaryPrecision);
  itkSegmentationMetricMacro(BoundaryRecall);
  itkSegmentationMetricMacro(BoundaryF);
  itkSegmentationMetricMacro(HausdorffDistance);
  itkSegmentationMetricMacro(HausdorffDistanceOfSets);
  itkSegmentationMetricMacro(HausdorffDistance95);
  itkSegmentationMetricMacro(PooledHausdorffDistance95);
  itkSegmentationMetricMacro(AverageSymmetricSurfaceDistance);
  itkSegmentationMetricMacro(MeanOfAverageSurfaceDistances);
  itkSegmentationMetricMacro(SurfaceDice);
  itkSegmentationMetricMacro(KaggleMeanAveragePrecision);
  itkSegmentationMetricMacro(PanopticQuality);
  itkSegmentationMetricMacro(SegmentationQuality);
  itkSegmentationMetricMacro(AggregatedJaccardIndex);
  itkSegmentationMetricMacro(PredictedObjects);
  itkSegmentationMetricMacro(TrueObjects);
  itkSegmentationMetricMacro(MergedObjects);
  itkSegmentationMetricMacro(SplitObjects);
  itkSegmentationMetricMacro(MissedObjects);

  /** The scores of each class by its label, as a decorated output; empty unless labels are classes. */
  using ClassScoresType = std::map<std::uint64_t, ClassScores>;
  using ClassScoresOutputType = SimpleDataObjectDecorator<std::shared_ptr<const ClassScoresType>>;
  const ClassScoresOutputType *
  GetClassScoresOutput() const;
  const ClassScoresType &
  GetClassScores() const
  {
    return *this->GetClassScoresOutput()->Get();
  }

  /** Everything that was measured. */
  const SegmentationScores &
  GetScores() const
  {
    return m_Scores;
  }

  /** Pixel counts, for adding up images. */
  const SegmentationOverlap &
  GetOverlap() const
  {
    return m_Scores.Overlap;
  }

  using Superclass::MakeOutput;
  DataObjectPointer
  MakeOutput(const DataObjectIdentifierType & name) override;

protected:
  SegmentationEvaluationImageFilter();
  ~SegmentationEvaluationImageFilter() override = default;

  void
  VerifyInputInformation() const override;

  itkTorchWholeImagesMacro();

  void
  GenerateTensors() override;

  void
  PrintSelf(std::ostream & os, Indent indent) const override;

private:
  void
  SetScores(const SegmentationScores & scores);
  void
  SetClassScores(const ClassScoresType & scores);
  void
  SetMetric(const SegmentationMetric & metric, double value);

  SegmentationEvaluationParameters m_Parameters;
  SegmentationScores               m_Scores;
};
} // namespace itk

#ifndef ITK_MANUAL_INSTANTIATION
#  include "itkSegmentationEvaluationImageFilter.hxx"
#endif

#endif
