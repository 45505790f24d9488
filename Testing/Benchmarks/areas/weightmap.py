# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""The exact distances to the two nearest objects, and the boundary weight map. Equal means the peer's distances: the
same bits with isotropic spacing, within 1e-5 otherwise. One thread unless the row says so."""

GOALS = {
    "two nearest objects, 100 labels": 40.0,
    "two nearest objects, 1000 labels": 450.0,
    "two nearest objects, 300 labels": 135.0,
    "1000 labels beside 10": 1 / 1.6,
    "2 threads": 1.7,
    "weight map": 1.0,
    "beside scipy": None,
    "beside OpenCV": None,
}


def measure(session):
    yield from session.run_program("itkTorchWeightMapBenchmark")
    program = session.build / "bin" / "itkTorchWeightMapBenchmark"
    yield from session.run_script(
        "weightmap_peers.py", ["numpy==2.2.6", "scipy==1.15.3", "opencv-python-headless==4.11.0.86"], str(program)
    )
