# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""The U-Net of 31 million weights on 512² pixels, on two threads. Equal means probabilities that differ by at most 1e-4 in float32
and 0.1 in bfloat16, where either side rounds to eight bits after each layer."""

GOALS = {
    "float32": 1.4,
    "bfloat16": 2.8,
    "bfloat16 beside autocast": 1.1,
    "float32 beside ONNX Runtime": 0.97,
    "float32 beside OpenVINO": 0.97,
    "bfloat16 beside OpenVINO": 1.05,
    "float32, 16 filters": None,
    "bfloat16, 16 filters": 1.15,
}

PACKAGES = [
    "numpy==2.2.6",
    "onnx==1.17.0",
    "onnxruntime==1.23.2",
    "openvino==2025.3.0",
    "safetensors==0.5.3",
    "torch==2.11.0",
]


def measure(session):
    program = session.build / "bin" / "itkTorchInferenceBenchmark"
    yield from session.run_script("inference_peers.py", PACKAGES, str(program))
