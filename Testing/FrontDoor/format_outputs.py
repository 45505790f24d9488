# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""What the program writes in each format, as other readers see it, for formats.py."""

import os
import subprocess

import numpy
from independent import read_nibabel, read_pillow, read_pynrrd, read_simpleitk, read_tifffile
from writers import pattern, png

READERS = {
    ".png": read_pillow,
    ".jpg": read_pillow,
    ".bmp": read_pillow,
    ".tif": read_tifffile,
    ".nrrd": read_pynrrd,
    ".nhdr": read_pynrrd,
    ".nii": read_nibabel,
    ".nii.gz": read_nibabel,
    ".hdr": read_nibabel,
    ".mha": read_simpleitk,
    ".mhd": read_simpleitk,
    ".vtk": read_simpleitk,
    ".gipl": read_simpleitk,
    ".mrc": read_simpleitk,
    ".h5": read_simpleitk,
    ".dcm": read_simpleitk,
}
OTHERS = (".gif", ".pic", ".spr", ".jp2", ".webp", ".xyz")


class Outputs:
    def __init__(self, door):
        self.itktorch = door.itktorch
        self.folder = os.path.join(door.work, "outputs")
        os.makedirs(self.folder)
        self.picture = os.path.join(self.folder, "picture.png")
        with open(self.picture, "wb") as stream:
            stream.write(
                png((pattern((48, 40), "uint8") // 8 + 100 * (numpy.mgrid[:48, :40][0] > 24)).astype("u1"), 8, 0)
            )
        self.labels = os.path.join(self.folder, "labels.png")
        cells = numpy.zeros((48, 40), numpy.uint8)
        cells[5:20, 5:18] = 1
        cells[22:40, 20:35] = 2
        with open(self.labels, "wb") as stream:
            stream.write(png(cells, 8, 0))

    def run(self, command, name, ending):
        """Pixels that another reader finds in what a command writes, or the sentence of its refusal."""
        path = os.path.join(self.folder, f"{command}{ending}")
        source = self.picture if command == "canny" else self.labels
        ended = subprocess.run(
            [self.itktorch, command, source, path],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        if ended.returncode != 0:
            return "refused: " + ended.stderr.strip().splitlines()[-1].replace(path, "FILE").replace("itktorch: ", "")
        return READERS[ending](path).pixels


def same(found, right):
    return found.size == right.size and numpy.array_equal(numpy.squeeze(found), numpy.squeeze(right))


def outcome_of(found, right, is_lossy):
    if isinstance(found, str):
        return found, False
    if same(found, right):
        return "written", False
    if is_lossy and found.size == right.size:
        return "written, lossy", False
    return "miswritten", True


def measure_outputs(door):
    """A table, and what is wrong."""
    outputs = Outputs(door)
    right = {
        command: outputs.run(command, "", ending) for command, ending in (("canny", ".png"), ("weight-map", ".mha"))
    }
    rows = {}
    wrong = []
    for ending in [*READERS, *OTHERS]:
        row = []
        for command in ("canny", "weight-map"):
            outcome, is_wrong = outcome_of(outputs.run(command, "", ending), right[command], ending == ".jpg")
            if is_wrong:
                wrong.append(f"{command} writes {ending} wrongly")
            row.append(outcome.replace("|", "\\|"))
        rows.setdefault(tuple(row), []).append(ending)
    lines = ["| written, by the name's ending | a mask of 8 bits | real numbers |", "|---|---|---|"]
    lines += [f"| {', '.join(endings)} | {row[0]} | {row[1]} |" for row, endings in rows.items()]
    return "\n".join(lines), wrong
