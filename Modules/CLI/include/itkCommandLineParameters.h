// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkCommandLineParameters_h
#define itkCommandLineParameters_h

#include "itkTorchParameterTable.h"
#include <set>
#include <string>

namespace CLI
{
class App;
}

namespace itk
{
/** Adds an option for each parameter of a table: `LearningRate` becomes `--learning-rate`, a switch also
 * `--no-…`. Values outside the range are refused while the command line is read.
 * \param parameters the struct that the options write to, with the defaults that the help shows; outlives `app`
 * \param group heading in the help
 * \param leftOut parameters that get no option */
void
AddParameterOptions(CLI::App &                      app,
                    const TorchParameterReference & parameters,
                    const std::string &             group,
                    const std::set<std::string> &   leftOut = {});

/** Copies the parameters whose options were given, which AddParameterOptions() added.
 * \param from what the options wrote to
 * \param to a struct of the same type, which keeps its other parameters */
void
CopyGivenParameters(const CLI::App & app, const TorchParameterReference & from, const TorchParameterReference & to);

/** Adds `--device` and `--threads`. Names that no device can have are refused while the command line is read; whether
 * the machine has the device is found out by who uses it.
 * \param device,threads what the options write to; outlive `app` */
void
AddDeviceOptions(CLI::App & app, std::string & device, unsigned int & threads);

/** Adds `--grid-tolerance`, by how many pixels the corners of two images may lie apart that have one grid.
 * \param tolerance what the option writes to, with its default; outlives `app` */
void
AddGridToleranceOption(CLI::App & app, double & tolerance);

/** Adds `--labels`, whose choice "colors" says that each color of a file of labels is an object.
 * \param areColors what the option writes to; outlives `app` */
void
AddLabelsOption(CLI::App & app, bool & areColors);

/** The same for a struct of parameters with Labels, a LabelMeaning: colors are objects.
 * \param parameters outlive `app`; AddParameterOptions() must leave Labels out */
void
AddLabelsOption(CLI::App &                      app,
                const TorchParameterReference & parameters,
                const std::string &             group,
                bool &                          areColors);

/** "LearningRate" → "learning-rate". */
std::string
ToOptionName(const std::string & parameterName);
} // namespace itk

#endif
