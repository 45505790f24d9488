# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Connected components, a marker watershed, and both from probabilities to objects, on one thread. Equal means the
peer's partition; components by size and the watershed beside ITK have the same label in every pixel. Beside
scikit-image's watershed, which serves what lies lower than the flood first, and in the row of instances, where ITK
rounds levels in double, one pixel in 100 and in 1000 may differ. In the row of instances the number of objects and
their partition are compared where seeds have grown, and the mask with its parts without a seed. A pixel that is
background on one side only differs."""

GOALS = {
    "connected components": 3.0,
    "components by size": 6.0,
    "marker watershed": 4.0,
    "instances": None,
    "components beside OpenCV": None,
    "components beside SciPy": None,
    "components beside scikit-image": None,
    "watershed beside scikit-image": None,
}

PACKAGES = ["numpy==2.2.6", "scipy==1.15.3", "opencv-python-headless==4.11.0.86", "scikit-image==0.25.2"]


def measure(session):
    yield from session.run_program("itkTorchInstancesBenchmark")
    program = session.build / "bin" / "itkTorchInstancesBenchmark"
    yield from session.run_script("instances_peers.py", PACKAGES, str(program))
