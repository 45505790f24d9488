# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""The U-Net of 31 million weights on 512² pixels, on two threads, and smaller ones on larger images. Equal means
probabilities that differ by at most 1e-4 in float32 and 0.1 in bfloat16, where either side rounds to eight bits after
each layer; beside MONAI's sliding window only where its windows see as much as decides a pixel; of labels, that all are
the same."""

GOALS = {
    "float32": 1.4,
    "bfloat16": 2.8,
    "bfloat16 beside autocast": 1.1,
    "float32 beside ONNX Runtime": 0.97,
    "float32 beside OpenVINO": 0.97,
    # Opt-in: faster than the better of the two.
    "float32, Winograd": None,
    "float32, Winograd, beside ONNX Runtime": 1.3,
    "float32, Winograd, beside OpenVINO": 1.3,
    "bfloat16 beside OpenVINO": 1.05,
    "float32, 16 filters": None,
    "float32, Winograd, 16 filters": None,
    "bfloat16, 16 filters": 1.15,
    # Everything but the network takes at most 2 % of the time.
    "filter beside its network, float32": 0.98,
    "filter beside its network, bfloat16": 0.98,
    "exact tiles beside sliding window, overlap 0.25": 1.4,
    "exact tiles beside sliding window, overlap 0.5": 2.4,
    # Time for a pixel at most 1.3 times that of an image in one window; memory within 1.6 GiB.
    "streamed file: time for a pixel": 1 / 1.3,
    "streamed file: memory": 1.0,
}

PACKAGES = [
    "monai==1.5.2",
    "numpy==2.2.6",
    "onnx==1.17.0",
    "onnxruntime==1.23.2",
    "openvino==2025.3.0",
    "safetensors==0.5.3",
    "torch==2.11.0",
]


def measure(session):
    yield from session.run_program("itkTorchInferenceBenchmark")
    program = session.build / "bin" / "itkTorchInferenceBenchmark"
    yield from session.run_script("inference_peers.py", PACKAGES, str(program))
    yield from session.run_script("streaming_inference.py", ["numpy==2.2.6"], str(session.build / "bin"))
