// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkCannyComparison_h
#define itkCannyComparison_h

#include "ITKTorchEdgeDetectionExport.h"
#include "itkBoundaryDistances.h"
#include "itkCannyEdgeDetection.h"
#include "itkCannyComparisonParameters.h"
#include "itkTorchEnumeration.h"

#include <array>
#include <functional>
#include <vector>

namespace itk
{
/** Which of the two has a boundary at a pixel. The values are those of comparison images. */
enum class CannyAgreement : std::uint8_t
{
  Neither = 0,
  /** An edge or an outline, and the other one is within the tolerance. */
  Both = 1,
  CannyOnly = 2,
  SegmentationOnly = 3
};
itkTorchEnumerationMacro(CannyAgreement,
                         { "Neither", "neither" },
                         { "Both", "both" },
                         { "CannyOnly", "canny-only" },
                         { "SegmentationOnly", "segmentation-only" });

/** How well a boundary agrees with another one. */
struct BoundaryComparison
{
  /** For each of Tolerances. */
  std::vector<BoundaryCounts> Counts;
  /** Of all distances both ways together; infinite if one boundary is empty. */
  double MeanDistance{ 0.0 };
  /** The larger one of the two ways' 95th percentiles. */
  double HausdorffDistance95{ 0.0 };
};

/** \class CannyComparison
 * \brief Compares Canny edges with the outlines of a segmentation, and both with those of the truth.
 *
 * The outline of an object consists of its pixels that have a face neighbor in another object or in the background
 * (PixelSet::FromOutline()); the border of the image is not an outline. Edges inside objects reduce Canny's precision,
 * as they are not outlines of the truth.
 * \ingroup ITKTorchEdgeDetection */
class ITKTorchEdgeDetection_EXPORT CannyComparison
{
public:
  struct Result
  {
    /** CannyAgreement of each pixel, always by WithinTolerance; UInt8, shape (1, 1, …, y, x). */
    TorchTensor Agreement;
    /** UInt8, shape (1, 3, …, y, x): the image in gray, stretched from its 1st to its 99th percentile, with the pixels
     * of Agreement in GetColor(). */
    TorchTensor Overlay;
    /** 1 on edges, else 0; of the image's type, shape (1, 1, …, y, x). */
    TorchTensor Edges;
    /** Thresholds that Canny used. */
    double LowerThreshold{ 0.0 };
    double UpperThreshold{ 0.0 };

    /** Precision is of the edges, recall of the outlines of the segmentation. */
    BoundaryComparison CannyAgainstSegmentation;
    /** Without counts if there is no truth. */
    BoundaryComparison CannyAgainstTruth;
    BoundaryComparison SegmentationAgainstTruth;
  };

  /** \param image numbers of shape (1, 1, …, y, x), 2D or 3D; edges are those of the image as float
   * \param segmentation labels, integers of the same shape; 0 is background
   * \param truth likewise, or undefined
   * \param spacing distance between pixels along x, y (, z)
   * \param canny as in CannyEdgeDetection
   * \param progress called with the fraction done, in [0, 1]; an exception ends the computation
   * \return tensors on the image's device; boundaries are compared on the host */
  static Result
  Compute(const TorchTensor &                  image,
          const TorchTensor &                  segmentation,
          const TorchTensor &                  truth,
          const std::vector<double> &          spacing,
          const CannyEdgeDetectionParameters & canny,
          const CannyComparisonParameters &    parameters,
          const std::function<void(double)> &  progress = {});

  /** Red, green and blue of an agreement other than Neither: yellow, magenta and cyan, which color-blind people tell
   * apart. */
  static std::array<std::uint8_t, 3>
  GetColor(CannyAgreement agreement);
};

/** Two boundaries at several tolerances.
 * \param spacing distance between pixels along x, y, …, in the unit of the tolerances */
ITKTorchEdgeDetection_EXPORT BoundaryComparison
CompareBoundaries(const PixelSet &            prediction,
                  const PixelSet &            truth,
                  const std::vector<double> & spacing,
                  const std::vector<double> & tolerances,
                  BoundaryMatching            matching);

/** \throws ExceptionObject unless there is a tolerance and all are finite numbers of at least 0 */
ITKTorchEdgeDetection_EXPORT void
VerifyCannyComparison(const CannyComparisonParameters & parameters);
} // namespace itk

#endif
