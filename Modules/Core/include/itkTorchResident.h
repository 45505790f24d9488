// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchResident_h
#define itkTorchResident_h

#include "ITKTorchCoreExport.h"
#include "itkDataObject.h"
#include "itkTorchEnumeration.h"
#include "itkTorchTensor.h"
#include <mutex>
#include <vector>

namespace itk
{
/** Where the pixels of a TorchImage are. */
enum class TorchResidence : std::uint8_t
{
  HostOnly,
  DeviceOnly,
  Both
};
itkTorchEnumerationMacro(TorchResidence,
                         { "HostOnly", "host-only" },
                         { "DeviceOnly", "device-only" },
                         { "Both", "both" });

/** \class TorchResident
 * \brief What a TorchImage is to a filter that knows neither its pixel type nor its dimension: a data object that keeps
 * account of where its pixels are, and whose pixels can be asked for on a device.
 *
 * This request is part of the request pass, like a requested region. Requesting a region in the ordinary way requests
 * the host; a Torch filter requests its device instead, by a DeviceRequest. The two requests are kept apart and the
 * host takes precedence, so that a native and a Torch consumer of one output both find its pixels.
 * \ingroup ITKTorchCore
 */
class ITKTorchCore_EXPORT TorchResident
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

  /** \class DataPass
   * \brief A data pass of a pipeline, on the thread that runs it: at its end, the images that filters left on a device
   * during it (see LeaveOnDevice()) have their pixels on the host, if they still hold any. */
  class DataPass
  {
  public:
    /** \param isOpened whether there is a pass to be ended here; images that are left belong to the innermost open
     * one */
    explicit DataPass(bool isOpened);
    /** Ends a pass that an exception has cut short, without exceptions of its own. */
    ~DataPass();
    DataPass(const DataPass &) = delete;
    DataPass &
    operator=(const DataPass &) = delete;

    /** \throws ExceptionObject if the host has no memory for the pixels */
    void
    End();

    /** Whether one is open on this thread. */
    static bool
    IsOpen();

  private:
    bool        m_IsOpened;
    std::size_t m_First;
  };

  /** Tells the open pass of `objects` whose pixels may be on a device only. */
  static void
  LeaveOnDevice(const std::vector<DataObject::Pointer> & objects);

  /** One for each resident among `objects` but `except`. */
  static std::vector<DeviceRequest>
  RequestDevice(const std::vector<DataObject::Pointer> & objects,
                bool                                     isDeviceWanted,
                const DataObject *                       except = nullptr);

  TorchResidence
  GetResidence() const
  {
    return m_Residence;
  }

  /** The device's tensor of the buffered region; undefined while the pixels are on the host only. */
  const TorchTensor &
  GetDeviceTensor() const
  {
    return m_DeviceTensor;
  }

  /** The pixels of the buffered region from now on: `tensor`, which becomes the ITK buffer itself on the host. */
  void
  SetTensor(const TorchTensor & tensor);

  /** Makes ITK's buffer hold the pixels; the device keeps its copy. */
  void
  SynchronizeHost() const;

  /** The same for each resident among `objects`. */
  static void
  SynchronizeHost(const std::vector<DataObject::Pointer> & objects);

protected:
  TorchResident() = default;
  virtual ~TorchResident() = default;

  /** Makes `tensor`, interleaved and without gaps, ITK's buffer; an undefined one empties it. */
  virtual void
  SetHostTensor(const TorchTensor & tensor) = 0;

  /** While ITK's buffer is being replaced by the same pixels. */
  bool
  IsSynchronizing() const;

  void
  DropDeviceCopy() const;

  /** After an edit on the host; keeps what is the only copy. */
  void
  DropStaleDeviceCopy() const;

  void
  PrintResidence(std::ostream & os, Indent indent) const;

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
  mutable std::recursive_mutex m_Mutex;
  mutable TorchTensor          m_DeviceTensor;
  mutable TorchResidence       m_Residence{ TorchResidence::HostOnly };
  mutable bool                 m_IsSynchronizing{ false };
  bool                         m_IsHostWanted{ false };
  bool                         m_IsDeviceWanted{ false };
};
} // namespace itk

#endif
