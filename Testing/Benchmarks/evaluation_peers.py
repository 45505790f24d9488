# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Times StarDist's matching at ten thresholds beside this project's program, which computes more than that."""

import argparse
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

os.environ.setdefault("NUMBA_NUM_THREADS", "1")

import numpy
from stardist.matching import matching

EDGE = 2048
THRESHOLDS = [percent / 100 for percent in range(50, 100, 5)]


class Ours:
    def __init__(self, program):
        self._folder = tempfile.TemporaryDirectory()
        self._process = subprocess.Popen(
            [program, "--serve", self._folder.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._process.stdout.readline()
        self.prediction, self.truth = (
            numpy.fromfile(Path(self._folder.name) / name, numpy.int32).reshape(EDGE, EDGE)
            for name in ("prediction.raw", "truth.raw")
        )
        self.counts = numpy.fromfile(Path(self._folder.name) / "counts.raw").reshape(-1, 2)

    def seconds(self):
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def end(self):
        self._process.stdin.close()
        self._process.wait()
        self._folder.cleanup()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("program")
    arguments = parser.parse_args()
    ours = Ours(arguments.program)

    def run():
        return matching(ours.truth, ours.prediction, thresh=THRESHOLDS)

    results = run()
    is_equal = all(
        result.tp == positives and abs(result.mean_matched_score * result.tp - ratios) < 1e-4 * max(1, result.tp)
        for result, (positives, ratios) in zip(results, ours.counts)
    )
    times = {"ours": [], "peers": []}
    for _ in range(arguments.pairs):
        times["ours"].append(ours.seconds())
        start = time.perf_counter()
        run()
        times["peers"].append(time.perf_counter() - start)
    row = {"operation": "instance metrics beside StarDist", "size": f"{EDGE}x{EDGE}", "peer": "stardist matching"}
    print(json.dumps({**row, **times, "equal": is_equal}), flush=True)
    ours.end()


if __name__ == "__main__":
    main()
