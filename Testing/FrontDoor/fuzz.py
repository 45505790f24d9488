#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Damages a file of each format in many ways: none may crash the program, hang it, take more memory than the file
warrants, or be read with other pixels where it was cut.

Usage: fuzz.py --itktorch PROGRAM --dump PROGRAM --work FOLDER [--all]     --all damages ten times as much
Damage is the same in each run. Exit status 77 if the packages of requirements.txt are absent."""

import collections
import gzip
import hashlib
import json
import os
import random
import struct
import subprocess
import sys
import zlib

from door import Door, parse_options, require_readers

# Of a processor's time, and of a clock's on a machine that does other things as well.
MOST_SECONDS = 2.5
MOST_WAITING = 20.0
# Beside what a right file takes, and four times the file and its pixels.
MOST_MEGABYTES = 128.0
TRUNCATIONS = 64
FLIPS = 300


class Damaged:
    def __init__(self, kind, damage, path, may_be_read):
        self.kind = kind
        self.damage = damage
        self.path = path
        # "no", "same" as the undamaged file, or "any" pixels
        self.may_be_read = may_be_read


class Fuzz:
    def __init__(self, door, samples, does_all):
        self.door = door
        self.samples = samples
        self.does_all = does_all
        self.folder = os.path.join(door.work, "files")
        os.makedirs(self.folder)
        self.files = []
        self.answers = []
        self.megabytes = 0.0

    def add(self, kind, damage, content, may_be_read):
        name = self.samples[kind][0]
        folder = os.path.join(self.folder, str(len(self.files)))
        os.makedirs(folder)
        path = os.path.join(folder, name)
        if content == "folder":
            os.makedirs(path)
        elif content == "pipe":
            os.mkfifo(path)
        else:
            with open(path, "wb") as stream:
                stream.write(content)
        self.files.append(Damaged(kind, damage, path, may_be_read))

    def damage_all(self):
        kinds = list(self.samples)
        for number, kind in enumerate(kinds):
            content, huge = self.samples[kind][1:]
            self.add(kind, "none", content, "same")
            self.add(kind, "empty", b"", "no")
            self.add(kind, "a folder", "folder", "no")
            self.add(kind, "a pipe", "pipe", "no")
            if huge is not None:
                self.add(kind, "2^40 pixels", huge, "no")
            other = kinds[(number + 1) % len(kinds)]
            self.add(kind, f"in truth {other}", self.samples[other][1], "other")
            self.truncate(kind, content)
            self.flip(kind, content)

    def truncate(self, kind, content):
        count = TRUNCATIONS if self.does_all else TRUNCATIONS // 4
        places = {len(content) * i // count for i in range(count)} | {len(content) - 1}
        for place in sorted(places - {0}):
            self.add(kind, f"cut at {place} of {len(content)}", content[:place], "same")

    def flip(self, kind, content):
        """Half of the bits in the first 700 bytes, where headers are."""
        numbers = random.Random("front door " + kind)
        for i in range(FLIPS):
            at = numbers.randrange(min(len(content), 700) if i % 2 == 0 else len(content))
            bit = numbers.randrange(8)
            if self.does_all or i % 10 == 0:
                flipped = bytearray(content)
                flipped[at] ^= 1 << bit
                self.add(kind, f"bit {bit} of byte {at} flipped", bytes(flipped), "any")

    def run(self):
        self.damage_all()
        answers = self.answers = self.door.ask([file.path for file in self.files])
        self.megabytes = max(answer["Megabytes"] for file, answer in zip(self.files, answers) if file.damage == "none")
        undamaged = {file.kind: described(answer) for file, answer in zip(self.files, answers) if file.damage == "none"}
        wrong = [f"temporary files are left behind: {self.door.left}"] if self.door.left else []
        counts = collections.Counter()
        for file, answer in zip(self.files, answers):
            why = self.find_wrong(file, answer, undamaged)
            counts[
                "crashed alone"
                if "crashed" in answer.get("Refused", "")
                else "refused"
                if "Refused" in answer
                else "read"
            ] += 1
            if "crashed" in answer.get("Refused", ""):
                print(f"crashed alone: {file.kind}, {file.damage}")
            if why:
                wrong.append(f"{file.kind}, {file.damage}: {why}")
        slowest = max(answers, key=lambda answer: answer["ProcessorSeconds"])
        largest = max(answers, key=lambda answer: answer["Megabytes"])
        print(
            f"{len(answers)} files of {len(self.samples)} kinds: "
            + ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
            + f"; at most {slowest['ProcessorSeconds']:.2f} s of a processor and {largest['Megabytes']:.0f} MB"
        )
        return wrong

    def find_wrong_in_folder(self):
        """What is wrong when all files that are refused lie in one folder with ten good ones."""
        folder = os.path.join(self.door.work, "folder")
        os.makedirs(folder)
        refused = set()
        for number, (file, answer) in enumerate(zip(self.files, self.answers)):
            if "Refused" in answer and os.path.isfile(file.path):
                refused.add(f"{number}-{os.path.basename(file.path)}")
                os.link(file.path, os.path.join(folder, f"{number}-{os.path.basename(file.path)}"))
        good = {f"good-{number}.png" for number in range(10)}
        for name in good:
            with open(os.path.join(folder, name), "wb") as stream:
                stream.write(self.samples["PNG interlaced"][1])
        os.mkfifo(os.path.join(folder, "pipe.png"))
        model = os.path.join(self.door.work, "model.safetensors")
        self.train(os.path.join(folder, "good-0.png"), model)
        ended = subprocess.run(
            [self.door.itktorch, "segment", folder, os.path.join(self.door.work, "segmented"), "-m", model],
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        lines = {line["case"]: line["status"] for line in map(json.loads, ended.stdout.splitlines())}
        done = {name for name, status in lines.items() if status == "done"}
        failed = {name for name, status in lines.items() if status == "failed"}
        print(f"a folder of {len(refused)} damaged and 10 good files: {len(done)} segmented, {len(failed)} refused")
        wrong = [] if done == good else [f"in a folder, {sorted(done)[:20]} are segmented: {ended.stderr[-500:]}"]
        missing = refused ^ (failed - {"pipe.png"})
        return wrong + ([f"in a folder, lines are missing or too many: {sorted(missing)[:20]}"] if missing else [])

    def train(self, image, model):
        """A model that is good enough to be used."""
        pairs = os.path.join(self.door.work, "pairs.csv")
        with open(pairs, "w", encoding="utf-8") as stream:
            stream.write(f"image,label\n{image},{image}\n")
        subprocess.run(
            [
                self.door.itktorch,
                "train",
                pairs,
                "-o",
                model,
                "--epochs",
                "1",
                "--levels",
                "1",
                "--base-filters",
                "2",
                "--threads",
                "1",
            ],
            capture_output=True,
            timeout=300,
            check=True,
        )

    def find_wrong(self, file, answer, undamaged):
        size = os.path.getsize(file.path) / 1e6
        if os.path.exists(answer.get("Pixels", "")):
            size += os.path.getsize(answer["Pixels"]) / 1e6
        if answer["ProcessorSeconds"] > MOST_SECONDS or answer["Seconds"] > MOST_WAITING:
            return f"it takes {answer['ProcessorSeconds']:.1f} s of a processor, {answer['Seconds']:.1f} s in all"
        if answer["Megabytes"] > self.megabytes + MOST_MEGABYTES + 4 * size:
            return f"it takes {answer['Megabytes']:.0f} MB"
        if "Refused" in answer:
            sentence = answer["Refused"]
            if file.damage == "none" or file.may_be_read == "other":
                return "it is refused: " + sentence
            if "WRONG" in sentence:
                return sentence
            is_sentence = (
                sentence.startswith(file.path + ": ") and sentence.rstrip().endswith(".") and "\n" not in sentence
            )
            return "" if is_sentence else "it is refused by what is no sentence that names it: " + sentence
        if file.may_be_read == "no":
            return "it is read"
        if file.may_be_read == "same" and described(answer) != undamaged[file.kind]:
            return f"it is read, but differs: {described(answer)}, not {undamaged[file.kind]}"
        if file.may_be_read == "other":
            other = file.damage[len("in truth ") :]
            if described(answer) != undamaged[other]:
                return "it is read as another image"
            endings = [os.path.splitext(self.samples[kind][0].replace(".gz", ""))[1] for kind in (file.kind, other)]
            # Names of MRC mean many things.
            is_other_ending = endings[0] != endings[1] and endings[0] != ".mrc"
            said = [note for note in answer["Notes"] if "name" in note]
            if len(said) != is_other_ending:
                return f"its format is said {len(said)} times"
        return ""


def described(answer):
    """What an image is, as far as it can be told from its file."""
    if "Refused" in answer:
        return answer["Refused"]
    with open(answer["Pixels"], "rb") as stream:
        pixels = hashlib.sha256(stream.read()).hexdigest()[:8]
    return [answer[key] for key in ("Size", "Components", "ComponentType", "Spacing", "Origin", "Axes")] + [pixels]


# A file of each kind, and one of the same kind whose header promises 2^40 pixels.


def written(write, name):
    """What a function that takes a path writes."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, name)
        write(path)
        with open(path, "rb") as stream:
            return stream.read()


def make_samples():
    """Names, contents and contents that promise too much."""
    import format_dicom
    import format_files as files
    import imagecodecs
    import numpy
    from writers import bmp, mrc, pattern, png, tiff, tiff_packed, vtk

    colors = pattern((23, 31, 3), "uint8")
    gray = pattern((24, 32), "uint16")
    many = 1 << 20
    tags = [(258, 3, [8]), (259, 3, [1]), (262, 3, [1]), (277, 3, [1])]
    huge_tiff = tiff(many, many, [bytes(64)], tags)
    smooth = files.smooth_picture(40, 56)
    volume = files.volume("int16")
    samples = {
        "TIFF plain": ("a.tif", written(files.write_tiff(gray, rowsperstrip=5), "a.tif"), huge_tiff),
        "TIFF packed": ("a.tif", tiff_packed(gray % 64, 6), None),
        "TIFF deflated tiles": (
            "a.tif",
            written(
                files.write_tiff(colors, photometric="rgb", tile=(16, 16), compression="deflate", predictor=2), "a.tif"
            ),
            None,
        ),
        "TIFF LZW": ("a.tif", written(files.write_tiff(gray, compression="lzw", byteorder=">"), "a.tif"), None),
        "TIFF JPEG": (
            "a.tif",
            written(files.write_tiff(smooth, photometric="ycbcr", compression="jpeg", tile=(16, 32)), "a.tif"),
            None,
        ),
        "TIFF stack of ImageJ": ("a.tif", written(files.imagej(pattern((3, 9, 12), "uint16"), "ZYX"), "a.tif"), None),
        "OME-TIFF": ("a.ome.tif", written(files.ome(pattern((3, 2, 9, 12), "uint16"), "ZCYX"), "a.ome.tif"), None),
        "PNG": ("a.png", imagecodecs.png_encode(colors), huge_png(png(gray % 256, 8, 0))),
        "PNG interlaced": ("a.png", png(gray % 16, 4, 0, True), None),
        "JPEG": ("a.jpg", written(files.jpeg(smooth), "a.jpg"), huge_jpeg(written(files.jpeg(smooth), "a.jpg"))),
        "JPEG progressive": ("a.jpg", written(files.jpeg(smooth, progressive=True), "a.jpg"), None),
        "BMP": ("a.bmp", bmp(13, 24, 24, pattern((24, 40), "uint8").tobytes()), bmp(many, many, 24, bytes(960))),
        "BMP run lengths": (
            "a.bmp",
            bmp(8, 2, 8, bytes([8, 5, 0, 0, 3, 7, 5, 8, 0, 1]), bytes(1024), 1),
            bmp(many, many, 8, bytes([8, 5, 0, 1]), bytes(1024), 1),
        ),
        "MetaImage": ("a.mha", written(files.simpleitk(volume), "a.mha"), None),
        "MetaImage compressed": ("a.mha", written(files.simpleitk(volume, useCompression=True), "a.mha"), None),
        "NRRD": ("a.nrrd", written(files.simpleitk(volume), "a.nrrd"), None),
        "NRRD compressed": ("a.nrrd", written(files.simpleitk(volume, useCompression=True), "a.nrrd"), None),
        "NIfTI": ("a.nii", written(files.nifti(pattern((5, 6, 4), "int16")), "a.nii"), None),
        "NIfTI compressed": ("a.nii.gz", written(files.nifti(pattern((5, 6, 4), "int16")), "a.nii.gz"), None),
        "NIfTI-2": ("a.nii", written(files.nifti(pattern((5, 6, 4), "int16"), version=2), "a.nii"), None),
        "VTK": ("a.vtk", vtk(pattern((4, 6, 5, 1), "uint16"), "uint16", "SCALARS s unsigned_short 1"), None),
        "VTK text": ("a.vtk", vtk(pattern((4, 6, 5, 1), "uint16"), "uint16", "SCALARS s unsigned_short 1", True), None),
        "GIPL": ("a.gipl", written(files.simpleitk(upright(volume)), "a.gipl"), None),
        "MRC": ("a.mrc", mrc(pattern((4, 6, 5), "int16"), 1), None),
        "HDF5": ("a.h5", written(files.simpleitk(volume), "a.h5"), None),
    }
    for syntax in (
        "implicit",
        "explicit",
        "big-endian",
        "deflated",
        "run lengths",
        "lossless JPEG",
        "JPEG-LS",
        "JPEG 2000",
    ):
        samples["DICOM " + syntax] = ("a.dcm", format_dicom.dicom(pattern((32, 40), "uint16"), syntax=syntax), None)
    samples["DICOM JPEG"] = ("a.dcm", format_dicom.dicom(smooth[..., 0], syntax="JPEG"), None)
    promise(samples, numpy, many)
    return samples


def upright(volume):
    volume.SetDirection((1, 0, 0, 0, 1, 0, 0, 0, 1))
    return volume


def huge_png(content):
    header = struct.pack(">II", 1 << 20, 1 << 20) + content[24:29]
    return content[:16] + header + struct.pack(">I", zlib.crc32(b"IHDR" + header)) + content[33:]


def huge_jpeg(content):
    """The largest size that a JPEG can promise: 2^32 pixels."""
    at = content.index(b"\xff\xc0")
    return content[: at + 5] + struct.pack(">HH", 65500, 65500) + content[at + 9 :]


def promise(samples, numpy, many):
    """Headers of formats that are easily changed."""

    def change(kind, function):
        name, content, _ = samples[kind]
        samples[kind] = (name, content, function(content))

    def replace(before, after):
        def function(content):
            assert before in content, before
            return content.replace(before, after)

        return function

    def put(form, *places):
        def function(content):
            changed = bytearray(content)
            for at, number in places:
                struct.pack_into(form, changed, at, number)
            return bytes(changed)

        return function

    for kind in ("MetaImage", "MetaImage compressed"):
        change(kind, replace(b"DimSize = 5 6 4", b"DimSize = 1048576 1048576 1"))
    for kind in ("NRRD", "NRRD compressed"):
        change(kind, replace(b"sizes: 5 6 4", b"sizes: 1048576 1048576 1"))
    for kind in ("VTK", "VTK text"):
        change(kind, replace(b"DIMENSIONS 5 6 4", b"DIMENSIONS 1048576 1048576 1"))
    change("NIfTI", put("<h", (42, 32767), (44, 32767), (46, 1024)))
    change(
        "NIfTI compressed",
        lambda content: gzip.compress(put("<h", (42, 32767), (44, 32767), (46, 1024))(gzip.decompress(content))),
    )
    change("NIfTI-2", put("<q", (24, many), (32, many), (40, 1)))
    change("GIPL", put(">H", (0, 32768), (2, 32768), (4, 1024)))
    change("MRC", put("<i", (0, many), (4, many), (8, 1)))

    def huge_hdf5(content):
        before = struct.pack("<QQQ", 4, 6, 5)
        assert before in content
        return content.replace(before, struct.pack("<QQQ", 1 << 14, 1 << 13, 1 << 13))

    change("HDF5", huge_hdf5)

    def huge_dicom(kind):
        import format_dicom
        from writers import pattern

        return format_dicom.dicom(
            pattern((32, 40), "uint16"), syntax=kind, Rows=65535, Columns=65535, NumberOfFrames="256"
        )

    for kind in ("implicit", "explicit", "big-endian"):
        change("DICOM " + kind, lambda content, kind=kind: huge_dicom(kind))


def make_bombs(fuzz):
    """Small files that decompress to much more than their headers say."""
    import format_dicom
    from writers import pattern, png

    megabytes = 4000 if fuzz.does_all else 512
    zeros = deflated_zeros(megabytes, 31)
    gzipped = gzip.compress(fuzz.samples["NIfTI"][1]) + zeros
    fuzz.add("NIfTI compressed", f"{len(gzipped)} bytes that are {megabytes} MB decompressed", gzipped, "same")
    header, _ = fuzz.samples["NRRD"][1].split(b"\n\n", 1)
    header = header.replace(b"encoding: raw", b"encoding: gzip")
    fuzz.add("NRRD", f"pixels of {megabytes} MB", header + b"\n\n" + zeros, "no")
    fuzz.add("MetaImage", f"a header of {megabytes} MB", zeros, "no")
    text = b"Comment\0\0" + deflated_zeros(megabytes, 15)
    content = png(pattern((5, 7), "uint8"), 8, 0, chunks=[(b"zTXt", text)])
    fuzz.add("PNG", f"a comment of {megabytes} MB", content, "any")
    content = format_dicom.dicom(pattern((32, 40), "uint16"), syntax="deflated")
    # What is deflated begins after the group of the file's own description, which states its length.
    begin = 132 + 12 + struct.unpack_from("<I", content, 140)[0]
    element = struct.pack("<HH2sHI", 0x0009, 0x1000, b"OB", 0, megabytes << 20)
    fuzz.add(
        "DICOM deflated",
        f"an element of {megabytes} MB",
        content[:begin] + deflated_zeros(megabytes, -15, element),
        "any",
    )
    # The reading process is ended while it has this one open.
    fuzz.add("NIfTI compressed", "nothing", fuzz.samples["NIfTI compressed"][1], "same")


def deflated_zeros(megabytes, form, begin=b""):
    """`form` as zlib counts it: 31 for gzip, 15 for zlib, -15 for neither."""
    stream = zlib.compressobj(9, zlib.DEFLATED, form)
    content = stream.compress(begin)
    piece = bytes(1 << 20)
    for _ in range(megabytes):
        content += stream.compress(piece)
    return content + stream.flush()


def main():
    options = parse_options(__doc__, "--all")
    require_readers()
    fuzz = Fuzz(Door(options), make_samples(), options.all)
    make_bombs(fuzz)
    wrong = fuzz.run() + fuzz.find_wrong_in_folder()
    for line in wrong:
        print("WRONG", line)
    print(f"{len(wrong)} wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
