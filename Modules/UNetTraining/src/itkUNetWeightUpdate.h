// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetWeightUpdate_h
#define itkUNetWeightUpdate_h

#include "itkUNetOptimizationParameters.h"
#include <ATen/core/Tensor.h>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace itk
{
/** \class UNetWeightUpdate
 * \brief One step of an optimizer, with the moments that it keeps of earlier gradients. */
class ITKTorchUNetTraining_EXPORT UNetWeightUpdate
{
public:
  /** Of tensors by their names: "first.NAME", "second.NAME", … */
  using MomentsType = std::map<std::string, at::Tensor>;

  virtual ~UNetWeightUpdate() = default;

  /** Changes the weights in place.
   * \param gradients one for each weight; they may be changed
   * \param divisor of the gradients, such as for a limit of their norm */
  void
  Step(const std::vector<at::Tensor> & gradients, double learningRate, double divisor);

  MomentsType
  GetMoments() const;

protected:
  /** \param moments names of those that are kept of each weight
   * \param known those of an earlier training */
  UNetWeightUpdate(const std::map<std::string, at::Tensor> & weights,
                   const std::vector<std::string> &          moments,
                   const MomentsType &                       known);

  virtual void
  Update(std::vector<at::Tensor> gradients, double learningRate, const std::optional<at::Tensor> & divisor) = 0;

  std::vector<at::Tensor> m_Weights;
  /** Of each kind, of each weight. */
  std::vector<std::vector<at::Tensor>> m_Moments;

private:
  std::vector<std::string> m_Names;
  std::vector<std::string> m_Kinds;
};

/** Whether an optimizer can go on with moments: those of each weight are there. */
ITKTorchUNetTraining_EXPORT bool
HasUNetMoments(const UNetOptimizationParameters &        parameters,
               const std::map<std::string, at::Tensor> & weights,
               const UNetWeightUpdate::MomentsType &     moments);

/** \param weights that are trained, by their names; their memory is shared
 * \param moments of an earlier training; empty at the beginning
 * \param steps that the moments come from */
ITKTorchUNetTraining_EXPORT std::unique_ptr<UNetWeightUpdate>
MakeUNetWeightUpdate(const UNetOptimizationParameters &        parameters,
                     const std::map<std::string, at::Tensor> & weights,
                     const UNetWeightUpdate::MomentsType &     moments,
                     std::uint64_t                             steps);

/** \class UNetGradientReduction
 * \brief What becomes of the gradients of a step before they change the weights: nothing where one process trains;
 * where several do, the mean of theirs. */
class UNetGradientReduction
{
public:
  virtual ~UNetGradientReduction() = default;

  /** \param gradients sums over the process's crops of the step
   * \param loss sum over the process's crops, reduced in the same way */
  virtual void
  Reduce(std::vector<at::Tensor> & /*gradients*/, double & /*loss*/)
  {}
};
} // namespace itk

#endif
