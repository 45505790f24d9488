# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Times connected components and a marker watershed by Python libraries, on one thread, beside this project's
program."""

import argparse
import json
import time

import cv2
import numpy
import scipy.ndimage
import skimage.measure
import skimage.segmentation
from served_program import ServedProgram

EDGE = 2048


class Ours(ServedProgram):
    def __init__(self, program):
        super().__init__(program, "{folder}")
        shape = (EDGE, EDGE)
        self.mask = self.read("mask.raw", numpy.uint8, shape)
        self.levels = self.read("levels.raw", numpy.uint16, shape)
        self.markers = self.read("markers.raw", numpy.uint32, shape).astype(numpy.int32)
        self.components = self.read("components.raw", numpy.uint32, shape)
        self.watershed = self.read("watershed.raw", numpy.uint32, shape)


def with_opencv(ours):
    return cv2.connectedComponentsWithStats(ours.mask, connectivity=4)[1]


def with_scipy(ours):
    return scipy.ndimage.label(ours.mask)[0]


def with_skimage(ours):
    return skimage.measure.label(ours.mask, connectivity=1)


def watershed_with_skimage(ours):
    return skimage.segmentation.watershed(ours.levels, ours.markers, connectivity=1)


def is_same_partition(ours, result):
    pairs = numpy.unique(numpy.stack([ours.components.ravel(), result.ravel().astype(numpy.uint32)]), axis=1)
    return all(numpy.unique(side).size == side.size for side in pairs)


def is_almost_same(ours, result):
    return bool((ours.watershed != result).mean() <= 0.01)


PEERS = (
    ("components beside OpenCV", "cv2.connectedComponentsWithStats", "components", with_opencv, is_same_partition),
    ("components beside SciPy", "scipy.ndimage.label, without sizes", "components", with_scipy, is_same_partition),
    (
        "components beside scikit-image",
        "skimage.measure.label, without sizes",
        "components",
        with_skimage,
        is_same_partition,
    ),
    (
        "watershed beside scikit-image",
        "skimage.segmentation.watershed",
        "watershed",
        watershed_with_skimage,
        is_almost_same,
    ),
)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("program")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    ours = Ours(arguments.program)
    for row, peer, operation, run, is_equal in PEERS:
        result = run(ours)
        ours.seconds(operation)
        times = {"ours": [], "peers": []}
        for _ in range(arguments.pairs):
            times["ours"].append(ours.seconds(operation))
            start = time.perf_counter()
            run(ours)
            times["peers"].append(time.perf_counter() - start)
        line = {"operation": row, "size": f"{EDGE}x{EDGE}, 1347 nuclei", "peer": peer}
        print(json.dumps({**line, **times, "equal": is_equal(ours, result)}), flush=True)
    ours.end()


if __name__ == "__main__":
    main()
