// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetTrainingStepEvent_h
#define itkUNetTrainingStepEvent_h

#include "ITKTorchUNetTrainingExport.h"
#include "itkEventObject.h"
#include "itkUNetTrainer.h"

namespace itk
{
/** \class UNetTrainingStepEvent
 * \brief Invoked by a training filter after each step of the optimizer, with what the step did.
 * \ingroup ITKTorchUNetTraining */
class ITKTorchUNetTraining_EXPORT UNetTrainingStepEvent : public AnyEvent
{
public:
  UNetTrainingStepEvent() = default;
  explicit UNetTrainingStepEvent(const UNetTrainingStep & step)
    : m_Step(step)
  {}

  const UNetTrainingStep &
  GetStep() const
  {
    return m_Step;
  }

  const char *
  GetEventName() const override
  {
    return "UNetTrainingStepEvent";
  }
  bool
  CheckEvent(const EventObject * event) const override
  {
    return dynamic_cast<const UNetTrainingStepEvent *>(event) != nullptr;
  }
  EventObject *
  MakeObject() const override
  {
    return new UNetTrainingStepEvent(m_Step);
  }

private:
  UNetTrainingStep m_Step;
};
} // namespace itk

#endif
