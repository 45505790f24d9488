// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetInferenceSession_h
#define itkUNetInferenceSession_h

#include "ITKTorchUNetInferenceExport.h"
#include "itkTimeStamp.h"
#include "itkUNetInference.h"
#include <map>

namespace itk
{
/** \class UNetInferenceSession
 * \brief What a filter keeps from one update to the next: the model made ready on a device, and the plans of the pass
 * under way.
 *
 * A plan asks the device for its free memory, so it is made once for each grid of a pass: what was requested is what is
 * computed, unless the device runs out of memory on the way.
 * \ingroup ITKTorchUNetInference */
class ITKTorchUNetInference_EXPORT UNetInferenceSession
{
public:
  /** Forgets the plans of the pass before. */
  void
  BeginPass()
  {
    m_Plans.clear();
  }

  /** Makes a model ready on a device, if it is not yet, which ends what was planned without it. */
  void
  Prepare(const UNetModel & model, const TorchDevice & device);

  bool
  IsPrepared(const UNetModel & model, const TorchDevice & device) const;

  /** Of images of this size along x, y (, z); valid until the pass or the memory ends. Before the model is ready: in
   * float32, without a limit of memory. */
  const UNetInferencePlan &
  GetPlan(const UNetModel &                 model,
          const TorchDevice &               device,
          const UNetInferenceParameters &   parameters,
          const std::vector<std::int64_t> & extent);

  /** After Prepare(). */
  const UNetInference &
  GetInference() const
  {
    return *m_Inference;
  }

  const TorchDevice &
  GetDevice() const
  {
    return m_Device;
  }

  /** Frees what is held on the device. */
  void
  Release();

private:
  std::unique_ptr<UNetInference>                         m_Inference;
  UNetModel::ConstPointer                                m_Model;
  TimeStamp                                              m_Time;
  TorchDevice                                            m_Device;
  std::uint64_t                                          m_LargestWindow{ 0 }; // that the plans know of
  std::map<std::vector<std::int64_t>, UNetInferencePlan> m_Plans;
};
} // namespace itk

#endif
