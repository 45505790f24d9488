#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Holds what TensorBoard's own reader finds in files of TensorBoardWriter against what was logged.

Exit status 77 if the packages of requirements.txt are absent."""

import argparse
import csv
import io
import json
import os
import shutil
import subprocess
import sys
import time

SKIPPED = 77

try:
    import numpy
    from PIL import Image
    from tensorboard.backend.event_processing import event_accumulator, event_file_loader
except ImportError as error:
    print(
        f"{error}: install Testing/FrontDoor/requirements.txt and, with --no-deps, "
        "Testing/TensorBoard/requirements.txt in .venv-tests"
    )
    sys.exit(SKIPPED)

ALL = {event_accumulator.SCALARS: 0, event_accumulator.IMAGES: 0, event_accumulator.TENSORS: 0}


def expect(found, expected, what):
    if found != expected:
        sys.exit(f"WRONG {what}: {found!r}, not {expected!r}")


class Program:
    def __init__(self, options):
        self.program = os.path.abspath(options.write)
        self.itktorch = os.path.abspath(options.itktorch)
        self.pairs = os.path.abspath(options.pairs)
        self.work = os.path.abspath(options.work)
        shutil.rmtree(self.work, ignore_errors=True)
        os.makedirs(self.work)

    def write(self, run, entries):
        """The file in the folder of a run that holds these entries, written by a process of its own."""
        lines = "".join(json.dumps(entry) + "\n" for entry in entries)
        answer = subprocess.run(
            [self.program, os.path.join(self.work, run)],
            input=lines,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            timeout=60,
        )
        return answer.stdout.rstrip("\n")


def read(path):
    """What TensorBoard reads in a file or a run's folder."""
    events = event_accumulator.EventAccumulator(path, size_guidance=ALL)
    events.Reload()
    return events


def scalar(tag, step, value):
    return {"Tag": tag, "Step": step, "Scalar": repr(value)}


def bits(value):
    """So that numbers are compared that are not equal to themselves, and zeros with their signs."""
    return numpy.float32(value).tobytes()


def scalars_of(events, tag):
    return [(event.step, bits(event.value)) for event in events.Scalars(tag)]


def check_scalars(program):
    random = numpy.random.default_rng(1)
    values = {
        tag: [float(value) for value in numpy.float32(random.normal(size=200))]
        for tag in ("loss", "Dice/validation/liver", "Verlust/µm 細胞", " ", "../a", 'a\\b"c\n')
    }
    values["special"] = [float("inf"), float("-inf"), float("nan"), 0.0, -0.0, 1e-45, 3.4028234e38]
    steps = {tag: [3 * number for number in range(len(series))] for tag, series in values.items()}
    steps["special"] = [-5, 0, 1, 127, 128, 2**31, 2**62]
    before = time.time()
    path = program.write(
        "scalars",
        [scalar(tag, step, value) for tag, series in values.items() for step, value in zip(steps[tag], series)],
    )
    after = time.time()
    events = read(path)
    expect(events.file_version, 2.0, "version")
    expect(sorted(events.Tags()["scalars"]), sorted(values), "tags")
    for tag, series in values.items():
        expect(scalars_of(events, tag), [(step, bits(value)) for step, value in zip(steps[tag], series)], tag)
        times = [event.wall_time for event in events.Scalars(tag)]
        expect(before <= times[0] <= times[-1] <= after and times == sorted(times), True, f"times of {tag}")


def check_pictures(program):
    random = numpy.random.default_rng(2)
    pictures = {
        "gray": random.integers(0, 256, (5, 9), dtype=numpy.uint8),
        "color": random.integers(0, 256, (7, 4, 3), dtype=numpy.uint8),
        "opacity": random.integers(0, 256, (6, 11, 4), dtype=numpy.uint8),
        "one pixel": numpy.full((1, 1), 200, dtype=numpy.uint8),
    }
    file = os.path.join(program.work, "opacity.png")
    Image.fromarray(pictures["opacity"]).save(file)
    entries = [
        {
            "Tag": tag,
            "Step": 4,
            "Width": picture.shape[1],
            "Gray" if picture.ndim == 2 else "Color": picture.ravel().tolist(),
        }
        for tag, picture in pictures.items()
        if tag != "opacity"
    ]
    entries.append({"Tag": "opacity", "Step": 4, "Width": 11, "Height": 6, "Channels": 4, "Png": file})
    path = program.write("pictures", entries)
    events = read(path)
    expect(sorted(events.Tags()["images"]), sorted(pictures), "tags of pictures")
    for tag, picture in pictures.items():
        (event,) = events.Images(tag)
        expect((event.step, event.width, event.height), (4, picture.shape[1], picture.shape[0]), tag)
        found = numpy.asarray(Image.open(io.BytesIO(event.encoded_image_string)))
        expect(found.shape, picture.shape, tag)
        expect(found.tolist(), picture.tolist(), tag)
    channels = {
        value.tag: value.image.colorspace
        for event in event_file_loader.LegacyEventFileLoader(path).Load()
        for value in event.summary.value
    }
    expect(channels, {"gray": 1, "color": 3, "opacity": 4, "one pixel": 1}, "channels")


def check_texts(program):
    texts = {"notes": "# Run\n\n| a | b |\n|---|---|\n| **1** | µ |\n", "empty": "", "long": "word " * 100000}
    events = read(program.write("texts", [{"Tag": tag, "Step": 2, "Text": text} for tag, text in texts.items()]))
    expect(sorted(events.Tags()["tensors"]), sorted(texts), "tags of texts")
    for tag, text in texts.items():
        (event,) = events.Tensors(tag)
        expect((event.step, len(event.tensor_proto.tensor_shape.dim)), (2, 0), tag)
        expect([found.decode() for found in event.tensor_proto.string_val], [text], tag)
        expect(events.SummaryMetadata(tag).plugin_data.plugin_name, "text", tag)


def check_as_the_server_reads(program):
    """The server turns all values into tensors, each of a kind."""
    path = program.write(
        "server",
        [
            scalar("s", 1, 0.5),
            {"Tag": "p", "Step": 1, "Width": 1, "Gray": [7]},
            {"Tag": "t", "Step": 1, "Text": "text"},
        ],
    )
    values = {
        value.tag: value for event in event_file_loader.EventFileLoader(path).Load() for value in event.summary.value
    }
    kinds = {tag: (value.metadata.plugin_data.plugin_name, value.metadata.data_class) for tag, value in values.items()}
    # SCALAR, BLOB_SEQUENCE and TENSOR.
    expect(kinds, {"s": ("scalars", 1), "p": ("images", 3), "t": ("text", 2)}, "kinds")


def check_unfinished_record(program):
    """A file that ends anywhere in its last record is read up to that."""
    entries = [scalar("a", step, step / 3) for step in range(3)]
    path = program.write("unfinished", entries)
    with open(path, "rb") as stream:
        content = stream.read()
    whole = [(step, bits(step / 3)) for step in range(3)]
    expect(scalars_of(read(path), "a"), whole, "a whole file")
    # Records of the three scalars have the same length.
    record = (len(content) - os.path.getsize(program.write("empty", []))) // 3
    folder = os.path.join(program.work, "cut")
    os.makedirs(folder)
    for length in range(len(content) - record, len(content)):
        cut = os.path.join(folder, f"events.out.tfevents.{length}")
        with open(cut, "wb") as stream:
            stream.write(content[:length])
        expect(scalars_of(read(cut), "a"), whole[:2], f"{length} of {len(content)} bytes")


def check_resumed_run(program):
    """A run that was killed while it wrote step 3, and goes on from step 2."""
    first = program.write("resumed", [scalar("a", step, 10 + step) for step in range(4)])
    with open(first, "r+b") as stream:
        stream.truncate(os.path.getsize(first) - 7)
    second = program.write("resumed", [scalar("a", step, 20 + step) for step in range(2, 6)])
    third = program.write("resumed", [scalar("a", 6, 36)])
    expect(sorted({first, second, third}), [first, second, third], "order of files")
    folder = os.path.dirname(first)
    expect(sorted(os.path.join(folder, name) for name in os.listdir(folder)), [first, second, third], "files")
    expected = [(0, 10), (1, 11), (2, 12), (2, 22), (3, 23), (4, 24), (5, 25), (6, 36)]
    expect(scalars_of(read(folder), "a"), [(step, bits(value)) for step, value in expected], "a run")


def check_training(program):
    """The numbers and pictures of a training with a validation after each of two epochs."""
    run = os.path.join(program.work, "training")
    command = f"train {program.pairs} --run {run} --tensorboard --device cpu --folds 0,1 --validation-folds 7,8"
    command += " --epochs 2 --base-filters 4 --levels 2 --crop-size 32 --batch-size 4"
    subprocess.run([program.itktorch, *command.split()], check=True, stderr=subprocess.DEVNULL, timeout=300)
    with open(os.path.join(run, "metrics.csv"), encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with open(program.pairs, encoding="utf-8") as file:
        images = [row["image"] for row in csv.DictReader(file) if row["fold"] in ("7", "8")]
    steps = [int(row["step"]) for row in rows]
    events = read(run)
    dice = [(step, bits(row["validation_dice"])) for step, row in zip(steps, rows)]
    expect(scalars_of(events, "validation/Dice"), dice, "Dice")
    numbers = [i * len(images) // 4 for i in range(4)]
    tags = [f"validation pictures/{number + 1} {os.path.basename(images[number])}" for number in numbers]
    expect(sorted(events.Tags()["images"]), sorted(tags), "tags of validation pictures")
    for tag in tags:
        expect([event.step for event in events.Images(tag)], steps, f"steps of {tag}")
        for event in events.Images(tag):
            picture = numpy.asarray(Image.open(io.BytesIO(event.encoded_image_string)))
            expect((picture.shape[1], picture.shape[0], picture.shape[2]), (event.width, event.height, 3), tag)
            # Three cells side by side, of which that of the truth has outlines.
            cells = numpy.array_split(picture[picture.shape[0] // 4 :], 3, axis=1)
            outlines = [int((cell == (0, 220, 70)).all(axis=2).sum()) for cell in cells]
            expect((outlines[0], outlines[1] > 50, outlines[2]), (0, True, 0), f"outlines of {tag}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", required=True, help="ITKTorchWriteTensorBoardFile")
    parser.add_argument("--itktorch", required=True)
    parser.add_argument("--pairs", required=True, help="a table of images, labels and folds")
    parser.add_argument("--work", required=True, help="a folder that is made anew")
    program = Program(parser.parse_args())
    for check in (
        check_scalars,
        check_pictures,
        check_texts,
        check_as_the_server_reads,
        check_unfinished_record,
        check_resumed_run,
        check_training,
    ):
        check(program)


if __name__ == "__main__":
    main()
