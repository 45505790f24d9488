// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetTrainingState_h
#define itkUNetTrainingState_h

#include "ITKTorchUNetTrainingExport.h"
#include "itkUNetModel.h"
#include "itkUNetTrainingEpoch.h"
#include "itkUNetTrainingParameters.h"
#include <vector>

namespace itk
{
/** Where a training stands. All that is random is a function of the seed and of this place.
 * \ingroup ITKTorchUNetTraining */
struct UNetTrainingPosition
{
  /** Epochs that are complete. */
  unsigned int Epoch{ 0 };
  /** Steps of the epoch that are done. */
  std::uint64_t StepOfEpoch{ 0 };
  /** False after the last step of an epoch, until it was validated where that is due. */
  bool IsEpochEnded{ true };
  /** Steps of the optimizer since the training began. */
  std::uint64_t Step{ 0 };
  /** Those of them that were made when the optimizer began: more than 0 if it is not the first one, whose moments mean
   * nothing to it. */
  std::uint64_t StepsBeforeOptimizer{ 0 };
  /** Sums over the steps of the epoch, which its line of the history is made of. */
  double LossSum{ 0.0 };
  double GradientNormSum{ 0.0 };
  double Seconds{ 0.0 };
  /** Of the first step. */
  double FirstLoss{ 0.0 };
  /** Epochs since the validation was best, and what it was; see UNetValidationScores::GetScore(). */
  unsigned int EpochsSinceBest{ 0 };
  double       BestScore{ -1.0 };
  /** Seconds that the training has taken, in all its runs. */
  double TotalSeconds{ 0.0 };
};

/** \class UNetTrainingState
 * \brief A training as a data object: all that is needed to go on with it as if it had not stopped.
 *
 * The model holds the weights that the optimizer changes. Tensors are float, on the host, by the names of the weights
 * that they belong to.
 * \ingroup ITKTorchUNetTraining
 */
class ITKTorchUNetTraining_EXPORT UNetTrainingState : public DataObject
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(UNetTrainingState);

  using Self = UNetTrainingState;
  using Superclass = DataObject;
  using Pointer = SmartPointer<Self>;
  using ConstPointer = SmartPointer<const Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(UNetTrainingState);

  using WeightsType = UNetModel::WeightsType;

  /** The network at its last step. */
  UNetModel *
  GetModel()
  {
    return m_Model;
  }
  const UNetModel *
  GetModel() const
  {
    return m_Model;
  }

  /** What a training is made for: the moving average of the weights, or the weights where there is none. A model of its
   * own, without weights before there has been a step. Its recipe is JSON with the parameters, epochs and steps. */
  UNetModel::Pointer
  GetTrainedModel() const;

  /** The trained model at the epoch that the validation found best; null where nothing was validated. */
  UNetModel::Pointer
  GetBestModel() const;

  /** Moving averages of the weights; empty for none. */
  void
  SetAverages(const WeightsType & averages);
  itkGetConstReferenceMacro(Averages, WeightsType);

  /** The optimizer's moments: "first.NAME", "second.NAME" of Adam, "momentum.NAME" of gradient descent. A training that
   * does not find its own of every weight that it trains begins them anew. */
  void
  SetMoments(const WeightsType & moments);
  itkGetConstReferenceMacro(Moments, WeightsType);

  /** Weights of the outputs of coarser levels, which only a training with deep supervision has: they belong to no
   * model. A training that goes on from a state without them begins them anew. */
  void
  SetAuxiliaryWeights(const WeightsType & weights);
  itkGetConstReferenceMacro(AuxiliaryWeights, WeightsType);

  /** Weights of the best model; empty for none. */
  void
  SetBestWeights(const WeightsType & weights);
  itkGetConstReferenceMacro(BestWeights, WeightsType);

  /** Where the training stands. */
  void
  SetPosition(const UNetTrainingPosition & position);
  const UNetTrainingPosition &
  GetPosition() const
  {
    return m_Position;
  }

  /** A line for each complete epoch. */
  void
  SetHistory(const std::vector<UNetTrainingEpoch> & history);
  const std::vector<UNetTrainingEpoch> &
  GetHistory() const
  {
    return m_History;
  }

  /** What it was trained with. */
  void
  SetParameters(const UNetTrainingParameters & parameters);
  const UNetTrainingParameters &
  GetParameters() const
  {
    return m_Parameters;
  }

  /** Of the pixels of all training and validation pairs; empty before they were read. */
  itkSetMacro(DataDigest, std::string);
  itkGetConstReferenceMacro(DataDigest, std::string);

  /** Whether there has been a step. */
  bool
  IsBegun() const
  {
    return m_Position.Step > 0;
  }

  /** \throws ExceptionObject that names a tensor that is missing, unknown, of another shape than its weight's, or not
   * finite; auxiliary weights are all of the parameters' LossDeepSupervision, or none */
  void
  Verify() const;

  /** Shares the tensors of `data`, a UNetTrainingState. */
  void
  Graft(const DataObject * data) override;

  void
  Initialize() override;

protected:
  UNetTrainingState() = default;
  ~UNetTrainingState() override = default;

  void
  PrintSelf(std::ostream & os, Indent indent) const override;

private:
  UNetModel::Pointer
  MakeModel(const WeightsType & weights, unsigned int epochs, std::uint64_t steps) const;

  UNetModel::Pointer             m_Model{ UNetModel::New() };
  WeightsType                    m_Averages;
  WeightsType                    m_Moments;
  WeightsType                    m_AuxiliaryWeights;
  WeightsType                    m_BestWeights;
  UNetTrainingPosition           m_Position;
  std::vector<UNetTrainingEpoch> m_History;
  UNetTrainingParameters         m_Parameters;
  std::string                    m_DataDigest;
};
} // namespace itk

#endif
