# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""DICOM files of each kind for formats.py."""

import io
import itertools

import imagecodecs
import numpy
import pydicom
from independent import Answer, read_pydicom, with_components
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, generate_uid
from writers import pattern

EXPLICIT = "1.2.840.10008.1.2.1"
SYNTAXES = {
    "implicit": "1.2.840.10008.1.2",
    "explicit": EXPLICIT,
    "deflated": "1.2.840.10008.1.2.1.99",
    "big-endian": "1.2.840.10008.1.2.2",
    "run lengths": "1.2.840.10008.1.2.5",
    "JPEG": "1.2.840.10008.1.2.4.50",
    "lossless JPEG": "1.2.840.10008.1.2.4.70",
    "JPEG-LS": "1.2.840.10008.1.2.4.80",
    "JPEG 2000": "1.2.840.10008.1.2.4.90",
}


def dicom(
    pixels,
    photometric="MONOCHROME2",
    syntax="explicit",
    frames=None,
    stored=None,
    position=True,
    planar=0,
    uid="1.2.840.10008.5.1.4.1.1.7",
    **elements,
):
    """Bytes of a file of [row, column], [row, column, sample], or with frames before these."""
    shape = pixels.shape[1:] if frames else pixels.shape
    dataset = FileDataset(None, {}, file_meta=FileMetaDataset(), preamble=bytes(128))
    dataset.file_meta.TransferSyntaxUID = UID(SYNTAXES[syntax])
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = uid
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = generate_uid(entropy_srcs=["front door"])
    dataset.Modality = "OT"
    dataset.Rows, dataset.Columns = shape[:2]
    dataset.SamplesPerPixel = shape[2] if len(shape) == 3 else 1
    dataset.PhotometricInterpretation = photometric
    if dataset.SamplesPerPixel > 1:
        dataset.PlanarConfiguration = planar
    dataset.BitsAllocated = 8 * pixels.dtype.itemsize
    dataset.BitsStored = stored or dataset.BitsAllocated
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
    if frames:
        dataset.NumberOfFrames = frames
    if position:
        dataset.PixelSpacing = [0.75, 0.5]
        dataset.ImagePositionPatient = [10, -20, 30]
        dataset.ImageOrientationPatient = [0, 1, 0, 0, 0, -1]
    for name, value in elements.items():
        setattr(dataset, name, value)
    set_pixels(dataset, pixels, syntax, frames, planar)
    stream = io.BytesIO()
    pydicom.dcmwrite(stream, dataset, enforce_file_format=True)
    return stream.getvalue()


def set_pixels(dataset, pixels, syntax, frames, planar):
    encoders = {
        "lossless JPEG": imagecodecs.ljpeg_encode,
        "JPEG-LS": imagecodecs.jpegls_encode,
        "JPEG": lambda frame: imagecodecs.jpeg8_encode(frame, level=95),
        "JPEG 2000": lambda frame: imagecodecs.jpeg2k_encode(frame, codecformat="j2k", reversible=True),
    }
    each = pixels if frames else pixels[None]
    kind = "OB" if dataset.BitsAllocated <= 8 else "OW"
    if syntax in encoders:
        value = encapsulate([encoders[syntax](numpy.ascontiguousarray(frame)) for frame in each])
        dataset.add_new(0x7FE00010, "OB", value)
        dataset["PixelData"].is_undefined_length = True
        return
    if syntax == "run lengths":
        from pydicom.pixels.encoders import RLELosslessEncoder

        dataset.PixelData = encapsulate(
            [
                RLELosslessEncoder.encode(
                    numpy.ascontiguousarray(frame).tobytes(),
                    rows=dataset.Rows,
                    columns=dataset.Columns,
                    samples_per_pixel=dataset.SamplesPerPixel,
                    bits_allocated=dataset.BitsAllocated,
                    bits_stored=dataset.BitsStored,
                    pixel_representation=dataset.PixelRepresentation,
                    number_of_frames=1,
                    photometric_interpretation=dataset.PhotometricInterpretation,
                    planar_configuration=1,
                    transfer_syntax_uid=SYNTAXES["explicit"],
                )
                for frame in each
            ]
        )
        dataset["PixelData"].VR = "OB"
        dataset["PixelData"].is_undefined_length = True
        return
    order = ">" if syntax == "big-endian" else "<"
    if planar == 1:
        each = numpy.moveaxis(each, 3, 1)
    content = each.astype(each.dtype.newbyteorder(order)).tobytes()
    dataset.add_new(0x7FE00010, kind, content + b"\0" * (len(content) % 2))


def placed(pixels, components=1):
    """The answer for what dicom() writes with its position."""
    direction = numpy.array([[0, 0, -1], [1, 0, 0], [0, -1, 0]], float)
    return Answer(with_components(pixels, components), [0.5, 0.75], [10, -20, 30], direction)


def add_dicom(cells):
    cells.cell("other formats", "DICOM", "numbers of 8 and 16 bits, implicit, explicit and big-endian")
    for kind, syntax in itertools.product(("uint8", "int8", "uint16", "int16"), ("implicit", "explicit", "big-endian")):
        pixels = pattern((12, 10), kind)
        cells.add("a.dcm", dicom(pixels, syntax=syntax), placed(pixels))
    for name in ("CTImageStorage", "MRImageStorage", "UltrasoundImageStorage", "ComputedRadiographyImageStorage"):
        pixels = pattern((12, 10), "int16")
        cells.add("a.dcm", dicom(pixels, uid=getattr(pydicom.uid, name)), placed(pixels))
    cells.cell("other formats", "DICOM", "12 bits in 16")
    pixels = pattern((12, 10), "uint16") % 4096
    cells.add("a.dcm", dicom(pixels, stored=12), placed(pixels))
    cells.add("a.dcm", dicom(pixels.astype("int16") - 2048, stored=12), placed(pixels.astype("int16") - 2048))
    cells.cell("other formats", "DICOM", "32 bits")
    for kind in ("uint32", "int32"):
        pixels = pattern((12, 10), kind)
        cells.add("a.dcm", dicom(pixels), placed(pixels))
    cells.cell("other formats", "DICOM", "32 bits, big-endian")
    cells.add("a.dcm", dicom(pattern((12, 10), "uint32"), syntax="big-endian"), None)
    cells.cell("other formats", "DICOM", "one bit")
    bits = pattern((16, 16), "uint8", 1)
    packed = numpy.packbits(bits, bitorder="little").reshape(16, 2)
    cells.add("a.dcm", dicom(packed, Columns=16, BitsAllocated=1, BitsStored=1, HighBit=0), placed(bits))
    cells.cell("other formats", "DICOM", "rescaled numbers")
    for slope, intercept in ((1, -1024), (2, 0), (0.5, -3.25)):
        pixels = pattern((12, 10), "int16") // 8
        cells.add("a.dcm", dicom(pixels, RescaleSlope=slope, RescaleIntercept=intercept), read_pydicom, tolerance=1e-3)
    cells.cell("other formats", "DICOM", "white as the smallest number (turned so that larger is brighter)")
    pixels = pattern((12, 10), "uint8")
    cells.add("a.dcm", dicom(pixels, "MONOCHROME1"), placed(255 - pixels))
    pixels = pattern((12, 10), "uint16") % 4096
    cells.add("a.dcm", dicom(pixels, "MONOCHROME1", stored=12), placed(4095 - pixels))
    cells.cell("other formats", "DICOM", "RGB by pixel and by plane")
    colors = pattern((12, 10, 3), "uint8")
    for planar in (0, 1):
        cells.add("a.dcm", dicom(colors, "RGB", planar=planar), placed(colors, 3))
    cells.cell("other formats", "DICOM", "several frames")
    frames = pattern((4, 12, 10), "uint16")
    cells.add("a.dcm", dicom(frames, frames=4), placed(frames))
    cells.add(
        "a.dcm", dicom(pattern((4, 12, 10, 3), "uint8"), "RGB", frames=4), placed(pattern((4, 12, 10, 3), "uint8"), 3)
    )
    cells.cell("other formats", "DICOM", "deflated as a whole")
    cells.add("a.dcm", dicom(frames[0], syntax="deflated"), placed(frames[0]))
    cells.cell("other formats", "DICOM", "run lengths")
    for kind in ("uint8", "uint16", "int16"):
        pixels = pattern((12, 10), kind)
        cells.add("a.dcm", dicom(pixels, syntax="run lengths"), placed(pixels))
    cells.add("a.dcm", dicom(colors, "RGB", syntax="run lengths"), placed(colors, 3))
    cells.cell("other formats", "DICOM", "lossless JPEG, JPEG-LS, JPEG 2000")
    for syntax, kind in itertools.product(("lossless JPEG", "JPEG-LS", "JPEG 2000"), ("uint8", "uint16")):
        pixels = pattern((32, 40), kind)
        cells.add("a.dcm", dicom(pixels, syntax=syntax), placed(pixels))
        cells.add("a.dcm", dicom(numpy.stack([pixels] * 3), syntax=syntax, frames=3), placed(numpy.stack([pixels] * 3)))
    cells.cell("other formats", "DICOM", "JPEG")
    y, x = numpy.mgrid[:32, :40]
    smooth = (x * 3 + y).astype(numpy.uint8)
    cells.add("a.dcm", dicom(smooth, syntax="JPEG"), placed(smooth), tolerance=4)
    cells.cell("other formats", "DICOM", "a file that states no spacing (no spacing)")
    pixels = pattern((12, 10), "uint16")
    cells.add("a.dcm", dicom(pixels, position=False), Answer(with_components(pixels)))
    cells.cell("other formats", "DICOM", "no pixels")
    empty = pydicom.dcmread(io.BytesIO(dicom(pixels)))
    del empty.PixelData
    stream = io.BytesIO()
    empty.save_as(stream)
    cells.add("a.dcm", stream.getvalue(), None)
