# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Image files, one thread. Equal means equal pixels. The peer is the format's library, called as its manual says, on
the same file; for a header a fixed time; for the reading process the same folder read in the process that segments
it."""

# At most 1.1 times the library's time, and 2 % of a cohort's.
GOALS = {
    "PNG, gray": 1 / 1.1,
    "PNG, RGB": 1 / 1.1,
    "TIFF, strips": 1 / 1.1,
    "TIFF, strips, LZW": 1 / 1.1,
    "TIFF, tiles, deflate": 1 / 1.1,
    "region of a tiled TIFF": 1 / 1.1,
    "header of a PNG": 1.0,
    "header of a TIFF": 1.0,
    "header of a NIfTI": 1.0,
    "reading in a process of its own": 0.98,
}


def measure(session):
    return session.run_program(
        "itkTorchReadingBenchmark",
        "--itktorch",
        str(session.build / "bin" / "itktorch"),
        "--work",
        str(session.build / "benchmark-reading"),
    )
