# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""The hand-over of pixels between ITK and LibTorch. Equal means that no pixel was copied."""

GOALS = {
    "image as tensor": 100.0,
    "tensor as image": 100.0,
    # About a half; two copies of 12 MB through fresh pages vary too much to be judged.
    "upload and download, staged device": None,
    # Two copies of 12 MB more, for filters that do nothing but copy: the most that it can cost.
    "intermediates to the host, staged device": None,
    "CUDA: intermediates to the host": None,
}

# Measured only where there is a CUDA device.
ON_CUDA = {"CUDA: intermediates to the host"}


def measure(session):
    return session.run_program("itkTorchBoundaryBenchmark")
