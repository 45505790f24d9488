# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""An image and its labels under one elastic deformation, linear and nearest, on one thread. Equal means the peer's
pixels, but for those whose place lies within rounding of a border; MONAI and TorchIO draw displacements of their own,
and equal means that they gave an image and labels of the right size."""

GOALS = {
    "image and labels": 30.0,
    "beside Warp": 15.0,
    "beside Warp, field given": None,
    "per pixel": 1.0,
    "affine, elastic and crop": 1 / 1.15,
    "CUDA: batch of 16 pairs": 1.0,
    "beside elasticdeform": 15.0,
    "beside MONAI": 20.0,
    "volume beside elasticdeform": 25.0,
    "volume beside MONAI": 20.0,
    "volume beside TorchIO": 20.0,
}

# Measured only where there is a CUDA device.
ON_CUDA = {"CUDA: batch of 16 pairs"}

PACKAGES = [
    "elasticdeform==0.5.1",
    "monai==1.5.1",
    "numpy==1.26.4",
    "scipy==1.15.3",
    "torch==2.11.0",
    "torchio==0.20.23",
]


def measure(session):
    yield from session.run_program("itkTorchAugmentationBenchmark")
    program = session.build / "bin" / "itkTorchAugmentationBenchmark"
    yield from session.run_script("augmentation_peers.py", PACKAGES, str(program))
