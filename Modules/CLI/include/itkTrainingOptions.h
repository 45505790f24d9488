// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTrainingOptions_h
#define itkTrainingOptions_h

#include "itkUNetTrainingParameters.h"

namespace CLI
{
class App;
}

namespace itk
{
/** Adds the options of a training: its named settings, --weight-map and --augmentation, and an option for each
 * parameter, which changes what those set, wherever it stands.
 * \param parameters what the options write to; outlives `app`
 * \param colorsAreLabels whether --labels is colors; outlives `app` */
void
AddTrainingOptions(CLI::App & app, UNetTrainingParameters & parameters, bool & colorsAreLabels);
} // namespace itk

#endif
