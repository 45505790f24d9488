# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Times the usual ways to d1 and d2 in Python, one distance transform for each label, beside this project's program."""

import argparse
import json
import time

import cv2
import numpy
from scipy.ndimage import distance_transform_edt
from served_program import ServedProgram

EDGE, LABELS = 2048, 1000


def with_scipy(mask):
    return distance_transform_edt(~mask).astype(numpy.float32)


def with_opencv(mask):
    return cv2.distanceTransform((~mask).astype(numpy.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)


# Labels that each is timed on; the time is scaled to all of them.
PEERS = (
    ("beside scipy", "scipy.ndimage.distance_transform_edt per label", with_scipy, 3),
    ("beside OpenCV", "cv2.distanceTransform per label", with_opencv, 6),
)


def two_nearest(labels, count, transform):
    first = numpy.full(labels.shape, numpy.inf, numpy.float32)
    second = first.copy()
    for label in range(1, count + 1):
        distance = transform(labels == label)
        second = numpy.minimum(second, numpy.maximum(first, distance))
        first = numpy.minimum(first, distance)
    return second


class Ours(ServedProgram):
    def __init__(self, program):
        super().__init__(program, "{folder}/labels.raw", "{folder}/second.raw", EDGE, LABELS)
        self.labels = self.read("labels.raw", numpy.uint32, (EDGE, EDGE))
        self.second = self.read("second.raw", numpy.float32, (EDGE, EDGE))


def is_equal(labels, second, transform):
    """On the surroundings of a pixel, where all labels that matter are few enough to be looked at."""
    window = labels[: EDGE // 4, : EDGE // 4]
    numbers = numpy.unique(window[window > 0])
    compact = numpy.searchsorted(numbers, window).astype(numpy.uint32) + 1
    compact[window == 0] = 0
    expected = two_nearest(compact, len(numbers), transform)
    # Pixels whose second object is nearer than the window's edge.
    rows, columns = numpy.indices(window.shape)
    inside = numpy.minimum(window.shape[0] - rows, window.shape[1] - columns) > expected
    found = second[: EDGE // 4, : EDGE // 4]
    return bool(inside.any() and numpy.allclose(found[inside], expected[inside], rtol=1e-5, atol=1e-4))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("program")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    ours = Ours(arguments.program)
    for operation, peer, transform, timed in PEERS:
        times = {"ours": [], "peers": []}
        for _ in range(arguments.pairs):
            times["ours"].append(ours.seconds())
            start = time.perf_counter()
            two_nearest(ours.labels, timed, transform)
            times["peers"].append((time.perf_counter() - start) * LABELS / timed)
        row = {"operation": operation, "size": f"{EDGE}x{EDGE}, {LABELS} labels"}
        row["peer"] = f"{peer}, timed on {timed} and scaled"
        print(json.dumps({**row, **times, "equal": is_equal(ours.labels, ours.second, transform)}), flush=True)
    ours.end()


if __name__ == "__main__":
    main()
