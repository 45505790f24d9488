# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Times Canny's edges by Python libraries, on one thread, beside this project's program."""

import argparse
import json
import time

import cv2
import numpy
import torch
from kornia.filters import canny as kornia_canny
from served_program import ServedProgram
from skimage.feature import canny as skimage_canny

EDGE = 2048
SIGMA = 2**0.5
# Of the program; the peers' Sobel differences are eight times the central ones.
LOWER, UPPER = 8 * 2.0, 8 * 5.0


class Ours(ServedProgram):
    def __init__(self, program, device):
        super().__init__(program, device, "{folder}", EDGE)
        self.image = self.read("image.raw", numpy.float32, (EDGE, EDGE))
        self.edges = self.read("edges.raw", numpy.float32, (EDGE, EDGE)) > 0


def with_skimage(image):
    return lambda: skimage_canny(image, SIGMA, LOWER, UPPER, mode="nearest")


def with_kornia(image, device="cpu", hysteresis=True):
    tensor = torch.from_numpy(image / 255)[None, None].to(device)

    def run():
        edges = kornia_canny(tensor, LOWER / 255, UPPER / 255, (9, 9), (SIGMA, SIGMA), hysteresis)[1]
        if tensor.is_cuda:
            torch.cuda.synchronize()
        return edges

    return run


def with_opencv(image):
    # Bytes in and out: a quarter of the memory, and integers throughout.
    pixels = numpy.clip(image + 0.5, 0, 255).astype(numpy.uint8)
    return lambda: cv2.Canny(cv2.GaussianBlur(pixels, (9, 9), SIGMA), LOWER, UPPER, L2gradient=True) > 0


PEERS = (
    ("beside scikit-image", "skimage.feature.canny", with_skimage, "cpu"),
    ("beside kornia", "kornia.filters.canny", with_kornia, "cpu"),
    ("beside kornia, no hysteresis", "kornia.filters.canny", lambda image: with_kornia(image, hysteresis=False), "cpu"),
    ("beside OpenCV, 8 bit", "cv2.GaussianBlur and cv2.Canny", with_opencv, "cpu"),
    ("CUDA: beside kornia", "kornia.filters.canny", lambda image: with_kornia(image, "cuda"), "cuda"),
)


def on_host(edges):
    """Not timed, as the program's edges stay on their device, too. Without hysteresis weak edges are 0.5."""
    return edges[0, 0].cpu().numpy() > 0 if isinstance(edges, torch.Tensor) else edges


def part_near(edges, others):
    """The part of the edges that have one of the others within two pixels."""
    near = cv2.dilate(others.astype(numpy.uint8), numpy.ones((5, 5), numpy.uint8)) > 0
    return (edges & near).sum() / edges.sum()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("program")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    for operation, peer, make, device in PEERS:
        if device == "cuda" and not torch.cuda.is_available():
            continue
        ours = Ours(arguments.program, device)
        run = make(ours.image)
        found = on_host(run())
        times = {"ours": [], "peers": []}
        for _ in range(arguments.pairs):
            times["ours"].append(ours.seconds())
            start = time.perf_counter()
            run()
            times["peers"].append(time.perf_counter() - start)
        is_equal = min(part_near(ours.edges, found), part_near(found, ours.edges)) >= 0.9
        row = {"operation": operation, "size": f"{EDGE}x{EDGE}", "peer": peer}
        print(json.dumps({**row, **times, "equal": bool(is_equal)}), flush=True)
        ours.end()


if __name__ == "__main__":
    main()
