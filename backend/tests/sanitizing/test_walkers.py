"""The walkers on their own: behind them the libraries would refuse or drop much of this too, and need not."""

import zlib

import pytest

from pazpaz.sanitizing import jpeg, png
from pazpaz.sanitizing.errors import Rejected
from tests.support.files_case import MARK
from tests.support.files_images import chunk, encoded, exif, header, jpeg_with, png_with, segment
from tests.support.files_images import png as png_of


def test_a_jpeg_library_sees_only_what_pixels_need() -> None:
    """No comment, EXIF, XMP, IPTC or profile, and nothing behind the end, reaches it."""
    hiding = [segment(code, MARK) for code in (*range(0xE1, 0xF0), 0xFE)]
    found = jpeg.read(jpeg_with(exif(6, MARK), *hiding) + MARK, keep_profile=False)
    assert MARK in found.exif
    assert MARK not in found.content
    assert found.content == jpeg.read(encoded("JPEG"), keep_profile=False).content


def test_a_png_library_sees_only_what_pixels_need() -> None:
    """No text, time or private chunk, and nothing behind the end, reaches it."""
    hiding = [chunk(name, MARK) for name in (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME", b"pHYs", b"prIv")]
    assert png.read(png_with(*hiding) + MARK).content == encoded("PNG")


@pytest.mark.parametrize(
    "content",
    [
        jpeg_with(segment(0xC0, b"\x08\0\x10\0\x10\x01\x01\x11\0")),
        jpeg_with(segment(0xC9, b"\x08\0\x10\0\x10\x01\x01\x11\0")),
        jpeg_with(b"\xff\xd8"),
    ],
    ids=["two frames", "arithmetic", "two beginnings"],
)
def test_a_jpeg_out_of_order_is_refused(content: bytes) -> None:
    """Whatever a library would make of it."""
    with pytest.raises(Rejected):
        jpeg.read(content, keep_profile=True)


_DATA = chunk(b"IDAT", zlib.compress(bytes(4)))


@pytest.mark.parametrize(
    "content",
    [
        png_of(header(1, 1), header(9, 9), _DATA),
        png_of(_DATA, header(1, 1)),
        png_of(header(1, 1)),
        png_of(header(1, 1), chunk(b"EVIL", b""), _DATA),
        png_of(header(1, 1), _DATA)[:-12],
    ],
    ids=["two heads", "head behind", "no data", "unknown", "no end"],
)
def test_a_png_out_of_order_is_refused(content: bytes) -> None:
    """Likewise."""
    with pytest.raises(Rejected):
        png.read(content)
