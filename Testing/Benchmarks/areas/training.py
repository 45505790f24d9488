# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Steps of training a U-Net on the CPU, on two threads. Equal means that the losses of 20 steps from the same weights
are PyTorch's in float32: within 3e-3 of their values, about twice what its own float32 is from float64 then, or within
2 % where images between layers are bfloat16; and the first loss within 1e-5, or 1e-3."""

GOALS = {
    "bfloat16": 2.7,
    "bfloat16 beside autocast": 1.25,
    "float32": 1.25,
    "float32, 1 channel, 3 classes": 1.25,
    "volumes, float32": 1.1,
    "volumes, bfloat16": None,
    "memory, float32": 1.0,
    "memory, bfloat16": 1.0,
}

PACKAGES = ["numpy==2.2.6", "safetensors==0.5.3", "torch==2.11.0"]


def measure(session):
    program = session.build / "bin" / "itkTorchTrainingBenchmark"
    yield from session.run_script("training_peers.py", PACKAGES, str(program))
