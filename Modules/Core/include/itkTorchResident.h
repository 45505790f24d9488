// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchResident_h
#define itkTorchResident_h

#include "itkTorchTensor.h"

namespace itk
{
/** Where the pixels of a TorchImage are. */
enum class TorchResidence : std::uint8_t
{
  HostOnly,
  DeviceOnly,
  Both
};

/** \class TorchResident
 * \brief What a TorchImage is to a filter that knows neither its pixel type nor its dimension: a data object whose
 * pixels can be asked for on a device.
 *
 * The wish is part of the request pass, like a requested region. Asking for a region in the ordinary way asks for the
 * host; a Torch filter asks for its device instead, by a DeviceRequest. The two wishes are kept apart and the host
 * wins, so that a native and a Torch consumer of one output both find its pixels.
 * \ingroup ITKTorchCore
 */
class TorchResident
{
public:
  /** \class DeviceRequest
   * \brief While it lives, regions that are asked of `resident` are wanted on a device and not on the host. */
  class DeviceRequest
  {
  public:
    DeviceRequest(TorchResident * resident, bool isDeviceWanted);
    ~DeviceRequest();
    DeviceRequest(DeviceRequest && other) noexcept;
    DeviceRequest(const DeviceRequest &) = delete;
    DeviceRequest &
    operator=(const DeviceRequest &) = delete;
    DeviceRequest &
    operator=(DeviceRequest &&) = delete;

  private:
    TorchResident * m_Resident;
    bool            m_WasHostWanted;
    bool            m_IsDeviceWanted;
  };

  virtual TorchResidence
  GetResidence() const = 0;

  /** The device's tensor of the buffered region; undefined while the pixels are on the host only. */
  virtual const TorchTensor &
  GetDeviceTensor() const = 0;

protected:
  TorchResident() = default;
  virtual ~TorchResident() = default;

  void
  RequestHost()
  {
    m_IsHostWanted = true;
  }

  void
  ClearRequest();

  /** Ends the request pass: clears the wishes and returns whether only a device was asked for. */
  bool
  TakeDeviceOnlyRequest();

private:
  bool m_IsHostWanted{ false };
  bool m_IsDeviceWanted{ false };
};
} // namespace itk

#endif
