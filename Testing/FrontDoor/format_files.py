# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Files of each format and property for formats.py."""

import gzip
import io
import itertools
import os
import struct
import tempfile

import imagecodecs
import nibabel
import numpy
import SimpleITK
import tifffile
from format_dicom import add_dicom
from independent import (
    Answer,
    geometry_of_affine,
    read_nibabel,
    read_pillow,
    read_pynrrd,
    read_tifffile,
    with_components,
)
from PIL import Image
from writers import bmp, mrc, packed_rows, pattern, png, tiff, tiff_packed, vtk

EVERY_NUMBER = (
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "int8",
    "int16",
    "int32",
    "int64",
    "float16",
    "float32",
    "float64",
)
RED_BLUE = numpy.array([[number * 37 % 256, 255 - number, number * 11 % 256] for number in range(256)], numpy.uint16)


def make_files(cells):
    add_tiff(cells)
    add_png(cells)
    add_jpeg(cells)
    add_bmp(cells)
    add_meta_image(cells)
    add_nrrd(cells)
    add_nifti(cells)
    add_dicom(cells)
    add_vtk(cells)
    add_others(cells)


def answer_of(pixels, components=1):
    pixels = numpy.asarray(pixels)
    if pixels.dtype == numpy.float16:
        pixels = pixels.astype(numpy.float32)
    return Answer(with_components(pixels, components))


# TIFF.


def write_tiff(pixels, **how):
    how = {"photometric": "minisblack", "metadata": None, **how}
    return lambda path: tifffile.imwrite(path, pixels, **how)


def add_tiff(cells):
    add_tiff_numbers(cells)
    add_tiff_colors(cells)
    add_tiff_layouts(cells)
    add_tiff_compressions(cells)
    add_tiff_pages(cells)
    add_tiff_spacings(cells)


def add_tiff_numbers(cells):
    cells.cell("TIFF", "numbers", "1, 2, 4, 6, 7, 10, 12 and 14 bits, unsigned")
    for bits, order in itertools.product((1, 2, 4, 6, 7, 10, 12, 14), "<>"):
        pixels = pattern((7, 13), "uint8" if bits <= 8 else "uint16", (1 << bits) - 1)
        cells.add("a.tif", tiff_packed(pixels, bits, order=order), read_or(answer_of(pixels), bits))
    for kinds, name in (
        (EVERY_NUMBER[:4], "8, 16, 32 and 64 bits, unsigned"),
        (EVERY_NUMBER[4:8], "8, 16, 32 and 64 bits, signed"),
        (EVERY_NUMBER[8:], "real numbers of 16, 32 and 64 bits"),
    ):
        cells.cell("TIFF", "numbers", name)
        for kind, order, tile in itertools.product(kinds, "<>", (None, (16, 16))):
            pixels = pattern((35, 21), kind)
            cells.add(
                "a.tif",
                write_tiff(pixels, byteorder=order, tile=tile, rowsperstrip=None if tile else 4),
                answer_of(pixels),
            )
    cells.cell("TIFF", "numbers", "24 bits")
    rows = pattern((5, 6 * 3), "uint8").tobytes()
    for number_format in (1, 3):
        tags = [(258, 3, [24]), (259, 3, [1]), (262, 3, [1]), (277, 3, [1]), (339, 3, [number_format])]
        cells.add("a.tif", tiff(6, 5, [rows], tags), None)
    cells.cell("TIFF", "numbers", "complex")
    cells.add("a.tif", write_tiff(pattern((5, 6), "complex64")), None)


def read_or(answer, bits):
    """tifffile unpacks most numbers of bits: where it does, it must agree with what was packed."""

    def read(path):
        if bits != 1:
            assert numpy.array_equal(read_tifffile(path).pixels, answer.pixels), bits
        return answer

    return read


def add_tiff_colors(cells):
    gray = pattern((19, 23), "uint8")
    cells.cell("TIFF", "colors", "gray; white as 0 (turned so that larger is brighter)")
    for kind in ("uint8", "uint16", "uint32"):
        pixels = pattern((19, 23), kind)
        cells.add("a.tif", write_tiff(pixels), answer_of(pixels))
        cells.add("a.tif", write_tiff(pixels, photometric="miniswhite"), answer_of(numpy.iinfo(kind).max - pixels))
    cells.add("a.tif", tiff_packed(gray % 16, 4, photometric=0), answer_of(15 - gray % 16))
    cells.cell("TIFF", "colors", "RGB")
    for kind, planar in itertools.product(("uint8", "uint16", "float32"), ("contig", "separate")):
        pixels = pattern((19, 23, 3), kind)
        shown = pixels if planar == "contig" else numpy.moveaxis(pixels, 2, 0)
        cells.add("a.tif", write_tiff(shown, photometric="rgb", planarconfig=planar), answer_of(pixels, 3))
    cells.cell("TIFF", "colors", "color table (colors as an image, entries as labels)")
    for bits in (1, 2, 4, 8):
        entries = pattern((19, 23), "uint8", (1 << bits) - 1)
        content = tiff_packed(entries, bits, 3, palette=RED_BLUE[: 1 << bits] * 257)
        cells.add("a.tif", content, answer_of(RED_BLUE[entries].astype(numpy.uint8), 3))
        cells.add("a.tif", content, answer_of(entries), labels=True)
    cells.cell("TIFF", "colors", "CMYK (as RGB)")
    pixels = pattern((19, 23, 4), "uint8")
    cells.add(
        "a.tif",
        write_tiff(pixels, photometric="separated", extrasamples=()),
        lambda path: read_pillow(path, "RGB"),
        tolerance=1,
    )
    cells.cell("TIFF", "colors", "opacity, which is dropped")
    for kind, name in itertools.product(("uint8", "uint16"), ("unassalpha", "assocalpha")):
        pixels = pattern((19, 23, 4), kind)
        cells.add("a.tif", write_tiff(pixels, photometric="rgb", extrasamples=[name]), answer_of(pixels[..., :3], 3))
        cells.add(
            "a.tif",
            write_tiff(pixels[..., :2], planarconfig="contig", extrasamples=[name]),
            answer_of(pixels[..., :1], 3),
        )
    cells.cell("TIFF", "colors", "further samples (channels)")
    pixels = pattern((19, 23, 5), "uint16")
    cells.add("a.tif", write_tiff(pixels, photometric="rgb", extrasamples=["unspecified"] * 2), answer_of(pixels, 5))
    cells.add(
        "a.tif", write_tiff(pixels, planarconfig="contig", extrasamples=["unspecified"] * 4), answer_of(pixels, 5)
    )
    cells.add(
        "a.tif",
        write_tiff(numpy.moveaxis(pixels, 2, 0), planarconfig="separate", extrasamples=["unspecified"] * 4),
        answer_of(pixels, 5),
    )
    cells.cell("TIFF", "colors", "YCbCr of JPEG, halved and not")
    smooth = smooth_picture(37, 45)
    for halving in ((1, 1), (2, 2), (2, 1)):
        for tile in (None, (16, 32)):
            cells.add(
                "a.tif",
                write_tiff(
                    smooth,
                    photometric="ycbcr",
                    compression="jpeg",
                    subsampling=halving,
                    compressionargs={"level": 95, "subsampling": halving_name(halving)},
                    tile=tile,
                    rowsperstrip=None if tile else 16,
                ),
                lambda path: read_tifffile(path, components=3),
                tolerance=2,
            )
    for kind, name in ((8, "CIE Lab"), (32845, "LogLuv")):
        cells.cell("TIFF", "colors", name)
        cells.add("a.tif", write_tiff(pattern((19, 23, 3), "uint8"), photometric=kind, planarconfig="contig"), None)


def halving_name(halving):
    return {(1, 1): "444", (2, 1): "422", (2, 2): "420"}[halving]


def smooth_picture(height, width, components=3):
    y, x = numpy.mgrid[:height, :width]
    channels = [x * 3 + y, 200 - 2 * x + y, 40 + 4 * y - x, 128 + 60 * numpy.sin(x / 9 + y / 7)][:components]
    return numpy.clip(numpy.stack(channels, -1), 0, 255).astype(numpy.uint8)


def add_tiff_layouts(cells):
    pixels = pattern((37, 45), "uint16")
    colors = pattern((37, 45, 3), "uint8")
    cells.cell("TIFF", "layout", "strips, the last one shorter")
    for rows in (1, 5, 36, 37):
        cells.add("a.tif", write_tiff(pixels, rowsperstrip=rows), answer_of(pixels))
        cells.add(
            "a.tif",
            write_tiff(colors, photometric="rgb", rowsperstrip=rows, compression="deflate"),
            answer_of(colors, 3),
        )
    cells.cell("TIFF", "layout", "tiles")
    for tile in ((16, 16), (32, 16), (48, 64)):
        cells.add("a.tif", write_tiff(pixels, tile=tile), answer_of(pixels))
        cells.add("a.tif", write_tiff(colors, photometric="rgb", tile=tile, compression="lzw"), answer_of(colors, 3))
    cells.cell("TIFF", "layout", "planes of samples")
    for tile, compression in itertools.product((None, (16, 32)), (None, "zstd")):
        cells.add(
            "a.tif",
            write_tiff(
                numpy.moveaxis(colors, 2, 0),
                photometric="rgb",
                planarconfig="separate",
                tile=tile,
                compression=compression,
            ),
            answer_of(colors, 3),
        )
    cells.cell("TIFF", "layout", "both byte orders; BigTIFF")
    for order, big in itertools.product("<>", (False, True)):
        cells.add("a.tif", write_tiff(pixels, byteorder=order, bigtiff=big), answer_of(pixels))
    cells.cell("TIFF", "layout", "bits from the other end")
    cells.add("a.tif", tiff_packed(pixels % 2, 1, least_first=True), answer_of((pixels % 2).astype(numpy.uint8)))
    cells.add("a.tif", tiff_packed(pixels % 256, 8, least_first=True), answer_of((pixels % 256).astype(numpy.uint8)))
    cells.cell("TIFF", "layout", "one row, one column, one pixel")
    for shape in ((1, 45), (37, 1), (1, 1), (3, 5)):
        part = pattern(shape, "uint16")
        cells.add("a.tif", write_tiff(part), answer_of(part))
        cells.add("a.tif", write_tiff(part, tile=(16, 16), compression="deflate", predictor=2), answer_of(part))
    turns = {
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: swapped(a),
        6: lambda a: swapped(a)[:, ::-1],
        7: lambda a: swapped(a)[::-1, ::-1],
        8: lambda a: swapped(a)[::-1],
    }
    cells.cell("TIFF", "layout", "orientation (applied)")
    for orientation, turn in turns.items():
        tags = [(274, "H", 1, orientation, True)]
        cells.add("a.tif", write_tiff(pixels, extratags=tags), answer_of(turn(pixels)))
        cells.add(
            "a.tif", write_tiff(colors, photometric="rgb", extratags=tags, tile=(16, 16)), answer_of(turn(colors), 3)
        )
    cells.cell("TIFF", "layout", "empty tiles")
    tiles = [pattern((16, 16), "uint8"), None, None, pattern((16, 16), "uint8")]
    cells.add(
        "a.tif",
        lambda path: tifffile.imwrite(
            path, iter(tiles), shape=(32, 32), dtype="uint8", tile=(16, 16), photometric="minisblack", metadata=None
        ),
        None,
    )


def swapped(pixels):
    return numpy.swapaxes(pixels, 0, 1)


def add_tiff_compressions(cells):
    for name in ("none", "LZW", "deflate", "zstd", "PackBits", "LZMA"):
        cells.cell("TIFF", "compression", name)
        for kind, tile in itertools.product(("uint8", "uint16", "float32"), (None, (32, 16))):
            pixels = pattern((35, 41, 3), kind)
            compression = None if name == "none" else name.lower()
            cells.add(
                "a.tif", write_tiff(pixels, photometric="rgb", compression=compression, tile=tile), answer_of(pixels, 3)
            )
    cells.cell("TIFF", "compression", "differences before LZW, deflate, zstd, LZMA")
    for name, kind, order in itertools.product(
        ("lzw", "deflate", "zstd", "lzma"), ("uint8", "uint16", "uint32", "uint64", "int16"), "<>"
    ):
        pixels = pattern((35, 41), kind)
        cells.add("a.tif", write_tiff(pixels, compression=name, predictor=2, byteorder=order), answer_of(pixels))
    cells.cell("TIFF", "compression", "differences of real numbers")
    for name, kind, order in itertools.product(("lzw", "deflate", "zstd"), ("float32", "float64", "float16"), "<>"):
        pixels = pattern((35, 41, 3), kind)
        cells.add(
            "a.tif",
            write_tiff(pixels, photometric="rgb", compression=name, predictor=3, byteorder=order),
            answer_of(pixels, 3),
        )
    cells.cell("TIFF", "compression", "CCITT of group 3 and 4")
    bits = pattern((35, 41), "uint8") > 120
    for name in ("group3", "group4", "tiff_ccitt"):
        cells.add(
            "a.tif",
            lambda path, name=name: Image.fromarray(bits).save(path, compression=name),
            answer_of(bits.astype(numpy.uint8)),
        )
    cells.cell("TIFF", "compression", "JPEG")
    smooth = smooth_picture(37, 45)
    for pixels, color in ((smooth[..., 0], "minisblack"), (smooth, "rgb")):
        cells.add(
            "a.tif",
            write_tiff(pixels, photometric=color, compression="jpeg", tile=(32, 32)),
            lambda path, count=pixels.ndim * 2 - 3: read_tifffile(path, components=count),
            tolerance=2,
        )
    cells.cell("TIFF", "compression", "WebP")
    cells.add(
        "a.tif",
        write_tiff(smooth, photometric="rgb", compression="webp", compressionargs={"lossless": True}, tile=(32, 32)),
        answer_of(smooth, 3),
    )
    cells.cell("TIFF", "compression", "LERC")
    for kind in ("uint8", "uint16", "float32"):
        pixels = pattern((37, 45), kind)
        cells.add("a.tif", write_tiff(pixels, compression="lerc"), answer_of(pixels))
    for name, compression in (("JPEG 2000", "jpeg2000"), ("JPEG XR", "jpegxr"), ("JPEG XL", "jpegxl")):
        cells.cell("TIFF", "compression", name)
        cells.add("a.tif", write_tiff(smooth, photometric="rgb", compression=compression), None)


def add_tiff_pages(cells):
    stack = pattern((4, 19, 23), "uint16")
    cells.cell("TIFF", "pages", "several of one kind (a volume)")
    for how in ({}, {"compression": "deflate"}, {"tile": (16, 16)}):
        cells.add("a.tif", write_tiff(stack, **how), answer_of(stack))
    colors = pattern((3, 19, 23, 3), "uint8")
    cells.add("a.tif", write_tiff(colors, photometric="rgb"), answer_of(colors, 3))
    cells.cell("TIFF", "pages", "pages that differ")
    for other in (pattern((10, 12), "uint16"), pattern((19, 23), "uint8")):
        cells.add("a.tif", lambda path, other=other: write_pages(path, [stack[0], other]), None)
    cells.cell("TIFF", "pages", "a pyramid (any level)")
    levels = [pattern((64, 96), "uint8"), pattern((32, 48), "uint8"), pattern((16, 24), "uint8")]
    for number, level in enumerate(levels):
        cells.add("a.tif", lambda path: write_pyramid(path, levels), answer_of(level), level=number)
        cells.add("a.tif", lambda path: write_reduced(path, levels), answer_of(level), level=number)
    cells.cell("TIFF", "pages", "a stack of ImageJ, also with one directory")
    cells.add("a.tif", imagej(stack, "ZYX"), answer_of(stack))
    cells.add("a.tif", lambda path: write_one_directory(path, stack), answer_of(stack))
    cells.cell("TIFF", "pages", "ImageJ's and OME's channels (as components)")
    many = pattern((3, 2, 19, 23), "uint16")
    cells.add("a.tif", imagej(many, "ZCYX"), answer_of(numpy.moveaxis(many, 1, 3), 2))
    cells.add("a.tif", imagej(many[0], "CYX"), answer_of(numpy.moveaxis(many[0], 0, 2), 2))
    cells.add("a.ome.tif", ome(many, "ZCYX"), answer_of(numpy.moveaxis(many, 1, 3), 2))
    cells.add("a.ome.tif", ome(numpy.swapaxes(many, 0, 1), "CZYX"), answer_of(numpy.moveaxis(many, 1, 3), 2))
    cells.cell("TIFF", "pages", "an OME image of one channel, of RGB")
    cells.add("a.ome.tif", ome(stack, "ZYX"), answer_of(stack))
    cells.add("a.ome.tif", ome(stack, "ZYX", tile=(16, 16), compression="zstd"), answer_of(stack))
    cells.add("a.ome.tif", ome(colors[0], "YXS", photometric="rgb"), answer_of(colors[0], 3))
    cells.cell("TIFF", "pages", "several times")
    cells.add("a.tif", imagej(stack, "TYX"), None)
    cells.add("a.ome.tif", ome(stack, "TYX"), None)
    cells.cell("TIFF", "pages", "several OME images")
    cells.add("a.ome.tif", lambda path: write_two_ome(path, stack), None)


def write_pages(path, pages):
    with tifffile.TiffWriter(path) as writer:
        for page in pages:
            writer.write(page, photometric="minisblack", metadata=None, contiguous=False)


def write_pyramid(path, levels):
    with tifffile.TiffWriter(path) as writer:
        writer.write(levels[0], photometric="minisblack", metadata=None, tile=(16, 16), subifds=len(levels) - 1)
        for level in levels[1:]:
            writer.write(level, photometric="minisblack", metadata=None, tile=(16, 16), subfiletype=1)


def write_reduced(path, levels):
    with tifffile.TiffWriter(path) as writer:
        for number, level in enumerate(levels):
            writer.write(level, photometric="minisblack", metadata=None, subfiletype=int(number > 0))


def imagej(pixels, axes, **metadata):
    how = {key: metadata.pop(key) for key in ("resolution",) if key in metadata}
    return lambda path: tifffile.imwrite(path, pixels, imagej=True, metadata={"axes": axes, **metadata}, **how)


def write_one_directory(path, stack):
    """As ImageJ writes stacks of more than four gigabytes: planes follow the first, which alone has a directory."""
    imagej(stack, "ZYX")(path)
    with tifffile.TiffFile(path) as file:
        first, begin = file.pages[0], file.pages[0].offset
    count = len(first.tags)
    with open(path, "r+b") as stream:
        stream.seek(begin + 2 + 12 * count)
        stream.write(bytes(4))


def ome(pixels, axes, **how):
    metadata = {"axes": axes, **how.pop("metadata", {})}
    how = {"photometric": "minisblack", **how}
    return lambda path: tifffile.imwrite(path, pixels, ome=True, metadata=metadata, **how)


def write_two_ome(path, stack):
    with tifffile.TiffWriter(path, ome=True) as writer:
        for part in (stack[:2], stack[2:]):
            writer.write(part, photometric="minisblack", metadata={"axes": "ZYX"})


def add_tiff_spacings(cells):
    pixels = pattern((3, 19, 23), "uint8")
    cells.cell("TIFF", "spacing", "stated by ImageJ, OME or Aperio")
    plain = answer_of(pixels).pixels
    cells.add(
        "a.tif",
        imagej(pixels, "ZYX", spacing=1.5, unit="um", resolution=(4.0, 2.0)),
        Answer(plain, [0.00025, 0.0005, 0.0015]),
    )
    sizes = {
        "PhysicalSizeX": 0.25,
        "PhysicalSizeY": 500.0,
        "PhysicalSizeZ": 1.5,
        "PhysicalSizeXUnit": "µm",
        "PhysicalSizeYUnit": "nm",
        "PhysicalSizeZUnit": "mm",
    }
    cells.add("a.ome.tif", ome(pixels, "ZYX", metadata=sizes), Answer(plain, [0.00025, 0.0005, 1.5]))
    cells.add(
        "a.tif",
        write_tiff(pixels[0], description="Aperio Image Library|AppMag = 20|MPP = 0.5"),
        Answer(plain[:1], [0.0005, 0.0005]),
    )
    cells.cell("TIFF", "spacing", "a density for printing (no spacing)")
    cells.add("a.tif", write_tiff(pixels[0], resolution=(300, 300), resolutionunit="inch"), Answer(plain[:1]))
    cells.add("a.tif", write_tiff(pixels[0], resolution=(10000, 10000), resolutionunit="centimeter"), Answer(plain[:1]))


# Pictures.


def add_png(cells):
    gray = pattern((17, 22), "uint16")
    cells.cell("other formats", "PNG", "gray of 8 and 16 bits, also interlaced")
    for bits, interlaced in itertools.product((8, 16), (False, True)):
        pixels = gray.astype(f"uint{bits}")
        cells.add("a.png", png(pixels, bits, 0, interlaced), answer_of(pixels))
    cells.cell("other formats", "PNG", "gray of 1, 2 and 4 bits (spread over 0 to 255), also interlaced")
    for bits, interlaced in itertools.product((1, 2, 4), (False, True)):
        cells.add("a.png", png(gray % (1 << bits), bits, 0, interlaced), lambda path: read_pillow(path, "L"))
    cells.cell("other formats", "PNG", "RGB of 8 and 16 bits")
    for bits, interlaced in itertools.product((8, 16), (False, True)):
        pixels = pattern((17, 22, 3), f"uint{bits}")
        cells.add("a.png", png(pixels, bits, 2, interlaced), answer_of(pixels, 3))
        cells.add("a.png", imagecodecs.png_encode(pixels), answer_of(pixels, 3))
    cells.cell("other formats", "PNG", "opacity, which is dropped")
    for bits, components in itertools.product((8, 16), (2, 4)):
        pixels = pattern((17, 22, components), f"uint{bits}")
        cells.add("a.png", png(pixels, bits, 4 if components == 2 else 6), answer_of(pixels[..., :-1], 3))
    pixels = pattern((17, 22), "uint8")
    cells.add("a.png", png(pixels, 8, 0, chunks=[(b"tRNS", struct.pack(">H", 5))]), answer_of(pixels))
    cells.cell("other formats", "PNG", "color table of 1, 2, 4 and 8 bits (colors as an image, entries as labels)")
    for bits, interlaced in itertools.product((1, 2, 4, 8), (False, True)):
        entries = (gray % (1 << bits)).astype(numpy.uint8)
        table = RED_BLUE[: 1 << bits].astype(numpy.uint8)
        content = png(entries, bits, 3, interlaced, [(b"PLTE", table.tobytes())])
        cells.add("a.png", content, answer_of(table[entries], 3))
        cells.add("a.png", content, answer_of(entries), labels=True)
        content = png(entries, bits, 3, interlaced, [(b"PLTE", table.tobytes()), (b"tRNS", b"\0\x80")])
        cells.add("a.png", content, answer_of(table[entries], 3))
    cells.cell("other formats", "PNG", "a density for printing (no spacing)")
    cells.add("a.png", png(pixels, 8, 0, chunks=[(b"pHYs", struct.pack(">IIB", 11811, 11811, 1))]), answer_of(pixels))
    cells.cell("other formats", "PNG", "a wrong check sum")
    content = bytearray(png(pixels, 8, 0))
    content[-20] ^= 1
    cells.add("a.png", bytes(content), None)


def add_jpeg(cells):
    smooth = smooth_picture(37, 45)
    cells.cell("other formats", "JPEG", "gray, RGB, YCbCr halved and not, progressive")
    for pixels, options in itertools.product(
        (smooth, smooth[..., 0]),
        ({"subsampling": 0}, {"subsampling": 1}, {"subsampling": 2}, {"progressive": True}, {"quality": 30}),
    ):
        cells.add("a.jpg", jpeg(pixels, **options), read_pillow)
    cells.add("a.jpg", jpeg(smooth, keep_rgb=True, subsampling=0), read_pillow)
    cells.cell("other formats", "JPEG", "CMYK (as RGB)")
    inks = Image.fromarray(smooth_picture(37, 45, 4), "CMYK")
    cells.add("a.jpg", lambda path: inks.save(path, quality=95), lambda path: read_pillow(path, "RGB"), tolerance=2)
    cells.cell("other formats", "JPEG", "orientation of EXIF (applied)")
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        cells.add("a.jpg", jpeg(smooth, exif=exif), read_pillow)
    cells.cell("other formats", "JPEG", "lossless; JPEG-LS")
    gray = pattern((37, 45), "uint16") % 4096
    cells.add("a.jpg", imagecodecs.ljpeg_encode(gray), None)
    cells.add("a.jpg", imagecodecs.jpegls_encode(gray), None)


def jpeg(pixels, **options):
    return lambda path: Image.fromarray(pixels).save(path, **{"quality": 90, **options})


def add_bmp(cells):
    pixels = pattern((9, 13), "uint8")
    cells.cell("other formats", "BMP", "gray; color tables of 1, 4 and 8 bits")
    for bits in (1, 4, 8):
        entries = pattern((9, 13), "uint8", (1 << bits) - 1)
        table = RED_BLUE[: 1 << bits].astype(numpy.uint8)
        rows = b"".join(row.ljust(-(-len(row) // 4) * 4, b"\0") for row in packed_rows(entries[::-1], bits))
        colors = b"".join(bytes((int(blue), int(green), int(red), 0)) for red, green, blue in table)
        content = bmp(13, 9, bits, rows, colors)
        cells.add("a.bmp", content, answer_of(table[entries], 3))
        cells.add("a.bmp", content, answer_of(entries), labels=True)
    cells.add("a.bmp", lambda path: Image.fromarray(pixels).save(path), answer_of(pixels))
    cells.cell("other formats", "BMP", "24 bits, 32 bits, rows from above")
    colors = pattern((9, 13, 3), "uint8")
    cells.add("a.bmp", lambda path: Image.fromarray(colors).save(path), answer_of(colors, 3))
    data = numpy.concatenate([colors[..., ::-1], numpy.zeros((9, 13, 1), numpy.uint8)], -1)
    cells.add("a.bmp", bmp(13, 9, 32, data[::-1].tobytes()), answer_of(colors, 3))
    cells.add("a.bmp", bmp(13, -9, 32, data.tobytes()), answer_of(colors, 3))
    cells.cell("other formats", "BMP", "16 bits")
    numbers = pattern((9, 14), "uint16")
    cells.add("a.bmp", bmp(14, 9, 16, numbers[::-1].tobytes()), lambda path: read_pillow(path, "RGB"))


# Volumes.


def volume(kind="int16", components=1, dimension=3):
    shape = (4, 6, 5)[3 - dimension :] + ((components,) if components > 1 else ())
    image = SimpleITK.GetImageFromArray(pattern(shape, kind), isVector=components > 1)
    image.SetSpacing((0.5, 0.75, 2.0)[:dimension])
    image.SetOrigin((-10.5, 20.25, 30.0)[:dimension])
    image.SetDirection((0, -1, 0, 0, 0, -1, 1, 0, 0) if dimension == 3 else (0, -1, 1, 0))
    return image


def expected_of(image):
    dimension = image.GetDimension()
    pixels = with_components(SimpleITK.GetArrayFromImage(image), image.GetNumberOfComponentsPerPixel())
    return Answer(
        pixels, image.GetSpacing(), image.GetOrigin(), numpy.reshape(image.GetDirection(), (dimension, dimension))
    )


def simpleitk(image, **how):
    return lambda path: SimpleITK.WriteImage(image, path, **how)


ITK_NUMBERS = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64")


def add_meta_image(cells):
    cells.cell("other formats", "MetaImage", "every number of 8 to 64 bits")
    for kind in ITK_NUMBERS:
        cells.add("a.mha", simpleitk(volume(kind)), expected_of(volume(kind)))
    cells.cell("other formats", "MetaImage", "pixels in another file")
    cells.add("a.mhd", simpleitk(volume()), expected_of(volume()))
    cells.cell("other formats", "MetaImage", "compressed")
    for name, kind in itertools.product(("a.mha", "a.mhd"), ("uint8", "float64")):
        cells.add(name, simpleitk(volume(kind), useCompression=True), expected_of(volume(kind)))
    cells.cell("other formats", "MetaImage", "several components, two dimensions")
    for components, dimension in itertools.product((2, 3, 5), (2, 3)):
        image = volume("uint16", components, dimension)
        cells.add("a.mha", simpleitk(image), expected_of(image))
    cells.cell("other formats", "MetaImage", "big-endian")
    right = expected_of(volume("uint16"))
    big = right.pixels.astype(">u2").tobytes()
    cells.add("a.mha", meta_image("MET_USHORT", "BinaryDataByteOrderMSB = True\n") + big, right)
    cells.cell("other formats", "MetaImage", "a header that leaves out bytes before the pixels")
    cells.add("a.mha", meta_image("MET_USHORT", "HeaderSize = -1\n") + b"12345" + right.pixels.tobytes(), right)
    cells.cell("other formats", "MetaImage", "pixels as text")
    text = " ".join(str(value) for value in right.pixels.ravel().tolist())
    cells.add("a.mha", meta_image("MET_USHORT", "", is_text=True) + text.encode() + b"\n", right)
    cells.cell("other formats", "MetaImage", "slices in a list of files")

    def write_list(path):
        with open(path, "wb") as stream:
            stream.write(meta_image("MET_USHORT", "", place="LIST\ns0.raw\ns1.raw\ns2.raw\ns3.raw"))
        for number, part in enumerate(right.pixels):
            part.tofile(path.replace("a.mhd", f"s{number}.raw"))

    cells.add("a.mhd", write_list, right)

    def write_numbered(path):
        write_list(path)
        with open(path, "wb") as stream:
            stream.write(meta_image("MET_USHORT", "", place="s%d.raw 0 3 1"))

    cells.add("a.mhd", write_numbered, right)

    def write_short(path):
        write_list(path)
        with open(path.replace("a.mhd", "s2.raw"), "r+b") as stream:
            stream.truncate(10)

    cells.cell("other formats", "MetaImage", "a file of a slice that ends early")
    cells.add("a.mhd", write_short, None)


def meta_image(kind, lines, is_text=False, place="LOCAL"):
    """The header of volume()."""
    return (
        f"ObjectType = Image\nNDims = 3\nBinaryData = {not is_text}\n{lines}"
        "TransformMatrix = 0 0 1 -1 0 0 0 -1 0\nOffset = -10.5 20.25 30\nElementSpacing = 0.5 0.75 2\n"
        f"DimSize = 5 6 4\nElementType = {kind}\nElementDataFile = {place}\n"
    ).encode()


def nrrd_header(kind, lines, sizes="5 6 4", dimension=3):
    return (f"NRRD0005\ntype: {kind}\ndimension: {dimension}\nsizes: {sizes}\n" + lines + "\n").encode()


def add_nrrd(cells):
    cells.cell("other formats", "NRRD", "every number of 8 to 64 bits")
    for kind in ITK_NUMBERS:
        cells.add("a.nrrd", simpleitk(volume(kind)), read_pynrrd)
    cells.cell("other formats", "NRRD", "compressed by gzip")
    for kind in ("uint8", "float64"):
        cells.add("a.nrrd", simpleitk(volume(kind), useCompression=True), read_pynrrd)
    pixels = pattern((4, 6, 5), "int16")
    place = "space directions: (0,0.5,0) (0,0,0.75) (-2,0,0)\nspace origin: (1,-2,3)\n"
    lps = "space: left-posterior-superior\n" + place
    cells.cell("other formats", "NRRD", "both byte orders; text; hexadecimal")
    cells.add(
        "a.nrrd",
        nrrd_header("short", lps + "endian: big\nencoding: raw\n") + pixels.astype(">i2").tobytes(),
        read_pynrrd,
    )
    text = " ".join(str(value) for value in pixels.ravel().tolist()).encode()
    cells.add("a.nrrd", nrrd_header("short", lps + "encoding: text\n") + text + b"\n", read_pynrrd)
    cells.add(
        "a.nrrd",
        nrrd_header("short", lps + "endian: little\nencoding: hex\n") + pixels.tobytes().hex().encode(),
        Answer(with_components(pixels), [0.5, 0.75, 2], [1, -2, 3], [[0, 0, -1], [1, 0, 0], [0, 1, 0]]),
    )
    cells.cell("other formats", "NRRD", "RAS, LAS, other units of length, several components, two dimensions")
    for space in ("right-anterior-superior", "left-anterior-superior", "LPS", "RAS"):
        cells.add(
            "a.nrrd",
            nrrd_header("short", f"space: {space}\n{place}endian: little\nencoding: raw\n") + pixels.tobytes(),
            read_pynrrd,
        )
    for unit in ("um", "mm", "nm"):
        lines = lps + f'space units: "{unit}" "{unit}" "{unit}"\nendian: little\nencoding: raw\n'
        cells.add("a.nrrd", nrrd_header("short", lines) + pixels.tobytes(), read_pynrrd)
    for components, dimension in itertools.product((2, 3, 5), (2, 3)):
        image = volume("uint16", components, dimension)
        cells.add("a.nrrd", simpleitk(image), read_pynrrd)
    last = pattern((3, 6, 5), "int16")
    lines = "kinds: domain domain vector\nspacings: 0.5 0.75 nan\nendian: little\nencoding: raw\n"
    cells.add(
        "a.nrrd",
        nrrd_header("short", lines, "5 6 3") + last.tobytes(),
        Answer(numpy.moveaxis(last, 0, 2)[None], [0.5, 0.75]),
    )
    cells.cell("other formats", "NRRD", "pixels in another file; lines and bytes before them")

    def detached(lines, before, encode=bytes):
        def write(path):
            with open(path, "wb") as stream:
                stream.write(nrrd_header("short", lps + lines + "data file: a.raw\nendian: little\n"))
            with open(path.replace("a.nhdr", "a.raw"), "wb") as stream:
                stream.write(encode(before + pixels.tobytes()))

        return write

    right = Answer(with_components(pixels), [0.5, 0.75, 2], [1, -2, 3], [[0, 0, -1], [1, 0, 0], [0, 1, 0]])
    for lines, before in (
        ("", b""),
        ("byte skip: 7\n", b"1234567"),
        ("byte skip: -1\n", b"1234567"),
        ("line skip: 2\n", b"one\ntwo\n"),
        ("line skip: 1\nbyte skip: 3\n", b"one\n123"),
    ):
        cells.add("a.nhdr", detached(lines + "encoding: raw\n", before), right)
    for lines, before in (("", b""), ("byte skip: 7\n", b"1234567")):
        cells.add("a.nhdr", detached(lines + "encoding: gzip\n", before, gzip.compress), right)
    cells.cell("other formats", "NRRD", "slices in several files")
    for place in ("data file: LIST\ns0.raw\ns1.raw\ns2.raw\ns3.raw", "data file: s%d.raw 0 3 1"):

        def write(path, place=place):
            with open(path, "wb") as stream:
                stream.write(nrrd_header("short", lps + "endian: little\nencoding: raw\n" + place).rstrip() + b"\n")
            for number, part in enumerate(pixels):
                part.tofile(path.replace("a.nhdr", f"s{number}.raw"))

        cells.add("a.nhdr", write, right)
    cells.cell("other formats", "NRRD", "compressed by bzip2")
    cells.add("a.nrrd", nrrd_header("short", lps + "endian: little\nencoding: bzip2\n") + b"BZh9", None)


def nifti(pixels, affine=None, order="<", version=1, units="mm", slope=None, forms=(1, 1), kind=None, intent=None):
    kind = numpy.dtype(kind or pixels.dtype)
    header = (nibabel.Nifti1Header if version == 1 else nibabel.Nifti2Header)(endianness=order)
    header.set_data_dtype(kind.newbyteorder(order) if not kind.names else kind)
    affine = numpy.array([[0, -2, 0, 30], [3, 0, 0, -20], [0, 0, 5, 10], [0, 0, 0, 1.0]]) if affine is None else affine
    make = nibabel.Nifti1Image if version == 1 else nibabel.Nifti2Image
    image = make(pixels, affine, header)
    image.header.set_xyzt_units(units)
    image.header.set_qform(affine if forms[0] else None, forms[0])
    image.header.set_sform(affine if forms[1] else None, forms[1])
    if slope is not None:
        image.header.set_slope_inter(*slope)
    if intent is not None:
        image.header.set_intent(intent)
    return lambda path: nibabel.save(image, path)


def add_nifti(cells):
    small = pattern((5, 6, 4), "int16")
    cells.cell("other formats", "NIfTI", "every number of 8 to 64 bits, both byte orders")
    for kind, order in itertools.product(ITK_NUMBERS, "<>"):
        cells.add("a.nii", nifti(pattern((5, 6, 4), kind), order=order), read_nibabel)
    cells.cell("other formats", "NIfTI", "compressed by gzip")
    for kind in ("uint8", "float64"):
        cells.add("a.nii.gz", nifti(pattern((5, 6, 4), kind)), read_nibabel)
    cells.cell("other formats", "NIfTI", "scaled numbers")
    for kind, order, name in itertools.product(("uint8", "int16", "int32", "float32"), "<>", ("a.nii", "a.nii.gz")):
        pixels = pattern((5, 6, 4), kind).astype(numpy.float64) * 0.5 - 10
        cells.add(name, nifti(pixels, order=order, slope=(0.5, -10), kind=kind), read_nibabel, tolerance=1e-2)
    cells.cell("other formats", "NIfTI", "header and pixels in two files")

    def pair(path):
        nibabel.save(nibabel.Nifti1Pair(small, numpy.diag([-2.0, 3, 4, 1])), path.replace(".hdr", ".img"))

    cells.add("a.hdr", pair, read_nibabel)
    cells.cell("other formats", "NIfTI", "quaternion alone; matrix alone; micrometers; meters; two dimensions")
    for forms in ((1, 0), (0, 1), (2, 0)):
        cells.add("a.nii", nifti(small, forms=forms), read_nibabel)
    for units in ("micron", "meter"):
        cells.add("a.nii", nifti(small, units=units), read_nibabel)
    cells.add("a.nii", nifti(small[:, :, 0]), read_nibabel)
    cells.cell("other formats", "NIfTI", "a transform to neither patient nor scanner (spacing alone)")
    cells.add(
        "a.nii",
        nifti(small, numpy.diag([2.0, 3, 4, 1]), forms=(0, 0)),
        lambda path: Answer(read_nibabel(path).pixels, [2, 3, 4]),
    )
    cells.cell("other formats", "NIfTI", "NIfTI-2")
    for kind, order, name in itertools.product(("uint8", "int16", "float64"), "<>", ("a.nii", "a.nii.gz")):
        cells.add(name, nifti(pattern((5, 6, 4), kind), order=order, version=2), read_nibabel)
    cells.cell("other formats", "NIfTI", "vectors, RGB, RGBA")
    vectors = pattern((5, 6, 4, 1, 3), "float32")
    cells.add("a.nii", nifti(vectors, intent="vector"), read_nibabel)
    for names in ("RGB", "RGBA"):
        colors = numpy.zeros((5, 6, 4), [(name, "u1") for name in names])
        for number, name in enumerate(names):
            colors[name] = pattern((5, 6, 4), "uint8") // 2 + number
        cells.add("a.nii", nifti(colors), read_nibabel)
    cells.cell("other formats", "NIfTI", "several times")
    cells.add("a.nii", nifti(pattern((5, 6, 4, 2), "int16")), None)
    cells.cell("other formats", "NIfTI", "complex numbers (as two components)")
    numbers = pattern((5, 6, 4), "complex64")
    place = read_place(nifti(numbers))
    cells.add(
        "a.nii", nifti(numbers), Answer(numpy.stack([numbers.real, numbers.imag], -1).transpose(2, 1, 0, 3), *place)
    )
    cells.cell("other formats", "NIfTI", "numbers that are not finite")
    for kind, name in itertools.product(("float32", "float64"), ("a.nii", "a.nii.gz")):
        numbers = pattern((5, 6, 4), kind)
        numbers[0, :3, 0] = [numpy.nan, numpy.inf, -numpy.inf]
        cells.add(name, nifti(numbers), read_nibabel)


def read_place(write):
    """Spacing, origin and direction of a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.nii")
        write(path)
        return geometry_of_affine(nibabel.load(path).affine)


def add_vtk(cells):
    kinds = {
        "uint8": "unsigned_char",
        "int8": "char",
        "uint16": "unsigned_short",
        "int16": "short",
        "uint32": "unsigned_int",
        "int32": "int",
        "float32": "float",
        "float64": "double",
    }
    cells.cell("other formats", "VTK", "numbers of 8 to 32 bits and real numbers of 64 bits")
    for kind, name in kinds.items():
        pixels = pattern((4, 6, 5, 1), kind)
        cells.add(
            "a.vtk", vtk(pixels, kind, f"SCALARS s {name} 1"), Answer(pixels, [0.5, 1.5, 2.5], [1, -2, 3], numpy.eye(3))
        )
    cells.cell("other formats", "VTK", "as text")
    for kind in ("uint16", "int16", "float32"):
        pixels = pattern((4, 6, 5, 1), kind)
        cells.add(
            "a.vtk",
            vtk(pixels, kind, f"SCALARS s {kinds[kind]} 1", is_text=True),
            Answer(pixels, [0.5, 1.5, 2.5], [1, -2, 3], numpy.eye(3)),
        )
    cells.cell("other formats", "VTK", "several components")
    for components, kind in itertools.product((2, 3, 4), ("uint8", "uint16", "float32")):
        pixels = pattern((4, 6, 5, components), kind)
        cells.add(
            "a.vtk",
            vtk(pixels, kind, f"SCALARS s {kinds[kind]} {components}"),
            Answer(pixels, [0.5, 1.5, 2.5], [1, -2, 3], numpy.eye(3)),
        )
    pixels = pattern((4, 6, 5, 3), "float32")
    cells.add(
        "a.vtk", vtk(pixels, "float32", "VECTORS v float"), Answer(pixels, [0.5, 1.5, 2.5], [1, -2, 3], numpy.eye(3))
    )
    cells.cell("other formats", "VTK", "XML (.vti)")
    cells.add("a.vti", b'<?xml version="1.0"?>\n<VTKFile type="ImageData" version="0.1"></VTKFile>\n', None)


def add_others(cells):
    cells.cell("other formats", "GIPL", "numbers of 8 and 16 bits, real numbers; also compressed by gzip")
    for kind, name in itertools.product(
        ("uint8", "int8", "uint16", "int16", "float32", "float64"), ("a.gipl", "a.gipl.gz")
    ):
        image = volume(kind)
        image.SetDirection((1, 0, 0, 0, 1, 0, 0, 0, 1))
        cells.add(name, simpleitk(image), expected_of(image))
    cells.cell("other formats", "MRC", "modes 0, 1, 2 and 6, both byte orders; angstroms")
    for (kind, mode), order in itertools.product((("int8", 0), ("int16", 1), ("float32", 2), ("uint16", 6)), "<>"):
        pixels = pattern((4, 6, 5), kind)
        if mode == 0 and order == ">":
            continue
        cells.add("a.mrc", mrc(pixels, mode, order), Answer(with_components(pixels), [2e-7] * 3))
        cells.add("a.map", mrc(pixels, mode, order, b"x" * 80, 0.5), Answer(with_components(pixels), [5e-8] * 3))
    cells.cell("other formats", "HDF5", "as ITK writes it")
    for kind, components in itertools.product(("uint8", "int16", "float32", "float64"), (1, 3)):
        image = volume(kind, components)
        cells.add("a.h5", simpleitk(image), expected_of(image))
    cells.cell("other formats", "others", "GIF, WebP, JPEG 2000, FITS, MINC, FreeSurfer's MGH")
    smooth = smooth_picture(37, 45)
    for name in ("a.gif", "a.webp", "a.jp2"):
        cells.add(name, lambda path: Image.fromarray(smooth).save(path), None)
    cells.add("a.fits", (b"SIMPLE  =                    T".ljust(80) + b"END").ljust(2880) + bytes(2880), None)
    cells.add("a.mnc", b"CDF\x01" + bytes(200), None)
    mgh = io.BytesIO()
    header = struct.pack(">7i", 1, 5, 6, 4, 1, 0, 0)
    mgh.write(header.ljust(284, b"\0") + pattern((4, 6, 5), "uint8").tobytes())
    cells.add("a.mgh", mgh.getvalue(), None)
    cells.cell("other formats", "others", "text, an empty file")
    cells.add("a.png", b"These are not the pixels.\n", None)
    cells.add("a.tif", b"", None)
    cells.cell("other formats", "others", "another format than the name says")
    cells.add("a.tif", simpleitk_as("a.nii", volume("int16")), expected_of(volume("int16")))
    cells.add("a.png", write_tiff(smooth, photometric="rgb"), answer_of(smooth, 3))
    cells.add("a.nrrd", simpleitk_as("a.mha", volume("int16")), expected_of(volume("int16")))


def simpleitk_as(name, image):
    """Under another name."""

    def write(path):
        right = os.path.join(os.path.dirname(path), name)
        SimpleITK.WriteImage(image, right)
        os.rename(right, path)

    return write
