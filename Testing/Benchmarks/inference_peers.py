# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Times the U-Net of 64 filters as Python's libraries compute it, on two threads, beside this project's program. The
peers get the image as floats in their own layout; the program starts from bytes, and both end with probabilities."""

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy
import onnxruntime
import openvino
import torch
from monai.inferers import sliding_window_inference
from safetensors.torch import load_file
from served_program import ServedProgram
from torch import nn

EDGE = 512
THREADS = 2


def convolutions(inputs, outputs):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
        nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )


class UNet(nn.Module):
    """As users write it."""

    def __init__(self, channels, classes, filters, levels=4):
        super().__init__()
        widths = [filters << level for level in range(levels + 1)]
        self.encoder = nn.ModuleList(
            convolutions(channels if level == 0 else widths[level - 1], widths[level]) for level in range(levels + 1)
        )
        self.upsampling = nn.ModuleList(
            nn.ConvTranspose2d(widths[level + 1], widths[level], 2, 2) for level in range(levels)
        )
        self.decoder = nn.ModuleList(convolutions(2 * widths[level], widths[level]) for level in range(levels))
        self.pool = nn.MaxPool2d(2)
        self.classifier = nn.Conv2d(filters, classes, 1)

    def forward(self, x):
        skips = []
        for level, block in enumerate(self.encoder):
            if level > 0:
                skips.append(x)
                x = self.pool(x)
            x = block(x)
        for level in reversed(range(len(self.decoder))):
            x = self.decoder[level](torch.cat([skips[level], self.upsampling[level](x)], 1))
        return self.classifier(x)

    def load(self, weights):
        """The names of this project's model files."""
        names = {}
        for name in self.state_dict():
            part, *rest = name.split(".")
            if part in ("encoder", "decoder"):
                level, index, what = rest
                kind = "convolution" if int(index) % 3 == 0 else "normalization"
                names[name] = f"{part}.{level}.{int(index) // 3}.{kind}.{what}"
            elif part == "upsampling":
                names[name] = f"decoder.{rest[0]}.upsampling.{rest[1]}"
            else:
                names[name] = name
        self.load_state_dict(
            {n: weights[names[n]] if names[n] in weights else torch.tensor(0) for n in self.state_dict()}
        )


class Ours(ServedProgram):
    def __init__(self, program, numbers, filters, edge=EDGE, tile=0):
        precision, *convolution = numbers.split()
        super().__init__(program, "{folder}", "cpu", precision, *(convolution or ["auto"]), filters, edge, tile)
        self.image = self.read("image.raw", numpy.uint8, (edge, edge, 3))
        self.probabilities = self.read("probabilities.raw", numpy.float32, (edge, edge))
        self.weights = load_file(self.folder / "model.safetensors")


def with_torch(ours, filters, is_channels_last=False, is_autocast=False):
    network = UNet(3, 2, filters).eval()
    network.load(ours.weights)
    image = torch.from_numpy(ours.image).permute(2, 0, 1)[None].float().contiguous() / 255
    if is_channels_last:
        network = network.to(memory_format=torch.channels_last)
        image = image.contiguous(memory_format=torch.channels_last)

    def run():
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=is_autocast):
            return torch.softmax(network(image).float(), 1)[0, 1].numpy()

    return run


def export(ours, filters, folder):
    """The network as an ONNX file."""
    network = UNet(3, 2, filters).eval()
    network.load(ours.weights)
    path = Path(folder) / "network.onnx"
    image = torch.zeros(1, 3, EDGE, EDGE)
    torch.onnx.export(network, (image,), str(path), input_names=["image"], output_names=["logits"], dynamo=False)
    return path


def foreground(logits):
    """Softmax of two classes."""
    return 1 / (1 + numpy.exp(logits[0, 0] - logits[0, 1]))


def planes(ours):
    return numpy.ascontiguousarray(ours.image.transpose(2, 0, 1)[None].astype(numpy.float32) / 255)


def with_onnxruntime(ours, filters):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    with tempfile.TemporaryDirectory() as folder:
        session = onnxruntime.InferenceSession(
            str(export(ours, filters, folder)), options, providers=["CPUExecutionProvider"]
        )
    image = planes(ours)
    return lambda: foreground(session.run(None, {"image": image})[0])


def with_openvino(ours, filters, precision):
    with tempfile.TemporaryDirectory() as folder:
        model = openvino.Core().read_model(str(export(ours, filters, folder)))
        options = {
            "INFERENCE_PRECISION_HINT": precision,
            "INFERENCE_NUM_THREADS": THREADS,
            "PERFORMANCE_HINT": "LATENCY",
        }
        compiled = openvino.Core().compile_model(model, "CPU", options)
    image = planes(ours)
    return lambda: foreground(compiled(image)[0])


PEERS = (
    # operation, peer, precision and convolution of ours, filters, the peer's function, goal of equality
    ("float32", "PyTorch eager", "float32", 64, with_torch, 1e-4),
    ("bfloat16", "PyTorch eager", "bfloat16", 64, with_torch, 0.1),
    (
        "bfloat16 beside autocast",
        "PyTorch channels-last autocast bfloat16",
        "bfloat16",
        64,
        lambda ours, filters: with_torch(ours, filters, True, True),
        0.1,
    ),
    ("float32 beside ONNX Runtime", "ONNX Runtime", "float32", 64, with_onnxruntime, 1e-4),
    (
        "float32 beside OpenVINO",
        "OpenVINO",
        "float32",
        64,
        lambda ours, filters: with_openvino(ours, filters, "f32"),
        1e-4,
    ),
    ("float32, Winograd", "PyTorch eager", "float32 winograd", 64, with_torch, 1e-4),
    ("float32, Winograd, beside ONNX Runtime", "ONNX Runtime", "float32 winograd", 64, with_onnxruntime, 1e-4),
    (
        "float32, Winograd, beside OpenVINO",
        "OpenVINO",
        "float32 winograd",
        64,
        lambda ours, filters: with_openvino(ours, filters, "f32"),
        1e-4,
    ),
    (
        "bfloat16 beside OpenVINO",
        "OpenVINO bfloat16",
        "bfloat16",
        64,
        lambda ours, filters: with_openvino(ours, filters, "bf16"),
        0.1,
    ),
    (
        "float32, 16 filters",
        "PyTorch channels-last",
        "float32",
        16,
        lambda ours, filters: with_torch(ours, filters, True),
        1e-4,
    ),
    (
        "float32, Winograd, 16 filters",
        "PyTorch channels-last",
        "float32 winograd",
        16,
        lambda ours, filters: with_torch(ours, filters, True),
        1e-4,
    ),
    (
        "bfloat16, 16 filters",
        "PyTorch channels-last autocast bfloat16",
        "bfloat16",
        16,
        lambda ours, filters: with_torch(ours, filters, True, True),
        0.1,
    ),
)


LARGE_EDGE = 4096
ROI = 512
MARGIN = 94


def with_sliding_window(ours, overlap):
    network = UNet(3, 2, 16).eval().to(memory_format=torch.channels_last)
    network.load(ours.weights)
    image = torch.from_numpy(ours.image).permute(2, 0, 1)[None].float() / 255
    image = image.contiguous(memory_format=torch.channels_last)

    def run():
        with torch.no_grad():
            logits = sliding_window_inference(image, (ROI, ROI), 4, network, overlap=overlap)
            return torch.softmax(logits, 1)[0, 1].numpy()

    return run


def decided(overlap):
    """Positions along an axis for which every window that covers them sees MARGIN pixels around, or the image's end."""
    step = int(ROI * (1 - overlap))
    starts = numpy.minimum(numpy.arange(0, LARGE_EDGE - ROI + step, step), LARGE_EDGE - ROI)
    position = numpy.arange(LARGE_EDGE)
    good = numpy.ones(LARGE_EDGE, bool)
    for start in starts:
        covers = (position >= start) & (position < start + ROI)
        left = (position - start >= MARGIN) | (start == 0)
        right = (start + ROI - 1 - position >= MARGIN) | (start + ROI == LARGE_EDGE)
        good &= ~covers | (left & right)
    return good


def measure_tiles(program, overlap, pairs):
    """Exact tiles of the size that memory allows beside windows of 512."""
    ours = Ours(program, "float32", 16, LARGE_EDGE, 0)
    run = with_sliding_window(ours, overlap)
    times = {"ours": [], "peers": []}
    good = decided(overlap)
    for _ in range(pairs):
        times["ours"].append(ours.seconds())
        start = time.perf_counter()
        probabilities = run()
        times["peers"].append(time.perf_counter() - start)
    difference = numpy.abs(probabilities - ours.probabilities)[numpy.ix_(good, good)].max()
    row = {
        "operation": f"exact tiles beside sliding window, overlap {overlap}",
        "size": f"{LARGE_EDGE}x{LARGE_EDGE}, 16 filters",
        "peer": "MONAI sliding_window_inference",
    }
    print(json.dumps({**row, **times, "equal": bool(good.sum() > 100 and difference <= 1e-4)}), flush=True)
    ours.end()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("program")
    arguments = parser.parse_args()
    torch.set_num_threads(THREADS)
    for operation, peer, precision, filters, make, tolerance in PEERS:
        ours = Ours(arguments.program, precision, filters)
        run = make(ours, filters)
        difference = numpy.abs(run() - ours.probabilities).max()
        times = {"ours": [], "peers": []}
        ours.seconds()
        for _ in range(arguments.pairs):
            times["ours"].append(ours.seconds())
            start = time.perf_counter()
            run()
            times["peers"].append(time.perf_counter() - start)
        row = {"operation": operation, "size": f"{EDGE}x{EDGE}, {filters} filters", "peer": peer}
        print(json.dumps({**row, **times, "equal": bool(difference <= tolerance)}), flush=True)
        ours.end()
    for overlap in (0.25, 0.5):
        measure_tiles(arguments.program, overlap, 3)


if __name__ == "__main__":
    main()
