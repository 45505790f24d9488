# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""What other programs' libraries read in an image file: the answer that the front door is held against.

Pixels are arrays of [slice, row, column, component]. Spacing, origin and direction are in millimeters along x, y, z of
patients' left, posterior and superior (LPS); None where the file states none. A direction's columns are the axes."""

import gzip
import hashlib
import io

import numpy

LPS_FROM_RAS = numpy.diag([-1.0, -1.0, 1.0])


class Answer:
    def __init__(self, pixels, spacing=None, origin=None, direction=None):
        self.pixels = pixels
        self.spacing = None if spacing is None else [float(number) for number in spacing]
        self.origin = None if origin is None else [float(number) for number in origin]
        self.direction = None if direction is None else numpy.asarray(direction, float).tolist()


def with_components(pixels, components=1):
    """[slice, row, column, component] of an array that lacks some of them."""
    pixels = numpy.asarray(pixels)
    if components == 1:
        pixels = pixels[..., None]
    while pixels.ndim < 4:
        pixels = pixels[None]
    return pixels


def read_pillow(path, mode=None):
    """An upright picture; `mode` is that of Pillow to which it is converted."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None
    with Image.open(path) as image:
        image = ImageOps.exif_transpose(image)
        if mode is not None:
            image = image.convert(mode)
        pixels = numpy.array(image)
    if pixels.dtype == bool:
        pixels = pixels.astype(numpy.uint8)
    return Answer(with_components(pixels, 1 if pixels.ndim == 2 else pixels.shape[2]))


def read_tifffile(path, spacing=None, components=1, **options):
    """All pages of the first series."""
    import tifffile

    pixels = tifffile.imread(path, **options)
    if pixels.dtype == numpy.float16:
        pixels = pixels.astype(numpy.float32)
    if pixels.dtype == bool:
        pixels = pixels.astype(numpy.uint8)
    return Answer(with_components(pixels, components), spacing)


def geometry_of_affine(affine, unit=1.0):
    """Of the matrix from indices to places in RAS."""
    matrix = LPS_FROM_RAS @ affine[:3, :3] * unit
    spacing = numpy.linalg.norm(matrix, axis=0)
    return spacing, LPS_FROM_RAS @ affine[:3, 3] * unit, matrix / spacing


def read_nibabel(path):
    import nibabel

    image = nibabel.load(path)
    pixels = numpy.asanyarray(image.dataobj)
    components = 1
    if pixels.dtype.names:
        components = len(pixels.dtype.names)
        pixels = numpy.stack([pixels[name] for name in pixels.dtype.names], -1)
    elif pixels.ndim == 5:
        components = pixels.shape[4]
        pixels = pixels[:, :, :, 0, :]
    axes = min(pixels.ndim - (components > 1), 3)
    order = tuple(reversed(range(axes)))
    pixels = numpy.transpose(
        pixels.reshape(pixels.shape[:axes] + pixels.shape[axes:]), order + ((axes,) if components > 1 else ())
    )
    unit = (
        {"meter": 1000.0, "micron": 0.001}.get(image.header.get_xyzt_units()[0], 1.0)
        if hasattr(image.header, "get_xyzt_units")
        else 1.0
    )
    return Answer(with_components(pixels, components), *geometry_of_affine(image.affine, unit))


def decode_frames(dataset):
    """What pydicom alone does not decompress."""
    import imagecodecs
    from pydicom.encaps import generate_frames

    decoders = {
        "1.2.840.10008.1.2.4.80": imagecodecs.jpegls_decode,
        "1.2.840.10008.1.2.4.81": imagecodecs.jpegls_decode,
        "1.2.840.10008.1.2.4.57": imagecodecs.ljpeg_decode,
        "1.2.840.10008.1.2.4.70": imagecodecs.ljpeg_decode,
        "1.2.840.10008.1.2.4.51": imagecodecs.jpeg_decode,
    }
    decode = decoders[dataset.file_meta.TransferSyntaxUID]
    frames = int(dataset.get("NumberOfFrames", 1) or 1)
    pixels = numpy.stack([decode(frame) for frame in generate_frames(dataset.PixelData, number_of_frames=frames)])
    return pixels.view(pixels.dtype.name.lstrip("u")) if dataset.PixelRepresentation == 1 else pixels


def functional_group(dataset, frame, name):
    """An item of a sequence that a frame of a multi-frame file has for itself or shares; None without it."""
    for groups, number in (("PerFrameFunctionalGroupsSequence", frame), ("SharedFunctionalGroupsSequence", 0)):
        items = dataset.get(groups) or []
        if number < len(items) and items[number].get(name):
            return items[number].get(name)[0]
    return None


def read_pydicom(path):
    """Pixels are rescaled as the file says."""
    import pydicom
    from pydicom.pixels import pixel_array

    with open(path, "rb") as stream:
        content = stream.read()
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    dataset = pydicom.dcmread(io.BytesIO(content), force=True)
    try:
        pixels = pixel_array(dataset)
    except (RuntimeError, NotImplementedError):
        pixels = decode_frames(dataset)
    samples = int(dataset.SamplesPerPixel)
    pixels = pixels.reshape((-1, int(dataset.Rows), int(dataset.Columns), samples))
    scales = []
    for frame in range(pixels.shape[0]):
        scale = functional_group(dataset, frame, "PixelValueTransformationSequence") or dataset
        slope = dataset.get("DoseGridScaling") or scale.get("RescaleSlope", 1) or 1
        scales.append((float(slope), float(scale.get("RescaleIntercept", 0) or 0)))
    if set(scales) != {(1.0, 0.0)}:
        slopes, intercepts = (numpy.reshape(numbers, (-1, 1, 1, 1)) for numbers in zip(*scales))
        pixels = pixels.astype(numpy.float64) * slopes + intercepts
    measures = functional_group(dataset, 0, "PixelMeasuresSequence") or dataset
    spacing = None
    if "PixelSpacing" in measures:
        down, across = (float(number) for number in measures.PixelSpacing)
        spacing = [across, down]
    origin = (functional_group(dataset, 0, "PlanePositionSequence") or dataset).get("ImagePositionPatient")
    orientation = (functional_group(dataset, 0, "PlaneOrientationSequence") or dataset).get("ImageOrientationPatient")
    direction = None
    if orientation:
        row, column = numpy.asarray(orientation, float).reshape(2, 3)
        direction = numpy.stack([row, column, numpy.cross(row, column)], 1)
    return Answer(pixels, spacing, origin, direction)


def read_pynrrd(path):
    import nrrd

    pixels, header = nrrd.read(path, index_order="C")
    kinds = header.get("kinds", ["domain"] * pixels.ndim)
    components = 1
    if kinds[0] not in ("domain", "space", "none", "???") and pixels.ndim == len(kinds):
        components = pixels.shape[-1]
    axes = pixels.ndim - (components > 1)
    if "space directions" in header:
        matrix = numpy.array([row for row in header["space directions"] if not numpy.isnan(row).any()]).T
        flip = {
            "left-posterior-superior": [1, 1, 1],
            "right-anterior-superior": [-1, -1, 1],
            "left-anterior-superior": [1, -1, 1],
            "LPS": [1, 1, 1],
            "RAS": [-1, -1, 1],
            "LAS": [1, -1, 1],
        }
        signs = numpy.array(flip.get(header.get("space"), [1] * axes)[:axes], float)
        unit = {"um": 0.001, "µm": 0.001, "micron": 0.001, "nm": 1e-6, "m": 1000.0}.get(
            str(header.get("space units", ["mm"])[0]).strip('"'), 1.0
        )
        matrix = signs[:, None] * matrix * unit
        spacing = numpy.linalg.norm(matrix, axis=0)
        origin = signs * numpy.asarray(header.get("space origin", [0] * axes)) * unit
        return Answer(with_components(pixels, components), spacing, origin, matrix / spacing)
    spacing = header.get("spacings")
    return Answer(with_components(pixels, components), None if spacing is None else spacing[-axes:])


def read_simpleitk(path, reader=""):
    """ITK's own readers, of another version."""
    import SimpleITK

    image = SimpleITK.ReadImage(path, imageIO=reader)
    dimension = image.GetDimension()
    pixels = with_components(SimpleITK.GetArrayFromImage(image), image.GetNumberOfComponentsPerPixel())
    return Answer(
        pixels, image.GetSpacing(), image.GetOrigin(), numpy.reshape(image.GetDirection(), (dimension, dimension))
    )


def summary(answer):
    """What a list of expected answers holds of an answer."""
    pixels = numpy.ascontiguousarray(answer.pixels)
    numbers = numpy.array(pixels, numpy.float64, order="C")
    is_number = numpy.isfinite(numbers)
    # One of the many numbers that are none.
    numbers[numpy.isnan(numbers)] = numpy.nan
    finite = numbers[is_number]
    size = [pixels.shape[2], pixels.shape[1]] + ([pixels.shape[0]] if pixels.shape[0] > 1 else [])
    return {
        "size": size,
        "components": pixels.shape[3],
        "type": pixels.dtype.newbyteorder("=").name,
        "spacing": answer.spacing,
        "origin": answer.origin,
        "direction": answer.direction,
        "minimum": float(finite.min()),
        "maximum": float(finite.max()),
        "mean": float(finite.mean()),
        "not finite": int(numbers.size - finite.size),
        "sha256": hashlib.sha256(numbers.tobytes()).hexdigest(),
    }
