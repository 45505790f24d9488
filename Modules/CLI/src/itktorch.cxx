// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCommands.h"
#include "itkErrorSentence.h"
#include "itkTorchDevice.h"
#include "itkTorchRuntime.h"
#include <CLI/CLI.hpp>
#include <iostream>

/** Exit status: 0 done, 1 failure while running, 2 wrong arguments, 3 the device is not there. */
int
main(int argc, char * argv[])
{
  CLI::App app("U-Net segmentation for images that ITK reads.", "itktorch");
  app.require_subcommand(1);
  app.set_version_flag("--version",
                       "itktorch " ITKTorch_VERSION " with LibTorch " + itk::TorchRuntime::GetLibTorchVersion());
  app.failure_message([](const CLI::App *, const CLI::Error & error)
                      { return "itktorch: " + itk::ErrorSentence(error) + '\n'; });
  itk::AddTrainCommand(app);
  itk::AddSegmentCommand(app);
  itk::AddTuneCommand(app);
  itk::AddEvaluateCommand(app);
  itk::AddCannyCommand(app);
  itk::AddWeightMapCommand(app);
  itk::AddAugmentCommand(app);
  itk::AddParametersCommand(app);
  itk::AddMetricsCommand(app);
  try
  {
    app.parse(argc, argv);
    return 0;
  }
  catch (const CLI::ParseError & error)
  {
    return app.exit(error) == 0 ? 0 : 2;
  }
  catch (const itk::TorchDeviceError & error)
  {
    std::cerr << "itktorch: " << itk::ErrorSentence(error) << std::endl;
    return 3;
  }
  catch (const std::exception & error)
  {
    std::cerr << "itktorch: " << itk::ErrorSentence(error) << std::endl;
    return 1;
  }
}
