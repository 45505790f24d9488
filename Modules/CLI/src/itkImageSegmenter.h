// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkImageSegmenter_h
#define itkImageSegmenter_h

#include "itkInstanceSegmentation.h"
#include "itkProcessObject.h"
#include "itkUNetInference.h"
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace itk
{
struct SegmentationSettings
{
  enum class Kind : std::uint8_t
  {
    Objects,
    Mask,
    Probabilities
  };

  Kind                           Output{ Kind::Objects };
  UNetInferenceParameters        Network;
  InstanceSegmentationParameters Objects;

  /** Parameters of the network that are not used: the mask has its own threshold. */
  static const std::set<std::string> UnusedNetworkParameters;
};

/** A JSON object with all parameters that are used for the output; "Output" is its kind. */
std::string
WriteSegmentationSettings(const SegmentationSettings & settings);

/** An image that is ready to be written. */
struct SegmentedImage
{
  std::vector<SizeValueType>   Size;
  std::optional<SizeValueType> NumberOfObjects;

  /** Needs nothing of the segmenter and may be called on another thread. */
  std::function<void(const std::string & fileName)> Write;
};

/** \class ImageSegmenter
 * \brief Segments one image after the other with one network, which is made ready once. */
class ImageSegmenter
{
public:
  virtual ~ImageSegmenter() = default;

  /** An image of its own, without a pipeline. May run on another thread while Compute() runs.
   * \throws ExceptionObject if the file is none that the network can be used for */
  virtual DataObject::Pointer
  Read(const std::string & fileName) const = 0;

  /** \param image as Read() made it */
  virtual SegmentedImage
  Compute(DataObject * image) = 0;

  /** For progress within an image. */
  virtual ProcessObject *
  GetNetwork() = 0;
};

/** \throws ExceptionObject for a model of more than two classes
 * \throws TorchDeviceError for a device that the machine lacks */
std::unique_ptr<ImageSegmenter>
MakeImageSegmenter(UNetModel * model, const std::string & device, const SegmentationSettings & settings);
} // namespace itk

#endif
