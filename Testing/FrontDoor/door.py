# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""What the program reads in many files, with one process for all of them."""

import argparse
import json
import os
import shutil
import subprocess
import sys

SKIPPED = 77


def parse_options(description, *flags):
    """Options of the scripts of this folder; ends the script where the other readers are absent."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--itktorch", required=True, help="the program")
    parser.add_argument("--dump", required=True, help="ITKTorchDumpImages")
    parser.add_argument("--work", required=True, help="a folder that is made anew")
    for flag in flags:
        parser.add_argument(flag, action="store_true")
    return parser.parse_args()


def require_readers():
    """Ends a script, as skipped, where its Python lacks a package of requirements.txt."""
    try:
        import imagecodecs  # noqa: F401
        import nibabel  # noqa: F401
        import nrrd  # noqa: F401
        import numpy  # noqa: F401
        import PIL  # noqa: F401
        import pydicom  # noqa: F401
        import SimpleITK  # noqa: F401
        import tifffile  # noqa: F401
    except ImportError as error:
        print(f"{error}: install Testing/FrontDoor/requirements.txt in .venv-tests")
        sys.exit(SKIPPED)


class Door:
    def __init__(self, options):
        self.itktorch = os.path.abspath(options.itktorch)
        self.dump = os.path.abspath(options.dump)
        self.work = os.path.abspath(options.work)
        # Temporary files that the last run left behind.
        self.left = []
        shutil.rmtree(self.work, ignore_errors=True)
        os.makedirs(self.work)

    def ask(self, questions, keeps_pixels=True, seconds=1200):
        """An answer for each question, which is a path or a dictionary as ITKTorchDumpImages takes it.

        Answers have "Pixels", the path of a file, where the image was read."""
        folder = os.path.join(self.work, "pixels")
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        temporary = os.path.join(self.work, "temporary")
        os.makedirs(temporary, exist_ok=True)
        lines = [json.dumps(question if isinstance(question, dict) else {"File": question}) for question in questions]
        ended = subprocess.run(
            [self.dump, self.itktorch, folder],
            input="\n".join(lines) + "\n",
            text=True,
            capture_output=True,
            errors="replace",
            timeout=seconds,
            check=False,
            env={**os.environ, "TMPDIR": temporary},
        )
        self.left = os.listdir(temporary)
        answers = [json.loads(line) for line in ended.stdout.splitlines()]
        if ended.returncode != 0 or len(answers) != len(lines):
            sys.exit(
                f"{os.path.basename(self.dump)} ended with exit status {ended.returncode} after {len(answers)} "
                f"of {len(lines)} files: {ended.stderr[-1000:]}"
            )
        for number, answer in enumerate(answers):
            if keeps_pixels and "Refused" not in answer:
                answer["Pixels"] = os.path.join(folder, f"{number}.raw")
        return answers


def pixels_of(answer):
    """[slice, row, column, component] of an answer."""
    import numpy

    kinds = {
        "unsigned_char": "u1",
        "char": "i1",
        "unsigned_short": "u2",
        "short": "i2",
        "unsigned_int": "u4",
        "int": "i4",
        "unsigned_long": "u8",
        "long": "i8",
        "unsigned_long_long": "u8",
        "long_long": "i8",
        "float": "f4",
        "double": "f8",
    }
    pixels = numpy.fromfile(answer["Pixels"], kinds[answer["ComponentType"]])
    size = (list(answer["Size"]) + [1, 1, 1])[:3]
    return pixels.reshape((size[2], size[1], size[0], answer["Components"]))


def geometry_of(answer):
    """Spacing, origin and direction along as many axes as the file has; no spacing where it states none."""
    import numpy

    dimension = len(answer["Size"])
    direction = numpy.array(answer["Axes"]).T[:dimension]
    return answer["Spacing"] if answer["SpacingFrom"] else None, answer["Origin"], direction


def is_near(found, expected, tolerance=1e-5):
    """Numbers that are equal up to rounding to 32 bits, as far as both have them."""
    count = min(len(found), len(expected))
    scale = max([abs(number) for number in expected] + [1e-6])
    return all(abs(a - b) <= tolerance * scale for a, b in zip(found[:count], expected[:count]))


def geometry_differs(answer, expected):
    """A sentence about the first difference from what another reader says; empty without one.

    Where the other reader knows no spacing, the file must state none here either; other unknown parts are not
    compared."""
    spacing, origin, direction = geometry_of(answer)
    if (spacing is None) != (expected.spacing is None):
        return f"its spacing is {spacing}, not {expected.spacing}"
    if spacing is not None and not is_near(spacing, expected.spacing):
        return f"its spacing is {spacing}, not {expected.spacing}"
    if expected.origin is not None and not is_near(origin, expected.origin):
        return f"its origin is {origin}, not {expected.origin}"
    if expected.direction is not None:
        axes = min(len(direction), len(expected.direction))
        for row in range(axes):
            if not is_near(list(direction[row][:axes]), list(expected.direction[row][:axes])):
                return f"its direction is {direction.tolist()}, not {expected.direction}"
    return ""
