#include "itkBinaryThresholdImageFilter.h"
#include "itkConnectedComponentImageFilter.h"
#include "itkImageFileWriter.h"
#include "itkRGBPixel.h"
#include "itkUNetInferenceImageFilter.h"
#include "itkUNetModelReader.h"
#include "itkVerifiedImageReader.h"

int
main(int, char * argv[]) // image, model, output
{
  using ImageType = itk::Image<itk::RGBPixel<unsigned char>, 2>;
  using ProbabilityType = itk::Image<float, 2>;
  using LabelType = itk::Image<unsigned short, 2>;

  auto image = itk::ReadVerifiedImage<ImageType>(argv[1]);
  auto model = itk::UNetModelReader::New();
  model->SetFileName(argv[2]);
  auto network = itk::UNetInferenceImageFilter<ImageType, ProbabilityType>::New();
  network->SetInput(image);
  network->SetModel(model->GetOutput());
  network->SetDevice("auto"); // a CUDA GPU if there is one

  auto threshold = itk::BinaryThresholdImageFilter<ProbabilityType, LabelType>::New();
  threshold->SetInput(network->GetOutput());
  threshold->SetLowerThreshold(0.5f);
  auto objects = itk::ConnectedComponentImageFilter<LabelType, LabelType>::New();
  objects->SetInput(threshold->GetOutput());
  itk::WriteImage(objects->GetOutput(), argv[3]);
}
