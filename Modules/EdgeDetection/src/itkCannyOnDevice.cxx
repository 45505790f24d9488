#include "itkCannyOnDevice.h"
namespace itk
{
CannyTensors
DetectCannyOnDevice(const CannyProblem &, const at::Tensor &, const CannyEdgeDetectionParameters &, const CannyEdgeDetectionOutputs &, const TorchDevice &, const std::function<void(double)> &)
{ itkGenericExceptionMacro("todo"); }
}
