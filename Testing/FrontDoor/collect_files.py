#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Makes the folder Files: forty images of kinds that are seldom tested, and what other libraries read in them.

Usage: collect_files.py [FOLDER]     the packages of requirements.txt have to be installed
Files are copied from the packages pydicom and nibabel, or written here byte by byte or by other libraries. The program
under test takes no part in it."""

import json
import os
import shutil
import struct
import sys

import imagecodecs
import independent
import nibabel
import numpy
import pydicom.data
import tifffile
from PIL import Image
from writers import bmp, mrc, pattern, png, tiff_packed, vtk

PYDICOM = "pydicom (MIT)"
NIBABEL = "nibabel (MIT)"
OWN = "made here (CC0)"


class Collection:
    def __init__(self, folder):
        self.folder = folder
        self.answers = {}

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name, source, answer, exact=True, **also):
        entry = {"source": source, **independent.summary(answer), **also}
        if not exact:
            entry["lossy"] = True
        self.answers[name] = entry

    def refuse(self, name, source, reason):
        self.answers[name] = {"source": source, "refused": reason}

    def from_pydicom(self, name):
        shutil.copy(pydicom.data.get_testdata_file(name, download=False), self.path(name))

    def from_nibabel(self, folder, name):
        shutil.copy(os.path.join(os.path.dirname(nibabel.__file__), folder, "tests", "data", name), self.path(name))

    def write(self, name, content):
        with open(self.path(name), "wb") as stream:
            stream.write(content)

    # Other people's files.

    def collect_dicom(self):
        exact = [
            "CT_small.dcm",
            "MR_small_bigendian.dcm",
            "MR_small_RLE.dcm",
            "MR_small_jp2klossless.dcm",
            "MR_small_jpeg_ls_lossless.dcm",
            "JPEGLSNearLossless_16.dcm",
            "SC_rgb_rle_2frame.dcm",
            "SC_rgb_rle_16bit.dcm",
            "SC_rgb_small_odd_big_endian.dcm",
            "SC_rgb_jpeg_gdcm.dcm",
            "rtdose_rle.dcm",
            "liver_1frame.dcm",
            "image_dfl.dcm",
            "no_meta.dcm",
        ]
        lossy = ["SC_ybr_full_422_uncompressed.dcm", "SC_rgb_dcmtk_+eb+cr.dcm"]
        for name in exact + lossy:
            self.from_pydicom(name)
            if name != "no_meta.dcm":
                also = (
                    {"may be refused": "GDCM mixes up the bytes of colors of 16 bits in run lengths"}
                    if name == "SC_rgb_rle_16bit.dcm"
                    else {}
                )
                self.read(name, PYDICOM, independent.read_pydicom(self.path(name)), name in exact, **also)
        self.refuse("no_meta.dcm", PYDICOM, "nothing in the file says that it is DICOM or how it is encoded")
        for name, reason in (
            ("MR_truncated.dcm", "its pixels end before the header says"),
            ("UN_sequence.dcm", "it holds no pixels"),
        ):
            self.from_pydicom(name)
            self.refuse(name, PYDICOM, reason)
        for name in ("decimal_rescale.dcm", "philips_mprage.dcm.gz"):
            self.from_nibabel("nicom", name)
            self.read(name, NIBABEL, independent.read_pydicom(self.path(name)))

    def collect_nifti(self):
        for name in ("reoriented_anat_moved.nii", "resampled_anat_moved.nii", "standard.nii.gz"):
            self.from_nibabel("", name)
            self.read(name, NIBABEL, independent.read_nibabel(self.path(name)))
        for name, reason in (
            ("functional.nii", "it holds 20 volumes, one after the other in time"),
            ("example_nifti2.nii.gz", "it holds two volumes"),
            ("minc1_1_scale.mnc", "MINC is not read, since ITK exchanges its sides"),
        ):
            self.from_nibabel("", name)
            self.refuse(name, NIBABEL, reason)

    # Files made here.

    def make_tiff(self):
        name = "big-endian-bigtiff-tiles.tif"
        tifffile.imwrite(
            self.path(name),
            pattern((3, 37, 21), "int16"),
            bigtiff=True,
            byteorder=">",
            tile=(16, 32),
            compression="deflate",
            predictor=2,
            photometric="minisblack",
            metadata=None,
        )
        self.read(name, OWN, independent.read_tifffile(self.path(name)))
        name = "float-predictor-zstd.tif"
        tifffile.imwrite(
            self.path(name),
            pattern((29, 35, 3), "float32"),
            compression="zstd",
            predictor=3,
            rowsperstrip=8,
            photometric="rgb",
            metadata=None,
        )
        self.read(name, OWN, independent.read_tifffile(self.path(name), components=3))
        name = "fax-white-is-zero.tif"
        Image.fromarray(pattern((19, 37), "uint8") > 120).save(self.path(name), compression="group4")
        self.read(name, OWN, independent.read_pillow(self.path(name)), **{"values": "as shown: 0 black, 1 white"})
        name = "gray-12-bit.tif"
        self.write(name, tiff_packed(pattern((9, 13), "uint16") % 4096, 12))
        self.read(name, OWN, independent.read_tifffile(self.path(name)))
        name = "imagej-hyperstack.tif"
        tifffile.imwrite(
            self.path(name),
            pattern((5, 11, 17), "uint16"),
            imagej=True,
            resolution=(4.0, 2.0),
            metadata={"spacing": 1.5, "unit": "um", "axes": "ZYX"},
        )
        self.read(name, OWN, independent.read_tifffile(self.path(name), [0.00025, 0.0005, 0.0015]))

    def make_pictures(self):
        name = "progressive-exif-6.jpg"
        exif = Image.Exif()
        exif[0x0112] = 6
        smooth = numpy.add.outer(numpy.arange(33) * 3, numpy.arange(49) * 2).astype(numpy.uint8)
        Image.fromarray(smooth).save(self.path(name), progressive=True, exif=exif, quality=90)
        self.read(name, OWN, independent.read_pillow(self.path(name)))
        name = "adam7-2-bit.png"
        self.write(name, png(pattern((11, 13), "uint8") % 4, 2, 0, interlaced=True))
        self.read(name, OWN, independent.read_pillow(self.path(name), "L"), values="0 to 3, spread over 0 to 255")
        name = "gray-alpha-16-bit.png"
        pixels = pattern((7, 10, 2), "uint16")
        self.write(name, imagecodecs.png_encode(pixels))
        decoded = imagecodecs.png_decode(open(self.path(name), "rb").read())
        self.read(
            name,
            OWN,
            independent.Answer(independent.with_components(decoded[..., 0])),
            note="the opacity, which is not full everywhere, is dropped",
        )
        name = "run-length-8-bit.bmp"
        self.write(name, bmp_run_length())
        self.read(name, OWN, independent.read_pillow(self.path(name), "RGB"))

    def make_volumes(self):
        name = "big-endian-ras-micrometers.nrrd"
        pixels = pattern((4, 6, 5), "int16")
        header = (
            "NRRD0005\ntype: int16\ndimension: 3\nspace: right-anterior-superior\nsizes: 5 6 4\n"
            "space directions: (0.5,0,0) (0,0.4,0.3) (0,-0.6,0.8)\nkinds: domain domain domain\nendian: big\n"
            'encoding: raw\nspace units: "um" "um" "um"\nspace origin: (10,20,30)\n\n'
        )
        self.write(name, header.encode() + pixels.astype(">i2").tobytes())
        self.read(name, OWN, independent.read_pynrrd(self.path(name)))
        name = "text-of-three-channels.mha"
        pixels = pattern((3, 4, 3), "float32")
        header = (
            "ObjectType = Image\nNDims = 2\nBinaryData = False\nElementNumberOfChannels = 3\n"
            "TransformMatrix = 0 1 -1 0\nOffset = -5 7\nElementSpacing = 0.5 2\nDimSize = 4 3\n"
            "ElementType = MET_FLOAT\nElementDataFile = LOCAL\n"
        )
        self.write(name, header.encode() + " ".join(repr(float(number)) for number in pixels.ravel()).encode() + b"\n")
        self.read(name, OWN, independent.Answer(pixels[None], [0.5, 2], [-5, 7], [[0, -1], [1, 0]]))
        name = "scaled-big-endian-micrometers.nii"
        header = nibabel.Nifti1Header(endianness=">")
        header.set_data_dtype(">i2")
        header.set_xyzt_units("micron")
        affine = numpy.array([[0, -2, 0, 30], [3, 0, 0, -20], [0, 0, 5, 10], [0, 0, 0, 1.0]])
        image = nibabel.Nifti1Image(numpy.zeros((5, 6, 3), ">i2"), affine, header)
        image.header.set_qform(affine, 1)
        image.header.set_sform(None, 0)
        content = bytearray(352) + pattern((3, 6, 5), "int16").astype(">i2").tobytes()
        content[:348] = image.header.binaryblock[:348]
        struct.pack_into(">fff", content, 108, 352, 0.5, -10)
        content[344:348] = b"n+1\0"
        self.write(name, bytes(content))
        self.read(name, OWN, independent.read_nibabel(self.path(name)))
        name = "big-endian-colors.vtk"
        pixels = pattern((2, 3, 4, 3), "uint16")
        self.write(name, vtk(pixels, "uint16", "SCALARS colors unsigned_short 3"))
        self.read(name, OWN, independent.Answer(pixels, [0.5, 1.5, 2.5], [1, -2, 3], numpy.eye(3)))
        name = "big-endian-extended.mrc"
        pixels = pattern((3, 4, 5), "uint16")
        self.write(name, mrc(pixels, 6, ">", b"x" * 160))
        self.read(
            name,
            OWN,
            independent.Answer(independent.with_components(pixels), [2e-7, 2e-7, 2e-7]),
            values="spacing: 2 angstrom",
        )


def bmp_run_length():
    """Runs, plain pixels and a jump; the first row is the lowest."""
    colors = b"".join(bytes((level, 255 - level, level // 2, 0)) for level in range(256))
    data = (
        bytes([5, 10, 3, 200, 0, 0])
        + bytes([0, 4, 1, 2, 3, 4, 4, 77, 0, 0])
        + bytes([0, 2, 3, 0, 5, 99, 0, 0])
        + bytes([8, 250, 0, 0, 3, 7, 5, 8, 0, 1])
    )
    return bmp(8, 5, 8, data, colors, compression=1)


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "Files")
    os.makedirs(folder, exist_ok=True)
    collection = Collection(folder)
    collection.collect_dicom()
    collection.collect_nifti()
    collection.make_tiff()
    collection.make_pictures()
    collection.make_volumes()
    with open(os.path.join(folder, "expected.json"), "w", encoding="utf-8") as stream:
        json.dump(collection.answers, stream, indent=1, sort_keys=True, allow_nan=False)
        stream.write("\n")
    print(len(collection.answers), "files")


if __name__ == "__main__":
    main()
