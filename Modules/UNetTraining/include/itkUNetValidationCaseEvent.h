// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetValidationCaseEvent_h
#define itkUNetValidationCaseEvent_h

#include "ITKTorchUNetTrainingExport.h"
#include "itkEventObject.h"
#include "itkUNetValidationCase.h"

namespace itk
{
/** \class UNetValidationCaseEvent
 * \brief Invoked by a training filter after each image of a validation.
 * \ingroup ITKTorchUNetTraining */
class ITKTorchUNetTraining_EXPORT UNetValidationCaseEvent : public AnyEvent
{
public:
  UNetValidationCaseEvent() = default;
  explicit UNetValidationCaseEvent(const UNetValidationCase & validationCase)
    : m_Case(validationCase)
  {}

  const UNetValidationCase &
  GetCase() const
  {
    return m_Case;
  }

  const char *
  GetEventName() const override
  {
    return "UNetValidationCaseEvent";
  }
  bool
  CheckEvent(const EventObject * event) const override
  {
    return dynamic_cast<const UNetValidationCaseEvent *>(event) != nullptr;
  }
  EventObject *
  MakeObject() const override
  {
    return new UNetValidationCaseEvent(m_Case);
  }

private:
  UNetValidationCase m_Case;
};
} // namespace itk

#endif
