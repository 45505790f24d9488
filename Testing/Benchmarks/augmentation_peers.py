# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Times elastic deformation of an image and its labels by Python libraries, on one thread, beside this project's
program."""

import argparse
import json
import logging
import time
import warnings

import elasticdeform
import numpy
import torch
from served_program import ServedProgram

NODES = 3


class Ours(ServedProgram):
    def __init__(self, program, dimension, edge):
        super().__init__(program, dimension, "{folder}", edge)
        shape = (edge,) * dimension
        self.image = self.read("image.raw", numpy.float32, shape)
        self.labels = self.read("labels.raw", numpy.uint16, shape)
        # Components x, y (, z); the libraries want them in the array's order.
        self.nodes = self.read("nodes.raw", numpy.float64, (dimension,) + (NODES,) * dimension)[::-1]
        self.deformed_image = self.read("deformed-image.raw", numpy.float32, shape)
        self.deformed_labels = self.read("deformed-labels.raw", numpy.uint16, shape)


def with_elasticdeform(ours):
    def run():
        return elasticdeform.deform_grid(
            [ours.image, ours.labels], numpy.ascontiguousarray(ours.nodes), order=[1, 0], mode="mirror"
        )

    def is_equal(result):
        same = (numpy.abs(result[0] - ours.deformed_image) <= 2e-2) & (result[1] == ours.deformed_labels)
        return bool((~same).sum() * 500 <= same.size)

    return run, is_equal


def has_size(ours):
    """Of a library that draws a displacement of its own."""

    def is_equal(result):
        image, labels = (numpy.asarray(item).reshape(ours.labels.shape) for item in result)
        return bool(numpy.isfinite(image).all() and numpy.isin(numpy.unique(labels), numpy.unique(ours.labels)).all())

    return is_equal


def with_monai(ours):
    from monai.transforms import Rand2DElasticd, Rand3DElasticd

    # The spacing of a 3 x 3 grid; in 3D noise of every voxel that is smoothed, as MONAI has no grid there.
    if ours.image.ndim == 2:
        spacing = (ours.image.shape[0] - 1) / (NODES - 1)
        transform = Rand2DElasticd(
            ["image", "labels"],
            (spacing, spacing),
            (10, 10),
            prob=1.0,
            mode=("bilinear", "nearest"),
            padding_mode="reflection",
        )
    else:
        transform = Rand3DElasticd(
            ["image", "labels"], (5, 8), (100, 200), prob=1.0, mode=("bilinear", "nearest"), padding_mode="reflection"
        )
    data = {
        "image": torch.from_numpy(ours.image)[None],
        "labels": torch.from_numpy(ours.labels.astype(numpy.float32))[None],
    }

    def run():
        result = transform(dict(data))
        return result["image"], result["labels"]

    return run, has_size(ours)


def with_torchio(ours):
    import torchio

    # Seven nodes, of which the outer two at each side are locked, is the library's own setting.
    transform = torchio.RandomElasticDeformation(max_displacement=7.5)
    subject = torchio.Subject(
        image=torchio.ScalarImage(tensor=torch.from_numpy(ours.image)[None]),
        labels=torchio.LabelMap(tensor=torch.from_numpy(ours.labels.astype(numpy.int32))[None]),
    )

    def run():
        result = transform(subject)
        return result["image"].data, result["labels"].data

    return run, has_size(ours)


PEERS = (
    ("beside elasticdeform", "elasticdeform.deform_grid", 2, 2048, with_elasticdeform),
    ("beside MONAI", "monai Rand2DElasticd", 2, 2048, with_monai),
    ("volume beside elasticdeform", "elasticdeform.deform_grid", 3, 128, with_elasticdeform),
    ("volume beside MONAI", "monai Rand3DElasticd", 3, 128, with_monai),
    ("volume beside TorchIO", "torchio.RandomElasticDeformation", 3, 128, with_torchio),
)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("program")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    torch.set_num_threads(1)
    for operation, peer, dimension, edge, make in PEERS:
        ours = Ours(arguments.program, dimension, edge)
        run, is_equal = make(ours)
        result = run()
        times = {"ours": [], "peers": []}
        for _ in range(arguments.pairs):
            times["ours"].append(ours.seconds())
            start = time.perf_counter()
            run()
            times["peers"].append(time.perf_counter() - start)
        row = {"operation": operation, "size": "x".join([str(edge)] * dimension), "peer": peer}
        print(json.dumps({**row, **times, "equal": is_equal(result)}), flush=True)
        ours.end()


if __name__ == "__main__":
    main()
