# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Times StarDist's matching at ten thresholds beside this project's program, which computes more than that."""

import argparse
import json
import os
import time

os.environ.setdefault("NUMBA_NUM_THREADS", "1")

import numpy
from served_program import ServedProgram
from stardist.matching import matching

EDGE = 2048
THRESHOLDS = [percent / 100 for percent in range(50, 100, 5)]


class Ours(ServedProgram):
    def __init__(self, program):
        super().__init__(program, "{folder}")
        self.prediction = self.read("prediction.raw", numpy.int32, (EDGE, EDGE))
        self.truth = self.read("truth.raw", numpy.int32, (EDGE, EDGE))
        self.counts = self.read("counts.raw", numpy.float64, (-1, 2))


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
