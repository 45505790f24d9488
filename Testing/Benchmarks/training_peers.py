# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Times a step of training (network, cross-entropy, Adam) as PyTorch does it, on two threads, beside this project's
program, from the same weights and with the same batch. Peak memory is that of processes of their own."""

import argparse
import json
import subprocess
import sys
import time
from dataclasses import astuple, dataclass

import numpy
import torch
from safetensors.torch import load_file
from served_program import ServedProgram
from torch import nn

THREADS = 2
COMPARED_STEPS = 20


@dataclass(frozen=True)
class Case:
    dimension: int
    channels: int
    classes: int
    filters: int
    edge: int
    batch: int

    def shape(self, *between):
        return (self.batch, *between, *(self.edge for _ in range(self.dimension)))

    def size(self):
        return f"{self.batch} of {'x'.join(str(self.edge) for _ in range(self.dimension))}, {self.filters} filters"


IMAGES = Case(2, 3, 2, 16, 256, 4)
GRAY = Case(2, 1, 3, 16, 256, 4)
VOLUMES = Case(3, 1, 2, 8, 64, 2)


def of_dimension(name, dimension):
    return getattr(nn, f"{name}{dimension}d")


class UNet(nn.Module):
    """As users write it."""

    def __init__(self, case, levels=4):
        super().__init__()
        self.dimension = case.dimension
        widths = [case.filters << level for level in range(levels + 1)]
        upsampling = of_dimension("ConvTranspose", case.dimension)
        self.encoder = nn.ModuleList(
            self.convolutions(case.channels if level == 0 else widths[level - 1], widths[level])
            for level in range(levels + 1)
        )
        self.upsampling = nn.ModuleList(upsampling(widths[level + 1], widths[level], 2, 2) for level in range(levels))
        self.decoder = nn.ModuleList(self.convolutions(2 * widths[level], widths[level]) for level in range(levels))
        self.pool = of_dimension("MaxPool", case.dimension)(2)
        self.classifier = of_dimension("Conv", case.dimension)(case.filters, case.classes, 1)

    def convolutions(self, inputs, outputs):
        convolution = of_dimension("Conv", self.dimension)
        normalization = of_dimension("BatchNorm", self.dimension)
        return nn.Sequential(
            convolution(inputs, outputs, 3, padding=1, bias=False),
            normalization(outputs),
            nn.ReLU(),
            convolution(outputs, outputs, 3, padding=1, bias=False),
            normalization(outputs),
            nn.ReLU(),
        )

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
        self.load_state_dict({n: weights.get(names[n], torch.tensor(0)) for n in self.state_dict()})


class Trainer:
    def __init__(self, case, weights, image, target, is_channels_last, is_autocast):
        self.network = UNet(case)
        self.network.load(weights)
        self.image = torch.from_numpy(image)
        self.target = torch.from_numpy(target)
        if is_channels_last:
            layout = torch.channels_last if case.dimension == 2 else torch.channels_last_3d
            self.network = self.network.to(memory_format=layout)
            self.image = self.image.contiguous(memory_format=layout)
        self.is_autocast = is_autocast
        self.optimizer = torch.optim.Adam(self.network.parameters(), 1e-3)
        self.loss = nn.CrossEntropyLoss()

    def step(self):
        self.optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=self.is_autocast):
            logits = self.network(self.image)
        loss = self.loss(logits.float(), self.target)
        loss.backward()
        self.optimizer.step()
        return loss.item()


class Ours(ServedProgram):
    def __init__(self, program, precision, case):
        super().__init__(program, "{folder}", precision, *astuple(case))
        self.case = case
        self.losses = self.read("losses.raw", numpy.float64, COMPARED_STEPS)

    def start_peer(self, is_channels_last, is_autocast):
        return Trainer(
            self.case,
            load_file(self.folder / "model.safetensors"),
            self.read("image.raw", numpy.float32, self.case.shape(self.case.channels)),
            self.read("target.raw", numpy.int64, self.case.shape()),
            is_channels_last,
            is_autocast,
        )


PEERS = (
    # operation, peer, case, precision of ours, whether channels last, whether autocast
    ("bfloat16", "PyTorch eager", IMAGES, "bfloat16", False, False),
    ("bfloat16 beside autocast", "PyTorch channels-last autocast bfloat16", IMAGES, "bfloat16", True, True),
    ("float32", "PyTorch channels-last", IMAGES, "float32", True, False),
    ("float32, 1 channel, 3 classes", "PyTorch channels-last", GRAY, "float32", True, False),
    ("volumes, float32", "PyTorch channels-last", VOLUMES, "float32", True, False),
    ("volumes, bfloat16", "PyTorch channels-last autocast bfloat16", VOLUMES, "bfloat16", True, True),
)
MEMORY = (
    # operation, peer, precision of ours, whether autocast
    ("memory, float32", "PyTorch channels-last", "float32", False),
    ("memory, bfloat16", "PyTorch channels-last autocast bfloat16", "bfloat16", True),
)


def are_equal(losses, expected, precision):
    """The first loss within 1e-5 in float32 and 1e-3 in bfloat16, those of all steps within 3e-3 and 2 %. Adam makes
    steps of one size from gradients of any, so that rounding grows: after 20 steps PyTorch's own losses in float32
    differ by 1e-3 from those in its other layout, and by 1.5e-3 from those in float64."""
    differences = numpy.abs(losses / expected - 1)
    print(f"first loss: {differences[0]:.2g}, all losses: {differences.max():.2g}", file=sys.stderr)
    first, every = (1e-5, 3e-3) if precision == "float32" else (1e-3, 0.02)
    return bool(differences[0] <= first and differences.max() <= every)


def peak_memory():
    with open("/proc/self/status") as status:
        return next(1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM:"))


def measure_memory(program, operation, peer, precision, is_autocast, pairs):
    values = {"ours": [], "peers": []}
    for _ in range(pairs):
        ours = Ours(program, precision, IMAGES)
        values["ours"].append(ours.seconds("memory") / 1e6)
        options = ["--autocast"] if is_autocast else []
        command = [sys.executable, __file__, "--peak-memory", str(ours.folder), *options]
        values["peers"].append(float(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout) / 1e6)
        ours.end()
    row = {"operation": operation, "size": IMAGES.size(), "peer": peer, "unit": "MB"}
    print(json.dumps({**row, **values, "equal": True}), flush=True)


def print_peak_memory(folder, is_autocast):
    image = numpy.fromfile(f"{folder}/image.raw", numpy.float32).reshape(IMAGES.shape(IMAGES.channels))
    target = numpy.fromfile(f"{folder}/target.raw", numpy.int64).reshape(IMAGES.shape())
    trainer = Trainer(IMAGES, load_file(f"{folder}/model.safetensors"), image, target, True, is_autocast)
    for _ in range(COMPARED_STEPS):
        trainer.step()
    print(peak_memory())


def measure(program, operation, peer, case, precision, is_channels_last, is_autocast, pairs, references):
    """References are the losses of PyTorch's steps in float32, by case."""
    ours = Ours(program, precision, case)
    if case not in references:
        reference = ours.start_peer(True, False)
        references[case] = numpy.array([reference.step() for _ in range(COMPARED_STEPS)])
    is_equal = are_equal(ours.losses, references[case], precision)
    trainer = ours.start_peer(is_channels_last, is_autocast)
    trainer.step()
    ours.seconds()
    times = {"ours": [], "peers": []}
    for _ in range(pairs):
        times["ours"].append(ours.seconds())
        start = time.perf_counter()
        trainer.step()
        times["peers"].append(time.perf_counter() - start)
    row = {"operation": operation, "size": case.size(), "peer": peer}
    print(json.dumps({**row, **times, "equal": is_equal}), flush=True)
    ours.end()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--peak-memory")
    parser.add_argument("--autocast", action="store_true")
    parser.add_argument("program", nargs="?")
    arguments = parser.parse_args()
    torch.set_num_threads(THREADS)
    if arguments.peak_memory:
        print_peak_memory(arguments.peak_memory, arguments.autocast)
        return
    references = {}
    for peer in PEERS:
        measure(arguments.program, *peer, arguments.pairs, references)
    for memory in MEMORY:
        measure_memory(arguments.program, *memory, 3)


if __name__ == "__main__":
    main()
