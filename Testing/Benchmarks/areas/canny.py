# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Canny's edges of a float phantom, on one thread unless the row says so. Equal means every pixel of ITK's edges; the
libraries for Python define edges otherwise, and equal means that nine in ten edge pixels of either have one of the
other within two pixels."""

GOALS = {
    "beside ITK": 12.0,
    "beside ITK, 2 threads": 12.0,
    "volume beside ITK": 8.0,
    "beside scikit-image": 8.0,
    "beside kornia": 15.0,
    # kornia follows weak edges by passes over the whole image, one for each pixel of the longest; here without any.
    "beside kornia, no hysteresis": 15.0,
    # Bytes beside floats; a third of its speed is what is hoped for.
    "beside OpenCV, 8 bit": None,
    "CUDA: beside kornia": 10.0,
}

# Measured only where there is a CUDA device.
ON_CUDA = {"CUDA: beside kornia"}

PACKAGES = [
    "kornia==0.8.2",
    "numpy==2.2.6",
    "opencv-python-headless==4.11.0.86",
    "scikit-image==0.25.2",
    "torch==2.11.0",
]


def measure(session):
    yield from session.run_program("itkTorchCannyBenchmark")
    program = session.build / "bin" / "itkTorchCannyBenchmark"
    yield from session.run_script("canny_peers.py", PACKAGES, str(program))
