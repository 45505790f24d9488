// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkCommands_h
#define itkCommands_h

namespace CLI
{
class App;
}

namespace itk
{
/** Each adds a subcommand, which runs as its callback. */
void
AddTrainCommand(CLI::App & app);
void
AddSegmentCommand(CLI::App & app);
void
AddTuneCommand(CLI::App & app);
void
AddEvaluateCommand(CLI::App & app);
void
AddCannyCommand(CLI::App & app);
void
AddWeightMapCommand(CLI::App & app);
void
AddAugmentCommand(CLI::App & app);
void
AddParametersCommand(CLI::App & app);
void
AddMetricsCommand(CLI::App & app);
} // namespace itk

#endif
