#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Runs files as people really have them through every command, beside a plain twin that must give the same.

Usage: front_door.py --itktorch PROGRAM --data FOLDER --work FOLDER
Exit status 77 if the data are absent. A table of what was right goes to standard output."""

import argparse
import array
import json
import os
import shutil
import struct
import subprocess
import sys
import zlib

LABELS = [
    "cells-uint32.tif",
    "cells-int32.tif",
    "cells-16-tiled.tif",
    "cells-palette-dark.png",
    "cells-palette-distinct.png",
    "cells-palette-equal-luminance.png",
]
NO_LABELS = {
    "cells-rgb-dark.png": "red, green and blue",
    "cells-rgb-distinct.png": "red, green and blue",
    "cells-rgb-equal-luminance.png": "red, green and blue",
    "mask-with-halo.jpg": "JPEG",
    "cells-float-almost-whole.nrrd": "0.99999994",
    "cells-float-interpolated.nrrd": "whole numbers",
    "cells-float-nan.nrrd": "nan",
}
PICTURES = [
    "picture-uint32.tif",
    "picture-16-tiled.tif",
    "picture-la.png",
    "picture-la.tif",
    "picture-rgba.png",
    "picture-trns.png",
]
BROKEN = [
    "dicom-truncated-half.dcm",
    "jpeg-one-bit-flipped.jpg",
    "mha-64-rows-of-1024.mha",
    "mut_jpg_10.jpg",
    "mut_mha_85.mha",
    "mut_nii_47.nii",
    "mut_png_117.png",
    "mut_png_51.png",
    "mut_tif_198.tif",
    "nifti-nan-sform.nii",
    "vtk-half.vtk",
]
NO_IMAGES = ["csv-long-blank.csv", "spacing-0.00065.safetensors"]
TRAINING = ["--epochs", "1", "--levels", "1", "--base-filters", "2", "--threads", "1"]


class Model:
    """The weights of a model file, without what it says of its training."""

    def __init__(self, file):
        with open(file, "rb") as stream:
            size = struct.unpack("<Q", stream.read(8))[0]
            header = json.loads(stream.read(size))
            data = stream.read()
        header.pop("__metadata__", None)
        self.numbers = array.array("f")
        for name in sorted(header):
            begin, end = header[name]["data_offsets"]
            self.numbers.frombytes(data[begin:end])

    def __eq__(self, other):
        # A luminance of three equal colors is rounded.
        return (
            isinstance(other, Model)
            and len(self.numbers) == len(other.numbers)
            and all(abs(a - b) < 1e-4 for a, b in zip(self.numbers, other.numbers))
        )


class FrontDoor:
    def __init__(self, options):
        self.itktorch = options.itktorch
        self.data = os.path.abspath(options.data)
        self.work = os.path.abspath(options.work)
        self.right = 0
        self.wrong = []
        shutil.rmtree(self.work, ignore_errors=True)
        os.makedirs(self.work)

    def file(self, name):
        return os.path.join(self.data, name)

    def out(self, name):
        return os.path.join(self.work, name)

    def run(self, *arguments):
        try:
            ended = subprocess.run(
                [self.itktorch, *arguments], capture_output=True, text=True, errors="replace", timeout=120, check=False
            )
        except subprocess.TimeoutExpired:
            return 124, "", "it did not end within 120 s"
        return ended.returncode, ended.stdout, ended.stderr

    def check(self, what, is_right, why=""):
        if is_right:
            self.right += 1
        else:
            self.wrong.append(f"{what}: {why}")

    def result(self, name, ending, *arguments):
        """Bytes of the file that a command writes where OUT stands; its error otherwise."""
        file = self.out(name + ending)
        status, _, error = self.run(*(file if argument == "OUT" else argument for argument in arguments))
        if status != 0 or not os.path.exists(file):
            return f"exit status {status}: {error.strip()[-300:]}"
        if ending == ".safetensors":
            return Model(file)
        with open(file, "rb") as stream:
            return stream.read()

    def pairs(self, name, image, label):
        file = self.out(name + ".csv")
        with open(file, "w", encoding="utf-8") as stream:
            stream.write(f"image,label\n{self.file(image)},{self.file(label)}\n")
        return file

    def commands_of_images(self, key, image):
        """Results of every command that reads an image."""
        return {
            "canny": self.result(key + "-canny", ".png", "canny", self.file(image), "OUT"),
            "segment": self.result(
                key + "-segment", ".png", "segment", self.file(image), "OUT", "-m", self.model, "--mask"
            ),
            "train": self.result(
                key + "-train", ".safetensors", "train", self.pairs(key, image, "cells.png"), "-o", "OUT", *TRAINING
            ),
            "augment": self.result(
                key + "-augment", ".png", "augment", self.file(image), "--sheet", "OUT", "--count", "3"
            ),
            "tune": self.tuned(key, image, "cells.png"),
        }

    def commands_of_labels(self, key, label, *options):
        """Results of every command that reads labels."""
        return {
            "evaluate": self.result(
                key + "-evaluate",
                ".csv",
                "evaluate",
                self.file(label),
                self.file("cells.png"),
                "--csv",
                "OUT",
                *options,
            ),
            "evaluate truth": self.result(
                key + "-truth", ".csv", "evaluate", self.file("cells.png"), self.file(label), "--csv", "OUT", *options
            ),
            "weight-map": self.result(key + "-weights", ".mha", "weight-map", self.file(label), "OUT", *options),
            "canny": self.result(
                key + "-overlay",
                ".png",
                "canny",
                self.file("picture.png"),
                self.out(key + "-e.png"),
                "--segmentation",
                self.file(label),
                "--overlay",
                "OUT",
                *options,
            ),
            "train": self.result(
                key + "-train",
                ".safetensors",
                "train",
                self.pairs(key, "picture.png", label),
                "-o",
                "OUT",
                *TRAINING,
                *options,
            ),
            "augment": self.result(
                key + "-augment",
                ".png",
                "augment",
                self.file("picture.png"),
                "--label",
                self.file(label),
                "--sheet",
                "OUT",
                "--count",
                "3",
                *options,
            ),
            "tune": self.tuned(key, "picture.png", label, *options),
        }

    def tuned(self, key, image, label, *options):
        return self.result(
            key + "-tune",
            ".json",
            "tune",
            self.pairs(key + "-tune", image, label),
            "-m",
            self.model,
            "-o",
            "OUT",
            "--grid",
            "MaskThreshold=0.4,0.6",
            *options,
        )

    def compare(self, name, found, expected):
        for command, result in found.items():
            # Tables name the image.
            same = result == expected[command]
            if isinstance(result, bytes) and isinstance(expected[command], bytes) and command.startswith("evaluate"):
                same = [line.split(b",")[1:] for line in result.split(b"\n")] == [
                    line.split(b",")[1:] for line in expected[command].split(b"\n")
                ]
            self.check(
                f"{name} in {command}",
                same and not str(result).startswith("exit"),
                result if isinstance(result, str) and result.startswith("exit") else "differs from its twin",
            )

    def refused(self, name, found, part):
        for command, result in found.items():
            text = result if isinstance(result, str) else "it was taken"
            is_right = text.startswith("exit status 1:") and os.path.basename(name) in text and part in text
            self.check(f"{name} in {command}", is_right, text)

    def verify(self):
        self.model = self.out("model.safetensors")
        status, _, error = self.run(
            "train", self.pairs("model", "picture.png", "cells.png"), "-o", self.model, *TRAINING
        )
        if status != 0:
            sys.exit(f"front_door.py: no model can be trained: {error}")
        plain = self.commands_of_images("picture", "picture.png")
        for name in PICTURES:
            found = self.commands_of_images(name, name)
            if "16" in name or "32" in name:
                # An augmentation's values are rounded to those of the image's type.
                self.check(f"{name} in augment", isinstance(found.pop("augment"), bytes), "refused")
            self.compare(name, found, plain)
        plain = self.commands_of_labels("cells", "cells.png")
        for name in LABELS:
            self.compare(name, self.commands_of_labels(name, name), plain)
        for name, part in NO_LABELS.items():
            self.refused(name, self.commands_of_labels(name, name), part)
        for name in (name for name in NO_LABELS if "-rgb-" in name):
            # An object for each color, whose numbers are in the order of the colors.
            found = self.commands_of_labels("colors-" + name, name, "--labels", "colors")
            self.check(f"{name} as colors in augment", isinstance(found.pop("augment"), bytes), "refused")
            self.compare(name + " as colors", found, plain)
        self.verify_notes()
        for name in BROKEN:
            broken = os.path.join("broken", name)
            self.refused(broken, self.commands_of_images(name, broken), "")
            self.refused(broken, self.commands_of_labels(name, broken), "")
        twin = self.commands_of_images("blocks-72", "blocks-72dpi.jpg")
        self.compare("blocks-300dpi.jpg", self.commands_of_images("blocks-300", "blocks-300dpi.jpg"), twin)
        result = self.result("grey-alpha", ".png", "canny", self.file("broken/grey-alpha.png"), "OUT")
        self.check("grey-alpha.png in canny", isinstance(result, bytes), result)
        for kind in ("aligned", "oblique"):
            result = self.result(
                kind,
                ".png",
                "augment",
                self.file(f"rounding-{kind}.nrrd"),
                "--label",
                self.file(f"rounding-{kind}-labels.nii.gz"),
                "--sheet",
                "OUT",
                "--count",
                "2",
            )
            self.check(f"rounding-{kind} in augment", isinstance(result, bytes), result)
        for name, twin in (
            ("tiff-float16.tif", "tiff-same-picture-8bit.png"),
            ("bmp-32bit-blue.bmp", "bmp-32bit-blue-same.png"),
        ):
            results = [self.result(one, ".png", "canny", self.file("broken/" + one), "OUT") for one in (name, twin)]
            self.check(f"{name} in canny", results[0] == results[1], str(results[0])[:200])
        status, output, error = self.run("evaluate", self.file("broken/x.nii.gz"), self.file("broken/x-alone.nii.gz"))
        self.check("x.nii.gz beside x.nii in evaluate", status == 0 and "1.0000" in output, error)
        self.verify_outputs()
        self.verify_information()
        self.verify_folder()
        self.verify_pipes()
        self.verify_statements()

    def verify_notes(self):
        """What is odd about labels that are to be objects is said, and trained nevertheless."""
        mask = self.out("mask.png")
        status, _, error = self.run(
            "segment", self.file("picture.png"), mask, "-m", self.model, "--mask", "--polarity", "bright"
        )
        self.check("segment with a polarity", status == 0, error)
        with open(self.out("mask.mha"), "wb") as stream:
            pixels = bytearray(64 * 64)
            for begin in (64 * 20 + 10, 64 * 20 + 40):
                for row in range(8):
                    pixels[begin + 64 * row : begin + 64 * row + 8] = b"\xff" * 8
            stream.write(b"NDims = 2\nDimSize = 64 64\nElementType = MET_UCHAR\nElementDataFile = LOCAL\n" + pixels)
        mask = self.out("mask.mha")
        note = "mask.mha: Its only label, 255, is in 2 parts"
        for name, arguments in {
            "weight-map": [mask, self.out("mask-weights.mha")],
            "evaluate": [mask, self.file("cells.png")],
            "train": [
                self.pairs("mask", "picture.png", mask),
                "-o",
                self.out("mask.safetensors"),
                *TRAINING,
                "--weight-map",
                "paper",
            ],
        }.items():
            status, _, error = self.run(name, *arguments)
            self.check(f"a mask in {name}", status == 0 and note in error, f"{status}: {error}")
        status, _, error = self.run(
            "train", self.pairs("mask", "picture.png", mask), "-o", self.out("mask.safetensors"), *TRAINING
        )
        self.check("a mask where foreground is meant", status == 0 and note not in error, f"{status}: {error}")

    def verify_folder(self):
        """Damaged files of a folder cost no other its output."""
        folder = self.out("folder")
        os.makedirs(folder)
        for number in range(10):
            shutil.copy(self.file("picture.png"), os.path.join(folder, f"good-{number}.png"))
        for name in BROKEN:
            shutil.copy(self.file(os.path.join("broken", name)), folder)
        status, output, error = self.run("segment", folder, self.out("segmented"), "-m", self.model)
        lines = {line["case"]: line for line in map(json.loads, output.splitlines())}
        done = {name for name, line in lines.items() if line["status"] == "done"}
        failed = {name for name, line in lines.items() if line["status"] == "failed"}
        self.check(
            "a folder's good images",
            status == 1 and done == {f"good-{number}.png" for number in range(10)},
            f"{done}: {error}",
        )
        self.check("a folder's broken images", failed == set(BROKEN), f"{failed ^ set(BROKEN)}: {error}")

    def verify_pipes(self):
        """What is no file is refused before it is opened, and a folder's other images are segmented."""
        pipe = self.out("pipe")
        os.mkfifo(pipe)
        picture = self.file("picture.png")
        for name, arguments in {
            "segment with a model": [picture, self.out("pipe.png"), "-m", pipe],
            "segment with objects": [picture, self.out("pipe.png"), "-m", self.model, "--objects", pipe],
            "train with a list": [pipe, "-o", self.out("pipe.safetensors")],
            "augment with a record": [picture, "--sheet", self.out("pipe.png"), "--replay", pipe],
            "check of a device": ["/dev/zero"],
        }.items():
            status, _, error = self.run(name.split(" ")[0], *arguments)
            self.check(
                f"{name} that is a pipe", status in (1, 2) and "must be a regular file" in error, f"{status}: {error}"
            )
        folder = self.out("pipes")
        os.makedirs(folder)
        shutil.copy(picture, os.path.join(folder, "good.png"))
        os.mkfifo(os.path.join(folder, "pipe.png"))
        os.symlink("loop.png", os.path.join(folder, "loop.png"))
        os.symlink("nowhere", os.path.join(folder, "nowhere.png"))
        status, output, error = self.run("segment", folder, self.out("of-pipes"), "-m", self.model)
        states = {line["case"]: line["status"] for line in map(json.loads, output.splitlines())}
        self.check(
            "a folder with pipes and links",
            status == 1
            and states == {"good.png": "done", "loop.png": "failed", "nowhere.png": "failed", "pipe.png": "failed"},
            f"{states}: {error}",
        )

    def verify_statements(self):
        """What is stated of an image in place of what its file says, and what is to be known of it."""
        picture = self.file("picture.png")
        small = self.file("broken/spacing-0.00065.safetensors")
        for options, part in {
            ("-m", self.model, "--region", "0,0,10"): "Region must have 4 numbers",
            ("-m", self.model, "--level", "1"): "level must be at most 0, but is 1",
            ("-m", small, "--spacing", "1,1"): "0.00065 x 0.00065 mm",
            ("-m", small, "--spacing", "1e300,1e300"): "Spacing must be in",
        }.items():
            status, _, error = self.run("segment", picture, self.out("stated.png"), *options)
            self.check(f"segment {options[2]} {options[3]}", status in (1, 2) and part in error, f"{status}: {error}")
        # Gray from 0 to 252 and an opacity of 128.
        picture = self.out("half-opaque.png")
        rows = b"".join(b"\0" + bytes(byte for x in range(64) for byte in (4 * (x ^ y) % 256, 128)) for y in range(64))
        chunks = [
            (b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 4, 0, 0, 0)),
            (b"IDAT", zlib.compress(rows)),
            (b"IEND", b""),
        ]
        with open(picture, "wb") as stream:
            stream.write(
                b"\x89PNG\r\n\x1a\n"
                + b"".join(
                    struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
                    for kind, data in chunks
                )
            )
        for name, arguments in {
            "canny": [picture, self.out("note.png")],
            "augment": [picture, "--sheet", self.out("note.png"), "--count", "1"],
        }.items():
            status, _, error = self.run(name, *arguments)
            self.check(
                f"an opacity in {name}", status == 0 and "half-opaque.png: Its opacity" in error, f"{status}: {error}"
            )
        result = self.result("capitals", ".NII.GZ", "canny", self.file("picture.png"), "OUT")
        self.check("an ending in capitals", isinstance(result, bytes), result)

    def verify_information(self):
        """What `info` says of every file, broken ones among them, in one run."""
        names = sorted(
            os.path.join(folder, name)
            for folder in (self.data, self.file("broken"))
            for name in os.listdir(folder)
            if os.path.isfile(os.path.join(folder, name))
        )
        status, output, error = self.run("info", "--json", *names)
        lines = output.splitlines()
        self.check("info of all files", status == 1 and len(lines) == len(names), error)
        refused = {os.path.relpath(json.loads(line)["File"], self.data) for line in lines if "Refused" in line}
        expected = {os.path.join("broken", name) for name in BROKEN + NO_IMAGES} | {"README.md"}
        self.check("what info refuses", refused == expected, f"{refused ^ expected}")
        status, output, error = self.run("info", *names)
        self.check("info as text", status == 1 and all(name in output for name in names), error)

    def verify_outputs(self):
        """An output replaces no input, and a result that cannot be printed is an error."""
        picture = shutil.copy(self.file("picture.png"), self.out("in-place.png"))
        labels = shutil.copy(self.file("cells.png"), self.out("in-place-labels.png"))
        pairs = self.pairs("in-place", picture, labels)
        drawn = shutil.copy(self.file("cells.png"), self.out("in-place-0000-label.png"))
        folder = self.out("in-place-folder")
        os.makedirs(folder)
        shutil.copy(labels, os.path.join(folder, "a.png"))
        link = self.out("link.png")
        os.symlink(picture, link)
        before = [open(name, "rb").read() for name in (picture, labels, self.model, pairs)]
        for name, arguments in {
            "canny": [picture, picture],
            "canny by a link": [link, picture],
            "weight-map": [labels, self.out("w.mha"), "--separated", labels],
            "augment": [picture, "--sheet", picture],
            "evaluate": [labels, labels, "--csv", labels],
            "train onto its model": [pairs, "-o", self.model, "--initial-model", self.model, *TRAINING],
            "train onto its list": [pairs, "-o", pairs, *TRAINING],
            "tune": [pairs, "-m", self.model, "-o", self.model],
            "tune onto an image": [pairs, "-m", self.model, "-o", picture],
            "tune onto labels": [pairs, "-m", self.model, "-o", labels],
            "augment onto its labels": [picture, "--label", drawn, "--output", self.work, "--count", "1"],
            "evaluate onto an image of a folder": [folder, folder, "--csv", os.path.join(folder, "a.png")],
            "weight-map onto a device": [labels, "/dev/full"],
            "segment": [picture, picture, "-m", self.model],
            "segment onto its model": [picture, self.model, "-m", self.model],
        }.items():
            status, _, error = self.run(name.split(" ")[0], *arguments)
            self.check(f"{name} in place", status == 1 and "Cannot write" in error, f"{status}: {error}")
        after = [open(name, "rb").read() for name in (picture, labels, self.model, pairs)]
        self.check("inputs after outputs in place", before == after, "an input was changed")
        with open("/dev/full", "w", encoding="utf-8") as full:
            ended = subprocess.run(
                [self.itktorch, "evaluate", labels, labels], stdout=full, stderr=subprocess.PIPE, text=True, check=False
            )
        self.check(
            "evaluate onto a full disk",
            ended.returncode == 1 and "standard output" in ended.stderr,
            f"{ended.returncode}: {ended.stderr}",
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("itktorch", "data", "work"):
        parser.add_argument("--" + name, required=True)
    options = parser.parse_args()
    if not os.path.isdir(options.data):
        print(f"{options.data} is absent")
        sys.exit(77)
    door = FrontDoor(options)
    door.verify()
    for line in door.wrong:
        print("WRONG", line)
    print(f"{door.right} of {door.right + len(door.wrong)} right")
    sys.exit(1 if door.wrong else 0)


if __name__ == "__main__":
    main()
