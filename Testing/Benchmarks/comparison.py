# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""What an area's module needs to measure: the build, its programs, and Python environments for peers."""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]


class Unavailable(Exception):
    """A build, program or peer is missing; the text says which, and what to do."""


def find_build(given):
    """The build folder: the given one, ITKTorch_BUILD_DIR, or build beside the sources."""
    build = Path(given or os.environ.get("ITKTorch_BUILD_DIR") or SOURCE / "build").resolve()
    if not (build / "CMakeCache.txt").is_file():
        raise Unavailable(
            f"There is no build in {build}: run cmake --preset release and cmake --build --preset release, "
            "or name another folder with --build."
        )
    return build


class Session:
    def __init__(self, build, pairs):
        self.build = build
        self.pairs = max(7, pairs)

    def run_program(self, name, *arguments):
        """The rows of a benchmark program of this build."""
        program = self.build / "bin" / name
        if not program.is_file():
            raise Unavailable(
                f"{program} is missing: configure with ITKTorch_BUILD_BENCHMARKS=ON and build the target {name}."
            )
        return self._rows([program, "--pairs", str(self.pairs), *arguments])

    def run_script(self, script, packages, *arguments):
        """The rows of a Python script, run in an environment with exactly these packages ("name==version")."""
        return self._rows(
            [self.environment(packages), Path(__file__).parent / script, "--pairs", str(self.pairs), *arguments]
        )

    def environment(self, packages):
        """Python of an environment with the packages, made in the build folder on first use."""
        key = "-".join(sorted(packages)).replace("==", "-").replace("/", "-")
        folder = self.build / "benchmark-peers" / key
        python = folder / "bin" / "python"
        if not (folder / "complete").is_file():
            venv.create(folder, with_pip=True, clear=True)
            done = subprocess.run(
                [python, "-m", "pip", "install", "--quiet", *packages], capture_output=True, text=True
            )
            if done.returncode != 0:
                reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
                raise Unavailable(f"The peer {', '.join(packages)} could not be installed: {reason}")
            (folder / "complete").touch()
        return python

    @staticmethod
    def _rows(command):
        done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise Unavailable(f"{Path(command[0]).name} failed with exit status {done.returncode}.")
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def fail(message):
    print(message, file=sys.stderr)
    sys.exit(2)
