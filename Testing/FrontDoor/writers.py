# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Image files byte by byte, where the libraries that write them leave a kind out."""

import struct
import zlib

import numpy


def pattern(shape, kind, largest=None):
    """Numbers that tell every pixel from its neighbors."""
    count = int(numpy.prod(shape))
    numbers = (numpy.arange(count, dtype=numpy.int64) * 7919 + 13) % 65521
    kind = numpy.dtype(kind)
    if largest is not None:
        return (numbers % (largest + 1)).astype(kind).reshape(shape)
    if kind.kind == "f":
        return (numbers.astype(kind) / 8 - 1000).reshape(shape)
    if kind.kind == "c":
        return (numbers + 1j).astype(kind).reshape(shape)
    if kind == numpy.uint8:
        return (numbers % 251).astype(kind).reshape(shape)
    if kind == numpy.int8:
        return (numbers % 251 - 125).astype(kind).reshape(shape)
    return (numbers - (30000 if kind.kind == "i" else 0)).astype(kind).reshape(shape)


def packed_rows(pixels, bits, least_first=False):
    """Rows of numbers of fewer than eight bits, or of bits that are no multiple of eight; each begins on a byte."""
    rows = []
    for row in pixels.reshape(len(pixels), -1):
        text = "".join(format(int(value), f"0{bits}b") for value in row)
        text += "0" * (-len(text) % 8)
        parts = [text[at : at + 8] for at in range(0, len(text), 8)]
        rows.append(bytes(int(part[::-1] if least_first else part, 2) for part in parts))
    return rows


def tiff(width, height, strips, tags, order="<", rows=None):
    """A TIFF file of one page.

    `tags` are further (tag, type, numbers), such as (258, 3, [12]) for 12 bits; types are 1, 2, 3, 4 and 5, as TIFF
    counts them, numbers of type 2 are bytes."""
    formats = {1: "B", 2: "B", 3: "H", 4: "I", 5: "I"}
    offsets = []
    content = (b"II*\0" if order == "<" else b"MM\0*") + bytes(4)
    for strip in strips:
        offsets.append(len(content))
        content += strip + b"\0" * (len(strip) % 2)
    entries = {
        256: (4, [width]),
        257: (4, [height]),
        273: (4, offsets),
        278: (4, [rows or height]),
        279: (4, [len(strip) for strip in strips]),
    }
    entries.update({tag: (kind, list(numbers)) for tag, kind, numbers in tags})
    directory = struct.pack(order + "H", len(entries))
    for tag, (kind, numbers) in sorted(entries.items()):
        values = struct.pack(order + formats[kind] * len(numbers), *numbers)
        count = len(numbers) // (2 if kind == 5 else 1)
        if len(values) > 4:
            at = len(content)
            content += values + b"\0" * (len(values) % 2)
            values = struct.pack(order + "I", at)
        directory += struct.pack(order + "HHI", tag, kind, count) + values.ljust(4, b"\0")
    begin = struct.pack(order + "I", len(content))
    return content[:4] + begin + content[8:] + directory + bytes(4)


def tiff_packed(pixels, bits, photometric=1, order="<", least_first=False, palette=None):
    """Gray values or entries of a table; a strip holds three rows."""
    rows = packed_rows(pixels, bits, least_first)
    strips = [b"".join(rows[at : at + 3]) for at in range(0, len(rows), 3)]
    tags = [(258, 3, [bits]), (259, 3, [1]), (262, 3, [photometric]), (277, 3, [1])]
    if least_first:
        tags.append((266, 3, [2]))
    if palette is not None:
        tags.append((320, 3, list(palette.T.ravel())))
    return tiff(pixels.shape[1], pixels.shape[0], strips, tags, order, 3)


def png_chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(pixels, bits, color, interlaced=False, chunks=()):
    """Of [row, column] or [row, column, component], without filters; `chunks` are pairs of name and content."""
    pixels = pixels.reshape(pixels.shape[0], pixels.shape[1], -1)
    passes = (
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
        if interlaced
        else [(0, 0, 1, 1)]
    )
    data = b""
    for x, y, across, down in passes:
        part = pixels[y::down, x::across]
        if part.size:
            data += b"".join(b"\0" + row for row in packed_rows(part, bits))
    header = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], bits, color, 0, 0, int(interlaced))
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + b"".join(png_chunk(*chunk) for chunk in chunks)
        + png_chunk(b"IDAT", zlib.compress(data))
        + png_chunk(b"IEND", b"")
    )


def bmp(width, height, bits, data, colors=b"", compression=0, masks=b""):
    """A negative height for rows from above."""
    begin = 14 + 40 + len(masks) + len(colors)
    header = struct.pack(
        "<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(data), 2835, 2835, len(colors) // 4, 0
    )
    return b"BM" + struct.pack("<IHHI", begin + len(data), 0, 0, begin) + header + masks + colors + data


def mrc(pixels, mode, order="<", extended=b"", angstrom=2.0):
    """`angstrom` for each pixel."""
    planes, rows, columns = pixels.shape
    header = bytearray(1024)
    struct.pack_into(order + "10i", header, 0, columns, rows, planes, mode, 0, 0, 0, columns, rows, planes)
    struct.pack_into(order + "6f", header, 40, angstrom * columns, angstrom * rows, angstrom * planes, 90, 90, 90)
    struct.pack_into(order + "3i", header, 64, 1, 2, 3)
    struct.pack_into(order + "3f", header, 76, pixels.min(), pixels.max(), pixels.mean())
    struct.pack_into(order + "i", header, 92, len(extended))
    header[208:216] = b"MAP " + (b"\x44\x44\0\0" if order == "<" else b"\x11\x11\0\0")
    return bytes(header) + extended + pixels.astype(pixels.dtype.newbyteorder(order)).tobytes()


def vtk(pixels, kind, attribute, is_text=False, spacing=(0.5, 1.5, 2.5), origin=(1, -2, 3)):
    """Legacy VTK of [slice, row, column, component]; `attribute` such as "SCALARS s unsigned_char 1"."""
    size = pixels.shape[2], pixels.shape[1], pixels.shape[0]
    header = (
        f"# vtk DataFile Version 3.0\npixels\n{'ASCII' if is_text else 'BINARY'}\nDATASET STRUCTURED_POINTS\n"
        f"DIMENSIONS {size[0]} {size[1]} {size[2]}\nSPACING {spacing[0]} {spacing[1]} {spacing[2]}\n"
        f"ORIGIN {origin[0]} {origin[1]} {origin[2]}\nPOINT_DATA {size[0] * size[1] * size[2]}\n{attribute}\n"
    )
    if attribute.startswith("SCALARS"):
        header += "LOOKUP_TABLE default\n"
    if is_text:
        return header.encode() + " ".join(str(value) for value in pixels.ravel().tolist()).encode() + b"\n"
    return header.encode() + pixels.astype(numpy.dtype(kind).newbyteorder(">")).tobytes()
