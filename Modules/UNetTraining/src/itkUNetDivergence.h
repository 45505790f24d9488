// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetDivergence_h
#define itkUNetDivergence_h

#include "itkUNetNetwork.h"
#include "itkUNetSampler.h"
#include "itkUNetTrainer.h"

namespace itk
{
/** \class UNetDivergence
 * \brief Finds that a training diverges, and says so: when, at which images, and what to try. */
class UNetDivergence
{
public:
  UNetDivergence(const UNetTrainingData & data, const UNetTrainingParameters & parameters)
    : m_Data(data)
    , m_Parameters(parameters)
  {}

  /** Before the step changes weights.
   * \param position before the step
   * \param batches of the step
   * \throws UNetTrainingDiverged if the loss or the gradients' norm is not finite, or the loss grew without limit */
  void
  VerifyStep(const UNetTrainingStep &                   step,
             const UNetTrainingPosition &               position,
             std::uint64_t                              stepsPerEpoch,
             const std::vector<std::vector<UNetCrop>> & batches) const;

  /** \throws UNetTrainingDiverged if one is not finite */
  void
  VerifyWeights(const UNetWeights & weights, const UNetTrainingPosition & position) const;

private:
  /** Names of the first ones. */
  std::string
  DescribeImages(const std::vector<std::vector<UNetCrop>> & batches) const;

  /** \param when such as "the loss is nan at step 1 of 9 in epoch 1"
   * \param images empty for those of no step */
  [[noreturn]] void
  Throw(const std::string & when, const std::string & images) const;

  const UNetTrainingData &       m_Data;
  const UNetTrainingParameters & m_Parameters;
};
} // namespace itk

#endif
