# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Metrics of objects and distances between surfaces, on one thread. Equal means the peer's numbers: ITK's Hausdorff
distance to 1e-5, StarDist's counts at ten thresholds exactly and its sums of ratios to 1e-4 (it keeps them as
float)."""

GOALS = {
    "instance metrics": 1.0,
    "surface distances": 3.0,
    "instance metrics beside StarDist": 40.0,
}

PACKAGES = ["numpy==1.26.4", "scipy==1.15.3", "stardist==0.9.1"]


def measure(session):
    yield from session.run_program("itkTorchEvaluationBenchmark")
    program = session.build / "bin" / "itkTorchEvaluationBenchmark"
    yield from session.run_script("evaluation_peers.py", PACKAGES, str(program))
