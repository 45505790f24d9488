// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkBoundaryDistances_h
#define itkBoundaryDistances_h

#include "ITKTorchEvaluationExport.h"
#include "itkPixelSet.h"
#include <functional>
#include <limits>

namespace itk
{
/** Pixels of two boundaries that have a partner in the other one, and the ratios made of them. Counts of several images
 * may be added. */
struct ITKTorchEvaluation_EXPORT BoundaryCounts
{
  std::uint64_t MatchedPrediction{ 0 };
  std::uint64_t Prediction{ 0 };
  std::uint64_t MatchedTruth{ 0 };
  std::uint64_t Truth{ 0 };

  BoundaryCounts &
  operator+=(const BoundaryCounts & other);

  /** Matched part of the prediction; without a prediction 1 if there is no truth either, otherwise 0. */
  double
  Precision() const;

  /** Matched part of the truth; without a truth 1 if there is no prediction either, otherwise 0. */
  double
  Recall() const;

  /** Harmonic mean of Precision() and Recall(). */
  double
  F() const;

  /** Matched part of both boundaries together; 1 if both are empty. */
  double
  SurfaceDice() const;
};

/** \class BoundaryDistances
 * \brief Distances from each pixel of one set to the nearest pixel of another set, in both directions.
 *
 * Distances are exact, between centers of pixels. One transform (TwoNearestObjectsDistance) gives both directions: its
 * objects are the pixels in the first set only, in the second set only, and in both; the two nearest of these three
 * give the distance to either set.
 *
 * Without pixels in one set the distances to it are infinite; without any in both, all numbers below are 0.
 * \ingroup ITKTorchEvaluation */
class ITKTorchEvaluation_EXPORT BoundaryDistances
{
public:
  using ProgressType = std::function<void(double)>;

  /** \param spacing distance between pixels along x, y, …
   * \param maximumDistance distances beyond count as infinite
   * \throws ExceptionObject if the sets are of images of different sizes, or unless each axis has a positive spacing */
  static BoundaryDistances
  Compute(const PixelSet &            prediction,
          const PixelSet &            truth,
          const std::vector<double> & spacing,
          double                      maximumDistance = std::numeric_limits<double>::infinity(),
          const ProgressType &        progress = {});

  /** Between the surfaces of two sets of pixels, with the distance of the sets in the same pass.
   * \param predictionSurface those pixels of `prediction` that have a face neighbor outside it */
  static BoundaryDistances
  ComputeBetweenSurfaces(const PixelSet &            predictionSurface,
                         const PixelSet &            prediction,
                         const PixelSet &            truthSurface,
                         const PixelSet &            truth,
                         const std::vector<double> & spacing,
                         const ProgressType &        progress = {});

  /** One distance for each pixel of the prediction's set, in the order of the image. */
  const std::vector<double> &
  GetFromPrediction() const
  {
    return m_FromPrediction;
  }

  const std::vector<double> &
  GetFromTruth() const
  {
    return m_FromTruth;
  }

  /** The largest distance, of both ways. */
  double
  HausdorffDistance() const;

  /** The larger one of the two ways' percentiles (MONAI's and DeepMind's convention), interpolated linearly between
   * ranks.
   * \param percentile in [0, 100] */
  double
  HausdorffDistanceAtPercentile(double percentile) const;

  /** The percentile of all distances of both ways together (MedPy's convention). */
  double
  PooledHausdorffDistanceAtPercentile(double percentile) const;

  /** Mean of all distances of both ways together: the average symmetric surface distance. T. Heimann et al.,
   * "Comparison and evaluation of methods for liver segmentation from CT datasets", IEEE TMI 28, 2009. */
  double
  Mean() const;

  /** Mean of the two ways' means: the assd of MedPy before 0.5. */
  double
  MeanOfMeans() const;

  /** Pixels whose distance is at most `tolerance`, or larger by a rounding error (1e-9 of it). */
  BoundaryCounts
  CountWithin(double tolerance) const;

  /** From ComputeBetweenSurfaces(): the largest distance from a pixel of one set to the other set, inner pixels
   * included, as itk::HausdorffDistanceImageFilter gives it. Compute() does not know it. */
  double
  GetHausdorffDistanceOfSets() const
  {
    return m_HausdorffDistanceOfSets;
  }

private:
  friend class BoundaryDistanceCollector;

  std::vector<double> m_FromPrediction;
  std::vector<double> m_FromTruth;
  double              m_HausdorffDistanceOfSets{ 0.0 };
};
} // namespace itk

#endif
