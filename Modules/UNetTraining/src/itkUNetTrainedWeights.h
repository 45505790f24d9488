// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetTrainedWeights_h
#define itkUNetTrainedWeights_h

#include "itkUNetNetwork.h"
#include "itkUNetTrainingState.h"

namespace itk
{
/** Tensors on the host, not shared. */
UNetModel::WeightsType
CopyToHost(const UNetWeights & tensors);

/** Tensors on the device, not shared. */
UNetWeights
CopyToDevice(const UNetModel::WeightsType & tensors, const TorchDevice & device);

/** \class UNetTrainedWeights
 * \brief The network of a training and what becomes of its weights: those that the optimizer changes, running
 * statistics, layers that stay as they are, outputs of coarser levels, averages. */
class UNetTrainedWeights
{
public:
  UNetTrainedWeights(const UNetTrainingState &      state,
                     const UNetTrainingParameters & parameters,
                     const TorchDevice &            device);

  UNetNetwork &
  GetNetwork()
  {
    return m_Network;
  }

  /** Those that the optimizer changes; their memory is the network's. */
  const UNetWeights &
  GetTrained() const
  {
    return m_Trained;
  }

  /** Those of the outputs of coarser levels. */
  const UNetWeights &
  GetAuxiliary() const
  {
    return m_Auxiliary;
  }

  /** Empty unless weights are averaged. */
  const UNetWeights &
  GetAverages() const
  {
    return m_Averages;
  }

  /** The specification's. */
  UNetWeights
  GetOfModel() const;

  /** One for each that is trained, 0 where there is none. */
  std::vector<at::Tensor>
  GetGradients() const;

  void
  ClearGradients();

  /** Before a batch changes running statistics. */
  void
  KeepStatistics();

  /** As if there had been no batch since KeepStatistics(). */
  void
  Undo();

  /** Statistics of frozen layers, too, become what they were. */
  void
  RestoreFrozen();

  /** After a step of the optimizer.
   * \param steps that were made, this one included */
  void
  UpdateAverages(std::uint64_t steps);

private:
  double      m_Averaging;
  UNetNetwork m_Network;
  UNetWeights m_Trained;
  UNetWeights m_Frozen;
  UNetWeights m_Auxiliary;
  UNetWeights m_Averages;
  /** Running statistics, and what they were before the step. */
  std::vector<std::pair<at::Tensor, at::Tensor>> m_Statistics;
};
} // namespace itk

#endif
