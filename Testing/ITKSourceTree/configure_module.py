#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Configures the source tree of an ITK with this project as a module of it, with shared libraries and tests.

Nothing is built or downloaded, and the tree is left as it is: the work is done in a copy. Exit status 0: it can be
configured, and each library is a target of ITK; 1: not; 77: no source tree was given.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from check_compilation import OFFLINE, SKIPPED, SOURCE, fail, source_tree


def copy_or_link(source, target):
    """Hard links cost neither time nor space; they need one file system."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


def copy_trees(itk, work):
    """The copy of ITK, with this project where ITK looks for modules that it does not know."""
    tree = work / "ITK"
    module = tree / "Modules" / "External" / "ITKTorch"
    others = shutil.ignore_patterns(".git", "ITKTorch")
    shutil.copytree(itk, tree, copy_function=copy_or_link, symlinks=True, ignore=others)
    module.mkdir(parents=True)
    for name in ("CMakeLists.txt", "itk-module.cmake"):
        shutil.copy2(SOURCE / name, module)
    for name in ("Documentation", "Examples", "Modules", "Testing"):
        shutil.copytree(SOURCE / name, module / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tree


def configure(tree, build, options):
    command = ["cmake", "-S", str(tree), "-B", str(build), "-DModule_ITKTorch=ON", "-DITK_BUILD_DEFAULT_MODULES=OFF"]
    command += ["-DITKGroup_Core=OFF", "-DBUILD_SHARED_LIBS=ON", "-DBUILD_TESTING=ON", "-DBUILD_EXAMPLES=OFF"]
    command += ["-DITK_USE_KWSTYLE=OFF", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", *OFFLINE, *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        log = Path(tempfile.gettempdir()) / "ITKTorch-in-ITK.log"
        log.write_text(done.stdout)
        error = re.search(r"CMake Error.*?\n\n\n", done.stdout + "\n\n\n", re.DOTALL)
        print(f"ITK cannot be configured with the module ITKTorch; all of CMake's output: {log}", file=sys.stderr)
        fail(error.group(0).strip() if error else "")


def missing(build):
    """What should be there and is not."""
    lines = (SOURCE / "Modules" / "CMakeLists.txt").read_text()
    libraries = [f"ITKTorch{name}" for name in re.findall(r"add_subdirectory\((\w+)\)", lines) if name != "CLI"]
    targets = (build / "ITKTargets.cmake").read_text()
    absent = [name for name in libraries if not re.search(rf"add_library\((ITK::)?{name} SHARED IMPORTED\)", targets)]
    commands = (build / "compile_commands.json").read_text()
    for file in (SOURCE / "Modules").glob("*/test/*GTest.cxx"):
        if f"ITKTorch/{file.relative_to(SOURCE)}" not in commands:
            absent.append(file.name)
    return absent


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--itk", metavar="SOURCE", help="source tree of ITK (default: $ITKTorch_ITK_SOURCE_TREE)")
    parser.add_argument("--work", metavar="FOLDER", help="parent of the temporary copy; fastest on ITK's file system")
    parser.add_argument("options", nargs="*", help="options for CMake, after --, such as -DLIBTORCH_ROOT=FOLDER")
    arguments = parser.parse_args()
    itk = source_tree(arguments.itk)
    if itk is None:
        return SKIPPED
    options = arguments.options
    if not any(option.startswith("-DLIBTORCH_ROOT") for option in options):
        folders = SOURCE.glob(".venv/lib/python3*/site-packages/torch")
        options = [*options, *(f"-DLIBTORCH_ROOT={folder}" for folder in folders)]
    with tempfile.TemporaryDirectory(dir=arguments.work) as work:
        build = Path(work) / "build"
        configure(copy_trees(itk, Path(work)), build, options)
        absent = missing(build)
    if absent:
        print(f"ITK is configured without {', '.join(absent)}")
        return 1
    print("ITK is configured with every library and test of ITKTorch.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
