# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""This project's side of a comparison with a Python library."""

import subprocess
import tempfile
from pathlib import Path

import numpy


class ServedProgram:
    """A benchmark program that writes its data to a folder, says a line, and then computes once for each line that it
    reads and answers with the seconds."""

    def __init__(self, program, *arguments):
        """In the arguments, {folder} stands for the folder."""
        self._folder = tempfile.TemporaryDirectory()
        self.folder = Path(self._folder.name)
        self._process = subprocess.Popen(
            [program, "--serve", *(str(argument).format(folder=self.folder) for argument in arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._process.stdout.readline()

    def read(self, name, kind, shape):
        return numpy.fromfile(self.folder / name, kind).reshape(shape)

    def seconds(self, line=""):
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def end(self):
        self._process.stdin.close()
        self._process.wait()
        self._folder.cleanup()
