// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetValidation_h
#define itkUNetValidation_h

#include "itkUNetSamples.h"
#include "itkUNetTrainingEpoch.h"
#include "itkUNetValidationCase.h"

namespace itk
{
/** \class UNetValidation
 * \brief Scores a network on whole images that it is not trained on. */
class ITKTorchUNetTraining_EXPORT UNetValidation
{
public:
  /** \param model the one that is trained; its weights are not used */
  UNetValidation(const UNetModel &              model,
                 const UNetTrainingData &       data,
                 const UNetTrainingParameters & parameters,
                 const TorchDevice &            device);

  /** Loads every pair once, after the training pairs have decided what the model records of its images.
   * \throws ExceptionObject with a line for each pair that cannot be used */
  void
  Prepare(const TorchProgress & progress);

  std::uint64_t
  GetDigest() const
  {
    return m_Samples->GetDigest();
  }

  /** The loss is that of the training on whole images, of the full resolution alone and without augmentation; with a
   * precision that is chosen by a trial and at least two classes, of probabilities of at least 1e-12.
   * \param observer is told of each image when it has been scored */
  UNetValidationScores
  Compute(const UNetModel::WeightsType & weights,
          const TorchProgress &          progress,
          const UNetValidationObserver & observer);

private:
  const UNetModel &            m_Model;
  const UNetTrainingData &     m_Data;
  UNetTrainingParameters       m_Parameters;
  TorchDevice                  m_Device;
  std::unique_ptr<UNetSamples> m_Samples;
};
} // namespace itk

#endif
