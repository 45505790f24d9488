// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkImageSegmenter_h
#define itkImageSegmenter_h

#include "ITKTorchWorkflowExport.h"
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
struct ITKTorchWorkflow_EXPORT SegmentationSettings
{
  enum class Kind : std::uint8_t
  {
    Objects,
    Mask,
    Probabilities,
    /** Number of the most probable class. */
    Classes
  };

  Kind                           Output{ Kind::Objects };
  UNetInferenceParameters        Network;
  InstanceSegmentationParameters Objects;
  /** Of the images, in millimeters along x, y (, z), in place of what their files state; empty for that. */
  std::vector<double> Spacing;
  /** Part of the images: first pixel along x, y (, z), then size; empty for all. */
  std::vector<std::int64_t> Region;
  /** Of a pyramid; empty for the smallest whose pixels are not larger than the model's. */
  std::optional<unsigned int> Level;
  /** In place of the model's. */
  std::optional<UNetPolarity> Polarity;
  /** Whether nobody chose the model: images then must be of its dimension, and of one channel or RGB. */
  bool IsModelByDefault{ false };

  /** Parameters of the network that are not used: the mask has its own threshold. */
  static const std::set<std::string> UnusedNetworkParameters;

  /** Whether Objects say how objects are found in the network's outputs: for one or two classes always, for more by
   * Channels, such as those of interior and border. */
  bool
  GivesObjects(const UNetSpecification & specification) const;

  /** Takes class numbers instead of objects for a network that gives none.
   * \throws ExceptionObject for a kind that it does not make, or Channels that it does not have */
  void
  FitTo(const UNetSpecification & specification);

  /** \throws ExceptionObject that names the file, if its format does not hold the output */
  void
  VerifyOutputFormat(const std::string & fileName, const UNetSpecification & specification) const;
};

/** A JSON object with all parameters that are used for the output; "Output" is its kind. */
ITKTorchWorkflow_EXPORT std::string
WriteSegmentationSettings(const SegmentationSettings & settings);

/** An image as it was read. */
struct ImageToSegment
{
  DataObject::Pointer Image;
  /** Where an image comes from that is too large to be in memory; null for pixels without a pipeline. */
  ProcessObject::Pointer Reader;
  /** Sentences about what was read, and how. */
  std::vector<std::string> Notes;
};

/** An image that is ready to be written, or was. */
struct SegmentedImage
{
  std::vector<SizeValueType>   Size;
  std::optional<SizeValueType> NumberOfObjects;
  /** Needs nothing of the segmenter and may be called on another thread. */
  std::function<void(const std::string & fileName)> Write;

  /** What the network was computed by. */
  UNetComputation Computation{};
};

/** What a segmenter tells of an image. */
struct SegmentationListener
{
  /** The fraction done, in [0, 1]. */
  std::function<void(double)> Progress = [](double) {};
  /** One sentence. */
  std::function<void(const std::string &)> Note = [](const std::string &) {};
};

/** \class ImageSegmenter
 * \brief Segments one image after the other with one network, which is made ready once. */
class ITKTorchWorkflow_EXPORT ImageSegmenter
{
public:
  virtual ~ImageSegmenter() = default;

  /** May run on another thread while Compute() runs. An image that is more than one row of the network's windows is
   * read in pieces later, if its format allows that.
   * \throws ExceptionObject if the file is none that the network can be used for */
  virtual ImageToSegment
  Read(const std::string & fileName) const = 0;

  /** \throws ExceptionObject that names the file, if the output cannot be written there */
  virtual void
  VerifyOutput(const std::string & fileName) const = 0;

  /** \param fileName of the output: where image and output can be taken in pieces, it is written here */
  virtual SegmentedImage
  Compute(const ImageToSegment & image, const std::string & fileName, const SegmentationListener & listener) = 0;
};

/** \param settings fit the model
 * \throws TorchDeviceError for a device that the machine lacks */
ITKTorchWorkflow_EXPORT std::unique_ptr<ImageSegmenter>
MakeImageSegmenter(UNetModel * model, const std::string & device, const SegmentationSettings & settings);

/** The same for a model of that dimension. */
template <unsigned int VDimension>
std::unique_ptr<ImageSegmenter>
MakeImageSegmenterOfDimension(UNetModel * model, const std::string & device, const SegmentationSettings & settings);
extern template std::unique_ptr<ImageSegmenter>
MakeImageSegmenterOfDimension<2>(UNetModel * model, const std::string & device, const SegmentationSettings & settings);
extern template std::unique_ptr<ImageSegmenter>
MakeImageSegmenterOfDimension<3>(UNetModel * model, const std::string & device, const SegmentationSettings & settings);
} // namespace itk

#endif
