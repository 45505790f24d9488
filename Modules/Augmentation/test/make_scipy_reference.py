# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Prints itkScipySamples.h: what scipy 1.15 gives for a row of pixels at places inside and beyond its border."""

import numpy
from scipy.ndimage import map_coordinates

PIXELS = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0]
PLACES = [-9.3, -7.0, -4.6, -1.8, -0.9, -0.5, -0.2, 0.0, 0.3, 2.5, 3.75, 5.9, 6.0, 6.4, 7.2, 8.8, 11.1, 15.6]
# This project's name, scipy's, and whether scipy's cubic spline is the same one.
MODES = (
    ("Reflect", "reflect", True),
    ("Mirror", "mirror", True),
    ("Edge", "nearest", False),
    ("Wrap", "grid-wrap", True),
)


def numbers(values):
    return ", ".join(f"{value:.17g}" for value in values)


def main():
    print(
        "// SPDX-License-Identifier: Apache-2.0\n// Copyright ITKTorch contributors\n"
        "// Made by make_scipy_reference.py."
    )
    print(
        '#ifndef itkScipySamples_h\n#define itkScipySamples_h\n\n#include "itkSpatialSampling.h"\n#include <vector>\n'
    )
    print("namespace itk\n{\nnamespace Test\n{\nstruct ScipySamples\n{")
    print(
        "  SamplingPaddingMode          PaddingMode;\n  SamplingInterpolation Interpolation;\n"
        "  std::vector<double>   Values;\n};\n"
    )
    print(f"inline const std::vector<double> scipyPixels{{ {numbers(PIXELS)} }};")
    print(f"inline const std::vector<double> scipyPlaces{{ {numbers(PLACES)} }};")
    print("inline const std::vector<ScipySamples> scipySamples{")
    for name, mode, has_same_spline in MODES:
        for interpolation, order in (("Linear", 1), ("Cubic", 3)):
            if order == 3 and not has_same_spline:
                continue
            values = map_coordinates(numpy.array(PIXELS), [PLACES], order=order, mode=mode)
            print(
                f"  {{ SamplingPaddingMode::{name}, SamplingInterpolation::{interpolation}, {{ {numbers(values)} }} }},"
            )
    print("};\n} // namespace Test\n} // namespace itk\n\n#endif")


if __name__ == "__main__":
    main()
