# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Prints itkKerasSamples.h: the affine matrices that keras-preprocessing 1.1.2 hands to scipy for fixed draws, and what
it makes of a small image."""

import numpy
from keras_preprocessing.image import affine_transformations as keras

HEIGHT, WIDTH = 9, 12
# Degrees, fractions of height and width, degrees, factors of rows and columns.
DRAWS = [
    dict(theta=37.0, tx=0.0, ty=0.0, shear=0.0, zx=1.0, zy=1.0),
    dict(theta=0.0, tx=0.2, ty=-0.1, shear=0.0, zx=1.0, zy=1.0),
    dict(theta=0.0, tx=0.0, ty=0.0, shear=0.5, zx=1.0, zy=1.0),
    dict(theta=0.0, tx=0.0, ty=0.0, shear=0.0, zx=0.8, zy=1.2),
    dict(theta=-50.0, tx=-0.15, ty=0.05, shear=-0.3, zx=1.1, zy=0.85),
]


def numbers(values):
    return ", ".join(f"{value:.17g}" for value in numpy.asarray(values).ravel())


def main():
    seen = []
    transform = keras.ndimage.interpolation.affine_transform

    def spy(image, matrix, offset, **options):
        seen.append((matrix, offset))
        return transform(image, matrix, offset, **options)

    keras.ndimage.interpolation.affine_transform = spy
    rows, columns = numpy.indices((HEIGHT, WIDTH))
    image = ((rows * 37 + columns * columns * 11) % 50).astype(numpy.float64)
    print(
        "// SPDX-License-Identifier: Apache-2.0\n// Copyright ITKTorch contributors\n"
        "// Made by make_keras_reference.py."
    )
    print(
        "#ifndef itkKerasSamples_h\n#define itkKerasSamples_h\n\n#include <vector>\n\n"
        "namespace itk\n{\nnamespace Test\n{"
    )
    print(
        "/** Rotation and shear in degrees, shifts in pixels, zooms; "
        "each of rows, then of columns, as Keras has them. */"
    )
    print("struct KerasSample\n{\n  double Rotation;\n  double ShiftOfRows;\n  double ShiftOfColumns;\n  double Shear;")
    print("  double ZoomOfRows;\n  double ZoomOfColumns;\n  /** Of (row, column). */\n  std::vector<double> Matrix;")
    print("  std::vector<double> Offset;\n  std::vector<double> Image;\n};\n")
    print(f"constexpr int kerasHeight = {HEIGHT};\nconstexpr int kerasWidth = {WIDTH};")
    print(f"inline const std::vector<double> kerasImage{{ {numbers(image)} }};")
    print("inline const std::vector<KerasSample> kerasSamples{")
    for draw in DRAWS:
        options = dict(draw, tx=draw["tx"] * HEIGHT, ty=draw["ty"] * WIDTH)
        result = keras.apply_affine_transform(image[..., None], **options, fill_mode="reflect", order=1)
        matrix, offset = seen[-1]
        values = ", ".join(f"{options[name]:.17g}" for name in ("theta", "tx", "ty", "shear", "zx", "zy"))
        print(f"  {{ {values}, {{ {numbers(matrix)} }}, {{ {numbers(offset)} }}, {{ {numbers(result)} }} }},")
    print("};\n} // namespace Test\n} // namespace itk\n\n#endif")


if __name__ == "__main__":
    main()
