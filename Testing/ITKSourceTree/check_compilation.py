#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Compiles each public header against the source tree of another ITK, which is configured and not built.

Each header is included alone, and its class template instantiated once: as that ITK's defaults are, and with the
names removed that it calls legacy. --sources compiles the libraries' and programs' own files too, which takes minutes.
The flags are those of a configured build folder of ITKTorch. Nothing is downloaded and no object file made.
Exit status 0: all compile; 1: some do not; 77: no source tree was given.
"""

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Benchmarks"))

from comparison import SOURCE, Unavailable, fail, find_build  # noqa: E402
from headers import ARGUMENTS, PRELUDE, compile_command, without_precompiled_header  # noqa: E402

SKIPPED = 77
# Files by which the other libraries' include folders are known.
LIBRARIES = ("ATen/ATen.h", "torch/torch.h", "nlohmann/json.hpp", "CLI/CLI.hpp")
OFFLINE = ["-DITK_FORBID_DOWNLOADS=ON", "-DFETCHCONTENT_FULLY_DISCONNECTED=ON"]


def source_tree(given):
    """The folder of ITK's sources, or nothing where none was named."""
    tree = given or os.environ.get("ITKTorch_ITK_SOURCE_TREE")
    if not tree:
        print("Skipped: name a source tree of ITK with --itk.")
        return None
    if not (Path(tree) / "Modules" / "Core" / "Common" / "CMakeLists.txt").is_file():
        fail(f"{tree} is no source tree of ITK.")
    return Path(tree).resolve()


def itk_modules():
    """The modules of ITK that ITKTorch asks for, without those of tests."""
    found = re.search(r"set\(ITKTorch_ITK_MODULES\s+([^)]*)\)", (SOURCE / "itk-module.cmake").read_text())
    return found.group(1).split()


def cache_value(build, name):
    found = re.search(rf"^{name}:\w+=(.*)$", (build / "CMakeCache.txt").read_text(), re.MULTILINE)
    return found.group(1) if found else ""


def configure(itk, folder, build):
    """Makes the build folder of ITK, with the compilers of ITKTorch's."""
    command = ["cmake", "-S", str(itk), "-B", str(folder), "-G", cache_value(build, "CMAKE_GENERATOR")]
    command += [f"-D{name}={cache_value(build, name)}" for name in ("CMAKE_C_COMPILER", "CMAKE_CXX_COMPILER")]
    command += ["-DCMAKE_BUILD_TYPE=Release", "-DBUILD_TESTING=OFF", "-DBUILD_EXAMPLES=OFF"]
    command += ["-DITK_BUILD_DEFAULT_MODULES=OFF", "-DITKGroup_Core=OFF", *OFFLINE]
    command += [f"-DModule_{name}=ON" for name in itk_modules()]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        log = build / "ITKSourceTree.log"
        log.write_text(done.stdout + done.stderr)
        error = re.search(r"CMake Error[^\n]*\n+[^\n]*", done.stderr)
        raise Unavailable(f"{itk} cannot be configured: {error.group(0) if error else done.stderr}\nAll of it: {log}")


def version(folder):
    text = (folder / "ITKConfig.cmake").read_text()
    return [re.search(rf'set\(ITK_VERSION_{part} "(\d+)"\)', text).group(1) for part in ("MAJOR", "MINOR", "PATCH")]


def include_folders(folder):
    """Those of every module that was configured."""
    files = sorted(folder.glob("lib*/cmake/ITK-*/Modules/*.cmake"))
    values = [re.search(r'_INCLUDE_DIRS "([^"]*)"', file.read_text()) for file in files]
    folders = [part for value in values if value for part in value.group(1).split(";") if Path(part).is_dir()]
    if not folders:
        raise Unavailable(f"{folder} names no include folder of a module of ITK.")
    return list(dict.fromkeys(folders))


def without_itk(command, build):
    """The command without the include folders and factories of the ITK that ITKTorch was configured with."""
    kept, words = [], iter(command)
    for word in words:
        if word == "-isystem" or word.startswith("-I"):
            folder = Path(next(words) if word in ("-isystem", "-I") else word[2:])
            ours = SOURCE in folder.parents or build in folder.parents
            if any((folder / file).is_file() for file in LIBRARIES):
                kept += ["-isystem", str(folder)]
            elif ours and folder.name != "ITKFactoryRegistration":
                kept += ["-I", str(folder)]
        elif not re.fullmatch(r"-DITK_(?!NO_)\w*FACTORY_REGISTER_MANAGER", word):
            kept.append(word)
    return kept


def header_unit(header, build):
    """A file's name, its text, and the command for it."""
    text = f'#include "{header.name}"\n'
    if header.name in ARGUMENTS:
        text += f"{PRELUDE}template class itk::{header.stem.removeprefix('itk')}<{ARGUMENTS[header.name]}>;\n"
    return header.name, text, compile_command(build, header.parents[1].name)


def source_units(build):
    """The same for each source of a module."""
    units = []
    for entry in json.loads((build / "compile_commands.json").read_text()):
        file = Path(entry["file"])
        if file.suffix == ".cxx" and SOURCE / "Modules" in file.parents and "src" in file.parts:
            command = without_precompiled_header(shlex.split(entry["command"]))
            output = command.index("-o")
            command = [word for word in command[:output] + command[output + 2 :] if word not in ("-c", entry["file"])]
            if Path(command[0]).name in ("ccache", "sccache"):
                command = command[1:]
            units.append((file.name, f'#include "{file}"\n', command))
    return units


def first_error(text, command):
    """The compiler's first error, or nothing."""
    done = subprocess.run(
        [*command, "-fsyntax-only", "-x", "c++", "-"], input=text, capture_output=True, text=True, cwd=SOURCE
    )
    if done.returncode == 0:
        return ""
    error = next((line for line in done.stderr.splitlines() if "error:" in line), "the compiler gave no message")
    return error.replace(f"{SOURCE}/", "")


def check(units, flags, name, jobs):
    """Prints a line for each file that fails, and the count; returns whether none does."""
    with ThreadPoolExecutor(jobs) as pool:
        errors = list(pool.map(lambda unit: first_error(unit[1], [*unit[2], *flags]), units))
    for (file, _, _), error in zip(units, errors):
        if error:
            print(f"{file}: {error}", flush=True)
    failed = sum(bool(error) for error in errors)
    print(f"{name}: {len(errors) - failed} of {len(errors)} files compile", flush=True)
    return failed == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--itk", metavar="SOURCE", help="source tree of ITK (default: $ITKTorch_ITK_SOURCE_TREE)")
    parser.add_argument("--itk-build", metavar="FOLDER", help="where it is configured (default: a temporary folder)")
    parser.add_argument("--build", help="build folder of ITKTorch (default: $ITKTorch_BUILD_DIR, else build)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="compilers at once (default: the processors)")
    parser.add_argument("--sources", action="store_true", help="compile the modules' sources as well")
    parser.add_argument("headers", nargs="*", help="names of headers (default: all)")
    arguments = parser.parse_args()
    itk = source_tree(arguments.itk)
    if itk is None:
        return SKIPPED
    headers = sorted((SOURCE / "Modules").glob("*/include/*.h"))
    if arguments.headers:
        headers = [header for header in headers if header.name in arguments.headers or header.stem in arguments.headers]
    try:
        build = find_build(arguments.build)
        with nullcontext(arguments.itk_build) if arguments.itk_build else tempfile.TemporaryDirectory() as folder:
            folder = Path(folder).resolve()
            folder.mkdir(parents=True, exist_ok=True)
            configure(itk, folder, build)
            number = version(folder)
            name = "ITK " + ".".join(number)
            units = [header_unit(header, build) for header in headers]
            if arguments.sources:
                units += source_units(build)
            units = [(file, text, without_itk(command, build)) for file, text, command in units]
            flags = [word for part in include_folders(folder) for word in ("-isystem", part)]
            met = check(units, flags, name, arguments.jobs)
            removed = ["-DITK_LEGACY_REMOVE"] + (["-DITK_FUTURE_LEGACY_REMOVE"] if int(number[0]) >= 6 else [])
            met = check(units, [*flags, *removed], f"{name} with {' '.join(removed)}", arguments.jobs) and met
    except Unavailable as error:
        fail(str(error))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
