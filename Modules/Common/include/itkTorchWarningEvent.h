// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchWarningEvent_h
#define itkTorchWarningEvent_h

#include "ITKTorchCommonExport.h"
#include "itkEventObject.h"
#include <string>

namespace itk
{
/** \class TorchWarningEvent
 * \brief Reports that a filter continues, but differently than requested; the message says in one sentence how.
 *
 * Without an observer the message goes to itk::OutputWindow.
 * \ingroup ITKTorchCommon */
class ITKTorchCommon_EXPORT TorchWarningEvent : public AnyEvent
{
public:
  TorchWarningEvent() = default;
  explicit TorchWarningEvent(std::string message)
    : m_Message(std::move(message))
  {}

  const std::string &
  GetMessage() const
  {
    return m_Message;
  }

  const char *
  GetEventName() const override
  {
    return "TorchWarningEvent";
  }
  bool
  CheckEvent(const EventObject * event) const override
  {
    return dynamic_cast<const TorchWarningEvent *>(event) != nullptr;
  }
  EventObject *
  MakeObject() const override
  {
    return new TorchWarningEvent(m_Message);
  }

private:
  std::string m_Message;
};
} // namespace itk

#endif
