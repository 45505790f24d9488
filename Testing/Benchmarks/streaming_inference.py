# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""A file of 20 000² bytes to a file of labels, by the command line with MaximumMemory 1024, beside one of 2048²:
seconds for a pixel, and the largest memory of the process."""

import argparse
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

import numpy

LARGE = 20000
SMALL = 2048
LIMIT_GIB = 1.6
HEADER = """ObjectType = Image
NDims = 2
DimSize = {edge} {edge}
ElementSpacing = 1 1
ElementType = MET_UCHAR
ElementDataFile = LOCAL
"""


def write_noise(path, edge):
    generator = numpy.random.default_rng(1)
    with open(path, "wb") as file:
        file.write(HEADER.format(edge=edge).encode())
        for first in range(0, edge, 1000):
            generator.integers(0, 256, (min(1000, edge - first), edge), numpy.uint8).tofile(file)


def read_labels(path, edge):
    return numpy.memmap(path, numpy.uint8, "r", os.path.getsize(path) - edge * edge, (edge, edge))


def run(programs, folder, edge, memory):
    """Seconds and GiB of segmenting the file of an edge."""
    command = [
        programs / "itktorch",
        "segment",
        f"{edge}.mha",
        f"{edge}-labels.mha",
        "-m",
        "model.safetensors",
        "--mask",
    ]
    command += ["--maximum-memory", str(memory), "--threads", "2", "--device", "cpu"]
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, use = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit("itktorch segment failed")
    return time.perf_counter() - start, use.ru_maxrss / 2**20


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs")
    parser.add_argument("programs", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run(
            [arguments.programs / "itkTorchInferenceBenchmark", "--model", folder / "model.safetensors", "1", "8"],
            check=True,
        )
        for edge in (SMALL, LARGE):
            write_noise(folder / f"{edge}.mha", edge)
        # Starting the program and reading the model is no part of a pixel.
        write_noise(folder / "16.mha", 16)
        idle = min(run(arguments.programs, folder, 16, 1024)[0] for _ in range(3))
        small = [(run(arguments.programs, folder, SMALL, 8192)[0] - idle) / SMALL**2 for _ in range(3)]
        seconds, gibibytes = run(arguments.programs, folder, LARGE, 1024)
        # The first pixels do not depend on the rest of the image, but for the intensity normalization, which is fixed.
        labels = read_labels(folder / f"{LARGE}-labels.mha", LARGE)
        is_whole = labels.max() == 1 and labels[-1].max() == 1
        large = [(seconds - idle) / LARGE**2]
        row = {"size": f"{LARGE}x{LARGE}, 8 filters, 1024 MiB", "equal": bool(is_whole)}
        times = {"ours": large, "peers": small, "peer": f"{SMALL}x{SMALL} in one window"}
        print(json.dumps({**row, "operation": "streamed file: time for a pixel", **times}))
        memory = {"ours": [gibibytes], "peers": [LIMIT_GIB], "peer": f"{LIMIT_GIB} GiB", "unit": "GiB"}
        print(json.dumps({**row, "operation": "streamed file: memory", **memory}), flush=True)


if __name__ == "__main__":
    main()
