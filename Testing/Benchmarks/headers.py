#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Measures the compile time of each public header in processor seconds, with its class template instantiated once."""

import argparse
import json
import resource
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from comparison import SOURCE, Unavailable, fail, find_build

# Seconds; on a slow machine, as much as a native filter of ITK costs there.
GOAL = 4.0
SCALE = """
#include "itkMedianImageFilter.h"
template class itk::MedianImageFilter<itk::Image<float, 2>, itk::Image<float, 2>>;
"""

PRELUDE = """
#include "itkImage.h"
using Image = itk::Image<float, 2>;
using Bytes = itk::Image<unsigned char, 2>;
using Labels = itk::Image<unsigned short, 2>;
"""

# For code that computes on LibTorch's own tensors: costs what LibTorch's headers cost.
WITHOUT_GOAL = {"itkTorchTensorAccess.h"}

# Arguments of the class template itk::<file name>; each filter and source needs a line.
ARGUMENTS = {
    "itkBoundaryWeightMapImageFilter.h": "Labels",
    "itkCannyComparisonImageFilter.h": "Image, Labels",
    "itkElasticDeformationImageFilter.h": "Image",
    "itkInstanceSegmentationImageFilter.h": "Image, Labels",
    "itkNucleiPhantomImageSource.h": "Image, Labels",
    "itkOtsuBaselineImageFilter.h": "Bytes, Bytes",
    "itkRandomAugmentationImageFilter.h": "Image, Labels",
    "itkSegmentationEvaluationImageFilter.h": "Labels",
    "itkTorchCannyEdgeDetectionImageFilter.h": "Image, Image",
    "itkTorchConnectedComponentImageFilter.h": "Labels, Labels",
    "itkTorchImage.h": "Image",
    "itkTorchImageToImageFilter.h": "Image, Image",
    "itkTorchMarkerWatershedImageFilter.h": "Image, Labels",
    "itkTwoNearestObjectsDistanceImageFilter.h": "Labels",
    "itkUNetInferenceImageFilter.h": "Image, Labels",
    "itkUNetTrainingImageFilter.h": "Image, Labels",
}


def without_precompiled_header(words):
    """A command that parses all that it includes."""
    kept = []
    for word in words:
        if "cmake_pch" not in word:
            kept.append(word)
            continue
        while kept[-1] in ("-include", "-include-pch", "-Xclang"):
            kept.pop()
    return kept


def compile_command(build, module):
    """Compiler and flags of a source of the module, without input and output."""
    file = build / "compile_commands.json"
    if not file.is_file():
        raise Unavailable(f"{file} is missing: configure with CMAKE_EXPORT_COMPILE_COMMANDS=ON.")
    folder = SOURCE / "Modules" / module / "src"
    commands = []
    for entry in json.loads(file.read_text()):
        if entry["file"].endswith(".cxx") and folder in Path(entry["file"]).parents:
            words = without_precompiled_header(shlex.split(entry["command"]))
            kept = [
                w for i, w in enumerate(words) if w not in ("-c", "-o") and words[i - 1] != "-o" and w != entry["file"]
            ]
            # A compiler cache would answer instead of the compiler.
            commands.append(kept[1:] if Path(kept[0]).name in ("ccache", "sccache") else kept)
    if commands:
        # The source that may include most, since a folder's libraries can differ in that.
        return max(commands, key=lambda words: sum(w.startswith("-I") or w == "-isystem" for w in words))
    raise Unavailable(f"{file} has no source of the module {module}: configure that build again.")


def processor_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def compile_text(name, text, command):
    """Seconds, and the compiler's first error."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / f"{name}.cxx"
        source.write_text(text)
        start = processor_seconds()
        done = subprocess.run(
            [*command, "-c", str(source), "-o", str(Path(folder) / "out.o")], capture_output=True, text=True
        )
        spent = processor_seconds() - start
    error = next((line for line in done.stderr.splitlines() if "error:" in line), "no message")
    return spent, "" if done.returncode == 0 else f"does not compile: {error}"


def fastest(name, text, command, enough):
    """The least of at most three times: what else the machine does only adds to them."""
    best, problem = compile_text(name, text, command)
    for _ in range(2):
        if problem or best <= enough:
            break
        best = min(best, compile_text(name, text, command)[0])
    return best, problem


def measure(header, command, goal):
    text = f'#include "{header.name}"\n'
    if header.name in ARGUMENTS:
        text += f"{PRELUDE}template class itk::{header.stem.removeprefix('itk')}<{ARGUMENTS[header.name]}>;\n"
    spent, problem = fastest(header.stem, text, command, min(goal, GOAL))
    if header.stem.endswith(("ImageFilter", "ImageSource")) and header.name not in ARGUMENTS:
        problem = problem or "has no line in ARGUMENTS of headers.py"
    if spent > goal and header.name not in WITHOUT_GOAL:
        problem = problem or f"above {goal:.1f} s"
    return spent, problem


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 if a header takes longer than the goal")
    parser.add_argument("--build", help="build folder (default: $ITKTorch_BUILD_DIR, else build beside the sources)")
    parser.add_argument("headers", nargs="*", help="names of headers (default: all)")
    arguments = parser.parse_args()
    met = True
    line = "{:45} {:6.2f} s  {}".format
    try:
        build = find_build(arguments.build)
        scale, problem = fastest("scale", SCALE, compile_command(build, "Core"), 0.0)
        if problem:
            fail(f"ITK's own filter {problem}")
        goal = max(GOAL, scale)
        print(line("(itk::MedianImageFilter, for scale)", scale, f"goal: {goal:.1f} s"), flush=True)
        for header in sorted((SOURCE / "Modules").glob("*/include/itk*.h")):
            if not arguments.headers or header.name in arguments.headers:
                spent, problem = measure(header, compile_command(build, header.parents[1].name), goal)
                met = met and not problem
                print(line(header.stem, spent, problem or "ok"), flush=True)
    except Unavailable as error:
        fail(str(error))
    return 1 if arguments.check and not met else 0


if __name__ == "__main__":
    sys.exit(main())
